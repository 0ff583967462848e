from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation import clock
from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dictionary import selectors, services
from governance.dictionary.bindings import Meaning, component_body, disagreements
from governance.dictionary.models import Binding
from tests.dictionary.approved import define

COLUMNS = {"crm": ["signup", "id"]}
MICROSECOND = timedelta(microseconds=1)


def bind(room, team=None, **changes) -> Binding:
    said = {"element": room.element, "team": team or room.sales, "dataset": "crm", "column": "signup", **changes}
    return services.bind_column(actor=room.engineer, **said)


def body(room, columns=COLUMNS) -> dict:
    return component_body(columns, selectors.meanings(columns))


def redefine(room, **said) -> None:
    define(actor=room.governance, dictionary=room.dictionary, key="customer.signup_date",
           **{"name": "Sign-up date", "definition": "Day on which the first contract was signed.", "logical_type": "date",
              "meaning_changed": True, **said})  # fmt: skip


def test_a_bound_column_has_the_newest_meaning_and_an_unbound_one_none(room):
    bind(room)
    redefine(room, definition="Day of the first payment.")

    found = selectors.bound_elements(COLUMNS)

    assert found == {("crm", "signup"): room.element.current_version(), ("crm", "id"): None}
    assert found["crm", "signup"].number == 2


def test_the_component_says_what_each_column_means_and_null_where_nobody_knows(room):
    bind(room, deviation="Local time instead of UTC")

    assert body(room)["datasets"] == {
        "crm": {
            "id": None,
            "signup": {
                "element": "customers/customer.signup_date",
                "version": room.element.current_version().reads_as,
                "deviation": "Local time instead of UTC",
            },
        }
    }


def test_the_component_follows_what_readers_know_and_not_the_words(room):
    bind(room)
    before = digest(body(room))

    redefine(room, definition="Day on which the very first contract was signed.", meaning_changed=False)
    assert digest(body(room)) == before
    redefine(room, definition="Day of the first payment.")

    assert digest(body(room)) != before


def test_the_order_of_columns_changes_nothing():
    assert digest(component_body({"b": ["y", "x"], "a": []}, {})) == digest(component_body({"a": [], "b": ["x", "y", "x"]}, {}))


def test_teams_that_say_the_same_count_as_one_and_others_as_a_disagreement(room):
    bind(room)
    bind(room, team=room.billing)
    agreed = body(room)["datasets"]["crm"]["signup"]
    services.end_binding(actor=room.engineer, binding=Binding.objects.get(team=room.billing))
    bind(room, team=room.billing, deviation="Filled with the day of the import")

    said = selectors.meanings(COLUMNS)

    assert agreed["deviation"] == ""
    assert [item["deviation"] for item in body(room)["datasets"]["crm"]["signup"]] == ["", "Filled with the day of the import"]
    assert disagreements(said) == [("crm", "signup")]
    assert disagreements({("a", "b"): [Meaning("d/e", "sha256:1"), Meaning("d/e", "sha256:1")], ("a", "c"): []}) == []


def test_asking_takes_two_queries_however_many_columns(room, django_assert_num_queries):
    columns = {f"set{number}": ["signup", "other"] for number in range(10)}
    for dataset in columns:
        bind(room, dataset=dataset)

    with django_assert_num_queries(2):
        found = selectors.meanings(columns)

    assert sum(map(len, found.values())) == 10


def test_saying_the_same_again_changes_nothing(room):
    assert bind(room) == bind(room)
    assert AuditEvent.objects.filter(kind="dictionary.binding.made").count() == 1


def test_another_meaning_for_a_bound_column_wants_the_old_one_ended_first(room):
    first = bind(room)

    with pytest.raises(Conflict, match=r"crm\.signup"):
        bind(room, deviation="Something else")
    services.end_binding(actor=room.engineer, binding=first)
    assert bind(room, deviation="Something else").pk != first.pk


def test_an_ended_binding_stays_readable_at_its_time(room):
    row = bind(room)
    services.end_binding(actor=room.engineer, binding=row)

    assert selectors.bound_elements(COLUMNS)["crm", "signup"] is None
    assert selectors.bound_elements(COLUMNS, at=row.ended_at - MICROSECOND)["crm", "signup"] is not None
    assert not Binding.objects.live(row.ended_at).exists()
    with pytest.raises(Conflict, match="ended already"):
        services.end_binding(actor=room.engineer, binding=row)


def test_the_database_itself_keeps_bindings(room):
    row = bind(room)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Binding.objects.filter(pk=row.pk).update(deviation="None at all")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        row.delete()
    services.end_binding(actor=room.engineer, binding=row)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Binding.objects.filter(pk=row.pk).update(ended_at=None)


@pytest.mark.parametrize("who", ["auditor", "stranger"])
def test_who_does_not_build_cannot_bind(room, who):
    row = bind(room)
    actor = getattr(room, who)

    with pytest.raises(NotAllowed, match="bind columns"):
        services.bind_column(actor=actor, element=room.element, team=room.sales, dataset="crm", column="other")
    with pytest.raises(NotAllowed, match="bind columns"):
        services.end_binding(actor=actor, binding=row)


@pytest.mark.parametrize(
    ("change", "field"), [({"dataset": ""}, "name"), ({"column": ""}, "column"), ({"column": "x" * 201}, "column")]
)
def test_a_binding_of_nothing_is_refused(room, change, field):
    with pytest.raises(Invalid) as caught:
        bind(room, **change)

    assert caught.value.errors[0].field == field


def test_a_column_name_is_taken_as_it_is(room):
    bind(room, column=" Signup ")

    assert selectors.bound_elements({"crm": [" Signup ", "Signup"]}) == {
        ("crm", " Signup "): room.element.current_version(),
        ("crm", "Signup"): None,
    }


def test_the_log_vouches_for_every_row_and_notices_a_changed_one(room):
    services.end_binding(actor=room.engineer, binding=bind(room))
    assert [finding for finding in verify() if finding.altered] == []

    type(room.element).objects.filter(pk=room.element.pk).update(steward=room.governance.user)

    assert [finding.subject for finding in verify() if finding.altered] == [room.element.public_id]


def test_a_reader_is_not_a_team_that_fills(room):
    bind(room, side="reads")

    assert selectors.bound_elements(COLUMNS)["crm", "signup"] is None
    assert bind(room).side == "fills"  # the same column of the same team, on the other side


def test_many_columns_are_bound_at_once_or_none(room):
    said = [{"element": room.element, "team": room.sales, "dataset": "crm", "column": name} for name in ("a", "b", "c")]

    made = services.bind_columns(actor=room.engineer, bindings=said)
    assert [row.column for row in made] == ["a", "b", "c"]

    with pytest.raises(Invalid) as caught:
        services.bind_columns(actor=room.engineer, bindings=[{**said[0], "column": "d"}, {**said[0], "column": ""}])
    assert caught.value.errors[0].field == "bindings[1].column"
    assert not Binding.objects.filter(column="d").exists()
    with pytest.raises(Conflict) as refused:
        services.bind_columns(actor=room.engineer, bindings=[{**said[0], "deviation": "Otherwise."}])
    assert refused.value.errors[0].field == "bindings[0]"
    with pytest.raises(Invalid, match="500"):
        services.bind_columns(actor=room.engineer, bindings=said * 200)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"deviation": "x", "waived_until": -1}, "waived_until"),
        ({"waived_until": 1}, "waived_until"),
        ({"declared": {"factor": "0"}, "deviation": "x"}, "declared.factor"),
        ({"declared": {"time_zone": "Vienna"}, "deviation": "x"}, "declared.time_zone"),
        ({"declared": {"factor": "1000"}}, "deviation"),
    ],
)
def test_what_is_declared_wrongly_is_told_at_its_field(room, said, field):
    if "waived_until" in said:
        said = {**said, "waived_until": clock.now().date() + timedelta(days=said["waived_until"])}

    with pytest.raises(Invalid) as caught:
        bind(room, **said)

    assert caught.value.errors[0].field == field


def test_a_declared_deviation_is_kept_and_counts(room):
    row = bind(
        room, deviation="Filled by the old system.", declared={"recode": {"1": "a"}, "factor": "1000"},
        waived_until=clock.now().date(),
    )  # fmt: skip

    assert row.declared == {"factor": "1000", "recode": {"1": "a"}}
    assert "1000" in body(room)["datasets"]["crm"]["signup"]["deviation"]
