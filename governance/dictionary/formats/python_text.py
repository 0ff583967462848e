"""Text of Python modules in which no value can be anything but a value. Pure.

A text becomes a literal by `repr`, which escapes quotes, line ends and whatever cannot be seen; a name becomes an identifier only where
it is a plain one, and otherwise a number is made its name. So nothing that stands in a dictionary can run.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Container, Mapping
from typing import Any

_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,60}")
_WORD = re.compile(r"[A-Za-z0-9]+")


def literal(value: Any, indent: int = 0) -> str:
    """A plain value as Python writes it; maps and lists over several lines, `indent` spaces deep. Raises TypeError for anything else."""
    if value is None or isinstance(value, bool | str | int):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    inner = " " * (indent + 4)
    if isinstance(value, Mapping):
        rows = [f"{literal(str(key))}: {literal(item, indent + 4)}" for key, item in value.items()]
        brackets = "{}"
    elif isinstance(value, list | tuple):
        rows = [literal(item, indent + 4) for item in value]
        brackets = "[]"
    else:
        raise TypeError(f"{type(value).__name__} has no literal")
    if not rows:
        return brackets
    lines = "".join(f"{inner}{row},\n" for row in rows)
    return f"{brackets[0]}\n{lines}{' ' * indent}{brackets[1]}"


def attribute(name: str, number: int, taken: Container[str]) -> str:
    """The name itself where it can stand in a class body (small ASCII letters, no keyword, not taken), or else one made of a number."""
    if _PLAIN.fullmatch(name) and not keyword.iskeyword(name) and not keyword.issoftkeyword(name) and name not in taken:
        return name
    made = f"column_{number}"
    while made in taken:
        made += "_"
    return made


def class_name(name: str, number: int, taken: Container[str]) -> str:
    """`raw.order items` → `RawOrderItems`; what gives no name becomes `Table` with its number."""
    made = "".join(word[0].upper() + word[1:] for word in _WORD.findall(name))[:60]
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", made) or keyword.iskeyword(made) or made in taken:
        made = f"Table{number}"
    while made in taken:
        made += "_"
    return made
