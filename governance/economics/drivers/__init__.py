"""Benefits that follow from how good a model is, so that a new version can be revalued. Pure, in Decimal.

`Classification` and `Regression` are drivers of a line (see `governance.economics.plan.Driver`): what the model is worth each
time the line falls, against what is done today.
"""

from collections.abc import Mapping
from decimal import Decimal

from governance.economics.drivers.classification import BOUNDS as _CLASSIFICATION_BOUNDS
from governance.economics.drivers.classification import (
    Classification,
    Counts,
    Incumbent,
    OperatingPoint,
    Priced,
    Quality,
    Threshold,
)
from governance.economics.drivers.difference import Changed, Difference, compared
from governance.economics.drivers.mapping import as_mapping, driver_of
from governance.economics.drivers.metrics import metrics_by_name, suggested, with_metrics
from governance.economics.drivers.regression import BOUNDS as _REGRESSION_BOUNDS
from governance.economics.drivers.regression import (
    Accuracy,
    Alternative,
    Regression,
    best_shift,
    critical_ratio,
    linear_cost,
)
from governance.economics.drivers.values import MESSAGES, Bound, Sensitivity, Term, WrongInput

__all__ = [
    "MESSAGES",
    "Accuracy",
    "Alternative",
    "Bound",
    "Changed",
    "Classification",
    "Counts",
    "Difference",
    "Incumbent",
    "OperatingPoint",
    "Priced",
    "Quality",
    "Regression",
    "Sensitivity",
    "Term",
    "Threshold",
    "WrongInput",
    "as_mapping",
    "best_shift",
    "bounds_of",
    "compared",
    "critical_ratio",
    "driver_of",
    "inputs",
    "linear_cost",
    "metrics_by_name",
    "suggested",
    "with_inputs",
    "with_metrics",
]


def inputs(driver: Classification | Regression) -> dict[str, Decimal]:
    """What the driver follows from, by name; those of the incumbent begin with `incumbent_`."""
    return driver.inputs()


def with_inputs(driver: Classification | Regression, changed: Mapping[str, Decimal]) -> Classification | Regression:
    """The driver with other inputs. Raises WrongInput for a name it does not have, or a value that cannot be."""
    return driver.with_inputs(changed)


def bounds_of(kind: str) -> Mapping[str, Bound]:
    """Every input that a driver of this kind may have, and where it may lie. Raises WrongInput for an unknown kind."""
    found = {"classification": _CLASSIFICATION_BOUNDS, "regression": _REGRESSION_BOUNDS}.get(kind)
    if found is None:
        raise WrongInput("unknown_kind", "driver", value=kind, known="classification, regression")
    return found
