"""Every address × method × caller: nothing is open by being forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import ask_for, cast_vote, push_version, set_production
from tests.matrix import API, CALLERS, PAGES, SIGNING_IN, TOKENS, Row
from tests.stage import set_stage
from tests.standing import standing

pytestmark = pytest.mark.once
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROWS = [*API, *PAGES]


# Which addresses there are -------------------------------------------------------------------------------------------


def addresses() -> Iterator[tuple[str, str, Any]]:
    """Route, name (with its namespace's) and view of each address, API and pages alike."""

    def walk(resolver: URLResolver, before: str, space: str) -> Iterator[tuple[str, str, Any]]:
        for found in resolver.url_patterns:
            route = before + str(found.pattern)
            if isinstance(found, URLPattern):
                yield route, (f"{space}:" if space else "") + (found.name or ""), found.callback
            else:
                yield from walk(found, route, f"{space}:{found.namespace}".strip(":") if found.namespace else space)

    yield from walk(get_resolver(), "", "")


KNOWN = list(addresses())
ROUTES = {name.rpartition(":")[2]: (route, name) for route, name, _view in KNOWN}


def test_every_address_has_a_row_in_the_matrix():
    rows = {row.name for row in ROWS} | SIGNING_IN
    # answers 404; and the library's redirects of old addresses
    open_by_design = {
        "^api/(?P<rest>.*)$",
        "accounts/social/login/cancelled/",
        "accounts/social/login/error/",
        "accounts/social/signup/",
        "accounts/social/connections/",
    }
    forgotten = {name.rpartition(":")[2] or route for route, name, _view in KNOWN} - rows - open_by_design

    assert forgotten == set(), "write a row in tests/matrix for each"


def test_every_row_speaks_of_an_address():
    assert {row.name for row in ROWS} - set(ROUTES) == set()


def test_every_method_of_the_api_has_a_row():
    rows = {(row.name, row.method) for row in ROWS}
    forgotten = [
        f"{method} {name}"
        for route, name, view in KNOWN
        if route.startswith("api/v1/") and hasattr(view, "view_class")
        for method in METHODS
        if hasattr(view.view_class, method.lower()) and (name, method) not in rows
    ]

    assert forgotten == []


def test_every_endpoint_of_the_api_wants_a_credential_unless_it_is_the_documentation():
    from foundation.api import Endpoint

    public = {"api_schema", "api_docs"}
    for route, name, view in KNOWN:
        if route.startswith("api/v1/") and name not in public:
            assert issubclass(view.view_class, Endpoint), name
            assert view.view_class.permission_classes == Endpoint.permission_classes, name
            assert view.view_class.authentication_classes == Endpoint.authentication_classes, name


# The stage and the callers -------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _own_files() -> None:
    """Here the files belong to the stage, which stands for all rows."""


@pytest.fixture(scope="module")
def standing_stage(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    """Set once: setting it takes longer than asking all callers about a row."""
    folder = tmp_path_factory.mktemp("stage")
    with standing(django_db_blocker, folder) as world:
        gate = set_production(world)
        stage = set_stage(
            world, gate, partial(push_version, world), lambda row, actor=None: ask_for(world, gate, row, actor), cast_vote, folder
        )
        for part in world.people():
            world.secret_of(part)  # made now, because what a caller does later is taken back
        yield stage


@pytest.fixture
def stage(standing_stage: SimpleNamespace, db: None) -> SimpleNamespace:
    """As it was set: what a test does to it is rolled back to here."""
    cache.clear()  # refused tokens are counted
    return standing_stage


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def service_token(stage: SimpleNamespace, scopes: list[str], scope: str) -> Client:
    from foundation import tokens
    from foundation.models import Token

    owner = stage.world.lead
    _token, secret = tokens.create(
        actor=owner, name="Robot", owner=owner.user, kind=Token.Kind.SERVICE, scopes=scopes, scope=scope
    )
    return bearer(secret)


def expired_token(stage: SimpleNamespace) -> Client:
    from foundation import clock, tokens
    from foundation.models import Token

    owner = stage.world.lead
    token, secret = tokens.create(actor=owner, name="Old", owner=owner.user, kind=Token.Kind.PERSONAL)
    Token.objects.filter(pk=token.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    return bearer(secret)


def client_of(stage: SimpleNamespace, caller: str, *, api: bool) -> Client:
    """A program for the API, a browser for pages; tokens always come as tokens."""
    if caller == "anonymous":
        return Client()
    if caller == "expired":
        return expired_token(stage)
    if caller == "ci":
        return stage.world.api("ci")
    if caller == "unscoped":
        return service_token(stage, ["deployments:write"], "")
    if caller == "elsewhere":
        return service_token(stage, ["admin"], stage.other.public_id)
    return stage.world.api(caller) if api else stage.world.client(caller)


class Undone(Exception):
    """What a caller did is taken back before the next one tries."""


def answer_to(stage: SimpleNamespace, row: Row, caller: str) -> Any:
    route, name = ROUTES[row.name]
    api = route.startswith("api/")
    query = row.query.format(**vars(stage)) if row.query.startswith("?") else ""
    url = reverse(name, kwargs=row.args(stage, caller)) + query
    data = row.data(stage, caller) if row.data else {}
    found: Any = None
    try:
        with transaction.atomic():
            client = client_of(stage, caller, api=api)
            if row.method == "GET":
                found = client.get(url)
            elif api:
                found = client.generic(row.method, url, as_json(data), content_type="application/json", headers={"If-Match": "*"})
            else:
                found = client.post(url, data)
            raise Undone
    except Undone:
        return found


def as_json(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_caller_gets_what_the_matrix_says(stage, row):
    api = ROUTES[row.name][0].startswith("api/")
    wrong = {}
    for caller in CALLERS:
        answer = answer_to(stage, row, caller)
        expected = row.expected(caller, api=api)
        if answer.status_code != expected:
            wrong[caller] = f"{answer.status_code} instead of {expected}: {getattr(answer, 'content', b'')[:300]!r}"
        elif api and expected in (401, 403, 404):
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert len(answer.json()["detail"]) > 10, (caller, answer.json())
        elif not api and expected == 302 and row.anonymous is None and caller in ("anonymous", "expired", *TOKENS):
            assert answer.headers["Location"].startswith("/accounts/login/?next="), caller

    assert wrong == {}


@pytest.mark.parametrize("row", [row for row in PAGES if row.method == "POST"], ids=str)
def test_forms_want_the_csrf_token(stage, row):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.world.lead.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(
        reverse(ROUTES[row.name][1], kwargs=row.args(stage, "lead")), row.data(stage, "lead") if row.data else {}
    )

    assert answer.status_code == 403


# No query without visible_to -----------------------------------------------------------------------------------------

ROOMS = ("foundation", "governance", "lineage", "approvals", "reports", "config")
SHELLS = ("api.py", "views.py", "resources.py")

# Queries of views and APIs that start elsewhere: (file, function) → why nothing leaks.
EXCEPTIONS = {
    ("governance/dictionary/api/elements.py", "write"): "below a dictionary that was looked up with visible_to",
    ("governance/dictionary/api/proposals.py", "delete"): "changes of a proposal that was looked up with visible_to",
    (
        "governance/dictionary/views/data_use.py",
        "_needed",
    ): "public ids of data sets, which everybody inside may see, that a version of the looked-up use case reads",
    ("governance/dictionary/views/meanings.py", "write"): "below an element that was looked up with visible_to",
    (
        "governance/dictionary/views/proposals.py",
        "_element",
    ): "an element of a proposal that was looked up; elements are public inside",
    (
        "governance/dictionary/views/proposals.py",
        "proposal_of",
    ): "whether a proposal that was looked up with visible_to has parts",
    ("governance/usecases/views/people.py", "role_end"): "grants on a use case that was looked up with visible_to",
    ("governance/usecases/views/people.py", "people_content"): "the names of colleagues, which everybody signed in may know",
    ("lineage/views.py", "tab_content"): "versions of the use case whose page this is",
    ("config/views/people.py", "people_list"): "grants for the whole organisation, which are public inside",
    ("config/views/people.py", "_person_shown"): "titles of the use cases of grants that were looked up with visible_to",
    ("foundation/views.py", "worker"): "the heartbeat is nobody's",
}


def shells() -> list[Path]:
    base = Path(django_settings.BASE_DIR)
    found = [
        path
        for room in ROOMS
        for path in (base / room).rglob("*.py")
        if path.name in SHELLS or path.parent.name in ("views", "api")
    ]
    return sorted(path for path in found if "migrations" not in path.parts)


class Queries(ast.NodeVisitor):
    """Each `X.objects` that is not followed by `.visible_to(…)`, with the function it stands in."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.found: list[tuple[str, int]] = []
        self.allowed: set[ast.Attribute] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.inside.append(node.name)
        self.generic_visit(node)
        self.inside.pop()

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if (
            isinstance(called, ast.Attribute)
            and called.attr in ("visible_to", "shared_with", "none")
            and isinstance(called.value, ast.Attribute)
        ):
            self.allowed.add(called.value)
        if isinstance(called, ast.Attribute) and called.attr == "visible_to" and isinstance(called.value, ast.Call):
            first = called.value.func  # Token.objects.live().visible_to(actor)
            if isinstance(first, ast.Attribute) and isinstance(first.value, ast.Attribute):
                self.allowed.add(first.value)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in ("objects", "_default_manager", "_base_manager") and node not in self.allowed:
            self.found.append((self.inside[-1] if self.inside else "", node.lineno))
        self.generic_visit(node)


def unguarded(source: str) -> list[tuple[str, int]]:
    visitor = Queries()
    visitor.visit(ast.parse(source))
    return visitor.found


def test_every_query_of_a_view_or_an_api_starts_from_what_the_caller_may_see():
    base = Path(django_settings.BASE_DIR)
    files = shells()
    assert len(files) > 12
    wrong = [
        f"{path.relative_to(base)}:{line} in {function}"
        for path in files
        for function, line in unguarded(path.read_text())
        if (str(path.relative_to(base)), function) not in EXCEPTIONS
    ]

    assert wrong == []


def test_the_exceptions_are_still_needed():
    base = Path(django_settings.BASE_DIR)
    needed = {(str(path.relative_to(base)), function) for path in shells() for function, _line in unguarded(path.read_text())}

    assert set(EXCEPTIONS) - needed == set()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f():\n    return Model.objects.all()", 1),
        ("def f():\n    return Model.objects.filter(a=1).visible_to(actor)", 0),
        ("def f():\n    return Model.objects.visible_to(actor).filter(a=1)", 0),
        ("def f():\n    return [Model.objects.get(pk=1), Model.objects.visible_to(actor)]", 1),
        ("rows = models.Model._default_manager.first()", 1),
    ],
)
def test_the_search_finds_what_it_should(source, count):
    assert len(unguarded(source)) == count
