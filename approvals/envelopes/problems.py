"""What can be wrong with written limits: codes with parameters, to be told in any language, and the English for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MESSAGES = {
    "wrong_type": "must be %(expected)s",
    "unknown_key": "unknown key %(value)s; known here: %(known)s",
    "unknown_component": "unknown component %(value)s; known: %(known)s",
    "duplicate": "%(value)s is named twice",
    "number": '%(value)s is no number that can be compared exactly: write it as text, for instance "0.68"',
    "negative": "%(value)s is below zero: write how far it may go, not where to",
    "order": "the least, %(least)s, is above the most, %(most)s",
    "empty": "sets no limit",
    "bad_name": "%(value)s is not a name: 1 to %(limit)s characters that can be shown",
    "too_many": "more than %(limit)s",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where (`metrics.recall.min`)."""

    path: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class LimitsError(ValueError):
    """These are no limits. `problems` lists everything that is wrong with them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))
