"""A question that somebody asks in a thread, and who was told."""

from __future__ import annotations

import pytest

from foundation import outbox
from governance.people.models import Notice
from governance.usecases.services import threads
from tests.conftest import World


@pytest.fixture
def asked(world: World) -> threads.Said:
    return ask(world)


def ask(world: World, text: str = "Is the duration in months? @security", **more) -> threads.Said:
    return threads.open_thread(
        actor=world.scientist, **{"subject_id": world.use_case.public_id, "text": text, "question": True, **more}
    )


def told(actor) -> list[str]:
    return list(Notice.objects.filter(user=actor.user).order_by("pk").values_list("kind", flat=True))


def deliver() -> None:
    while outbox.deliver():
        pass
