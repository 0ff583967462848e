"""What an element says, told to people: its facts, its codes, and how the columns of teams stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from governance.dictionary.models import Binding, ElementVersion
from governance.dictionary.selectors.elements import Held
from governance.dictionary.wording import field_label, said_changes

MOST_VALUES = 200
APART = ("name", "definition", "texts", "null_meanings", "values", "references", "formula", "examples", "sensitivity", "extra")


def facts_told(
    version: ElementVersion, *, apart: Sequence[str] = ("name", "definition", "texts", "extra")
) -> list[dict[str, str]]:
    """What a version says, field by field, as `components/definition_list.html` takes it; without what stands apart."""
    left_out = {field_label(name) for name in apart}
    said = said_changes({}, version.said)
    return [{"label": item["path"], "value": item["after"]} for item in said if item["path"] not in left_out]


def missing_told(version: ElementVersion) -> list[tuple[str, str]]:
    """How a missing value is written, and what it means then."""
    return [(token or _("empty"), meaning) for token, meaning in version.said.get("null_meanings", {}).items()]


@dataclass(frozen=True, slots=True)
class Value:
    """A permissible value for the reader: in their language where somebody wrote that down."""

    code: str
    meaning: str
    label: str
    valid: str


def values_told(version: ElementVersion) -> tuple[list[Value], str]:
    """The permissible values, and a word on how many more there are."""
    there = version.said.get("domain", {}).get("values", [])
    told = [_value(item) for item in there[:MOST_VALUES]]
    more = len(there) - len(told)
    return told, ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more} if more else ""


def _value(item: Mapping[str, Any]) -> Value:
    language = (get_language() or "").split("-")[0]
    labels = [label for locale, label in item.get("labels", {}).items() if locale.split("-")[0] == language]
    dates = (item.get("valid_from", ""), item.get("valid_until", ""))
    return Value(item["code"], item.get("meaning", ""), labels[0] if labels else "", " – ".join(dates) if any(dates) else "")


# Side by side ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says; `other`: not what the element says. `mono` for what machines read."""

    text: str
    other: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is compared: what the element says of it, what each column says, and whether they differ."""

    label: str
    element: str
    cells: list[Cell]
    compared: bool

    @property
    def differs(self) -> bool:
        return self.compared and len({cell.text for cell in self.cells}) > 1

    @property
    def deviates(self) -> bool:
        return self.compared and any(cell.other for cell in self.cells)


def lines_beside(version: ElementVersion | None, held: Sequence[Held]) -> list[Line]:
    """The columns of teams, line by line. A line of which nobody says anything is left out."""
    said = version.said if version else {}
    lines = [
        _line(_("What the team does with it"), "", held, lambda row: row.get_side_display(), compared=False, deviation=False),
        _line(_("Physical type"), "", held, lambda row: row.physical_type, deviation=False),
        _line(_("Values"), said.get("unit", ""), held, _scale),
        _line(_("Codes"), _codes(_of_element(said)), held, lambda row: _codes(row.declared.get("recode", {}))),
        _line(
            _("A missing value is written"),
            _codes(said.get("null_meanings", {})),
            held,
            lambda row: _codes(row.declared.get("null_tokens", {})),
        ),
        _line(_("Dates are written"), "", held, lambda row: row.declared.get("date_format", "")),
        _line(_("Time zone"), said.get("timezone", ""), held, lambda row: row.declared.get("time_zone", "")),
        _line(_("In words"), "", held, lambda row: row.deviation),
    ]
    told = [line for line in lines if line.element or any(cell.text for cell in line.cells)]
    accepted = [Cell(_accepted(item)) for item in held]
    if any(cell.text for cell in accepted):
        told.append(Line(_("Accepted until"), "", accepted, compared=False))
    return told


def _line(
    label: str,
    element: str,
    held: Sequence[Held],
    says: Callable[[Binding], str],
    *,
    compared: bool = True,
    deviation: bool = True,
) -> Line:
    texts = [str(says(item.row)) for item in held]
    return Line(label, element, [Cell(text, deviation and bool(text) and text != element) for text in texts], compared)


def _scale(row: Binding) -> str:
    factor, offset = row.declared.get("factor", ""), row.declared.get("offset", "")
    if not factor and not offset:
        return ""
    if not offset:
        return _("%(factor)s × the element") % {"factor": factor}
    return _("%(factor)s × the element + %(offset)s") % {"factor": factor or "1", "offset": offset}


def _of_element(said: Mapping[str, Any]) -> dict[str, str]:
    return {item["code"]: item.get("meaning", "") for item in said.get("domain", {}).get("values", [])}


def _codes(codes: Mapping[str, str]) -> str:
    told = [f"{code or _('empty')} = {meaning}" if meaning else (code or _("empty")) for code, meaning in codes.items()]
    return "; ".join(told[:20]) + (" …" if len(told) > 20 else "")


def _accepted(item: Held) -> str:
    until = item.row.waived_until
    if until is None:
        return ""
    day = date_format(until, "DATE_FORMAT")
    return _("%(day)s, over since then") % {"day": day} if item.waiver == "expired" else day
