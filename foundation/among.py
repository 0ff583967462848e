"""Whether a column holds one of very many values, which go to the database as one: thousands of placeholders take their time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class Among(Func):
    """`Artifact.objects.filter(Among("sha256", hashes))` is `filter(sha256__in=hashes)`, for a column of texts or of keys."""

    output_field: Any = BooleanField()
    conditional = True

    def __init__(self, column: str, values: Iterable[str] | Iterable[int]) -> None:
        super().__init__(F(column))
        self.values: list[Any] = _storable(sorted(set(values)))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.values))  # noqa: S608 # a column compiled by Django; the values are parameters

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s)", (*params, _array(self.values))


def _storable(values: list[Any]) -> list[Any]:
    """Without what no text of a database is: PostgreSQL refuses NUL, and SQLite takes what stands before it in JSON for the whole."""
    if values and isinstance(values[0], str) and "\0" in "".join(values):
        return [value for value in values if "\0" not in value]
    return values


def _array(values: list[Any]) -> str:
    """As PostgreSQL writes an array; the driver takes longer for it."""
    if not values or isinstance(values[0], int):
        return "{" + ",".join(map(str, values)) + "}"
    inside = "\0".join(values).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + inside.replace("\0", '","') + '"}'
