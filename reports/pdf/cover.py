"""What stands before and around the body: cover, table of contents, running header and footer."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import Cell, Document
from reports.pdf.blocks import draw_fact
from reports.pdf.page import ACCENT, BOTTOM, CONTENT, INK, LEFT, LINE, MUTED, PAGE_HEIGHT, RIGHT, TOP, Entry, Flow, Page, baseline

BRAND = "Countersign"


def cover(flow: Flow, document: Document, *, created: str, content_digest: str) -> None:
    """Draw the cover on a fresh flow: what this is, about what, and how to recognise it. Long facts run on to a second page."""
    writer, scale = flow.writer, flow.styles
    _mark(flow.page, LEFT, PAGE_HEIGHT - 84)
    flow.page.text(LEFT + 25, PAGE_HEIGHT - 79.5, writer.one_line(BRAND, scale.subheading, 200))
    flow.y = PAGE_HEIGHT - 236
    flow.page.box(LEFT, flow.y + 14, 42, 3, ACCENT)
    flow.write(writer.lines(document.title, scale.title, CONTENT - 40)[:8], scale.title)
    flow.y -= 8
    flow.write(writer.lines(document.subtitle, scale.subtitle, CONTENT - 60)[:8], scale.subtitle, colour=MUTED)
    flow.y = min(flow.y - 40, PAGE_HEIGHT - 420) if flow.y - 40 > BOTTOM else flow.y
    facts = [*document.facts, (_("Report"), document.report_id), (_("Created"), created)]
    if content_digest:
        facts.append((_("Digest of the inputs"), Cell(content_digest, mono=True)))
    for label, value in facts:
        draw_fact(flow, label, value)
    flow.page.rule(LEFT, RIGHT, flow.y, LINE)


def contents(flow: Flow, entries: Sequence[Entry], *, first_page: int) -> None:
    """Draw the table of contents; `first_page` is the number of the body's first page."""
    writer, scale = flow.writer, flow.styles
    flow.write(writer.lines(_("Contents"), scale.heading, CONTENT), scale.heading)
    flow.y -= 12
    for entry in entries:
        style = scale.strong if entry.level == 0 else scale.label
        high = style.leading + (8 if entry.level == 0 else 3)
        flow.need(high)
        if entry.level == 0:
            flow.page.rule(LEFT, RIGHT, flow.y, LINE)
            flow.y -= 5
        left = LEFT + (0 if entry.level == 0 else 26)
        indent = 26 if entry.level == 0 else 30
        y, colour = baseline(flow.y, style), INK if entry.level == 0 else MUTED
        number = writer.one_line(str(first_page + entry.page), style, 60)
        flow.page.text(left, y, writer.one_line(entry.number, style, indent), ACCENT if entry.level == 0 else MUTED)
        flow.page.text(left + indent, y, writer.one_line(entry.title, style, RIGHT - left - indent - 50), colour)
        flow.page.text(RIGHT - number.width, y, number, colour)
        flow.page.jumps.append((entry.key, LEFT, y - 3, RIGHT, y + 10))
        flow.y -= style.leading + 3
    flow.page.rule(LEFT, RIGHT, flow.y - 2, LINE)


def frame(flow: Flow, page: Page, document: Document, *, number: int, total: int, created: str) -> None:
    """Put the running header and footer on a page: which report this is, and which page of how many."""
    writer, style = flow.writer, flow.styles.small
    report = writer.one_line(document.report_id, style, 140)
    title = writer.one_line(
        f"{document.title} · {document.subtitle}" if document.subtitle else document.title, style, CONTENT - 160
    )
    page.text(LEFT, TOP + 30, title, MUTED)
    page.text(RIGHT - report.width, TOP + 30, report, MUTED)
    page.rule(LEFT, RIGHT, TOP + 22, LINE)
    _foot(flow, page, number=number, total=total, created=created)


def _foot(flow: Flow, page: Page, *, number: int, total: int, created: str) -> None:
    writer, style = flow.writer, flow.styles.small
    stamp = writer.one_line(_("Created %(time)s") % {"time": created}, style, 250)
    place = writer.one_line(_("Page %(number)d of %(total)d") % {"number": number, "total": total}, style, 120)
    page.text(LEFT, 40, stamp, MUTED)
    page.text(RIGHT - place.width, 40, place, MUTED)


def _mark(page: Page, x: float, y: float) -> None:
    """The product's mark: a stamp with a tick."""
    page.box(x, y, 17, 17, ACCENT)
    tick = f"{x + 4:.2f} {y + 8.6:.2f} m {x + 7.2:.2f} {y + 5.2:.2f} l {x + 13:.2f} {y + 12:.2f} l S"
    page.operators.append(f"1 1 1 RG 1.9 w 1 J 1 j {tick} 0 J 0 j")
