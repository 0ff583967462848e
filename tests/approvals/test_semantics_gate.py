"""What a gate says of the checks that were made: allow, deny or pending."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest

from approvals.gate import decide


@dataclass
class Result:
    status: str
    blocking: bool = True


def results(*statuses):
    return [Result(status.removesuffix("?"), not status.endswith("?")) for status in statuses]  # "fail?" is advice


@pytest.mark.parametrize(
    ("statuses", "answer"),
    [
        (("pass",), "allow"),
        (("pass", "pass"), "allow"),
        (("pass", "fail"), "deny"),
        (("pending", "fail", "unknown"), "deny"),
        (("pass", "pending"), "pending"),
        (("pass", "unknown"), "pending"),
        (("pass", "something new"), "pending"),
        ((), "pending"),
        (("pass?",), "pending"),
        (("pass", "fail?"), "allow"),
        (("pending", "fail?"), "pending"),
    ],
)
def test_the_gate_answers(statuses, answer):
    assert decide(results(*statuses)) == answer


def test_the_gate_allows_only_where_something_blocking_was_looked_at_and_all_of_it_passed():
    for statuses in product(("pass", "fail", "pending", "unknown", "fail?", "pass?"), repeat=3):
        blocking = [status for status in statuses if not status.endswith("?")]
        allowed = bool(blocking) and set(blocking) == {"pass"}
        assert (decide(results(*statuses)) == "allow") == allowed
        assert decide(results(*statuses)) == decide(reversed(results(*statuses)))
