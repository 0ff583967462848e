"""Rulings that run out: who is told before, once, whatever is killed; and what the log vouches for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock, sealing, verification
from governance.dependencies import services
from governance.people import services as people
from governance.people.models import Notice
from tests.dependencies.test_rulings import DAY, TICK, asked, decided, in_force, recommended


def told(part: Any) -> list[str]:
    return list(Notice.objects.filter(user=part.user, kind="dependencies.ruling.ending").values_list("url", flat=True))


def test_two_weeks_before_the_end_people_are_told_once(world):
    row = in_force(world)
    with clock.at(row.expires_at - timedelta(days=14) - TICK):
        assert services.warn_of_ends() == 0
    with clock.at(row.expires_at - timedelta(days=14)):
        assert services.warn_of_ends() == 1
        assert services.warn_of_ends() == 0
    with clock.at(row.expires_at - TICK):
        assert services.warn_of_ends() == 0

    for part in (world.scientist, world.security, world.business, world.lead):
        assert told(part) == [f"/dependencies/rulings/{row.public_id}/"]
    assert told(world.governance) == told(world.stranger) == []


def test_many_that_run_out_together_are_one_notice(world):
    for number in range(7):
        in_force(world, name=f"package-{number}")
    with clock.at(clock.now() + 80 * DAY):
        assert services.warn_of_ends() == 7

    assert told(world.business) == ["/dependencies/rulings/?state=ending"]
    notice = Notice.objects.get(user=world.business.user, kind="dependencies.ruling.ending")
    assert notice.data["packages"] == "package-0, package-1, package-2, package-3, package-4 +2"


def test_a_worker_that_is_killed_while_it_tells_leaves_all_of_it_to_the_next(world, monkeypatch):
    row = in_force(world)

    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with clock.at(row.expires_at - DAY):
        with monkeypatch.context() as broken:
            broken.setattr("governance.dependencies.services.ruling_news.tell", killed)
            with pytest.raises(KeyboardInterrupt):
                services.warn_of_ends()
        row.refresh_from_db()
        assert (row.warned_at, told(world.business)) == (None, [])
        assert services.warn_of_ends() == 1
    assert told(world.business)


def test_who_cannot_see_it_any_more_is_not_told(world):
    row = in_force(world)
    grant = world.scientist.user.grants.get(ended_at=None)
    people.end_role(actor=world.lead, grant=grant, reason="Left.")
    with clock.at(row.expires_at - DAY):
        services.warn_of_ends()
    assert told(world.scientist) == []


def test_neither_blocks_nor_what_is_over_is_warned_of(world):
    services.block(actor=world.security, name="joblib", reason="So.", expires_at=clock.now() + DAY)
    asked(world, expires_at=clock.now() + DAY)
    services.revoke_ruling(
        actor=world.security, ruling=in_force(world, specifier="==2", expires_at=clock.now() + DAY), because="x"
    )

    assert services.warn_of_ends() == 1  # a block with an end runs out like others
    with clock.at(clock.now() + 2 * DAY):
        assert services.warn_of_ends() == 0


# The log -------------------------------------------------------------------------------------------------------------


def test_the_log_vouches_for_every_ruling_and_for_what_was_superseded(world):
    old = in_force(world)
    decided(world, recommended(world, services.extend_ruling(
        actor=world.scientist, ruling=old, expires_at=clock.now() + 200 * DAY, reason="Still."
    )))  # fmt: skip
    services.block(actor=world.security, name="numpy", reason="So.")
    sealing.seal()

    assert [finding for finding in verification.verify() if "ruling" in str(finding)] == []


def test_deciding_asks_little_of_the_database(world):
    row = recommended(world, asked(world))
    with CaptureQueriesContext(connection) as queries:
        decided(world, row)
    assert len(queries) <= 36, [query["sql"][:120] for query in queries]
