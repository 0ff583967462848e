"""By which words a definition is found: all that people wrote in it."""

from __future__ import annotations

from django.db import models

from governance.usecases.models import Definition

CODES = frozenset({"public_id", "digest", "approval", "risk_tier"})


def words_of_definition(row: Definition) -> list[str]:
    """Its title, its texts in the order of the form, then the names of its KPIs."""
    texts = [
        str(getattr(row, field.name))
        for field in row._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and field.name not in CODES
    ]
    lists = [
        text
        for field in row._meta.concrete_fields
        if isinstance(field, models.JSONField)
        for text in _texts(field.value_from_object(row))
    ]
    return [str(row), *texts, *lists, *(kpi.name for kpi in row.kpis.all())]


def _texts(value: object) -> list[str]:
    """The texts in a value of lists and maps, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []
