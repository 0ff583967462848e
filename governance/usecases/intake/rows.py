"""From a row to what a use case would say, with everything that is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import replace
from typing import Any

from governance.usecases.intake.draft import Draft, Problem, key_of
from governance.usecases.intake.fields import BY_NAME, FIELDS, KPI_PARTS, KPI_SETS
from governance.usecases.intake.mapping import Mapping
from governance.usecases.intake.table import LONGEST_CELL, Line, Note, Table
from governance.usecases.intake.values import (
    LONGEST_NOTE,
    chosen,
    cleaned,
    described,
    in_words,
    named,
    number,
    parts,
    says_nothing,
    shortened,
)

LONGEST_TITLE = 120
CHORUS = 20  # rows with the same word, from which on it is said once
_SLUG = re.compile(r"[a-zA-Z0-9_-]{1,60}")
TEXTS = tuple(item.name for item in FIELDS if item.kind == "text")
SHORT = tuple(item.name for item in FIELDS if item.kind == "short")
PEOPLE = tuple(item.name for item in FIELDS if item.kind == "person")


def drafts(table: Table, mapping: Mapping) -> tuple[list[Draft], list[Note]]:
    """Each row as a draft, and what holds for many of them.

    Rows that cannot be told apart are errors, unless they say the same: then all but the first are left out.
    """
    found = [draft_of(row, table.columns, mapping) for row in table.rows]
    by_key: dict[str, list[int]] = {}
    for at, draft in enumerate(found):
        if draft.key:
            by_key.setdefault(draft.key, []).append(at)
    for key, places in by_key.items():
        if len(places) < 2:
            continue
        same = len({found[at].digest for at in places}) == 1
        for at in places[1:] if same else places:
            other = found[places[0] if at != places[0] else places[1]].number
            problem = (
                Problem("warning", "repeated", params={"row": str(other)})
                if same
                else Problem("error", "not_apart", params={"row": str(other), "key": shortened(key, 80)})
            )
            found[at] = replace(found[at], problems=(*found[at].problems, problem))
    return _without_chorus(found)


def _without_chorus(found: list[Draft]) -> tuple[list[Draft], list[Note]]:
    """A word that many rows have and nobody understood is said once, of the file."""
    count = Counter(_word(problem) for draft in found for problem in draft.problems if problem.code == "unknown_choice")
    many = {word for word, times in count.items() if times > CHORUS}
    if not many:
        return found, []
    notes = [
        Note("unknown_choice", {"column": column, "value": value, "count": str(count[column, value])})
        for column, value in sorted(many, key=lambda word: (-count[word], word))
    ]
    kept = [
        replace(draft, problems=tuple(problem for problem in draft.problems if _word(problem) not in many))
        if draft.problems
        else draft
        for draft in found
    ]
    return kept, notes


def _word(problem: Problem) -> tuple[str, str]:
    return (problem.column, problem.params.get("value", "")) if problem.code == "unknown_choice" else ("", "")


def draft_of(row: Line, columns: Sequence[str], mapping: Mapping) -> Draft:
    """One row by itself."""
    return _Reader(row, columns, mapping).draft()


class _Reader:
    """Reads one row and gathers what is wrong with it."""

    def __init__(self, row: Line, columns: Sequence[str], mapping: Mapping) -> None:
        self.row, self.columns, self.mapping = row, columns, mapping
        self.cells: dict[str, str] = {}
        self.problems: list[Problem] = []
        for column, raw in zip(columns, row.cells, strict=True):
            if not raw or column not in mapping.columns:
                continue
            text, changed = cleaned(raw)
            if changed:
                self.warn("control_characters", column)
            self.cells[column] = text

    def error(self, code: str, column: str = "", **params: str) -> None:
        self.problems.append(Problem("error", code, column, params))

    def warn(self, code: str, column: str = "", **params: str) -> None:
        self.problems.append(Problem("warning", code, column, params))

    def draft(self) -> Draft:
        if self.row.surplus:
            self.error("too_many_cells", count=str(self.row.surplus))
        key = key_of(self.row, self.columns, self.mapping)
        title, slug, kind = self._title(), self._slug(), self._choice("kind")
        said: dict[str, Any] = {}
        for name in TEXTS:
            if text := self._text(name):
                said[name] = text
        for name in SHORT:
            if text := self._line(name):
                said[name] = text
        self._lists(said)
        if tier := self._choice("risk_tier"):
            said["risk_tier"] = tier
        if kpis := self._kpis():
            said["kpis"] = kpis
        people = {name: text for name in PEOPLE if (text := self._line(name))}
        filled = self._filled(said)
        return Draft(self.row.number, key, title, slug, kind, people, said, filled, tuple(self.problems))

    def _said(self, name: str) -> list[tuple[str, str]]:
        """The columns of a field with what they say."""
        return [
            (column, self.cells[column])
            for column in self.mapping.of(name)
            if self.cells.get(column) and not says_nothing(self.cells[column])
        ]

    def _title(self) -> str:
        column = self.mapping.of("title")[0]
        text = " ".join(in_words(self.cells.get(column, "")).split())
        if not text:
            self.error("no_title", column)
        elif len(text) > LONGEST_CELL:
            self.error("too_long", column, count=str(len(text)), most=str(LONGEST_CELL))
            return shortened(text, LONGEST_TITLE)
        elif len(text) > LONGEST_TITLE:
            self.warn("title_cut", column, most=str(LONGEST_TITLE))
        return shortened(text, LONGEST_TITLE)

    def _slug(self) -> str:
        for column, text in self._said("slug"):
            if _SLUG.fullmatch(text):
                return text
            self.error("slug", column, value=shortened(text, 60))
        return ""

    def _text(self, name: str) -> str:
        """One column as it stands; of several, each under its name."""
        wanted = self.mapping.of(name)
        found = []
        for column, cell in self._said(name):
            text = in_words(cell)
            if len(text) > LONGEST_CELL:
                self.error("too_long", column, count=str(len(text)), most=str(LONGEST_CELL))
                continue
            found.append(f"{column}: {text}" if len(wanted) > 1 else text)
        text = "\n\n".join(found)
        if len(text) > LONGEST_CELL:
            self.error("too_long_together", wanted[0], most=str(LONGEST_CELL))
            return ""
        return text

    def _line(self, name: str) -> str:
        for column, cell in self._said(name):
            text, most = " ".join(in_words(cell).split()), min(BY_NAME[name].longest, 400)
            if len(text) <= most:
                return text
            self.error("too_long", column, count=str(len(text)), most=str(most))
        return ""

    def _lists(self, said: dict[str, Any]) -> None:
        for name in ("data_sources", "consumers"):
            found: dict[str, dict[str, str]] = {}
            for column, cell in self._said(name):
                if len(cell) > LONGEST_CELL:
                    self.error("too_long", column, count=str(len(cell)), most=str(LONGEST_CELL))
                    continue
                entries = described(cell)
                if entries is None:
                    items = parts(cell)
                    entries = [named(item) for item in items]
                    if any(len(item) > LONGEST_NOTE for item in items):
                        self.warn("item_cut", column, most=str(LONGEST_NOTE))
                for entry in entries:
                    found.setdefault(entry["name"].casefold(), entry)
            if not found:
                continue
            said[name] = [_kept(name, entry) for entry in found.values()]

    def _choice(self, name: str) -> str:
        assigned = dict(self.mapping.choices.get(name, {}))
        for column, cell in self._said(name):
            value = chosen(name, cell, assigned)
            if value is None:
                self.warn("unknown_choice", column, value=shortened(cell, 60))
            return value or ""
        return ""

    def _kpis(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for at in range(1, KPI_SETS + 1):
            said = {part: self._said(f"kpi.{at}.{part}") for part in KPI_PARTS}
            if not any(said.values()):
                continue
            kpi = self._kpi(at, {part: cells[0] for part, cells in said.items() if cells})
            if kpi is None:
                continue
            if any(other["name"].casefold() == kpi["name"].casefold() for other in found):
                self.error("kpi_twice", name=kpi["name"])
                continue
            found.append(kpi)
        return found

    def _kpi(self, at: int, cells: Map[str, tuple[str, str]]) -> dict[str, Any] | None:
        if "name" not in cells:
            self.warn("kpi_without_name", next(iter(cells.values()))[0], number=str(at))
            return None
        column, name = cells["name"]
        if "target" not in cells:
            self.warn("kpi_without_target", column, name=shortened(name, 60))
            return None
        kpi: dict[str, Any] = {"name": " ".join(name.split()), "direction": "up"}
        if len(kpi["name"]) > BY_NAME["kpi.1.name"].longest:
            self.error("too_long", column, count=str(len(name)), most=str(BY_NAME["kpi.1.name"].longest))
            return None
        unit = ""
        for part in ("target", "baseline", "tolerance"):
            if part not in cells:
                continue
            figure = number(cells[part][1])
            if figure is None or (part == "tolerance" and figure[0] < 0):
                self.error("not_a_number", cells[part][0], value=shortened(cells[part][1], 60))
                return None
            kpi[part], unit = figure[0], unit or figure[1]
        for part in ("unit", "how"):
            if part in cells:
                most = BY_NAME[f"kpi.1.{part}"].longest
                if len(cells[part][1]) > most:
                    self.error("too_long", cells[part][0], count=str(len(cells[part][1])), most=str(most))
                    return None
                kpi[part] = cells[part][1]
        kpi.setdefault("unit", unit)
        if "direction" in cells:
            value = chosen("direction", cells["direction"][1])
            if value is None:
                self.warn("unknown_choice", cells["direction"][0], value=shortened(cells["direction"][1], 60))
            kpi["direction"] = value or "up"
        elif "baseline" in kpi and kpi["target"] < kpi["baseline"]:
            kpi["direction"] = "down"
        return kpi

    def _filled(self, said: Map[str, Any]) -> dict[str, str]:
        """A definition needs both problems. Where the row has one of them, what the person chose stands for the other."""
        if not said:
            self.warn("no_definition")
            return {}
        missing = [name for name in ("business_problem", "ml_problem") if not said.get(name)]
        if len(missing) == 2:
            self.warn("no_definition")
            return {}
        fill = {name: self.mapping.fill.get(name, "") for name in missing}
        for name, text in fill.items():
            if not text:
                self.error("required", self._where(name), field=name)
        return {name: text for name, text in fill.items() if text}

    def _where(self, name: str) -> str:
        return next(iter(self.mapping.of(name)), "")


def _kept(name: str, entry: Map[str, str]) -> dict[str, str]:
    """An item of a list as `services.define` takes it."""
    if name == "data_sources":
        return {"name": entry["name"], "note": entry.get("note", "")}
    kind = "team" if entry.get("kind", "") == "team" else "application"
    return {"name": entry["name"], "kind": kind, "purpose": entry.get("purpose") or entry.get("note", "")}


def defines(draft: Draft) -> bool:
    """Whether the row says enough for a definition."""
    return any(draft.said.get(name) for name in ("business_problem", "ml_problem"))


def warnings_of(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == "warning"]
