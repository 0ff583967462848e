"""What came of a case in figures, words, a table and a picture, for the people who decide about the money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from itertools import accumulate
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.rounding import percentage
from foundation.templatetags.countersign import figure
from governance.economics.cashflow import rounded
from governance.economics.cashflow.precision import EXACT, difference, total
from governance.economics.models import Baseline
from governance.economics.pictures import Told, Tracked, realised_picture
from governance.economics.results import LineResult, Results

MONTHS_SHOWN = 6
MOST_LINES = 200


def whole(amount: Decimal) -> str:
    """Money without cents, rounded as everywhere."""
    return figure(amount, 0)


def percent(share: Decimal) -> str:
    return _("%(percent)s %%") % {"percent": figure(abs(percentage(share, 1)))}


def month_label(month: Any) -> str:
    """`Mar 2026`: the format is translated, for not everybody writes the month first."""
    return date_format(month, _("M Y"))


def verdict_told(found: Results, baseline: Baseline) -> dict[str, Any]:
    """Whether the case keeps to what was agreed: one sentence, its tone, and what has to be done."""
    currency = baseline.case.currency
    if found.last is None:
        said = _("Nobody has said yet what any line really came to, so everything is expected to go as planned.")
        return {"level": "info", "title": _("No results yet"), "text": said}
    words = {
        "expected": whole(found.expected_npv),
        "planned": whole(found.planned_npv),
        "currency": currency,
        "share": percent(found.share) if found.share is not None else "",
        "tolerance": percent(found.tolerance),
    }
    if found.exceeded:
        said = _("By the end %(expected)s %(currency)s is expected where %(planned)s was agreed.")
        if found.share is not None:
            said = _(
                "By the end %(expected)s %(currency)s is expected where %(planned)s was agreed: %(share)s less, and %(tolerance)s is "
                "tolerated. Write a new version of the case and put it up for approval; the baseline stays as it was agreed."
            )
        return {"level": "bad", "title": _("The case has to be approved again"), "text": said % words}
    if not found.difference:
        said = _("By the end %(expected)s %(currency)s is expected, as agreed.") % words
    elif found.share is None:
        said = _("By the end %(expected)s %(currency)s is expected where %(planned)s was agreed.") % words
    elif found.difference < 0:
        said = _(
            "By the end %(expected)s %(currency)s is expected where %(planned)s was agreed: %(share)s less; %(tolerance)s is tolerated."
        )
        said %= words
    else:
        said = _("By the end %(expected)s %(currency)s is expected where %(planned)s was agreed: %(share)s more.") % words
    return {"level": "ok", "title": _("Within what was agreed"), "text": said}


def figures_told(found: Results, baseline: Baseline) -> list[dict[str, Any]]:
    """The four figures that a controller asks for, each with how it is reckoned."""
    currency = baseline.case.currency
    until = month_label(found.months[found.last]) if found.last is not None else ""
    share = "–" if found.share is None else _("%(percent)s %%") % {"percent": _signed(percentage(found.share, 1), 1)}
    return [
        {
            "label": _("Net present value expected"),
            "value": whole(found.expected_npv),
            "unit": currency,
            "note": _("What was realised, then what is expected, discounted as the baseline is. Agreed: %(planned)s.")
            % {"planned": whole(found.planned_npv)},
            "tone": "bad" if found.exceeded else "",
        },
        {
            "label": _("Difference"),
            "value": share,
            "unit": "",
            "note": _("Of the net present value agreed. %(amount)s %(currency)s; down to −%(tolerance)s is tolerated.")
            % {"amount": _signed(found.difference, 0), "currency": currency, "tolerance": percent(found.tolerance)},
            "tone": "bad" if found.exceeded else "ok" if found.last is not None else "",
        },
        {
            "label": _("Cost overrun to date"),
            "value": _signed(found.cost_overrun, 0) if until else "–",
            "unit": currency,
            "note": _(
                "What was spent above the plan, each line until the last month that is known of it. Negative: less was spent."
            ),
            "tone": "warn" if rounded(found.cost_overrun, 0) > 0 else "",
        },
        {
            "label": _("Benefit shortfall to date"),
            "value": _signed(found.benefit_shortfall, 0) if until else "–",
            "unit": currency,
            "note": _("What was not brought in of the plan, likewise. Negative: more was brought in."),
            "tone": "warn" if rounded(found.benefit_shortfall, 0) > 0 else "",
        },
    ]


def _signed(amount: Decimal, places: int) -> str:
    shown = rounded(amount, places)
    return f"{'+' if shown > 0 else '−' if shown < 0 else ''}{figure(abs(shown))}"


def lines_told(found: Results) -> list[dict[str, Any]]:
    """Each line: plan and actual to date, how it goes on, and what it comes to by the end."""
    return [
        {
            "key": line.key,
            "title": line.title,
            "kind": line.kind,
            "until": month_label(found.months[line.last]) if line.last is not None else "",
            "planned_to_date": whole(line.planned_to_date) if line.last is not None else "–",
            "actual_to_date": whole(line.actual_to_date) if line.last is not None else "–",
            "worse": _signed(difference(line.actual_to_date, line.planned_to_date), 0) if line.last is not None else "–",
            "tone": "" if line.last is None or not rounded(line.worse_by, 0) else "bad" if line.worse_by > 0 else "ok",
            "planned_in_all": whole(line.planned_in_all),
            "at_completion": whole(line.at_completion),
            "how": _method(line),
        }
        for line in found.lines
    ]


def _method(line: LineResult) -> str:
    match line.method:
        case "pace":
            share = percent(line.pace or Decimal(0))
            return _("goes on at %(share)s of the plan, as in its last months") % {"share": share}
        case "rest":
            return _("the rest of its period is still expected, then as planned")
        case "done":
            return _("nothing more is planned")
        case _:
            return _("as planned")


def window_of(found: Results, wanted: int | None) -> tuple[int, int]:
    """Which months a page shows, first and one after the last: those that somebody asked for, else those up to the last that is known."""
    count = len(found.months)
    end = min(count, max(MONTHS_SHOWN, (found.last if found.last is not None else 0) + 2))
    start = max(0, end - MONTHS_SHOWN) if wanted is None else max(0, min(wanted, count - 1))
    return start, min(count, start + MONTHS_SHOWN)


def months_told(found: Results, start: int, end: int) -> dict[str, Any]:
    """Line by month: what was realised above what was planned, and the sums of what came in less what went out."""
    rows = [
        {
            "key": line.key,
            "title": line.title,
            "kind": line.kind,
            "cells": [_cell(line, at) for at in range(start, end)],
        }
        for line in found.lines[:MOST_LINES]
    ]
    net = [_net(found, at) for at in range(start, end)]
    return {"months": [month_label(found.months[at]) for at in range(start, end)], "rows": rows, "net": net}


def _cell(line: LineResult, at: int) -> dict[str, Any]:
    actual, planned = line.actual[at], line.planned[at]
    known = line.last is not None and at <= line.last
    with localcontext(EXACT):
        gap = ((actual or Decimal(0)) - planned) * -line.sign if known else Decimal(0)
    shown = rounded(gap, 0)
    return {
        "actual": whole(actual) if actual is not None else "",
        "planned": whole(planned),
        "expected": whole(line.expected[at]) if not known and line.method != "plan" and (line.expected[at] or planned) else "",
        "tone": "bad" if shown > 0 else "ok" if shown < 0 else "",
        "missing": known and actual is None and bool(planned),
    }


def _net(found: Results, at: int) -> dict[str, str]:
    """Of the lines that are reported, so that like is set against like."""
    known = [line for line in found.reported if line.last is not None and at <= line.last]
    actual = total(line.sign * (line.actual[at] or Decimal(0)) for line in known)
    return {
        "actual": whole(actual) if known else "",
        "planned": whole(total(line.sign * line.planned[at] for line in found.lines)),
    }


def picture_told(found: Results, baseline: Baseline) -> tuple[dict[str, Any], str]:
    """The same for a page."""
    picture, note = tracked_picture(found, baseline)
    return picture.for_page("realised"), note


def tracked_picture(found: Results, baseline: Baseline) -> tuple[Told, str]:
    """Benefits less costs over time, planned against realised and expected; and what one has to know to read it."""
    reported = found.reported
    until = found.complete_until
    months = []
    for at, month in enumerate(found.months):
        planned = total(line.sign * line.planned[at] for line in reported)
        now = total(line.sign * line.amount(at) for line in reported)
        realised = until is not None and at <= until
        months.append(Tracked(month_label(month), planned, now if realised else None, None if realised else now))
    told = realised_picture(months, name=_("Benefits less costs"), currency=baseline.case.currency)
    notes = []
    if silent := [line.title for line in found.lines if line.last is None]:
        said = ngettext(
            "One line of which nothing is known keeps its plan and is left out of the picture: %(titles)s.",
            "%(count)s lines of which nothing is known keep their plan and are left out of the picture: %(titles)s.",
            len(silent),
        )
        notes.append(said % {"count": len(silent), "titles": _some(silent)})
    if late := [line.title for line in found.late]:
        said = _(
            "What is realised ends with the last month that is known of every line; later months are missing of: %(titles)s."
        )
        notes.append(said % {"titles": _some(late)})
    return told, " ".join(notes)


def _some(titles: Sequence[str], most: int = 4) -> str:
    return ", ".join(titles[:most]) + (f" +{len(titles) - most}" if len(titles) > most else "")


def left_out_told(found: Results) -> str:
    """Amounts from before the baseline begins, in a sentence; empty where there are none."""
    if not found.left_out:
        return ""
    said = ngettext(
        "One amount is of a month before this baseline begins. It is sunk, and left out here.",
        "%(count)s amounts are of months before this baseline begins. They are sunk, and left out here.",
        len(found.left_out),
    )
    return said % {"count": len(found.left_out)}


def results_body(found: Results, baseline: Baseline) -> dict[str, Any]:
    """The results as the API answers them: amounts to the cent, the share and paces to six digits."""

    def cents(amount: Decimal) -> str:
        return f"{rounded(amount):f}"

    def fine(share: Decimal | None) -> str | None:
        return None if share is None else f"{rounded(share, 6):f}"

    planned = [total(line.sign * line.planned[at] for line in found.lines) for at in range(len(found.months))]
    expected = [total(line.sign * line.amount(at) for line in found.lines) for at in range(len(found.months))]
    with localcontext(EXACT):
        sums: Mapping[str, list[Decimal]] = {"planned": list(accumulate(planned)), "expected": list(accumulate(expected))}
    return {
        "baseline": baseline.public_id,
        "snapshot": baseline.snapshot.public_id,
        "starts_on": baseline.starts_on,
        "currency": baseline.case.currency,
        "until": f"{found.months[found.last]:%Y-%m}" if found.last is not None else None,
        "complete_until": f"{found.months[found.complete_until]:%Y-%m}" if found.complete_until is not None else None,
        "planned_npv": cents(found.planned_npv),
        "expected_npv": cents(found.expected_npv),
        "difference": cents(found.difference),
        "share": fine(found.share),
        "tolerance": fine(found.tolerance),
        "exceeded": found.exceeded,
        "cost_overrun": cents(found.cost_overrun),
        "benefit_shortfall": cents(found.benefit_shortfall),
        "left_out": len(found.left_out),
        "months": [f"{month:%Y-%m}" for month in found.months],
        "cumulative_planned": [cents(amount) for amount in sums["planned"]],
        "cumulative_expected": [cents(amount) for amount in sums["expected"]],
        "lines": [
            {
                "key": line.key,
                "title": line.title,
                "kind": line.kind,
                "until": f"{found.months[line.last]:%Y-%m}" if line.last is not None else None,
                "planned_to_date": cents(line.planned_to_date),
                "actual_to_date": cents(line.actual_to_date),
                "planned": cents(line.planned_in_all),
                "at_completion": cents(line.at_completion),
                "method": line.method,
                "pace": fine(line.pace),
            }
            for line in found.lines
        ],
    }
