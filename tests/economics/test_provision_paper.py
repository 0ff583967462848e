"""A provision prints on one side of paper, whatever is written into it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from django.conf import settings
from django.utils import translation

from foundation import clock
from governance.economics import services
from governance.economics.budget_figures import Figures
from governance.economics.models.provisions import LONGEST_NEED, LONGEST_REASON
from governance.economics.paper_width import width
from governance.economics.presenting.provisions import head_of, sheet_of
from governance.economics.services import provision_checks as checks
from reports.provision_sheet import provision_pdf
from tests.browser import chromium, context_of
from tests.economics.provided import budget_of, payer_of, said_of, today

ENGLISH = "Retraining needs machines that nobody else uses while the shops are open, or it ends too late. "
CHINESE = "每周重新训练模型需要专用的图形处理器，否则结果来得太晚，门店无法按时补货，顾客买不到商品。"


def long(text: str, most: int) -> str:
    """As much of it as fits into so many letters."""
    found = ""
    for letter in text * (most // len(text) + 1):
        if width(found + letter) > most - 1:
            break
        found += letter
    return found.strip() + "."


def half(text: str) -> dict:
    """Less text, in larger print."""
    full = fullest(text)
    return {
        **full,
        "need": long(text, LONGEST_NEED // 2),
        "lines": full["lines"][:4],
        "alternatives": full["alternatives"][:2],
        "no_cheaper": "There is nothing.",
        "without": {"days": "3", "because": long(text, 200)},
    }


def fullest(text: str) -> dict:
    """Every text at its limit, and as many rows as there may be."""
    line = {"title": long(text, checks.LONGEST_TITLE), "quantity": "123456.123456", "unit": long(text, checks.LONGEST_UNIT)}
    row = {"title": long(text, checks.LONGEST_ALTERNATIVE), "cost": "1234567.89", "why_not": long(text, checks.LONGEST_WHY_NOT)}
    return {
        "title": long(text, 120),
        "need": long(text, LONGEST_NEED // 2) + "\n" * 40 + long(text, LONGEST_NEED // 2 - 1),
        "lines": [{**line, "unit_price": "0.123456"}] * checks.MOST_LINES,
        "alternatives": [row] * checks.MOST_ALTERNATIVES,
        "no_cheaper": long(text, LONGEST_REASON),
        "without": {
            "days": "365",
            "a_year": "123456789.12",
            "because": long(text, checks.LONGEST_BECAUSE),
            "a_day": "12345.67",
            "a_day_because": long(text, LONGEST_REASON),
        },
        "until_date": today() + timedelta(days=200),
    }


@pytest.fixture
def asked(world):
    def ask(text: str, **over):
        budget = budget_of(payer_of(), "10000000", team=long(text, 120), title=long(text, 120))
        return services.ask_provision(actor=world.scientist, use_case=world.use_case, **said_of(budget, **(fullest(text) | over)))

    return ask


@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("zh-hans", CHINESE)], ids=["en", "zh"])
def test_the_pdf_is_one_page_in_a_size_that_can_be_read(asked, language, text, monkeypatch):
    row = asked(text)
    taken = []
    from reports import provision_sheet

    drawn = provision_sheet._draw
    monkeypatch.setattr(provision_sheet, "_draw", lambda *args: taken.append((args[4], drawn(*args))) or taken[-1][1])
    with translation.override(language):
        head = head_of(row, Figures(row.budget.amount))
        content = provision_pdf(sheet_of(row), head, address="https://example.com/provisions/pr_1/", created_at=clock.now())

    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 1
    assert taken[0][0] >= 6
    assert taken[-1][1] >= provision_sheet.BOTTOM


@pytest.mark.parametrize("said", [fullest, half])
@pytest.mark.parametrize(("language", "text"), [("en", ENGLISH), ("zh-hans", CHINESE)], ids=["en", "zh"])
def test_the_page_prints_on_one_side(world, asked, language, text, said):
    row = asked(text, **said(text))
    client = world.client("scientist")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    html = client.get(f"/provisions/{row.public_id}/").content.decode()
    html = with_styles(html)
    with chromium() as browser, context_of(browser) as context:
        page = context.new_page()
        page.set_content(html)
        content = page.pdf(prefer_css_page_size=True)

    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 1


def with_styles(html: str) -> str:
    """The page with its style sheets in it, so that nothing has to be fetched, in their order."""
    folder = Path(settings.BASE_DIR) / "static" / "css"

    def inlined(found: re.Match[str]) -> str:
        return f"<style>{(folder / (found[1] + '.css')).read_text()}</style>"

    html = re.sub(r'<link rel="stylesheet" href="[^"]*/css/(\w+)(?:\.[0-9a-f]+)?\.css">', inlined, html)
    assert "<style>" in html
    return re.sub(r"<script[^>]*></script>", "", html)
