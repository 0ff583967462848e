"""Whether one way of writing values down holds all that another one does: logical types and the formats that narrow them. Pure."""

from __future__ import annotations

from governance.dictionary.compatibility.folding import format_form
from governance.dictionary.elements import Element

_BITS = (8, 16, 32, 64, 128)
# By format: the least and the greatest whole number that is written exactly. Floats by the digits of IEEE 754.
_WHOLE: dict[str, tuple[int, int]] = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in _BITS},
    **{f"u{bits}": (0, 2**bits - 1) for bits in _BITS},
    **{f"f{bits}": (-(2**digits), 2**digits) for bits, digits in ((16, 11), (32, 24), (64, 53))},
}
_SAME = {
    **{f"int{bits}": f"i{bits}" for bits in _BITS},
    **{f"uint{bits}": f"u{bits}" for bits in _BITS},
    **{f"float{bits}": f"f{bits}" for bits in (16, 32, 64)},
    "smallint": "i16", "int": "i32", "bigint": "i64", "long": "i64", "double": "f64",
}  # fmt: skip


def type_kind(before: str, after: str) -> str:
    """Every whole number is a number; of other types none holds the values of another without writing them otherwise."""
    if (before, after) == ("integer", "number"):
        return "type_widened"
    return "type_narrowed" if (before, after) == ("number", "integer") else "type_changed"


def format_kind(before: str, after: str) -> str | None:
    """None where both say the same. A format where there was none permits less, and no format more."""
    one, other = _format(before), _format(after)
    if one == other:
        return None
    if not one or not other:
        return "type_widened" if one else "type_narrowed"
    if one in _WHOLE and other in _WHOLE:
        if _holds(other, one):
            return "type_widened"
        if _holds(one, other):
            return "type_narrowed"
    return "type_changed"


def _format(text: str) -> str:
    form = format_form(text)
    return _SAME.get(form, form)


def _holds(big: str, small: str) -> bool:
    """Whether each value of `small` is one of `big`. A whole format never holds a float, and floats hold each smaller float."""
    if small[0] == "f" and big[0] != "f":
        return False
    (low, high), (least, most) = _WHOLE[big], _WHOLE[small]
    return low <= least and most <= high


def type_changes(before: Element, after: Element) -> list[tuple[str, str, str, str]]:
    """(kind, path, before, after) of the logical type and the format."""
    found = []
    one, other = before.logical_type.strip().casefold(), after.logical_type.strip().casefold()
    if one != other:
        found.append((type_kind(one, other), "logical_type", before.logical_type, after.logical_type))
    if before.format != after.format and (kind := format_kind(before.format, after.format)):
        found.append((kind, "format", before.format, after.format))
    return found
