"""What a version of a model is worth to a case, in words, a table and a picture. Every amount a year is rounded to whole units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from governance.economics.cashflow import rounded
from governance.economics.pictures import Amount, version_picture
from governance.economics.revaluing import Part, Point, RevaluedLine, Worth
from governance.economics.wording.cases import NONE, money, percent
from governance.economics.wording.drivers import input_label, pair_told, why_told

LINES_IN_A_SENTENCE = 4
ZERO = Decimal(0)


def signed(amount: Decimal) -> str:
    """An amount of which the sign is what matters: +12,000 or −41,000."""
    shown = rounded(amount, 0)
    return f"+{money(shown)}" if shown > 0 else f"−{money(-shown)}" if shown < 0 else money(shown)


def tone_of(amount: Decimal) -> str:
    shown = rounded(amount, 0)
    return "ok" if shown > 0 else "bad" if shown < 0 else ""


def tone_of_change(change: Decimal) -> str:
    """The same of what a version is worth beside what was agreed: less is less, as for gates, also by cents."""
    return tone_of(change) or ("bad" if rounded(change) < 0 else "")


# Sentences ---------------------------------------------------------------------------------------------------------------


def headline(change: Decimal, currency: str, *, approved: bool = True) -> str:
    """`−41,000 EUR a year against the approved case`. What is below it by less than one whole unit is below it all the same."""
    words = {"amount": signed(change), "currency": currency}
    if not rounded(change, 0):
        if rounded(change) < 0:
            return _below(approved=approved) % words
        return _("as much a year as in the approved case") if approved else _("as much a year as in the newest case")
    if approved:
        return _("%(amount)s %(currency)s a year against the approved case") % words
    return _("%(amount)s %(currency)s a year against the newest case, which nobody approved") % words


def _below(*, approved: bool) -> str:
    if approved:
        return _("less than 1 %(currency)s a year below the approved case")
    return _("less than 1 %(currency)s a year below the newest case, which nobody approved")


def because(worth: Worth) -> str:
    """`recall fell from 0.70 to 0.64 (−45,000), precision rose from 0.35 to 0.37 (+4,000)`; empty where nothing differs. The largest
    come first."""
    several = len(worth.lines) > 1
    parts = [(line, part) for line in worth.lines for part in line.parts if rounded(part.a_year, 0)]
    parts.sort(key=lambda pair: -abs(pair[1].a_year))
    said = [_moved(part, line.title if several else "") for line, part in parts[:LINES_IN_A_SENTENCE]]
    return _(", ").join(said) + (" …" if len(parts) > LINES_IN_A_SENTENCE else "")


def sentence(worth: Worth, currency: str, *, approved: bool = True) -> str:
    """What the version brings or costs against the case, and why."""
    reasons = because(worth)
    words = {"worth": headline(worth.change, currency, approved=approved), "reasons": reasons}
    return _("%(worth)s, because %(reasons)s") % words if reasons else str(words["worth"])


def unknown_told(worth: Worth) -> str:
    """Why the worth is not known: each line that could not be revalued."""
    return " ".join(f"{item.title}: {why_told(item.why)}" for item in worth.unknown[:LINES_IN_A_SENTENCE])


def _moved(part: Part, title: str) -> str:
    before, after = pair_told(part.before, part.after)
    words = {"input": input_label(part.name), "before": before, "after": after, "amount": signed(part.a_year)}
    said = _("%(input)s rose from %(before)s to %(after)s (%(amount)s)")
    if part.after < part.before:
        said = _("%(input)s fell from %(before)s to %(after)s (%(amount)s)")
    return (f"{title}: " if title else "") + said % words


# A page ------------------------------------------------------------------------------------------------------------------


def worth_told(worth: Worth, *, approved: bool, key: str) -> dict[str, Any]:
    """Everything a page shows of a version's worth. `key` is unique in the page."""
    currency = worth.agreed.currency
    if not worth.is_driven:
        return {"state": "not_driven"}
    if not worth.is_known:
        return {
            "state": "unknown",
            "unknown": [{"title": item.title, "why": why_told(item.why)} for item in worth.unknown],
        }
    said = sentence(worth, currency, approved=approved)
    rows, left = _rows(worth)
    return {
        "state": "known",
        "tone": tone_of_change(worth.change),
        "sentence": f"{said[:1].upper()}{said[1:]}.",
        "currency": currency,
        "rows": rows,
        "rounding": signed(left) if left else "",
        "before": money(worth.before),
        "after": money(worth.after),
        "change": signed(worth.change),
        "figures": _figures(worth),
        "points": points_told(worth),
        "picture": _picture(worth, currency, key) if any(line.parts for line in worth.lines) else None,
        "years": money(worth.years, 1),
    }


def _rows(worth: Worth) -> tuple[list[dict[str, Any]], Decimal]:
    """One row for each metric that differs, and what rounding each of them leaves of the sum of all."""
    several = len(worth.lines) > 1
    rows = [_row(line, part, several=several) for line in worth.lines for part in line.parts]
    shown = sum((rounded(part.a_year, 0) for line in worth.lines for part in line.parts), ZERO)
    return rows, rounded(worth.change, 0) - shown


def _row(line: RevaluedLine, part: Part, *, several: bool) -> dict[str, Any]:
    before, after = pair_told(part.before, part.after)
    return {
        "line": line.title if several else "",
        "label": input_label(part.name),
        "metric": metric if (metric := line.taken.get(part.name, "")) != part.name else "",
        "before": before,
        "after": after,
        "amount": signed(part.a_year),
        "tone": tone_of(part.a_year),
    }


def _figures(worth: Worth) -> list[dict[str, str]]:
    """Net present value and equivalent annual value of the whole case with the version, each beside the case as it was agreed to."""
    now, then = worth.evaluation, worth.agreed_evaluation
    figures = [
        {"label": _("Net present value"), "value": money(now.npv), "before": money(then.npv), "change": signed(worth.npv_change)}
    ]
    change = worth.equivalent_annual_change
    figures.append(
        {
            "label": _("The same as a level amount a year"),
            "value": money(now.equivalent_annual),
            "before": money(then.equivalent_annual),
            "change": NONE if change is None else signed(change),
        }
    )
    return figures


def points_told(worth: Worth) -> list[dict[str, str]]:
    """What a point of each metric that the version feeds is worth a year."""
    several = len(worth.lines) > 1
    titles = {line.key: (line.title, line.taken) for line in worth.lines}
    return [
        {
            "line": titles[key][0] if several else "",
            "label": _step_told(point),
            "held": input_label(point.held) if point.held else "",
            "amount": signed(point.a_year),
            "exact": signed(point.exact) if point.exact is not None else "",
        }
        for key, points in worth.points.items()
        for point in _told_once(points, titles[key][1])
    ]


def _told_once(points: Sequence[Point], taken: Any) -> list[Point]:
    """Those that the version feeds, each once: held beside what the line states too, which comes first."""
    found: dict[str, Point] = {}
    for point in points:
        if point.name in taken:
            found.setdefault(point.name, point)
    return list(found.values())


def _step_told(point: Point) -> str:
    words = {"input": input_label(point.name), "step": percent(point.step)}
    if point.step == 1:
        return _("one unit more of %(input)s") % words
    return _("one point (%(step)s) more of %(input)s") % words


def _picture(worth: Worth, currency: str, key: str) -> dict[str, Any]:
    words = {"after": money(worth.after), "before": money(worth.before), "currency": currency}
    summary = _("With this version the model brings %(after)s %(currency)s a year; %(before)s were agreed to.") % words
    several = len(worth.lines) > 1
    parts = [
        Amount(f"{line.title}: {input_label(part.name)}" if several else input_label(part.name), part.a_year)
        for line in worth.lines
        for part in line.parts
    ]
    return version_picture(worth.before, parts, summary, currency=currency).for_page(key)
