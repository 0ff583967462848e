"""What can be noticed while a dictionary is read from a file, in whichever format: codes, and the English for each. Pure."""

from __future__ import annotations

from governance.dictionary.elements import MESSAGES as OF_ELEMENTS


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


OF_FILES = {
    "too_large": _("longer than %(limit)s bytes"),
    "not_the_format": _("this is not %(format)s: %(detail)s"),
    "not_utf8": _("not UTF-8 text: %(detail)s"),
    "yaml": _("not readable as YAML: %(detail)s"),
    "json": _("not readable as JSON: %(detail)s"),
    "too_deep": _("nested too deeply"),
    "duplicate_key": _("%(value)s is given twice"),
    "version_unknown": _("version %(value)s of %(format)s is not known here; it is read as %(read_as)s"),
    "schema": _("does not keep to %(format)s: %(detail)s"),
    "nothing_in_it": _("there is no column in it"),
    "no_name": _("has no name, and is left out"),
    "column_twice": _("the column %(value)s stands there already; this one is left out"),
    "table_twice": _("the table %(value)s stands there already; this one is left out"),
    "element_differs": _("says something else of %(value)s than an earlier place does; the earlier one counts"),
    "type_unknown": _("the type %(value)s is not known; it is taken for %(taken)s"),
    "key_made": _("%(value)s was made of the column's name"),
    "kept_only": _("%(value)s has no place in a dictionary; it is kept and written back"),
    "left_literal": _("%(value)s is filled in by another tool; it is kept as it stands"),
    "too_many": _("more than %(limit)s; the rest is left out"),
    "anchors_expanded": _("its anchors are written out: each value stands where it is used"),
    "checked_in_part": _("more than %(limit)s properties; only the first of them were checked against %(format)s"),
    "text_cut": _("longer than %(limit)s characters; what is too long is kept aside and written back"),
}
OF_SPREADSHEETS = {
    "no_column_heading": _("no heading names the columns; these were found: %(found)s"),
    "heading_twice": _("the heading %(value)s is there twice; this one is kept as %(kept)s"),
    "heading_again": _("the headings again; skipped"),
    "total_row": _("a row of totals (%(value)s); skipped"),
    "word_unknown": _("%(value)s is not understood here; it is kept and written back"),
    "choices_unknown": _("no values could be told apart in %(value)s; it is kept and written back"),
    "reference_unknown": _("%(value)s is no column of this file; it is kept and written back"),
    "value_without_column": _("the value %(value)s belongs to no column, and is left out"),
    "values_twice": _("values of %(value)s are given in two places; those of the cell count"),
    "no_such_heading": _("the file has no heading %(value)s"),
    "no_such_field": _("%(value)s is nothing that a column can say"),
    "field_taken": _("%(value)s is given by another heading already; this one is kept and written back"),
    "sheet_kept": _("the sheet %(value)s lists no columns; its cells are kept"),
    "sheet_left_out": _("the sheet %(value)s lists no columns, and is too large to be kept"),
    "sheet_not_read": _("the sheet %(value)s is none of ours, and is not read"),
    "guessed_encoding": _("taken for %(encoding)s, as the file does not say"),
    "lost_characters": _("%(count)s characters could not be read"),
    "formulas": _("formulas are not computed; the values saved with them are read, and cells without one are empty"),
    "more_notes": _("more than %(limit)s remarks; the rest is not listed"),
    "intake_empty": _("the file is empty"),
    "intake_encoding": _("not %(encoding)s text, at line %(line)s"),
    "intake_wrong_encoding": _("not %(encoding)s text: %(count)s characters cannot be read"),
    "intake_unclosed_quote": _("the quotation mark at line %(line)s is never closed"),
    "intake_csv": _("line %(line)s cannot be read: %(detail)s"),
    "intake_too_many_rows": _("more than %(most)s rows"),
    "intake_too_many_columns": _("more than %(most)s columns"),
    "intake_xlsx": _("not readable as a workbook: %(detail)s"),
    "intake_encrypted": _("the workbook is locked with a password"),
    "intake_not_a_workbook": _("an archive, but no workbook"),
    "intake_unpacks_too_large": _("unpacks to more than %(most)s MB"),
    "intake_entities": _("the workbook holds entities, which are not read"),
    "intake_kind": _("this is no spreadsheet: %(kind)s"),
}
MESSAGES = OF_ELEMENTS | OF_FILES | OF_SPREADSHEETS
