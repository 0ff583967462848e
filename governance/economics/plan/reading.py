"""Plain values into the values of a plan, all that is wrong at once. Pure.

What cannot be read is told with its path, and something harmless takes its place, so that the rest can still be checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from governance.economics import drivers
from governance.economics.plan.limits import LONGEST_HORIZON
from governance.economics.plan.model import (
    Bias,
    Correlation,
    Discount,
    Driver,
    Exchange,
    Inflation,
    Line,
    Mitigation,
    Plan,
    Range,
    Scenario,
)
from governance.economics.plan.problems import Problem

ZERO = Decimal(0)
LONGEST_NUMBER = 60  # signs of a number as a text, before it is looked at: 1e999999 would fill the memory when it is written out
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_COMMAS = re.compile(r"[+-]?\d[\d.,'\u00a0\u202f\u2009 ]*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_T = TypeVar("_T")
_Read = Callable[[Any, str], Any]


def number_problem(text: str) -> str:
    """Why a text is no number, as a code; empty where it is one."""
    if len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text):
        return ""
    if text.endswith(("%", "％")):
        return "percent"
    if _NUMBER.fullmatch(text):
        return "too_many_digits"
    return "comma" if _COMMAS.fullmatch(text) else "not_a_number"


class Reader:
    """Reads one plan and gathers in `problems` what was wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def tell(self, path: str, code: str, **params: object) -> None:
        self.problems.append(Problem(path, code, params))

    # Records ------------------------------------------------------------------------------------------------------------

    def plan(self, value: Any) -> Plan:
        found = self._record(
            value,
            "",
            {
                "currency": self.text,
                "period": self.text,
                "horizon": self.whole,
                "prices": self.text,
                "discount": self._discount,
                "lines": self._list(self._line),
                "inflation": self._perhaps(self._inflation),
                "mid_period": self.switch,
                "finance_rate": self._perhaps(self.number),
                "reinvestment_rate": self._perhaps(self.number),
                "tolerance": self.number,
                "exchange": self._list(self._exchange),
                "biases": self._list(self._bias),
                "scenarios": self._list(self._scenario),
                "correlations": self._list(self._correlation),
            },
            {
                "currency": "",
                "period": "year",
                "horizon": max(LONGEST_HORIZON.values()),
                "prices": "real",
                "discount": Discount(((0, ZERO),)),
            },
        )
        return Plan(**found)

    def _line(self, value: Any, path: str) -> Line:
        found = self._record(
            _with_one(value),
            path,
            {
                "key": self.text,
                "title": self.text,
                "kind": self.text,
                "quantity": self.number,
                "unit": self.text,
                "unit_price": self.number,
                "from_period": self.whole,
                "to_period": self.whole,
                "every": self.text,
                "category": self.text,
                "currency": self.text,
                "prices": self.text,
                "risk": self.number,
                "risk_reason": self.text,
                "growth": self.number,
                "bias": self.text,
                "quantity_range": self._perhaps(self._range),
                "unit_price_range": self._perhaps(self._range),
                "evidence": self.text,
                "owner": self.text,
                "driver": self._perhaps(self._driver),
            },
            {
                "key": "",
                "title": "",
                "kind": "cost",
                "quantity": ZERO,
                "unit": "",
                "unit_price": ZERO,
                "from_period": 0,
                "to_period": None,
            },
            optional=("unit", "to_period"),
        )
        if found["to_period"] is None:
            found["to_period"] = found["from_period"]  # a line without an end falls once
        return Line(**found)

    def _discount(self, value: Any, path: str) -> Discount:
        reads = {"steps": self._list(self._step), "prices": self.text, "source": self.text, "dated": self.day}
        return Discount(**self._record(value, path, reads, {"steps": ((0, ZERO),)}))

    def _step(self, value: Any, path: str) -> tuple[int, Decimal]:
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
            self.tell(path, "not_a_list")
            return 0, ZERO
        return self._or(self.whole, value[0], f"{path}.0", 0), self._or(self.number, value[1], f"{path}.1", ZERO)

    def _inflation(self, value: Any, path: str) -> Inflation:
        return Inflation(
            **self._record(value, path, {"rate": self.number, "source": self.text, "dated": self.day}, {"rate": ZERO})
        )

    def _exchange(self, value: Any, path: str) -> Exchange:
        reads = {"currency": self.text, "rate": self.number, "source": self.text, "dated": self.day}
        return Exchange(**self._record(value, path, reads, {"currency": "", "rate": Decimal(1)}))

    def _bias(self, value: Any, path: str) -> Bias:
        reads = {
            "key": self.text,
            "title": self.text,
            "upper": self.number,
            "lower": self.number,
            "mitigations": self._list(self._mitigation),
            "source": self.text,
            "dated": self.day,
        }
        return Bias(**self._record(value, path, reads, {"key": "", "title": "", "upper": ZERO, "lower": ZERO}))

    def _mitigation(self, value: Any, path: str) -> Mitigation:
        reads = {"title": self.text, "share": self.number, "evidence": self.text}
        return Mitigation(**self._record(value, path, reads, {"title": "", "share": ZERO, "evidence": ""}))

    def _scenario(self, value: Any, path: str) -> Scenario:
        reads = {"key": self.text, "title": self.text, "overrides": self._overrides}
        return Scenario(**self._record(value, path, reads, {"key": "", "title": ""}))

    def _overrides(self, value: Any, path: str) -> dict[str, Decimal]:
        if not isinstance(value, Mapping):
            self.tell(path, "not_a_mapping")
            return {}
        found = {str(name): self.number(item, f"{path}.{name}") for name, item in value.items()}
        return {name: item for name, item in found.items() if item is not None}

    def _correlation(self, value: Any, path: str) -> Correlation:
        reads = {"one": self.text, "other": self.text, "value": self.number}
        return Correlation(**self._record(value, path, reads, {"one": "", "other": "", "value": ZERO}))

    def _range(self, value: Any, path: str) -> Range | None:
        before = len(self.problems)
        found = self._record(value, path, {"low": self.number, "high": self.number}, {"low": ZERO, "high": ZERO})
        return Range(**found) if len(self.problems) == before else None

    def _driver(self, value: Any, path: str) -> Driver | None:
        if not isinstance(value, Mapping):
            self.tell(path, "not_a_mapping")
            return None
        try:
            return drivers.driver_of(value)
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            self.tell(f"{path}{_within(error)}", "driver", detail=error)
            return None

    # Their parts --------------------------------------------------------------------------------------------------------

    def _record(
        self, value: Any, path: str, reads: Mapping[str, _Read], instead: Mapping[str, Any], optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The fields that are given and can be read. `instead` names those that have to be, with what stands there if they are not."""
        if not isinstance(value, Mapping):
            self.tell(path, "not_a_mapping")
            return dict(instead)
        under = f"{path}." if path else ""
        for name in sorted(map(str, set(value) - set(reads))):
            self.tell(f"{under}{name[:60]}", "unknown")
        found = dict(instead)
        for name, read in reads.items():
            if name in value:
                told = read(value[name], f"{under}{name}")
                if told is not None:
                    found[name] = told
            elif name in instead and name not in optional:
                self.tell(f"{under}{name}", "missing")
        return found

    def _or(self, read: Callable[[Any, str], _T | None], value: Any, path: str, instead: _T) -> _T:
        told = read(value, path)
        return instead if told is None else told

    def _perhaps(self, read: _Read) -> _Read:
        return lambda value, path: None if value is None else read(value, path)

    def _list(self, read: _Read) -> _Read:
        def items(value: Any, path: str) -> tuple[Any, ...]:
            if isinstance(value, str) or not isinstance(value, Sequence):
                self.tell(path, "not_a_list")
                return ()
            return tuple(read(item, f"{path}.{at}") for at, item in enumerate(value))

        return items

    def text(self, value: Any, path: str) -> str | None:
        if not isinstance(value, str):
            self.tell(path, "not_a_text")
            return None
        return value.replace("\r\n", "\n").strip()

    def number(self, value: Any, path: str) -> Decimal | None:
        """A Decimal, a whole number or a text. No float: which number was meant by one cannot be known."""
        if isinstance(value, Decimal) and value.is_finite():
            return value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST_NUMBER:
            return Decimal(value)
        text = value.strip() if isinstance(value, str) else ""
        code = number_problem(text) if isinstance(value, str) else "too_many_digits" if type(value) is int else "not_a_number"
        if code:
            self.tell(path, code, found=str(value)[:40])
            return None
        return Decimal(text)

    def whole(self, value: Any, path: str) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
            return value
        self.tell(path, "whole_too_large" if type(value) is int else "not_whole")
        return None

    def switch(self, value: Any, path: str) -> bool | None:
        if isinstance(value, bool):
            return value
        self.tell(path, "not_a_switch")
        return None

    def day(self, value: Any, path: str) -> date | None:
        if type(value) is date:
            return value
        try:
            if isinstance(value, str) and _DAY.fullmatch(value.strip()):
                return date.fromisoformat(value.strip())
        except ValueError:
            pass  # such as the 31st of February
        self.tell(path, "not_a_day")
        return None


def _with_one(line: Any) -> Any:
    """Where a model says what a line is worth, quantity and price are 1, and need not be written."""
    if not isinstance(line, Mapping) or line.get("driver") is None:
        return line
    return {**line, **{name: 1 for name in ("quantity", "unit_price") if line.get(name) is None}}


def _within(error: Exception) -> str:
    """Where in the mapping of a driver something is wrong, as the rest of its path: `.recall`, `.incumbent.recall`."""
    where = error.where if isinstance(error, drivers.WrongInput) else ""
    if where in ("", "driver"):
        return ""
    return f".{where.replace('incumbent_', 'incumbent.', 1)}"
