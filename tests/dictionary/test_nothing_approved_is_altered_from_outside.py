"""What was approved can be altered through no address, no file and no page of administration."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from foundation import actor as actors
from foundation import tokens
from foundation.append_only import missing_triggers
from foundation.models import Token
from governance.dictionary import services
from governance.dictionary.models import Proposal
from tests.approvals.proposing import SAID
from tests.dictionary.test_nothing_approved_is_altered import SAYS, book, sealed  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


# Over HTTP -------------------------------------------------------------------------------------------------------------

ELEMENT = "/api/v1/dictionaries/money/elements/revenue"
FORGED = {"key": "revenue", **SAYS, "approved_at": "2020-01-01T00:00:00Z", "approval": "dc_forged", "reads_as": "sha256:0"}


@pytest.fixture
def callers(world, sealed):
    """Everybody who could try: who keeps the dictionary, an administrator, who proposed it, and a service with every scope."""
    _token, secret = tokens.create(
        actor=actors.system("test"), name="Sync", owner=sealed.keeper.user, kind=Token.Kind.SERVICE,
        scopes=["read", "governance:write"], scope=world.use_case.public_id,
    )  # fmt: skip
    service = Client(headers={"Authorization": f"Bearer {secret}"})
    keeper = Client()
    keeper.force_login(sealed.keeper.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return [keeper, service, world.client("admin"), world.client("data_engineer"), world.api("admin")]


def test_an_element_over_http_has_no_such_door(callers):
    for client in callers:
        for method in ("put", "patch", "delete", "post"):
            answer = getattr(client, method)(ELEMENT, FORGED, content_type="application/json")
            assert answer.status_code in (403, 404, 405), (method, answer.content)


def test_posting_the_same_key_drafts_at_most_and_says_so(callers):
    for client in callers:
        plain = {name: FORGED[name] for name in ("key", *SAID)}
        forged = client.post("/api/v1/dictionaries/money/elements", FORGED, content_type="application/json")
        drafted = client.post("/api/v1/dictionaries/money/elements", plain, content_type="application/json")
        assert forged.status_code in (400, 403), forged.content
        assert drafted.status_code in (200, 403), drafted.content
        if drafted.status_code == 200:
            assert drafted.json()["version"]["says"]["unit"] == "USD"
            assert drafted.json()["draft"]["approved_at"] is None


def test_an_approved_proposal_over_http_takes_no_more_commands(callers):
    row = Proposal.objects.filter(approved_at__isnull=False).last()
    bodies = {
        "": {"title": "Lies"},
        "/changes": {"key": "revenue", "says": SAYS, "meaning_changed": True},
        "/changes/revenue": {},
        "/rebase": {"key": "revenue"},
        "/split": {"keys": ["revenue"], "title": "Part"},
        "/withdraw": {"reason": "No."},
        "/approve": {},
    }
    for path, body in bodies.items():
        for client in callers:
            for method in ("put", "patch", "delete", "post"):
                address = f"/api/v1/dictionaries/money/proposals/{row.public_id}{path}"
                answer = getattr(client, method)(address, body, content_type="application/json")
                assert 400 <= answer.status_code < 500, (method, path, answer.content)


def test_a_release_over_http_is_read_and_made_and_nothing_else(callers):
    for client in callers:
        for method in ("put", "patch", "delete", "post"):
            answer = getattr(client, method)("/api/v1/dictionaries/money/releases/1", {}, content_type="application/json")
            assert answer.status_code in (403, 405), (method, answer.content)


def test_a_person_cannot_vote_as_the_decision(sealed, world):
    """The door is a ballot that counts: with another digest than the one that is judged it is none."""
    row = sealed.proposes(unit="CHF", meaning_changed=True)
    request = sealed.asks(row)
    client = world.client("governance")
    body = {"step": "keepers", "verdict": "approve", "digest": "sha256:" + "0" * 64}

    for who in (client, world.client("admin"), world.client("data_engineer")):
        answer = who.post(f"/api/v1/requests/{request.public_id}/ballots", body, content_type="application/json")
        assert answer.status_code in (403, 409), answer.content
    assert Proposal.objects.get(pk=row.pk).is_open


# Files -----------------------------------------------------------------------------------------------------------------


def test_an_import_proposes_at_most(sealed):
    """A file says that an approved element is something else, and that this was approved."""
    first = imported(sealed, "What a customer paid.")
    element = first.live_changes().get().element
    assert element.current_version() is None
    sealed.agreed(first)
    second = imported(sealed, "Something else.")

    assert second.live_changes().get().element == element
    assert (second.approved_at, second.approval) == (None, None)
    assert element.newest_version().definition == "Something else."
    assert element.current_version().definition == "What a customer paid."


def imported(book, definition: str) -> Proposal:
    """The proposal that an import of a file with one column makes."""
    text = "column,name,definition,type,unit,approved_at,semver,approval\n"
    text += f"paid,Paid,{definition},number,CHF,2020-01-01,9.0.0,dc_forged\n"
    headings = ("column", "name", "definition", "type", "unit")
    tried = services.try_file(
        actor=book.world.data_engineer, dictionary=book.words, data=text.encode(), name="d.csv", form="csv",
        mapping={name: name for name in headings},
    )  # fmt: skip
    row = services.carry_out(actor=book.world.data_engineer, checked=tried)
    return Proposal.objects.get(public_id__in=row.proposals)


# No other way in -------------------------------------------------------------------------------------------------------


def test_there_is_no_admin_site_that_could_write_past_the_services():
    assert not apps.is_installed("django.contrib.admin")
    assert [name for name in settings.INSTALLED_APPS if "admin" in name.casefold()] == []


def test_every_table_of_what_is_approved_is_guarded_by_the_database():
    assert missing_triggers(connection) == []
