"""What changed between two versions of a case, in words and in money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from governance.economics.cashflow import rounded
from governance.economics.cashflow.precision import total
from governance.economics.comparing import Comparison, Field, Part
from governance.economics.wording.cases import field_label, kind_label, money, value_told

CENTS = 2


def comparison_told(found: Comparison) -> dict[str, Any]:
    """Both net present values, the difference, and each part of it to the cent. Where the parts do not add up because each was
    rounded, a row of its own says so: what stands in the table sums to the difference above it."""
    difference = rounded(found.difference, CENTS)
    parts = [_part(part) for part in found.parts]
    left = total([difference, *(-rounded(part.worth, CENTS) for part in found.parts)])
    return {
        "before": money(found.before, CENTS),
        "after": money(found.after, CENTS),
        "difference": signed(difference),
        "tone": "ok" if difference > 0 else "bad" if difference < 0 else "",
        "parts": parts,
        "rounding": signed(left) if left else "",
    }


def signed(amount: Decimal, places: int = CENTS) -> str:
    """An amount of which the sign is what matters."""
    shown = money(amount, places)
    return f"+{shown}" if rounded(amount, places) > 0 else shown


def fields_told(changed: tuple[Field, ...]) -> list[dict[str, str]]:
    return [
        {
            "label": field_label(field.name),
            "before": value_told(field.name, field.before),
            "after": value_told(field.name, field.after),
        }
        for field in changed
    ]


def _part(part: Part) -> dict[str, Any]:
    how = {"added": _("Added"), "removed": _("Taken out"), "changed": _("Changed"), "frame": _("Changed")}[part.kind]
    icon = {"added": "plus", "removed": "minus"}.get(part.kind, "pencil")
    return {
        "kind": part.kind,
        "key": part.key,
        "how": how,
        "icon": icon,
        "title": part.title if part.line is not None else _("The whole case"),
        "side": kind_label(part.line.kind) if part.line is not None else "",
        "fields": fields_told(part.fields),
        "carried": part.kind == "changed" and not part.fields,
        "worth": signed(part.worth),
        "tone": "ok" if part.worth > 0 else "bad" if part.worth < 0 else "",
    }
