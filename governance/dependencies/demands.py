"""What is demanded of the packages that a use case rests on, by its risk tier. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from governance.dependencies.advisories import SEVERITIES
from governance.usecases.risk import TIERS

# Groups under which lock files list what is there to build, check or describe, and never runs where the model does.
DEV_GROUPS = frozenset({"dev", "develop", "development", "test", "tests", "testing", "docs", "doc", "lint", "typing", "excluded"})
_SAYS_WHERE = "platform:"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a package has to be reviewed for where it runs with the model (`runtime`) and where it does not (`dev`).

    Nothing at all means that such packages are listed and decide nothing. `least_severity` is the least of a flaw that counts; one
    whose severity nobody told counts always. `data_lasts` is how old the newest advisory may be. With `every_file`, each file that a
    lock would let in has to be known; else it is enough to know one, and the others are told.
    """

    tier: str
    runtime: frozenset[str]
    dev: frozenset[str]
    least_severity: str
    data_lasts: timedelta
    every_file: bool = False

    def criteria_for(self, groups: Iterable[str]) -> frozenset[str]:
        return self.dev if is_dev(groups) else self.runtime

    def and_for(self, criteria: Iterable[str]) -> Demand:
        """The same, and what runs with the model has to be reviewed for these too."""
        return replace(self, runtime=self.runtime.union(criteria))

    def counts(self, severity: str) -> bool:
        return severity not in SEVERITIES or SEVERITIES.index(severity) >= SEVERITIES.index(self.least_severity)


DEMANDS = {
    "low": Demand("low", frozenset({"safe-to-run"}), frozenset(), "high", timedelta(days=30)),
    "medium": Demand("medium", frozenset({"safe-to-deploy"}), frozenset({"safe-to-run"}), "medium", timedelta(days=14)),
    "high": Demand(
        "high",
        frozenset({"safe-to-deploy", "io-verified"}),
        frozenset({"safe-to-run"}),
        "low",
        timedelta(days=7),
        every_file=True,
    ),
}


def demand_of(tier: str) -> Demand:
    """What a tier demands. A use case whose tier nobody knows is taken for one of the highest."""
    return DEMANDS.get(tier, DEMANDS[TIERS[-1]])


def is_dev(groups: Iterable[str]) -> bool:
    """Whether a lock file lists a package only for what never runs with the model. A group that is not known is taken for one that does."""
    named = [_plain(group) for group in groups if not group.startswith(_SAYS_WHERE)]
    return bool(named) and all(group in DEV_GROUPS for group in named)


def _plain(group: str) -> str:
    """uv writes `group:dev` beside `main` and `extra:plot`."""
    return group.strip().lower().removeprefix("group:")
