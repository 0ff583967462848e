"""Two approvals that together would overdraw a budget: one of them is within it, the other one is asked anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from approvals.selectors.standing import standing_of
from approvals.services.ballots import cast_ballot
from governance.economics.models import ProvisionRequest
from governance.economics.selectors.budgets import figures_of_budgets
from tests.conftest import make_world
from tests.economics.provided import budget_of, costing, payer_of, put_up, say
from tests.together import together


@pytest.fixture
def met(transactional_db: None) -> Any:
    if connection.vendor != "postgresql":
        pytest.skip("threads meet on PostgreSQL only")
    return make_world()


def test_two_approvals_that_together_overdraw_a_budget_are_not_both_within_it(met):
    payer = payer_of()
    budget = budget_of(payer, "1000")
    for turn in range(3):
        rows = [costing(met, budget, "250", title=f"{turn} {name}") for name in ("one", "two", "three")]
        requests = [put_up(met, row) for row in rows]
        for request in requests:
            say(met.lead, request, "need")
        judged = [standing_of(request).digest for request in requests]
        together(
            [
                lambda request=request, digest=digest: cast_ballot(
                    actor=payer, request=request, step="budget", verdict="approve", digest=digest, comment="Yes."
                )
                for request, digest in zip(requests, judged, strict=True)
            ]
        )
        figures = figures_of_budgets([budget])[budget.pk]
        assert figures.left >= 0
        held = ProvisionRequest.objects.filter(budget=budget, decision="approved").count()
        assert figures.committed == 250 * held
        assert held == min(3 * (turn + 1), 4)
