"""Which metrics of a model version feed which inputs of a driver. Stated by people, never guessed: a name only suggests. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Protocol, TypeVar

from governance.economics.drivers.classification import Classification
from governance.economics.drivers.regression import Regression
from governance.economics.drivers.values import EXACT, WrongInput

OneDriver = TypeVar("OneDriver", Classification, Regression)
CONFUSION = "confusion."
CELLS = ("tp", "fp", "fn", "tn")

# How the metrics of an input are called by scikit-learn, MLflow, Keras and people, without what says on which data.
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "recall": ("recall", "tpr", "true_positive_rate", "sensitivity", "hit_rate"),
        "precision": ("precision", "ppv", "positive_predictive_value"),
        "false_positive_rate": ("false_positive_rate", "fpr", "fall_out", "fallout", "false_alarm_rate"),
        "prevalence": ("prevalence", "base_rate", "positive_rate"),
        "mean_absolute_error": ("mean_absolute_error", "mae"),
        "root_mean_squared_error": ("root_mean_squared_error", "rmse"),
        "bias": ("bias", "mean_error", "me", "mean_bias_error", "mbe"),
    }
)
# What says on which data, and how far it is to be believed: the lower the better.
DATA: Mapping[str, int] = MappingProxyType(
    {"test": 0, "holdout": 0, "eval": 1, "evaluation": 1, "validation": 2, "valid": 2, "val": 2, "": 1, "training": 3, "train": 3}
)


class MetricLike(Protocol):
    """A metric as a model version keeps it: one figure on one data set, or on none that was named."""

    @property
    def name(self) -> str: ...
    @property
    def dataset(self) -> str: ...
    @property
    def value(self) -> Decimal: ...


def metrics_by_name(rows: Iterable[MetricLike]) -> dict[str, Decimal]:
    """The metrics of a version by `name@dataset`, and by name where it was measured once, or once without naming a data set.

    Of a confusion matrix (`confusion.tp` and so on) the shares that follow come with it: `confusion.recall`, `confusion.precision`,
    `confusion.false_positive_rate` and `confusion.prevalence`, where they are defined.
    """
    by_dataset: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        by_dataset[row.dataset][row.name] = row.value
    for figures in by_dataset.values():
        figures.update(_shares(figures))
    found = {f"{name}@{dataset}": value for dataset, figures in by_dataset.items() for name, value in figures.items() if dataset}
    for name in {name for figures in by_dataset.values() for name in figures}:
        measured = [dataset for dataset, figures in by_dataset.items() if name in figures]
        if "" in measured or len(measured) == 1:
            found[name] = by_dataset["" if "" in measured else measured[0]][name]
    return found


def _shares(figures: Mapping[str, Decimal]) -> dict[str, Decimal]:
    if not all(CONFUSION + cell in figures for cell in CELLS):
        return {}
    tp, fp, fn, tn = (figures[CONFUSION + cell] for cell in CELLS)
    with localcontext(EXACT):
        parts = {
            "recall": (tp, tp + fn),
            "precision": (tp, tp + fp),
            "false_positive_rate": (fp, fp + tn),
            "prevalence": (tp + fn, tp + fp + fn + tn),
        }
        return {CONFUSION + name: part / whole for name, (part, whole) in parts.items() if whole}


def with_metrics(driver: OneDriver, metrics: Mapping[str, Decimal]) -> OneDriver:
    """The driver with the metrics of a model version in the inputs that take them.

    Raises WrongInput where no input takes one, where a metric is missing (all that are, by name), where its name stands for several
    data sets, and where a value cannot be, such as a recall of 70.
    """
    if not driver.takes:
        raise WrongInput("takes_nothing", "takes")
    missing = {name: metric for name, metric in driver.takes.items() if metric not in metrics}
    for name, metric in missing.items():
        measured = sorted(known for known in metrics if known.startswith(f"{metric}@"))
        if measured:
            raise WrongInput("metric_ambiguous", name, metrics=metric, available=", ".join(measured))
    if missing:
        available = ", ".join(sorted(metrics)[:20]) or "none"
        raise WrongInput("metric_missing", ", ".join(missing), metrics=", ".join(missing.values()), available=available)
    return driver.with_inputs({name: metrics[metric] for name, metric in driver.takes.items()})


def suggested(driver: Classification | Regression, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each input that a metric could feed, the metrics among these names that look like it, the likeliest first.

    For a form to offer; nothing is fed by it. `test_recall`, `val_recall_score` and `Recall` all look like recall; figures on
    training data come last, for they flatter.
    """
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in names:
        bare, rank = _bare(name)
        for key in driver.inputs():
            if bare in NAMES.get(key, ()):
                found[key].append((rank, name))
    return {key: tuple(name for _rank, name in sorted(found[key])) for key in driver.inputs() if key in found}


def _bare(name: str) -> tuple[str, int]:
    """A metric's name without what says on which data, and how far that is to be believed."""
    words = [word for word in re.split(r"[^a-z0-9]+", name.partition("@")[0].lower()) if word not in ("", "score", "confusion")]
    data = [word for word in words if word in DATA]
    rank = DATA[data[0]] if data else DATA[""]
    return "_".join(word for word in words if word not in DATA), rank
