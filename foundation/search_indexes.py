"""What PostgreSQL finds words by. SQLite reads the terms through: for its installations that is fast enough (docs/search.md).

Two inverted indexes over the terms, which need neither an extension nor a text search configuration (the terms were cut by us, the same way
for every language and locale), and, where the extension `pg_trgm` can be had, one over titles for parts of words.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, transaction

TABLE = "foundation_searchentry"
INFIX_INDEX = "search_entry_title_infix"

VECTOR_OF = {"title_terms": "title_vector", "terms": "vector"}


def add_indexes(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for column, name in VECTOR_OF.items():
            made = f"array_to_tsvector(array_remove(string_to_array({column}, ' '), ''))"
            cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN {name} tsvector GENERATED ALWAYS AS ({made}) STORED")
            cursor.execute(f"CREATE INDEX search_entry_{name} ON {TABLE} USING gin ({name}) WITH (fastupdate = off)")
    add_infix_index(connection)


def add_infix_index(connection: Any) -> bool:
    """The index for parts of words, if the database lets us have the extension: a trusted one, but not everywhere installed."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {INFIX_INDEX} ON {TABLE} USING gin (title_text gin_trgm_ops)")
    except DatabaseError:
        return False
    return True


def drop_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in VECTOR_OF.values():  # the index goes with its column; the extension may serve others and stays
            schema_editor.execute(f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS {name}")
        schema_editor.execute(f"DROP INDEX IF EXISTS {INFIX_INDEX}")
