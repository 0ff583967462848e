"""The report as one HTML file: the same content as the PDF, in the order and structure that a screen reader walks.

It stands alone, so its style is inside; it loads nothing and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from itertools import chain
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from foundation.drawing import svg
from foundation.drawing.shapes import Box, Drawing, Shape, Words
from reports.document import (
    Bars,
    Block,
    Cell,
    Document,
    Heading,
    KeyValues,
    Picture,
    Section,
    Table,
    Text,
    Value,
    cell,
    safe_link,
)

HERE = Path(__file__).parent
# Pictures look as they do in the portal: one style sheet for both.
STYLE = "".join(
    path.read_text(encoding="utf-8") for path in (HERE / "report.css", HERE.parent / "static" / "css" / "drawing.css")
)


def render(document: Document, *, created_at: datetime, content_digest: str = "") -> str:
    """The document as a complete HTML page. `created_at` must be aware; it and `content_digest` stand in the head of the page."""
    with translation.override(document.language):
        return "".join(_page(document, f"{created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", content_digest))


def _page(document: Document, created: str, content_digest: str) -> Iterator[str]:
    title = f"{document.title} · {document.subtitle}" if document.subtitle else document.title
    yield f'<!doctype html>\n<html lang="{escape(document.language)}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    yield f"<title>{_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    skip = _("Skip to the report")
    yield f'<a class="skip" href="#report">{escape(skip)}</a>\n<header>\n'
    yield f'<h1>{_text(document.title)}</h1>\n<p class="subtitle">{_text(document.subtitle)}</p>\n'
    facts = [*document.facts, (_("Report"), document.report_id), (_("Created"), created)]
    if content_digest:
        facts.append((_("Digest of the inputs"), Cell(content_digest, mono=True)))
    yield _facts(facts)
    if document.sections:
        yield _contents(document)
    yield '</header>\n<main id="report">\n'
    counts = {"table": 0, "figure": 0}
    for number, section in enumerate(document.sections, 1):
        yield from _section(section, number, counts)
    stamp = _("Created %(time)s") % {"time": created}
    yield f"</main>\n<footer>{_text(document.report_id)} · {_text(stamp)}</footer>\n</body>\n</html>\n"


def _contents(document: Document) -> str:
    lines = [f'<nav aria-labelledby="contents">\n<h2 id="contents">{escape(_("Contents"))}</h2>\n<ol>\n']
    for number, section in enumerate(document.sections, 1):
        parts = [block for block in section.blocks if isinstance(block, Heading)]
        inner = "".join(f"<li>{_entry(part.key, f'{number}.{place}', part.title)}</li>" for place, part in enumerate(parts, 1))
        lines.append(f"<li>{_entry(section.key, str(number), section.title)}{f'<ol>{inner}</ol>' if inner else ''}</li>\n")
    return "".join([*lines, "</ol>\n</nav>\n"])


def _entry(key: str, number: str, title: str) -> str:
    return f'<a href="#s-{escape(key)}">{number} {_text(title)}</a>'


def _section(section: Section, number: int, counts: dict[str, int]) -> Iterator[str]:
    key = escape(section.key)
    mark = f'<span class="number">{number}</span>'
    yield f'<section aria-labelledby="s-{key}">\n<h2 id="s-{key}">{mark}{_text(section.title)}</h2>\n'
    part = 0
    for block in section.blocks:
        if isinstance(block, Heading):
            part += 1
            mark = f'<span class="number">{number}.{part}</span>'
            yield f'<h3 id="s-{escape(block.key)}">{mark}{_text(block.title)}</h3>\n'
        else:
            yield from _block(block, counts)
    yield "</section>\n"


def _block(block: Block, counts: dict[str, int]) -> Iterator[str]:
    if isinstance(block, Table):
        counts["table"] += 1
        yield from _table(block, counts["table"])
    elif isinstance(block, Text):
        yield _paragraphs(block)
    elif isinstance(block, KeyValues):
        yield _facts(block.rows)
    elif isinstance(block, Bars):
        counts["figure"] += 1
        yield from _bars(block, counts["figure"])
    elif isinstance(block, Picture):
        counts["figure"] += 1
        yield _picture(block, counts["figure"])
    else:
        raise TypeError(f"a section holds no {type(block).__name__}")


def _paragraphs(block: Text) -> str:
    text = "".join(f"<p>{_text(paragraph)}</p>\n" for paragraph in block.paragraphs)
    if block.style == "normal":
        return text
    word = _("Attention") if block.style == "warning" else _("Note")
    return f'<aside class="{block.style}"><strong>{escape(word)}</strong>\n{text}</aside>\n'


def _facts(rows: Iterable[tuple[str, Value]]) -> str:
    pairs = "".join(f"<dt>{_text(label)}</dt><dd>{_value(value)}</dd>\n" for label, value in rows)
    return f"<dl>\n{pairs}</dl>\n" if pairs else ""


def _table(table: Table, number: int) -> Iterator[str]:
    label = escape(_("Table %(number)d") % {"number": number})
    rows = iter(table.rows)
    first = next(rows, None)
    if first is None:
        yield f"<p><strong>{label}</strong> {_text(table.caption)}</p>\n<p>{_text(table.empty)}</p>\n"
        return
    name = _text(table.caption)
    yield f"{_opening(label, name)}<thead><tr>"
    classes = ["" if column.align == "left" else f' class="{column.align}"' for column in table.columns]
    for column, align in zip(table.columns, classes, strict=True):
        yield f'<th scope="col"{align}>{_text(column.title)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in chain([first], rows):
        yield _row(table, row, classes)
    yield "</tbody>\n</table>\n</div>\n"


def _opening(label: str, name: str) -> str:
    """The frame of a table, which scrolls on its own where the window is narrow and can be reached by keyboard for it."""
    region = f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">'
    return f"{region}\n<table>\n<caption><b>{label}</b> {name}</caption>\n"


def _row(table: Table, row: Sequence[Value], classes: list[str]) -> str:
    if len(row) != len(classes):
        raise ValueError(f"a row of {table.caption!r} has {len(row)} cells under {len(classes)} columns")
    parts = []
    for value, column, align in zip(row, table.columns, classes, strict=True):
        shown = f"<code>{_text(value)}</code>" if column.mono and isinstance(value, str) and value else _value(value)
        parts.append(f"<td{align}>{shown}</td>")
    return f"<tr>{''.join(parts)}</tr>\n"


def _value(value: Value) -> str:
    """A value with its state as a coloured word and its link, if it leads to a web page."""
    given = cell(value)
    shown = _text(given.text)
    if given.mono:
        shown = f"<code>{shown}</code>"
    link = safe_link(given.link)
    if link:
        shown = f'<a href="{escape(link)}" rel="noreferrer">{shown}</a>'
    return f'<span class="state {given.state}">{shown}</span>' if given.state else shown


def _bars(block: Bars, number: int) -> Iterator[str]:
    """The figure as a table: each row holds label, bar and value, so the text is the figure's twin."""
    label = escape(_("Figure %(number)d") % {"number": number})
    name = _text(block.caption)
    if not block.bars:
        yield f"<p><strong>{label}</strong> {name}</p>\n<p>{_text(block.empty)}</p>\n"
        return
    lowest = min(0.0, *(float(bar.value) for bar in block.bars))
    highest = max(0.0, *(float(bar.value) for bar in block.bars))
    span = (highest - lowest) or 1.0
    zero = -lowest / span * 100
    yield f"{_opening(label, name)}<tbody>\n"
    for bar in block.bars:
        length = float(bar.value) / span * 100
        start, wide = (zero, length) if length >= 0 else (zero + length, -length)
        drawing = f'<rect class="{bar.state or "bar"}" x="{start:.2f}%" y="2" width="{wide:.2f}%" height="10"/>'
        axis = f'<rect class="zero" x="{zero:.2f}%" y="0" width="1" height="14"/>'
        picture = f'<svg aria-hidden="true" focusable="false">{drawing}{axis}</svg>'
        value = _value(Cell(bar.text, state=bar.state))
        yield f'<tr><th scope="row">{_text(bar.label)}</th><td>{picture}</td><td class="right">{value}</td></tr>\n'
    yield f"</tbody>\n</table>\n</div>\n<p>{_text(block.summary)}</p>\n"


def _picture(block: Picture, number: int) -> str:
    label = escape(_("Figure %(number)d") % {"number": number})
    name = _text(block.caption)
    drawn = svg.drawing(
        _harmless(block.drawing),
        narrow=_harmless(block.narrow) if block.narrow else None,
        key=f"figure-{number}",
        title=_plain(block.caption),
        description=_plain(block.summary),
    )
    region = f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">'
    caption = f"<figcaption><b>{label}</b> {name}</figcaption>"
    return f"<figure>\n{caption}\n{region}\n{drawn}\n</div>\n<p>{_text(block.summary)}</p>\n</figure>\n"


def _text(text: str) -> str:
    """User text, harmless: markup escaped, control characters and halves of surrogate pairs shown as �."""
    return escape(_plain(text))


def _plain(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if _printable(character) else "\ufffd" for character in text)


def _harmless(drawing: Drawing) -> Drawing:
    """The drawing with its texts as `_plain` gives them; markup is escaped where it is written."""
    return replace(drawing, shapes=tuple(map(_harmless_shape, drawing.shapes)))


def _harmless_shape(shape: Shape) -> Shape:
    if isinstance(shape, Words):
        return replace(shape, text=_plain(shape.text), whole=_plain(shape.whole))
    return replace(shape, told=_plain(shape.told)) if isinstance(shape, Box) else shape


def _printable(character: str) -> bool:
    """Line ends and joiners stay. What turns the direction of text does not: it could make a report read otherwise than it is."""
    if character in "\n\t\u200c\u200d\u00ad":
        return True
    return character.isprintable() or (character.isspace() and ord(character) > 0x20)
