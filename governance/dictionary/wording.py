"""Meanings, their differences and what is wrong with them, in words for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.dictionary.elements import MESSAGES, Problem
from governance.dictionary.models import ElementVersion

ORDER = (
    "name", "definition", "logical_type", "format", "semantic_type", "unit", "timezone", "granularity", "null_policy", "null_meanings",
    "domain", "is_key", "unique", "references", "sensitivity", "examples", "formula", "effective_from", "effective_until", "replaces",
    "tags", "texts",
)  # fmt: skip


def problem_told(problem: Problem) -> str:
    """What is wrong with what was said of an element, in the language of the page."""
    return _(MESSAGES[problem.code]) % problem.params


def field_label(name: str) -> str:
    """A field of an element, by the name people know."""
    labels = {
        "name": _("Name"),
        "definition": _("Definition"),
        "logical_type": _("Logical type"),
        "format": _("Format"),
        "semantic_type": _("Semantic type"),
        "unit": _("Unit"),
        "timezone": _("Time zone"),
        "granularity": _("Granularity"),
        "null_policy": _("May a value be missing"),
        "null_meanings": _("What a missing value means"),
        "values": _("Permissible values"),
        "pattern": _("Pattern"),
        "minimum": _("Least value"),
        "maximum": _("Greatest value"),
        "exclusive_minimum": _("Least value left out"),
        "exclusive_maximum": _("Greatest value left out"),
        "min_length": _("Least length"),
        "max_length": _("Greatest length"),
        "precision": _("Digits in all"),
        "scale": _("Digits after the point"),
        "multiple_of": _("Multiple of"),
        "is_key": _("Part of the key"),
        "unique": _("Each value once"),
        "references": _("Refers to"),
        "sensitivity": _("Sensitivity"),
        "examples": _("Examples"),
        "formula": _("Formula"),
        "effective_from": _("In force from"),
        "effective_until": _("In force until"),
        "replaces": _("Takes the place of"),
        "tags": _("Tags"),
        "texts": _("Other languages"),
        "extra": _("Kept from other tools"),
    }
    return labels.get(name, name)


def changes_told(before: ElementVersion | None, after: ElementVersion) -> list[dict[str, str]]:
    """The fields that differ, as `components/diff.html` takes them; a missing `before` is all empty."""
    return said_changes(before.said if before else {}, after.said)


def said_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """The same of plain values as in `elements.as_mapping`."""
    then, now = _flat(before), _flat(after)
    found = []
    for name in sorted(then.keys() | now.keys(), key=lambda item: ([*_FLAT_ORDER, item].index(item), item)):
        was, becomes = _text(name, then.get(name)), _text(name, now.get(name))
        if was != becomes:
            change = "added" if not was else "removed" if not becomes else "changed"
            found.append({"path": field_label(name), "before": was, "after": becomes, "change": change})
    return found


def deviation_told(said: str) -> str:
    """How a team's column differs, of the one text that digests take."""
    if not said.startswith("{"):
        return said
    parts = json.loads(said)
    declared, told = parts["declared"], [parts["words"]] if parts["words"] else []
    if "factor" in declared or "offset" in declared:
        factor, offset = declared.get("factor", "1"), declared.get("offset", "0")
        told.append(_("Its values are %(factor)s × the element + %(offset)s.") % {"factor": factor, "offset": offset})
    for name, text in (("recode", _("Its codes: %(codes)s.")), ("null_tokens", _("A missing value is written %(codes)s."))):
        if codes := declared.get(name):
            told.append(text % {"codes": "; ".join(f"{theirs or _('empty')} = {ours}" for theirs, ours in codes.items())})
    if form := declared.get("date_format"):
        told.append(_("Dates are written %(form)s.") % {"form": form})
    if zone := declared.get("time_zone"):
        told.append(_("Times are those of %(zone)s.") % {"zone": zone})
    return " ".join(told)


_DOMAIN = (
    "values", "pattern", "minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "min_length", "max_length", "precision",
    "scale", "multiple_of",
)  # fmt: skip
_FLAT_ORDER = tuple(inner for name in ORDER for inner in (_DOMAIN if name == "domain" else (name,)))


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in said.items() if name != "domain"}, **said.get("domain", {})}


def _text(name: str, value: Any) -> str:
    if value in (None, "", [], {}, False):
        return ""
    if value is True:
        return _("yes")
    if name in ("logical_type", "semantic_type", "sensitivity"):
        field = ElementVersion._meta.get_field(name)
        return str(dict(field.choices or ()).get(value, value))  # type: ignore[union-attr, arg-type] # a plain field
    if name == "null_policy":
        return {"never": _("never"), "allowed": _("allowed")}.get(value, value)
    if name == "null_meanings":
        return "\n".join(f"{token or _('empty')}: {meaning or '–'}" for token, meaning in value.items())
    if name == "values":
        return "\n".join(_value(item) for item in value)
    if name == "references":
        return f"{value['element']} ({value.get('cardinality', 'many_to_one').replace('_', ' ')})"
    if name == "formula":
        return "\n".join(part for part in (value["expression"], ", ".join(value.get("sources", []))) if part)
    if name == "texts":
        return "\n".join(": ".join(filter(None, (item["locale"], item.get("name"), item.get("definition")))) for item in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _value(item: Mapping[str, Any]) -> str:
    labels = ", ".join(f"{locale}: {label}" for locale, label in item.get("labels", {}).items())
    dates = " – ".join(filter(None, (item.get("valid_from"), item.get("valid_until"))))
    more = "; ".join(filter(None, (labels, dates)))
    text = f"{item['code']} = {item['meaning']}" if item.get("meaning") else str(item["code"])
    return f"{text} ({more})" if more else text
