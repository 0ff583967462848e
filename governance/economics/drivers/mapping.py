"""A driver as a mapping of texts and back, for a file, an API or a digest. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from foundation.canonical import decimal_text
from governance.economics.drivers import classification, regression
from governance.economics.drivers.classification import Classification, Incumbent, Quality
from governance.economics.drivers.regression import Accuracy, Alternative, Regression
from governance.economics.drivers.values import MOST_PLACES, WrongInput, shortened

KINDS = ("classification", "regression")
_NUMBER = re.compile(rf"[+-]?[0-9]{{1,40}}(\.[0-9]{{1,{MOST_PLACES}}})?")
_FIELDS = {
    "classification": ("cases", "prevalence", *classification.RATES, *classification.MONEY),
    "regression": ("forecasts", *regression.ERRORS, *regression.COSTS, "unit"),
}
_INCUMBENT = {"classification": classification.RATES, "regression": regression.ERRORS}


def as_mapping(driver: Classification | Regression) -> dict[str, Any]:
    """The driver as JSON keeps it: decimals as texts, and nothing for what is not stated."""
    kind = "classification" if isinstance(driver, Classification) else "regression"
    stated = {name: decimal_text(value) for name, value in driver.inputs().items()}
    own = {name: value for name, value in stated.items() if not name.startswith("incumbent_")}
    theirs = {name.removeprefix("incumbent_"): value for name, value in stated.items() if name.startswith("incumbent_")}
    incumbent = {"kind": driver.incumbent.kind, "name": driver.incumbent.name, **theirs}
    unit = {"unit": driver.unit} if isinstance(driver, Regression) else {}
    return {"kind": kind, **own, **unit, "incumbent": incumbent, "takes": dict(sorted(driver.takes.items()))}


def driver_of(mapping: Mapping[str, Any]) -> Classification | Regression:
    """The driver of a mapping such as `as_mapping` gives; numbers may be texts, whole numbers or decimals, and never floats.

    Raises WrongInput, with the path of what is wrong: `recall`, `incumbent.name`, `takes.recall`.
    """
    if not isinstance(mapping, Mapping):
        raise WrongInput("not_a_mapping", "driver")
    kind = mapping.get("kind")
    if kind not in KINDS:
        raise WrongInput("unknown_kind", "driver", value=shortened(kind), known=", ".join(KINDS))
    _only(mapping, ("kind", *_FIELDS[kind], "incumbent", "takes"), "")
    takes = _texts(mapping.get("takes"))
    theirs = mapping.get("incumbent")
    if not isinstance(theirs, Mapping):
        raise WrongInput("missing" if theirs is None else "not_a_mapping", "incumbent")
    _only(theirs, ("kind", "name", *_INCUMBENT[kind]), "incumbent.")
    if kind == "classification":
        return _classification(mapping, theirs, takes)
    return _regression(mapping, theirs, takes)


def _classification(mapping: Mapping[str, Any], theirs: Mapping[str, Any], takes: Mapping[str, str]) -> Classification:
    rates = _given(mapping, classification.RATES)
    if "recall" not in rates:
        raise WrongInput("missing", "recall")
    incumbent = Incumbent(
        _text(theirs, "kind", "incumbent.kind"),
        _text(theirs, "name", "incumbent.name"),
        **_given(theirs, classification.RATES, "incumbent_"),
    )
    money = _given(mapping, classification.MONEY)
    return Classification(
        _needed(mapping, "cases"), _needed(mapping, "prevalence"), Quality(**rates), incumbent, takes=takes, **money
    )


def _regression(mapping: Mapping[str, Any], theirs: Mapping[str, Any], takes: Mapping[str, str]) -> Regression:
    incumbent = Alternative(
        _text(theirs, "kind", "incumbent.kind"),
        Accuracy(**_given(theirs, regression.ERRORS, "incumbent_"), prefix="incumbent_"),
        _text(theirs, "name", "incumbent.name"),
    )
    accuracy = Accuracy(**_given(mapping, regression.ERRORS))
    costs = _given(mapping, regression.COSTS)
    unit = _text(mapping, "unit", "unit")
    return Regression(_needed(mapping, "forecasts"), accuracy, incumbent, unit=unit, takes=takes, **costs)


def _only(mapping: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    for name in mapping:
        if name not in known:
            raise WrongInput("unknown_field", f"{path}{shortened(name)}", known=", ".join(known))


def _given(mapping: Mapping[str, Any], names: tuple[str, ...], prefix: str = "") -> dict[str, Any]:
    """The numbers among these names that are stated; None stands for what is not."""
    return {name: _number(mapping[name], f"{prefix}{name}") for name in names if mapping.get(name) is not None}


def _needed(mapping: Mapping[str, Any], name: str) -> Decimal:
    if mapping.get(name) is None:
        raise WrongInput("missing", name)
    return _number(mapping[name], name)


def _number(value: Any, where: str) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise WrongInput("not_a_number", where, value=shortened(value))


def _text(mapping: Mapping[str, Any], name: str, where: str) -> str:
    value = mapping.get(name) or ""
    if not isinstance(value, str):
        raise WrongInput("not_a_text", where)
    return value


def _texts(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise WrongInput("not_a_mapping", "takes")
    for name, metric in value.items():
        if not isinstance(name, str) or not isinstance(metric, str) or not metric.strip():
            raise WrongInput("not_a_text", f"takes.{shortened(name)}")
    return dict(value)
