"""Rows that are written once, kept so by the database itself.

A defence, not a proof (the owner of the database can drop a trigger): the proof is the signed log. `AppendOnly` is a
migration operation; a later migration that rebuilds the table on SQLite has to name it again, and `missing_triggers`
tells when somebody forgot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

PREFIX = "append_only"


class AppendOnly(Operation):
    """Refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL) on a model's table.

    `set_once` names columns that may go from NULL to a value, once: that is how a row is ended. `free` names columns that are
    caches or clocks and may change freely. `drafted` names columns that may change as long as all of `until` are NULL: a draft
    is worked on, and written with the moment at which it is handed in.
    """

    reduces_to_sql = False
    reversible = True

    def __init__(
        self,
        model: str,
        *,
        set_once: Sequence[str] = (),
        free: Sequence[str] = (),
        drafted: Sequence[str] = (),
        until: Sequence[str] = (),
    ) -> None:
        self.model = model
        self.set_once = tuple(set_once)
        self.free = tuple(free)
        self.drafted = tuple(drafted)
        self.until = tuple(until)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        drafted = {"drafted": self.drafted, "until": self.until} if self.drafted else {}
        return self.__class__.__name__, [self.model], {"set_once": self.set_once, "free": self.free, **drafted}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The shape of the tables stays as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        columns = [field.column for field in model._meta.local_concrete_fields]
        kept = (self.set_once, self.free, self.drafted, self.until)
        for statement in statements(schema_editor.connection, model._meta.db_table, columns, *kept):
            schema_editor.execute(statement, params=None)  # no parameters, so a percent sign is one

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        for statement in drop_statements(schema_editor.connection, table):
            schema_editor.execute(statement, params=None)  # no parameters, so a percent sign is one

    def describe(self) -> str:
        return f"Keep rows of {self.model} as they were written"


def statements(
    connection: BaseDatabaseWrapper,
    table: str,
    columns: Sequence[str],
    set_once: Sequence[str],
    free: Sequence[str],
    drafted: Sequence[str] = (),
    until: Sequence[str] = (),
) -> list[str]:
    """The SQL that guards one table on this database."""
    quote = connection.ops.quote_name
    fixed = [column for column in columns if column not in {*set_once, *free, *drafted}]
    different = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    broken = [f"NEW.{quote(c)} {different} OLD.{quote(c)}" for c in fixed]
    broken += [f"(OLD.{quote(c)} IS NOT NULL AND NEW.{quote(c)} {different} OLD.{quote(c)})" for c in set_once]
    if drafted:
        written = " OR ".join(f"OLD.{quote(c)} IS NOT NULL" for c in until)
        altered = " OR ".join(f"NEW.{quote(c)} {different} OLD.{quote(c)}" for c in drafted)
        broken.append(f"(({written}) AND ({altered}))")
    condition = " OR ".join(broken)
    name = f"{PREFIX}_{table}"
    says = f"rows of {table} are never changed or deleted"
    if connection.vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {quote(name + '_update')}",
            f"DROP TRIGGER IF EXISTS {quote(name + '_delete')}",
            f"CREATE TRIGGER {quote(name + '_update')} BEFORE UPDATE ON {quote(table)} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{says}'); END",
            f"CREATE TRIGGER {quote(name + '_delete')} BEFORE DELETE ON {quote(table)} BEGIN SELECT RAISE(ABORT, '{says}'); END",
        ]
    if connection.vendor == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {PREFIX}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = '23000'; END $$",
            *drop_statements(connection, table),
            f"CREATE TRIGGER {quote(name + '_update')} BEFORE UPDATE ON {quote(table)} FOR EACH ROW WHEN ({condition}) "
            f"EXECUTE FUNCTION {PREFIX}_refuse()",
            f"CREATE TRIGGER {quote(name + '_delete')} BEFORE DELETE ON {quote(table)} FOR EACH ROW EXECUTE FUNCTION {PREFIX}_refuse()",
            f"CREATE TRIGGER {quote(name + '_truncate')} BEFORE TRUNCATE ON {quote(table)} EXECUTE FUNCTION {PREFIX}_refuse()",
        ]
    raise NotImplementedError(f"Countersign does not know how to guard tables on {connection.vendor}")


def drop_statements(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    quote = connection.ops.quote_name
    on = "" if connection.vendor == "sqlite" else f" ON {quote(table)}"
    events = ("update", "delete") if connection.vendor == "sqlite" else ("update", "delete", "truncate")
    return [f"DROP TRIGGER IF EXISTS {quote(f'{PREFIX}_{table}_{event}')}{on}" for event in events]


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that migrations promised and the database does not have."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    expected: set[str] = set()
    for (app_label, _), migration in loader.disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, AppendOnly):
                table = apps.get_model(app_label, operation.model)._meta.db_table
                expected |= {f"{PREFIX}_{table}_update", f"{PREFIX}_{table}_delete"}
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        present = {row[0] for row in cursor.fetchall()}
    return sorted(expected - present)
