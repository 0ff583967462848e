"""Whole cases written down: with everything they have, checked at once, and with digests that stay what they were."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest

from foundation.errors import Conflict, Invalid
from foundation.verification import verify
from governance.economics import services
from governance.economics.components import component_body, plan_of, plan_of_case
from governance.economics.models import Snapshot
from governance.economics.plan import Discount
from governance.economics.plan.written import plan_as_mapping
from governance.economics.selectors.cases import current_snapshot, evaluation_of
from tests.economics.case_plans import line, rich_plan, simple_plan
from tests.economics.test_snapshots import content

# As it lay in manifests before there was more than that: bodies and digests of version 1.0.
OLD_BODY = (
    '{"case":{"currency":"EUR","discount_rate":"0.1","horizon":3,"lines":[{"from_period":1,"key":"saved","kind":"benefit",'
    '"quantity":"1","title":"Fewer customers lost","to_period":3,"unit":"GPU hour","unit_price":"1000"},{"from_period":0,'
    '"key":"training","kind":"cost","quantity":"100","title":"Training runs","to_period":2,"unit":"GPU hour","unit_price":"2.5"}],'
    '"period":"year","real_or_nominal":"real"},"format":"countersign/economics/1"}'
)
OLD_DIGEST = "sha256:bccad39909a3c4e8d791c0961db16741a6447156110fa937d3bbb610704dce60"
OLD_DIGEST_BY_MONTHS = "sha256:3f4f8580c30c55fcdf5b6c14e9e78210377f21810be88298a1f8b029ecd00bf7"


def write(room, plan, **more) -> Snapshot:
    return services.write_snapshot(actor=room.lead, use_case=room.use_case, plan=plan, **more)


def test_a_case_that_was_written_before_keeps_its_digest(room):
    assert "sha256:" + hashlib.sha256(OLD_BODY.encode()).hexdigest() == OLD_DIGEST

    row = services.write_snapshot(actor=room.lead, use_case=room.use_case, **content())

    assert (row.digest, row.plan) == (OLD_DIGEST, None)


def test_a_simple_case_has_the_same_digest_whichever_way_it_is_written(room):
    first = services.write_snapshot(actor=room.lead, use_case=room.use_case, **content())

    again = write(room, plan_of(first))

    assert again.pk == first.pk


def test_a_simple_case_by_months_keeps_its_rate_a_month_and_its_digest(room):
    row = services.write_snapshot(actor=room.lead, use_case=room.use_case, **content(period="month"))

    assert (row.digest, row.plan) == (OLD_DIGEST_BY_MONTHS, None)
    net = evaluation_of(row).flows.net
    by_hand = sum(flow / Decimal("1.1") ** month for month, flow in enumerate(net))
    assert round(evaluation_of(row).npv, 20) == round(by_hand, 20)


def test_everything_a_case_has_comes_back(room):
    write(room, rich_plan())

    assert plan_of(current_snapshot(room.use_case)) == rich_plan()


def test_a_written_mapping_is_taken_as_well_as_a_plan(room):
    first = write(room, rich_plan())

    assert write(room, plan_as_mapping(rich_plan())).pk == first.pk


def test_readers_of_the_columns_find_what_they_knew(room):
    row = write(room, rich_plan(discount=Discount(((0, Decimal("0.035")), (31, Decimal("0.03"))))))

    assert (row.period, row.horizon, row.discount_rate, row.real_or_nominal) == ("year", 3, Decimal("0.035"), "real")
    assert [item["key"] for item in row.lines] == ["kept", "gpu", "data"]
    assert set(row.lines[0]) == {"key", "title", "kind", "quantity", "unit", "unit_price", "from_period", "to_period"}


def test_the_order_of_lines_is_kept_for_people_and_does_not_count(room):
    first = write(room, rich_plan())

    assert [item.key for item in plan_of(Snapshot.objects.get()).lines] == ["kept", "gpu", "data"]
    assert write(room, replace(rich_plan(), lines=rich_plan().lines[::-1])).pk == first.pk


def test_the_component_of_a_whole_case_can_be_reckoned_again(room):
    row = write(room, rich_plan())
    body = component_body(row)

    assert body["format"] == "countersign/economics/2"
    assert plan_of_case(body["case"]).lines == tuple(sorted(rich_plan().lines, key=lambda item: item.key))


def test_all_that_is_wrong_is_told_at_once_with_its_place(room):
    plan = rich_plan(
        lines=(
            line(quantity=Decimal(-1)),
            line("risky", risk=Decimal("0.2")),
            line("far", to_period=9),
            line("odd", currency="CHF"),
        ),
        exchange=(),
        scenarios=(),
    )

    with pytest.raises(Invalid) as caught:
        write(room, plan)

    assert {(error.field, error.code) for error in caught.value.errors} >= {
        ("lines[0].quantity", "negative"),
        ("lines[1].risk_reason", "risk_reason"),
        ("lines[2].from_period", "periods"),
        ("lines[3].currency", "no_exchange"),
    }
    assert not Snapshot.objects.exists()


def test_what_cannot_be_read_is_told_with_its_place(room):
    body = plan_as_mapping(simple_plan())
    body["lines"][0] |= {"unit_price": "1.000,50", "colour": "blue"}

    with pytest.raises(Invalid) as caught:
        write(room, body)

    assert {error.field for error in caught.value.errors} >= {"lines[0].unit_price", "lines[0].colour"}


def test_a_plan_in_another_currency_is_refused(room):
    write(room, simple_plan())

    with pytest.raises(Conflict, match="kept in EUR"):
        write(room, simple_plan(currency="USD"))


def test_those_who_worked_on_it_are_authors_and_the_log_vouches_for_them(room):
    row = write(room, simple_plan(), authors=[room.business.user.public_id, room.lead.user.public_id])

    assert row.authors == [room.business.user.public_id]
    assert [finding for finding in verify() if finding.altered] == []
