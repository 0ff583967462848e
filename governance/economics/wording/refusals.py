"""Why something cannot be reckoned, in words: which input, what is wrong with it, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.canonical import decimal_text
from foundation.errors import FieldError, Invalid
from governance.economics.cashflow import Refused
from governance.economics.drivers import WrongInput
from governance.economics.wording.drivers import why_told

_WORDS = {
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
    "scenario.unknown": gettext_lazy("This case has no scenario “%(key)s” in which something is uncertain."),
    "scenario.key_taken": gettext_lazy("Two scenarios have the key “%(key)s”. Give one of them another."),
    "measure.unknown": gettext_lazy("There is no figure “%(measure)s”."),
}


def refused_told(refusal: Refused | WrongInput) -> str:
    """A sentence for people. What an engine refuses that has no words here is told by its code and its place."""
    if isinstance(refusal, WrongInput):
        return why_told(refusal)
    scenario, where = place_of(refusal)
    words: dict[str, Any] = {
        "where": where.removeprefix("correlation.").removeprefix("simulation."),
        **{name: _value(value) for name, value in refusal.params.items()},
    }
    words["bounds"] = _bounds(refusal.params)
    if refusal.code == "input.unknown" and not refusal.params.get("similar"):
        said = _("There is no input %(where)s in this case.") % words
    elif refusal.code in _WORDS:
        said = str(_WORDS[refusal.code]) % words
    else:
        said = _("%(where)s cannot be reckoned (%(code)s).") % {"where": where or _("The case"), "code": refusal.code}
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


def invalid_of(refusal: Refused | WrongInput, field: str = "") -> Invalid:
    """The refusal as an answer; `field` stands for the place where the engine does not say it."""
    said = refused_told(refusal)
    code = refusal.code if isinstance(refusal, Refused) else f"driver.{refusal.code}"
    return Invalid(said, code=code, errors=[FieldError(field or refusal.where, code, said)])


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
