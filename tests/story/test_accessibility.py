"""Every page of the portal, in both languages and themes: axe finds nothing, and a narrow window needs no scrolling sideways.

Pages are found by following links, so that a new one is looked at without being listed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

from foundation.templatetags.countersign import THEME_COOKIE
from tests.browser import choose, chromium, signed_in
from tests.story.installation import Installation, until
from tests.story.objections import objections

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
# Who looks, in this order, and where each begins: somebody who is asked for a verdict sees more of a request than others.
VIEWERS = {
    "samira": ("/requests/{request}/", "/"),
    "petra": (
        *("/use-cases/churn/", "/models/{model_version}/", "/gates/{evaluation}/"),
        *("/use-cases/churn/cost-benefit/", "/use-cases/delivery-slots/cost-benefit/", "/use-cases/fault-warning/cost-benefit/"),
        *("/use-cases/demand-forecast/cost-benefit/", "/models/{driven}/", "/portfolio/"),
    ),
    "dina": ("/dictionary/customers/",),
    "aude": ("/reports/{report}/", "/reports/", "/audit/"),
    "ada": ("/settings/", "/no-such-page/", "/accounts/password/change/", "/economics/rates/", "/economics/budgets/"),
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
    *("people_absence", "people_calendars", "people_notices", "insights", "settings_environments"),
    *("talk", "thread"),
    *(
        "settings_policy",
        "policy_replay",
        "policy_simulate",
    ),
    *("case_figure", "case_import", "case_scenarios", "case_sensitivity", "case_simulation", "case_versions"),
    *("draft", "case_approval", "actuals", "actual_files", "rates", "rate", "budgets", "budget", "provision", "portfolio"),
}
NOT_PAGES = ("/api/", "/accounts/logout", "/static/")
FILES = {
    *("report_file", "document_file", "document_preview", "increment_picture"),
    *("dictionary_workbook", "export_file", "legend_file"),
    *("case_file", "provision_file", "portfolio_export"),
}


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("language", ["en", pytest.param("zh-hans", marks=pytest.mark.nightly)])
def test_everybody_can_use_every_page(browser: Browser, standing_server: Installation, language: str) -> None:
    known, said = _looked_at(browser, standing_server, language, everywhere=True)
    missed = CERTAIN - {view for view, _tab in known}
    assert not missed, f"no page leads there: {sorted(missed)}"
    assert not said, f"{len(said)}:\n" + "\n".join(said)


def test_everybody_can_use_the_pages_they_begin_with_in_chinese(browser: Browser, standing_server: Installation) -> None:
    """All of them once a night: a page that is right in one language is seldom wrong in the other."""
    known, said = _looked_at(browser, standing_server, "zh-hans", everywhere=False)
    assert len(known) > len(VIEWERS)
    assert not said, f"{len(said)}:\n" + "\n".join(said)


def _looked_at(
    browser: Browser, server: Installation, language: str, *, everywhere: bool
) -> tuple[set[tuple[str, str]], list[str]]:
    """The kinds of pages that were looked at, and what is wrong with them."""
    known: set[tuple[str, str]] = set()
    said: list[str] = []
    places = _places(server)
    for viewer, starts in VIEWERS.items():
        with signed_in(browser, server.url, viewer, server.password(viewer)) as page:
            _speak(page, language)
            for path in _followed(page, [start.format(**places) for start in starts], known, on=everywhere):
                said += [f"{path} as {viewer}: {one}" for one in objections(page, language)]
    return known, said


def test_the_sign_in_page_is_as_good_as_the_others(browser: Browser, standing_server: Installation) -> None:
    for language in ("en", "zh-hans"):
        context = browser.new_context(base_url=standing_server.url)
        choose(context, standing_server.url, django_language=language)
        page = context.new_page()
        page.goto("/accounts/login/")
        assert list(objections(page, language)) == []
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
        "driven": everything.get("use-cases/fault-warning/worth").body["results"][0]["model_version"],
        "evaluation": everything.get("evaluations").body["results"][0]["id"],
        "report": report,
    }


def _speak(page: Page, language: str) -> None:
    """Choose a language where everybody does: in the menu of a page."""
    page.goto("/")
    page.locator("form[action='/i18n/setlang/']").first.evaluate("form => form.closest('details').setAttribute('open', '')")
    page.locator(f"form[action='/i18n/setlang/'] button[value='{language}']").first.click()
    page.wait_for_selector(f"html[lang='{language}']")


def _followed(page: Page, starts: list[str], known: set[tuple[str, str]], *, on: bool) -> Iterator[str]:
    """Where the viewer begins and, if we go `on`, pages that links lead to; of those alike, only the first that anybody comes to."""
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
        if "#" in page.url:  # led to a place in the middle of a page: look at it from its beginning
            page.goto(page.url.partition("#")[0])
        known.add(kind)
        todo += _links(page) if on else []
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
    return None if match.view_name in FILES else (match.view_name, str(match.kwargs.get("tab", "")))
