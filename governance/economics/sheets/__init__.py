"""A case as a spreadsheet and back: a workbook that finance people recognise, with live formulas, and one file of separated values. Pure.

`fields` says what the tables are, `workbook` writes them, `reading` reads inputs and never what was computed.
"""

from governance.economics.sheets.problems import SheetProblem
from governance.economics.sheets.reading import Read, read_csv, read_xlsx
from governance.economics.sheets.text_file import export_csv
from governance.economics.sheets.workbook import export_xlsx

__all__ = ["Read", "SheetProblem", "export_csv", "export_xlsx", "read_csv", "read_xlsx"]
