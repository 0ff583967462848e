from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dictionary import selectors, services
from governance.dictionary.bindings import Meaning, component_body, disagreements
from governance.dictionary.models import Binding

COLUMNS = {"crm": ["signup", "id"]}
MICROSECOND = timedelta(microseconds=1)


def bind(room, team=None, **changes) -> Binding:
    said = {"element": room.element, "team": team or room.sales, "dataset": "crm", "column": "signup", **changes}
    return services.bind_column(actor=room.engineer, **said)


def body(room, columns=COLUMNS) -> dict:
    return component_body(columns, selectors.meanings(columns))


def test_a_bound_column_has_the_newest_meaning_and_an_unbound_one_none(room):
    bind(room)
    services.write_version(
        actor=room.governance, element=room.element, definition="Day of the first payment.", logical_type="date"
    )

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
                "version": room.element.current_version().digest,
                "deviation": "Local time instead of UTC",
            },
        }
    }


def test_the_component_follows_the_meaning_and_not_the_number_of_the_version(room):
    bind(room)
    before = digest(body(room))
    original = {"definition": room.element.current_version().definition, "logical_type": "date"}

    services.write_version(actor=room.governance, element=room.element, **{**original, "unit": "d"})
    assert digest(body(room)) != before
    services.write_version(actor=room.governance, element=room.element, **original)

    assert room.element.current_version().number == 3
    assert digest(body(room)) == before


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
    ("change", "field"), [({"dataset": ""}, "dataset"), ({"column": ""}, "column"), ({"column": "x" * 201}, "column")]
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
    services.rename_element(actor=room.governance, element=room.element, name="Signed up")
    assert [finding for finding in verify() if finding.altered] == []

    type(room.element).objects.filter(pk=room.element.pk).update(name="Signed off")

    assert [finding.subject for finding in verify() if finding.altered] == [room.element.public_id]
