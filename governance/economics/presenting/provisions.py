"""What somebody asks for and why, as one side of paper: the same values for the page, for those who judge it, and for the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.templatetags.countersign import cents, figure
from governance.economics import provision_effect as effects
from governance.economics.budget_figures import Figures
from governance.economics.models import ProvisionRequest
from governance.economics.paper_width import width
from governance.economics.provision_costs import CostLine, lines_of, month_after, months_between

HUNDRED = Decimal(100)
DENSE, DENSEST = 1_500, 2_800  # of the width of all texts, in letters: from where on the print has to be smaller


def money(amount: Decimal) -> str:
    """An amount for people: to the cent, which is left out where there are none."""
    return cents(amount)


def sheet_of(row: ProvisionRequest) -> dict[str, Any]:
    return sheet_of_content(row.content())


def sheet_of_content(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request as `ProvisionRequest.content` gives it, or as it was kept: texts and figures in the reader's language."""
    start, end = _day(body["from"]), _day(body["until"])
    total, currency = Decimal(str(body["total"])), str(body["currency"])
    months = months_between(start, end) + 1
    effect = effects.from_mapping(body["without"])
    alternatives = [_alternative(item, total, currency) for item in body["alternatives"]]
    found = {
        "kind": str(dict(ProvisionRequest.Kind.choices).get(str(body["kind"]), body["kind"])),
        "title": body["title"],
        "need": body["need"],
        "currency": currency,
        "total": money(total),
        "from": start,
        "until": end,
        "when": _("%(first)s to %(last)s") % {"first": date_format(start), "last": date_format(end)},
        "months": ngettext("%(n)s month", "%(n)s months", months) % {"n": months},
        "lines": [_line(line, start, months) for line in lines_of(body["lines"])],
        "alternatives": alternatives,
        "no_cheaper": body["no_cheaper"],
        "effect": effect_told(effect, currency),
    }
    return {**found, "density": _density(found)}


def effect_told(effect: effects.Effect, currency: str) -> dict[str, str]:
    """What not having it means: the delay with its money and how that was reckoned, what is lost each year, and why."""
    unit = effect.currency or currency
    delay = ngettext("%(days)s day later", "%(days)s days later", 1 if effect.days == 1 else 2) % {"days": figure(effect.days)}
    said = {"days": delay if effect.days else _("No delay"), "because": effect.because, "a_year": "", "money": "", "sum": ""}
    if effect.a_year:
        said["a_year"] = _("%(money)s %(currency)s less each year") % {"money": money(effect.a_year), "currency": unit}
    if effect.money is not None and effect.a_day is not None and effect.days:
        said["money"] = _("%(money)s %(currency)s lost by that") % {"money": money(effect.money), "currency": unit}
        said["sum"] = ngettext(
            "%(days)s day × %(day)s %(currency)s a day = %(money)s %(currency)s",
            "%(days)s days × %(day)s %(currency)s a day = %(money)s %(currency)s",
            1 if effect.days == 1 else 2,
        ) % {
            "days": figure(effect.days),
            "day": money(max(effect.a_day, Decimal(0))),
            "money": money(effect.money),
            "currency": unit,
        }
    return {**said, "formula": _formula(effect, unit)}


def _formula(effect: effects.Effect, unit: str) -> str:
    """How the value of a day was found, in words."""
    if effect.source == effects.STATED and effect.a_day is not None:
        words = _("A day of delay costs %(day)s %(currency)s, as is stated here: %(why)s")
        return words % {"day": money(effect.a_day), "currency": unit, "why": effect.a_day_because}
    if effect.basis is None:
        return _("What a day of delay costs is not known: the case has no full year of operation written down.")
    basis = effect.basis
    said = {
        "benefits": money(basis.benefits),
        "costs": money(basis.costs),
        "currency": unit,
        "day": money(basis.a_day),
        "number": effect.snapshot,
        "first": basis.first,
        "last": basis.last,
    }
    if basis.loses:
        words = _(
            "By version %(number)s of the case it loses money in its first full year of operation, so a delay costs nothing."
        )
        return words % said
    if basis.period == "month":
        words = _(
            "A day = (benefits %(benefits)s − costs %(costs)s) / 365 = %(day)s %(currency)s: "
            "months %(first)s to %(last)s of the case, its first full year of operation (version %(number)s)."
        )
    else:
        words = _(
            "A day = (benefits %(benefits)s − costs %(costs)s) / 365 = %(day)s %(currency)s: "
            "year %(first)s of the case, its first full year of operation (version %(number)s)."
        )
    return words % said


def _line(line: CostLine, start: date, months: int) -> dict[str, Any]:
    first, last = month_after(start, line.first), month_after(start, line.last)
    whole = line.first == 0 and line.months == months
    if whole:
        when = ngettext("%(n)s month", "%(n)s months", line.months) % {"n": line.months}
    elif line.first == line.last:
        when = f"{first:%Y-%m}"
    else:
        when = f"{first:%Y-%m} – {last:%Y-%m}"
    return {
        "title": line.title,
        "quantity": figure(line.quantity),
        "unit": line.unit,
        "unit_price": figure(line.unit_price),
        "when": when,
        "total": money(line.total),
    }


def _alternative(item: Mapping[str, Any], total: Decimal, currency: str) -> dict[str, Any]:
    cost = Decimal(item["cost"])
    less = {"money": money(abs(total - cost)), "currency": currency}
    if cost < total:
        compared = _("%(money)s %(currency)s less") % less
    else:
        compared = _("%(money)s %(currency)s more") % less if cost > total else _("as much")
    return {
        "title": item["title"],
        "cost": money(cost),
        "compared": compared,
        "cheaper": cost < total,
        "why_not": item["why_not"],
    }


def budget_told(figures: Figures, currency: str) -> dict[str, Any]:
    """Where a budget stands: figures, a bar of them in hundredths, and the same in a sentence."""
    whole = max(figures.amount, figures.spent + figures.committed, Decimal(1))
    parts, place = [], Decimal(0)
    for name, amount in (("spent", figures.spent), ("committed", figures.committed), ("left", max(figures.left, Decimal(0)))):
        share = max(amount, Decimal(0)) / whole * HUNDRED
        parts.append({"name": name, "x": f"{place:.2f}", "width": f"{share:.2f}"})
        place += share
    said = {
        "amount": money(figures.amount),
        "spent": money(figures.spent),
        "committed": money(figures.committed),
        "left": money(figures.left),
        "asked": money(figures.asked),
        "currency": currency,
        "over": figures.left < 0,
        "parts": parts,
    }
    if figures.left < 0:
        words = _("Of %(amount)s %(currency)s, %(spent)s are spent and %(committed)s committed: overdrawn by %(over)s.")
        return {**said, "words": words % {**said, "over": money(-figures.left)}}
    words = _("Of %(amount)s %(currency)s, %(spent)s are spent, %(committed)s committed, %(left)s left.")
    return {**said, "words": words % said}


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _density(sheet: Mapping[str, Any]) -> str:
    """How closely it has to be set to fit on one side: normal, dense or densest, by the width of all its texts and its rows."""
    texts = [sheet["need"], sheet["no_cheaper"], sheet["effect"]["because"], sheet["effect"]["formula"], sheet["title"]]
    texts += [f"{row['title']}{row['why_not']}" for row in sheet["alternatives"]]
    texts += [row["title"] for row in sheet["lines"]]
    weight = sum(map(width, texts)) + 60 * (len(sheet["lines"]) + len(sheet["alternatives"]))
    return "densest" if weight > DENSEST else "dense" if weight > DENSE else ""


def effect_of_a_day(value: effects.DayValue, snapshot: Any) -> str:
    """What a day of delay costs by the case, as a sentence with its formula."""
    known = effects.Effect(Decimal(0), Decimal(0), "", effects.CASE, value.a_day, "", value.currency, value, snapshot.number)
    return _formula(known, value.currency)


def fits(row: ProvisionRequest, figures: Figures) -> bool:
    """Whether the budget has enough for it: `figures` are those without it."""
    return row.budget.ended_at is None and figures.fits(row.total)


def head_of(row: ProvisionRequest, figures: Figures) -> dict[str, str]:
    """What stands on the paper around what is asked for: who asks when, and where the budget stands without it."""
    state = row.state()
    within = _("The budget has enough left for it.") if fits(row, figures) else _("That is above what the budget has left.")
    return {
        "use_case": str(row.use_case),
        "asked_by": str(row.created_by or "–"),
        "day": date_format(row.created_at),
        "state": state,
        "budget": str(row.budget),
        "words": budget_told(figures, row.currency)["words"],
        "fits": within if state == "asked" else "",
    }
