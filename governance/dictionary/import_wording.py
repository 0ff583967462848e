"""Imports in words: what is wrong at a place of a file, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.dictionary.formats.messages import MESSAGES
from governance.dictionary.models import DictionaryImportLine
from governance.dictionary.wording import field_label

OWN = {
    "legend_unknown": gettext_lazy("No element has the legend key %(value)s."),
    "element_retired": gettext_lazy("%(value)s was retired."),
    "said_twice": gettext_lazy("The file speaks of %(value)s in two places, and says different things."),
    "name_unusable": gettext_lazy(
        "The name of the table or of the column has more than %(limit)s characters, or some that cannot be kept."
    ),
    "no_table": gettext_lazy("The column stands in no table, so nobody knows which data set it is of."),
    "bound_otherwise": gettext_lazy("%(team)s has bound this column to %(value)s."),
    "alias_team_unknown": gettext_lazy(
        "“%(value)s” is what the team %(team)s calls it, and there is no such team. The name is left out."
    ),
    "alias_taken": gettext_lazy("“%(value)s” means %(element)s already. The name is left out."),
}
ADVICE = {
    "legend_unknown": gettext_lazy("Compare it with the page of the element: one character may be wrong."),
    "element_retired": gettext_lazy("Use the element that took its place, or another key."),
    "said_twice": gettext_lazy("Say the same in both places, or take one of them out."),
    "name_unusable": gettext_lazy("Shorten the name."),
    "no_table": gettext_lazy("Add the name of the data set."),
    "bound_otherwise": gettext_lazy("End that binding first, or take the column out of the file."),
    "too_large": gettext_lazy("Split the file."),
    "too_many": gettext_lazy("Split the file."),
    "not_the_format": gettext_lazy("Choose the format that the file is in."),
    "not_utf8": gettext_lazy("Save the file as UTF-8."),
    "yaml": gettext_lazy("Mend the line, and try the file again."),
    "json": gettext_lazy("Mend the line, and try the file again."),
    "column_twice": gettext_lazy("Take one of the two out, or give it another name."),
    "table_twice": gettext_lazy("Take one of the two out, or give it another name."),
    "element_differs": gettext_lazy("Make both say the same, or give the second another key."),
    "type_unknown": gettext_lazy("Check the type, and write one of those known here if it is wrong."),
    "no_column_heading": gettext_lazy("Say which heading names the columns."),
    "unknown_unit": gettext_lazy("Write the unit as UCUM has it, such as kg or d, or leave it."),
    "unknown_unit_like": gettext_lazy("Write the unit as UCUM has it, or leave it."),
}
MEND = gettext_lazy("Put it right in the file and try it again, or leave this line out.")


def told(code: str, params: Mapping[str, str], place: str = "") -> str:
    """What is wrong, in one sentence with its place in front."""
    message = str(OWN[code]) if code in OWN else _(MESSAGES[code]) if code in MESSAGES else code
    words = message % _Given(params)
    return f"{place}: {words}" if place else words


class _Given(dict[str, Any]):
    """Parameters of a message; one that is missing is told as nothing rather than breaking the page."""

    def __missing__(self, key: str) -> str:
        return ""


def advice(code: str, outcome: str) -> str:
    """What to do about it; nothing for what does no harm."""
    if code in ADVICE:
        return str(ADVICE[code])
    return str(MEND) if outcome == DictionaryImportLine.Outcome.ERROR else ""


def found_by(how: str) -> str:
    """How the element was found that a column of the file holds."""
    return {
        "legend": _("found by its legend key"),
        "reference": _("named as dictionary/key"),
        "key": _("found by its key"),
        "alias": _("found by what it is called"),
    }.get(how, "")


def line_told(line: DictionaryImportLine) -> list[str]:
    """Everything that there is to say about a line, in short sentences."""
    said: dict[str, Any] = line.said
    found = []
    if code := said.get("code"):
        field = said.get("params", {}).get("path", "")
        words = told(code, said.get("params", {}))
        found.append(f"{field}: {words}" if field else words)
        if what_to_do := advice(code, line.outcome):
            found.append(what_to_do)
    if how := found_by(said.get("found_by", "")):
        found.append(_("This element is there: %(how)s.") % {"how": how})
    if names := said.get("fields"):
        found.append(_("The file says something else about: %(fields)s.") % {"fields": ", ".join(map(field_label, names))})
    if said.get("binds"):
        found.append(_("The column is bound to it."))
    return found
