"""A picture with what it says: a title, the sentence that it proves, and its twin as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.drawing import svg
from foundation.drawing.plot import NARROW, WIDE, NoRoom
from foundation.drawing.shapes import Drawing


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; `number` sets it to the right."""

    label: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """A picture for people. Without `wide` there is nothing to draw, and `summary` says why."""

    title: str
    summary: str
    wide: Drawing | None
    narrow: Drawing | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def for_page(self, key: str) -> dict[str, Any]:
        """As `components/figure.html` takes it. `key` is unique in the page."""
        drawn = ""
        if self.wide is not None:
            drawn = svg.drawing(self.wide, narrow=self.narrow, key=key, title=self.title, description=self.summary)
        columns = [{"label": column.label, "number": column.number} for column in self.columns]
        table = {"columns": columns, "rows": [list(row) for row in self.rows]} if self.rows else None
        return {"title": self.title, "summary": self.summary, "svg": drawn, "table": table}


def told(
    title: str, summary: str, draw: Callable[[float], Drawing] | None, columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> Told:
    """The picture in both widths. In a small window figures may be too long for any picture: then the page scrolls the wide one."""
    wide = draw(WIDE) if draw else None
    narrow = None
    if draw:
        try:
            narrow = draw(NARROW)
        except NoRoom:
            narrow = None
    return Told(title, summary, wide, narrow, tuple(columns), tuple(tuple(row) for row in rows))
