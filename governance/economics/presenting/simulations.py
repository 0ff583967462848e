"""What a simulation found, for people: how likely a loss is, how sure that is, what it depends on, and how to get it again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.drawing.histogram import Class
from foundation.templatetags.countersign import figure
from governance.economics.cashflow import rounded
from governance.economics.pictures import Outcomes, outcomes_picture
from governance.economics.pictures.words import percent as share_told
from governance.economics.plan import Plan
from governance.economics.scenarios import inputs_of
from governance.economics.simulations_written import figure_of
from governance.economics.wording.cases import money, periods
from governance.economics.wording.inputs import input_told, value_told

SURE = Decimal("1.96")  # standard errors to both sides hold 95 % of means
MOST_INPUTS = 12
MODERATE, STRONG = Decimal("0.3"), Decimal("0.7")
STEADY = Decimal("0.005")  # of the spread of the trials: a mean that moved less has settled
PERCENTILES = ("5", "10", "25", "50", "75", "90", "95")
STATES = {
    "queued": gettext_lazy("waiting"),
    "running": gettext_lazy("running"),
    "done": gettext_lazy("done"),
    "failed": gettext_lazy("stopped"),
}


def simulation_told(plan: Plan, result: Mapping[str, Any]) -> dict[str, Any]:
    """Everything a page shows of a result. `plan` is the plan that was simulated."""
    below = figure_of(result, "below_zero")
    return {
        "verdict": _verdict(plan, result, below),
        "picture": _picture(plan, result, below),
        "figures": _figures(plan, result, below),
        "percentiles": [
            {"label": _("P%(share)s") % {"share": share}, "value": money(figure_of(result, "percentiles", share))}
            for share in PERCENTILES
        ],
        "convergence": convergence_told(plan, result),
        "checkpoints": [
            {
                "trials": figure(Decimal(point["trials"])),
                "mean": money(Decimal(point["mean"])),
                "error": money(Decimal(point["standard_error"])),
            }
            for point in result["convergence"]
        ],
        "movers": _movers(plan, result),
        "moves_most": _moves_most(plan, result),
        "payback": _payback(plan, result),
        "again": _again(result),
    }


def _verdict(plan: Plan, result: Mapping[str, Any], below: Decimal) -> dict[str, str]:
    words = {
        "share": share_told(below),
        "p10": money(figure_of(result, "percentiles", "10")),
        "p90": money(figure_of(result, "percentiles", "90")),
        "currency": plan.currency,
    }
    said = _("In %(share)s of the trials it loses money; eight in ten end between %(p10)s and %(p90)s %(currency)s.") % words
    if not below:
        said = _("In none of the trials it loses money; eight in ten end between %(p10)s and %(p90)s %(currency)s.") % words
    if below == 1:
        said = _("It loses money in every trial; eight in ten end between %(p10)s and %(p90)s %(currency)s.") % words
    tone = "ok" if below < Decimal("0.1") else "bad" if below > Decimal("0.5") else "warn"
    return {"tone": tone, "text": said}


def _picture(plan: Plan, result: Mapping[str, Any], below: Decimal) -> dict[str, Any]:
    classes = [Class(Decimal(row["low"]), Decimal(row["high"]), row["count"]) for row in result["histogram"]]
    found = Outcomes(
        classes,
        figure_of(result, "percentiles", "10"),
        figure_of(result, "percentiles", "50"),
        figure_of(result, "percentiles", "90"),
        below,
        result["trials"],
    )
    return outcomes_picture(found, currency=plan.currency).for_page("outcomes")


def _figures(plan: Plan, result: Mapping[str, Any], below: Decimal) -> list[dict[str, str]]:
    mean, error = figure_of(result, "mean"), figure_of(result, "standard_error")
    return [
        {
            "label": _("Chance of a loss"),
            "value": share_told(below),
            "unit": "",
            "note": _("Share of trials with a net present value below zero."),
            "tone": "bad" if below > Decimal("0.5") else "",
        },
        {
            "label": _("Mean of the trials"),
            "value": money(mean),
            "unit": plan.currency,
            "note": _("As planned it is %(base)s: the mean differs where ranges are lopsided.")
            % {"base": money(figure_of(result, "base"))},
            "tone": "",
        },
        {
            "label": _("Standard error of the mean"),
            "value": money(error, 0 if error >= 10 else 2),
            "unit": plan.currency,
            "note": _("With four times as many trials it is half of that."),
            "tone": "",
        },
        {
            "label": _("Standard deviation"),
            "value": money(figure_of(result, "standard_deviation")),
            "unit": plan.currency,
            "note": _("How far trials lie apart. More trials do not make it smaller."),
            "tone": "",
        },
    ]


def convergence_told(plan: Plan, result: Mapping[str, Any]) -> str:
    """How sure the mean is, and whether it has settled."""
    mean, error = figure_of(result, "mean"), figure_of(result, "standard_error")
    points = result["convergence"]
    half = Decimal(points[len(points) // 2]["mean"])
    words = {
        "low": money(mean - SURE * error),
        "high": money(mean + SURE * error),
        "currency": plan.currency,
        "moved": money(abs(mean - half)),
    }
    said = _("With many more trials the mean would most likely (95 %%) lie between %(low)s and %(high)s %(currency)s.") % words
    if abs(mean - half) <= figure_of(result, "standard_deviation") * STEADY:
        return said + " " + _("Over the second half of the trials it moved by %(moved)s %(currency)s: it has settled.") % words
    return (
        said
        + " "
        + (
            _("Over the second half of the trials it still moved by %(moved)s %(currency)s: take more trials if that matters.")
            % words
        )
    )


def _movers(plan: Plan, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Inputs by how strongly their ranks go with those of what comes out."""
    inputs = inputs_of(plan)
    rows = sorted(result["inputs"], key=lambda row: (-abs(Decimal(row["rank_correlation"] or 0)), row["name"]))
    return [
        {
            "label": input_told(plan, inputs[row["name"]]),
            "range": _("%(low)s to %(high)s, likely %(likely)s")
            % {name: value_told(inputs[row["name"]], Decimal(row[name])) for name in ("low", "high", "likely")},
            "correlation": "–" if row["rank_correlation"] is None else figure(rounded(Decimal(row["rank_correlation"]), 2)),
            "says": _strength(row["rank_correlation"]),
        }
        for row in rows[:MOST_INPUTS]
    ]


def _strength(correlation: str | None) -> str:
    if correlation is None:
        return _("is the same in every trial")
    value = rounded(Decimal(correlation), 2)
    up = value > 0
    if abs(value) >= STRONG:
        return _("strongly: the more, the better") if up else _("strongly: the more, the worse")
    if abs(value) >= MODERATE:
        return _("noticeably: the more, the better") if up else _("noticeably: the more, the worse")
    return _("little")


def _moves_most(plan: Plan, result: Mapping[str, Any]) -> str:
    rows = [row for row in result["inputs"] if row["rank_correlation"] is not None]
    if not rows:
        return ""
    first = max(rows, key=lambda row: abs(Decimal(row["rank_correlation"])))
    inputs = inputs_of(plan)
    words = {"input": input_told(plan, inputs[first["name"]])}
    if Decimal(first["rank_correlation"]) >= 0:
        return _("It depends most on “%(input)s”: the more, the better.") % words
    return _("It depends most on “%(input)s”: the more, the worse.") % words


def _payback(plan: Plan, result: Mapping[str, Any]) -> str:
    found = result["discounted_payback"]
    never, middle = Decimal(found["never"]), found["percentiles"].get("50")
    if middle is None:
        return _("It does not pay back within the horizon in %(share)s of the trials.") % {"share": share_told(never)}
    words = {"time": periods(Decimal(middle), plan.period), "share": share_told(never)}
    if not never:
        return _("Half of the trials have paid back, discounted, after %(time)s; all do within the horizon.") % words
    return _("Half of the trials have paid back, discounted, after %(time)s; %(share)s never do within the horizon.") % words


def _again(result: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is needed to get the same figures."""
    difference = figure_of(result, "check", "difference")
    return [
        {"label": _("Seed"), "value": str(result["seed"])},
        {"label": _("Trials"), "value": figure(Decimal(result["trials"]))},
        {
            "label": _("Generator"),
            "value": _("%(generator)s of numpy %(version)s") % {"generator": result["generator"], "version": result["numpy"]},
        },
        {"label": _("Distribution"), "value": _("PERT over the low, likely and high value of each input")},
        {
            "label": _("Checked"),
            "value": _("the first %(count)s trials again in exact arithmetic: they differ by %(share)s of all that flows at most")
            % {"count": result["check"]["trials"], "share": f"{difference:.0E}" if difference else "0"},
        },
    ]
