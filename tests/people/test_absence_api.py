from __future__ import annotations

from datetime import timedelta

import pytest

from foundation import clock
from governance.people import services
from governance.people.models import Calendar, Delegation, Notice

API = "/api/v1"
DAY = timedelta(days=1)
WEEK = [[["09:00", "17:00"]]] * 5 + [[], []]
BERLIN = {
    "slug": "berlin",
    "title": "Berlin",
    "zone": "Europe/Berlin",
    "week": WEEK,
    "country": "DE",
    "closed_on": ["2026-12-24"],
}


def post(world, part: str, path: str, body: dict, **headers):
    return world.api(part).post(f"{API}/{path}", body, content_type="application/json", headers=headers)


def away(**overrides):
    now = clock.now()
    said = {"delegate": "validator", "role": "security_reviewer", "starts_at": now + DAY, "ends_at": now + 3 * DAY}
    return {**said, "reason": "Surgery", **overrides}


def test_a_deputy_is_named_listed_and_ended(world):
    made = post(world, "security", "delegations", away(starts_at=clock.now() + DAY))

    assert made.status_code == 201
    assert (made.json()["principal"], made.json()["delegate"], made.json()["live"]) == ("security", "validator", False)
    listed = world.api("stranger").get(f"{API}/delegations").json()["results"]
    assert listed == [made.json()]
    assert "Surgery" not in str(listed)
    ended = post(world, "validator", f"delegations/{made.json()['id']}/end", {})
    assert (ended.status_code, ended.json()["ended_at"] is not None) == (200, True)
    assert post(world, "validator", f"delegations/{made.json()['id']}/end", {}).status_code == 409
    assert post(world, "validator", "delegations/dl_none/end", {}).status_code == 404


def test_the_list_can_be_narrowed(world):
    without_start = away()
    del without_start["starts_at"]
    now_there = post(world, "security", "delegations", without_start).json()
    later = post(world, "admin", "delegations", away(principal="business", role="", delegate="lead")).json()

    def ids(query):
        return [row["id"] for row in world.api("auditor").get(f"{API}/delegations?{query}").json()["results"]]

    assert ids("") == [later["id"], now_there["id"]]
    assert ids("live=true") == ids("principal=security") == [now_there["id"]]
    assert ids("delegate=lead") == [later["id"]]
    assert ids("delegate=ghost") == []


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"delegate": "ghost"}, "delegate"),
        ({"principal": "ghost"}, "principal"),
        ({"delegate": "security"}, "delegate"),
        ({"role": "emperor"}, "role"),
        ({"role": "operations"}, "role"),
        ({"scope": "uc_none"}, "scope"),
        ({"ends_at": "soon"}, "ends_at"),
        ({"until": "2026"}, "until"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_field(world, overrides, field):
    answer = post(world, "security", "delegations", away(**overrides))

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_no_service_token_names_a_deputy_or_ends_one(world):
    row = services.delegate(
        actor=world.security, principal=world.security.user, delegate=world.validator.user, ends_at=clock.now() + DAY
    )

    for path, body in (("delegations", away()), (f"delegations/{row.public_id}/end", {}), ("notices/read", {})):
        answer = post(world, "ci", path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "token.person_needed")
    assert world.api("ci").get(f"{API}/notices").status_code == 403
    assert world.api("ci").get(f"{API}/delegations").status_code == 200


def test_naming_a_deputy_twice_with_one_key_names_one(world):
    body = away()
    first = post(world, "security", "delegations", body, **{"Idempotency-Key": "k1"})
    again = post(world, "security", "delegations", body, **{"Idempotency-Key": "k1"})

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert Delegation.objects.count() == 1
    assert post(world, "security", "delegations", body).status_code == 409


def test_a_calendar_is_made_replaced_and_read(world):
    made = post(world, "admin", "calendars", BERLIN)
    replaced = post(world, "admin", "calendars", {**BERLIN, "title": "Office", "roles": ["operations"], "is_default": True})

    assert (made.status_code, replaced.status_code) == (201, 200)
    assert made.json()["week"] == WEEK
    assert made.json()["closed_on"] == ["2026-12-24"]
    assert made.json()["digest"] == replaced.json()["digest"]  # hours and days off decide, not titles
    assert world.api("ci").get(f"{API}/calendars").json()["results"] == [replaced.json()]


def test_only_administrators_set_calendars(world):
    for part in ("lead", "stranger", "ci"):
        assert post(world, part, "calendars", BERLIN).status_code == 403
    assert not Calendar.objects.exists()


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"zone": "Mars"}, "zone"),
        ({"week": WEEK[:6]}, "week"),
        ({"week": [*WEEK[:6], [["22:00", "06:00"]]]}, "week[6]"),
        ({"week": [*WEEK[:6], [["22:00"]]]}, "week.6[0]"),
        ({"country": "XX"}, "country"),
        ({"roles": ["emperor"]}, "roles"),
        ({"closed_on": ["soon"]}, "closed_on.0"),
        ({"hours": 8}, "hours"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_told_by_its_field(world, overrides, field):
    answer = post(world, "admin", "calendars", {**BERLIN, **overrides})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split("[")[0].split(".")[0] == field.split("[")[0].split(".")[0]


def test_people_read_their_notices(world):
    services.delegate(
        actor=world.security, principal=world.security.user, delegate=world.validator.user, ends_at=clock.now() + DAY
    )
    client = world.api("validator")
    (row,) = client.get(f"{API}/notices").json()["results"]

    assert (row["kind"], row["url"], row["read_at"]) == ("people.deputy_named", "/settings/absence/", None)
    assert row["text"].startswith("Validator acts for Security (every role)")
    assert world.api("lead").get(f"{API}/notices").json()["results"] == []
    assert post(world, "lead", "notices/read", {"ids": [row["id"]]}).json() == {"read": 0}
    assert post(world, "validator", "notices/read", {"ids": [row["id"], "nt_none"]}).json() == {"read": 1}
    assert client.get(f"{API}/notices?unread=true").json()["results"] == []
    assert client.get(f"{API}/notices").json()["results"][0]["read_at"] is not None
    Notice.objects.update(read_at=None)
    assert post(world, "validator", "notices/read", {}).json() == {"read": 1}


def test_lists_cost_the_same_however_long(world, django_assert_max_num_queries):
    now = clock.now()
    for number in range(6):
        services.delegate(
            actor=world.security,
            principal=world.security.user,
            delegate=world.validator.user,
            starts_at=now + (number + 1) * DAY,
            ends_at=now + (number + 2) * DAY,
        )
    client = world.api("validator")
    client.get(f"{API}/delegations")
    for path in ("delegations", "calendars", "notices"):
        with django_assert_max_num_queries(4):
            client.get(f"{API}/{path}")
