"""The report model and its HTML form."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import html
from reports.document import Bar, Bars, Cell, Column, Document, Heading, KeyValues, Section, Streamed, Table, Text, safe_link

NOW = datetime(2026, 11, 21, 3, 13, tzinfo=UTC)


def document(*blocks, title="Audit report", language="en"):
    sections = [Section("first", "First", blocks)]
    return Document(
        title=title, subtitle="Churn", report_id="rp_1", language=language, facts=[("State", "open")], sections=sections
    )


class Reader(HTMLParser):
    """Collects the text, the tags and the targets of a page; fails on a tag that is closed out of order."""

    VOID = frozenset({"meta", "rect", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data


def test_rows_that_can_be_read_only_once_are_refused():
    with pytest.raises(TypeError, match="Streamed"):
        Table([Column("a")], (row for row in [["1"]]), "Numbers", "None.")


def test_streamed_rows_are_read_anew_by_each_renderer():
    rows = Streamed(lambda: iter([["1"], ["2"]]))

    assert list(rows) == list(rows) == [["1"], ["2"]]


def test_two_parts_under_one_key_are_refused():
    with pytest.raises(ValueError, match="first"):
        document(Heading("first", "Again"))


@pytest.mark.parametrize("key", ["", "Two Words", "a#b", "<b>", "1st"])
def test_a_key_that_could_not_stand_in_an_address_is_refused(key):
    with pytest.raises(ValueError, match="key"):
        Document("t", "", "rp_1", "en", sections=[Section(key, "x", [])])


def test_a_table_without_a_sentence_for_nothing_is_refused():
    with pytest.raises(ValueError, match="no rows"):
        Table([Column("a")], [], "Numbers", "")


def test_a_bar_without_a_finite_length_is_refused():
    with pytest.raises(ValueError, match="finite"):
        Bars("Money", [Bar("a", Decimal("NaN"), "?")], "s", "e")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//host",
        "https://a b",
        "https://",
        "http:///x",
        "https://ä",
        "data:text/html,x",
        "https://a\n",
    ],
)
def test_only_web_addresses_are_linked(link):
    assert safe_link(link) == ""
    assert "<a href=" not in html.render(document(KeyValues([("x", Cell("y", link=link))])), created_at=NOW).split("</header>")[1]


def test_the_page_says_in_words_that_nothing_was_found():
    page = Reader(html.render(document(Table([Column("a")], [], "Waivers", "No waiver was given.")), created_at=NOW))

    assert "No waiver was given." in page.text
    assert "table" not in [tag for tag, _ in page.tags]


def test_a_table_has_a_caption_and_its_headers_a_scope():
    table = Table([Column("Who"), Column("What", align="right")], [["Li", Cell("approve", state="ok")]], "Ballots", "None.")
    page = Reader(html.render(document(table), created_at=NOW))

    assert [attributes["scope"] for tag, attributes in page.tags if tag == "th"] == ["col", "col"]
    assert "Table 1 Ballots" in page.text
    assert ("span", {"class": "state ok"}) in page.tags


def test_the_page_loads_and_runs_nothing():
    page = Reader(html.render(document(Text(["x"])), created_at=NOW))

    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert (
        "meta",
        {"http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"},
    ) in page.tags
    assert "url(" not in html.STYLE
    assert "@import" not in html.STYLE


def test_contents_lead_to_headings_that_exist():
    page = Reader(html.render(document(Heading("part", "Part"), Text(["x"])), created_at=NOW))
    targets = {attributes["id"] for _, attributes in page.tags if "id" in attributes}

    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == ["#report", "#s-first", "#s-part"]
    assert {link[1:] for link in links} <= targets


def test_a_figure_says_each_value_in_words_and_draws_loss_to_the_left_of_zero():
    bars = Bars(
        "Money",
        [Bar("Gain", Decimal(30), "30 k"), Bar("Loss", Decimal(-10), "−10 k", state="bad")],
        "Gain exceeds loss.",
        "None.",
    )
    page = Reader(html.render(document(bars), created_at=NOW))
    drawn = [attributes for tag, attributes in page.tags if tag == "rect" and attributes["class"] != "zero"]

    assert "30 k" in page.text
    assert "Gain exceeds loss." in page.text
    assert [(bar["x"], bar["width"]) for bar in drawn] == [("25.00%", "75.00%"), ("0.00%", "25.00%")]


def test_a_row_with_too_few_cells_is_an_error_and_not_a_shifted_table():
    with pytest.raises(ValueError, match="1 cells under 2"):
        html.render(document(Table([Column("a"), Column("b")], [["1"]], "Numbers", "None.")), created_at=NOW)


@given(st.text())
def test_whatever_a_user_wrote_is_text_and_never_markup(text):
    table = Table([Column(text)], [[text], [Cell(text, link=text)]], text, text or "None.")
    blocks = [Text([text], style="warning"), KeyValues([(text, text)]), Heading("part", text), table]
    page = html.render(document(*blocks, title=text), created_at=NOW)

    page.encode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", page)
    address = "https://x" if safe_link(text) else ""
    blocks = [
        Text(["x"], style="warning"),
        KeyValues([("x", "x")]),
        Heading("part", "x"),
        Table([Column("x")], [["x"], [Cell("x", link=address)]], "x", "x"),
    ]
    plain = html.render(document(*blocks, title="x"), created_at=NOW)
    assert [tag for tag, _ in Reader(page).tags] == [tag for tag, _ in Reader(plain).tags]
