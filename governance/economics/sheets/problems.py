"""What can be wrong with a spreadsheet of a case: where it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from governance.economics.plan.problems import MESSAGES as OF_PLANS
from governance.economics.plan.problems import told

MOST_PROBLEMS = 100

OF_SHEETS = {
    # The whole file.
    "too_large": _("The file has more than %(most)s MB. Take out what does not belong to the case."),
    "kind": _("This is no spreadsheet that can be read here (%(kind)s). Save it as XLSX or CSV."),
    "xls_or_locked": _("This is an old workbook (XLS), or one that is locked with a password. Save it as XLSX without a password."),
    "file_empty": _("The file is empty."),
    "not_a_workbook": _("This is an archive, but no workbook. Save it as XLSX."),
    "encrypted": _("The workbook is locked with a password. Save it without one."),
    "unpacks_too_large": _("The workbook unpacks to more than %(most)s MB. Take out what does not belong to the case."),
    "xlsx": _("The workbook is damaged (%(detail)s). Open it in a spreadsheet program and save it anew."),
    "entities": _("The workbook holds entities, which are not read. Save it anew with a spreadsheet program."),
    "encoding": _("Line %(line)s is not %(encoding)s text. Save the file as UTF-8."),
    "wrong_encoding": _("%(count)s characters cannot be read. Save the file as UTF-8."),
    "lost_characters": _("%(count)s characters cannot be read. Save the file as UTF-8."),
    "guessed_encoding": _("Taken for %(encoding)s, as the file does not say."),
    "unclosed_quote": _("The quotation mark at line %(line)s is never closed."),
    "csv": _("Line %(line)s cannot be read: %(detail)s."),
    "too_many_rows": _("There are more than %(most)s rows. Take out what does not belong to the case."),
    "too_many_columns": _("There are more than %(most)s columns. Take out what does not belong to the case."),
    "too_many_cells": _("There are more than %(most)s cells. Take out what does not belong to the case."),
    "no_tables": _("This is no sheet of a case: nothing in column A says what the rows are. Export a case and fill that in."),
    "no_table": _("The table “%(value)s” is missing. Export the case again and fill that in."),
    "more": _("More than %(most)s problems. Mend these first."),
    # A table or a row of it.
    "table_unknown": _("There is no table “%(value)s”. Check the name in column A."),
    "table_twice": _("The table “%(value)s” is there already. Put its rows together."),
    "row_unknown": _("There is no input “%(value)s” in this table. Check the name in column A."),
    "row_twice": _("The input “%(value)s” is there already. Take one of the two out."),
    "no_field": _("The column “%(value)s” is missing. Export the case again and fill that in."),
    "field_unknown": _("Nothing is known of a column “%(value)s”. Check its name, or take it out."),
    "field_twice": _("The column “%(value)s” is there already. Take one of the two out."),
    "outside": _("This stands in no column of the table. Move it, or take it out."),
    "title_differs": _("The scenario “%(value)s” has another title above. Write one title."),
    # A cell.
    "merged": _("The cells %(cells)s are merged, so it is not known to which row they belong. Unmerge them."),
    "no_saved_value": _("A formula without a saved value stands here. Write the value, or open and save the file in a spreadsheet program."),
    "error_value": _("The formula here gives %(found)s. Write the value."),
    "text_for_number": _("The number %(found)s is kept as a text, with which no formula reckons. Type it anew, or change the format of the cell."),
    "day_for_number": _("A date stands here and a number is wanted. Check whether the program took a number for a date (%(found)s)."),
    "number_for_day": _("The number %(found)s stands here and a day is wanted. Write it as 2026-07-31, or give the cell a date format."),
    "point": _("The file says that decimals have a comma, and “%(found)s” has a point. Write all numbers in one way."),
    "formula_taken": _("A formula stands here; the value saved with it, %(value)s, was taken."),
    "not_json": _("What stands here is for programs and was changed. Copy it from an export."),
    "too_long_cell": _("This has more than %(most)s characters."),
}  # fmt: skip
MESSAGES = {**OF_PLANS, **OF_SHEETS}


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing that is wrong: the sheet ("" in CSV), the cell such as C7 ("" for the whole sheet or file), the path in the plan where there
    is one, and what to do."""

    code: str
    sheet: str = ""
    cell: str = ""
    path: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return "!".join(part for part in (self.sheet, self.cell) if part)

    @property
    def message(self) -> str:
        return str(MESSAGES[self.code]) % {name: told(value) for name, value in self.params.items()}


class Unreadable(ValueError):
    """The file cannot be read as a whole."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.problem = SheetProblem(code, params=params)
