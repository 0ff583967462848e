"""Reports as PDF: read back what was printed, count it, compare bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.lib import utils as reportlab_utils

from reports import pdf
from reports.document import Bar, Bars, Cell, Column, Document, Heading, KeyValues, Section, Streamed, Table, Text
from reports.pdf.fonts import FILES, typefaces
from reports.pdf.grid import column_widths
from reports.pdf.page import BOTTOM, CONTENT
from reports.pdf.text import width, wrap

NOW = datetime(2026, 11, 21, 3, 13, tzinfo=UTC)
DIGEST = "sha256:" + "0123456789abcdef" * 4
FACES = typefaces()


def document(*blocks, title="Audit report", language="en", sections=None):
    sections = sections or [Section("first", "First part", blocks)]
    return Document(title, "Churn prediction", "rp_1", language, facts=[("State", Cell("open", state="warn"))], sections=sections)


def read(source: Document, **options) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.render(source, created_at=NOW, **options).content))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def rows(count: int) -> Table:
    columns = [Column("#", 0.5, align="right"), Column("Who"), Column("Digest", 2, mono=True)]
    return Table(
        columns, Streamed(lambda: ([f"row-{number}", "李薇 Żak", DIGEST[:39]] for number in range(count))), "Events", "None."
    )


@pytest.mark.parametrize("above", [8, 20, 24, 26, 30])
def test_bars_that_fit_on_a_page_are_not_torn_apart(above):
    bars = Bars("Money", [Bar(f"bar-{number}", Decimal(number), f"={number}=") for number in range(6)], "Says it.", "None.")
    pages = [page.extract_text() for page in read(document(rows(above), bars)).pages]

    assert [text.count("bar-") for text in pages if "bar-" in text] == [6]


def test_the_same_document_gives_the_same_bytes():
    bars = Bars(
        "Money", [Bar("Gain", Decimal(3), "3"), Bar("Loss", Decimal(-1), "−1", state="bad")], "Gain exceeds loss.", "None."
    )
    source = document(Text(["x"], style="note"), rows(120), bars)

    first = pdf.render(source, created_at=NOW, content_digest=DIGEST)

    assert first.content == pdf.render(source, created_at=NOW, content_digest=DIGEST).content
    assert first.content != pdf.render(document(rows(119)), created_at=NOW, content_digest=DIGEST).content


def test_the_same_document_gives_the_same_bytes_in_another_process():
    code = (
        "import sys, hashlib; from django.conf import settings; settings.configure(USE_I18N=True, INSTALLED_APPS=[])\n"
        "import django; django.setup(); from tests.reports import test_pdf as t; from reports import pdf\n"
        "print(hashlib.sha256(pdf.render(t.document(t.rows(60)), created_at=t.NOW).content).hexdigest())"
    )
    root = Path(__file__).parents[2]
    seen = set()
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PATH": "", "TZ": "Asia/Tokyo" if seed == "2" else "UTC"}
        done = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True)
        seen.add(done.stdout)

    assert len(seen) == 1


def test_every_row_is_printed_once_and_in_order_and_the_header_on_each_page():
    reader = read(document(rows(400)))
    text = text_of(reader)

    assert [int(found) for found in re.findall(r"row-(\d+)", text)] == list(range(400))
    assert text.count("Digest") == sum("row-" in page.extract_text() for page in reader.pages) > 5
    assert "Events (continued)" in text


def test_pages_are_numbered_and_the_contents_name_the_page_where_a_part_begins():
    sections = [Section(f"part-{number}", f"Part number {number}", [rows(90)]) for number in range(30)]
    reader = read(document(sections=sections))
    total = len(reader.pages)

    begins = {}
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        assert number == 1 or f"Page {number} of {total}" in text
        if "Contents" not in text and number > 3:
            begins |= {found: number for found in re.findall(r"Part number (\d+)", text)}
    listing = "\n".join(page.extract_text() for page in reader.pages[1:3])
    for part, number in begins.items():
        assert re.search(rf"Part number {part}\s+{number}\b", listing), (part, number)
    assert len(begins) == 30


def test_outline_and_contents_lead_to_the_right_page():
    reader = read(document(rows(90), Heading("second", "Second"), Text(["Here it is."])))
    (outline, [inner]) = reader.outline

    assert outline["/Title"] == "1 First part"
    assert inner["/Title"] == "1.1 Second"
    assert "Here it is." in reader.pages[reader.get_destination_page_number(inner)].extract_text()
    jumps = [annotation.get_object() for annotation in reader.pages[1]["/Annots"]]
    assert len(jumps) == 2


def test_nothing_found_is_a_sentence():
    assert "No waiver was given." in text_of(read(document(Table([Column("a")], [], "Waivers", "No waiver was given."))))


def test_chinese_is_embedded_and_can_be_read_back():
    source = document(Text(["审批链已完成，等待安全评审。"]), title="用例审计报告", language="zh-hans")
    reader = read(source)
    text = re.sub(r"\s", "", text_of(reader))

    assert "审批链已完成，等待安全评审。" in text
    assert "用例审计报告" in text
    assert reader.trailer["/Root"]["/Lang"] == "zh-Hans"
    for font in reader.pages[2]["/Resources"]["/Font"].values():
        descriptor = font.get_object().get("/FontDescriptor")
        assert descriptor is None or "/FontFile2" in descriptor.get_object()


def test_a_character_without_a_shape_is_a_box_that_is_counted_and_confessed():
    done = pdf.render(document(Text(["rocket \U0001f680 and ꙮ"]), Table([Column("a")], [["ꙮ"], ["ꙮ"]], "t", "e")), created_at=NOW)
    text = text_of(PdfReader(io.BytesIO(done.content)))

    assert done.missing == {"\U0001f680": 1, "ꙮ": 3}
    assert "rocket □ and □" in text
    assert "U+A66E × 3, U+1F680 × 1" in text


def test_a_fallback_font_prints_what_the_shipped_ones_lack():
    rare = "\u0531"  # an Armenian letter
    spare = next((path for path in Path("/usr/share/fonts").rglob("DejaVuSans.ttf")), None)
    if spare is None:
        pytest.skip("DejaVu Sans is not installed here")

    done = pdf.render(document(Text([f"letter {rare}"])), created_at=NOW, fallback_font=spare)

    assert done.missing == {}
    assert f"letter {rare}" in text_of(PdfReader(io.BytesIO(done.content)))
    assert "DejaVuSans.ttf" in done.manifest


@pytest.mark.parametrize("content", [None, b"", b"OTTO" + bytes(200), b"not a font"])
def test_a_font_that_cannot_be_used_is_named(tmp_path, content):
    path = tmp_path / "font.ttf"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(pdf.FontError, match=r"font\.ttf"):
        pdf.render(document(Text(["x"])), created_at=NOW, fallback_font=path)


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="file:///etc/passwd"/>',
        '<a href="http://127.0.0.1:1/">x</a><para>',
        "&lt;b&gt; & <b>",
        ") Tj ET Q endstream (",
        "back\\slash (paren",
        "%PDF-1.7 %%EOF",
    ],
)
def test_markup_and_operators_in_text_are_printed_and_not_obeyed(hostile, monkeypatch):
    def opened(name, *_rest, **_more):
        raise AssertionError(f"the report tried to open {name!r}")

    monkeypatch.setattr(reportlab_utils, "rlUrlRead", opened)
    table = Table([Column(hostile)], [[Cell(hostile, link=hostile)]], hostile, "None.")
    reader = read(document(Text([hostile]), KeyValues([(hostile, hostile)]), table, title=hostile))

    assert text_of(reader).replace("\n", "").replace(" ", "").count(hostile.replace(" ", "")) >= 3
    assert not [a for page in reader.pages for a in page.get("/Annots", []) if "/A" in a.get_object()]


def test_control_characters_vanish_and_direction_marks_show():
    done = pdf.render(document(Text(["a\x00b\x1bc\u200bd", "safe\u202eexe"])), created_at=NOW)
    text = text_of(PdfReader(io.BytesIO(done.content)))

    assert "abcd" in text
    assert "safe□exe" in text
    assert done.missing == {"\u202e": 1}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(), min_size=3, max_size=3), st.text(), st.integers(1, 3))
def test_no_text_breaks_a_report(cells, prose, columns):
    table = Table(
        [Column(prose)] * columns, [[Cell(cell, state="ok", link=prose) for cell in cells[:columns]]] * 2, prose, "None."
    )
    source = document(Text([prose], style="warning"), KeyValues([(prose, cells[0])]), Heading("part", prose), table, title=prose)

    assert len(read(source).pages) >= 3


def test_a_cell_longer_than_a_page_goes_on_over_the_next_ones():
    words = [f"word{number}" for number in range(3000)]
    reader = read(
        document(Table([Column("Short"), Column("Long")], [["x", " ".join(words)], ["last", "row"]], "Comments", "None."))
    )

    assert re.findall(r"word\d+", text_of(reader)) == words
    assert "last" in reader.pages[-1].extract_text()
    assert len(reader.pages) > 5


def test_nothing_is_printed_into_the_footer():
    source = document(*[Text(["line " * 40] * 7, style="warning"), rows(7), KeyValues([("k", "value " * 60)] * 5)] * 6)

    for page in read(source).pages[2:]:
        heights = []
        page.extract_text(
            visitor_text=lambda text, _cm, matrix, *_rest, seen=heights: seen.append(matrix[5]) if text.strip() else None
        )
        assert all(height > BOTTOM - 1 or abs(height - 40) < 1 for height in heights), sorted(heights)[:4]


def test_links_lead_only_to_the_web():
    table = Table([Column("a")], [[Cell("good", link="https://example.com/x")], [Cell("bad", link="javascript:x")]], "t", "e")
    reader = read(document(table))

    addresses = [a.get_object()["/A"]["/URI"] for page in reader.pages for a in page.get("/Annots", []) if "/A" in a.get_object()]
    assert addresses == ["https://example.com/x"]


def test_what_a_viewer_shows_about_the_file_is_the_report_and_its_time():
    information = read(document(Text(["x"]))).metadata

    assert information.title == "Audit report · Churn prediction"
    assert information.creation_date == NOW
    assert information["/Subject"] == "rp_1"


def test_progress_is_told_section_by_section_and_may_stop_the_work():
    told = []
    sections = [Section(f"s{number}", "x", [Text(["y"])]) for number in range(3)]

    pdf.render(document(sections=sections), created_at=NOW, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def stop(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        pdf.render(document(sections=sections), created_at=NOW, progress=stop)


def test_the_manifest_names_everything_that_decides_the_bytes():
    manifest = pdf.manifest()

    assert {"layout", "reportlab", "zlib"} < set(manifest)
    assert {path.name for path in FILES.values()} < set(manifest)


@given(st.text(), st.integers(1500, 20_000))
def test_wrapping_loses_no_letter_and_keeps_the_limit(text, limit):
    clean = FACES.clean(text)
    widths = FACES.regular.widths
    lines = wrap(clean, widths, limit)

    def letters(value):
        return re.sub(r"\s", "", value)

    assert letters("".join(lines)) == letters(clean)
    assert all(width(line, widths) <= limit for line in lines)


def test_a_digest_breaks_after_each_sixteen_digits_and_nowhere_else():
    widths = FACES.mono.widths

    assert wrap(DIGEST, widths, 24 * 600) == ["sha256:0123456789abcdef"] + ["0123456789abcdef"] * 3
    assert wrap(DIGEST, widths, 40 * 600) == ["sha256:" + "0123456789abcdef" * 2, "0123456789abcdef" * 2]


def test_chinese_lines_do_not_begin_with_a_full_stop_or_end_with_an_opening_mark():
    lines = wrap("审批完成。等待（安全）评审，然后“发布”。" * 8, FACES.regular.widths, 6_000)

    assert not [line for line in lines if line[0] in "，。）”"]
    assert not [line for line in lines if line[-1] in "（“"]


def test_columns_fill_the_page_and_none_vanishes():
    for columns in ([Column("a", 1), Column("b", 3)], [Column("a", 0.001), *[Column("x")] * 9], [Column("x")] * 40):
        widths = column_widths(columns)
        assert sum(widths) == pytest.approx(CONTENT)
        assert min(widths) >= min(26, CONTENT / len(columns)) - 1e-6
    assert column_widths([Column("a", 1), Column("b", 3)])[1] == pytest.approx(CONTENT * 0.75)


def test_the_fonts_hold_what_reports_are_written_in():
    names = (
        "Łukasz Żak, Jiří Dvořák, Zoë Gonçalves, Şahin, Nguyễn Văn Ần, Ελένη, Иван, 王小明，李薇。“x” ‘y’ … – — → ✓ ✗ × ≥ € £ ¥"
    )
    hanzi = bytes(byte for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) for byte in (high, low)).decode(
        "gb2312", "ignore"
    )

    faces = typefaces()

    for text in (names, hanzi):
        assert faces.clean(text) == unicodedata.normalize("NFC", text)
    assert len(hanzi) == 6763
    assert not faces.missing
