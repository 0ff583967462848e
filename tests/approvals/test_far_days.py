"""Days near the ends of the calendar, where no day before or after can be computed: told, and no failure of ours."""

from __future__ import annotations

import pytest

from tests.approvals.pages import text_of

FAR = ["0001-01-01", "9999-12-31"]
YAML = "title: T\nsteps: [{key: s, title: S, role: auditor, covers: [code]}]\n"


@pytest.mark.parametrize("day", [*FAR, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_the_api_of_insights_refuses_a_period_that_cannot_be(world, gate, name, day):
    answer = world.api("lead").get("/api/v1/insights", {name: day})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_replay_refuses_a_period_that_cannot_be(world, gate, name, day):
    answer = world.api("admin").post(
        f"/api/v1/policies/{gate.policy.key}/replay", {"yaml": YAML, name: day}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("name", ["from", "to"])
def test_the_pages_keep_the_day_and_say_so(world, gate, name, day):
    for part, address in (("lead", "/insights/"), ("admin", f"/settings/policies/{gate.policy.key}/replay/")):
        answer = world.client(part).get(address, {name: day})

        assert answer.status_code == 400, address
        assert "Choose a day between the years 2000 and 2200." in text_of(answer)


@pytest.mark.parametrize("day", FAR)
def test_a_condition_that_is_due_on_such_a_day_is_refused_at_its_field(world, push, ask, day):
    request = ask(push())
    client = world.client("security")
    client.get(f"/requests/{request.public_id}/")
    answer = client.post(
        f"/requests/{request.public_id}/",
        {
            "command": "vote",
            "step": "security",
            "verdict": "approve",
            "digest": "sha256:" + "0" * 64,
            "comment": "",
            "condition": "Rotate the key.",
            "due_at": day,
        },
    )

    assert answer.status_code == 400
    assert "Choose a day between the years 2000 and 2200." in text_of(answer)
    assert not request.ballots.exists()


@pytest.mark.parametrize(("title", "code"), [(r"\0", "bad_text"), (r"\ud800", "bad_text"), (r"\U00110000", "yaml")])
def test_a_policy_whose_escapes_stand_for_no_character_has_a_problem_and_is_no_failure(world, title, code):
    yaml = f'title: "{title}"\nsteps: [{{key: s, title: S, role: auditor, covers: [code]}}]\n'
    linted = world.api("admin").post("/api/v1/policies/lint", {"yaml": yaml}, content_type="application/json")
    written = world.api("admin").post("/api/v1/policies", {"key": "p", "yaml": yaml}, content_type="application/json")

    assert (linted.status_code, code in [item["code"] for item in linted.json()["problems"]]) == (200, True)
    assert (written.status_code, written.json()["code"]) == (400, "policy.invalid")


@pytest.mark.parametrize("command", ["dismiss", "confirm", "migrate", "end", "review"])
def test_a_form_that_names_something_with_a_nul_names_nothing(world, push, ask, command):
    """On PostgreSQL a query for it would be a failure of ours."""
    request = ask(push())
    address = f"/requests/{request.public_id}/"
    fields = dict.fromkeys(("ballot", "condition", "version", "waiver", "id", "about"), "a\x00b")

    assert world.client("admin").post(address, {"command": command, **fields}).status_code == 404


def test_a_line_of_the_inbox_with_a_nul_is_none(world, gate):
    for data in ({"item": ["rq_\x00:security:"]}, {"item": ["rq_\x00:security:"], "command": "approve"}):
        assert world.client("security").post("/inbox/bulk/", data).status_code == 404
