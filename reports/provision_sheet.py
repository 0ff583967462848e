"""A provision on one side of paper, as PDF: the words and figures of its page, set as large as the paper allows."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from reportlab.pdfgen.canvas import Canvas

from foundation.templatetags.countersign import state_look
from reports.pdf.cover import BRAND
from reports.pdf.fonts import Face, Typefaces, typefaces
from reports.pdf.page import A4, INK, LINE, MUTED, PAGE_HEIGHT, PAGE_WIDTH, Line, Page, Style, Writer, baseline

LEFT = 34.0
WIDE = PAGE_WIDTH - 2 * LEFT
TOP = PAGE_HEIGHT - 34.0
BOTTOM = 42.0
SIZES = (9.6, 9.0, 8.4, 7.8, 7.2, 6.6, 6.0, 5.4)  # the largest that fits is taken; the limits of the texts keep it above the last
GAP = 8.0
COSTS = (0.44, 0.17, 0.13, 0.14, 0.12)  # shares of the width
ALTERNATIVES = (0.26, 0.17, 0.57)


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    right: bool = False
    bold: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Texts side by side, in columns that are shares of the width. `before` is the space above it, in sizes of the text."""

    cells: Sequence[Cell]
    shares: Sequence[float] = (1.0,)
    scale: float = 1.0
    before: float = 0.15
    rule: bool = False  # a line above it


def provision_pdf(
    sheet: Mapping[str, Any], head: Mapping[str, str], *, address: str, created_at: datetime, fallback_font: Path | None = None
) -> bytes:
    """One page. `sheet` and `head` as `provision_presenting` gives them; `address` leads back to its page."""
    faces = typefaces(fallback_font)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, invariant=1, pdfVersion=(1, 7))
    writer, rows = Writer(canvas, faces), list(_rows(sheet, head))
    size = next((size for size in SIZES if _height(writer, faces, rows, size) <= TOP - BOTTOM), SIZES[-1])
    page = Page()
    y = TOP
    for row in rows:
        y = _draw(page, writer, faces, row, size, y)
    foot = Style(faces.regular, 6.6, 9)
    page.rule(LEFT, LEFT + WIDE, BOTTOM - 8, LINE)
    said = f"{BRAND} · {address} · {created_at:%Y-%m-%d %H:%M} UTC"
    page.text(LEFT, BOTTOM - 18, writer.one_line(said, foot, WIDE), MUTED)
    canvas.setTitle(faces.clean(sheet["title"]))
    canvas.setAuthor(BRAND)
    canvas.addLiteral("\n".join(page.operators))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _rows(sheet: Mapping[str, Any], head: Mapping[str, str]) -> Iterator[Row]:
    """Everything that stands on the paper, from the top down."""
    currency = {"currency": sheet["currency"]}
    asked = _("asked for by %(who)s on %(day)s") % {"who": head["asked_by"], "day": head["day"]}
    where = [head["use_case"], sheet["kind"], asked, str(state_look(head["state"]).label)]
    yield Row([Cell(sheet["title"], bold=True)], scale=1.55, before=0)
    yield Row([Cell(" · ".join(where), muted=True)])
    words = {"total": sheet["total"], **currency, "months": sheet["months"], "when": sheet["when"]}
    yield Row([Cell(_("%(total)s %(currency)s over %(months)s: %(when)s") % words, bold=True)], before=0.5)
    yield _heading(_("What it is needed for"))
    yield Row([Cell(" ".join(sheet["need"].split("\n")))])
    yield _heading(_("What it costs"))
    titles = (_("What for"), _("A month"), _("Price of one"), _("When"), _("Sum, %(currency)s") % currency)
    yield _titles(titles, COSTS, right=(1, 2, 4))
    for line in sheet["lines"]:
        cells = (line["title"], f"{line['quantity']} {line['unit']}".strip(), line["unit_price"], line["when"], line["total"])
        yield Row([Cell(text, right=place in (1, 2, 4)) for place, text in enumerate(cells)], COSTS, rule=True)
    yield _heading(_("What else was looked at"))
    yield _titles((_("Alternative"), _("Cost, %(currency)s") % currency, _("Why not")), ALTERNATIVES, right=(1,))
    for row in sheet["alternatives"]:
        cost = f"{row['cost']}\n{row['compared']}"
        yield Row([Cell(row["title"]), Cell(cost, right=True), Cell(row["why_not"])], ALTERNATIVES, rule=True)
    effect = sheet["effect"]
    lost = "; ".join(text for text in (effect["days"], effect["money"], effect["a_year"]) if text)
    yield Row([Cell(_("Do nothing")), Cell("0", right=True), Cell(lost)], ALTERNATIVES, rule=True)
    if sheet["no_cheaper"]:
        yield Row([Cell(f"{_('Why nothing is cheaper:')} {sheet['no_cheaper']}")], before=0.4)
    yield _heading(_("What happens without it"))
    yield Row([Cell(" ".join(effect["because"].split("\n")))])
    if effect["sum"]:
        yield Row([Cell(effect["sum"], bold=True)])
    yield Row([Cell(effect["formula"], muted=True)])
    yield _heading(_("Out of which budget"))
    yield Row([Cell(f"{head['budget']}. {head['words']} {head['fits']}".strip())])


def _heading(text: str) -> Row:
    return Row([Cell(text, bold=True)], scale=1.12, before=0.9)


def _titles(texts: Sequence[str], shares: Sequence[float], right: Sequence[int]) -> Row:
    return Row([Cell(text, right=place in right, muted=True) for place, text in enumerate(texts)], shares)


def _set(writer: Writer, faces: Typefaces, row: Row, size: float) -> list[tuple[Cell, Style, list[Line], float, float]]:
    """The cells of a row as lines: with their style, where each begins, and how wide it is."""
    placed, x = [], LEFT
    for cell, share in zip(row.cells, row.shares, strict=True):
        face: Face = faces.bold if cell.bold else faces.regular
        style = Style(face, round(size * row.scale, 2), round(size * row.scale * 1.3, 2))
        wide = WIDE * share - (GAP if share < 1 else 0)
        placed.append((cell, style, writer.lines(cell.text, style, wide), x, wide))
        x += WIDE * share
    return placed


def _height(writer: Writer, faces: Typefaces, rows: Sequence[Row], size: float) -> float:
    heights = (
        row.before * size + max(len(lines) * style.leading for _cell, style, lines, _x, _wide in _set(writer, faces, row, size))
        for row in rows
    )
    return sum(heights)


def _draw(page: Page, writer: Writer, faces: Typefaces, row: Row, size: float, y: float) -> float:
    """Draw a row below `y`; where it ends."""
    y -= row.before * size
    if row.rule:
        page.rule(LEFT, LEFT + WIDE, y + row.before * size / 2, LINE)
    deepest = y
    for cell, style, lines, x, wide in _set(writer, faces, row, size):
        top = y
        for line in lines:
            start = x + wide - line.width if cell.right else x
            page.text(start, baseline(top, style), line, MUTED if cell.muted else INK)
            top -= style.leading
        deepest = min(deepest, top)
    return deepest
