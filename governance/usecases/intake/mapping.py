"""What a person, or a guess, made of the columns."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.usecases.intake.fields import BY_NAME, CHOICES
from governance.usecases.intake.values import cleaned


@dataclass(frozen=True, slots=True)
class Mapping:
    """Column → field; for choices, what a word means; and what stands where a required text is empty."""

    columns: Map[str, str] = field(default_factory=dict)
    choices: Map[str, Map[str, str]] = field(default_factory=dict)  # field → word (`fields.plain`) → choice; "" leaves it empty
    fill: Map[str, str] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        """The columns that become this field, in the order of the file."""
        return [column for column, target in self.columns.items() if target == name]

    def as_mapping(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "choices": {name: dict(said) for name, said in self.choices.items() if said},
            "fill": {name: text for name, text in self.fill.items() if text},
        }


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that makes a mapping useless: the column or field, and a code."""

    where: str
    code: str


FILLED = ("business_problem", "ml_problem")
LONGEST_FILL = 500


def read_mapping(said: Any, columns: Sequence[str]) -> tuple[Mapping, list[Mistake]]:
    """A mapping from plain values, as a form or a program sends it, over the columns of a file. Everything that is wrong is told."""
    mistakes: list[Mistake] = []
    if not isinstance(said, dict) or set(said) - {"columns", "choices", "fill"}:
        return Mapping(), [Mistake("mapping", "shape")]
    wanted = said.get("columns", {})
    choices, fill = said.get("choices", {}), said.get("fill", {})
    if not all(isinstance(part, dict) for part in (wanted, choices, fill)):
        return Mapping(), [Mistake("mapping", "shape")]
    mistakes += [Mistake(_shown(column), "no_such_column") for column in wanted if column not in columns]
    mistakes += [
        Mistake(_shown(column), "no_such_field")
        for column, name in wanted.items()
        if not isinstance(name, str) or (name and name not in BY_NAME)
    ]
    kept = {column: wanted[column] for column in columns if isinstance(wanted.get(column), str) and wanted[column] in BY_NAME}
    for name in dict.fromkeys(kept.values()):
        if not BY_NAME[name].many and sum(1 for target in kept.values() if target == name) > 1:
            mistakes.append(Mistake(name, "twice"))
    if "title" not in kept.values():
        mistakes.append(Mistake("title", "required"))
    for name, words in choices.items():
        if name not in CHOICES or not isinstance(words, dict):
            mistakes.append(Mistake(_shown(name), "no_such_field"))
        elif not all(_is_text(word) and value in ("", *CHOICES[name]) for word, value in words.items()):
            mistakes.append(Mistake(_shown(name), "no_such_choice"))
    for name, text in fill.items():
        if name not in FILLED or not _is_text(text) or len(text) > LONGEST_FILL:
            mistakes.append(Mistake(_shown(name), "fill"))
    if mistakes:
        return Mapping(columns=kept), mistakes
    return Mapping(kept, {name: dict(words) for name, words in choices.items()}, dict(fill)), []


def _is_text(value: Any) -> bool:
    """Whether a value is text that can be kept: a program may send anything, and JSON can write half a character."""
    return isinstance(value, str) and not cleaned(value)[1]


def _shown(name: Any) -> str:
    """A name as an answer can say it again."""
    return cleaned(str(name))[0]
