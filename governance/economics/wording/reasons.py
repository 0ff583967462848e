"""Words for every reason for which an engine does not reckon a case: which part of it, what is wrong there, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.canonical import decimal_text
from governance.economics.cashflow import Refused
from governance.economics.plan.problems import MESSAGES as OF_PLANS

WORDS = {
    "input.unknown": gettext_lazy("There is no input %(where)s in this case. Close to it: %(similar)s."),
    "input.not_a_number": gettext_lazy("%(where)s: “%(value)s” is no number. Write it with a decimal point, such as 0.25."),
    "input.not_whole": gettext_lazy("%(where)s: %(value)s is not a whole number."),
    "input.out_of_bounds": gettext_lazy("%(where)s cannot be %(value)s: it goes %(bounds)s."),
    "input.periods": gettext_lazy(
        "%(where)s: the line would go from period %(from_period)s to %(to_period)s. Let it end when it begins or later."
    ),
    "input.driver": gettext_lazy("%(where)s: %(reason)s."),
    "input.ambiguous": gettext_lazy("Two inputs of this case are called %(where)s. Give one of the lines another key."),
    "input.whole": gettext_lazy("%(where)s takes whole numbers only, so no value in between makes it break even."),
    "range.whole": gettext_lazy("%(where)s takes whole numbers only and cannot have a range."),
    "range.no_effect": gettext_lazy("The net present value does not depend on %(where)s. Take its range away."),
    "range.not_a_number": gettext_lazy("%(where)s: an end of the range is no number: %(value)s."),
    "range.order": gettext_lazy(
        "%(where)s: the likely value %(likely)s does not lie in its range from %(low)s to %(high)s. Mend the range, or the value."
    ),
    "range.not_smooth": gettext_lazy("%(where)s: what the model brings jumps between %(low)s and %(high)s. Narrow the range."),
    "range.driver": gettext_lazy("%(where)s: with an end of the range the model cannot be: %(reason)s."),
    "correlation.not_drawn": gettext_lazy(
        "The correlation of %(where)s: %(input)s has no range, so there is nothing to correlate. Give it one."
    ),
    "correlation.itself": gettext_lazy("The correlation of %(where)s: an input cannot be correlated with itself."),
    "correlation.twice": gettext_lazy("The correlation of %(where)s is stated twice. Keep one of them."),
    "correlation.out_of_bounds": gettext_lazy("The correlation of %(where)s is %(value)s; it goes from -1 to 1."),
    "correlation.impossible": gettext_lazy(
        "No inputs can be correlated as stated. That of %(where)s contributes most: %(value)s, with the others as they are it "
        "goes %(bounds)s."
    ),
    "simulation.nothing_uncertain": gettext_lazy(
        "No input of this case has a range, so every trial would come out the same. Say low and high values in a draft first."
    ),
    "simulation.too_large": gettext_lazy("Trials come out larger than can be reckoned. Narrow the ranges."),
    "simulation.out_of_bounds": gettext_lazy("%(value)s is not between %(least)s and %(most)s, or no whole number."),
    "scenario.unknown": gettext_lazy("This case has no scenario “%(key)s”. Check its key."),
    "scenario.certain": gettext_lazy("In the scenario “%(key)s” nothing is uncertain. Choose another."),
    "scenario.key_taken": gettext_lazy("Two scenarios have the key “%(key)s”. Give one of them another."),
    "measure.unknown": gettext_lazy("There is no figure “%(measure)s”."),
    "plan.period": gettext_lazy("A case is counted in years or in months, not in “%(period)s”."),
    "plan.horizon": gettext_lazy("The horizon is %(horizon)s periods; it goes from 0 to %(most)s."),
    "plan.prices": gettext_lazy("Prices are real or nominal, not “%(prices)s”."),
    "line.key_twice": gettext_lazy("Two lines have the key “%(key)s”. Give one of them another."),
    "line.kind": gettext_lazy("The line “%(of)s” is a cost or a benefit, not “%(value)s”."),
    "line.every": gettext_lazy("The line “%(of)s”: “%(value)s” does not say how often it falls."),
    "line.periods": gettext_lazy(
        "The line “%(of)s” goes from period %(from_period)s to %(to_period)s, which does not lie within periods 0 to %(horizon)s."
    ),
    "line.prices_mixed": gettext_lazy(
        "The line “%(of)s” is in other prices than the case: real and nominal amounts cannot be added. Restate the line."
    ),
    "line.amount": gettext_lazy(
        "The line “%(of)s” has an amount that cannot be reckoned with: %(value)s. Write a number from 0 on."
    ),
    "line.driver_on_cost": gettext_lazy("The line “%(of)s” is a cost, and only a benefit can follow from a model."),
    "line.driver_and_amount": gettext_lazy(
        "The line “%(of)s” follows from a model and states %(quantity)s × %(unit_price)s too. Let both be 1."
    ),
    "line.exchange_missing": gettext_lazy(
        "The line “%(of)s” is in %(currency)s. State what one %(currency)s is in %(plan)s, and of which day that is."
    ),
    "line.bias_on_benefit": gettext_lazy(
        "The line “%(of)s” is a benefit, and optimism bias raises costs. State the risk of a benefit instead."
    ),
    "line.bias_unknown": gettext_lazy("The line “%(of)s” names an optimism bias that the case does not have: “%(bias)s”."),
    "line.risk": gettext_lazy(
        "The risk of the line “%(of)s” is %(risk)s. It is not below 0, and of a benefit not above 1; ten per cent is 0.1."
    ),
    "line.growth": gettext_lazy(
        "Prices of the line “%(of)s” would rise by %(growth)s a year. They cannot fall by all there is: write more than -1."
    ),
    "exchange.twice": gettext_lazy("There are two exchange rates for %(currency)s. Keep one of them."),
    "exchange.rate": gettext_lazy("The exchange rate for %(currency)s is %(rate)s. It has to be above zero."),
    "bias.shares": gettext_lazy(
        "Mitigations of the optimism bias “%(of)s” take away %(shares)s of it. Each is from 0 to 1, and all together at most 1."
    ),
    "bias.bounds": gettext_lazy(
        "The optimism bias “%(of)s” goes from %(lower)s to %(upper)s. Put them in order, and none of them below 0."
    ),
    "discount.steps": gettext_lazy(
        "The discount rates hold from the years: %(years)s. The first has to hold from year 0 on, and each later one from a later year."
    ),
    "discount.prices": gettext_lazy("A discount rate is real or nominal, not “%(prices)s”."),
    "discount.prices_differ": gettext_lazy(
        "Of the discount rate and the prices one is real and the other nominal. State the inflation, or a rate in the terms of the prices."
    ),
    "plan.too_large": OF_PLANS["plan.too_large"],
    "rate.too_low": gettext_lazy("A rate is %(rate)s. At -1, which is -100 %%, or less nothing is left to discount."),
    "flows.size": OF_PLANS["flows.size"],
}


def reason_told(refusal: Refused) -> str:
    """A sentence for people."""
    scenario, where = place_of(refusal)
    words: dict[str, Any] = {
        "where": where.removeprefix("correlation.").removeprefix("simulation."),
        "of": where.partition(".")[2] or where,
        **{name: _value(value) for name, value in refusal.params.items()},
        "bounds": _bounds(refusal.params),
    }
    if refusal.code == "input.unknown" and not refusal.params.get("similar"):
        said = _("There is no input %(where)s in this case.") % words
    else:
        said = str(WORDS[refusal.code]) % words
    return _("In the scenario “%(scenario)s”: %(said)s") % {"scenario": scenario, "said": said} if scenario else said


def place_of(refusal: Refused) -> tuple[str, str]:
    """The key of the scenario, empty where none is to blame, and the input."""
    head, _dot, rest = refusal.where.partition(".")
    if head != "scenario" or not rest:
        return "", refusal.where
    for mark in (".line.", ".exchange.", ".bias.", ".rate", ".inflation", ".finance_rate", ".reinvestment_rate"):
        if mark in rest:
            key, _mark, name = rest.partition(mark)
            return key, f"{mark[1:]}{name}"
    return "", rest


def _value(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return decimal_text(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).rstrip(".")


def _bounds(params: Mapping[str, object]) -> str:
    least, most = params.get("least"), params.get("most")
    words = {"least": _value(least), "most": _value(most)}
    if least is not None and most is not None:
        return _("from %(least)s to %(most)s") % words
    if least is None:
        return _("up to %(most)s") % words if most is not None else _("nowhere: the others are impossible by themselves")
    return _("from %(least)s on") % words if params.get("closed") else _("above %(least)s") % words
