"""The answer about some lock files as of an instant, and the rows that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from governance.dependencies.models import DependencySet
from governance.dependencies.selectors.reported import Grounds, grounds_of
from governance.dependencies.selectors.status import status_of
from governance.dependencies.status import Status
from governance.usecases.models import UseCase


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer about some lock files, and the rows that it names."""

    status: Status
    grounds: Grounds
    use_case: UseCase | None


def judged(sets: Iterable[DependencySet], *, use_case: UseCase | None, at: datetime, also: Iterable[str] = ()) -> Judged:
    """As of `at`, by what was known then. `also` are criteria that policies demand beside what the risk demands.

    Some twenty queries, however many packages there are.
    """
    status = status_of(sets, use_case=use_case, at=at, also=also)
    return Judged(status, grounds_of(status), use_case)
