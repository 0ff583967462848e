# ruff: noqa: S608 - table names come from the models
"""In every table that is guarded, no column of a row can be changed, and no row deleted."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from tests.foundation.test_append_only import BY_TABLE, GUARDED, REFUSED, execute
from tests.stage import set_stage


@pytest.fixture
def staged(world, gate, push, ask, vote, tmp_path, settings):
    """A row in every guarded table that the stage of the permission matrix reaches."""
    settings.ALLOW_LOCAL_REPOSITORIES = True
    set_stage(world, gate, push, ask, vote, tmp_path)
    connection.check_constraints()
    return world


def test_updates_and_deletes_are_refused_in_every_guarded_table(staged):
    tried = set()
    for table, promise in GUARDED.items():
        model = BY_TABLE[table]
        rows = model._base_manager.all()
        for column in promise.until[:1]:  # a draft is worked on until it is handed in
            rows = rows.filter(**{f"{column}__isnull": False})
        row = rows.first()
        if row is None:
            continue
        tried.add(table)
        key = model._meta.pk.column
        for field in model._meta.local_concrete_fields:
            if field.column in (key, *promise.set_once, *promise.free):
                continue
            with pytest.raises(DatabaseError, match=REFUSED):
                execute(f'UPDATE {table} SET "{field.column}" = {other_value(field)} WHERE "{key}" = %s', row.pk)
        with pytest.raises(DatabaseError, match=REFUSED):
            execute(f'DELETE FROM {table} WHERE "{key}" = %s', row.pk)
    untried = set(GUARDED) - tried
    assert untried <= {
        "approvals_commentperiod",
        "approvals_dismissal",
        "approvals_inheritedballot",
        "lineage_commit",
        "people_responsibilitymatrix",
        "reports_report",
        "usecases_documentwithdrawal",
        "usecases_feedbackoutcome",
        "usecases_inventoryentry",
        "usecases_mention",
        "usecases_showing",
    }, untried


def other_value(field) -> str:
    """SQL for a value of the field's type that no row of the test holds."""
    kind = field.target_field.get_internal_type() if field.is_relation else field.get_internal_type()
    if kind == "UUIDField":
        return "'00000000000000000000000000000007'"
    if kind == "BinaryField":
        return "x'00'" if connection.vendor == "sqlite" else "'\\x00'::bytea"
    if kind in ("DateTimeField",):
        return "'2001-01-01 00:00:00'" if connection.vendor == "sqlite" else "'2001-01-01T00:00:00Z'"
    if kind == "JSONField":
        return "'[\"other\"]'"
    if kind == "DateField":
        return "'2001-01-01'"
    if kind == "DecimalField":
        return "7.5"
    if "Integer" in kind or "AutoField" in kind:
        return "32000"
    if kind == "BooleanField":
        return f'(NOT COALESCE("{field.column}", FALSE))'
    return "'~'"
