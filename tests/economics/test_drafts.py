"""Working on a case: one draft, everybody's; nobody's change is lost, and nothing counts until it is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.economics import drafting, services
from governance.economics.models import Case, CaseDraft, Snapshot
from governance.economics.plan import Discount, Exchange
from governance.economics.plan.written import plan_as_mapping
from governance.economics.selectors.drafts import changes_since, draft_of
from governance.economics.services.cases import write_snapshot
from tests.economics.case_plans import begun, line, rich_plan, simple_plan


def kinds() -> list[str]:
    found = AuditEvent.objects.filter(kind__startswith="economics.").order_by("pk")
    return [kind.removeprefix("economics.") for kind in found.values_list("kind", flat=True)]


def plan_now(draft: CaseDraft):
    return drafting.as_plan(CaseDraft.objects.get(pk=draft.pk).plan)


def test_a_draft_begins_as_the_newest_version_stands(world):
    draft = begun(world, rich_plan())

    assert plan_now(draft) == rich_plan()
    assert (draft.based_on, draft.revision) == (1, 1)


def test_a_draft_of_a_new_case_asks_for_a_currency_once(world):
    with pytest.raises(Invalid) as caught:
        services.begin_draft(actor=world.lead, use_case=world.use_case)
    assert caught.value.errors[0].field == "currency"
    assert not Case.objects.exists()

    draft = begun(world)

    assert (draft.case.currency, draft.based_on) == ("EUR", 0)
    assert kinds() == ["case.opened", "draft.begun"]


def test_lines_that_ship_begin_without_figures_and_hold_the_draft_up(world):
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR", templates=["labelling", "time_saved"])

    plan = plan_now(draft)
    assert [(item.key, item.kind, item.quantity) for item in plan.lines] == [
        ("labelling", "cost", 0),
        ("time_saved", "benefit", 0),
    ]
    assert {problem.code for problem in drafting.looked_at(plan).problems} == {"not_filled_in"}
    with pytest.raises(Invalid, match="Nobody has said yet"):
        services.write_down(actor=world.lead, draft=draft, revision=1)


def test_there_is_one_draft_only(world):
    begun(world)

    with pytest.raises(Conflict, match="There is a draft already"):
        services.begin_draft(actor=world.scientist, use_case=world.use_case)


def test_each_change_is_one_event_and_one_revision(world):
    draft = begun(world, simple_plan())
    act = {"actor": world.lead, "draft": draft}

    services.add_line(**act, revision=1, line=line())
    services.change_line(**act, revision=2, key="gpu", line=line(title="Training"))
    services.move_line(**act, revision=3, key="gpu", by=-1)
    services.remove_line(**act, revision=4, key="build")
    services.set_frame(**act, revision=5, frame={"horizon": 4, "discount": Discount(((0, Decimal("0.08")),))})
    done = services.change_draft(**act, revision=6, part="scenarios", change=lambda plan: replace(plan, mid_period=True))

    assert done.revision == 7
    assert kinds()[2:] == [
        "draft.begun", "draft.line_added", "draft.line_changed", "draft.line_moved", "draft.line_removed", "draft.framed",
        "draft.changed",
    ]  # fmt: skip
    assert [item.key for item in plan_now(draft).lines] == ["gpu", "kept"]
    assert (plan_now(draft).horizon, plan_now(draft).mid_period) == (4, True)


def test_what_changes_nothing_leaves_no_trace(world):
    draft = begun(world, simple_plan())
    before = AuditEvent.objects.count()

    services.change_line(actor=world.lead, draft=draft, revision=1, key="build", line=simple_plan().lines[0])
    services.move_line(actor=world.lead, draft=draft, revision=1, key="build", by=-1)
    services.set_frame(actor=world.lead, draft=draft, revision=1, frame={"horizon": 2})

    assert AuditEvent.objects.count() == before
    assert CaseDraft.objects.get().revision == 1


def test_who_was_overtaken_changes_nothing_and_learns_what_the_other_did(world):
    draft = begun(world, simple_plan())
    services.add_line(actor=world.scientist, draft=draft, revision=1, line=line())

    for change in (
        lambda: services.add_line(actor=world.lead, draft=draft, revision=1, line=line("mine")),
        lambda: services.change_line(actor=world.lead, draft=draft, revision=1, key="build", line=line()),
        lambda: services.remove_line(actor=world.lead, draft=draft, revision=1, key="build"),
        lambda: services.set_frame(actor=world.lead, draft=draft, revision=1, frame={"horizon": 9}),
        lambda: services.discard_draft(actor=world.lead, draft=draft, revision=1),
        lambda: services.write_down(actor=world.lead, draft=draft, revision=1),
    ):
        with pytest.raises(Conflict, match="changed the draft meanwhile"):
            change()

    assert [item.key for item in plan_now(draft).lines] == ["build", "gpu", "kept"]
    [change] = changes_since(draft_of(world.use_case), 1)
    assert (change.event.actor_label, change.line, change.what) == (world.scientist.label, "gpu", "Line added to the draft")


def test_only_who_works_on_the_use_case_changes_the_draft(world):
    draft = begun(world, simple_plan())

    for who in (world.auditor, world.stranger):
        with pytest.raises(NotAllowed):
            services.add_line(actor=who, draft=draft, revision=1, line=line())
        with pytest.raises(NotAllowed):
            services.discard_draft(actor=who, draft=draft, revision=1)
        with pytest.raises(NotAllowed):
            services.write_down(actor=who, draft=draft, revision=1)


def test_a_key_that_is_taken_and_a_line_that_is_gone_are_told(world):
    draft = begun(world, simple_plan())

    with pytest.raises(Invalid, match="is there already"):
        services.add_line(actor=world.lead, draft=draft, revision=1, line=line("build"))
    with pytest.raises(Missing, match="no such line"):
        services.change_line(actor=world.lead, draft=draft, revision=1, key="gone", line=line())
    with pytest.raises(Invalid, match="no such field"):
        services.set_frame(actor=world.lead, draft=draft, revision=1, frame={"lines": ()})


def test_taking_a_line_out_takes_it_out_of_scenarios_too(world):
    draft = begun(world, rich_plan())

    services.remove_line(actor=world.lead, draft=draft, revision=1, key="kept")

    assert plan_now(draft).scenarios[0].overrides == {}
    assert not [item for item in drafting.looked_at(plan_now(draft)).problems if item.path.startswith("scenarios")]


def test_written_down_it_is_a_version_with_all_its_authors_and_no_draft_any_more(world):
    draft = begun(world, simple_plan())
    services.add_line(actor=world.scientist, draft=draft, revision=1, line=line())

    row = services.write_down(actor=world.business, draft=draft, revision=2, note="With computing")

    assert (row.number, row.note, row.created_by) == (2, "With computing", world.business.user)
    assert set(row.authors) == {world.lead.user.public_id, world.scientist.user.public_id}
    assert not CaseDraft.objects.exists()
    assert [finding for finding in verify() if finding.altered] == []


def test_a_draft_that_is_wrong_is_not_written_down_and_stays(world):
    draft = begun(world, simple_plan())
    services.add_line(actor=world.lead, draft=draft, revision=1, line=line(risk=Decimal("0.3"), to_period=9))

    with pytest.raises(Invalid) as caught:
        services.write_down(actor=world.lead, draft=draft, revision=2)

    assert {error.field for error in caught.value.errors} == {"lines[1].risk_reason", "lines[1].from_period"}
    assert CaseDraft.objects.get().revision == 2


def test_a_version_that_was_written_past_the_draft_has_to_be_seen_first(world):
    draft = begun(world, simple_plan())
    services.change_line(actor=world.lead, draft=draft, revision=1, key="build", line=line("build"))
    services.write_snapshot(actor=world.scientist, use_case=world.use_case, plan=simple_plan(horizon=5))

    with pytest.raises(Conflict, match="new snapshot meanwhile"):
        services.write_down(actor=world.lead, draft=draft, revision=2)
    assert CaseDraft.objects.exists()

    assert services.write_down(actor=world.lead, draft=draft, revision=2, based_on=2).number == 3


def test_a_draft_that_changes_nothing_gives_no_version(world):
    draft = begun(world, simple_plan())

    row = services.write_down(actor=world.lead, draft=draft, revision=1)

    assert row.number == 1
    assert (Snapshot.objects.count(), CaseDraft.objects.count()) == (1, 0)


def test_a_plan_in_another_currency_does_not_replace_the_draft(world):
    draft = begun(world, simple_plan())

    with pytest.raises(Conflict, match="kept in EUR"):
        services.put_draft(
            actor=world.lead, use_case=world.use_case, plan=plan_as_mapping(simple_plan(currency="USD")), revision=1
        )
    assert plan_now(draft).currency == "EUR"


def test_a_discarded_draft_is_gone_and_the_case_stays(world):
    draft = begun(world, simple_plan())

    services.discard_draft(actor=world.lead, draft=draft, revision=1)

    assert not CaseDraft.objects.exists()
    assert kinds()[-1] == "draft.discarded"
    with pytest.raises(Missing, match="written down or discarded"):
        services.add_line(actor=world.lead, draft=draft, revision=1, line=line())


def test_a_line_is_put_beside_those_of_its_kind_and_category(world):
    plan = rich_plan()

    assert [item.key for item in drafting.with_line(plan, line("more")).lines] == ["kept", "gpu", "more", "data"]
    assert [item.key for item in drafting.with_line(plan, line("gain", kind="benefit", category="saving")).lines][:2] == [
        "kept",
        "gain",
    ]


def test_lines_move_among_those_of_their_kind_and_no_further():
    plan = rich_plan()

    assert [item.key for item in drafting.with_moved(plan, "data", -1).lines] == ["kept", "data", "gpu"]
    assert drafting.with_moved(plan, "data", 5) == plan
    assert drafting.with_moved(plan, "kept", 1) == plan


def test_keys_come_from_titles_and_are_never_taken():
    assert drafting.free_key("GPU hours", []) == "gpu_hours"
    assert drafting.free_key("GPU hours", ["gpu_hours", "gpu_hours_2"]) == "gpu_hours_3"
    assert drafting.free_key("标注", []) == "line"
    assert drafting.free_key("New", []) == "new_2"  # `new` is the address of another line


def test_the_currency_can_be_put_right_until_a_version_says_amounts_in_it(world):
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR")
    services.set_frame(actor=world.lead, draft=draft, revision=1, frame={"currency": "CHF", "horizon": 2})

    assert (plan_now(draft).currency, Case.objects.get().currency) == ("CHF", "CHF")
    assert kinds()[-2:] == ["case.currency_corrected", "draft.framed"]

    services.discard_draft(actor=world.lead, draft=draft, revision=2)
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case, currency="USD")
    assert (plan_now(draft).currency, Case.objects.get().currency) == ("USD", "USD")

    services.put_draft(
        actor=world.lead, use_case=world.use_case, plan=plan_as_mapping(simple_plan(currency="JPY")), revision=draft.revision
    )
    assert (plan_now(draft).currency, Case.objects.get().currency) == ("JPY", "JPY")


def test_nobody_else_writes_in_another_currency_beside_a_draft(world):
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR")

    with pytest.raises(Conflict, match="kept in EUR"):
        write_snapshot(actor=world.lead, use_case=world.use_case, plan=simple_plan(currency="USD"))
    assert (plan_now(draft).currency, Case.objects.get().currency) == ("EUR", "EUR")


def test_exchange_rates_hold_a_currency(world):
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR")
    rate = Exchange("USD", Decimal("0.9"), "ECB", date(2026, 1, 5))
    services.change_draft(
        actor=world.lead, draft=draft, revision=1, part="rates", change=lambda plan: replace(plan, exchange=(rate,))
    )

    with pytest.raises(Conflict, match="Take the exchange rates out first"):
        services.set_frame(actor=world.lead, draft=draft, revision=2, frame={"currency": "CHF"})
    assert Case.objects.get().currency == "EUR"


def test_a_currency_that_is_none_is_refused(world):
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case, currency="EUR")

    with pytest.raises(Invalid):
        services.set_frame(actor=world.lead, draft=draft, revision=1, frame={"currency": "E1R"})
    assert Case.objects.get().currency == "EUR"
