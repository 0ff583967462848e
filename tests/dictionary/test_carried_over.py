"""An installation from before proposals: what was in force stays so, its digests stay, and the log vouches for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from foundation.canonical import digest
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dictionary.models import Binding, DataElement
from governance.dictionary.services.carried import tell_carried_over

OLD, NEW = [("dictionary", "0001_initial")], [("dictionary", "0004_guards")]
BODY = {
    "definition": "Days since the first contract.",
    "logical_type": "integer",
    "semantic_type": "quantity",
    "unit": "days",
    "null_meaning": "No contract",
    "sensitivity": "internal",
    "examples": ["12"],
}


@pytest.fixture
def upgraded(transactional_db):
    """Two versions of one element and two bindings of one data set, written by the tables as they were, then migrated."""
    latest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] in ("dictionary", "approvals")]
    executor = MigrationExecutor(connection)
    executor.migrate(OLD)
    apps = executor.loader.project_state(OLD).apps
    now = timezone.now()
    team = apps.get_model("people", "Team").objects.create(public_id="tm_1", slug="sales", title="Sales", created_at=now)
    book = apps.get_model("dictionary", "Dictionary").objects.create(
        public_id="dct_1", slug="customers", title="Customers", created_at=now
    )
    element = apps.get_model("dictionary", "DataElement").objects.create(
        public_id="de_1", dictionary=book, key="tenure", name="Tenure", created_at=now
    )
    for number, body in ((1, {**BODY, "unit": ""}), (2, BODY)):
        apps.get_model("dictionary", "ElementVersion").objects.create(
            public_id=f"dev_{number}", element=element, number=number, digest=digest(body), created_at=now, **body
        )
    for number, column in ((1, "t"), (2, "u")):
        apps.get_model("dictionary", "Binding").objects.create(
            public_id=f"bd_{number}", element=element, team=team, dataset="crm", column=column, starts_at=now
        )
    executor = MigrationExecutor(connection)
    executor.migrate(latest)
    yield
    MigrationExecutor(connection).migrate(latest)


@pytest.mark.nightly  # it takes the tables back and forth: half a minute
def test_what_was_in_force_stays_so_under_the_digest_it_had(upgraded):
    element = DataElement.objects.get()
    version = element.current_version()

    assert (version.number, version.semver, version.reads_as) == (2, "2.0.0", digest(BODY))
    assert (version.value.unit, version.null_meaning, version.definition) == ("d", "No contract", BODY["definition"])
    assert element.legend.startswith("CS-")
    assert {(row.dataset.name, row.column) for row in Binding.objects.live()} == {("crm", "t"), ("crm", "u")}


@pytest.mark.nightly  # it takes the tables back and forth: half a minute
def test_the_log_vouches_for_what_was_carried_over_once(upgraded):
    tell_carried_over()
    tell_carried_over()

    assert AuditEvent.objects.filter(kind="dictionary.register.carried_over").count() == 1
    assert [item.code for item in verify() if item.subject in {"de_1", "dev_1", "dev_2", "bd_1", "bd_2", "dct_1"}] == []
