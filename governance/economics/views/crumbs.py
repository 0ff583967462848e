"""The way to pages of money that belong to no use case: they stand below the portfolio, where people look for them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

PORTFOLIO = "/portfolio/"  # a page of a room above: known by its address, as all of them are


def below_portfolio(*crumbs: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": _("Portfolio"), "url": PORTFOLIO}, *crumbs]


def budgets_crumb() -> dict[str, str]:
    return {"label": _("Budgets"), "url": reverse("budgets")}


def rates_crumb() -> dict[str, str]:
    return {"label": _("Rates"), "url": reverse("rates")}
