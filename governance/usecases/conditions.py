"""What has to be true before a use case enters or leaves a stage: one question to the records, with an answer for people.

Lifecycles name conditions by key. Each room registers the ones about its own records in `ready()`, so that this one needs to know
none of them; `docs/stages.md` shows how. A key that nobody registered is unknown, and unknown refuses.

Keys of the shipped lifecycle that rooms and parts register: `definition.*`, `risk.tier`, `roles.<role>`, `documents.present`,
`hand_over.accepted`, `increments.shown`, `stack.fits` (this room), `dictionary.bound`, `dependencies.locked`, `dependencies.reviewed`,
`dependencies.no_known_flaws`,
`economics.snapshot`, `economics.approved`, `version.registered`, `version.reproducible` (lineage), `approvals.allowed`,
`approvals.nothing_open` (approvals).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

import structlog
from django.db import DatabaseError
from django.utils.translation import gettext as _

from governance.usecases.models import UseCase

log = structlog.get_logger(__name__)
State = Literal["met", "unmet", "unknown"]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the records say. `said` is a sentence; `url` leads to where one acts; `roles` are those whose move it is."""

    state: State
    said: Any
    url: str = ""
    roles: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        return self.state == "met"


class Cases(Sequence[UseCase]):
    """Use cases that are asked about together. What one condition has read of all of them, another need not read again."""

    def __init__(self, rows: Iterable[UseCase]) -> None:
        self._rows = list(rows)
        self._read: dict[str, Any] = {}

    def once(self, name: str, read: Callable[[], Found]) -> Found:
        """What `read` gives; it is called for the first that asks under this name."""
        if name not in self._read:
            self._read[name] = read()
        found: Found = self._read[name]
        return found

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[UseCase]:
        return iter(self._rows)

    @overload
    def __getitem__(self, place: int) -> UseCase: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[UseCase]: ...
    def __getitem__(self, place: int | slice) -> UseCase | Sequence[UseCase]:
        return self._rows[place]


Evaluate = Callable[[UseCase], Answer]
EvaluateMany = Callable[[Cases], Mapping[int, Answer]]


@dataclass(frozen=True, slots=True)
class Condition:
    """One question. `many` answers it for a whole page of use cases, by primary key, at a constant number of queries."""

    key: str
    label: Any
    many: EvaluateMany
    in_lists: bool  # whether it costs a list no more than a page


_conditions: dict[str, Condition] = {}


def register(key: str, label: Any, evaluate: Evaluate | None = None, *, many: EvaluateMany | None = None) -> None:
    """Make a condition known, from `ready()`: `evaluate` for one use case, or better `many` for all of a list at once.

    With `evaluate` alone a board asks once for each of its cards. A key that is taken, or no way to answer, is a programming error.
    """
    if key in _conditions:
        raise ValueError(f"the condition {key} is registered twice")
    if many is None and evaluate is None:
        raise ValueError(f"the condition {key} has no way to be answered")
    one_by_one = evaluate
    ask = many or (lambda cases: {case.pk: one_by_one(case) for case in cases} if one_by_one else {})
    _conditions[key] = Condition(key, label, ask, in_lists=many is not None)


def condition(key: str) -> Condition | None:
    return _conditions.get(key)


def all_conditions() -> list[Condition]:
    """Every condition that a lifecycle may name, by key."""
    return [_conditions[key] for key in sorted(_conditions)]


def label_of(key: str) -> str:
    """What a condition asks for, in the reader's language; the key itself where nobody registered it."""
    known = _conditions.get(key)
    return str(known.label) if known else key


def evaluate(use_case: UseCase, keys: Iterable[str]) -> dict[str, Answer]:
    """The answer to each key for one use case."""
    return evaluate_many([use_case], keys)[use_case.pk]


def evaluate_many(use_cases: Iterable[UseCase], keys: Iterable[str]) -> dict[int, dict[str, Answer]]:
    """Primary key → condition → answer. Where nobody answers, it is unknown."""
    cases = Cases(use_cases)
    found: dict[int, dict[str, Answer]] = {case.pk: {} for case in cases}
    for key in dict.fromkeys(keys):
        answers = _asked(key, cases) if cases else {}
        for case in cases:
            found[case.pk][key] = answers.get(case.pk) or _unknown(key)
    return found


def evaluate_each(asked: Mapping[UseCase, Iterable[str]]) -> dict[int, dict[str, Answer]]:
    """The same where use cases are asked different things, as on a board: each is answered what it is asked, and no more.

    What one condition reads of all of them is read once, so the number of queries does not depend on how many there are.
    """
    cases = Cases(asked)
    found: dict[int, dict[str, Answer]] = {case.pk: {} for case in cases}
    wanted: dict[str, list[UseCase]] = {}
    for case, keys in asked.items():
        for key in keys:
            wanted.setdefault(key, []).append(case)
    for key, asking in wanted.items():
        known = _conditions.get(key)
        answers = _asked(key, cases if known is None or known.in_lists else Cases(asking))
        for case in asking:
            found[case.pk][key] = answers.get(case.pk) or _unknown(key)
    return found


def _asked(key: str, cases: Cases) -> Mapping[int, Answer]:
    known = _conditions.get(key)
    if known is None:
        return {}
    try:
        return known.many(cases)
    except DatabaseError:
        raise  # the transaction is lost with it; an answer after that would be about nothing
    except Exception:  # a condition of another room must not take the page down, and what failed is not met
        log.exception("usecases.condition_failed", condition=key)
        return {
            case.pk: Answer("unknown", _("This could not be looked up. An administrator finds out why in the log."))
            for case in cases
        }


def _unknown(key: str) -> Answer:
    if key in _conditions:
        return Answer("unknown", _("Nothing is recorded about this."))
    return Answer("unknown", _("Nothing in this installation can answer “%(key)s”, so it is not met.") % {"key": key})
