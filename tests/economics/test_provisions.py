"""Provisions: asked for, decided within and above a budget, used, ended."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.services import decisions
from foundation import clock, outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from governance.economics import services
from governance.economics.models import ProvisionRequest
from governance.economics.services import provision_news, provision_requests
from governance.people.models import Notice
from tests.economics.provided import approved, asked_of, budget_of, costing, payer_of, put_up, said_of, say, today


@pytest.fixture
def payer(world):
    return payer_of()


@pytest.fixture
def budget(payer):
    return budget_of(payer, "1000")


def steps(request: Request) -> dict[str, str]:
    request = Request.objects.get(pk=request.pk)
    return {step.key: step.state for step in standing_of(request).verdict.steps}


# Asking ---------------------------------------------------------------------------------------------------------------


def test_the_total_is_quantity_times_price_in_every_month(world, budget):
    row = asked_of(world, budget)
    months = (row.until_date.year - row.from_date.year) * 12 + row.until_date.month - row.from_date.month + 1

    assert row.total == 200 * months
    assert (row.number, row.state()) == (1, "asked")


def test_every_problem_is_told_at_once_with_its_place(world, budget):
    wrong = said_of(
        budget,
        title="",
        lines=[{"title": "GPU hours", "quantity": "many", "unit": "", "unit_price": "1,5"}],
        alternatives=[{"title": "Nothing", "cost": "-1", "why_not": ""}],
        without={"days": "-1", "because": ""},
        until_date=today() + timedelta(days=900),
    )
    with pytest.raises(Invalid) as error:
        services.ask_provision(actor=world.scientist, use_case=world.use_case, **wrong)

    assert {item.field for item in error.value.errors} >= {
        "title", "lines[0].quantity", "lines[0].unit_price", "alternatives[0].cost", "alternatives[0].why_not", "without.days",
        "without.because", "until_date",
    }  # fmt: skip


def test_what_nobody_sees_stands_on_no_paper(world, budget):
    with pytest.raises(Invalid) as error:
        costing(world, budget, "400", title="GPU\u202e", need="It is\u200b needed.")
    assert [(item.field, item.code) for item in error.value.errors] == [("title", "hidden"), ("need", "hidden")]


def test_something_cheaper_was_looked_at_or_it_is_said_why_there_is_nothing(world, budget):
    dearer = [{"title": "More", "cost": "100000", "why_not": "Too dear."}]
    with pytest.raises(Invalid, match="costs less"):
        asked_of(world, budget, alternatives=dearer)
    assert asked_of(world, budget, alternatives=dearer, no_cheaper="Nobody sells less.").alternatives[0]["title"] == "More"


def test_a_day_is_worth_what_the_case_says_and_another_value_needs_a_reason(world, budget):
    gain = {
        "key": "gain",
        "title": "Gain",
        "kind": "benefit",
        "quantity": 1,
        "unit_price": 36500,
        "from_period": 1,
        "to_period": 3,
    }
    case = {"currency": "EUR", "horizon": 3, "discount_rate": Decimal("0.1"), "real_or_nominal": "real", "lines": [gain]}
    services.write_snapshot(actor=world.lead, use_case=world.use_case, **case)
    row = asked_of(world, budget)
    assert (row.without["source"], row.without["a_day"]) == ("case", "100")
    assert row.without["basis"]["snapshot"] == 1

    with pytest.raises(Invalid, match="why a day is worth that"):
        asked_of(world, budget, without={"days": "3", "because": "Wait.", "a_day": "50"})
    stated = asked_of(world, budget, without={"days": "3", "because": "Wait.", "a_day": "50", "a_day_because": "A fine."})
    assert (stated.without["source"], stated.without["a_day"]) == ("stated", "50")


def test_rows_of_a_file_are_counted_as_a_spreadsheet_counts_them(world, payer, budget):
    row = approved(world, payer, costing(world, budget, "400"))
    with pytest.raises(Invalid) as error:
        services.import_uses(actor=world.engineer, provision=row, content=f"month,amount\n\n\n{today():%Y-%m},x\n".encode())
    assert [item.field for item in error.value.errors] == ["row 4, amount"]


def test_what_was_asked_for_can_be_refused_when_its_time_is_over(world, payer, budget):
    row = costing(world, budget, "400")
    with clock.at(clock.now() + timedelta(days=200)):
        done = provision_requests.refuse_provision(actor=payer, provision=row, request="rq_1", because="Too late.")
        assert done.state() == "refused"
    assert done.state(clock.now() - timedelta(days=1)) == "asked"  # nobody had decided then


def test_who_does_not_work_on_the_use_case_asks_for_nothing(world, budget):
    with pytest.raises(NotAllowed, match="do not work on this use case"):
        services.ask_provision(actor=world.auditor, use_case=world.use_case, **said_of(budget))


def test_only_an_exception_names_a_deviation_and_only_what_was_approved_is_renewed(world, payer, budget):
    row = asked_of(world, budget)
    with pytest.raises(Invalid, match="Only what was approved can be renewed"):
        asked_of(world, budget, renews=row)
    approved(world, payer, row)
    assert asked_of(world, budget, renews=row).renews == row


# Deciding -------------------------------------------------------------------------------------------------------------


def test_within_the_budget_the_lead_says_it_is_needed_and_the_holder_decides(world, payer, budget):
    row = costing(world, budget, "400")
    request = put_up(world, row)
    assert steps(request) == {"need": "pending", "budget": "waiting", "above": "not_applicable"}

    say(world.lead, request, "need")
    request = say(payer, request, "budget")
    row.refresh_from_db()
    assert (request.state, row.state(), row.request) == ("approved", "approved", request.public_id)
    assert Notice.objects.filter(user=world.scientist.user, kind="economics.provision.decided").exists()


def test_above_the_budget_somebody_else_agrees_too(world, payer, budget):
    row = costing(world, budget, "1400")
    request = put_up(world, row)
    say(world.lead, request, "need")
    request = say(payer, request, "budget")
    assert (request.state, steps(request)["above"]) == ("open", "pending")

    request = say(world.business, request, "above")
    row.refresh_from_db()
    assert (request.state, row.state()) == ("approved", "approved")


def test_who_asked_decides_nothing(world, payer, budget):
    said = said_of(budget)
    row = services.ask_provision(actor=payer, use_case=world.use_case, **said)
    request = put_up(world, row)
    say(world.lead, request, "need")

    with pytest.raises(NotAllowed):
        say(payer, request, "budget")


def test_another_budget_holder_cannot_spend_a_budget_that_is_not_theirs(world, payer, budget):
    other = payer_of("other")
    row = costing(world, budget, "400")
    request = put_up(world, row)
    say(world.lead, request, "need")

    with pytest.raises(Conflict, match="Payer holds this budget"):
        say(other, request, "budget")
    assert say(payer, request, "budget").state == "approved"


def test_the_second_of_two_that_fit_alone_is_above_once_the_first_is_approved(world, payer, budget):
    first, second = costing(world, budget, "700"), costing(world, budget, "700", title="Another")
    waiting = put_up(world, second)
    say(world.lead, waiting, "need")
    assert steps(waiting)["above"] == "not_applicable"

    approved(world, payer, first)
    assert steps(waiting) == {"need": "met", "budget": "pending", "above": "pending"}
    outbox.deliver()
    waiting = say(payer, waiting, "budget")
    assert waiting.state == "open"


def test_what_the_holder_said_about_a_budget_that_had_enough_is_asked_again_when_it_has_not(world, payer, budget):
    row = costing(world, budget, "700")
    request = put_up(world, row)
    say(world.lead, request, "need")
    services.change_budget(actor=payer, budget=budget, amount=Decimal(100), reason="Cut.")
    say(payer, request, "budget")
    services.change_budget(actor=payer, budget=budget, amount=Decimal(1000), reason="Restored.")

    assert steps(request) == {"need": "met", "budget": "pending", "above": "not_applicable"}  # the need stays judged


def test_a_rejection_refuses_it_and_a_revocation_ends_it(world, payer, budget):
    row = costing(world, budget, "400")
    request = put_up(world, row)
    say(world.lead, request, "need", "reject", "Not now.")
    row.refresh_from_db()
    assert (row.state(), row.decision) == ("refused", "refused")

    again = approved(world, payer, costing(world, budget, "400"))
    decisions.revoke(actor=world.admin, request=Request.objects.get(public_id=again.request), reason="It was a mistake.")
    again.refresh_from_db()
    assert (again.state(), again.ended_because) == ("ended", "It was a mistake.")


def test_withdrawing_takes_the_request_along(world, budget):
    row = costing(world, budget, "400")
    request = put_up(world, row)
    services.end_provision(actor=world.scientist, provision=row, because_of="Not needed.")
    outbox.deliver()

    request.refresh_from_db()
    assert (row.state() if row.refresh_from_db() is None else "", request.state) == ("withdrawn", "withdrawn")


# Use, end, warning ----------------------------------------------------------------------------------------------------


def test_the_same_reference_is_taken_in_once(world, payer, budget):
    row = approved(world, payer, costing(world, budget, "400"))
    said = {
        "actor": world.engineer,
        "provision": row,
        "month": today(),
        "amount": Decimal(10),
        "source": "ci",
        "reference": "run-1",
    }
    first = services.record_use(**said)
    again = services.record_use(**said)
    assert (first.is_new, again.is_new, again.use) == (True, False, first.use)

    with pytest.raises(Conflict, match="other figures"):
        services.record_use(**{**said, "amount": Decimal(11)})


def test_a_correction_takes_back_no_more_than_was_recorded(world, payer, budget):
    """Below nothing a budget would have more left than it ever had."""
    row = approved(world, payer, costing(world, budget, "400"))
    said = {"actor": world.engineer, "provision": row, "month": today()}
    services.record_use(**said, amount=Decimal(10))
    with pytest.raises(Invalid, match="Only 10 was recorded"):
        services.record_use(**said, amount=Decimal("-10.01"))

    for field in ("reference", "note", "unit"):
        with pytest.raises(Invalid) as error:
            services.record_use(**said, amount=Decimal(1), **{field: "a\0b"})
        assert [(item.field, item.code) for item in error.value.errors] == [(field, "hidden")]
    services.record_use(**said, amount=Decimal(-10))
    assert sum(item.amount for item in row.uses.all()) == 0


def test_nothing_is_used_of_what_was_not_approved_or_outside_its_months(world, payer, budget):
    row = costing(world, budget, "400")
    with pytest.raises(NotAllowed, match="Nothing was approved"):
        services.record_use(actor=world.engineer, provision=row, month=today(), amount=Decimal(10))
    approved(world, payer, row)
    with pytest.raises(Invalid, match="nothing can have been used in that month"):
        services.record_use(actor=world.engineer, provision=row, month=today() - timedelta(days=70), amount=Decimal(10))
    with pytest.raises(Invalid, match="has not begun"):
        services.record_use(actor=world.engineer, provision=row, month=today() + timedelta(days=40), amount=Decimal(10))


def test_a_file_is_taken_in_whole_or_not_at_all_and_says_which_cell_is_wrong(world, payer, budget):
    row = approved(world, payer, costing(world, budget, "400"))
    month = f"{today():%Y-%m}"
    wrong = f"month,amount,reference\n{month},12.50,a\n2019-01,1,b\n{month},zwölf,c\n".encode()
    with pytest.raises(Invalid) as error:
        services.import_uses(actor=world.engineer, provision=row, content=wrong)
    assert [item.field for item in error.value.errors] == ["row 3, month", "row 4, amount"]
    assert not row.uses.exists()

    good = f"Month;Amount;Quantity;Unit;Reference\n{month};12.50;5;GPU hour;a\n{month};-2.50;0;;b\n".encode("utf-8-sig")
    assert [item.is_new for item in services.import_uses(actor=world.engineer, provision=row, content=good)] == [True, True]
    assert [item.is_new for item in services.import_uses(actor=world.engineer, provision=row, content=good)] == [False, False]
    assert sum(item.amount for item in row.uses.all()) == 10


def test_it_runs_out_by_itself_on_the_day_after_its_last(world, payer, budget):
    row = approved(world, payer, costing(world, budget, "400"))
    last = clock.now() + (row.until_date - today()) * 1
    assert row.state(last) == "approved"
    assert row.state(last + timedelta(days=1)) == "expired"


def test_who_asked_and_who_holds_the_budget_are_warned_once_two_weeks_before(world, payer, budget):
    row = approved(world, payer, costing(world, budget, "400", until_date=today() + timedelta(days=20)))
    assert provision_news.warn_of_ends() == 0
    with clock.at(clock.now() + timedelta(days=7)):
        assert provision_news.warn_of_ends() == 1
        assert provision_news.warn_of_ends() == 0

    told = Notice.objects.filter(kind="economics.provision.ending", subject_id=row.public_id)
    assert {notice.user for notice in told} == {world.scientist.user, payer.user}
    assert ProvisionRequest.objects.get(pk=row.pk).warned_at is not None
