"""What a row says of a use case, and by what it is known."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from governance.usecases.intake.fields import UNITS, plain
from governance.usecases.intake.mapping import Mapping
from governance.usecases.intake.table import Line
from governance.usecases.intake.values import cleaned, says_nothing

LONGEST_KEY = 400


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about a row: an error keeps it out, a warning is said and no more."""

    level: Literal["error", "warning"]
    code: str
    column: str = ""
    params: Map[str, str] = field(default_factory=dict)

    def as_mapping(self) -> dict[str, Any]:
        return {"level": self.level, "code": self.code, "column": self.column, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row says of a use case. `said` holds only what the row says: an empty cell says nothing."""

    number: int
    key: str
    title: str
    slug: str = ""
    kind: str = ""
    people: Map[str, str] = field(default_factory=dict)  # role → who
    said: Map[str, Any] = field(default_factory=dict)  # as `services.define` takes it
    filled: Map[str, str] = field(default_factory=dict)  # texts that are required and stand for an empty cell
    problems: tuple[Problem, ...] = ()

    @property
    def is_good(self) -> bool:
        return all(problem.level != "error" for problem in self.problems)

    @property
    def digest(self) -> str:
        """Over what the row says, so that a row that says the same is known by it."""
        body = [self.title, self.slug, self.kind, dict(self.people), dict(self.said), dict(self.filled)]
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
        return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def key_of(row: Line, columns: Sequence[str], mapping: Mapping) -> str:
    """By what a row is known when the list comes again: its key columns.

    Its title joins them where one of them is empty, and where none of them numbers anything, such as the name of an agency.
    """
    cells = dict(zip(columns, row.cells, strict=True))
    wanted = mapping.of("key")
    said = [text for column in wanted if not says_nothing(text := _folded(cells[column]))]
    if len(said) < len(wanted) or all(plain(column) in UNITS for column in wanted):
        said += [_folded(cells[column]) for column in mapping.of("title")]
    if not any(said):
        return ""
    key = " / ".join(said)
    return key if len(key) <= LONGEST_KEY else key[: LONGEST_KEY - 18] + "…" + hashlib.sha256(key.encode()).hexdigest()[:16]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cleaned(text)[0]).casefold().split())
