# ruff: noqa: S608 - table names come from the models

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from approvals.models import Ballot, Decision
from foundation import clock, sealing
from foundation.append_only import AppendOnly, missing_triggers
from foundation.models import AuditEvent
from governance.people.models import RoleGrant
from tests.conftest import ask_for, cast_vote, push_version, set_production
from tests.standing import standing

REFUSED = "never changed or deleted"


def guarded() -> dict[str, AppendOnly]:
    """Table → the promise that migrations make about it, the last of them."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {
        apps.get_model(label, operation.model)._meta.db_table: operation
        for (label, _name), migration in sorted(loader.disk_migrations.items())
        for operation in migration.operations
        if isinstance(operation, AppendOnly)
    }


GUARDED = guarded()
BY_TABLE = {model._meta.db_table: model for model in apps.get_models()}


def execute(sql: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture(scope="module")
def standing_full(django_db_setup, django_db_blocker, tmp_path_factory):
    """A row in every guarded table that this world reaches."""
    with standing(django_db_blocker, tmp_path_factory.mktemp("full")) as world:
        gate = set_production(world)
        request = ask_for(world, gate, push_version(world))
        parts = (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business"))
        for part, step in parts:
            cast_vote(getattr(world, part), request, step)
        vote_again = ask_for(world, gate, push_version(world, "8", params={"max_depth": 7}))
        assert vote_again.inherited.exists()
        world.api("ci").post(
            "/api/v1/gates/production/evaluations",
            {"model_version": {"name": "churn-model", "version": "7"}},
            content_type="application/json",
        )
        sealing.seal()
        connection.check_constraints()
        yield world


@pytest.fixture
def full(standing_full, db):
    """As it was set: what a test does to it is rolled back to here."""
    return standing_full


def test_the_tables_that_carry_judgement_and_evidence_are_guarded():
    assert {
        "foundation_auditevent",
        "foundation_auditleaf",
        "foundation_audithash",
        "foundation_auditcheckpoint",
        "approvals_policyversion",
        "approvals_ballot",
        "approvals_inheritedballot",
        "approvals_decision",
        "approvals_answer",
        "people_rolegrant",
        "usecases_definition",
        "usecases_kpi",
        "lineage_modelversion",
        "lineage_metric",
        "lineage_provenancefact",
        "lineage_component",
        "lineage_commit",
        "dictionary_elementversion",
        "dependencies_dependencyset",
        "economics_snapshot",
    } <= set(GUARDED)


@pytest.mark.parametrize("table", sorted(GUARDED))
def test_the_primary_key_cannot_be_moved(full, table):
    model = BY_TABLE[table]
    row = model._base_manager.first()
    if row is None:
        pytest.skip("no row of this kind in the world")
    key = model._meta.pk.column
    value = "'sha256:other'" if isinstance(row.pk, str) else "32000"

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(f'UPDATE {table} SET "{key}" = {value} WHERE "{key}" = %s', row.pk)


def test_writing_the_same_again_is_no_change(full):
    ballot = Ballot.objects.first()
    execute("UPDATE approvals_ballot SET comment = comment WHERE id = %s", ballot.pk)


@pytest.mark.parametrize("statement", ["INSERT OR REPLACE INTO", "REPLACE INTO"])
def test_a_row_cannot_be_replaced_on_sqlite(full, statement):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    columns = ", ".join(f'"{field.column}"' for field in Ballot._meta.local_concrete_fields)

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(f"{statement} approvals_ballot ({columns}) SELECT {columns} FROM approvals_ballot LIMIT 1")


def test_an_upsert_cannot_change_a_row(full):
    event = AuditEvent.objects.first()
    columns = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.local_concrete_fields)

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(
            f"INSERT INTO foundation_auditevent ({columns}) SELECT {columns} FROM foundation_auditevent WHERE id = %s "
            "ON CONFLICT (id) DO UPDATE SET kind = 'other'",
            event.pk,
        )


@pytest.mark.parametrize("table", ["foundation_auditevent", "approvals_ballot", "people_rolegrant"])
def test_a_table_cannot_be_emptied(full, table):
    command = f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table}"

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(command)


def test_what_ends_a_row_is_honoured_once(full):
    grant = RoleGrant.objects.filter(ended_at=None, role="data_engineer").get()
    now = clock.now()
    execute("UPDATE people_rolegrant SET ended_at = %s, end_reason = %s WHERE id = %s", now, "left", grant.pk)

    for column, value in (("ended_at", clock.now()), ("ended_at", None), ("end_reason", "other")):
        with pytest.raises(DatabaseError, match=REFUSED):
            execute(f"UPDATE people_rolegrant SET {column} = %s WHERE id = %s", value, grant.pk)
    grant.refresh_from_db()
    assert (grant.ended_at, grant.end_reason) == (now, "left")


def test_a_decision_can_be_revoked_once_and_is_frozen_otherwise(full):
    decision = Decision.objects.first()
    for column in ("commit", "manifest_digest", "decided_at"):
        with pytest.raises(DatabaseError, match=REFUSED):
            execute(
                f'UPDATE approvals_decision SET "{column}" = %s WHERE id = %s',
                clock.now() if column == "decided_at" else "x",
                decision.pk,
            )
    with pytest.raises(DatabaseError, match=REFUSED):
        execute("UPDATE approvals_decision SET revoked_at = %s, \"commit\" = 'x' WHERE id = %s", clock.now(), decision.pk)
    execute("UPDATE approvals_decision SET revoked_at = %s WHERE id = %s", clock.now(), decision.pk)
    with pytest.raises(DatabaseError, match=REFUSED):
        execute("UPDATE approvals_decision SET revoked_at = NULL WHERE id = %s", decision.pk)


def test_querysets_say_it_in_words(full):
    with pytest.raises(TypeError, match="Ballot rows are never changed"):
        Ballot.objects.update(verdict="reject")
    with pytest.raises(TypeError, match="Ballot rows are never deleted"):
        Ballot.objects.all().delete()


@pytest.mark.django_db
def test_a_trigger_that_somebody_removed_is_missed_by_the_system_check():
    assert missing_triggers(connection) == []
    assert run_checks(databases=["default"]) == []
    with connection.cursor() as cursor:  # the test's own transaction puts them back
        for table in ("approvals_ballot", "foundation_auditevent"):
            if connection.vendor == "postgresql":
                cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            else:
                for event in ("update", "delete"):
                    cursor.execute(f'DROP TRIGGER "append_only_{table}_{event}"')
    missing = missing_triggers(connection)
    assert {"append_only_approvals_ballot_update", "append_only_foundation_auditevent_delete"} <= set(missing)
    assert [item.id for item in run_checks(databases=["default"]) if item.id.startswith("foundation")] == ["foundation.E001"]
