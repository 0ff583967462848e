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
        self.values: list[Any] = sorted(set(values))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.values))  # noqa: S608 # a column compiled by Django; the values are parameters

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s)", (*params, "{" + ",".join(map(_written, self.values)) + "}")


def _written(value: str | int) -> str:
    """As an array of PostgreSQL writes it; the driver takes longer for it."""
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
