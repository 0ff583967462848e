"""Scenarios of a draft."""

from __future__ import annotations

from decimal import Decimal

import pytest

from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from governance.economics import drafting
from governance.economics.services.draft_scenarios import put_scenario, remove_scenario
from tests.economics.case_plans import begun, rich_plan

FEWER = {"line.kept.quantity": Decimal(10)}


def scenarios_of(draft):
    return {row.key: row for row in drafting.as_plan(draft.plan).scenarios}


def test_a_scenario_is_added_changed_and_taken_out(world):
    draft = begun(world, rich_plan())

    draft = put_scenario(actor=world.lead, draft=draft, revision=draft.revision, key="none", title="Few stay", overrides=FEWER)
    assert list(scenarios_of(draft)) == ["low", "none"]
    draft = put_scenario(actor=world.lead, draft=draft, revision=draft.revision, key="low", title="Lower", overrides=FEWER)
    assert scenarios_of(draft)["low"].title == "Lower"
    assert dict(scenarios_of(draft)["low"].overrides) == FEWER
    draft = remove_scenario(actor=world.lead, draft=draft, revision=draft.revision, key="none")
    assert list(scenarios_of(draft)) == ["low"]
    with pytest.raises(Missing):
        remove_scenario(actor=world.lead, draft=draft, revision=draft.revision, key="none")


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("key", {"key": "base"}),
        ("key", {"key": "Two Words"}),
        ("title", {"title": "  "}),
        ("overrides", {"overrides": {}}),
        ("line.gpu.what", {"overrides": {"line.gpu.what": Decimal(1)}}),
        ("line.gpu.quantity", {"overrides": {"line.gpu.quantity": Decimal(-1)}}),
    ],
)
def test_what_is_wrong_with_a_scenario_is_told_at_its_place(world, field, said):
    draft = begun(world, rich_plan())

    with pytest.raises(Invalid) as refusal:
        put_scenario(
            actor=world.lead,
            draft=draft,
            revision=draft.revision,
            **{"key": "few", "title": "Few", "overrides": FEWER, **said},
        )
    assert [error.field for error in refusal.value.errors] == [field]
    assert list(scenarios_of(draft)) == ["low"]


def test_nobody_writes_over_what_they_have_not_seen_or_without_working_on_it(world):
    draft = begun(world, rich_plan())
    put_scenario(actor=world.scientist, draft=draft, revision=draft.revision, key="few", title="Few", overrides=FEWER)

    with pytest.raises(Conflict):
        put_scenario(actor=world.lead, draft=draft, revision=draft.revision, key="low", title="Low", overrides=FEWER)
    with pytest.raises(NotAllowed):
        remove_scenario(actor=world.auditor, draft=draft, revision=draft.revision + 1, key="low")


def test_a_scenario_is_written_on_its_page(world):
    draft = begun(world, rich_plan())
    client, page = world.client("lead"), "/use-cases/churn/cost-benefit/draft/scenarios/"
    said = {"revision": str(draft.revision), "key": "few", "title": "Few stay", "input": "line.kept.quantity", "value": "10"}

    wrong = client.post(page, {**said, "value": "ten"})
    assert wrong.status_code == 400
    assert "“ten” is no number" in wrong.content.decode()
    assert client.post(page, said).status_code == 302
    shown = client.get(page, {"key": "few"}).content.decode()
    assert "Customers kept: quantity: 10 instead of 40" in shown
    assert client.post(page, said).status_code == 409
    assert client.post(page, {"command": "remove", "revision": str(draft.revision + 1), "key": "few"}).status_code == 302
    assert "Few stay" not in client.get(page).content.decode()
    draft.refresh_from_db()
    assert list(scenarios_of(draft)) == ["low"]
