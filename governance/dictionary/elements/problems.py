"""What can be wrong with what is said of an element: codes with parameters, to be told in any language, and the English for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "required": _("missing: %(value)s"),
    "wrong_type": _("must be %(expected)s"),
    "unknown_key": _("unknown: %(value)s; known here: %(known)s"),
    "not_one_of": _("%(value)s is not one of %(known)s"),
    "bad_key": _(
        "%(value)s is not a key: small letters, digits and _ . - between them, at most %(limit)s, beginning with a letter, "
        "such as customer.signup_date"
    ),
    "bad_reference": _("%(value)s names no element: write its key, or dictionary/key"),
    "bad_text": _("holds characters that cannot be shown"),
    "too_long": _("longer than %(limit)s characters"),
    "too_many": _("more than %(limit)s"),
    "twice": _("%(value)s is given twice"),
    "bad_date": _("%(value)s is not a date: write for instance 2026-07-31"),
    "bad_number": _("%(value)s is not a number"),
    "bad_bound": _("%(value)s is not a %(type)s"),
    "negative": _("cannot be negative"),
    "bounds_crossed": _("the least (%(low)s) is more than the most (%(high)s)"),
    "bad_pattern": _("%(value)s is not a regular expression: %(detail)s"),
    "pattern_not_portable": _("%(value)s uses look-around or back-references, which most engines that check data do not know"),
    "ends_first": _("ends before it begins"),
    "bad_zone": _("%(value)s is no time zone: write for instance Europe/Vienna or UTC"),
    "bad_locale": _("%(value)s is no language: write for instance de or zh-Hans"),
    "refers_to_itself": _("refers to itself"),
    "unknown_unit": _("%(value)s is neither a UCUM code nor a currency of ISO 4217"),
    "unknown_unit_like": _("%(value)s is neither a UCUM code nor a currency of ISO 4217; did you mean %(like)s?"),
    "example_not_permitted": _("the example %(value)s is not among the permissible values"),
    "null_never_with_tokens": _("a value is never missing, yet the meaning of %(value)s as a missing one is stated"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where (`domain.values[1].code`), as a code with parameters.

    An error keeps the element from being used; a warning is shown and left to people.
    """

    path: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    level: Literal["error", "warning"] = "error"

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message
