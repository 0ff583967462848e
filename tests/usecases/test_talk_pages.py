"""Pages of talk: asked where the work is, found from the notice, answered, resolved; without a script."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.people.models import Notice
from governance.usecases.models import Following, Thread
from governance.usecases.services import threads
from tests.conftest import World
from tests.usecases.papers import added


def post(world: World, part: str, address: str, **data):
    return world.client(part).post(address, data)


def page(world: World, part: str, address: str) -> str:
    answer = world.client(part).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def question(world: World) -> Thread:
    text = "Is it in months? @security"
    return threads.open_thread(actor=world.scientist, subject_id=world.use_case.public_id, text=text, question=True).thread


def test_a_question_is_asked_found_answered_and_resolved(world):
    here = "/use-cases/churn/talk/"
    sent = post(
        world,
        "scientist",
        "/threads/new/",
        subject=world.use_case.public_id,
        text="Is it in months? @security",
        question="on",
        next=here,
    )
    thread = Thread.objects.get()
    assert sent.status_code == 302
    assert sent["Location"].startswith(here)
    assert sent["Location"].endswith(f"#{thread.public_id}")

    notice = Notice.objects.get(user=world.security.user)
    led = world.client("security").get(f"/notices/{notice.public_id}/")
    assert led["Location"] == f"/threads/{thread.public_id}/#{thread.comments.get().public_id}"
    answered = post(world, "security", f"/threads/{thread.public_id}/", command="reply", text="In months.")
    assert answered.status_code == 302
    assert answered["Location"].endswith(f"#{thread.comments.get(number=2).public_id}")
    post(world, "security", f"/threads/{thread.public_id}/", command="resolve")

    shown = page(world, "scientist", here)
    assert "No question is open" in shown
    assert "In months." in shown
    thread.refresh_from_db()
    assert thread.resolved_by == world.security.user


def test_open_questions_come_first_and_filters_narrow_the_rest(world, question):
    threads.open_thread(actor=world.lead, subject_id=world.use_case.public_id, text="For your information")
    done = threads.open_thread(actor=world.lead, subject_id=world.use_case.public_id, text="Long settled").thread
    threads.resolve_thread(actor=world.lead, thread=done)

    head, _, rest = page(world, "business", "/use-cases/churn/talk/").partition('id="all-threads"')
    assert "Is it in months?" in head.partition('id="talk-')[0]
    assert "For your information" in rest
    only = page(world, "business", "/use-cases/churn/talk/?state=resolved&q=settled").partition('id="all-threads"')[2]
    assert "Long settled" in only
    assert "For your information" not in only


def test_the_list_shows_what_concerns_somebody(world, question):
    assert "Is it in months?" in page(world, "security", "/talk/")
    assert "Is it in months?" in page(world, "scientist", "/talk/?show=mine")
    assert "Is it in months?" not in page(world, "business", "/talk/")
    assert "Is it in months?" in page(world, "business", "/talk/?show=all&kind=question")
    assert "Is it in months?" not in page(world, "stranger", "/talk/?show=all&state=all")
    post(world, "security", f"/threads/{question.public_id}/", command="mute")
    assert "Is it in months?" not in page(world, "security", "/talk/?show=")


def test_what_was_refused_keeps_what_was_typed(world, question):
    long = "Long answer. " * 1000
    refused = post(world, "security", f"/threads/{question.public_id}/", command="reply", text=long)

    assert refused.status_code == 400
    assert long.strip()[:500] in refused.content.decode()
    assert "at most 10000 characters" in refused.content.decode().replace(",", "")


def test_somebody_who_comes_second_is_told_on_the_page(world, question):
    threads.resolve_thread(actor=world.security, thread=question)
    answer = world.client("lead").post(f"/threads/{question.public_id}/", {"command": "resolve"}, follow=True)

    assert answer.status_code == 200
    assert "Security has resolved this already." in answer.content.decode()


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", "x" * 600]
)
def test_nobody_is_led_to_another_site(world, question, place):
    answer = post(world, "lead", f"/threads/{question.public_id}/", command="reply", text="Hello", next=place)

    assert answer["Location"].startswith(f"/threads/{question.public_id}/")


def test_the_author_hears_who_could_not_be_told_and_which_names_are_nobodys(world):
    sent = world.client("scientist").post(
        "/threads/new/", {"subject": world.use_case.public_id, "text": "@stranger @nobody @lead"}, follow=True
    )
    said = sent.content.decode()

    assert "because they cannot see this: Stranger" in said
    assert "called so: @nobody" in said
    assert "Told: Lead." in said


def test_following_is_changed_by_a_button(world, question):
    for command, state in (("follow", "follows"), ("leave", "left"), ("mute", "muted")):
        post(world, "business", f"/threads/{question.public_id}/", command=command)
        assert Following.objects.get(user=world.business.user).state == state


def test_one_edits_and_withdraws_on_the_page_of_the_comment(world, question):
    comment = question.comments.get()
    address = f"/comments/{comment.public_id}/"
    assert post(world, "scientist", address, command="edit", text="In days?").status_code == 302
    shown = page(world, "business", address)
    assert "Is it in months?" in shown  # what it said before
    assert "Put it in other words" not in shown
    assert post(world, "business", address, command="edit", text="Mine").status_code == 403
    assert post(world, "business", address, command="withdraw").status_code == 403
    assert post(world, "scientist", address, command="withdraw").status_code == 302
    assert "In days?" not in page(world, "business", f"/threads/{question.public_id}/")


def test_threads_stand_on_the_pages_of_what_they_are_about(world, push, ask):
    version = push()
    request = ask(version)
    paper = added(world)
    definition = world.use_case.current_definition()
    lock = version.dependency_sets.first() if hasattr(version, "dependency_sets") else None
    places = {
        version.public_id: f"/models/{version.public_id}/",
        request.public_id: f"/requests/{request.public_id}/",
        paper.public_id: f"/use-cases/churn/documents/{paper.slug}/",
        definition.public_id: f"/use-cases/churn/definitions/{definition.number}/",
    }
    if lock is not None:
        places[lock.public_id] = f"/dependencies/{lock.public_id}/"
    for subject, address in places.items():
        said = threads.open_thread(actor=world.lead, subject_id=subject, text=f"About {subject}")
        shown = page(world, "business", address)
        assert f"About {subject}" in shown
        assert f'id="{said.thread.public_id}"' in shown


def test_a_part_of_a_request_has_threads_of_its_own_at_its_place(world, push, ask):
    request = ask(push())
    said = threads.open_thread(
        actor=world.validator, subject_id=request.public_id, component="dictionary", text="Which unit? @governance", question=True
    )

    shown = page(world, "governance", f"/requests/{request.public_id}/")
    part = re.search(r'id="part-dictionary".*?</details>\s*(?=<details|</section)', shown, re.DOTALL)
    assert part is not None
    assert "Which unit?" in part[0]
    assert said.thread.component == "dictionary"
    assert "Dictionary" in page(world, "governance", "/talk/")


def test_more_talk_on_a_request_costs_no_more_queries(world, push, ask):
    request = ask(push())
    client = world.client("business")
    address = f"/requests/{request.public_id}/"

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    client.get(address)  # the first look is noted
    threads.open_thread(actor=world.lead, subject_id=request.public_id, text="One @business")
    before = cost()
    for part in ("", "dictionary", "code", "model"):
        for number in range(3):
            said = threads.open_thread(actor=world.lead, subject_id=request.public_id, component=part, text=f"No. {number}")
            threads.comment(actor=world.security, thread=said.thread, text="@lead, yes")

    assert cost() == before


def test_a_comment_that_reads_like_a_verdict_is_answered_with_the_way_to_the_form(world, push, ask, vote):
    request = ask(push())
    form = {"subject": request.public_id, "text": "LGTM", "next": f"/requests/{request.public_id}/"}

    said = world.client("security").post("/threads/new/", form, follow=True).content.decode()
    assert "still waits for your verdict" in said
    assert f'href="/requests/{request.public_id}/#verdict-security"' in said
    assert Thread.objects.get().title == "LGTM"  # nothing is kept back
    request.refresh_from_db()
    assert not request.ballots.exists()
    for part, text in (("lead", "LGTM"), ("security", "Which release is it?")):
        assert "still waits" not in world.client(part).post("/threads/new/", {**form, "text": text}, follow=True).content.decode()
    vote(world.security, request, "security")
    assert "still waits" not in world.client("security").post("/threads/new/", form, follow=True).content.decode()


def test_forms_on_a_request_say_that_a_comment_decides_nothing(world, push, ask):
    request = ask(push())
    shown = page(world, "security", f"/requests/{request.public_id}/")

    assert "A comment approves nothing and rejects nothing" in shown
    assert "is none by itself" in shown
