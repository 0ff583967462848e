"""Queries that stand inside nearly every other, written as SQL once: to build one takes Django longer than the database needs for it.

_running = PreparedQuery(lambda now: Job.objects.filter(begun_at__lte=now, ended_at=None).values("scope"), moments=("now",))
UseCase.objects.filter(_running.contains("public_id", now=clock.now()))
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

# What stands for a value while the SQL is written. No row and no moment of ours is one of these.
KEYS = range(-2_147_000_000, -2_147_000_000 + 100)
MOMENTS = [datetime(1000 + year, 2, 3, 4, 5, 6, 789, tzinfo=UTC) for year in range(100)]


class PreparedQuery:
    """A query of one column that does not look at the query around it. `keys` and `moments` name the arguments of `build`: primary keys
    and times, which differ each time; everything else in it is fixed."""

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], *, keys: tuple[str, ...] = (), moments: tuple[str, ...] = ()
    ) -> None:
        self._build = build
        self._stand_ins: dict[str, Any] = {**dict(zip(keys, KEYS, strict=False)), **dict(zip(moments, MOMENTS, strict=False))}
        self._written: dict[str, tuple[str, list[tuple[str, Any]]]] = {}

    def contains(self, field: str, **values: Any) -> Q:
        """Whether `field` of a row is among what the query finds."""
        sql, parameters = self._filled(values)
        return Q(**{f"{field}__in": RawSQL(sql, parameters)})  # noqa: S611 - written by Django, values apart

    def finds(self, **values: Any) -> Q:
        """Whether the query finds anything."""
        sql, parameters = self._filled(values)
        return Q(RawSQL(f"EXISTS ({sql})", parameters, BooleanField()))  # noqa: S611 - written by Django, values apart

    def _filled(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        if values.keys() != self._stand_ins.keys():
            raise TypeError(f"This query takes {sorted(self._stand_ins)}, not {sorted(values)}.")
        sql, parameters = self._sql()
        given = {name: _as_parameter(value) for name, value in values.items()}
        return sql, [given[name] if name else fixed for name, fixed in parameters]

    def _sql(self) -> tuple[str, list[tuple[str, Any]]]:
        """The SQL for this kind of database, and its parameters: the name of a value, or what is fixed."""
        if connection.vendor not in self._written:
            sql, parameters = self._build(**self._stand_ins).query.get_compiler(connection=connection).as_sql()
            names = {_as_parameter(value): name for name, value in self._stand_ins.items()}
            written = [(names.get(parameter, ""), parameter) for parameter in parameters]
            if missing := self._stand_ins.keys() - {name for name, _fixed in written}:
                raise TypeError(f"The query does not use {sorted(missing)}.")
            self._written[connection.vendor] = sql, written
        return self._written[connection.vendor]


def _as_parameter(value: Any) -> Any:
    """A value as Django hands it to this kind of database."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
