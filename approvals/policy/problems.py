"""What can be wrong with the text of a policy: codes with parameters, to be told in any language, and the English for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MESSAGES = {
    "encoding": "not UTF-8 text: %(detail)s",
    "too_large": "longer than %(limit)s bytes",
    "yaml": "not readable as YAML: %(detail)s",
    "too_deep": "nested more than %(limit)s levels deep",
    "alias": "anchors and aliases are not accepted; write the value out",
    "tag": "tags are not accepted: %(value)s",
    "directive": "YAML directives are not accepted",
    "many_documents": "one policy, one document: there is a second one here",
    "wrong_type": "must be %(expected)s",
    "unknown_key": "unknown key %(value)s; known here: %(known)s",
    "duplicate_key": "%(value)s is given twice",
    "duplicate_step": "another step already has the key %(value)s",
    "duplicate": "%(value)s is named twice",
    "required": "missing: %(value)s",
    "empty": "must name at least one %(expected)s",
    "bad_key": "%(value)s is not a key: lower-case letters, digits, - and _, at most 40, beginning with a letter",
    "bad_text": "holds characters that cannot be shown",
    "too_long": "longer than %(limit)s characters",
    "too_many": "more than %(limit)s",
    "unknown_role": "unknown role %(value)s; known: %(known)s",
    "unknown_component": "unknown component %(value)s; known: %(known)s",
    "unknown_exclusion": "unknown exclusion %(value)s; known: %(known)s",
    "unknown_step": "there is no step %(value)s; steps: %(known)s",
    "unknown_check": "unknown check %(value)s; known: %(known)s",
    "bad_level": "%(value)s is not one of %(known)s",
    "cycle": "these steps wait for one another: %(value)s",
    "quorum": "a quorum is a whole number from 1 to %(limit)s",
    "bad_duration": "%(value)s is not a duration: write for instance 30 days or 2 weeks, at most %(limit)s days",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where (`steps[0].covers[1]`, and the line if there is one), as a code with parameters."""

    path: str
    line: int | None
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{place}: {self.message}" if place else self.message


class PolicyError(ValueError):
    """The text is not a policy. `problems` lists everything that is wrong with it, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))
