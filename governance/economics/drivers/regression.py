"""What a forecast is worth through what its errors cost, against what is forecast today. Pure, in Decimal.

An error is forecast − actual, so the mean error (bias) is above 0 where forecasts are too high on average. Of each forecast the
mean amount too high is (MAE + ME) / 2 and the mean amount too low (MAE − ME) / 2, because the two add up to the mean absolute
error and differ by the mean error. With c_o a unit too high, c_u a unit too low and c_q a squared unit, an error costs on average

    c_o · (MAE + ME)/2 + c_u · (MAE − ME)/2 + c_q · RMSE²

The first two are the pinball loss of R. Koenker and G. Bassett, Regression Quantiles, Econometrica 46 (1978), scaled by c_o + c_u.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from math import ceil
from types import MappingProxyType
from typing import Any

from governance.economics.drivers.values import (
    COST,
    COUNT,
    ERROR,
    EXACT,
    PLACES,
    SIGNED_ERROR,
    SLACK,
    ZERO,
    Bound,
    Sensitivity,
    Term,
    WrongInput,
    shortened,
)

INCUMBENTS = ("naive", "rule", "model")
ERRORS = ("mean_absolute_error", "root_mean_squared_error", "bias")
COSTS = ("cost_too_high", "cost_too_low", "cost_squared")
BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "forecasts": COUNT,
        "mean_absolute_error": ERROR,
        "root_mean_squared_error": ERROR,
        "bias": SIGNED_ERROR,
        **dict.fromkeys(COSTS, COST),
        "incumbent_mean_absolute_error": ERROR,
        "incumbent_root_mean_squared_error": ERROR,
        "incumbent_bias": SIGNED_ERROR,
    }
)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far forecasts are off, in the unit of what is forecast. Raises WrongInput for what cannot belong together:

    |ME| ≤ MAE by the triangle inequality, MAE ≤ RMSE by Jensen's.
    """

    mean_absolute_error: Decimal | None = None
    root_mean_squared_error: Decimal | None = None
    bias: Decimal | None = None
    prefix: str = ""  # how its inputs are told from those of the other: `incumbent_` or nothing

    def __post_init__(self) -> None:
        for name, value in self.stated().items():
            BOUNDS[name].check(value, name)
        absolute, root, bias = self.mean_absolute_error, self.root_mean_squared_error, self.bias
        with localcontext(EXACT):
            if absolute is not None and bias is not None and abs(bias) > absolute * (1 + SLACK):
                raise WrongInput("bias_beyond_error", f"{self.prefix}bias", value=shortened(bias), error=shortened(absolute))
            if absolute is not None and root is not None and absolute > root * (1 + SLACK):
                where = f"{self.prefix}root_mean_squared_error"
                raise WrongInput("error_beyond_root", where, value=shortened(root), error=shortened(absolute))

    def stated(self) -> dict[str, Decimal]:
        """What was given, by the names of the inputs."""
        given = {name: getattr(self, name) for name in ERRORS}
        return {f"{self.prefix}{name}": value for name, value in given.items() if value is not None}

    @property
    def too_high(self) -> Decimal:
        """The mean amount of each forecast that is too high; 0 for one that is too low. Without a bias half of the error."""
        with localcontext(EXACT):
            return ((self.mean_absolute_error or ZERO) + (self.bias or ZERO)) / 2

    @property
    def too_low(self) -> Decimal:
        """The mean amount of each forecast that is too low; 0 for one that is too high. Without a bias half of the error."""
        with localcontext(EXACT):
            return ((self.mean_absolute_error or ZERO) - (self.bias or ZERO)) / 2


@dataclass(frozen=True, slots=True)
class Alternative:
    """What is forecast with today: a `naive` forecast (such as last week's value), a `rule` or a `model`; the last two have a name.

    Raises WrongInput where that is not so.
    """

    kind: str
    accuracy: Accuracy
    name: str = ""

    def __post_init__(self) -> None:
        if self.kind not in INCUMBENTS:
            raise WrongInput("unknown_kind", "incumbent", value=shortened(self.kind), known=", ".join(INCUMBENTS))
        if self.kind != "naive" and not self.name.strip():
            raise WrongInput("name_needed", "incumbent.name", value=self.kind)
        object.__setattr__(self, "accuracy", replace(self.accuracy, prefix="incumbent_"))


@dataclass(frozen=True, slots=True)
class Regression:
    """A benefit that better forecasts bring: `forecasts` each time the line falls, in `unit` (such as MWh).

    Money is that of the line. Costs are per unit of error (`cost_squared` per squared unit) and never negative. Only the metrics
    that the costs need have to be stated: the mean absolute error for the linear ones, the bias with it where too high and too
    low cost differently, the root mean squared error for the squared. `takes` says which metric of a model version feeds which
    input. Raises WrongInput.
    """

    forecasts: Decimal
    model: Accuracy
    incumbent: Alternative
    cost_too_high: Decimal = ZERO
    cost_too_low: Decimal = ZERO
    cost_squared: Decimal = ZERO
    unit: str = ""
    takes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("forecasts", *COSTS):
            BOUNDS[name].check(getattr(self, name), name)
        if not (self.cost_too_high or self.cost_too_low or self.cost_squared):
            raise WrongInput("no_costs", "cost_too_high")
        for accuracy in (self.model, self.incumbent.accuracy):
            self._check_stated(accuracy)
        known = self.inputs()
        for name in self.takes:
            if name not in known:
                raise WrongInput("unknown_input", name, known=", ".join(known))

    def _check_stated(self, accuracy: Accuracy) -> None:
        if (self.cost_too_high or self.cost_too_low) and accuracy.mean_absolute_error is None:
            raise WrongInput("missing", f"{accuracy.prefix}mean_absolute_error")
        if self.cost_too_high != self.cost_too_low and accuracy.bias is None:
            raise WrongInput("bias_needed", f"{accuracy.prefix}bias")
        if self.cost_squared and accuracy.root_mean_squared_error is None:
            raise WrongInput("missing", f"{accuracy.prefix}root_mean_squared_error")

    def cost(self) -> Decimal:
        """What the errors of the model cost each time the line falls."""
        return self._sum(self.model)

    def incumbent_cost(self) -> Decimal:
        return self._sum(self.incumbent.accuracy)

    def worth(self) -> Decimal:
        """What the errors of the model cost less than those of the incumbent, each time the line falls; negative where more."""
        with localcontext(EXACT):
            return self.incumbent_cost() - self.cost()

    def terms(self, accuracy: Accuracy) -> tuple[Term, ...]:
        """The three addends of what errors cost: units too high, units too low, squared units."""
        with localcontext(EXACT):
            squared = (accuracy.root_mean_squared_error or ZERO) ** 2
            return (
                Term("too_high", self.forecasts * accuracy.too_high, self.cost_too_high),
                Term("too_low", self.forecasts * accuracy.too_low, self.cost_too_low),
                Term("squared", self.forecasts * squared, self.cost_squared),
            )

    def inputs(self) -> dict[str, Decimal]:
        costs = {name: getattr(self, name) for name in COSTS}
        return {"forecasts": self.forecasts, **self.model.stated(), **costs, **self.incumbent.accuracy.stated()}

    def with_inputs(self, changed: Mapping[str, Decimal]) -> Regression:
        """The same with other inputs. Raises WrongInput for a name that `inputs` does not have, or a value that cannot be."""
        known = self.inputs()
        for name in changed:
            if name not in known:
                raise WrongInput("unknown_input", name, known=", ".join(known))
        own: dict[str, Any] = {name: changed[name] for name in ERRORS if name in changed}
        theirs: dict[str, Any] = {name: changed[f"incumbent_{name}"] for name in ERRORS if f"incumbent_{name}" in changed}
        others: dict[str, Any] = {name: changed[name] for name in ("forecasts", *COSTS) if name in changed}
        incumbent = replace(self.incumbent, accuracy=replace(self.incumbent.accuracy, **theirs))
        return replace(self, model=replace(self.model, **own), incumbent=incumbent, **others)

    def worth_along(self, inputs: Mapping[str, Decimal]) -> Decimal:
        """The worth by the formula alone, for inputs that need not fit together: those on the way from one model to another."""
        with localcontext(EXACT):
            return self._cost_along(inputs, "incumbent_") - self._cost_along(inputs, "")

    def _cost_along(self, inputs: Mapping[str, Decimal], prefix: str) -> Decimal:
        absolute, root, bias = (inputs.get(prefix + name, ZERO) for name in ERRORS)
        with localcontext(EXACT):
            linear = inputs["cost_too_high"] * (absolute + bias) / 2 + inputs["cost_too_low"] * (absolute - bias) / 2
            return (inputs["forecasts"] * (linear + inputs["cost_squared"] * root**2)).quantize(PLACES)

    @property
    def critical_ratio(self) -> Decimal | None:
        """c_u / (c_u + c_o): the share of actual values that the cheapest forecast should not fall short of.

        The quantile of the newsvendor. None where a squared cost moves the best forecast away from any quantile.
        """
        if self.cost_squared:
            return None
        return critical_ratio(self.cost_too_high, self.cost_too_low)

    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """What a unit of each stated metric of the model is worth, the others held; below 0 where more error costs more."""
        with localcontext(EXACT):
            root = self.model.root_mean_squared_error or ZERO
            derivatives = {
                "mean_absolute_error": -self.forecasts * (self.cost_too_high + self.cost_too_low) / 2,
                "bias": -self.forecasts * (self.cost_too_high - self.cost_too_low) / 2,
                "root_mean_squared_error": -self.forecasts * 2 * self.cost_squared * root,
            }
            now, inputs = self.worth(), self.inputs()
            found = []
            for name in self.model.stated():
                more = self.worth_along({**inputs, name: inputs[name] + Decimal("0.01")}) - now
                found.append(Sensitivity(name, "", derivatives[name].quantize(PLACES), more))
            return tuple(found)

    def _sum(self, accuracy: Accuracy) -> Decimal:
        with localcontext(EXACT):
            return sum((term.amount for term in self.terms(accuracy)), ZERO).quantize(PLACES)


def critical_ratio(cost_too_high: Decimal, cost_too_low: Decimal) -> Decimal | None:
    """c_u / (c_u + c_o), the quantile at which linear costs of error are least; None where neither costs anything."""
    with localcontext(EXACT):
        both = cost_too_high + cost_too_low
        return cost_too_low / both if both else None


def linear_cost(error: Decimal, cost_too_high: Decimal, cost_too_low: Decimal) -> Decimal:
    """What one error (forecast − actual) costs: pinball loss, scaled by the two costs."""
    with localcontext(EXACT):
        return error * cost_too_high if error >= 0 else -error * cost_too_low


def best_shift(errors: Sequence[Decimal], cost_too_high: Decimal, cost_too_low: Decimal) -> Decimal:
    """What to add to every forecast so that errors like these (forecast − actual) cost least.

    The empirical quantile of actual − forecast at the critical ratio: the smallest of them that is not below that share of all.
    Raises WrongInput where there are no errors or where they cost nothing.
    """
    ratio = critical_ratio(cost_too_high, cost_too_low)
    if ratio is None:
        raise WrongInput("no_costs", "cost_too_high")
    if not errors:
        raise WrongInput("no_errors", "errors")
    with localcontext(EXACT):
        short = sorted(-error for error in errors)
        return short[max(ceil(ratio * len(short)), 1) - 1]
