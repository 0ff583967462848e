"""Budgets: who opens, changes and ends them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.economics import services
from governance.economics.selectors.budgets import figures_of_budgets
from governance.people import services as people
from tests.economics.provided import approved, asked_of, budget_of, costing, payer_of, put_up, today


@pytest.fixture
def payer(world):
    return payer_of()


def test_a_budget_is_raised_and_cut_with_a_reason_and_each_change_is_kept(payer):
    row = budget_of(payer, "1000")
    services.change_budget(actor=payer, budget=row, amount=Decimal(1500), reason="More teams.")
    services.change_budget(actor=payer, budget=row, amount=Decimal(1200), reason="Prices fell.")

    row.refresh_from_db()
    assert row.amount == 1200
    assert [(item.before, item.after) for item in row.changes.order_by("pk")] == [(1000, 1500), (1500, 1200)]
    kinds = list(AuditEvent.objects.filter(subject_id=row.public_id).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["economics.budget.opened", "economics.budget.changed", "economics.budget.changed"]


def test_a_change_needs_a_reason_and_another_amount(payer):
    row = budget_of(payer, "1000")

    with pytest.raises(Invalid, match="Say why"):
        services.change_budget(actor=payer, budget=row, amount=Decimal(1), reason=" ")
    with pytest.raises(Invalid, match="that much already"):
        services.change_budget(actor=payer, budget=row, amount=Decimal(1000), reason="Why not.")


@pytest.mark.parametrize(
    ("said", "why"), [("XYZ", "no code of ISO 4217. Check"), ("RMB", "Write CNY"), ("E1", "three capital letters")]
)
def test_a_budget_is_kept_in_money_that_there_is(payer, said, why):
    with pytest.raises(Invalid) as error:
        budget_of(payer, currency=said)
    assert [item.field for item in error.value.errors] == ["currency"]
    assert why in error.value.errors[0].message


def test_a_budget_holder_of_one_use_case_opens_no_budget_of_the_organisation(world, payer):
    people.grant_role(actor=world.lead, user=world.scientist.user, role="budget_holder", scope=world.use_case.public_id)

    with pytest.raises(NotAllowed, match="whole organisation"):
        budget_of(world.scientist, holder=payer.user)
    with pytest.raises(Invalid, match="no budget holder of the whole organisation"):
        budget_of(payer, holder=world.scientist.user)


def test_who_holds_it_changes_it_and_others_are_told_who_does(world, payer):
    row = budget_of(payer)

    with pytest.raises(NotAllowed, match="Payer, who holds this budget"):
        services.change_budget(actor=world.lead, budget=row, amount=Decimal(1), reason="Because.")
    services.change_budget(actor=world.admin, budget=row, amount=Decimal(1), reason="Because.")


def test_a_name_is_taken_once_while_the_budget_is_open(payer):
    first = budget_of(payer)

    with pytest.raises(Conflict, match="of that name already"):
        budget_of(payer)
    services.end_budget(actor=payer, budget=first, reason="Over.")
    budget_of(payer)


def test_a_budget_on_which_something_draws_is_not_ended(world, payer):
    row = budget_of(payer)
    asked = asked_of(world, row)

    with pytest.raises(Conflict, match="1 requests draw on this budget"):
        services.end_budget(actor=payer, budget=row, reason="Over.")
    services.end_provision(actor=world.scientist, provision=asked, because_of="Not needed.")
    services.end_budget(actor=payer, budget=row, reason="Over.")
    with pytest.raises(Conflict, match="was ended"):
        asked_of(world, row)


def test_committed_spent_left_and_asked_follow_what_happens(world, payer):
    row = budget_of(payer, "1000")
    held = approved(world, payer, costing(world, row, "300", from_date=today(), until_date=today() + timedelta(days=20)))
    put_up(world, costing(world, row, "500", title="More"))
    services.record_use(actor=world.engineer, provision=held, month=today(), amount=Decimal(120))

    found = figures_of_budgets([row])[row.pk]
    assert (found.spent, found.committed, found.left, found.asked) == (120, 180, 700, 500)
    services.end_provision(actor=world.scientist, provision=held, because_of="Done early.")
    found = figures_of_budgets([row])[row.pk]
    assert (found.spent, found.committed, found.left) == (120, 0, 880)


def test_a_budget_may_be_cut_below_what_is_committed_and_is_overdrawn_then(world, payer):
    row = budget_of(payer, "1000")
    approved(world, payer, costing(world, row, "600"))
    services.change_budget(actor=payer, budget=row, amount=Decimal(500), reason="Cut for everybody.")
    row.refresh_from_db()

    assert figures_of_budgets([row])[row.pk].left == -100
