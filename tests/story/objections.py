"""What is wrong with a page: what axe finds in both themes, what a narrow window shows, where the keyboard begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ALL = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # all that a theme changes
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
TWICE = """() => {
    const ids = [...document.querySelectorAll('[id]')].map(item => item.id);
    return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
}"""
BEYOND = """() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= document.documentElement.clientWidth) return '';
    const late = [...document.querySelectorAll('main *')].find(item => item.getBoundingClientRect().right > innerWidth + 1);
    return `${wide} px wide` + (late ? `, first <${late.tagName.toLowerCase()} class="${late.className}">` : '');
}"""


def objections(page: Page, language: str, *, fresh: bool = True) -> Iterator[str]:
    """What is wrong with the page that is open. `fresh`: the page has put the focus nowhere, so that the next Tab is the first."""
    if (said := page.locator("html").get_attribute("lang")) != language:
        yield f"says that its language is {said}"
    if (headings := page.locator("h1").count()) != 1:
        yield f"has {headings} first headings"
    if twice := page.evaluate(TWICE):
        yield f"has more than one {', '.join(twice)}: a label names only the first"
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
    if not fresh:
        return
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement.getAttribute('href')") or ""
    if not first.startswith("#") or page.locator(first).count() != 1:
        yield f"begins with a link to {first or 'nowhere'}, which is no way past the navigation"


def _told(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    where = ", ".join(str(node["target"][0]) for node in nodes[:3])
    return f"{violation['id']} ({violation['help']}) at {where}{f' and {len(nodes) - 3} more' if len(nodes) > 3 else ''}"
