"""The paper: its measures and colours, one page as a list of drawing operators, and the flow of pages that blocks write into.

Pages are laid out in one pass and kept as operators until all are known, so that "page 3 of 12" and the table of contents need
no second pass. ReportLab then writes fonts, links, outline and file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from reports.document import State
from reports.pdf.fonts import Face, Typefaces
from reports.pdf.text import width, wrap

PAGE_WIDTH, PAGE_HEIGHT = A4
LEFT = 62.0
RIGHT = PAGE_WIDTH - 62.0
TOP = PAGE_HEIGHT - 78.0  # of the text, below the running header
BOTTOM = 70.0  # of the text, above the footer
CONTENT = RIGHT - LEFT

INK = "#16191d"
MUTED = "#525b66"
ACCENT = "#1d4ed8"
LINE = "#d8dce2"
SURFACE = "#f6f7f9"
ACCENT_SURFACE = "#eef2fd"
WARN_SURFACE = "#fdf5e6"
STATES: dict[State, str] = {"ok": "#166534", "warn": "#854d0e", "bad": "#b42318", "muted": MUTED}
PAPER = "#ffffff"
LINE_STRONG = "#7a838f"
FILLS: dict[str, str] = {
    "info": "#3b6fe0",
    "ok": "#2c8a55",
    "warn": "#b27a14",
    "bad": "#d14b3d",
    "neutral": LINE_STRONG,
    "ink": INK,
}
TINTS: dict[str, str] = {  # a quarter of the fill
    "info": "#cedbf7",
    "ok": "#cae2d4",
    "warn": "#ecdec4",
    "bad": "#f4d2cf",
    "neutral": "#dee0e3",
    "ink": "#c5c6c7",
}

_REMEMBERED = 8_000  # laid-out strings kept: tables repeat names and states far more often than that
_ESCAPES = str.maketrans({"\\": "\\\\", "(": "\\(", ")": "\\)"})


def rgb(colour: str) -> str:
    """A hex colour as the three numbers of a PDF operator."""
    return " ".join(f"{int(colour[place : place + 2], 16) / 255:.3f}" for place in (1, 3, 5))


_COLOURS = (
    INK,
    MUTED,
    ACCENT,
    LINE,
    SURFACE,
    ACCENT_SURFACE,
    WARN_SURFACE,
    PAPER,
    *STATES.values(),
    *FILLS.values(),
    *TINTS.values(),
)
RGB = {colour: rgb(colour) for colour in _COLOURS}


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set: face, size and distance of lines, in points."""

    face: Face
    size: float
    leading: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, ready to be placed: its text operators, and what its length is measured from."""

    code: str
    text: str
    style: Style

    @property
    def width(self) -> float:
        """Length in points. Measured only when asked for: most text is set from the left."""
        return width(self.text, self.style.face.widths) * self.style.size / 1000


class Writer:
    """Turns text into lines with the fonts of one document, and remembers what it has set before."""

    def __init__(self, canvas: Canvas, faces: Typefaces) -> None:
        self.canvas = canvas
        self.faces = faces
        self._known: dict[tuple[int, float, float, str], list[Line]] = {}
        self._openings: dict[tuple[str, float], str] = {}

    def lines(self, text: str, style: Style, limit: float) -> list[Line]:
        """The text as lines of at most `limit` points. Characters that cannot be printed are counted, each time anew."""
        key = (id(style.face), style.size, limit, text)
        known = self._known.get(key)
        if known is not None:
            return known
        before = self.faces.boxes
        clean = self.faces.clean(text)
        found = [self.line(part, style) for part in wrap(clean, style.face.widths, limit * 1000 / style.size)]
        if self.faces.boxes == before:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

    def line(self, clean: str, style: Style) -> Line:
        """One line of text that went through `clean` and is known to fit."""
        return Line(self._operators(clean, style), clean, style)

    def one_line(self, text: str, style: Style, limit: float) -> Line:
        """The text on a single line, cut with an ellipsis where it is longer."""
        clean = self.faces.clean(text).replace("\n", " ")
        room = limit * 1000 / style.size
        if width(clean, style.face.widths) > room:
            while clean and width(clean + "…", style.face.widths) > room:
                clean = clean[:-1]
            clean = clean.rstrip() + "…"
        return self.line(clean, style)

    def _operators(self, clean: str, style: Style) -> str:
        """PDF text operators. ASCII is set as it stands: the first subset of each font keeps its codes (`asciiReadable`)."""
        if clean.isascii():
            first = style.face.fonts[0]
            opening = self._openings.get((first.fontName, style.size)) or self._opening(first, style.size)
            escaped = clean.translate(_ESCAPES) if "(" in clean or ")" in clean or "\\" in clean else clean
            return f"{opening}({escaped}) Tj" if clean else ""
        document, parts = self.canvas._doc, []
        for font, run in style.face.runs(clean):
            for subset, codes in font.splitString(run, document):
                name = font.getSubsetInternalName(subset, document)
                parts.append(f"{name} {style.size:g} Tf <{codes.hex()}> Tj")
        return " ".join(parts)

    def _opening(self, font: TTFont, size: float) -> str:
        """The operator that chooses the first subset of a font."""
        document = self.canvas._doc  # the only handle under which ReportLab's fonts keep their subsets
        font.splitString(" ", document)  # lays the first subset out
        opening = f"{font.getSubsetInternalName(0, document)} {size:g} Tf "
        self._openings[font.fontName, size] = opening
        return opening


@dataclass
class Page:
    """What is drawn on one page, and what in it can be reached or followed. Coordinates are points from the lower left corner."""

    operators: list[str] = field(default_factory=list)
    links: list[tuple[str, float, float, float, float]] = field(default_factory=list)  # address, x0, y0, x1, y1
    jumps: list[tuple[str, float, float, float, float]] = field(default_factory=list)  # key of an anchor, the same
    anchors: list[tuple[str, float]] = field(default_factory=list)  # key, y

    def text(self, x: float, y: float, line: Line, colour: str = INK) -> None:
        """Set a line with its base line at `y`."""
        if line.code:
            self.operators.append(f"BT {RGB[colour]} rg 1 0 0 1 {x:.2f} {y:.2f} Tm {line.code} ET")

    def box(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """Fill a rectangle whose lower left corner is (x, y)."""
        self.operators.append(f"{RGB[colour]} rg {x:.2f} {y:.2f} {wide:.2f} {high:.2f} re f")

    def rule(self, x0: float, x1: float, y: float, colour: str = LINE, thickness: float = 0.5) -> None:
        """Draw a horizontal line."""
        self.operators.append(f"{RGB[colour]} RG {thickness:g} w {x0:.2f} {y:.2f} m {x1:.2f} {y:.2f} l S")

    def way(self, points: Sequence[tuple[float, float]], colour: str, thickness: float, *, dash: str = "") -> None:
        """Draw a line through points; `dash` is a PDF dash array, such as `4 3`."""
        self.operators.append(f"{RGB[colour]} RG {thickness:g} w [{dash}] 0 d {_path(points)} S [] 0 d")

    def strokes(self, segments: Sequence[Sequence[tuple[float, float]]], colour: str, thickness: float) -> None:
        """Draw many lines of one colour."""
        self.operators.append(f"{RGB[colour]} RG {thickness:g} w {' '.join(map(_path, segments))} S")

    def polygon(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill the area inside of points."""
        self.operators.append(f"{RGB[colour]} rg {_path(points)} f")

    def dot(self, x: float, y: float, size: float, colour: str) -> None:
        """Draw a filled circle around (x, y): a line without length, with round ends."""
        self.operators.append(f"{RGB[colour]} RG 1 J {size:g} w {x:.2f} {y:.2f} m {x:.2f} {y:.2f} l S 0 J")


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    return " ".join([f"{x:.2f} {y:.2f} m", *(f"{x:.2f} {y:.2f} l" for x, y in rest)])


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents and of the outline. `page` counts the pages of the body from 0."""

    key: str
    number: str
    title: str
    level: int
    page: int


@dataclass
class Styles:
    """The type scale. Chinese gets more air between lines and no smaller sizes than Latin."""

    title: Style
    subtitle: Style
    heading: Style
    subheading: Style
    body: Style
    strong: Style
    label: Style
    value: Style
    value_mono: Style
    caption: Style
    head: Style
    cell: Style
    cell_strong: Style
    cell_mono: Style
    small: Style
    small_strong: Style


def styles(faces: Typefaces, *, han: bool) -> Styles:
    """The styles for a language; `han` when it is written in Chinese characters."""
    air = 1.12 if han else 1.0

    def style(face: Face, size: float, leading: float) -> Style:
        return Style(face, size, round(leading * air, 1))

    regular, bold, mono = faces.regular, faces.bold, faces.mono
    return Styles(
        title=style(bold, 27, 34),
        subtitle=style(regular, 13, 19),
        heading=style(bold, 16, 21),
        subheading=style(bold, 11, 15),
        body=style(regular, 9.4, 14.4),
        strong=style(bold, 9.4, 14.4),
        label=style(regular, 8.6, 13),
        value=style(regular, 9, 13),
        value_mono=style(mono, 7.6, 13),
        caption=style(bold, 8.8, 12.5),
        head=style(bold, 7.4, 9.8),
        cell=style(regular, 7.9, 10.8),
        cell_strong=style(bold, 7.9, 10.8),
        cell_mono=style(mono, 6.9, 10.8),
        small=style(regular, 7.4, 10),
        small_strong=style(bold, 7.4, 10),
    )


class Flow:
    """The pages of the body, filled from the top down. Blocks ask for room, draw at `y`, and move it."""

    def __init__(self, writer: Writer, scale: Styles) -> None:
        self.writer = writer
        self.styles = scale
        self.pages = [Page()]
        self.y = TOP
        self.entries: list[Entry] = []
        self.tables = 0
        self.figures = 0

    @property
    def page(self) -> Page:
        """The page that is being filled."""
        return self.pages[-1]

    @property
    def at_top(self) -> bool:
        """Whether nothing stands on this page yet."""
        return self.y >= TOP

    def new_page(self) -> None:
        """Start a page. The finished one is kept as a single string, which is a fraction of its operators' size."""
        self.page.operators[:] = ["\n".join(self.page.operators)]
        self.pages.append(Page())
        self.y = TOP

    def need(self, height: float) -> bool:
        """Start a page unless `height` points are left; say whether one was started."""
        if self.y - height >= BOTTOM or self.at_top:
            return False
        self.new_page()
        return True

    def gap(self, height: float) -> None:
        """Leave space, but not at the top of a page."""
        if not self.at_top:
            self.y -= height

    def anchor(self, key: str, number: str, title: str, level: int) -> None:
        """Let this place be reached from the contents and the outline."""
        self.page.anchors.append((key, self.y + 6))
        self.entries.append(Entry(key, number, title, level, len(self.pages) - 1))

    def write(self, lines: list[Line], style: Style, *, x: float = LEFT, colour: str = INK) -> None:
        """Set lines one below the other, over as many pages as they take."""
        for line in lines:
            self.need(style.leading)
            self.page.text(x, baseline(self.y, style), line, colour)
            self.y -= style.leading


def baseline(top: float, style: Style) -> float:
    """Where letters stand in a line whose upper edge is `top`: capitals are centred in it."""
    return top - style.leading / 2 - style.size * 0.36
