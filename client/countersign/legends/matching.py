"""Which column of a file means what, and how that is told to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.legends.document import Column, Legend
from countersign.legends.keys import key_in
from countersign.legends.parquet import Field
from countersign.legends.sources import Source


@dataclass(frozen=True)
class Meaning:
    """A column of a file and what the legend says of it under `legend_name`; `means` is None where it says nothing."""

    name: str
    means: Column | None = None
    legend_name: str = ""


@dataclass(frozen=True)
class Match:
    """All columns of a file in their order, and the names that the legend has and the file has not."""

    meanings: list[Meaning]
    absent: list[str]

    @property
    def unexplained(self) -> list[str]:
        return [meaning.name for meaning in self.meanings if meaning.means is None]


def match(columns: Sequence[Field], legend: Legend | None) -> Match:
    """A column is found by its name, as it stands or without the blanks around it, or by the legend key that its header holds.

    A column that is made of others is explained as a whole, else by its parts (`address.city`) where the legend names any of them.
    """
    if legend is None:
        return Match([Meaning(column.name) for column in columns], [])
    by_key = {column.legend: name for name, column in legend.columns.items()}
    meanings: list[Meaning] = []
    used: set[str | None] = set()
    for column in columns:
        whole = _name(column.name, legend, by_key)
        parts = [part for part in column.inner if part in legend.columns]
        if whole is None and parts:
            meanings += [Meaning(part, legend.columns.get(part), part) for part in column.inner]
        elif whole is None:
            meanings.append(Meaning(column.name))
        else:  # its parts may be explained besides
            meanings.append(Meaning(column.name, legend.columns[whole], whole))
            meanings += [Meaning(part, legend.columns[part], part) for part in parts]
        used.update([whole, *parts])
    return Match(meanings, [name for name in legend.columns if name not in used])


def best_sheet(source: Source, legend: Legend | None) -> None:
    """Of a workbook's sheets look at the one that holds most of what the legend names; the first where that decides nothing."""
    if legend is None or len(source.sheets) < 2:
        return

    def known(name: str) -> int:
        return sum(meaning.means is not None for meaning in match(source.sheets[name], legend).meanings)

    best = max(source.sheets, key=known)  # the first of those that hold as many
    if known(best) > known(source.told["sheet"]):
        source.told["sheet"] = best
        source.columns = source.sheets[best]


def _name(column: str, legend: Legend, by_key: dict[str, str]) -> str | None:
    """The legend's name for a column."""
    for tried in (column, column.strip()):
        if tried in legend.columns:
            return tried
    key = key_in(column)
    return by_key.get(key) if key else None


def lines(means: Column) -> list[str]:
    """What a column means, in lines for people: name, definition, then what is stated besides."""
    found = [means.title or means.element.partition("/")[2]]
    if means.definition:
        found.append(means.definition)
    if means.unit:
        found.append(f"unit: {means.unit}")
    if means.timezone:
        found.append(f"time zone: {means.timezone}")
    if means.null_meanings:
        found.append("missing: " + "; ".join(_equals(token, said) for token, said in means.null_meanings.items()))
    if means.value_count is not None:
        found.append(f"values: {means.value_count}, too many to be listed here")
    elif means.values:
        found.append("values: " + "; ".join(_equals(code, said) for code, said in means.values.items()))
    if means.deviation:
        found.append(f"different here: {means.deviation}")
    found.append(f"{means.element} {means.version} · {means.legend}")
    return found


def _equals(code: str, said: str) -> str:
    return f"{code or '(empty)'} = {said}" if said else code or "(empty)"
