"""A case as a workbook with live formulas. Pure.

The same case gives the same bytes: times in the archive and in the properties are fixed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date

from governance.economics.cashflow import evaluate
from governance.economics.plan.checked import problems_of
from governance.economics.plan.model import Plan
from governance.economics.plan.problems import NotWritten
from governance.economics.sheets.records import rows_of
from governance.economics.sheets.workbook.cash_flow import write_cash_flow
from governance.economics.sheets.workbook.frame import Book
from governance.economics.sheets.workbook.inputs import write_case, write_lines, write_rates, write_scenarios
from governance.economics.sheets.workbook.read_me import write_read_me
from governance.economics.sheets.workbook.result import write_result

_FIXED = (1980, 1, 1, 0, 0, 0)  # the first time that an archive can state
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def export_xlsx(plan: Plan, words: Callable[[str], str] | Mapping[str, str] | None = None, *, made: date | None = None) -> bytes:
    """The workbook: Case, Lines, Cash flow, Result, Rates, Scenarios, Read me.

    `words`: from the English texts to those of the language that is wanted, such as gettext; `made`: the day that Read me states.
    Raises NotWritten with all that is wrong with the plan.
    """
    problems = problems_of(plan)
    if problems:
        raise NotWritten(tuple(problems))
    rows = rows_of(plan)
    book = Book(_looked_up(words))
    write_case(book, rows["case"][0])
    write_lines(book, rows["lines"])
    places = write_cash_flow(book, len(plan.lines), plan.horizon)
    write_result(book, places, evaluate(plan), len(plan.lines), plan.horizon)
    write_rates(book, rows)
    write_scenarios(book, rows)
    write_read_me(book, made)
    book.made.calculation.fullCalcOnLoad = True
    buffer = io.BytesIO()
    book.made.save(buffer)
    return _fixed(buffer.getvalue())


def _looked_up(words: Callable[[str], str] | Mapping[str, str] | None) -> Callable[[str], str]:
    """An empty text stays empty: gettext would give its header."""
    if words is None:
        return lambda text: text
    if isinstance(words, Mapping):
        known = words
        return lambda text: known.get(text, text)
    ask = words
    return lambda text: ask(text) if text else ""


def _fixed(data: bytes) -> bytes:
    """The same archive with fixed times."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _CREATED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            member = zipfile.ZipInfo(name, _FIXED)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, content)
    return buffer.getvalue()
