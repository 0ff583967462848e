"""A library from a small project, without a mouse, in both languages: from the gate that says no to its review, and its next release."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import ngettext, override
from playwright.sync_api import expect

from foundation import jobs
from governance.dependencies.models import Artifact, Review
from tests.conftest import ask_for, cast_vote
from tests.dependencies.released import READS, released
from tests.dependencies.reviewing import prepared, reviewed
from tests.story.contrib import FILES, FIRST, NAME, NEW, POINTS, SECOND, check_in, gate_says, lock_of, set_gate, wheel_of

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.markup]
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
ALL = ("safe-to-deploy", "io-verified")  # what is demanded where nobody knows the risk


@pytest.fixture
def gate(world: Any) -> Any:
    return set_gate(world)


@pytest.fixture
def pushed(world: Any, push: Any, gate: Any) -> Any:
    """A version that rests on a release of the library, pushed by CI and approved by everybody else who is asked."""

    def of(version: str, library: str) -> Any:
        row = push(version, dependency_sets=lock_of(library))
        cast_vote(world.validator, ask_for(world, gate, row), "validation")
        return row

    return of


def counted(desk: Any, one: str, many: str, number: int, name: str = "count") -> str:
    """How the desk's language says a number of something."""
    with override(desk.language):
        return ngettext(one, many, number) % {name: number}


def decisions(desk: Any, number: int) -> str:
    """The size of the job, as the sheet says it on top."""
    return counted(desk, "%(count)d decision", "%(count)d decisions", number)


def looked_into() -> None:
    """A worker comes by."""
    artifact = Artifact.objects.select_related("job").latest("pk")
    assert artifact.job is not None
    jobs.run(artifact.job.pk)


def to_the_lock(desk: Any, body: dict[str, Any]) -> None:
    """From the gate's answer to the package that is in its way."""
    desk.open(f"/gates/{body['id']}/")
    expect(desk.page.locator("main")).to_contain_text(check_in(body)["title"])
    desk.follow(desk.say("Ask for a review"), begins=True)
    expect(desk.page.locator("#status")).to_contain_text(desk.say("Not reviewed"))


def bring_in(desk: Any, library: str) -> None:
    """From the lock file to the release: the file is uploaded, and read by a worker meanwhile."""
    desk.follow(desk.say("Bring in a file"), begins=True)
    desk.page.locator("input[type=file]").set_input_files(wheel_of(library))
    desk.press(desk.say("Upload"))
    looked_into()
    desk.page.reload()


def judge(desk: Any, count: int, why: str) -> None:
    """The next points of the sheet, as expected, each with a word why; then all is saved."""
    for number in range(1, count + 1):
        desk.pick(desk.say("Expected"), desk.say("Expected"))
        desk.write(desk.say("Why"), f"{why} ({number})")
    desk.press(desk.say("Save"))


def hand_in(desk: Any, scripts: bool) -> None:
    desk.follow(desk.say("Hand in"))
    desk.press(desk.say("Hand in"))
    desk.is_told("It is handed in. A security reviewer confirms it next.", scripts=scripts)


def confirm(desk: Any, title: str, scripts: bool) -> None:
    """From the list of packages to the queue, and there to what waits first."""
    desk.open("/dependencies/")
    desk.follow(desk.say("Reviews"))
    desk.follow(title)
    desk.press(desk.say("Confirm it"))
    desk.is_told("It is confirmed, and counts from now on wherever these bytes are used.", scripts=scripts)


def asked_again(desk: Any, body: dict[str, Any]) -> None:
    desk.open(f"/gates/{body['id']}/")
    desk.press(desk.say("Ask again"))
    desk.reads("It may ship.")


@with_and_without_scripts
def test_a_library_that_nobody_reviewed_comes_from_the_gates_no_to_its_yes(
    at: Any, world: Any, pushed: Any, language: str, scripts: bool
) -> None:
    version = pushed("7", FIRST)
    body = gate_says(world, version, language)
    assert body["decision"] == "deny"
    assert [actor["display"] for actor in check_in(body)["actors"]] == ["Engineer"]

    with at(world.engineer, scripts=scripts) as desk:
        to_the_lock(desk, body)
        bring_in(desk, FIRST)
        desk.follow(counted(desk, "See its %(n)s point", "See its %(n)s points", POINTS, "n"))
        desk.follow(desk.say("Begin a review"))
        desk.press(desk.say("Begin"))
        expect(desk.page.locator(".head__lead")).to_contain_text(decisions(desk, POINTS))
        judge(desk, POINTS, "It is what the library is for")
        desk.reads("Nothing is left to decide")
        hand_in(desk, scripts)
        desk.reads("Only a security reviewer can do this.")

    review = Review.objects.get()
    assert sorted(review.criteria) == sorted(ALL)
    waiting = gate_says(world, version, language)
    assert (check_in(waiting)["status"], check_in(waiting)["actors"][0]["display"]) == ("pending", "Security")

    with at(world.security, scripts=scripts) as desk:
        confirm(desk, desk.say("Review of %(release)s", release=f"{NAME} {FIRST}"), scripts)
        asked_again(desk, body)
    assert gate_says(world, version, language)["decision"] == "allow"


@with_and_without_scripts
def test_its_next_release_asks_for_what_is_new_and_for_nothing_else(
    at: Any, world: Any, pushed: Any, language: str, scripts: bool
) -> None:
    reviewed(world, released(FILES[FIRST], FIRST), criteria=ALL)
    version = pushed("8", SECOND)
    body = gate_says(world, version, language)
    assert body["decision"] == "deny"

    with at(world.engineer, scripts=scripts) as desk:
        to_the_lock(desk, body)
        bring_in(desk, SECOND)
        desk.open(f"/gates/{body['id']}/")
        desk.follow(desk.say("Ask for a review"), begins=True)
        desk.follow(desk.say("Begin a review"), begins=True)
        desk.press(desk.say("Begin"))
        expect(desk.page.locator(".head__lead")).to_contain_text(decisions(desk, len(NEW)))
        expect(desk.page.locator("#sheet fieldset")).to_have_count(len(NEW))
        for point in NEW:
            expect(desk.page.locator("#sheet")).to_contain_text(point.removeprefix("env:"))
        judge(desk, len(NEW), "Tables say which days they lack")
        hand_in(desk, scripts)

    review = Review.objects.latest("pk")
    assert review.base is not None
    assert (review.base.version, len(review.points)) == (FIRST, POINTS + len(NEW))
    with at(world.security, scripts=scripts) as desk:
        said = desk.say("Review of %(release)s, from %(base)s", release=f"{NAME} {SECOND}", base=FIRST)
        confirm(desk, said, scripts)
        asked_again(desk, body)
    assert gate_says(world, version, language)["decision"] == "allow"


def test_who_prepared_a_review_cannot_confirm_it_and_reads_why(at: Any, world: Any, language: str) -> None:
    row = prepared(world.security, released({"thing/a.py": READS}))

    with at(world.security) as desk:
        desk.open("/dependencies/queue/")
        desk.reads("You prepared this review, so somebody else has to confirm it.")
        assert desk.page.locator("input[name=item]").count() == 0
        desk.follow(desk.say("Review of %(release)s", release=f"{NAME} 1.0"))
        refused = desk.page.get_by_role("button", name=desk.say("Confirm it"))
        expect(refused).to_be_disabled()
        expect(refused).to_have_accessible_description(desk.say("You prepared this review, so somebody else has to confirm it."))
        forged = {"csrfmiddlewaretoken": desk.page.locator("[name=csrfmiddlewaretoken]").first.input_value()}
        answer = desk.page.request.post(
            f"{desk.portal}/dependencies/reviews/{row.public_id}/confirm/",
            form={**forged, "digest": row.content_digest},
            headers={"referer": desk.page.url},
        )
        assert answer.status == 403
        assert desk.say("You prepared this review, so somebody else has to confirm it.") in answer.text()
    row.refresh_from_db()
    assert row.confirmed_at is None
