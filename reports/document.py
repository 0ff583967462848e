"""The report model: what a report says, before anybody decides how it looks. One document, three renderers (PDF, HTML, evidence).

Plain values only, already in the reader's language. A table without rows prints its `empty` sentence: a section that is missing
reads as an omission, and "nothing found" is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from foundation.drawing.shapes import Drawing

State = Literal["ok", "warn", "bad", "muted"]
Align = Literal["left", "right", "center"]
TextStyle = Literal["normal", "note", "warning"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with a meaning: a state colours the word (and never stands without it), a link leads to the thing itself."""

    text: str
    state: State | None = None
    link: str = ""  # http or https; anything else is printed, not linked
    mono: bool = False  # digests and commits


Value = str | Cell

_WEB = re.compile(r"https?://[A-Za-z0-9\[][!-~]*")  # visible ASCII only
_KEY = re.compile(r"[a-z][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Widths are shares of the page; `mono` sets digests in fixed pitch."""

    title: str
    width: float = 1
    mono: bool = False
    align: Align = "left"

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"the column {self.title!r} needs a width above 0")


class Streamed:
    """Rows that are read anew on each iteration, for tables too long to be held: `Streamed(lambda: rows.iterator(2000))`."""

    def __init__(self, source: Callable[[], Iterable[Sequence[Value]]]) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Sequence[Value]]:
        return iter(self._source())


@dataclass(frozen=True)
class Text:
    """Paragraphs of plain text. A line end inside one starts a new line."""

    paragraphs: Sequence[str]
    style: TextStyle = "normal"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section. The key is stable and unique in the document: links and bookmarks hang on it."""

    key: str
    title: str


@dataclass(frozen=True)
class KeyValues:
    """Facts, one on each line: label and value."""

    rows: Sequence[tuple[str, Value]]


@dataclass(frozen=True)
class Table:
    """Rows under columns. `rows` can be read more than once (a sequence or `Streamed`), as each renderer reads it for itself."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    caption: str
    empty: str

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"the table {self.caption!r} has no columns")
        if isinstance(self.rows, Iterator):
            raise TypeError(f"the rows of {self.caption!r} can be read only once: wrap their source in Streamed")
        if not self.empty:
            raise ValueError(f"the table {self.caption!r} needs a sentence for when it has no rows")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length, and the text that says the same."""

    label: str
    value: Decimal
    text: str
    state: State | None = None


@dataclass(frozen=True)
class Bars:
    """A figure of horizontal bars on a common scale from zero. `summary` says in a sentence what is to be seen."""

    caption: str
    bars: Sequence[Bar]
    summary: str
    empty: str

    def __post_init__(self) -> None:
        if any(not bar.value.is_finite() for bar in self.bars):
            raise ValueError(f"the figure {self.caption!r} has a bar without a finite length")


@dataclass(frozen=True)
class Picture:
    """A figure made of shapes, the same on paper as on a page. `summary` says in a sentence what is to be seen; `narrow` is for
    small windows.

    Nobody should have to read figures off a picture: a `Table` with the same ones follows it.
    """

    caption: str
    drawing: Drawing
    summary: str
    narrow: Drawing | None = None

    def __post_init__(self) -> None:
        if not self.summary:
            raise ValueError(f"the picture {self.caption!r} needs a sentence that reads it")


Block = Text | Heading | KeyValues | Table | Bars | Picture


@dataclass(frozen=True)
class Section:
    """A numbered part of the report. The key is stable and unique in the document."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A report. `facts` stand on the cover; `language` is a Django language code and decides the renderers' own words."""

    title: str
    subtitle: str
    report_id: str
    language: str
    facts: Sequence[tuple[str, Value]] = ()
    sections: Sequence[Section] = field(default=())

    def __post_init__(self) -> None:
        keys = [key for section in self.sections for key in _keys(section)]
        for key in keys:
            if not _KEY.fullmatch(key):
                raise ValueError(f"the key {key!r} is not made of small letters, digits, dots, dashes and underscores")
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"keys are unique in a document, and these are not: {', '.join(twice)}")


def cell(value: Value) -> Cell:
    """The value as a cell."""
    return value if isinstance(value, Cell) else Cell(value)


def safe_link(link: str) -> str:
    """The link if it leads to a web page, else nothing: reports are opened by people who trust them."""
    return link if _WEB.fullmatch(link) else ""


def _keys(section: Section) -> list[str]:
    return [section.key, *(block.key for block in section.blocks if isinstance(block, Heading))]
