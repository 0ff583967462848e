"""Texts in files that OmegaConf fills in (`${globals:folder}`), as Kedro's configuration. Pure.

A text of a dictionary is never filled in: `${` is written as `\\${`, and backslashes before it are doubled, as the grammar of OmegaConf
asks (https://omegaconf.readthedocs.io/en/latest/grammar.html). What a file fills in itself is left as it stands.
"""

from __future__ import annotations

import re
from typing import Any

_OPENING = re.compile(r"(\\*)\$\{")


def escaped(value: Any) -> Any:
    """A plain value in which nothing is filled in, at any depth. Keys are never filled in."""
    if isinstance(value, str):
        return _OPENING.sub(lambda found: found[1] * 2 + r"\${", value)
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return {key: escaped(item) for key, item in value.items()} if isinstance(value, dict) else value


def unescaped(value: Any) -> Any:
    """What `escaped` was made of; an odd number of backslashes is what makes brackets plain."""
    if isinstance(value, str):
        return _OPENING.sub(lambda found: "\\" * (len(found[1]) // 2) + "${" if len(found[1]) % 2 else found[0], value)
    if isinstance(value, list):
        return [unescaped(item) for item in value]
    return {key: unescaped(item) for key, item in value.items()} if isinstance(value, dict) else value


def is_filled_in(text: str) -> bool:
    return any(len(found[1]) % 2 == 0 for found in _OPENING.finditer(text))
