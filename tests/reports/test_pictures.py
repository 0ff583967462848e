"""Pictures in reports: on paper and in the HTML twin from the same coordinates as on a page."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate

import pytest
from pypdf import PdfReader

from foundation.drawing.shapes import Box, Drawing, Words, words
from governance.economics.pictures import Amount, Payback, flows_picture, worth_picture
from reports import html, pdf
from reports.content.pictures import picture_blocks
from reports.document import Document, Heading, Picture, Section, Table, Text
from reports.pdf.page import BOTTOM, CONTENT, FILLS, LEFT, RGB, TOP

NOW = datetime(2026, 11, 21, 3, 13, tzinfo=UTC)


def document(*blocks, language="en"):
    return Document("Audit report", "Churn", "rp_1", language, sections=[Section("economics", "Cost and benefit", blocks)])


def told():
    return worth_picture([Amount("GPU hours", Decimal(310_000))], [Amount("Avoided loss", Decimal(720_000))], currency="EUR")


def operators(source: Document) -> list[str]:
    """What is drawn on each page."""
    reader = PdfReader(io.BytesIO(pdf.render(source, created_at=NOW).content))
    return [page.get_contents().get_data().decode("latin-1") for page in reader.pages]


def filled(page: str, colour: str) -> list[tuple[float, ...]]:
    return [
        tuple(map(float, found))
        for found in re.findall(rf"{re.escape(RGB[colour])} rg ([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+) re f", page)
    ]


def test_paper_has_the_bars_where_the_page_has_them():
    picture = told()
    page = operators(document(*picture_blocks(picture)))[-1]
    boxes = [shape for shape in picture.wide.shapes if isinstance(shape, Box)]
    scale = CONTENT / picture.wide.width
    printed = {tone: filled(page, FILLS[tone]) for tone in ("bad", "ok", "info")}
    markup = picture.for_page("k")["svg"]

    assert len(boxes) == 6  # three samples of the legend, three bars
    x0, y0 = LEFT, next(y + (box.y + box.height) * scale for box, (_x, y, *_s) in zip(boxes, printed["bad"], strict=False))
    for tone, found in printed.items():
        drawn = [box for box in boxes if box.tone == tone]
        expected = [
            (x0 + box.x * scale, y0 - (box.y + box.height) * scale, box.width * scale, box.height * scale) for box in drawn
        ]
        assert [value for row in found for value in row] == pytest.approx([value for row in expected for value in row], abs=0.02)
        for box in drawn[1:]:
            assert f'x="{box.x:.2f}"'.replace(".00", "") in markup or f'x="{box.x:g}"' in markup


def test_paper_and_twin_say_the_figures_of_the_table():
    picture = told()
    source = document(*picture_blocks(picture))
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(source, created_at=NOW).content)).pages)
    page = html.render(source, created_at=NOW)

    for row in picture.rows:
        for value in row:
            assert text.count(value) >= 2
            assert page.count(value) >= 3  # both widths and the table
    assert picture.summary in page
    assert picture.summary in text.replace("\n", " ")


def test_the_same_picture_gives_the_same_bytes():
    source = document(*picture_blocks(told()))

    assert pdf.render(source, created_at=NOW).content == pdf.render(source, created_at=NOW).content


def test_a_picture_of_any_height_stays_whole_on_one_page():
    tall = Drawing(640, 5000, (Box(0, 0, 640, 5000, "ok"), words(0, 20, "top"), words(0, 4980, "bottom")))
    pages = operators(document(Text(["x"]), Picture("Tall", tall, "It is tall.")))
    (box,) = [found for page in pages for found in filled(page, FILLS["ok"])]

    assert box[1] >= BOTTOM - 0.01
    assert box[1] + box[3] <= TOP


def test_a_heading_goes_with_its_picture_to_the_next_page():
    blocks = [Text(["line"] * 20), Heading("part", "The part"), Picture("Caption", Drawing(640, 600, ()), "Sentence.")]
    reader = PdfReader(io.BytesIO(pdf.render(document(*blocks), created_at=NOW).content))
    texts = [page.extract_text() for page in reader.pages[2:]]

    assert [("The part" in text, "Sentence." in text) for text in texts] == [(False, False), (True, True)]


def test_figures_are_numbered_across_kinds_and_the_twin_names_them():
    page = html.render(document(*picture_blocks(told()), *picture_blocks(told())), created_at=NOW)

    assert [page.count(f"<b>Figure {number}</b>") for number in (1, 2, 3)] == [1, 1, 0]
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count('role="img"') == 4


def test_what_people_wrote_into_a_picture_is_text_in_the_twin_and_on_paper():
    hostile = ") Tj ET Q <script>alert(1)</script> \u202e & \x00"
    drawing = Drawing(640, 60, (words(0, 20, hostile), Box(0, 30, 10, 10, "ok", hostile), words(0, 50, hostile, room=60)))
    source = document(Picture(hostile, drawing, hostile))
    page = html.render(source, created_at=NOW)

    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "alert(1)" in PdfReader(io.BytesIO(pdf.render(source, created_at=NOW).content)).pages[-1].extract_text()


def test_a_label_is_cut_on_paper_by_the_font_of_the_paper():
    long = "W" * 60
    drawing = Drawing(640, 40, (words(0, 20, long, room=100),))
    (label,) = [shape for shape in drawing.shapes if isinstance(shape, Words)]
    text = (
        PdfReader(io.BytesIO(pdf.render(document(Picture("c", drawing, "s")), created_at=NOW).content)).pages[-1].extract_text()
    )

    assert label.whole == long
    assert 2 < text.count("W") < 20
    assert "…" in text


def test_nothing_to_draw_is_a_sentence():
    (block,) = picture_blocks(worth_picture([], [], currency="EUR"))

    assert isinstance(block, Text)
    assert block.paragraphs == ["There are no costs and no benefits."]


def test_a_picture_is_followed_by_its_twin():
    picture, table = picture_blocks(told())

    assert isinstance(picture, Picture)
    assert isinstance(table, Table)
    assert [column.align for column in table.columns] == ["left", "right", "right"]


def test_a_picture_that_nobody_reads_out_is_refused():
    with pytest.raises(ValueError, match="sentence"):
        Picture("Caption", Drawing(10, 10, ()), "")


def test_six_hundred_months_are_printed():
    net = [Decimal(place % 11 - 5) for place in range(600)]
    sums = list(accumulate(net))
    zero = [Decimal(0)] * 600
    picture = flows_picture(zero, net, sums, sums, payback=Payback(None, None), currency="EUR", period="month")
    pages = operators(document(*picture_blocks(picture)))

    bars = [box for page in pages for tone in ("ok", "bad") for box in filled(page, FILLS[tone])]
    assert len(bars) == 602  # and two samples of the legend
