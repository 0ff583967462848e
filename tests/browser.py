"""Debian's chromium under Playwright. Browser tests run where chromium is found, and say so where it is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
    "--lang=en-US",  # the order in which dates are typed
)
PATIENCE = 30_000  # milliseconds
MOST_STOPS = 300  # how often somebody presses Tab on one page before they give up
NO_STOPS = ("RootWebArea", "none")  # what has the focus when nothing has


@contextmanager
def chromium(*, whole: bool = False) -> Iterator[Browser]:
    """A browser, or a skipped test. Close it before the database is used: Playwright keeps an event loop running.

    `whole`: with all that people have around a page, such as the viewer of PDFs. Without, it is a third faster.
    """
    path = shutil.which("chromium") if whole else shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("chromium not found: browser tests skipped")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def context_of(browser: Browser, url: str | None = None, *, scripts: bool = True) -> Iterator[BrowserContext]:
    """Windows that share cookies, and nothing with others."""
    context = browser.new_context(base_url=url, java_script_enabled=scripts, locale="en-GB", accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def signed_in(browser: Browser, url: str, username: str, password: str, *, scripts: bool = True) -> Iterator[Page]:
    """A window of its own in which this person has signed in, through the login page."""
    with context_of(browser, url, scripts=scripts) as context:
        page = context.new_page()
        sign_in(page, username, password)
        yield page


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button").click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def choose(context: BrowserContext, url: str, **cookies: str) -> None:
    """Cookies of the portal, such as its language and theme."""
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])


@dataclass(frozen=True, slots=True)
class Stop:
    """What has the focus, as assistive technology tells it."""

    node: int
    role: str
    name: str


class Keyboard:
    """Somebody without a mouse: they reach things by Tab, and know them by the names that a screen reader says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("Accessibility.enable")

    def focused(self) -> Stop:
        element = self.tools.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        told = self.tools.send("Accessibility.getPartialAXTree", {"objectId": element, "fetchRelatives": False})["nodes"][0]
        return Stop(told["backendDOMNodeId"], told["role"]["value"], told.get("name", {}).get("value", "").strip())

    def tab_to(self, name: str, *, role: str = "", begins: bool = False, contains: bool = False) -> Stop:
        """Press Tab until what has the focus is called so. Fails when everything was passed, and at what has no name."""
        met: dict[int, Stop] = {}
        last = None
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop = self.focused()
            if stop.role in NO_STOPS:
                continue
            fits = stop.name == name or (begins and stop.name.startswith(name)) or (contains and name in stop.name)
            if fits and role in ("", stop.role):
                return stop
            assert stop.name, f"a control without a name ({stop.role}) on {self.page.url}: {self._markup()}"
            if stop.node in met and stop.node != last:  # the parts of a date are one control
                break
            met[stop.node], last = stop, stop.node
        said = "\n".join(f"  {stop.role}: {stop.name}" for stop in met.values())
        raise AssertionError(f"No Tab leads to “{name}” on {self.page.url}. It led to:\n{said}")

    def _markup(self) -> str:
        return str(self.page.evaluate("() => document.activeElement.outerHTML.slice(0, 300)"))

    def write(self, name: str, text: str, *, begins: bool = False) -> None:
        """Go to a field and write there, in place of what it holds."""
        self.tab_to(name, begins=begins)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def write_date(self, name: str, day: str) -> None:
        """Digits, part by part, in the order in which the browser asks for them: month, day, year."""
        year, month, date = day.split("-")
        self.tab_to(name)
        self.page.keyboard.type(f"{month}{date}{year}")
        assert self.page.evaluate("() => document.activeElement.value") == day

    def pick(self, first: str, name: str) -> None:
        """Go to a group of choices by its first one, and on with the arrows to this one."""
        stop = self.tab_to(first, role="radio")
        if stop.name == name:
            self.page.keyboard.press("Space")
        for _ in range(20):
            if self.focused().name == name:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No arrow leads to “{name}” on {self.page.url}")

    def select(self, name: str, value: str) -> None:
        """Go to a list that drops down, and on with the arrows to the option that stands for this value."""
        self.tab_to(name, role="combobox")
        listed, now = self.page.evaluate(
            "() => [[...document.activeElement.options].map(item => item.value), document.activeElement.selectedIndex]"
        )
        assert value in listed, f"No “{value}” in “{name}” on {self.page.url}: {listed}"
        steps = listed.index(value) - now
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert self.page.evaluate("() => document.activeElement.value") == value

    def tick(self, name: str, *, contains: bool = False) -> None:
        self.tab_to(name, role="checkbox", contains=contains)
        self.page.keyboard.press("Space")

    def unfold(self, name: str, *, begins: bool = False) -> None:
        self.tab_to(name, role="DisclosureTriangle", begins=begins)
        self.page.keyboard.press("Enter")

    def jump(self, name: str) -> None:
        """Follow a link to another place on the same page."""
        self.tab_to(name, role="link")
        self.page.keyboard.press("Enter")

    def follow(self, name: str, *, begins: bool = False, contains: bool = False) -> None:
        """Follow a link to another page."""
        self.tab_to(name, role="link", begins=begins, contains=contains)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        """Press a button that sends its form."""
        self.tab_to(name, role="button")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
