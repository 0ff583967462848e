from __future__ import annotations

import json

import pytest

from foundation import actor, clock
from governance.people import services as people
from governance.usecases import services
from governance.usecases.models import Feedback, Increment
from tests.usecases.papers import added, upload
from tests.usecases.shown import png, said, shown

TAB = "/use-cases/churn/increments/"
API = "/api/v1/use-cases/churn/increments"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def today() -> str:
    return clock.now().date().isoformat()


@pytest.fixture
def clara(world):
    """The client, in a browser."""
    from django.test import Client

    user = people.create_user(actor=actor.system("test"), username="clara", name="Clara Client", email="clara@example.com")
    people.grant_role(actor=world.lead, user=user, role="client_representative", scope=world.use_case.public_id)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_increment_is_recorded_by_form_and_shown_with_its_picture(world):
    client = world.client("lead")
    paper = added(world)
    data = {
        "title": "First list",
        "shown": "A list of 200 customers.",
        "day": today(),
        "attended": [world.business.user.public_id],
        "outsiders": "王芳\nMs Thiel",
        "links": "https://demo.example.com",
        "documents": [paper.public_id],
        "pictures": [upload(png(), "图表.png"), upload(png(5), "b.png")],
    }
    answer = client.post(TAB + "add/", data, follow=True)

    assert answer.redirect_chain == [(TAB + "1/", 302)]
    page = text_of(answer)
    for words in ("A list of 200 customers.", "王芳", "Ms Thiel", "Business", 'alt="Picture 图表.png"', "Test plan · 1"):
        assert words in page
    row = Increment.objects.get()
    picture = client.get(f"/increment-pictures/{row.attachments.first().public_id}/")
    assert b"".join(picture.streaming_content) == png()
    assert picture["Content-Type"] == "image/png"
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in picture["Content-Security-Policy"]
    listed = text_of(client.get(TAB))
    assert "First list" in listed
    assert f'href="{TAB}1/"' in listed
    assert "First list" in text_of(client.get("/use-cases/churn/"))


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"title": ""}, 400, "This field is required"),
        ({"day": "2999-01-01"}, 400, "still to come"),
        ({"links": "javascript:alert(1)"}, 400, "begins with https://"),
        ({"pictures": "svg"}, 400, "x.svg is no picture"),
        ({"attended": "us_nobody"}, 400, "not one of the available choices"),
    ],
)
def test_what_cannot_be_used_is_said_and_what_was_typed_is_kept(world, data, status, words):
    if "pictures" in data:
        data = {"pictures": upload(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "x.svg")}
    answer = world.client("lead").post(TAB + "add/", {"title": "T", "shown": "Kept words", "day": today(), **data})

    assert answer.status_code == status
    page = text_of(answer)
    assert words in page
    assert "Kept words" in page
    assert not Increment.objects.exists()


def test_people_who_have_seen_nothing_are_named_where_one_looks(world):
    shown(world, attended=[world.validator.user])
    client = world.client("lead")

    for path in (TAB, "/use-cases/churn/"):
        assert "Business owner" in text_of(client.get(path)).partition("seen nothing" if path == TAB else "Nothing seen")[2]
    answer = world.api("lead").get("/api/v1/use-cases/churn/unseen").json()
    assert [(item["user"], item["roles"], item["last_seen"]) for item in answer["results"]] == [
        ("business", ["business_owner"], None)
    ]


def test_feedback_goes_from_the_business_owner_to_an_answer(world):
    shown(world, attended=[world.business.user])
    given = world.client("business").post(TAB + "1/feedback/", {"kind": "problem", "text": "电话号码 <b>missing</b>"})
    assert given["Location"] == f"{TAB}1/"
    client = world.client("lead")
    page = text_of(client.get(TAB + "1/"))
    assert "Problem from Business" in page
    assert "<b>missing" not in page
    refused = client.post(TAB + "1/feedback/1/", {"outcome-1-what": "declined"})
    assert refused.status_code == 400
    assert "Say why not" in text_of(refused)
    assert client.post(TAB + "1/feedback/1/", {"outcome-1-what": "planned", "outcome-1-reason": "Sprint 8."}).status_code == 302
    assert "Sprint 8." in text_of(world.client("business").get(TAB + "1/"))
    assert client.post(TAB + "1/feedback/9/", {"outcome-9-what": "done"}).status_code == 404


def test_the_client_sees_increments_says_something_and_nothing_else(world, clara):
    row = shown(world, pictures=[(png(), "a.png")])
    page = text_of(clara.get(TAB))
    assert "First list" in page
    assert "Record it" not in page
    assert clara.get(f"/increment-pictures/{row.attachments.get().public_id}/").status_code == 200
    assert clara.post(TAB + "1/feedback/", {"kind": "praise", "text": "Good."}).status_code == 302
    assert clara.post(TAB + "1/seen/").status_code == 302
    assert clara.post(TAB + "add/", {"title": "T", "shown": "S", "day": today()}).status_code == 404
    assert clara.post(TAB + "1/people/", {"people-outsiders": "X"}).status_code == 404
    assert clara.post(TAB + "1/feedback/1/", {"outcome-1-what": "done"}).status_code == 404
    assert Feedback.objects.get().voice == "Clara Client"
    assert Increment.objects.count() == 1


def test_a_stranger_finds_nothing(world):
    row = shown(world, pictures=[(png(), "a.png")])
    client = world.client("stranger")
    for path in (TAB, TAB + "1/", f"/increment-pictures/{row.attachments.get().public_id}/"):
        assert client.get(path).status_code == 404
    assert world.client("lead").get(TAB + "9/").status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(world, django_assert_max_num_queries):
    client = world.client("lead")
    said(world, shown(world, pictures=[(png(), "a.png")]))
    with django_assert_max_num_queries(60) as first:
        client.get(TAB)
    for number in range(6):
        said(world, shown(world, title=f"List {number}", links=["https://example.com"], pictures=[(png(), "a.png")]))
    with django_assert_max_num_queries(len(first)):
        client.get(TAB)


# The interface for programs -------------------------------------------------------------------------------------------


def test_a_pipeline_sends_pictures_and_the_same_key_changes_nothing(world, push):
    api = world.api("ci")
    form = {"title": "Nightly", "shown": "New list.", "key": "run-1", "model_version": push().public_id}
    files = {
        "pictures": [upload(png(), "图.png"), upload(png(9), "b.png")],
        "links": ["https://a.example.com", "https://b.example.com"],
    }
    first = api.post(API, {**form, **files})

    assert first.status_code == 201, first.content
    body = first.json()
    assert (body["source"], body["key"], body["by"]) == ("ci", "run-1", "Churn pipeline")
    assert [item["kind"] for item in body["attachments"]] == ["picture", "picture", "link", "link"]
    assert [item["name"] for item in body["invited"]] == ["Business"]
    again = api.post(API, {**form, "pictures": [upload(png(), "图.png")]})
    assert (again.status_code, again.json()["id"]) == (200, body["id"])
    picture = api.get(body["attachments"][0]["url"].partition("testserver")[2] or body["attachments"][0]["url"])
    assert picture.status_code == 200
    assert api.get(f"{API}/1").json()["id"] == body["id"]
    assert [item["number"] for item in api.get(API).json()["results"]] == [1]


def test_people_speak_and_are_answered_over_http(world):
    def send(part, path, data):
        return world.api(part).post(path, json.dumps(data), content_type="application/json")

    made = send("lead", API, {"title": "T", "shown": "S", "attended": ["business"], "outsiders": ["Ms Thiel"]})
    assert made.status_code == 201, made.content
    assert [item["name"] for item in made.json()["attended"]] == ["Business", "Ms Thiel"]
    word = send("business", f"{API}/1/feedback", {"kind": "question", "text": "When?"})
    assert word.status_code == 201
    outcome = send("lead", f"/api/v1/feedback/{word.json()['id']}/outcomes", {"what": "declined", "reason": "Too early."})
    assert (outcome.status_code, outcome.json()["what"]) == (201, "declined")
    assert world.api("lead").get(f"{API}/1/feedback").json()["results"][0]["state"] == "declined"
    assert send("lead", f"{API}/1/showings", {"attended": ["validator"]}).status_code == 200
    assert send("business", f"{API}/1/seen", {}).status_code == 200


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": ""}, "title"),
        ({"attended": ["nobody"]}, "attended"),
        ({"documents": ["do_x"]}, "documents"),
        ({"colour": "red"}, "colour"),
        ({"roles": ["end_user"]}, "roles"),
    ],
)
def test_what_cannot_be_used_is_a_problem_with_its_field(world, data, field):
    said = json.dumps({"title": "T", "shown": "S", **data})
    answer = world.api("lead").post(API, said, content_type="application/json")

    assert answer.status_code == 400
    assert field in [item["field"].partition("[")[0] for item in answer.json()["errors"]]


def test_a_document_that_was_shown_says_where(world):
    paper = added(world)
    shown(world, documents=[paper])
    answer = world.api("lead").get(f"/api/v1/documents/{paper.public_id}/references").json()

    assert [item["title"] for item in answer["results"]] == ["Increment 1: First list"]
    services.withdraw_document(actor=world.lead, document=paper, reason="Wrong figures.")
    assert "Withdrawn" in text_of(world.client("lead").get(TAB + "1/"))
