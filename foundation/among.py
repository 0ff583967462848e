"""Whether a column holds one of very many texts, which go to the database as one value: thousands of placeholders take their time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func


class Among(Func):
    """`Artifact.objects.filter(Among("sha256", hashes))` is `filter(sha256__in=hashes)`, for a column of texts."""

    output_field: Any = BooleanField()
    conditional = True

    def __init__(self, column: str, texts: Iterable[str]) -> None:
        super().__init__(F(column))
        self.texts = sorted(set(texts))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(self.texts))  # noqa: S608 # the name of a column

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s)", (*params, self.texts)
