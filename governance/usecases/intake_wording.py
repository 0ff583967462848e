"""Lists of use cases in words: what is wrong with a file, a mapping or a row, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.people.roles import role_label
from governance.usecases.intake.delimited import DELIMITERS
from governance.usecases.intake.encodings import OFFERED
from governance.usecases.intake.fields import BY_NAME
from governance.usecases.intake.mapping import Mistake
from governance.usecases.intake.table import Unreadable
from governance.usecases.models import Definition, UseCase
from governance.usecases.wording import field_label

_FILES = {
    "empty": gettext_lazy("The file is empty."),
    "no_rows": gettext_lazy("Line %(line)s names the columns, and nothing follows it."),
    "too_large": gettext_lazy("The file has more than %(most)s MiB. Split it, or leave out columns that nobody needs."),
    "too_large_yaml": gettext_lazy("A list in YAML has at most %(most)s MiB. Send a longer one as CSV."),
    "too_many_rows": gettext_lazy("The file has more than %(most)s rows. Split it."),
    "too_many_columns": gettext_lazy(
        "A line has %(count)s columns; at most %(most)s are read. Perhaps the separator is another one."
    ),
    "no_such_line": gettext_lazy("Line %(line)s is empty or not there."),
    "no_such_sheet": gettext_lazy("The workbook has no sheet called “%(sheet)s”."),
    "unknown_encoding": gettext_lazy("Files in “%(encoding)s” are not read. Choose one of the list."),
    "encoding": gettext_lazy(
        "The file says it is %(encoding)s, and is not: see line %(line)s. Save it anew, or choose how it is read."
    ),
    "wrong_encoding": gettext_lazy("Read as %(encoding)s, %(count)s characters make no sense. Choose another."),
    "unclosed_quote": gettext_lazy(
        "The quotation mark that opens in or after line %(line)s is never closed. Close it, or double those inside a cell."
    ),
    "csv": gettext_lazy("Line %(line)s cannot be read: %(detail)s."),
    "yaml": gettext_lazy("Line %(line)s cannot be read as YAML: %(detail)s."),
    "not_a_list": gettext_lazy("The file holds no list of use cases. Begin each with “- title: …”."),
    "entities": gettext_lazy("The workbook holds definitions of its own inside its XML. Such files are not opened."),
    "xlsx": gettext_lazy("The workbook is damaged, or is none. Save it once more as XLSX, or as CSV."),
    "not_a_workbook": gettext_lazy("This is an archive, but no workbook. Save the list as XLSX or CSV."),
    "encrypted": gettext_lazy("The workbook is locked with a password. Save it without one."),
    "unpacks_too_large": gettext_lazy("The workbook unpacks to more than %(most)s MiB. Save the list as CSV."),
}
_KINDS = {
    "pdf": gettext_lazy("This is a PDF. Export the list as CSV or XLSX."),
    "xls": gettext_lazy("This is a workbook in the old form (XLS). Save it as XLSX or CSV."),
    "picture": gettext_lazy("This is a picture. Export the list as CSV or XLSX."),
    "packed": gettext_lazy("This is a packed file. Unpack it first."),
    "database": gettext_lazy("This is a database. Export the list as CSV or XLSX."),
}
_LONGEST = 300  # characters of what a note speaks of
_NOTES = {
    "guessed_encoding": gettext_lazy(
        "The file does not say how it is encoded; it was read as %(encoding)s. If letters look wrong, choose another."
    ),
    "lost_characters": gettext_lazy("%(count)s characters could not be read, and stand as �."),
    "unnamed_column": gettext_lazy("Column %(number)s has no name; it is called #%(number)s here."),
    "same_name": gettext_lazy("Several columns are called “%(name)s”; they are numbered here."),
    "empty_columns": gettext_lazy("%(count)s columns have neither a name nor content, and are left out."),
    "formulas": gettext_lazy("The sheet has formulas. Nothing is computed here: the values that were saved with it are read."),
    "unsaved": gettext_lazy(
        "Formulas without a saved value are read as empty: %(cells)s. Open and save the file in a spreadsheet program."
    ),
    "merged": gettext_lazy("Merged cells: %(cells)s. Only the first of them is read, and the others are empty."),
    "unknown_choice": gettext_lazy(
        "“%(value)s” in the column “%(column)s” (%(count)s rows) is none of the choices, so those are left empty. "
        "Say what it means where columns are chosen."
    ),
}
_PROBLEMS = {
    "no_title": gettext_lazy("There is no title. Give it one."),
    "title_cut": gettext_lazy("The title is longer than %(most)s characters and is cut. The file keeps all of it."),
    "too_long": gettext_lazy("This cell has %(count)s characters; at most %(most)s can be kept. Shorten it."),
    "too_long_together": gettext_lazy(
        "The columns that become one text have more than %(most)s characters together. Leave one out."
    ),
    "too_many_cells": gettext_lazy(
        "The row has %(count)s cells more than there are columns. Probably a quotation mark is missing, or a "
        "separator stands inside a text."
    ),
    "control_characters": gettext_lazy("Characters that nobody sees were left out."),
    "item_cut": gettext_lazy("An item is longer than %(most)s characters and is cut."),
    "slug": gettext_lazy("“%(value)s” is no short name: Latin letters, digits and hyphens, at most 60."),
    "slug_taken": gettext_lazy("The short name “%(value)s” is taken by a use case that you do not see."),
    "slug_stays": gettext_lazy("The short name stays “%(value)s”: it cannot be changed later."),
    "unknown_choice": gettext_lazy("“%(value)s” is none of the choices, so it is left empty."),
    "kpi_without_name": gettext_lazy("KPI %(number)s has figures and no name, so it is left out."),
    "kpi_without_target": gettext_lazy("The KPI “%(name)s” says nothing of how much is wanted, so it is left out."),
    "kpi_twice": gettext_lazy("The KPI “%(name)s” is named twice."),
    "not_a_number": gettext_lazy("“%(value)s” is no number that can be kept."),
    "no_definition": gettext_lazy("Nothing says what problem it solves, so the use case has no definition yet."),
    "required": gettext_lazy("“%(field)s” is empty, and nothing was chosen to stand there."),
    "not_apart": gettext_lazy(
        "This row and row %(row)s cannot be told apart: both are “%(key)s”. Add a column to what tells rows apart, "
        "or mend the file."
    ),
    "repeated": gettext_lazy("It says the same as row %(row)s."),
    "same_use_case": gettext_lazy("Another row is about the same use case, “%(value)s”."),
    "unknown_person": gettext_lazy("Nobody who can sign in is called “%(value)s”, so nobody holds the role %(role)s."),
    "several_people": gettext_lazy("Several people are called “%(value)s”. Give the user name; nobody holds the role %(role)s."),
    "was_signed": gettext_lazy(
        "Version %(number)s of the definition is signed and stays. The new version wants a signature of its own."
    ),
    "written_meanwhile": gettext_lazy(
        "Somebody wrote version %(number)s of the definition in the portal since the last import. What the row says "
        "takes its place in a new version."
    ),
    "changes": gettext_lazy("Changes: %(fields)s."),
    "near": gettext_lazy("It is like “%(title)s”, which is there already. Both have: %(words)s."),
    "near_row": gettext_lazy("It is like row %(row)s. Both have: %(words)s."),
    "came_between": gettext_lazy("Something came between: %(why)s"),
}
_MISTAKES = {
    "shape": gettext_lazy("A mapping has “columns”, “choices” and “fill”, each a map."),
    "no_such_column": gettext_lazy("The file has no column “%(where)s”."),
    "no_such_field": gettext_lazy("“%(where)s” cannot become that."),
    "no_such_choice": gettext_lazy("A word for “%(where)s” stands for none of its choices."),
    "twice": gettext_lazy("Only one column can become “%(where)s”."),
    "required": gettext_lazy("Say which column holds the title."),
    "fill": gettext_lazy("A text can stand for an empty “%(where)s”, of at most 500 characters."),
}


def unreadable(error: Unreadable) -> str:
    """Why a file cannot be read, and what to do."""
    if error.code == "kind":
        return str(_KINDS[error.params["kind"]])
    return str(_FILES[error.code]) % _shown(error.params)


def note(code: str, params: Mapping[str, str]) -> str:
    """Something that was noticed about a file as a whole."""
    return str(_NOTES[code]) % {
        name: value if len(value) <= _LONGEST else f"{value[:_LONGEST]} …" for name, value in params.items()
    }


def problem(said: Mapping[str, Any]) -> str:
    """One problem of a row as it was kept, without its column."""
    return str(_PROBLEMS[said["code"]]) % _shown(said["params"])


def mistake(item: Mistake) -> str:
    """What is wrong with a mapping."""
    return str(_MISTAKES[item.code]) % {"where": target_label(item.where) if item.where in BY_NAME else item.where}


def _shown(params: Mapping[str, str]) -> dict[str, str]:
    """Parameters as people read them."""
    shown = dict(params)
    if "role" in shown:
        shown["role"] = role_label(shown["role"])
    if "field" in shown:
        shown["field"] = target_label(shown["field"])
    if "fields" in shown:
        shown["fields"] = _(", ").join(target_label(name) for name in shown["fields"].split(","))
    if shown.get("encoding") in OFFERED:
        shown["encoding"] = OFFERED[shown["encoding"]]
    return shown


def target_label(name: str) -> str:
    """What a column becomes, by the name people know."""
    own = {
        "title": _("Title"),
        "key": _("What tells rows apart"),
        "slug": _("Short name"),
        "kind": _("Kind"),
        "kpis": _("KPIs"),
        "project_lead": _("Project lead"),
        "business_owner": _("Business owner"),
        "assumptions": _("Assumptions"),
        "data_sources": _("Data that is expected"),
        "consumers": _("Who may use the output"),
        "framework": _("Company framework"),
        "containers": _("Containers"),
        "language": _("Programming language"),
        "regulation": _("Laws and rules that apply"),
        "latency": _("How fast an answer is needed"),
        "throughput": _("How many answers at once"),
        "volume": _("How much data"),
        "availability": _("How often it may be down"),
    }
    if name.startswith("kpi."):
        _kpi, number, part = name.split(".")
        return _("KPI %(number)s: %(part)s") % {"number": number, "part": field_label(part) if part != "name" else _("Name")}
    return own.get(name) or field_label(name)


def choice_labels(name: str) -> dict[str, str]:
    """The choices of a field, by what is kept."""
    choices = UseCase.Kind.choices if name == "kind" else Definition.RiskTier.choices
    return {str(value): str(label) for value, label in choices}


def delimiter_label(delimiter: str) -> str:
    labels = {"comma": _("Comma"), "semicolon": _("Semicolon"), "tab": _("Tab"), "bar": _("Vertical bar")}
    return labels[DELIMITERS[delimiter]]
