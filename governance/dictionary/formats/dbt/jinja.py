"""Texts in files that dbt renders with Jinja before it reads them. Pure.

A text of a dictionary is never a template: its opening brackets are written as `{{ '{{' }}`, which renders to the brackets themselves
(https://jinja.palletsprojects.com/templates/#escaping). What a file of dbt says in Jinja is left as it stands.
"""

from __future__ import annotations

import re
from typing import Any

_OPENING = re.compile(r"\{[{%#]")
_ESCAPED = re.compile(r"\{\{ '(\{[{%#])' \}\}")


def escaped(value: Any) -> Any:
    """A plain value in which no text is a template, at any depth."""
    if isinstance(value, str):
        return _OPENING.sub(lambda found: "{{ '" + found[0] + "' }}", value)
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return {escaped(key): escaped(item) for key, item in value.items()} if isinstance(value, dict) else value


def unescaped(value: Any) -> Any:
    """What `escaped` was made of."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: str(found[1]), value)
    if isinstance(value, list):
        return [unescaped(item) for item in value]
    return {unescaped(key): unescaped(item) for key, item in value.items()} if isinstance(value, dict) else value


def is_template(text: str) -> bool:
    """Whether another tool fills something in."""
    return bool(_OPENING.search(_ESCAPED.sub("", text)))
