"""The parts of a use case's page. Each room registers its own in `ready()`, so that this one needs to know none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest
from governance.usecases.models import UseCase

Content = Callable[[PersonRequest, UseCase], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tab:
    """One part: the last word of its address, its name, its template (which extends `usecases/page.html`) and what fills it."""

    slug: str
    label: Any
    template: str
    content: Content


# The order is what somebody who opens the page for the first time wants to know first.
ORDER = ("overview", "people", "dictionary", "models", "dependencies", "cost-benefit", "approvals", "history")
_tabs: dict[str, Tab] = {}


def register(slug: str, label: Any, *, template: str, content: Content) -> None:
    """Add a part. A slug without a place in ORDER, or taken already, is a programming error."""
    if slug not in ORDER or slug in _tabs:
        raise ValueError(f"{slug} is no part of a use case's page, or is registered twice")
    _tabs[slug] = Tab(slug, label, template, content)


def tab(slug: str) -> Tab | None:
    return _tabs.get(slug)


def all_tabs() -> list[Tab]:
    return [_tabs[slug] for slug in ORDER if slug in _tabs]


def tab_url(use_case: UseCase, slug: str) -> str:
    if slug == "overview":
        return reverse("use_case", args=[use_case.slug])
    return reverse("use_case_tab", args=[use_case.slug, slug])


def page_of(use_case: UseCase, current: str, *more: dict[str, str]) -> dict[str, Any]:
    """What `usecases/page.html` wants: the use case, its tabs, and the way to here; `more` are crumbs below the tab."""
    crumbs = [
        {"label": _("Use cases"), "url": reverse("use_cases")},
        {"label": use_case.title, "url": tab_url(use_case, "overview")},
    ]
    found = tab(current)
    if found is not None and current != "overview":
        crumbs.append({"label": str(found.label), "url": tab_url(use_case, current)})
    return {
        "use_case": use_case,
        "tabs": [
            {"label": item.label, "url": tab_url(use_case, item.slug), "current": item.slug == current} for item in all_tabs()
        ],
        "tab": found,
        "crumbs": [*crumbs, *more],
    }
