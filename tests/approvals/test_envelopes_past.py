"""What an envelope would have let in, and what it did let in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.selectors.envelopes import since_approval, trial, trial_of
from approvals.services import envelopes as services
from tests.approvals.asking import redefine
from tests.approvals.envelopes import BODY, agreed, answer, baseline, retrained, write  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_a_trial_shows_what_would_have_gone_in_and_failed(world, write, push, ask, vote, gate):
    good = retrained(push, "8", "0.72")
    bad = retrained(push, "9", "0.71")
    vote(world.validator, ask(bad), "validation", "reject", "It favours the rich.")
    retrained(push, "10", "0.50")
    row = write()
    found = trial_of(row)
    assert [(item.past.label, item.inside, item.past.failures) for item in found.versions] == [
        ("churn-model@10", False, ()),
        ("churn-model@9", True, ("rejected",)),
        ("churn-model@8", True, ()),
    ]
    assert (found.inside, found.regretted) == (2, 1)
    assert found.baseline.inside
    assert good.label == "churn-model@8"
    retrained(push, "11", "0.70")
    assert len(trial_of(row).versions) == 3  # what came later is no past


def test_a_trial_leaves_other_days_out(world, write, push):
    """The definition of today is taken on both sides: an old version is not outside because people know better now."""
    retrained(push)
    row = write()
    redefine(world)
    assert trial_of(row).inside == 1


def test_a_trial_costs_the_same_for_many(world, write, push, gate, baseline):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            trial(limits, baseline, gate.environment)
        return len(queries)

    limits = services.read_limits(BODY)
    retrained(push, "100")
    first = cost()
    for number in range(101, 106):
        retrained(push, str(number))
    assert cost() == first


def test_what_went_in_is_told_from_the_gate_s_own_answers(world, agreed, push, answer):
    row = agreed()
    inside, outside = retrained(push, "8"), retrained(push, "9", "0.1")
    assert [item.let_in for item in since_approval(row)] == [None, None]
    body = answer(inside)
    answer(outside)
    found = {item.version.label: item for item in since_approval(row)}
    assert found[inside.label].tried.inside
    assert not found[outside.label].tried.inside
    assert (found[inside.label].let_in is not None) == (body["decision"] == "allow")
    assert found[outside.label].let_in is None
