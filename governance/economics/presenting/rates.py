"""Rates in words: what a record says, how old it is, and what ships beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation import clock
from foundation.actor import Actor
from governance.economics.models import RateRecord
from governance.economics.plan import Bias, Discount, Exchange
from governance.economics.rate_bodies import KINDS, Rate, RecordLike, body_of, currencies_of, rate_of
from governance.economics.selectors.rates import adopted_keys, is_old, listed, newest_of
from governance.economics.shipped import in_words, shipped_biases, shipped_rates
from governance.economics.wording.cases import discount_told, number, percent, prices_label


def kind_heads() -> dict[str, dict[str, str]]:
    """Of each kind its name for several, what it is for, and what to write where there is none."""
    return {
        "discount": {
            "title": _("Discount rates"),
            "text": _("What money today is preferred over money in a year. Every case has one."),
            "new": _("Write down a discount rate"),
        },
        "inflation": {
            "title": _("Inflation"),
            "text": _("What prices rise by each year. It leads from nominal prices to real ones and back."),
            "new": _("Write down an inflation"),
        },
        "exchange": {
            "title": _("Exchange rates"),
            "text": _("What one unit of a currency is in another. Cases and actuals in a foreign currency need it."),
            "new": _("Write down an exchange rate"),
        },
        "bias": {
            "title": _("Optimism bias"),
            "text": _("By how much projects of a kind turn out dearer than planned."),
            "new": _("Write down a bias"),
        },
    }


def value_told(rate: Rate, key: str = "") -> str:
    """What a rate says, in one line. `key`: of an exchange rate, to name both currencies."""
    if isinstance(rate, Discount):
        return f"{discount_told(rate)} ({prices_label(rate.prices)})"
    if isinstance(rate, Bias):
        return _("%(low)s to %(high)s on top") % {"low": percent(rate.lower), "high": percent(rate.upper)}
    if isinstance(rate, Exchange):
        other = currencies_of(key)[1]
        return f"1 {rate.currency} = {number(rate.rate)} {other}".strip()
    return _("%(rate)s a year") % {"rate": percent(rate.rate)}


def record_told(row: RecordLike) -> str:
    return value_told(rate_of(row), row.key)


def rows_told(rows: Iterable[RateRecord], today: date | None = None) -> list[dict[str, Any]]:
    """Each record with what it says, and whether it is old, overtaken by a newer one, or still to come."""
    found, today = list(rows), today or clock.now().date()
    alive = [row for row in found if row.ended_at is None and row.dated <= today]
    newest = {row.pk for row in newest_of(sorted(alive, key=lambda row: (row.dated, row.pk), reverse=True))}
    return [
        {
            "row": row,
            "value": record_told(row),
            "ended": row.ended_at is not None,
            "ahead": row.ended_at is None and row.dated > today,
            "overtaken": row.ended_at is None and row.dated <= today and row.pk not in newest,
            "old": row.pk in newest and is_old(row, today),
        }
        for row in found
    ]


def groups_told(actor: Actor, *, ended: bool) -> list[dict[str, Any]]:
    """The page's list: each kind with its records. One query."""
    told = rows_told(listed(actor, ended=ended)[:1000])
    heads = kind_heads()
    return [{"kind": kind, **heads[kind], "rows": [item for item in told if item["row"].kind == kind]} for kind in KINDS]


def shipped_offered(actor: Actor) -> list[dict[str, Any]]:
    """What ships, discount rates first, with what of it was written down already. One query."""
    known = adopted_keys(list(RateRecord.objects.visible_to(actor).in_force().filter(kind__in=("discount", "bias"))))
    language = get_language() or "en"
    found: list[dict[str, Any]] = []
    for rate in shipped_rates():
        discount = rate.discount()
        found.append(_offer("discount", rate, discount, language, known) | {"rescinded_on": rate.rescinded_on})
    for bias in shipped_biases():
        found.append(_offer("bias", bias, bias.bias(language), language, known) | {"rescinded_on": None})
    return found


def _offer(kind: str, item: Any, rate: Rate, language: str, known: set[tuple[str, str, date]]) -> dict[str, Any]:
    return {
        "kind": kind,
        "key": item.key,
        "title": in_words(item.title, language),
        "value": value_told(rate),
        "body": body_of(rate),
        "source": item.source,
        "url": item.url,
        "dated": item.dated,
        "note": in_words(item.note, language).strip(),
        "adopted": (kind, item.key, item.dated) in known,
    }
