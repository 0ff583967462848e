"""Limits as a value, read from plain values and written back.

moves: [model, data]                  components that may differ from the baseline; all others have to equal it
metrics:                              by name, or by name@dataset for one data set
  recall: {min: "0.68", may_fall: "0.02"}
same_columns: true                    every data set has the columns that it has in the baseline
params_may_change: [seed, tree.*]     hyperparameters that may differ; a name may end in *
data:
  names: [customers-*]                data sets that may come beside those of the baseline
  min_rows: 10000
  max_rows: 2000000
  rows_may_change_by: "0.25"          as a part of the baseline's rows, in each role
  max_age_days: 30                    how long ago the version may have been registered
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from approvals.envelopes.problems import LimitsError, Problem
from foundation.canonical import decimal_text

COMPONENTS = ("use_case", "code", "model", "data", "dictionary", "dependencies", "runtime", "economics")
KEYS = ("moves", "metrics", "same_columns", "params_may_change", "data")
METRIC_KEYS = ("min", "max", "may_fall", "may_rise")
DATA_KEYS = ("names", "min_rows", "max_rows", "rows_may_change_by", "max_age_days")
MOST = 200
LONGEST_NAME = 200
LONGEST_NUMBER = 60  # digits before the point, or places behind it
MOST_ROWS = 10**15
MOST_DAYS = 3660
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class MetricLimit:
    """Bounds of one figure: absolute ones, and how far it may fall or rise from the baseline's on the same data set."""

    min: Decimal | None = None
    max: Decimal | None = None
    may_fall: Decimal | None = None
    may_rise: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What may move and how far. What is None or empty sets no limit of its own; see the module for each."""

    moves: frozenset[str] = frozenset()
    metrics: Mapping[str, MetricLimit] = field(default_factory=dict)
    same_columns: bool = False
    params_may_change: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    min_rows: int | None = None
    max_rows: int | None = None
    rows_may_change_by: Decimal | None = None
    max_age_days: int | None = None


def parse_limits(body: Any, *, components: Collection[str] = COMPONENTS) -> Limits:
    """Read limits from a mapping of plain values. Raises LimitsError with every problem found.

    Numbers are texts, integers or decimals: a binary fraction is refused, because 0.1 would not be 0.1.
    """
    reader = _Reader()
    limits = reader.limits(body, components)
    if reader.problems:
        raise LimitsError(reader.problems)
    return limits


def as_mapping(limits: Limits) -> dict[str, Any]:
    """The canonical body, which `parse_limits` reads back to the same value. Numbers are texts, names are in order."""
    data = {
        "names": sorted(limits.names),
        "min_rows": limits.min_rows,
        "max_rows": limits.max_rows,
        "rows_may_change_by": _text(limits.rows_may_change_by),
        "max_age_days": limits.max_age_days,
    }
    metrics = {
        name: {key: _text(getattr(limit, key)) for key in METRIC_KEYS if getattr(limit, key) is not None}
        for name, limit in sorted(limits.metrics.items())
    }
    body: dict[str, Any] = {
        "moves": [name for name in COMPONENTS if name in limits.moves] + sorted(limits.moves - set(COMPONENTS)),
        "metrics": metrics,
        "same_columns": limits.same_columns,
        "params_may_change": sorted(limits.params_may_change),
        "data": {name: value for name, value in data.items() if value not in (None, [])},
    }
    return {name: value for name, value in body.items() if value not in ({}, [], False)}


def touching(component: str, limits: Limits) -> dict[str, Any]:
    """Of the canonical body what bears on one component: what somebody who judges it has to look at."""
    body = as_mapping(limits)
    wanted = {"model": ("metrics", "params_may_change"), "data": ("data", "same_columns"), "dictionary": ("same_columns",)}
    return {name: body[name] for name in wanted.get(component, ()) if name in body}


def fits(name: str, patterns: Collection[str]) -> bool:
    """Whether a name is one of those; `tree.*` stands for every name that begins with `tree.`."""
    return any(name == item or (item.endswith("*") and name.startswith(item[:-1])) for item in patterns)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


class _Reader:
    """Turns plain values into limits and notes whatever is wrong on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, path: str, code: str, **params: Any) -> None:
        shown = {name: _showable(value) for name, value in params.items()}
        self.problems.append(Problem(_showable(path), code, shown))

    def limits(self, body: Any, components: Collection[str]) -> Limits:
        body = self.mapping(body, "", KEYS)
        data = self.mapping(body.get("data"), "data", DATA_KEYS)
        moves = self.names(body, "", "moves")
        for at, name in enumerate(moves):
            if name not in components:
                self.note(f"moves[{at}]", "unknown_component", value=name, known=_nearest(name, components))
        least, most = self.whole(data, "min_rows", MOST_ROWS), self.whole(data, "max_rows", MOST_ROWS)
        if least is not None and most is not None and least > most:
            self.note("data.min_rows", "order", least=least, most=most)
        return Limits(
            moves=frozenset(moves),
            metrics=self.metrics(body),
            same_columns=self.truth(body, "same_columns"),
            params_may_change=self.names(body, "", "params_may_change"),
            names=self.names(data, "data", "names"),
            min_rows=least,
            max_rows=most,
            rows_may_change_by=self.distance(data, "data", "rows_may_change_by"),
            max_age_days=self.whole(data, "max_age_days", MOST_DAYS),
        )

    def metrics(self, body: Mapping[str, Any]) -> dict[str, MetricLimit]:
        found = {}
        for name, given in self.mapping(body.get("metrics"), "metrics", None).items():
            path = f"metrics.{name}"
            if not _is_name(name):
                self.note(path, "bad_name", value=name, limit=LONGEST_NAME)
            inner = self.mapping(given, path, METRIC_KEYS)
            limit = MetricLimit(
                self.number(inner, path, "min"),
                self.number(inner, path, "max"),
                self.distance(inner, path, "may_fall"),
                self.distance(inner, path, "may_rise"),
            )
            if limit == MetricLimit() and not any(problem.path.startswith(path) for problem in self.problems):
                self.note(path, "empty")
            if limit.min is not None and limit.max is not None and limit.min > limit.max:
                self.note(f"{path}.min", "order", least=limit.min, most=limit.max)
            found[name] = limit
        return found

    def mapping(self, body: Any, path: str, known: Collection[str] | None) -> Mapping[str, Any]:
        """The mapping, or an empty one where there is none; notes unknown keys."""
        if body is None and path:
            return {}
        if not isinstance(body, Mapping) or not all(isinstance(key, str) for key in body):
            self.note(path, "wrong_type", expected="a mapping whose keys are words")
            return {}
        if len(body) > MOST:
            self.note(path, "too_many", limit=MOST)
            return {}
        if known is not None:
            for key in (key for key in body if key not in known):
                self.note(f"{path}.{key}" if path else key, "unknown_key", value=key, known=_nearest(key, known))
        return body

    def names(self, body: Mapping[str, Any], path: str, key: str) -> tuple[str, ...]:
        value = body.get(key)
        path = f"{path}.{key}" if path else key
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.note(path, "wrong_type", expected="a list of names")
            return ()
        if len(value) > MOST:
            self.note(path, "too_many", limit=MOST)
            return ()
        found: list[str] = []
        for at, name in enumerate(value):
            if not isinstance(name, str) or not _is_name(name):
                self.note(f"{path}[{at}]", "bad_name", value=name, limit=LONGEST_NAME)
            elif name in found:
                self.note(f"{path}[{at}]", "duplicate", value=name)
            else:
                found.append(str(name))
        return tuple(sorted(found))

    def truth(self, body: Mapping[str, Any], key: str) -> bool:
        value = body.get(key)
        if value is not None and not isinstance(value, bool):
            self.note(key, "wrong_type", expected="true or false")
        return value is True

    def whole(self, body: Mapping[str, Any], key: str, most: int) -> int | None:
        value = body.get(key)
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.note(f"data.{key}", "wrong_type", expected=f"a whole number from 0 to {most}")
            return None
        return value

    def number(self, body: Mapping[str, Any], path: str, key: str) -> Decimal | None:
        value = body.get(key)
        if value is None:
            return None
        number = _number(value)
        if number is None:
            self.note(f"{path}.{key}", "number", value=value)
        return number

    def distance(self, body: Mapping[str, Any], path: str, key: str) -> Decimal | None:
        """A number that says how far, so never below zero."""
        number = self.number(body, path, key)
        if number is not None and number < 0:
            self.note(f"{path}.{key}", "negative", value=number)
            return None
        return number


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal) or len(str(value)) > 2 * LONGEST_NUMBER:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        return None
    return Decimal(decimal_text(number))  # one form of one number: two ways to write it are one limit


def _is_name(value: str) -> bool:
    return 0 < len(value) <= LONGEST_NAME and value == value.strip() and not CONTROL.search(value)


def _nearest(value: Any, known: Collection[str]) -> str:
    close = difflib.get_close_matches(str(value), known, n=3)
    return ", ".join(close or list(known)[:12])


def _showable(value: Any) -> str:
    """Short, and without the halves of characters that no encoder takes."""
    text = str(value)
    text = text if len(text) <= 300 else text[:299] + "…"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
