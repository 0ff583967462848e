"""Why something is proposed, or looks alike: codes with parameters, to be told in any language, and the English for each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    # A column and an element
    "key": _("the column's name is the key"),
    "table_and_column": _("table and column together are the key"),
    "name": _("the column's name is the element's name %(name)s"),
    "alias_of_team": _("%(team)s calls it %(term)s"),
    "alias_of_everybody": _("%(term)s is another name for it"),
    "alias_of_another_team": _("%(team)s, another team, calls it %(term)s"),
    "shared_words": _("both have %(words)s"),
    "near_words": _("%(words)s is near to what the element is called"),
    "definition_words": _("the definition speaks of %(words)s"),
    "table_decides": _("the table speaks of %(words)s"),
    "other_table": _("the element is one of %(words)s, the column stands elsewhere"),
    "name_shared": _("%(count)s elements bear this name"),
    "generic_name": _("%(name)s alone says nothing: many tables have it"),
    "same_type": _("both are %(type)s"),
    "type_differs": _("the column is %(column)s, the element %(element)s"),
    "same_unit": _("both are in %(unit)s"),
    "unit_differs": _("the name says %(column)s, the element is in %(element)s"),
    "scale_differs": _("the name says multiples of %(scale)s, the element is in single %(element)s"),
    "timezone_differs": _("the name says %(column)s, the element's time zone is %(element)s"),
    "retired": _("the element is retired"),
    # An element and another
    "same_formula": _("computed by the same formula from the same sources"),
    "same_formula_only": _("computed by the same formula from other sources"),
    "same_sources": _("computed from the same sources by another formula"),
    "sources_overlap": _("both are computed from %(sources)s"),
    "similar_name": _("the names share %(words)s"),
    "same_name": _("both are called %(name)s"),
    "similar_definition": _("the definitions share %(words)s"),
    "same_values": _("%(count)s permissible values are the same"),
    "values_differ": _("no permissible value is the same"),
    "same_domain": _("the same values are permitted"),
    "same_reference": _("both refer to %(element)s"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as a code of MESSAGES with parameters. Those that speak against it are told as well."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params


def reason(code: str, **params: Any) -> Reason:
    return Reason(code, {name: str(value)[:300] for name, value in params.items()})


def listed(found: Any) -> str:
    """Words for a reason, at most eight."""
    return ", ".join(list(found)[:8])
