"""A small world of people around one use case, and the few things only tests may do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connections, transaction
from django.test import Client, TransactionTestCase
from django.utils import translation

from foundation.append_only import PREFIX
from tests import kept_world, prepared

# On a busy machine an example may take long; that says nothing about the code. How fast things are is measured in bench/.
calm = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("unhurried", parent=hypothesis.settings(), deadline=None, suppress_health_check=calm)
hypothesis.settings.load_profile("unhurried")

ROLES = {
    "lead": "project_lead",
    "scientist": "data_scientist",
    "data_engineer": "data_engineer",
    "engineer": "ml_engineer",
    "business": "business_owner",
    "security": "security_reviewer",
    "governance": "data_governance",
    "validator": "model_validator",
}
POLICY = """
title: Production release
open_for: 30 days
valid_for: 180 days
steps:
  - {key: validation, title: Model validation, role: model_validator, covers: [code, model, data]}
  - {key: data, title: Data and meaning, role: data_governance, covers: [data, dictionary]}
  - {key: security, title: Security review, role: security_reviewer, covers: [dependencies, runtime]}
  - {key: business, title: Business sign-off, role: business_owner, after: [validation], covers: [use_case, model, economics]}
"""
STORIES = Path(__file__).parent / "story"
LOCK = "numpy==2.0.0 \\\n    --hash=sha256:" + "a" * 64 + "\npandas==2.2.0 \\\n    --hash=sha256:" + "b" * 64 + "\n"
OF_PAGES = ("_page", "_pages", "_form", "_statements")  # how files of tests of pages end


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """On services, what touches none is left out. What takes long begins first, so that no process is left with it at the end."""
    for item in items:
        if item.path.stem.endswith(OF_PAGES):
            item.add_marker(pytest.mark.markup)
    if "DATABASE_URL" in os.environ and (pure := [item for item in items if not _needs_a_database(item)]):
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if _needs_a_database(item)]
    yield
    items.sort(
        key=lambda item: not item.path.is_relative_to(STORIES)
    )  # after pytest-django's own order, which puts what it does not know last


def _needs_a_database(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ())) & {"db", "transactional_db", "live_server"}
    return bool(asked) or item.get_closest_marker("django_db") is not None or item.path.is_relative_to(STORIES)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The tables of each process are copied from prepared ones; migrating finds nothing to do in them."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = prepared.prepared_database(os.environ["DATABASE_URL"])
        return
    creation: Any = connection.creation
    make = creation._create_test_db

    def made(*arguments: Any, **options: Any) -> Any:
        connection.settings_dict["NAME"] = name = make(*arguments, **options)
        prepared.fill(connection)
        return name

    creation._create_test_db = made


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Any, settings: Any) -> None:
    """Keys, mirrors and files of each test in a folder of its own."""
    settings.KEYS = tmp_path / "keys"
    settings.MIRRORS = tmp_path / "mirrors"
    settings.FILES = tmp_path / "files"
    settings.DEMO_REPOSITORIES = tmp_path / "demo"
    settings.DEMO_FILE = tmp_path / "demo.json"
    settings.CELERY_TASK_ALWAYS_EAGER = False


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """English, whatever page a test before this one looked at."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _no_bells(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Bells ring into the void unless a test says otherwise: what matters is in the rows."""
    if request.node.get_closest_marker("bells"):
        return
    from foundation import tasks

    for task in (tasks.run_job, tasks.deliver_outbox):
        monkeypatch.setattr(task, "delay", lambda *args, **kwargs: None)


@dataclass(slots=True)
class World:
    """Actors by the part they play; `use_case` is where all of them but `stranger` hold their role."""

    lead: Any = None
    scientist: Any = None
    data_engineer: Any = None
    engineer: Any = None
    business: Any = None
    security: Any = None
    governance: Any = None
    validator: Any = None
    auditor: Any = None
    admin: Any = None
    stranger: Any = None
    ci: Any = None
    ci_secret: str = ""
    use_case: Any = None
    secrets: dict[str, str] = field(default_factory=dict)

    def people(self) -> dict[str, Any]:
        """Everybody who can sign in, by part."""
        return {name: getattr(self, name) for name in (*ROLES, "auditor", "admin", "stranger")}

    def client(self, part: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        client.force_login(getattr(self, part).user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def api(self, part: str) -> Client:
        """A program with this person's token, or CI's."""
        secret = self.ci_secret if part == "ci" else self.secret_of(part)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    def secret_of(self, part: str) -> str:
        from foundation import actor, tokens
        from foundation.models import Token

        if part not in self.secrets:
            owner = getattr(self, part).user
            _token, self.secrets[part] = tokens.create(
                actor=actor.system("test"), name="Test", owner=owner, kind=Token.Kind.PERSONAL
            )
        return self.secrets[part]


@pytest.fixture
def world(db: None) -> World:
    made: World = kept_world.world_of(make_world, _filled)
    return made


def make_world() -> World:
    """The world, through the services that make it for everybody."""
    from foundation import actor, tokens
    from foundation.models import Token
    from governance.people import services as people
    from governance.usecases import services as usecases

    setup = actor.system("test")
    world = World()
    for part in (*ROLES, "auditor", "admin", "stranger"):
        user = people.create_user(actor=setup, username=part, name=part.replace("_", " ").title(), email=f"{part}@example.com")
        setattr(world, part, actor.person(user))
    for part, role in (("auditor", "auditor"), ("admin", "administrator")):
        people.grant_role(actor=setup, user=getattr(world, part).user, role=role)
    world.use_case = usecases.open_use_case(actor=world.lead, slug="churn", title="Customer churn")
    for part, role in ROLES.items():
        if part != "lead":
            people.grant_role(actor=world.lead, user=getattr(world, part).user, role=role, scope=world.use_case.public_id)
    usecases.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="Customers leave, and we learn of it too late.",
        ml_problem="Will this customer cancel within 60 days?",
        kpis=[{"name": "Leavers found", "unit": "%", "baseline": 42, "target": 70}],
    )
    token, world.ci_secret = tokens.create(
        actor=world.engineer,
        name="Churn pipeline",
        owner=world.engineer.user,
        kind=Token.Kind.SERVICE,
        scopes=["read", "provenance:write", "requests:write", "gate:evaluate", "reports:write"],
        scope=world.use_case.public_id,
    )
    world.ci = actor.service(token)
    return world


@pytest.fixture
def gate(world: World) -> Any:
    """The environment `production` behind the policy above."""
    return set_production(world)


def set_production(world: World) -> Any:
    from approvals.services import policies

    version = policies.write_policy(actor=world.admin, key="production-release", source=POLICY)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


@pytest.fixture
def push(world: World) -> Any:
    """Registers a version as CI does; keyword arguments override what is pushed."""
    return lambda version="7", **overrides: push_version(world, version, **overrides)


def push_version(world: World, version: str = "7", **overrides: Any) -> Any:
    from lineage.services.versions import register_model_version

    data = {
        "name": "churn-model",
        "version": version,
        "commit": "c" * 40,
        "dirty": False,
        "params": {"max_depth": 6},
        "metrics": {"recall": {"value": 1, "dataset": "test"}},
        "artifact": {"uri": f"s3://models/{version}", "sha256": "d" * 64, "size": 10, "serialization": "skops"},
        "runtime": {"kind": "lock"},
        "dependency_sets": [{"path": "requirements.txt", "content": LOCK}],
        "datasets": [
            {"role": "train", "name": "customers", "digest": "sha256:" + "e" * 64, "rows": 5, "columns": ["customer_id"]}
        ],
    }
    return register_model_version(actor=world.ci, use_case=world.use_case, data={**data, **overrides}).model_version


@pytest.fixture
def ask(world: World, gate: Any) -> Any:
    """Asks for the approval of a version for production, as CI does."""
    return lambda row, actor=None: ask_for(world, gate, row, actor)


def ask_for(world: World, gate: Any, row: Any, actor: Any = None) -> Any:
    from approvals.services import requests

    return requests.open_request(
        actor=actor or world.ci,
        subject_type="model_version",
        subject_id=row.public_id,
        purpose="deployment",
        environment=gate.environment,
    )


@pytest.fixture
def vote() -> Any:
    """Casts a ballot over what is judged now."""
    return cast_vote


def cast_vote(actor: Any, request: Any, step: str, verdict: str = "approve", comment: str = "", **more: Any) -> Any:
    from approvals.selectors.standing import standing_of
    from approvals.services import ballots

    request.refresh_from_db()
    return ballots.cast_ballot(
        actor=actor, request=request, step=step, verdict=verdict, digest=standing_of(request).digest, comment=comment, **more
    )


# Only tests may do this ----------------------------------------------------------------------------------------------


def lift_triggers(using: str = "default") -> list[str]:
    """Take the append-only triggers off, and return the SQL that puts them back."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [PREFIX + "%"])
            found = cursor.fetchall()
            for name, _sql in found:
                cursor.execute(f'DROP TRIGGER "{name}"')
            return [sql for _name, sql in found]
        # Only the owner of the server can: the same power the documentation says no trigger can hold out against.
        cursor.execute("SET session_replication_role = replica")
        return ["SET session_replication_role = DEFAULT"]


def restore_triggers(statements: list[str], using: str = "default") -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def without_triggers(db: None) -> Iterator[None]:
    """For tests that tamper: the database does not defend itself for a while."""
    statements = lift_triggers()
    yield
    restore_triggers(statements)


KEPT = ("django_content_type", "auth_permission")  # what migrating leaves there, and no test changes


@pytest.fixture(autouse=True)
def _flush_past_triggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transactional test empties the tables when it is over, which is just what the triggers are there to refuse."""

    def emptied(self: TransactionTestCase) -> None:
        statements = lift_triggers()
        try:
            empty_tables()
        finally:
            restore_triggers(statements)

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", emptied)


def empty_tables(using: str = "default") -> None:
    """Delete the rows of the tables that have any. Django's flush truncates all of them and asks for all content types again,
    which takes seconds where there are hundreds of tables.
    """
    connection = connections[using]
    tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in KEPT]
    with connection.constraint_checks_disabled(), transaction.atomic(using), connection.cursor() as cursor:
        for name in _filled(cursor, tables):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608 - a table of ours


def _filled(cursor: Any, tables: Sequence[str]) -> list[str]:
    """Those of the tables that have rows."""
    found: list[str] = []
    for start in range(0, len(tables), 100):  # SQLite joins at most 500 SELECTs
        asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables[start : start + 100])  # noqa: S608 - tables of ours
        cursor.execute(" UNION ALL ".join(asked))
        found += [name for (name,) in cursor.fetchall()]
    return found
