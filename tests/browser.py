"""Debian's chromium under Playwright. Browser tests run where chromium is found, and say so where it is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30_000  # milliseconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, or a skipped test. Close it before the database is used: Playwright keeps an event loop running."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium not found: browser tests skipped")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def signed_in(browser: Browser, url: str, username: str, password: str, *, scripts: bool = True) -> Iterator[Page]:
    """A window of its own in which this person has signed in, through the login page."""
    context = browser.new_context(base_url=url, java_script_enabled=scripts, locale="en-GB", accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        sign_in(page, username, password)
        yield page
    finally:
        context.close()


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button").click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def choose(context: BrowserContext, url: str, **cookies: str) -> None:
    """Cookies of the portal, such as its language and theme."""
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
