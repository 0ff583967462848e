"""A case in figures, words and a picture, for the people who decide about the money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.drawing import bars, svg
from foundation.templatetags.countersign import figure
from governance.economics.cashflow import Evaluation, present_values
from governance.economics.components import Line, lines_of
from governance.economics.models import Snapshot

HUNDRED = Decimal(100)


def lines_told(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Lines as a table shows them: benefits after costs, each with what it comes to over the years."""
    lines = sorted(lines_of(snapshot), key=lambda line: line.kind == "benefit")
    return [
        {
            "title": line.title,
            "kind": line.kind,
            "quantity": line.quantity,
            "unit": line.unit,
            "unit_price": line.unit_price,
            "when": _when(line),
            "total": line.quantity * line.unit_price * (line.to_period - line.from_period + 1),
        }
        for line in lines
    ]


def _when(line: Line) -> str:
    if line.from_period == line.to_period:
        return _("year %(year)s") % {"year": line.from_period}
    return _("years %(first)s to %(last)s") % {"first": line.from_period, "last": line.to_period}


def figures_told(snapshot: Snapshot, found: Evaluation) -> list[dict[str, Any]]:
    """Net present value, benefit-cost ratio, payback and rates of return, each with how it is reckoned in words."""
    rate = figure(snapshot.discount_rate * HUNDRED)
    return [
        {
            "label": _("Net present value"),
            "value": figure(found.npv, 0),
            "unit": snapshot.currency,
            "note": _(
                "What benefits are worth today, less what costs are: year t is divided by (1 + %(rate)s %%) to the power t."
            )
            % {"rate": rate},
            "tone": "ok" if found.npv >= 0 else "bad",
        },
        {
            "label": _("Benefit-cost ratio"),
            "value": figure(found.bcr, 2) if found.bcr is not None else "–",
            "unit": "",
            "note": _("Benefits over costs, both as worth today. Above 1 it brings more than it costs.")
            if found.bcr is not None
            else _("There are no costs, and a ratio to nothing says nothing."),
            "tone": "" if found.bcr is None else "ok" if found.bcr >= 1 else "bad",
        },
        {
            "label": _("Payback"),
            "value": _years(found.payback),
            "unit": "",
            "note": _("Until the sum of all flows reaches zero, not discounted; discounted: %(years)s.")
            % {"years": _years(found.discounted_payback)},
            "tone": "bad" if found.payback is None else "",
        },
        {"label": _("Internal rate of return"), "unit": "", "tone": "", **_rates(found)},
    ]


def _years(value: Decimal | None) -> str:
    if value is None:
        return _("never")
    shown = round(value, 1)
    return ngettext("%(years)s year", "%(years)s years", 1 if shown == 1 else 2) % {"years": figure(shown)}


def _rates(found: Evaluation) -> dict[str, str]:
    rates = [_("%(percent)s %%") % {"percent": figure(rate * HUNDRED, 1)} for rate in found.irr]
    if not rates:
        return {"value": "–", "note": _("No discount rate makes it come out at zero.")}
    if len(rates) == 1:
        return {"value": rates[0], "note": _("The discount rate at which it would come out at zero.")}
    return {
        "value": " · ".join(rates),
        "note": _("Several rates make it come out at zero, so none can be used: go by the net present value."),
    }


def flows_picture(snapshot: Snapshot, found: Evaluation) -> dict[str, Any]:
    """The net flow of each year as bars, with the sentence they prove and the same as a table."""
    net = found.flows.net
    worth = present_values(net, snapshot.discount_rate)
    label = _("Year %(year)s")
    chart = bars.chart(
        [bars.Bar(label % {"year": year}, flow, figure(flow, 0), "ok" if flow >= 0 else "bad") for year, flow in enumerate(net)],
        label_width=72.0,
    )
    title = _("Money out and in, by year")
    summary = _summary(snapshot, found)
    return {
        "title": title,
        "summary": summary,
        "svg": svg.bars(chart, key="flows", title=title, description=summary),
        "table": {
            "columns": [
                {"label": _("Year")},
                *({"label": name, "number": True} for name in (_("Costs"), _("Benefits"), _("Net"), _("Worth today"))),
            ],
            "rows": [
                [year, *(figure(value, 0) for value in row)]
                for year, row in enumerate(zip(found.flows.costs, found.flows.benefits, net, worth, strict=True))
            ],
        },
    }


def _summary(snapshot: Snapshot, found: Evaluation) -> str:
    words = {
        "cost": figure(sum(found.flows.costs), 0),
        "benefit": figure(sum(found.flows.benefits), 0),
        "currency": snapshot.currency,
        "years": snapshot.horizon,
        "payback": _years(found.payback),
    }
    if found.payback is None:
        return (
            _("Over %(years)s years it costs %(cost)s %(currency)s and brings %(benefit)s %(currency)s: it does not pay back.")
            % words
        )
    return (
        _("Over %(years)s years it costs %(cost)s %(currency)s and brings %(benefit)s %(currency)s: paid back after %(payback)s.")
        % words
    )
