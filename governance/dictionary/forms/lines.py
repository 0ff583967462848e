"""Texts of several lines that say pairs: `-1 = unknown`, one a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _


class Lines(forms.CharField):
    """A text of several lines as its author typed it; browsers send line ends of their own."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": rows}), "required": False, **kwargs})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> list[str]:
    """The lines that say something, without the spaces around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def pairs_of(text: str, before: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """What stands before and after the first equals sign of each line, one with spaces around it before others.

    A line that stands there as `pair_lines` wrote it is the pair that it was, to the letter.
    """
    known = {line_of(left, right): (left, right) for left, right in before}
    found = []
    for line in lines_of(text):
        sign = " = " if " = " in line and not line.startswith("=") else "="
        left, _sign, right = line.partition(sign)
        found.append(known.get(" ".join(line.split()), (left.strip(), right.strip())))
    return found


def pair_lines(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs as `pairs_of` reads them; a line end in a text becomes a space."""
    return "\n".join(line_of(left, right) for left, right in pairs)


def line_of(left: str, right: str) -> str:
    return " ".join((f"{left} = {right}" if right or not left else left).split())


def each_once(text: str) -> dict[str, str]:
    """The pairs of lines that all have an equals sign, none of them twice; what stands before the sign may be empty.

    Raises ValidationError naming the line: what is typed twice would otherwise be lost in silence.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if "=" not in line:
            raise forms.ValidationError(_("Line %(line)s has no equals sign.") % {"line": number})
        [(theirs, ours)] = pairs_of(line)
        if theirs in found:
            raise forms.ValidationError(_("Line %(line)s: “%(code)s” is given twice.") % {"line": number, "code": theirs})
        found[theirs] = ours
    return found
