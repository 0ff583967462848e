"""A world that the services made a moment ago, put back as rows: making one takes a fifth of a second, and thousands of tests want one.

Only what is sure to be the same: not on another clock, not beside rows that a test made before it, not where others could look at it
(outside a transaction), and never older than `FRESH` seconds, so that "just now" is still true of it. Else it is made anew.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from foundation import clock

FRESH = timedelta(seconds=4)  # well below `approvals.selectors.freshness.SETTLED`


@dataclass(frozen=True, slots=True)
class Kept:
    """The world, pickled, and the rows of the tables it fills."""

    made: datetime  # on the clock of the product: one that a test set is not this one's
    world: bytes
    rows: Mapping[str, Any]


_kept: Kept | None = None


def world_of(make: Callable[[], Any], filled: Callable[[Any, list[str]], list[str]]) -> Any:
    """What `make` makes, or the same from what was kept of it. `filled` tells which of some tables have rows."""
    global _kept
    now = clock.now()
    if not connection.in_atomic_block or now is clock.now():  # a clock that was set gives one moment twice
        return make()
    with connection.cursor() as cursor:
        if _kept is not None and _kept.made <= now < _kept.made + FRESH:
            if filled(cursor, list(_kept.rows)):
                return make()
            for name, rows in _kept.rows.items():
                _put_back(cursor, name, rows)
            return pickle.loads(_kept.world)  # noqa: S301 - ours, of this process
        tables = connection.introspection.django_table_names(only_existing=True)
        before = filled(cursor, tables)
        if set(before) - set(UNTOUCHED):
            return make()
        world = make()
        rows = {name: _rows(cursor, name) for name in filled(cursor, [name for name in tables if name not in before])}
    _kept = Kept(now, pickle.dumps(world), rows)
    return world


def forget() -> None:
    """Make the next one anew, for tests in which moments count."""
    global _kept
    _kept = None


UNTOUCHED = ("django_content_type", "auth_permission", "countersign_cache")  # what stands there before any test


def _rows(cursor: Any, name: str) -> Any:
    """All rows of a table as the database itself writes them, so that nothing is lost on the way through Python's types."""
    if connection.vendor == "postgresql":
        with cursor.connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copied:
            return b"".join(bytes(part) for part in copied)
    columns = [row[1] for row in connection.connection.execute(f'PRAGMA table_info("{name}")')]
    quoted = " || ',' || ".join(f'quote("{column}")' for column in columns)
    found = connection.connection.execute(f'SELECT {quoted} FROM "{name}"').fetchall()  # noqa: S608 - a table of ours
    return ", ".join(f"({row[0]})" for row in found)


def _put_back(cursor: Any, name: str, rows: Any) -> None:
    if connection.vendor == "postgresql":
        with cursor.connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copied:
            copied.write(rows)
        return
    connection.connection.execute(f'INSERT INTO "{name}" VALUES {rows}')  # noqa: S608 - a table of ours
