"""Deputies and calendars, as programs and forms send them."""

from __future__ import annotations

from datetime import timedelta

from foundation import clock
from tests.matrix.row import LEADS, Stage, body

DEPUTY = {"principal": "security", "delegate": "validator", "role": "security_reviewer"}
NAMES_DEPUTIES = LEADS | {"security"}
CALENDAR = body(slug="berlin", title="Berlin", zone="Europe/Berlin", week=[[["09:00", "17:00"]]] * 7)
CALENDAR_FORM = body(slug="berlin", title="Berlin", zone="Europe/Berlin", monday="09:00-17:00")


def the_case(stage: Stage, caller: str) -> str:
    return str(stage.world.use_case.public_id)


def tomorrow(stage: Stage, caller: str) -> str:
    return (clock.now() + timedelta(days=1)).isoformat()


def tomorrows_day(stage: Stage, caller: str) -> str:
    return tomorrow(stage, caller)[:10]
