"""The OpenAPI description: it is whole, and the server keeps what it promises."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis import openapi
from schemathesis.generation import GenerationMode

from config.wsgi import application
from governance.people import services as people
from tests.stage import set_stage

SCHEMA = "/api/v1/schema/"
HTTP_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def one_connection():
    """Requests end without closing the connection in whose transaction the test lives; Django's own client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(world) -> dict:
    answer = world.api("lead").get(SCHEMA, headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    return json.loads(answer.content)


@pytest.mark.django_db
def test_the_schema_is_made_without_a_warning_and_is_valid(capsys):
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out, stderr=out)

    assert yaml.safe_load(out.getvalue())["openapi"].startswith("3.")
    assert "Warning" not in capsys.readouterr().err


def test_anybody_reads_the_schema_and_its_pages_load_files_of_our_own_only(db):
    assert yaml.safe_load(Client().get(SCHEMA).content)["info"]["title"] == "Countersign"
    page = Client().get("/api/v1/docs/")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()


def test_every_operation_has_a_name_of_its_own_words_and_wants_a_credential(schema):
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in HTTP_METHODS
    ]

    assert len(operations) > 50
    names = [operation["operationId"] for _where, operation in operations]
    assert sorted(set(names)) == sorted(names)
    for where, operation in operations:
        assert operation.get("description"), where
        assert operation["security"] == [{"token": []}, {"session": []}], where
        assert operation["responses"], where


def test_the_paths_of_the_schema_are_those_of_the_api(schema):
    from tests.test_permission_matrix import KNOWN

    routes = {route for route, _name, _view in KNOWN if route.startswith("api/v1/")} - {"api/v1/schema/", "api/v1/docs/"}
    assert len(schema["paths"]) == len(routes)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["positive", "negative"])
def test_whatever_is_sent_no_answer_is_a_5xx_and_each_error_is_a_problem(
    world, push, ask, vote, gate, schema, one_connection, tmp_path, mode
):
    """Every operation with generated parameters and bodies, over WSGI, by somebody whom hardly anything is refused."""
    stage = set_stage(world, gate, push, ask, vote, tmp_path)
    for role in ("project_lead", "data_governance"):
        people.grant_role(actor=world.lead, user=world.admin.user, role=role, scope=world.use_case.public_id)
    there = {  # paths that lead somewhere, else nearly all answers would be 404
        "/use-cases/{": stage.slug,
        "/dictionaries/{": stage.dictionary,
        "/model-versions/{": stage.version,
        "/requests/{": stage.request,
        "/policies/{": stage.policy,
        "/gates/{": stage.environment,
        "/waivers/{": stage.waiver,
        "/ballots/{": stage.objection,
        "/conditions/{": stage.condition,
        "/envelopes/{": stage.envelope,
        "/documents/{": stage.document,
        "/delegations/{": stage.delegation,
        "/evaluations/{": stage.evaluation,
    }
    described = openapi.from_dict(schema)
    described.app = application
    headers = {"Authorization": f"Bearer {world.secret_of('admin')}"}
    tried: set[str] = set()
    answered: Counter[int] = Counter()

    def attempt(operation) -> None:
        strategy = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=4, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def run(case) -> None:
            case.headers = {**(case.headers or {}), **headers}
            known = next((value for start, value in there.items() if start in operation.path), None)
            if known is not None and len(operation.path_parameters) == 1:
                case.path_parameters = {parameter.name: known for parameter in operation.path_parameters}
            answer = case.call()
            answered[answer.status_code] += 1
            tried.add(operation.label)
            where = f"{operation.label} {answer.status_code} {answer.content[:300]!r} {case.body!r:.300} {case.query!r}"
            assert answer.status_code < 500, where
            kind = (answer.headers.get("content-type") or [""])[0]
            if answer.status_code >= 400:
                assert kind == "application/problem+json", where
                assert json.loads(answer.content)["status"] == answer.status_code, where
            elif answer.content:
                assert kind.startswith(
                    (
                        "application/json",
                        "application/pdf",
                        "application/vnd.",  # workbooks and data packages
                        "application/schema+json",
                        "application/odcs+yaml",
                        "text/csv",
                        "text/x-python",
                        "text/html",
                        "application/zip",
                        "application/yaml",
                        "application/octet-stream",
                    )
                ), where

        from hypothesis import given

        given(case=strategy)(run)()

    for found in described.get_all_operations():
        attempt(found.ok())
    assert len(tried) > 45
    assert answered[200] + answered[201] > 60, answered
    assert answered[400] > 20 or mode is GenerationMode.POSITIVE, answered


@pytest.mark.slow
def test_text_of_any_kind_in_a_path_or_a_query_never_breaks_the_server(world, push, schema):
    from hypothesis import given

    push()
    client = world.api("admin")
    client.raise_request_exception = False
    reads = [path for path, item in schema["paths"].items() if "get" in item]
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from(reads),
        word=text,
        query=st.dictionaries(st.sampled_from(["cursor", "limit", "kind", "name", "event", "state", "scope"]), text),
    )
    def run(path: str, word: str, query: dict[str, str]) -> None:
        for name in ("slug", "public_id", "key", "environment", "number"):
            path = path.replace("{" + name + "}", word.replace("/", "%2F").replace("?", "%3F").replace("#", "%23"))
        answer = client.get(path, query)
        assert answer.status_code < 500, (path, query, answer.content[:300])

    run()
