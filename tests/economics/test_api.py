from __future__ import annotations

import pytest
from django.test import Client

URL = "/api/v1/use-cases/churn/economics"
BODY = {
    "currency": "EUR",
    "horizon": 3,
    "discount_rate": "0.1",
    "real_or_nominal": "nominal",
    "lines": [
        {
            "key": "build",
            "title": "Building",
            "kind": "cost",
            "quantity": 1,
            "unit": "team",
            "unit_price": 1000,
            "from_period": 0,
        },
        {
            "key": "kept",
            "title": "Kept",
            "kind": "benefit",
            "quantity": 40,
            "unit_price": "10.00",
            "from_period": 1,
            "to_period": 3,
        },
    ],
}


@pytest.fixture
def browser(room):
    def of(who) -> Client:
        client = Client()
        client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return of


def test_what_was_written_comes_back_with_its_figures(room, browser):
    client = browser(room.business)

    written = client.post(URL, BODY, content_type="application/json")
    read = client.get(URL)

    assert (written.status_code, read.status_code) == (201, 200)
    assert read.json() == written.json()
    found = read.json()["evaluation"]
    assert found["npv"] == "-5.26"
    assert found["irr"] == ["0.0970102574"]
    assert (found["bcr"], found["payback"], found["discounted_payback"]) == ("0.9947", "2.5", None)
    assert found["flows"]["net"] == ["-1000", "400", "400", "400"]
    assert read.json()["discount_rate"] == "0.1"


def test_sending_the_same_again_answers_200(room, browser):
    client = browser(room.lead)
    first = client.post(URL, BODY, content_type="application/json")
    second = client.post(URL, BODY, content_type="application/json")

    assert second.status_code == 200
    assert second.json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("flows", "rates", "touching", "beyond"),
    [
        ((-100, 240, -144), ["0.2"], ["0.2"], False),
        ((-100, 230, -132), ["0.1", "0.2"], [], False),
        ((-1, 3, -3, 1), ["0"], [], False),
        ((-1, 500_800), [], [], True),
    ],
)
def test_a_rate_that_only_touches_zero_is_told_as_such(room, browser, flows, rates, touching, beyond):
    lines = [
        {
            "key": f"flow-{period}",
            "title": f"Flow {period}",
            "kind": "cost" if flow < 0 else "benefit",
            "quantity": 1,
            "unit_price": abs(flow),
            "from_period": period,
        }
        for period, flow in enumerate(flows)
    ]
    answer = browser(room.business).post(URL, {**BODY, "lines": lines}, content_type="application/json")

    found = answer.json()["evaluation"]
    assert (found["irr"], found["irr_touching"], found["irr_beyond"]) == (rates, touching, beyond)


def test_a_misspelt_field_is_told_by_its_path(room, browser):
    wrong = {**BODY, "lines": [{**BODY["lines"][0], "prise": 1}]}

    answer = browser(room.lead).post(URL, wrong, content_type="application/json")

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "prise" in answer.json()["errors"][0]["field"]


@pytest.mark.parametrize(
    ("written", "code", "word"),
    [
        ("1,5", "comma", "1,5"),
        ("5 %", "percent", "0.035"),
        ("twelve", "not_a_number", "twelve"),
        ("1e999", "not_a_number", "1e999"),
    ],
)
def test_a_number_that_is_none_is_told_with_what_to_write(room, browser, written, code, word):
    wrong = {**BODY, "lines": [{**BODY["lines"][0], "unit_price": written}]}

    answer = browser(room.lead).post(URL, wrong, content_type="application/json")

    (found,) = answer.json()["errors"]
    assert (answer.status_code, found["field"], found["code"]) == (400, "lines[0].unit_price", code)
    assert word in found["message"]


def test_before_anything_was_written_the_answer_says_so(room, browser):
    answer = browser(room.lead).get(URL)

    assert (answer.status_code, answer.json()["code"]) == (404, "economics.none")


def test_a_stranger_does_not_learn_that_the_use_case_exists(room, browser):
    browser(room.lead).post(URL, BODY, content_type="application/json")
    stranger = browser(room.stranger)

    assert stranger.get(URL).json()["code"] == "not_found"
    assert stranger.post(URL, BODY, content_type="application/json").status_code == 404


def test_a_reader_may_read_and_is_told_why_not_write(room, browser):
    browser(room.lead).post(URL, BODY, content_type="application/json")
    auditor = browser(room.auditor)

    assert auditor.get(URL).status_code == 200
    refused = auditor.post(URL, BODY, content_type="application/json")
    assert refused.status_code == 403
    assert "do not work on this use case" in refused.json()["detail"]


def test_a_token_that_may_only_read_reads(room, browser):
    browser(room.lead).post(URL, BODY, content_type="application/json")
    header = {"HTTP_AUTHORIZATION": f"Bearer {room.ci_secret}"}

    assert Client().get(URL, **header).status_code == 200
    assert Client().post(URL, BODY, content_type="application/json", **header).json()["code"] == "token.scope"
    assert Client().get(URL).status_code == 401
