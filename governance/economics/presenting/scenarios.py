"""Scenarios beside each other, and the values of inputs at which a case just breaks even, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from governance.economics.assumptions import BASE, DO_NOTHING, Outcome
from governance.economics.cashflow import Evaluation, rounded
from governance.economics.cashflow.precision import difference
from governance.economics.plan import Plan
from governance.economics.presenting.cases import rates_of
from governance.economics.presenting.worth import signed, tone_of
from governance.economics.scenarios import Input, inputs_of
from governance.economics.sensitivity import SwitchingValue
from governance.economics.wording.cases import NONE, money, percent, periods, ratio
from governance.economics.wording.inputs import input_told, pair_told, value_told

MOST_SHOWN = 8  # sentences at once; the others unfold
MOST_ROOTS = 5
ZERO = Decimal(0)


# Scenarios ---------------------------------------------------------------------------------------------------------------


def outcomes_told(
    plan: Plan, outcomes: Sequence[Outcome], written: Sequence[Outcome], overrides: Collection[str] = ()
) -> list[dict[str, Any]]:
    """A row for each scenario; `written` are the same as the case has them, the same outcomes where nothing else was assumed. What
    a scenario says of inputs in `overrides` does not hold then, and is left out."""
    inputs = {name: item for name, item in inputs_of(plan).items() if name not in overrides}
    before = {row.key: row.evaluation.npv for row in written}
    base = next(row.evaluation.npv for row in outcomes if row.key == BASE)
    rows = [_outcome(plan, inputs, row, base, before[row.key]) for row in outcomes]
    if outcomes is not written:
        rows[1]["title"] = _("With these values")
    return rows


def _outcome(plan: Plan, inputs: Mapping[str, Input], row: Outcome, base: Decimal, before: Decimal) -> dict[str, Any]:
    found = row.evaluation
    return {
        "key": row.key,
        "title": title_of(row.key, row.title),
        "says": _says(plan, inputs, row),
        "npv": money(found.npv),
        "tone": tone_of(found.npv),
        "to_base": "" if row.key == BASE else signed(difference(found.npv, base)),
        "written": money(before),
        "moved": signed(difference(found.npv, before)),
        "bcr": ratio(found.bcr),
        "irr": rates_told(found),
        "mirr": NONE if found.mirr is None else percent(found.mirr, 1),
        "payback": payback_told(row.key, found),
        "annual": money(found.equivalent_annual),
    }


def title_of(key: str, title: str) -> str:
    return {DO_NOTHING: _("Do nothing"), BASE: _("As planned")}.get(key) or title or key


def _says(plan: Plan, inputs: Mapping[str, Input], row: Outcome) -> list[str]:
    if row.key == DO_NOTHING:
        return [_("No cost and no benefit: what all others are measured against.")]
    return [
        _("%(input)s: %(value)s instead of %(now)s")
        % {
            "input": input_told(plan, inputs[name]),
            "value": value_told(inputs[name], value),
            "now": value_told(inputs[name], inputs[name].value),
        }
        for name, value in row.overrides.items()
        if name in inputs
    ]


def payback_told(key: str, found: Evaluation) -> str:
    """Until it pays back for good; where nothing is done there is nothing to pay back."""
    return NONE if key == DO_NOTHING else periods(found.payback_last, found.plan.period)


def rates_told(found: Evaluation) -> str:
    """All rates of return in a cell; in words where there is none."""
    return " · ".join(rates_of(found)) or _("none")


def assumed_told(found: Evaluation, before: Evaluation) -> dict[str, str]:
    """What other values come to, in a sentence."""
    moved = difference(found.npv, before.npv)
    words = {
        "npv": money(found.npv),
        "currency": found.plan.currency,
        "moved": signed(moved),
        "before": money(before.npv),
    }
    said = _("Then it comes to %(npv)s %(currency)s as worth today, %(moved)s against the %(before)s of the case as written.")
    if not rounded(moved, 0):
        said = _("Then it comes to %(npv)s %(currency)s as worth today, as much as in the case as written.")
    return {"level": "bad" if rounded(found.npv, 0) < 0 else "ok", "text": said % words}


# Switching values --------------------------------------------------------------------------------------------------------


def switching_told(plan: Plan, values: Sequence[SwitchingValue], npv: Decimal) -> dict[str, Any]:
    """Sentences, the nearest to breaking even first: `first` are shown, `more` unfold, `without` are inputs that change nothing."""
    inputs = inputs_of(plan)
    ordered = sorted((item for item in values if item.values), key=_distance)
    ordered += [item for reason in ("none", "not_alone") for item in values if item.reason == reason]
    said = [_switch(plan, inputs[item.name], item, npv) for item in ordered]
    without = [input_told(plan, inputs[item.name]) for item in values if item.reason == "no_effect"]
    return {"first": said[:MOST_SHOWN], "more": said[MOST_SHOWN:], "without": without}


def _distance(item: SwitchingValue) -> tuple[int, Decimal]:
    return (0, abs(item.distance)) if item.distance is not None else (1, ZERO)


def _switch(plan: Plan, found: Input, item: SwitchingValue, npv: Decimal) -> dict[str, Any]:
    label = input_told(plan, found)
    if item.reason == "not_alone":
        said = _("“%(input)s” cannot have another value while all others stay (now %(now)s).")
        return {"text": said % {"input": label, "now": value_told(found, item.likely)}, "away": "", "tone": ""}
    if not item.values or item.nearest is None:
        said = _("Whatever “%(input)s” is, it stays worth it (now %(now)s).")
        if npv < 0:
            said = _("Whatever “%(input)s” is, it does not become worth it (now %(now)s).")
        return {"text": said % {"input": label, "now": value_told(found, item.likely)}, "away": "", "tone": ""}
    switch, now = pair_told(found, item.nearest, item.likely)
    words = {"input": label, "switch": switch, "now": now}
    if item.reason == "many":
        some = ", ".join(value_told(found, value) for value in item.values[:MOST_ROOTS])
        said = _("“%(input)s” makes it break even at more than one value: %(values)s (now %(now)s).") % {**words, "values": some}
    else:
        said = _sentence(npv, item.nearest, item.likely) % words
    return {"text": said, "away": _away(item), "tone": _tone(item, npv)}


def _sentence(npv: Decimal, switch: Decimal, likely: Decimal) -> str:
    if not rounded(npv) or switch == likely:
        return _("It just breaks even with “%(input)s” as it is (%(now)s).")
    if npv > 0:
        if switch < likely:
            return _("Worth it as long as “%(input)s” stays above %(switch)s (now %(now)s).")
        return _("Worth it as long as “%(input)s” stays below %(switch)s (now %(now)s).")
    if switch > likely:
        return _("It would be worth it only if “%(input)s” rose above %(switch)s (now %(now)s).")
    return _("It would be worth it only if “%(input)s” fell below %(switch)s (now %(now)s).")


def _away(item: SwitchingValue) -> str:
    """How far that is, and whether the case itself takes it to be possible."""
    said = ""
    if item.distance is not None:
        words = {"share": percent(abs(item.distance), 0 if abs(item.distance) >= Decimal("0.1") else 1)}
        said = (_("%(share)s more") if item.distance > 0 else _("%(share)s less")) % words
    if item.within_range is None:
        return said
    inside = _("within its range") if item.within_range else _("outside its range")
    return f"{said}, {inside}" if said else inside


def _tone(item: SwitchingValue, npv: Decimal) -> str:
    """What is within the range that people stated themselves is no remote possibility."""
    if not item.within_range:
        return ""
    return "warn" if npv >= 0 else "ok"
