from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation import actor as actors
from foundation import tokens
from foundation.models import Token
from governance.people import services as people


@pytest.fixture
def room(db):
    """Two people with accounts, and two service tokens: `ci` may send provenance, `reader` may only read."""
    setup = actors.system("setup")

    def somebody(name: str) -> actors.Actor:
        user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@example.com")
        return actors.person(user)

    engineer, stranger = somebody("engineer"), somebody("stranger")

    def program(name: str, scopes: list[str]) -> tuple[actors.Actor, str]:
        token, secret = tokens.create(actor=engineer, name=name, owner=engineer.user, kind=Token.Kind.SERVICE, scopes=scopes)
        return actors.service(token), secret

    (ci, ci_secret), (reader, reader_secret) = program("ci", ["read", "provenance:write"]), program("reader", ["read"])
    return SimpleNamespace(
        engineer=engineer, stranger=stranger, ci=ci, ci_secret=ci_secret, reader=reader, reader_secret=reader_secret
    )
