"""What can be wrong with the text of a lifecycle: codes with parameters, to be told in any language, and the English for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from foundation import yaml_reading


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    **yaml_reading.MESSAGES,
    "wrong_type": _("must be %(expected)s"),
    "unknown_key": _("unknown key %(value)s; known here: %(known)s"),
    "duplicate_stage": _("another stage already has the key %(value)s"),
    "duplicate": _("%(value)s is named twice"),
    "required": _("missing: %(value)s"),
    "few_stages": _("a lifecycle has at least two stages"),
    "too_many": _("more than %(limit)s"),
    "bad_key": _("%(value)s is not a key: lower-case letters, digits, - and _, at most 40, beginning with a letter"),
    "bad_condition": _("%(value)s is not the key of a condition, such as definition.written"),
    "unknown_condition": _("nothing here can answer the condition %(value)s, so nobody could ever move on"),
    "unknown_kind": _("unknown kind %(value)s; known: %(known)s"),
    "no_english": _("say it in English too: en"),
    "bad_text": _("holds characters that cannot be shown"),
    "too_long": _("longer than %(limit)s characters"),
    "bad_days": _("%(value)s is not a number of days from 0 to %(limit)s"),
    "stage_in_use": _("the stage %(value)s is missing, and %(count)s use cases stand there; move them first"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where (`stages[1].leave[0]`, and the line if there is one), as a code with parameters."""

    path: str
    line: int | None
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params

    @property
    def place(self) -> str:
        return f"line {self.line}: {self.path}" if self.line else self.path


class LifecycleError(ValueError):
    """The text is not a lifecycle. `problems` lists everything that is wrong with it, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("\n".join(f"{problem.place}: {problem.message}" for problem in self.problems))
