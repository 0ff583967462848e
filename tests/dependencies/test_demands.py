"""What a risk tier demands."""

from __future__ import annotations

from itertools import pairwise

import pytest

from governance.dependencies.advisories import SEVERITIES
from governance.dependencies.demands import DEMANDS, demand_of, is_dev
from governance.dependencies.review_graph import SHIPPED
from governance.usecases.risk import TIERS


def test_every_tier_has_its_demands_and_names_only_criteria_that_exist():
    assert tuple(DEMANDS) == TIERS
    for demand in DEMANDS.values():
        assert all(name in SHIPPED for name in demand.runtime | demand.dev)
        assert demand.least_severity in SEVERITIES


def test_a_higher_tier_demands_at_least_as_much_of_everything():
    for lower, higher in pairwise(TIERS):
        less, more = DEMANDS[lower], DEMANDS[higher]
        for one, other in ((less.runtime, more.runtime), (less.dev, more.dev)):
            assert all(SHIPPED.vouch(other, name) for name in one)
        assert SEVERITIES.index(more.least_severity) <= SEVERITIES.index(less.least_severity)
        assert more.data_lasts <= less.data_lasts
        assert more.every_file >= less.every_file


@pytest.mark.parametrize("tier", ["", "unheard-of"])
def test_a_use_case_whose_tier_nobody_knows_is_taken_for_one_of_the_highest(tier):
    assert demand_of(tier) is DEMANDS["high"]


@pytest.mark.parametrize(
    ("groups", "dev"),
    [
        ((), False),
        (("dev",), True),
        (("main", "dev"), False),
        (("group:Dev", "test"), True),
        (("extra:plot",), False),
        (("platform:linux-64",), False),
        (("dev", "platform:linux-64"), True),
        (("build",), False),
        (("optional",), False),
        (("my-own",), False),
        (("develop",), True),
    ],
)
def test_only_what_is_listed_for_development_alone_is_taken_for_that(groups, dev):
    assert is_dev(groups) is dev


def test_a_flaw_whose_severity_nobody_told_counts_in_every_tier():
    assert all(demand.counts("") and demand.counts("unheard-of") for demand in DEMANDS.values())
    assert [tier for tier, demand in DEMANDS.items() if demand.counts("medium")] == ["medium", "high"]
