from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from foundation.errors import Invalid, Missing, NotAllowed
from foundation.middleware import ActorMiddleware, ProblemMiddleware

API = "/api/v1/use-cases"


@pytest.mark.django_db
def test_each_answer_carries_a_request_id_of_its_own():
    client = Client()
    first, second = client.get("/healthz"), client.get("/healthz")

    assert re.fullmatch(r"[0-9a-f]{24}", first.headers["X-Request-Id"])
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.django_db
def test_an_id_the_caller_offers_is_taken_and_comes_back_in_the_problem():
    answer = Client(headers={"X-Request-Id": "build-1234.5"}).get(API)

    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == "build-1234.5"


@pytest.mark.django_db
@pytest.mark.parametrize("offered", ["short", "a b c d e f", "x" * 61, "<script>alert", "ünicöde-id", "'; DROP TABLE--"])
def test_an_id_that_is_none_is_replaced(offered):
    assert Client(headers={"X-Request-Id": offered}).get("/healthz").headers["X-Request-Id"] != offered


def test_the_request_id_ties_the_events_of_one_request_together(world):
    from foundation.models import AuditEvent

    world.api("lead").post(
        API, {"slug": "x-1", "title": "X"}, content_type="application/json", headers={"X-Request-Id": "one-request"}
    )

    assert {event.kind for event in AuditEvent.objects.filter(request_id="one-request")} == {
        "usecases.use_case.opened",
        "people.role.granted",
    }


@pytest.mark.django_db
def test_only_our_own_files_run_and_the_nonce_is_new_each_time():
    policies = [Client().get("/accounts/login/").headers["Content-Security-Policy"] for _i in range(2)]

    assert policies[0] != policies[1]
    for policy in policies:
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.django_db
def test_the_headers_of_a_hardened_answer_are_there():
    answer = Client().get("/accounts/login/")

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_pages_have_an_actor_and_anonymous_ones_have_none(rf, world):
    from django.contrib.auth.models import AnonymousUser

    def seen(user):
        request = rf.get("/")
        request.user, request.id = user, "req-12345678"
        ActorMiddleware(lambda request: HttpResponse())(request)
        return request.actor

    assert seen(AnonymousUser()) is None
    assert seen(world.lead.user).id == world.lead.id
    assert seen(world.lead.user).request_id == "req-12345678"


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "status"), [(NotAllowed("Not you."), 403), (Invalid("Not this."), 400)])
def test_what_a_service_raises_becomes_a_page_that_says_it(rf, error, status):
    from django.contrib.auth.models import AnonymousUser

    request: HttpRequest = rf.get("/use-cases/")
    request.user, request.actor, request.id, request.csp_nonce = AnonymousUser(), None, "req-12345678", "n"

    answer = ProblemMiddleware(lambda request: HttpResponse()).process_exception(request, error)

    assert answer is not None
    assert answer.status_code == status
    assert str(error.detail) in answer.content.decode()


def test_a_missing_thing_is_djangos_own_404_and_other_errors_are_not_touched(rf):
    from django.http import Http404

    middleware = ProblemMiddleware(lambda request: HttpResponse())
    with pytest.raises(Http404):
        middleware.process_exception(rf.get("/x/"), Missing("no"))
    assert middleware.process_exception(rf.get("/x/"), ZeroDivisionError()) is None
    assert middleware.process_exception(rf.get("/api/v1/x"), Invalid("no")) is None


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/requests/%00", "/api/v1/audit/events?kind=%00", "/api/v1/use-cases?cursor=%00"])
def test_a_nul_in_the_address_is_a_problem_and_no_crash(path):
    answer = Client().get(path)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.get("Content-Length", str(len(answer.content))) == str(len(answer.content)), (
        "else a client waits for more"
    )


@pytest.mark.django_db
def test_a_wrong_host_is_a_problem_under_the_api_and_a_page_elsewhere():
    api = Client().get(API, headers={"Host": "evil.example"})
    page = Client().get("/accounts/login/", headers={"Host": "evil.example"})

    assert (api.status_code, api.headers["Content-Type"]) == (400, "application/problem+json")
    assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.django_db
def test_it_is_alive_without_a_database_and_ready_only_with_everything(monkeypatch, django_assert_num_queries):
    from foundation import views

    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "ok"}
    monkeypatch.setattr(views, "broker", lambda: "ok")
    unready = Client().get("/readyz")
    assert (unready.status_code, unready.json()["worker"]) == (503, "never seen")
    from foundation.tasks import heartbeat

    heartbeat()
    assert Client().get("/readyz").json() == {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_the_theme_is_kept_in_a_cookie_and_leads_nowhere_else():
    client = Client()
    answer = client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "dark" in client.cookies.output()
    assert client.post("/theme/", {"theme": "purple", "next": "/accounts/login/"}).headers["Location"] == "/accounts/login/"
    assert "purple" not in client.cookies.output()
    assert client.get("/theme/").status_code == 405
