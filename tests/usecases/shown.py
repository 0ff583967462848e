"""Pictures drawn by code, pictures that somebody made to do harm, increments that carry them, and who is told of those."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from foundation import actor as actors
from governance.people import services as people
from governance.people.models import Notice
from governance.usecases import services
from tests.usecases.papers import upload


def png(width: int = 4, height: int = 3, *, really: bool = True) -> bytes:
    """A grey picture; with `really` false only its header speaks of that many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * width) * height if really else b"\0"
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 3) -> bytes:
    """As much of a picture as says how large it is, with a camera's notes in front."""
    notes = b"\xff\xe1" + struct.pack(">H", 502) + b"x" * 500
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + notes + frame + b"\xff\xd9"


def shown(world: Any, actor: Any = None, **values: Any) -> Any:
    """An increment of `churn`, recorded by the lead."""
    said = {"title": "First list", "shown": "A list of 200 customers, ranked.", **values}
    if "pictures" in said:
        said["pictures"] = [upload(content, name) for content, name in said["pictures"]]
    return services.record_increment(actor=actor or world.lead, use_case=world.use_case, **said)


def said(world: Any, increment: Any, actor: Any = None, **values: Any) -> Any:
    """Feedback of the business owner."""
    words = {"kind": "idea", "text": "Put the phone number beside the name.", **values}
    return services.give_feedback(actor=actor or world.business, increment=increment, **words)


@pytest.fixture
def client_of(world):
    """An outside account that represents the client."""
    user = people.create_user(actor=actors.system("test"), username="clara", name="Clara Client", email="clara@example.com")
    people.grant_role(actor=world.lead, user=user, role="client_representative", scope=world.use_case.public_id)
    return actors.person(user)


def told(user) -> list[str]:
    return [notice.kind for notice in Notice.objects.filter(user=user.user).order_by("pk")]
