"""The story as people see it: the portal in a browser, against processes that really run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium, signed_in
from tests.story.installation import Installation
from tests.story.pipeline import Pipeline

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
STEPS = {
    "victor": ("Model validation", "validation"),
    "dina": ("Data and meaning", "data"),
    "samira": ("Security review", "security"),
    "bruno": ("Business sign-off", "business"),
}


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def test_reviewers_find_their_turn_judge_it_and_the_gate_opens(
    browser: Browser, server: Installation, pipeline: Pipeline
) -> None:
    _changes_are_asked_for_and_answered(browser, server)
    _the_author_sees_why_not(browser, server)
    for username in STEPS:
        _approve(browser, server, username, scripts=username != "bruno")  # the last one has no JavaScript
    assert pipeline.gate("7").code == 0

    assert pipeline.push("8").code == 0
    assert pipeline.request("8").code == 0
    _only_security_is_asked_again(browser, server)
    assert pipeline.gate("8").code == 0


def _window(browser: Browser, server: Installation, username: str, *, scripts: bool = True):
    return signed_in(browser, server.url, username, server.password(username), scripts=scripts)


def _open_turn(page: Page, title: str) -> None:
    """From the inbox, where the reason stands, to the request."""
    turn = page.locator("section[aria-labelledby=your-turn] li").filter(has_text=title)
    expect(turn).to_have_count(1)
    expect(turn).to_contain_text("for Customer churn")
    turn.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("churn-model@")


def _say(page: Page, step: str, verdict: str, comment: str) -> None:
    form = page.locator(f"#verdict-{step} form")
    form.locator(f"input[name=verdict][value={verdict}]").check()
    form.locator("textarea[name=comment]").fill(comment)
    form.get_by_role("button", name="Record my verdict").click()
    expect(page.locator("main")).to_contain_text("Recorded")


def _changes_are_asked_for_and_answered(browser: Browser, server: Installation) -> None:
    with _window(browser, server, "samira") as page:
        _open_turn(page, "Security review")
        form = page.locator("#verdict-security form")
        form.locator("input[name=verdict][value=request_changes]").check()
        form.get_by_role("button", name="Record my verdict").click()
        expect(page.locator("main")).to_contain_text("Say what would have to change")
        _say(page, "security", "request_changes", "Where does pandas come from?")
    with _window(browser, server, "marta") as page:
        turn = page.locator("section[aria-labelledby=your-turn] li").filter(has_text="somebody wants changes")
        turn.get_by_role("link").first.click()
        expect(page.locator("main")).to_contain_text("Where does pandas come from?")
        again = page.locator("form:has(input[name=command][value=resubmit])")
        again.locator("textarea").fill("From the index that the lock file names.")
        again.get_by_role("button").click()
        expect(page.locator("main")).to_contain_text("Round 2")


def _the_author_sees_why_not(browser: Browser, server: Installation) -> None:
    lead = server.api(server.token("petra"))
    assert lead.post("use-cases/churn/roles", {"user": "sofia", "role": "model_validator"}).status == 201
    request = server.api(server.token("victor")).get("inbox").body["results"][0]["request"]
    with _window(browser, server, "sofia") as page:
        expect(page.locator("section[aria-labelledby=your-turn] li", has_text="churn-model")).to_have_count(0)
        page.goto(f"/requests/{request}/")
        refused = page.locator("#verdict-validation")
        expect(refused.get_by_role("button", name="Give a verdict")).to_be_disabled()
        expect(refused).to_contain_text("You made part of what this step judges")
        expect(refused.locator("form")).to_have_count(0)


def _approve(browser: Browser, server: Installation, username: str, *, scripts: bool) -> None:
    title, step = STEPS[username]
    with _window(browser, server, username, scripts=scripts) as page:
        _open_turn(page, title)
        mine = page.locator("details.fold--yours[open]")
        assert mine.count() >= 1  # what this step covers stands open
        expect(mine.first).to_contain_text("yours to judge")
        _say(page, step, "approve", "Looked at it.")
        page.goto("/")
        expect(page.locator("section[aria-labelledby=your-turn] li").filter(has_text=title)).to_have_count(0)


def _only_security_is_asked_again(browser: Browser, server: Installation) -> None:
    for username in ("victor", "dina", "bruno"):
        waiting = server.api(server.token(username)).get("inbox").body["results"]
        assert [
            turn for turn in waiting if turn["title"].startswith("churn-model")
        ] == []  # meanings and uses of data are another story
    with _window(browser, server, "samira") as page:
        turn = page.locator("section[aria-labelledby=your-turn] li")
        expect(turn).to_have_count(1)
        expect(turn).to_contain_text("You approved an earlier version")
        turn.get_by_role("link").first.click()
        part = page.locator("#part-dependencies")
        expect(part).to_have_attribute("open", "")
        for text in ("scikit-learn", "1.7.1", "1.7.2"):
            expect(part).to_contain_text(text)
        expect(page.locator("aside")).to_contain_text("carried over from churn-model@7")
        _say(page, "security", "approve", "Only scikit-learn moved.")
        expect(page.locator("h1 + *").first).to_contain_text("Approved")


def test_a_report_is_asked_for_watched_and_verified(browser: Browser, server: Installation, tmp_path: Path) -> None:
    with _window(browser, server, "aude") as page:
        page.goto("/reports/")
        form = page.locator("form:has(select[name=about])")
        form.locator("select[name=about]").select_option("use_case:churn")
        form.get_by_role("button", name="Make the report").click()
        page.wait_for_url("**/reports/rp_*/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Customer churn")
        expect(page.locator("progress").or_(page.get_by_role("link", name="Download")).first).to_be_visible()
        download = page.locator("a", has_text="Download").first
        expect(download).to_be_visible(timeout=120_000)  # the page goes on by itself when the worker is done
        with page.expect_download() as waiting:
            download.click()
        report = tmp_path / "report.pdf"
        waiting.value.save_as(report)
    verified = server.countersign("verify", str(report), "--key", server.demo["verify_key"], cwd=tmp_path)
    assert verified.code == 0, verified.text
