"""The API: every error is a problem, what bodies may be, and who is answered at all."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import path
from rest_framework.response import Response

import config.urls
from foundation.api import Endpoint
from foundation.errors import CountersignError, FieldError
from tests.foundation.problems import USE_CASES, problem


class Broken(Endpoint):
    def get(self, request):
        raise ZeroDivisionError("a secret of the server")


class Refusing(Endpoint):
    def get(self, request):
        raise CountersignError("No.", code="test.no", errors=[FieldError("a[0].b", "bad", "Not that.")], extra={"retry_after": 3})


def broken_page(request):
    raise ZeroDivisionError("a secret of the server")


class Urls:
    """The product's addresses, with a few that fail."""

    urlpatterns = [
        path("api/v1/broken", Broken.as_view()),
        path("api/v1/refusing", Refusing.as_view()),
        path("api/v1/broken-page", broken_page),
        *config.urls.urlpatterns,
    ]
    handler500 = config.urls.handler500


@pytest.fixture
def failing(settings):
    settings.ROOT_URLCONF = Urls
    return settings


# Every error is a problem --------------------------------------------------------------------------------------------


def test_without_a_credential_401_says_how_to_sign_in(db):
    answer = Client().get(USE_CASES)

    problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Countersign"'


@pytest.mark.parametrize(
    "url", ["/api/v1/nothing", "/api/nothing", "/api/v2/use-cases", "/api/v1/use-cases/", "/api/v1/use-cases/no/such/thing"]
)
def test_an_address_that_is_none_is_404_as_a_problem(world, url):
    problem(world.api("lead").get(url), 404, "not_found")


def test_a_thing_that_is_none_is_404_as_a_problem(world):
    body = problem(world.api("lead").get(f"{USE_CASES}/nothing"), 404, "not_found")

    assert body["instance"] == f"{USE_CASES}/nothing"


def test_a_method_that_is_none_is_405_and_says_which_there_are(world):
    answer = world.api("lead").delete(USE_CASES)

    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_body_that_is_no_json_by_its_type_is_415(world):
    problem(
        world.api("lead").post(USE_CASES, "a=b", content_type="application/x-www-form-urlencoded"), 415, "unsupported_media_type"
    )
    problem(world.api("lead").post(USE_CASES, {"slug": "x"}), 415)


def test_an_answer_that_cannot_be_given_is_406(world):
    problem(world.api("lead").get(USE_CASES, headers={"Accept": "application/xml"}), 406, "not_acceptable")


def test_a_session_without_the_csrf_token_is_403_as_a_problem(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.lead.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    problem(client.post(USE_CASES, {"slug": "x-1", "title": "X"}, content_type="application/json"), 403)


def test_a_defect_is_500_and_tells_nothing_but_its_request(failing, world):
    client = world.api("lead")
    client.raise_request_exception = False

    for url in ("/api/v1/broken", "/api/v1/broken-page"):
        body = problem(client.get(url), 500, "error")
        assert "secret" not in json.dumps(body)
        assert "Nothing was changed" in body["detail"]


def test_what_a_service_raises_keeps_its_code_its_fields_and_its_extras(failing, world):
    answer = world.api("lead").get("/api/v1/refusing")
    body = problem(answer, 500, "test.no")

    assert body["errors"] == [{"field": "a[0].b", "code": "bad", "message": "Not that."}]
    assert (body["retry_after"], answer.headers["Retry-After"]) == (3, "3")


def test_problems_speak_the_readers_language(world):
    german = world.api("lead").get(f"{USE_CASES}/nothing", headers={"Accept-Language": "de"})
    chinese = world.api("lead").get(f"{USE_CASES}/nothing", headers={"Accept-Language": "zh-hans"})

    assert german.json()["detail"].startswith("There is no such thing")
    assert chinese.json()["code"] == "not_found"


# Bodies --------------------------------------------------------------------------------------------------------------


def send(world, raw: bytes | str, part: str = "lead", url: str = USE_CASES, **headers):
    return world.api(part).post(url, raw, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"{'slug': 'x'}",
        b'{"slug": "x",}',
        b'{"slug": "a", "slug": "b", "title": "T"}',
        b'{"slug": "x-1", "title": NaN}',
        b'{"slug": "x-1", "title": Infinity}',
        b'{"slug": "x-1", "title": -Infinity}',
        b'{"slug": "x-1", "title": 1e999999999}',
        b'{"slug": "x-1", "title": 1e-999999999}',
        b'{"slug": "x-1", "title": ' + b"9" * 5000 + b"}",
        b'{"slug": "x-1", "title": 0.' + b"9" * 5000 + b"}",
        b'{"slug": "x-1", "title": "half \\ud83d"}',
        b'{"slug": "x-1", "title": "half \\uDE00"}',
        b'\xff\xfe{"slug": "x"}',
        '{"slug": "x-1", "title": "Kündigung"}'.encode("latin-1"),
        '{"slug": "x-1", "title": "流失"}'.encode("gb18030"),
        '{"slug": "x-1", "title": "流失"}'.encode("utf-16"),
        b"[" * 100_000,
    ],
    ids=lambda raw: repr(raw[:32]),
)
def test_a_body_that_cannot_be_read_is_400_with_the_reason(world, raw):
    body = problem(send(world, raw), 400, "parse_error")

    assert body["detail"].startswith("The body is ")


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_a_body_that_is_no_object_is_400(world, raw):
    problem(send(world, raw), 400, "invalid")


def test_a_body_beyond_the_limit_is_413_and_not_read_to_its_end(world, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2

    body = problem(send(world, json.dumps({"slug": "x-1", "title": "T" * 1024**2})), 413, "too_large")
    assert "1 MiB" in body["detail"]


def test_chinese_goes_in_and_comes_out_as_it_is(world):
    title = "客户流失预测 𠀀 🙂"
    answer = send(world, json.dumps({"slug": "liushi", "title": title}, ensure_ascii=False).encode())

    assert (answer.status_code, answer.json()["title"]) == (201, title)
    assert world.api("lead").get(f"{USE_CASES}/liushi").json()["title"] == title
    escaped = send(world, json.dumps({"slug": "liushi-2", "title": title}))
    assert escaped.json()["title"] == title


def test_a_field_nobody_knows_is_an_error_and_not_lost(world):
    body = problem(send(world, {"slug": "x-1", "title": "X", "tittle": "Y", "zz": 1}), 400, "invalid")

    assert body["errors"] == [
        {"field": "tittle", "code": "unknown", "message": "There is no such field."},
        {"field": "zz", "code": "unknown", "message": "There is no such field."},
    ]


def test_every_wrong_field_is_told_by_its_path(world):
    raw = {
        "business_problem": "",
        "kpis": [{"name": "A", "target": 1}, {"name": "B", "target": "much"}, {"target": 3, "nmae": "C"}],
    }
    body = problem(send(world, raw, url=f"{USE_CASES}/churn/definitions"), 400, "invalid")

    assert {(item["field"], item["code"]) for item in body["errors"]} == {
        ("business_problem", "blank"),
        ("ml_problem", "required"),
        ("kpis[1].target", "invalid"),
        ("kpis[2].nmae", "unknown"),
    }


def test_numbers_are_not_rounded_on_the_way(world, push):
    raw = (
        '{"business_problem": "p", "ml_problem": "m", "kpis": [{"name": "K", "target": 0.123456, "baseline": 12345678901234.1}]}'
    )

    answer = send(world, raw, url=f"{USE_CASES}/churn/definitions")

    assert answer.status_code == 201
    kpi = answer.json()["kpis"][0]
    assert (kpi["target"], kpi["baseline"]) == ("0.123456", "12345678901234.100000")


# Methods and sessions ------------------------------------------------------------------------------------------------


def test_head_and_options_are_answered(world):
    client = world.api("lead")

    assert client.head(USE_CASES).status_code == 200
    assert client.options(USE_CASES).status_code == 200
    assert world.api("ci").options(USE_CASES).status_code == 200


def test_the_session_of_the_portal_works_on_the_api_too(world):
    assert world.client("lead").get(USE_CASES).status_code == 200


def test_a_service_token_learns_405_where_nobody_has_the_method(world):
    problem(world.api("ci").delete(USE_CASES), 405)


def test_an_endpoint_that_names_no_scope_is_closed_to_service_tokens(world):
    body = problem(world.api("ci").get("/api/v1/inbox"), 403, "token.person_needed")

    assert "needs a person" in body["detail"]


def test_the_answer_of_an_empty_view_is_still_an_answer(rf, world):
    class Plain(Endpoint):
        def get(self, request):
            return Response({"ok": True})

    request = rf.get("/api/v1/plain", headers={"Authorization": f"Bearer {world.secret_of('lead')}"})
    request.id = "req-12345678"
    answer = Plain.as_view()(request)
    assert answer.data == {"ok": True}
