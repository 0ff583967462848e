"""From a cell to a value of the form that its column wants, or why it is none. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isclose
from typing import Any

from governance.economics.plan.reading import number_problem
from governance.economics.sheets.cells import Cell
from governance.economics.sheets.fields import SWITCH, Field

LONGEST_CELL = 32_767  # characters that a cell of a workbook holds
_SAME = 1e-14  # of a number: what is lost where a program keeps 15 digits
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WITH_COMMA = re.compile(r"[+-]?\d+(?:,\d+)?", re.ASCII)


class Odd(ValueError):
    """A cell that does not hold what is wanted."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Ways:
    """How cells are written in this file. `words`: what the file calls the choices; `comma`: decimals have one, as the file says."""

    words: Mapping[str, str]
    comma: bool = False


def value_of(field: Field, cell: Cell, ways: Ways, exact: str = "") -> Any:
    """The value: Decimal, int, bool, date, text or mapping. `exact`: the number as it was before a spreadsheet cut its digits.

    Raises Odd.
    """
    if cell.formula and not cell.text:
        raise Odd("no_saved_value")
    if cell.kind == "error":
        raise Odd("error_value", found=cell.text)
    if len(cell.text) > LONGEST_CELL:
        raise Odd("too_long_cell", most=LONGEST_CELL)
    match field.form:
        case "number" | "rate":
            return _number(cell, ways, exact)
        case "whole":
            number = _number(cell, ways, "")
            if number != number.to_integral_value():
                raise Odd("not_whole")
            return int(number)
        case "day":
            return _day(cell)
        case "switch":
            return _switch(cell, ways)
        case "json":
            return _json(cell)
        case "choice":
            return ways.words.get(cell.text.strip().casefold(), cell.text.strip())
        case _:
            return _text(cell)


def _number(cell: Cell, ways: Ways, exact: str) -> Decimal:
    text = cell.text.strip()
    if cell.kind == "day":
        raise Odd("day_for_number", found=text)
    if cell.kind == "number":
        return number_of(text, exact)
    if cell.kind == "typed" and ways.comma:
        if "." in text and not number_problem(text):
            raise Odd("point", found=text)
        if _WITH_COMMA.fullmatch(text):
            text = text.replace(",", ".")
    code = number_problem(text)
    if not code and cell.kind == "text":
        code = "text_for_number"
    if code:
        raise Odd(code, found=text[:40])
    return Decimal(text)


def number_of(text: str, exact: str = "") -> Decimal:
    """A number as a spreadsheet saved it: a binary float, of which 15 digits are those that somebody wrote.

    Where `exact` is the same to as many digits, it is what was written. Raises Odd.
    """
    try:
        value = float(text if text.isascii() and "_" not in text else "none")  # Python reads more than ECMA-376 writes
    except ValueError:
        raise Odd("not_a_number", found=text[:40]) from None
    if exact and not number_problem(exact) and isclose(float(exact), value, rel_tol=_SAME):
        return Decimal(exact)
    shown = f"{value:.15g}"
    if number_problem(shown):  # infinite, or with an exponent of three digits
        raise Odd("not_a_number", found=text[:40])
    return Decimal(shown)


def _day(cell: Cell) -> date:
    text = cell.text.strip()
    if cell.kind == "number":
        raise Odd("number_for_day", found=text[:40])
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as the 31st of February
    raise Odd("not_a_day")


def _switch(cell: Cell, ways: Ways) -> bool:
    text = cell.text.strip().casefold()
    if cell.kind == "switch" or text in ("true", "false"):
        return text == "true"
    word = ways.words.get(text, text)
    if word not in SWITCH:
        raise Odd("choice", choices=", ".join(SWITCH))
    return SWITCH[word]


def _json(cell: Cell) -> Any:
    try:
        return json.loads(cell.text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        raise Odd("not_json") from None


def _text(cell: Cell) -> str:
    if cell.kind == "number":  # such as a title that is a year
        try:
            value = number_of(cell.text)
        except Odd:
            return cell.text
        return format(value, "f") if abs(value.adjusted()) < 30 else cell.text
    return cell.text.replace("\r\n", "\n").replace("\r", "\n").strip()
