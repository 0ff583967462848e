"""A PDF that is looked at. It takes the whole browser: its viewer is a program of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from reportlab.pdfgen.canvas import Canvas

from tests.browser import chromium
from tests.usecases.papers import added

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]


@pytest.fixture(scope="module")
def one_browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium(whole=True) as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


def red_page() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setFillColorRGB(1, 0, 0)
    canvas.rect(0, 0, 700, 900, fill=1)
    canvas.save()
    return out.getvalue()


def test_a_pdf_is_looked_at_in_a_frame_that_can_do_nothing(at: Any, world: Any) -> None:
    added(world, red_page(), "计划.pdf")
    with at(world.business) as desk:
        refused: list[str] = []
        desk.page.on("console", lambda message: refused.append(message.text))
        desk.open("/use-cases/churn/documents/plan/")
        frame = desk.page.locator("iframe.preview__page")
        expect(frame).to_be_visible()
        for _ in range(40):  # the viewer is another program, and says nothing when it is ready
            seen = Image.open(io.BytesIO(frame.screenshot())).convert("RGB")
            if any(r > 200 and g < 60 and b < 60 for _count, (r, g, b) in seen.getcolors(maxcolors=2**24) or []):  # type: ignore[misc]
                break
            desk.page.wait_for_timeout(250)
        else:
            raise AssertionError(f"the PDF is not shown: {refused}")
        assert not [line for line in refused if "Content Security Policy" in line]
