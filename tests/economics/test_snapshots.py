from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.economics import services
from governance.economics.components import component_body
from governance.economics.models import Case, Snapshot
from governance.economics.selectors.cases import current_snapshot, evaluation_of


def line(key: str = "training", **changes) -> dict[str, object]:
    return {
        "key": key,
        "title": "Training runs",
        "kind": "cost",
        "quantity": "100",
        "unit": "GPU hour",
        "unit_price": "2.50",
        "from_period": 0,
        "to_period": 2,
        **changes,
    }


def content(**changes) -> dict[str, object]:
    saved = line(
        "saved", title="Fewer customers lost", kind="benefit", quantity="1", unit_price="1000", from_period=1, to_period=3
    )
    return {
        "currency": "EUR",
        "horizon": 3,
        "discount_rate": Decimal("0.1"),
        "real_or_nominal": "real",
        "lines": [line(), saved],
        **changes,
    }


def write(actor, use_case, **changes) -> Snapshot:
    return services.write_snapshot(actor=actor, use_case=use_case, **content(**changes))


def test_the_first_snapshot_opens_the_case(room):
    row = write(room.business, room.use_case, note="First guess")

    assert (row.number, row.currency, row.note) == (1, "EUR", "First guess")
    assert current_snapshot(room.use_case) == row
    kinds = list(AuditEvent.objects.filter(kind__startswith="economics.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["economics.case.opened", "economics.snapshot.written"]


def test_the_same_content_changes_nothing_however_it_is_written(room):
    first = write(room.lead, room.use_case)
    again = write(room.lead, room.use_case, discount_rate=Decimal("0.10"), lines=[content()["lines"][1], line(quantity="100.0")])

    assert again.pk == first.pk
    assert Snapshot.objects.count() == 1


def test_another_content_gets_the_next_number(room):
    write(room.lead, room.use_case)
    second = write(room.lead, room.use_case, discount_rate=Decimal("0.12"))

    assert second.number == 2
    assert current_snapshot(room.use_case) == second


def test_going_back_to_an_older_content_is_a_new_snapshot(room):
    first = write(room.lead, room.use_case)
    write(room.lead, room.use_case, horizon=5)
    third = write(room.lead, room.use_case)

    assert (third.number, third.digest) == (3, first.digest)


def test_the_component_holds_content_only(room):
    row = write(room.lead, room.use_case, note="why")
    body = component_body(row)

    assert row.digest == digest(body)
    assert "why" not in json.dumps(body, default=str)
    assert digest(component_body(Snapshot.objects.get(pk=row.pk))) == row.digest  # the same once it came from the database
    assert component_body(None)["case"] is None


def test_the_figures_follow_from_the_stored_lines(room):
    write(room.lead, room.use_case)
    found = evaluation_of(current_snapshot(room.use_case))

    assert found.flows.costs == (250, 250, 250, 0)
    assert found.flows.net == (-250, 750, 750, 1000)
    assert round(found.payback, 6) == Decimal("0.333333")


def test_sums_in_another_currency_are_refused(room):
    write(room.lead, room.use_case)

    with pytest.raises(Conflict, match="EUR"):
        write(room.lead, room.use_case, currency="USD", horizon=4)
    assert write(room.lead, room.use_case, currency="", horizon=4).number == 2


def test_the_first_snapshot_needs_a_currency_and_nothing_is_half_written(room):
    with pytest.raises(Invalid) as caught:
        write(room.lead, room.use_case, currency="euro")

    assert caught.value.errors[0].field == "currency"
    assert not Case.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "stranger", "ci"])
def test_who_only_reads_cannot_write(room, who):
    with pytest.raises(NotAllowed):
        write(getattr(room, who), room.use_case)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"horizon": 51}, "horizon"),
        ({"horizon": -1}, "horizon"),
        ({"discount_rate": Decimal("-1")}, "discount_rate"),
        ({"discount_rate": Decimal("NaN")}, "discount_rate"),
        ({"real_or_nominal": "both"}, "real_or_nominal"),
        ({"lines": []}, "lines"),
        ({"lines": [line(), line()]}, "lines[1].key"),
        ({"lines": [line(key="Bad key")]}, "lines[0].key"),
        ({"lines": [line(kind="wish")]}, "lines[0].kind"),
        ({"lines": [line(quantity="-1")]}, "lines[0].quantity"),
        ({"lines": [line(quantity="1e999999999")]}, "lines[0].quantity"),
        ({"lines": [line(unit_price="0.0000001")]}, "lines[0].unit_price"),
        ({"lines": [line(unit_price="0.10000000000000000000000000000001")]}, "lines[0].unit_price"),
        ({"lines": [line(unit_price=0.1)]}, "lines[0].unit_price"),
        ({"lines": [line(to_period=4)]}, "lines[0].from_period"),
        ({"lines": [line(from_period=2, to_period=1)]}, "lines[0].from_period"),
        ({"lines": [line(title=" ")]}, "lines[0].title"),
        ({"lines": [line(prize=1)]}, "lines[0].prize"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(room, changes, field):
    with pytest.raises(Invalid) as caught:
        write(room.lead, room.use_case, **changes)

    assert field in [error.field for error in caught.value.errors]


def test_a_line_without_an_end_falls_once(room):
    once = line()
    del once["to_period"]

    assert write(room.lead, room.use_case, lines=[once]).lines[0]["to_period"] == 0


def test_the_database_itself_keeps_snapshots_as_they_were_written(room):
    row = write(room.lead, room.use_case)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Snapshot._base_manager.filter(pk=row.pk).update(horizon=9)


def test_a_stranger_sees_no_figures(room):
    write(room.lead, room.use_case)

    assert Snapshot.objects.visible_to(room.auditor).count() == Case.objects.visible_to(room.auditor).count() == 1
    assert not Snapshot.objects.visible_to(room.stranger).exists()
    assert not Case.objects.visible_to(room.stranger).exists()


def test_the_log_vouches_for_every_row(room):
    write(room.lead, room.use_case, note="First guess")
    write(room.lead, room.use_case, horizon=4)

    assert [finding for finding in verify() if finding.altered] == []
