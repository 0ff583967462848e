"""Comments that are hostile, empty or too much."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation import clock
from foundation.errors import Invalid, TooOften
from governance.people import services as people
from governance.people.models import Notice
from governance.usecases.models import Thread
from governance.usecases.services import threads
from tests.usecases.talk import ask, asked  # noqa: F401 - fixtures


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "required"), (" \n\t\x00\x07 ", "required"), ("\u202e\u2066", "required"), ("x" * 10_001, "too_long")],
)
def test_nothing_and_too_much_are_refused_at_the_field(world, text, code):
    with pytest.raises(Invalid) as refused:
        ask(world, text)
    assert [(item.field, item.code) for item in refused.value.errors] == [("text", code)]
    assert not Thread.objects.exists()


def test_a_megabyte_is_refused_and_comes_back_as_it_was_typed(world):
    text = "多" * 400_000
    page = world.client("scientist").post("/threads/new/", {"subject": world.use_case.public_id, "text": text})

    assert page.status_code == 400
    assert text[:1000] in page.content.decode()
    assert not Thread.objects.exists()


def test_what_turns_the_order_of_words_is_not_kept_and_letters_of_all_scripts_are(world):
    said = ask(world, "invoice\u202efdp.exe שלום 李雷 👩‍🔬 e\u0301")

    assert said.comment.text == "invoicefdp.exe שלום 李雷 👩‍🔬 é"


def test_no_markup_of_a_comment_becomes_markup_of_the_page(world):
    hostile = '<script>alert(1)</script> [approve](javascript:alert(1)) ![x](https://e.example/x.png) <b onclick="x">b</b>'
    ask(world, hostile)

    page = world.client("business").get(f"/threads/{Thread.objects.get().public_id}/").content.decode()
    for part in ("<script>alert", 'href="javascript', "<b onclick", '<img src="https://e.example'):
        assert part not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_nobody_floods_a_page(world, asked):
    for number in range(threads.MOST_AT_ONCE - 1):
        threads.comment(actor=world.scientist, thread=asked.thread, text=f"{number}")
    with pytest.raises(TooOften):
        threads.comment(actor=world.scientist, thread=asked.thread, text="more")
    with clock.at(clock.now() + threads.A_WHILE + timedelta(seconds=1)):
        threads.comment(actor=world.scientist, thread=asked.thread, text="later")


def test_a_crowd_is_not_mentioned_in_one_comment(world):
    for number in range(threads.MOST_MENTIONS + 1):
        people.create_user(actor=world.admin, username=f"p{number}", name=f"P {number}", email=f"p{number}@example.com")

    with pytest.raises(Invalid, match="at most 20"):
        ask(world, " ".join(f"@p{number}" for number in range(threads.MOST_MENTIONS + 1)))
    assert not Thread.objects.exists()
    assert not Notice.objects.filter(kind="usecases.mentioned").exists()


def test_a_component_that_the_thing_does_not_have_is_refused(world):
    with pytest.raises(Invalid, match="component"):
        ask(world, component="dictionary")
