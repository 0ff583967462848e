from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import path
from rest_framework.response import Response

import config.urls
from foundation.api import Endpoint, etag_of, has_it
from foundation.errors import CountersignError, FieldError
from governance.usecases import services as usecases

USE_CASES = "/api/v1/use-cases"
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}


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


def problem(answer, status: int, code: str | None = None) -> dict:
    """The body of an answer that is a problem as RFC 9457 wants it."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= MEMBERS
    assert body["status"] == status
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["type"] == f"urn:countersign:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    for item in body["errors"]:
        assert set(item) == {"field", "code", "message"}
    if code is not None:
        assert body["code"] == code
    return body


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


# Lists, tags, preconditions ------------------------------------------------------------------------------------------


@pytest.fixture
def many(world):
    for number in range(7):
        usecases.open_use_case(actor=world.lead, slug=f"case-{number}", title=f"Case {number}")
    return world


def test_lists_come_newest_first_in_pages_that_join_without_gap_or_repeat(many):
    client = many.api("lead")
    slugs, url = [], f"{USE_CASES}?limit=3"
    while url:
        body = client.get(url).json()
        assert set(body) == {"next", "previous", "results"}
        slugs += [row["slug"] for row in body["results"]]
        url = body["next"]

    assert slugs == [f"case-{number}" for number in range(6, -1, -1)] + ["churn"]


def test_a_row_that_arrives_while_one_reads_shifts_no_page(many):
    client = many.api("lead")
    first = client.get(f"{USE_CASES}?limit=4").json()
    usecases.open_use_case(actor=many.lead, slug="late", title="Late")
    second = client.get(first["next"]).json()

    assert [row["slug"] for row in second["results"]] == ["case-2", "case-1", "case-0", "churn"]
    assert [row["slug"] for row in client.get(second["previous"]).json()["results"]] == ["case-6", "case-5", "case-4", "case-3"]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "", "999999"])
def test_a_limit_that_is_none_falls_back_and_a_large_one_is_capped(many, limit):
    answer = many.api("lead").get(f"{USE_CASES}?limit={limit}")

    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 8


@pytest.mark.parametrize("cursor", ["x", "cD0=", "%ff", "bz0xJnA9eA==", "🙂", "bz0tMQ=="])
def test_a_cursor_that_is_none_never_breaks_the_server(many, cursor):
    assert many.api("lead").get(f"{USE_CASES}?cursor={cursor}").status_code in (200, 404)


def test_reading_gives_a_tag_and_asking_with_it_gives_304_until_something_changed(world):
    client = world.api("lead")
    url = f"{USE_CASES}/churn"
    first = client.get(url)
    tag = first.headers["ETag"]

    same = client.get(url, headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert client.get(url, headers={"If-None-Match": f'"other", W/{tag}'}).status_code == 304
    assert client.get(url, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    usecases.change_use_case(actor=world.lead, use_case=world.use_case, title="Renamed")
    changed = client.get(url, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Renamed")
    assert changed.headers["ETag"] != tag
    assert changed.headers["Cache-Control"] == "private, no-cache"


def test_lists_have_tags_too(world):
    first = world.api("lead").get(USE_CASES)

    assert world.api("lead").get(USE_CASES, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_change_needs_the_tag_of_what_was_read(world):
    client = world.api("lead")
    url = f"{USE_CASES}/churn"
    tag = client.get(url).headers["ETag"]

    def patch(title: str, **headers):
        return client.patch(url, {"title": title}, content_type="application/json", headers=headers)

    problem(patch("A"), 428, "precondition.required")
    problem(patch("A", **{"If-Match": '"other"'}), 412, "precondition.failed")
    done = patch("A", **{"If-Match": tag})
    assert (done.status_code, done.json()["title"]) == (200, "A")
    problem(patch("B", **{"If-Match": tag}), 412, "precondition.failed")
    assert patch("C", **{"If-Match": client.get(url).headers["ETag"]}).status_code == 200
    assert patch("D", **{"If-Match": "*"}).status_code == 200


def test_head_and_options_are_answered(world):
    client = world.api("lead")

    assert client.head(USE_CASES).status_code == 200
    assert client.options(USE_CASES).status_code == 200
    assert world.api("ci").options(USE_CASES).status_code == 200


def test_the_session_of_the_portal_works_on_the_api_too(world):
    assert world.client("lead").get(USE_CASES).status_code == 200


def test_a_service_token_learns_405_where_nobody_has_the_method(world):
    problem(world.api("ci").delete(USE_CASES), 405)


def test_equal_content_has_equal_tags_and_different_content_different_ones(rf):
    assert etag_of({"a": 1, "b": 2}) == etag_of({"b": 2, "a": 1})
    assert etag_of({"a": 1}) != etag_of({"a": 2})
    assert not has_it(rf.get("/"), '"x"')


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


# The audit log over HTTP ---------------------------------------------------------------------------------------------


def test_an_event_is_proven_by_what_the_api_gives(world):
    from foundation import keys, merkle, notes, sealing
    from foundation.models import AuditEvent

    client = world.api("lead")
    event = AuditEvent.objects.filter(scope=world.use_case.public_id).first()
    problem(client.get("/api/v1/audit/checkpoints/latest"), 404, "audit.no_checkpoint")
    waiting = client.get(f"/api/v1/audit/proof?event={event.uid}")
    problem(waiting, 409, "audit.unsealed")
    assert waiting.headers["Retry-After"] == "2"
    sealing.seal()

    latest = client.get("/api/v1/audit/checkpoints/latest").json()
    proof = client.get(f"/api/v1/audit/proof?event={event.uid}").json()
    said = notes.parse_checkpoint(notes.verify(proof["checkpoint"], [keys.log_key().vkey]))
    assert (said.size, said.root.hex()) == (latest["size"], latest["root"])
    leaf = merkle.leaf_hash(proof["body"].encode())
    assert leaf.hex() == proof["leaf_hash"]
    assert merkle.verify_inclusion(leaf, proof["index"], said.size, [bytes.fromhex(item) for item in proof["proof"]], said.root)


@pytest.mark.parametrize("event", ["", "x", "00000000-0000-0000-0000-000000000000", "%27"])
def test_a_proof_of_nothing_is_404(world, event):
    problem(world.api("lead").get(f"/api/v1/audit/proof?event={event}"), 404, "not_found")


def test_events_are_filtered_and_hidden_by_use_case(world):
    url = "/api/v1/audit/events"
    mine = world.api("lead").get(f"{url}?kind=usecases.definition.written").json()["results"]

    assert [row["kind"] for row in mine] == ["usecases.definition.written"]
    assert json.loads(mine[0]["body"]) == mine[0]["parsed"]
    assert world.api("stranger").get(url).json()["results"] == []
    assert problem(world.api("stranger").get(f"/api/v1/audit/proof?event={mine[0]['id']}"), 404)
    everything = world.api("auditor").get(f"{url}?limit=200").json()["results"]
    assert "foundation.token.created" in {row["kind"] for row in everything}
