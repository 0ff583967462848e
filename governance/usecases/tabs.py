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
CardContent = Callable[[PersonRequest, UseCase], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Tab:
    """One part: the last word of its address, its name, its template (which extends `usecases/page.html`) and what fills it."""

    slug: str
    label: Any
    template: str
    content: Content
    outside: bool = False  # whether a client sees it too


# The order is what somebody who opens the page for the first time wants to know first.
ORDER = (
    "overview",
    "stage",
    "people",
    "documents",
    "increments",
    "dictionary",
    "models",
    "dependencies",
    "cost-benefit",
    "approvals",
    "talk",
    "history",
)
_tabs: dict[str, Tab] = {}
_cards: list[tuple[int, str, CardContent]] = []


def register(slug: str, label: Any, *, template: str, content: Content, outside: bool = False) -> None:
    """Add a part. A slug without a place in ORDER, or taken already, is a programming error.

    `outside`: those who see the use case as a client see it too. What forgets to say so stays inside.
    """
    if slug not in ORDER or slug in _tabs:
        raise ValueError(f"{slug} is no part of a use case's page, or is registered twice")
    _tabs[slug] = Tab(slug, label, template, content, outside)


def register_card(order: int, *, template: str, content: CardContent) -> None:
    """Add a short part to the overview; the smallest `order` stands first. `content` gives None where there is nothing to say."""
    if all(known != template for _order, known, _content in _cards):
        _cards.append((order, template, content))


def cards_of(request: PersonRequest, use_case: UseCase, *, from_order: int = 0, below: int = 1000) -> list[dict[str, Any]]:
    """The short parts of the overview with an order in [from_order, below): `{"template", "card"}`, the smallest first."""
    wanted = [card for card in sorted(_cards, key=lambda card: card[:2]) if from_order <= card[0] < below]
    said = [(template, content(request, use_case)) for _order, template, content in wanted]
    return [{"template": template, "card": card} for template, card in said if card is not None]


def tab(slug: str) -> Tab | None:
    return _tabs.get(slug)


def all_tabs() -> list[Tab]:
    return [_tabs[slug] for slug in ORDER if slug in _tabs]


def tabs_of(use_case: UseCase) -> list[Tab]:
    """The parts that exist for whoever looks at this row: a client sees those that are meant for outside."""
    return [item for item in all_tabs() if item.outside or not use_case.shared_only]


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
            {"label": item.label, "url": tab_url(use_case, item.slug), "current": item.slug == current}
            for item in tabs_of(use_case)
        ],
        "tab": found,
        "crumbs": [*crumbs, *more],
    }
