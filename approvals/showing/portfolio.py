"""The portfolio for people: the answer first, then picture, stages and table.

Every amount is rounded by `governance.economics.cashflow.rounded`, here to whole units; `portfolio_bodies` tells the same to the cent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.selectors.portfolio import Found
from foundation.drawing import bars, svg
from governance.economics.cashflow import rounded
from governance.economics.pictures import Placed, Told, drawn_of, portfolio_picture
from governance.economics.portfolio import (
    MONEY,
    TIERS,
    AtStage,
    Position,
    Sums,
    by_stage,
    carried,
    per_effort,
    quadrant,
    ranked,
    sums,
)
from governance.economics.wording.cases import dated, money, number, percent, ratio, sourced
from governance.usecases.risk_wording import tier_label, tier_look
from governance.usecases.stage_wording import language_now


@dataclass(frozen=True, slots=True)
class Ordered:
    """What was found, in an order: `by` one of `portfolio.ORDERS`."""

    found: Found
    by: str
    ascending: bool
    rows: Sequence[Position]


def ordered(found: Found, by: str = "npv", *, ascending: bool = False) -> Ordered:
    return Ordered(found, by, ascending, ranked(found.positions, by, ascending=ascending))


def main_currency(found: Found) -> str:
    """The currency that pictures are in: the one that was asked for where anything is in it, else that of most use cases; blank where
    there is no case."""
    return found.currency if found.currency in found.currencies else next(iter(found.currencies), "")


# In short ------------------------------------------------------------------------------------------------------------------


def lead_of(found: Found) -> str:
    """Where the value is, what waits and what that costs, and what is missing: in one to three sentences."""
    rows = found.positions
    if not rows:
        return _("There is no use case to look at.")
    known = [row for row in rows if row.npv is not None]
    said = [_carried(found)] if known else [_("Nobody knows yet what any of these use cases is worth.")]
    said += [_waiting(rows), _missing(rows)]
    return " ".join(part for part in said if part)


def _carried(found: Found) -> str:
    currency = main_currency(found)
    share = carried(found.positions, currency)
    if share is None:
        return _none_carries(found, currency)
    words = {"few": number(share.few), "of": number(share.of), "share": percent(share.share, 0), "currency": currency}
    if len(found.currencies) > 1:
        return (
            ngettext(
                "%(few)s of %(of)s use cases in %(currency)s carries %(share)s of their value.",
                "%(few)s of %(of)s use cases in %(currency)s carry %(share)s of their value.",
                share.few,
            )
            % words
        )
    return (
        ngettext(
            "%(few)s of %(of)s use cases carries %(share)s of the value.",
            "%(few)s of %(of)s use cases carry %(share)s of the value.",
            share.few,
        )
        % words
    )


def _none_carries(found: Found, currency: str) -> str:
    """That none is worth its costs: of one currency, where there are others, and not of those whose value nobody knows."""
    if len(found.currencies) == 1:
        return _("None of these use cases brings more than it costs.")
    words = {"currency": currency}
    if all(row.npv is None for row in found.positions if row.currency == currency):
        return _("Nobody knows yet what the use cases in %(currency)s are worth.") % words
    return _("None of the use cases in %(currency)s brings more than it costs.") % words


def _waiting(rows: Sequence[Position]) -> str:
    waits = [row for row in rows if row.waiting]
    if not waits:
        return ""
    costs = [told(one.delay_a_day, one.currency) for one in sums(waits) if one.delay_a_day is not None]
    words = {"count": number(len(waits)), "cost": " + ".join(costs)}
    if not costs:
        return ngettext("%(count)s waits for an approval.", "%(count)s wait for an approval.", len(waits)) % words
    said = ngettext(
        "%(count)s waits for an approval, which costs up to %(cost)s a day.",
        "%(count)s wait for an approval, which costs up to %(cost)s a day.",
        len(waits),
    )
    unknown = sum(row.delay_a_day is None for row in waits)
    if unknown:
        more = ngettext("Of %(count)s it is not known.", "Of %(count)s it is not known.", unknown)
        return f"{said % words} {more % {'count': number(unknown)}}"
    return said % words


def _missing(rows: Sequence[Position]) -> str:
    without = [row for row in rows if not row.basis]
    if not without:
        return ""
    said = ngettext(
        "Of %(count)s nobody wrote down what it costs and brings.",
        "Of %(count)s nobody wrote down what they cost and bring.",
        len(without),
    )
    return said % {"count": number(len(without))}


def told(amount: Decimal | None, currency: str) -> str:
    """An amount in whole units, with its currency; blank where it is not known."""
    return "" if amount is None else _("%(amount)s %(currency)s") % {"amount": money(amount), "currency": currency}


def stats_of(found: Found) -> list[dict[str, Any]]:
    """Value, cost so far against benefit realised, effort and waiting: each by currency, and of how many it is not known."""
    totals = found.sums
    whole = [
        ("npv", _("Net present value"), _("Of all cases, the approved ones where there are any.")),
        ("spent", _("Cost so far"), _("What was recorded, whatever month it belongs to.")),
        ("realised", _("Benefit realised"), _("What was recorded of benefits.")),
        ("delay_a_day", _("Waiting for approval, a day"), _("At most: the whole benefit expected of a release that waits.")),
    ]
    return [
        {"label": label, "value": _by_currency(totals, name) or "–", "note": f"{note} {_unknown(found, totals, name)}".strip()}
        for name, label, note in whole
    ]


def _by_currency(totals: Sequence[Sums], name: str) -> str:
    return " + ".join(text for one in totals if (text := told(getattr(one, name), one.currency)))


def _unknown(found: Found, totals: Sequence[Sums], name: str) -> str:
    if name in ("delay_a_day", "waiting_cost"):  # only of what waits, and that may have no case
        count = sum(row.waiting > 0 and getattr(row, name) is None for row in found.positions)
    else:
        count = sum((one.missing or {}).get(name, 0) for one in totals) + found.without_currency
    if not count:
        return ""
    return ngettext("Not known of %(count)s.", "Not known of %(count)s.", count) % {"count": number(count)}


# Pictures ------------------------------------------------------------------------------------------------------------------


def picture_of(found: Found) -> Told:
    """Value against risk, as large as the effort, in the main currency."""
    currency = main_currency(found)
    valued = [(row.npv, row) for row in found.positions if row.currency == currency and row.npv is not None]
    placed = [
        Placed(row.title, TIERS.index(row.tier) if row.tier in TIERS else None, value, row.effort)
        for value, row in drawn_of(valued, lambda each: each[0], lambda each: each[1].title)
    ]
    return portfolio_picture(placed, [tier_label(tier) for tier in TIERS], currency=currency, count=len(valued))


def stages_of(found: Found) -> list[AtStage]:
    return by_stage(found.positions, [stage.key for stage in found.rules.lifecycle.stages], main_currency(found))


def stage_label(found: Found, key: str) -> str:
    stage = found.rules.lifecycle.stage(key)
    return stage.title(language_now()) if stage is not None else key


def stage_picture(found: Found) -> dict[str, Any] | None:
    """Net value by stage as `components/figure.html` takes it; None where no value is known."""
    rows, currency = [row for row in stages_of(found) if row.count], main_currency(found)
    if all(row.npv is None for row in rows):
        return None
    title, summary = _("Net value by stage"), stages_summary(found, rows)
    drawn = [
        bars.Bar(
            stage_label(found, row.stage),
            row.npv or Decimal(0),
            told(row.npv, currency) or _("not known"),
            "bad" if row.npv is not None and row.npv < 0 else "ok",
        )
        for row in rows
    ]
    longest = max(len(bar.figure) for bar in drawn)
    chart = bars.chart(drawn, label_width=150.0, figure_width=min(40.0 + 7.0 * longest, 190.0))
    columns = [
        {"label": _("Stage"), "number": False},
        {"label": _("Use cases"), "number": True},
        {"label": _("Net present value"), "number": True},
        {"label": _("Value not known"), "number": True},
    ]
    return {
        "title": title,
        "summary": summary,
        "svg": svg.bars(chart, narrow=bars.narrow_chart(drawn), key="stages", title=title, description=summary),
        "table": {"columns": columns, "rows": stage_rows(found, rows)},
    }


def stage_rows(found: Found, rows: Sequence[AtStage]) -> list[list[str]]:
    currency = main_currency(found)
    return [
        [stage_label(found, row.stage), number(row.count), told(row.npv, currency) or _("not known"), number(row.unknown)]
        for row in rows
    ]


def stages_summary(found: Found, rows: Sequence[AtStage]) -> str:
    known = [row for row in rows if row.npv is not None]
    best = max(known, key=lambda row: row.npv or Decimal(0), default=None)
    currency = main_currency(found)
    if best is None or best.npv is None or best.npv <= 0:
        if len(found.currencies) > 1:
            return _("At no stage do use cases in %(currency)s bring more than they cost.") % {"currency": currency}
        return _("At no stage do use cases bring more than they cost.")
    words = {"stage": stage_label(found, best.stage), "amount": told(best.npv, currency)}
    return _("Most value stands at the stage %(stage)s: %(amount)s.") % words


# The table -----------------------------------------------------------------------------------------------------------------


def basis_label(basis: str) -> str:
    return {
        "baseline": _("approved"),
        "snapshot": _("written down, not approved"),
        "refused": _("cannot be reckoned"),
        "later": _("not reckoned yet"),
    }.get(basis, _("nothing written down"))


def quadrant_label(row: Position) -> str:
    return {
        "go": _("Worth it"),
        "care": _("Worth it, high risk"),
        "rethink": _("Costs more than it brings"),
        "stop": _("Costs more, high risk"),
    }.get(quadrant(row), "")


def row_told(found: Found, row: Position) -> dict[str, Any]:
    """One use case as the table and the report show it. A blank amount is not known."""
    return {
        "slug": row.key,
        "title": row.title,
        "stage": stage_label(found, row.stage),
        "tier": tier_look(row.tier),
        "teams": ", ".join((found.teams or {}).get(slug, slug) for slug in row.teams),
        "basis": basis_label(row.basis),
        "has_case": bool(row.basis),
        "quadrant": quadrant_label(row),
        **{name: told(getattr(row, name), row.currency) for name in MONEY},
        "loses": row.npv is not None and rounded(row.npv, 0) < 0,
        "per_effort": ratio(found_) if (found_ := per_effort(row)) is not None else "",
        "waiting": row.waiting,
    }


def remarks_of(found: Found) -> list[str]:
    """What the figures rest on, and what they leave out."""
    said = [
        _("The value of a use case is that of its approved baseline, else of the newest version of its case, as worth today."),
        _("Below the costs of the first year stands the net present value for each 1 of them."),
        _("A dash says that nothing was recorded, or that nothing waits: it is not a sum of zero."),
        _(
            "Waiting costs at most what is shown: it takes the whole expected benefit of a use case to wait for its release. Releases of "
            "one use case that wait at once count once."
        ),
    ]
    every = found.currencies
    if len(every) > 1:
        said.append(
            _("Amounts in %(currencies)s are not added up: no rate was asked for or known.") % {"currencies": ", ".join(every)}
        )
    for name, (rate, source, day) in (found.rates or {}).items():
        words = {"from": name, "rate": number(rate), "to": found.currency, "source": sourced(source, day) or dated(day)}
        said.append(_("1 %(from)s = %(rate)s %(to)s (%(source)s).") % words)
    if found.later:
        said.append(
            ngettext(
                "%(count)s case has not been reckoned yet. It will be within minutes.",
                "%(count)s cases have not been reckoned yet. They will be within minutes.",
                found.later,
            )
            % {"count": number(found.later)}
        )
    return said


def heads(address: Callable[[str, str], str], by: str, *, ascending: bool) -> list[dict[str, Any]]:
    """The heads of the table, each with the address that sorts by it; the one that is sorted by turns round."""
    said = [
        ("title", _("Use case"), False),
        ("risk", _("Risk"), False),
        ("npv", _("Net present value"), True),
        ("effort", _("First year"), True),
        ("spent", _("Cost so far"), True),
        ("realised", _("Benefit realised"), True),
        ("waiting_cost", _("Cost of waiting"), True),
    ]
    found = []
    for key, label, is_number in said:
        here = bool(key) and key == by
        falls = not (here and not ascending)
        turned = "desc" if falls else "asc"
        aria = ("ascending" if ascending != (key == "title") else "descending") if here else ""
        url = address(key, turned) if key else ""
        found.append({"key": key, "label": label, "number": is_number, "url": url, "sorted": aria})
    return found
