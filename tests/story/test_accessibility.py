"""Every page of the portal, in both languages and themes: axe finds nothing, and a narrow window needs no scrolling sideways.

Pages are found by following links, so that a new one is looked at without being listed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

from foundation.templatetags.countersign import THEME_COOKIE
from tests.browser import choose, chromium, signed_in
from tests.story.installation import Installation, until

pytestmark = [pytest.mark.slow, pytest.mark.browser]
# Who looks, in this order, and where each begins: somebody who is asked for a verdict sees more of a request than others.
VIEWERS = {
    "samira": ("/requests/{request}/", "/"),
    "petra": ("/use-cases/churn/", "/models/{model_version}/", "/gates/{evaluation}/"),
    "dina": ("/dictionary/customers/",),
    "aude": ("/reports/{report}/", "/reports/", "/audit/"),
    "ada": ("/settings/", "/no-such-page/", "/accounts/password/change/"),
}
CERTAIN = {
    *(
        "inbox",
        "request",
        "gate",
        "use_cases",
        "use_case",
        "use_case_tab",
        "models",
        "model",
        "dictionaries",
        "dictionary",
        "element",
    ),
    *(
        "dependencies",
        "dependency_set",
        "reports",
        "report",
        "foundation:audit",
        "settings",
        "settings_policies",
        "settings_people",
    ),
}
ALL = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # all that a theme changes
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
NOT_PAGES = ("/api/", "/accounts/logout", "/static/")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_everybody_can_use_every_page(browser: Browser, standing_server: Installation, language: str) -> None:
    known: set[tuple[str, str]] = set()
    objections: list[str] = []
    places = _places(standing_server)
    for viewer, starts in VIEWERS.items():
        with signed_in(browser, standing_server.url, viewer, standing_server.password(viewer)) as page:
            _speak(page, language)
            for path in _followed(page, [start.format(**places) for start in starts], known):
                objections += [f"{path} as {viewer}: {said}" for said in _objections(page, language)]
    missed = CERTAIN - {view for view, _tab in known}
    assert not missed
    assert not objections, f"{len(objections)}:\n" + "\n".join(objections)


def test_the_sign_in_page_is_as_good_as_the_others(browser: Browser, standing_server: Installation) -> None:
    for language in ("en", "zh-hans"):
        context = browser.new_context(base_url=standing_server.url)
        choose(context, standing_server.url, django_language=language)
        page = context.new_page()
        page.goto("/accounts/login/")
        assert list(_objections(page, language)) == []
        context.close()


def test_the_theme_that_was_chosen_is_the_one_that_is_served(browser: Browser, standing_server: Installation) -> None:
    with signed_in(browser, standing_server.url, "petra", standing_server.password("petra")) as page:
        for theme in ("dark", "light"):
            choose(page.context, standing_server.url, **{THEME_COOKIE: theme})
            page.goto("/")
            assert page.locator("html").get_attribute("data-theme") == theme


def _places(server: Installation) -> dict[str, str]:
    """What the demo brings, once its report is there to be looked at."""
    everything = server.api(server.token("aude"))
    report = everything.get("reports").body["results"][0]["id"]
    until(lambda: everything.get(f"reports/{report}").body["state"] == "done", "the demo's report is made")
    return {
        "request": everything.get("requests?state=open").body["results"][0]["id"],
        "model_version": server.demo["model_version"],
        "evaluation": everything.get("evaluations").body["results"][0]["id"],
        "report": report,
    }


def _speak(page: Page, language: str) -> None:
    """Choose a language where everybody does: in the menu of a page."""
    page.goto("/")
    page.locator("form[action='/i18n/setlang/']").first.evaluate("form => form.closest('details').setAttribute('open', '')")
    page.locator(f"form[action='/i18n/setlang/'] button[value='{language}']").first.click()
    page.wait_for_selector(f"html[lang='{language}']")


def _followed(page: Page, starts: list[str], known: set[tuple[str, str]]) -> Iterator[str]:
    """Pages that links lead to from where the viewer begins; of those alike, only the first that anybody comes to."""
    todo, seen = list(starts), set()
    while todo:
        path = todo.pop(0)
        kind = _kind(path)
        if path in seen or kind is None or (kind in known and path not in starts):
            continue
        seen.add(path)
        answer = page.goto(path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        known.add(kind)
        todo += _links(page)
        yield path


def _links(page: Page) -> list[str]:
    links = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(link => link.getAttribute('href'))")
    found = [urlsplit(urljoin(page.url, link)) for link in links]
    return [address.path for address in found if address.netloc == urlsplit(page.url).netloc]


def _kind(path: str) -> tuple[str, str] | None:
    """What kind of page it is: its view, and the tab of it. None for files and whatever else is no page."""
    if path.startswith(NOT_PAGES):
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return ("no such page", "")
    return None if match.view_name == "report_file" else (match.view_name, str(match.kwargs.get("tab", "")))


BEYOND = """() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= document.documentElement.clientWidth) return '';
    const late = [...document.querySelectorAll('main *')].find(item => item.getBoundingClientRect().right > innerWidth + 1);
    return `${wide} px wide` + (late ? `, first <${late.tagName.toLowerCase()} class="${late.className}">` : '');
}"""


def _objections(page: Page, language: str) -> Iterator[str]:
    """What is wrong with the page that is open."""
    if (said := page.locator("html").get_attribute("lang")) != language:
        yield f"says that its language is {said}"
    if (headings := page.locator("h1").count()) != 1:
        yield f"has {headings} first headings"
    axe = Axe()
    for theme, rules in (("light", ALL), ("dark", COLOURS)):
        page.evaluate("theme => document.documentElement.setAttribute('data-theme', theme)", theme)
        page.wait_for_function("() => document.getAnimations().every(item => item.playState !== 'running')")
        found = axe.run(page, options={**rules, **ONLY_VIOLATIONS}).response["violations"]
        yield from (f"{theme}: {_told(violation)}" for violation in found)
    page.set_viewport_size({"width": 320, "height": 640})
    if beyond := page.evaluate(BEYOND):
        yield f"needs scrolling sideways at 320 px: {beyond}"
    page.set_viewport_size({"width": 1280, "height": 720})
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement.getAttribute('href')") or ""
    if not first.startswith("#") or page.locator(first).count() != 1:
        yield f"begins with a link to {first or 'nowhere'}, which is no way past the navigation"


def _told(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    where = ", ".join(str(node["target"][0]) for node in nodes[:3])
    return f"{violation['id']} ({violation['help']}) at {where}{f' and {len(nodes) - 3} more' if len(nodes) > 3 else ''}"
