"""Days at the ends of the calendar, which some registers write for “for good”; and beginnings that are over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation import clock
from foundation.errors import Invalid
from governance.people import services
from governance.people.models import RoleGrant, TeamGrant

FOR_GOOD = "9999-12-31"


def test_a_file_that_gives_a_role_for_good_by_its_day_is_refused_and_says_how(world):
    url = "/api/v1/use-cases/churn/roles/import"
    body = f"roles: {{operations: [{{person: stranger, until: {FOR_GOOD}}}]}}"
    answer = world.api("lead").post(url, body.encode(), content_type="application/yaml")

    assert answer.status_code == 400
    assert "Leave it out" in answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["field"] == "line 1"


def test_so_is_the_form(world):
    form = {"person": "stranger", "role": "operations", "until": FOR_GOOD}
    answer = world.client("lead").post("/use-cases/churn/people/give/", form)

    assert answer.status_code == 400
    assert "between the years 2000 and 2200" in answer.content.decode()


@pytest.mark.parametrize(("first", "last"), [(FOR_GOOD, FOR_GOOD), ("0001-01-01", "0001-01-02"), ("2026-12-01", FOR_GOOD)])
def test_no_deputy_is_named_at_the_end_of_the_calendar(world, first, last):
    services.set_calendar(
        actor=world.admin, slug="kiritimati", title="East", zone="Pacific/Kiritimati", week=[[["09:00", "17:00"]]] * 7, is_default=True
    )  # fmt: skip
    form = {"delegate": "stranger", "starts_at": first, "ends_at": last}

    assert world.client("security").post("/settings/absence/", form).status_code == 400


def test_the_log_until_the_last_day_is_all_of_it(world):
    page = world.client("auditor").get(f"/audit/?until={FOR_GOOD}")

    assert page.status_code == 200
    assert "churn" in page.content.decode()


def test_a_role_never_begins_in_the_past(world):
    said = {"actor": world.lead, "role": "operations", "scope": world.use_case.public_id}
    team = services.create_team(actor=world.admin, slug="crew", title="Crew")
    for moment in (timedelta(minutes=6), timedelta(days=400)):
        with pytest.raises(Invalid) as refused:
            services.grant_role(**said, user=world.stranger.user, starts_at=clock.now() - moment)
        assert refused.value.errors[0].field == "starts_at"
        with pytest.raises(Invalid):
            services.grant_team_role(**said, team=team, starts_at=clock.now() - moment)

    assert not RoleGrant.objects.filter(user=world.stranger.user).exists()
    assert not TeamGrant.objects.exists()


def test_a_beginning_that_is_over_by_another_clock_is_now(world):
    before = clock.now()
    said = {"actor": world.lead, "role": "operations", "scope": world.use_case.public_id}
    grant = services.grant_role(**said, user=world.stranger.user, starts_at=before - timedelta(minutes=2))

    assert grant.starts_at >= before


def test_a_file_may_name_a_beginning_that_is_over(world):
    """It says how things are; the role is given from now on."""
    before = clock.now()
    body = b"roles: {operations: [{person: stranger, since: 2020-01-01}]}"
    answer = world.api("lead").post("/api/v1/use-cases/churn/roles/import", body, content_type="application/yaml")

    assert answer.status_code == 200
    assert RoleGrant.objects.get(user=world.stranger.user).starts_at >= before
