"""What changed between two meanings, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from governance.dictionary.models import ElementVersion


def changes_told(before: ElementVersion | None, after: Mapping[str, Any]) -> list[dict[str, str]]:
    """The fields that differ, as `components/diff.html` takes them. `after` is a body; a missing `before` is all empty."""
    old = before.body() if before else {}
    found = []
    for name, now in after.items():
        then = old.get(name, [] if isinstance(now, list) else "")
        if then != now:
            was, becomes = _text(name, then), _text(name, now)
            change = "added" if not was else "removed" if not becomes else "changed"
            label = str(_field(name).verbose_name)
            found.append({"path": label, "before": was, "after": becomes, "change": change})
    return found


def _field(name: str) -> models.Field[Any, Any]:
    return next(field for field in ElementVersion._meta.fields if field.name == name)


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    choices = dict(_field(name).choices or ())
    return str(choices.get(value, value))
