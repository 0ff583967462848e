"""The report as PDF: the same document and the same renderer always give the same bytes.

No PDF/A or PDF/UA is claimed: ReportLab writes no structure tree. The HTML twin is the form that a screen reader can walk.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import reportlab
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.pdfgen.canvas import Canvas

from reports.document import Document, Text
from reports.pdf.blocks import draw_block, draw_section
from reports.pdf.cover import BRAND, contents, cover, frame
from reports.pdf.fonts import FontError, Typefaces, digests, typefaces
from reports.pdf.page import A4, Flow, Page, Writer, styles

__all__ = ["FontError", "Rendered", "manifest", "render"]

LAYOUT = 1  # raised with every change of the layout: reports of another layout are other bytes


@dataclass(frozen=True)
class Rendered:
    """The file, and what the caller should know of how it came out."""

    content: bytes
    pages: int
    missing: Mapping[str, int]  # characters printed as □, with how often
    manifest: Mapping[str, str]


def manifest(fallback_font: Path | None = None) -> dict[str, str]:
    """What the bytes depend on besides the document: same inputs and same manifest, same file."""
    return {"layout": str(LAYOUT), "reportlab": reportlab.Version, "zlib": zlib.ZLIB_RUNTIME_VERSION, **digests(fallback_font)}


def render(
    document: Document,
    *,
    created_at: datetime,
    content_digest: str = "",
    fallback_font: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Rendered:
    """Print `document`. `created_at` (aware) and `content_digest` stand on the cover.

    `fallback_font` is a TrueType file for characters that the shipped fonts lack. `progress(done, total)` is called after each
    section; an exception that it raises ends the work. Raises FontError for a font that cannot be used.
    """
    faces = typefaces(fallback_font)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, invariant=1, pdfVersion=(1, 7), lang=_pdf_language(document.language))
    moment = created_at.astimezone(UTC)
    created = f"{moment:%Y-%m-%d %H:%M} UTC"
    with translation.override(document.language):
        scale = styles(faces, han=document.language.startswith(("zh", "ja", "ko")))
        writer = Writer(canvas, faces)
        body = Flow(writer, scale)
        for number, section in enumerate(document.sections, 1):
            draw_section(body, number, section)
            if progress:
                progress(number, len(document.sections))
        front = Flow(writer, scale)
        cover(front, document, created=created, content_digest=content_digest)
        listing = _contents(writer, body, len(front.pages)) if body.entries else []
        _confess(body, faces)
        missing = dict(faces.missing)  # before the running header repeats the title's on each page
        pages = [*front.pages, *listing, *(body.pages if document.sections else [])]
        for number, page in enumerate(pages, 1):
            if number > 1:
                frame(body, page, document, number=number, total=len(pages), created=created)
        _describe(canvas, document, faces, moment)
        _emit(canvas, pages, body, faces)
    canvas.save()
    return Rendered(buffer.getvalue(), len(pages), missing, manifest(fallback_font))


def _contents(writer: Writer, body: Flow, before: int) -> list[Page]:
    """The pages of the table of contents. Set twice: its own length decides which page the body begins on."""
    length = 0
    for _attempt in range(2):
        listing = Flow(writer, body.styles)
        contents(listing, body.entries, first_page=before + length + 1)
        length = len(listing.pages)
    return listing.pages


def _confess(body: Flow, faces: Typefaces) -> None:
    """Say at the end which characters could not be printed. A reader must not take a □ for the author's."""
    if not faces.missing:
        return
    shown = ", ".join(f"U+{ord(character):04X} × {count}" for character, count in sorted(faces.missing.items())[:60])
    sentence = ngettext(
        "%(count)d character has no glyph in the fonts of this report and is printed as □: %(list)s",
        "%(count)d characters have no shape in the fonts of this report and are printed as □: %(list)s",
        faces.missing.total(),
    )
    body.gap(20)
    draw_block(body, Text([sentence % {"count": faces.missing.total(), "list": shown}], style="warning"))


def _describe(canvas: Canvas, document: Document, faces: Typefaces, moment: datetime) -> None:
    """Fill in what a reader's program shows about the file. The time is the report's, not that of the printing."""
    canvas.setTitle(faces.clean(f"{document.title} · {document.subtitle}" if document.subtitle else document.title))
    canvas.setAuthor(BRAND)
    canvas.setSubject(faces.clean(document.report_id))
    canvas.setCreator(BRAND)
    canvas.setProducer(f"{BRAND}, ReportLab {reportlab.Version}")
    canvas.setDateFormatter(lambda *_parts: f"D:{moment:%Y%m%d%H%M%S}Z")
    canvas.setViewerPreference("DisplayDocTitle", "true")


def _emit(canvas: Canvas, pages: list[Page], body: Flow, faces: Typefaces) -> None:
    """Hand the pages to ReportLab in their order, with anchors, links and outline."""
    for page in pages:
        canvas.addLiteral("\n".join(page.operators))
        page.operators.clear()
        for key, y in page.anchors:
            canvas.bookmarkPage(key, fit="XYZ", left=0, top=y)
        for link, *area in page.links:
            canvas.linkURL(link, area)
        for key, *area in page.jumps:
            canvas.linkAbsolute("", key, area)
        canvas.showPage()
    for entry in body.entries:
        title = _("%(number)s %(title)s") % {"number": entry.number, "title": entry.title}
        canvas.addOutlineEntry(faces.clean(title), entry.key, level=entry.level, closed=entry.level == 0)
    if body.entries:
        canvas.showOutline()


def _pdf_language(language: str) -> str:
    """The language as PDF wants it: `zh-hans` is `zh-Hans`."""
    first, *rest = language.split("-")
    return "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])
