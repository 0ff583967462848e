"""Rulings in requests for approval: security recommends in one step, the owner decides in another, and how a request ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.models import Decision, Request
from approvals.selectors.packet import base_of, parts_of
from approvals.selectors.standing import standing_of
from approvals.services import decisions, policies, requests
from approvals.subjects import adapter_for
from foundation import clock, outbox
from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from governance.dependencies import services
from governance.dependencies.models import Ruling
from governance.dependencies.selectors.status import status_of
from governance.dependencies.services.ruling_requests import Voice, refuse_by_request, rule_by_decision
from tests.approvals.calling import REQUESTS, ballot, post
from tests.dependencies.judged import NAME, locked, up_to_date
from tests.dependencies.released import READS, released
from tests.dependencies.test_rulings import asked, decided, in_force, kinds, recommended, second

RULINGS = "/api/v1/rulings"


def ask(world, row: Ruling, part: str = "scientist", **more):
    return post(world, part, REQUESTS, {"subject": {"type": "ruling", "id": row.public_id}, "purpose": "exception", **more})


def put_up(world, row: Ruling, part: str = "scientist") -> Request:
    return requests.open_request(
        actor=getattr(world, part), subject_type="ruling", subject_id=row.public_id, purpose="exception", environment=None
    )


def agreed(world, row: Ruling, vote) -> Request:
    request = put_up(world, row)
    vote(world.security, request, "security", comment="Small, and well known.")
    vote(world.business, request, "owner", comment="We need it.")
    request.refresh_from_db()
    row.refresh_from_db()
    return request


# To its end ----------------------------------------------------------------------------------------------------------


def test_over_the_api_security_recommends_the_owner_decides_and_it_is_in_force(world):
    row = asked(world)
    made = ask(world, row, comment="Until it is read.")
    assert (made.status_code, made.json()["subject"]["title"]) == (201, str(row))
    assert ask(world, row).status_code == 200  # the same question again
    public_id = made.json()["id"]

    early = ballot(world, "business", public_id, "owner")
    assert (early.status_code, row.state()) == (409, "asked")
    assert ballot(world, "security", public_id, "security", comment="Small, and well known.").status_code == 201
    row.refresh_from_db()
    assert row.state() == "asked"  # nothing is in force, nor written down, before the owner has spoken
    assert ballot(world, "business", public_id, "owner", comment="We need it.").status_code == 201

    said = world.api("scientist").get(f"{RULINGS}/{row.public_id}").json()
    assert said["state"] == "in_force"
    assert [said["recommendation"][key] for key in ("word", "because")] == ["yes", "Small, and well known."]
    assert [said["decision"][key] for key in ("word", "because")] == ["yes", "We need it."]
    row.refresh_from_db()
    assert (row.recommended_by, row.decided_by) == (world.security.user, world.business.user)
    assert row.recommended_at < row.decided_at == Decision.objects.get().decided_at
    assert kinds(row) == ["asked", "recommended", "decided"]


def test_what_is_in_force_ends_the_one_whose_place_it_takes(world, vote):
    old = in_force(world)
    row = services.extend_ruling(
        actor=world.scientist, ruling=old, expires_at=clock.now() + timedelta(days=200), reason="Still not read."
    )
    request = put_up(world, row)
    standing = standing_of(request)
    part = parts_of(standing, base_of(standing, adapter_for("ruling").before(row)))[0]
    assert {item["path"] for item in part.rows} == {"Why", "Until when", "Takes the place of"}
    vote(world.security, request, "security")
    vote(world.business, request, "owner")

    old.refresh_from_db()
    row.refresh_from_db()
    assert (old.state(), row.state(), old.revoked_at) == ("revoked", "in_force", row.decided_at)


def test_the_status_of_a_lock_file_sees_it_in_the_same_instant(world, vote):
    up_to_date(world)
    lock = locked(world, released({f"{NAME}/a.py": READS}, "1.0", NAME))
    wanted = ["safe-to-deploy", "io-verified"]
    row = asked(world, name=NAME, specifier="==1.0", criteria=wanted)
    assert status_of([lock], use_case=world.use_case).part("reviewed") == "deny"
    agreed(world, row, vote)

    assert status_of([lock], use_case=world.use_case, at=row.decided_at).part("reviewed") == "allow"
    assert status_of([lock], use_case=world.use_case).evidence()["ruling"] == [row.public_id]


def test_for_the_organisation_the_roles_are_held_for_all_of_it(world, vote):
    row = asked(world, use_case=None)
    request = put_up(world, row)
    assert request.use_case is None
    with pytest.raises(NotAllowed):
        vote(world.security, request, "security")  # of one use case only
    sam = second(world)
    vote(sam, request, "security")
    with pytest.raises(Conflict, match="not asked here"):
        vote(world.business, request, "owner")
    for actor in (world.business, sam):
        with pytest.raises(NotAllowed):
            vote(actor, request, "organisation")
    vote(world.admin, request, "organisation")

    row.refresh_from_db()
    assert (row.state(), row.recommended_by, row.decided_by) == ("in_force", sam.user, world.admin.user)


# Four eyes -----------------------------------------------------------------------------------------------------------


def test_who_asked_or_joined_or_recommended_does_not_decide(world, vote):
    row = asked(world, "business")
    request = put_up(world, row)
    owner = second(world, "olga", "business_owner", world.use_case.public_id)
    both = second(world, "bo", "business_owner", world.use_case.public_id)
    second_security(world, both)
    vote(both, request, "security")
    for actor in (world.business, both):  # who asked, and who recommended
        with pytest.raises(NotAllowed):
            vote(actor, request, "owner")
    joined = {"name": row.name, "specifier": row.specifier, "criteria": row.criteria, "use_case": world.use_case}
    assert services.ask_ruling(actor=owner, effect="exempt", reason="We too.", expires_at=row.expires_at, **joined) == row
    with pytest.raises(NotAllowed):
        vote(owner, request, "owner")  # who joined after it was put up

    row.refresh_from_db()
    assert (row.state(), row.recommended_at) == ("asked", None)


def second_security(world, actor) -> None:
    from governance.people import services as people

    people.grant_role(actor=world.lead, user=actor.user, role="security_reviewer", scope=world.use_case.public_id)


LAX = """
title: Lax
open_for: 60 days
break_glass: false
distinct_humans: false
steps:
  - {key: one, title: One, role: ROLE, covers: [ruling], exclude: []}
  - {key: two, title: Two, role: business_owner, covers: [ruling], exclude: []}
checks: {}
"""


@pytest.mark.parametrize(
    ("role", "code"), [("security_reviewer", "ruling.four_eyes"), ("business_owner", "ruling.not_recommended")]
)
def test_whatever_the_policy_says_one_person_alone_puts_nothing_in_force(world, vote, role, code, monkeypatch):
    version = policies.write_policy(actor=world.admin, key="lax", source=LAX.replace("ROLE", role))
    monkeypatch.setattr(policies, "governing", lambda *_: version.policy)
    second_security(world, world.business)
    row = asked(world)
    request = put_up(world, row)
    vote(world.business, request, "one")

    with pytest.raises(Conflict) as refused:
        vote(world.business, request, "two")
    row.refresh_from_db()
    request.refresh_from_db()
    assert (refused.value.code, row.state(), row.recommended_at, request.state) == (code, "asked", None, "open")


def test_a_decision_about_other_content_puts_nothing_in_force(world, vote):
    row, other = asked(world), asked(world, specifier="==1.4.3")
    decision = agreed(world, other, vote).decision
    voices = [
        Voice(world.security.user, "security_reviewer", "", clock.now()),
        Voice(world.business.user, "business_owner", "", clock.now()),
    ]

    assert digest(row.content()) != digest(other.content())
    with pytest.raises(Conflict, match="other content"):
        rule_by_decision(actor=world.business, ruling=row, decision=decision, voices=voices)


# Refused, withdrawn, revoked -----------------------------------------------------------------------------------------


def test_the_owners_rejection_refuses_it_against_the_recommendation(world, vote):
    row = asked(world)
    request = put_up(world, row)
    vote(world.security, request, "security", comment="Small.")
    vote(world.business, request, "owner", "reject", "We do not need it.")

    row.refresh_from_db()
    assert (row.state(), row.recommendation, row.recommended_by) == ("refused", "yes", world.security.user)
    assert (row.decided_by, row.decided_because) == (world.business.user, "We do not need it.")
    assert asked(world) != row  # it can be asked for anew


def test_the_rejection_of_security_refuses_it_without_a_recommendation(world, vote):
    row = asked(world)
    vote(world.security, put_up(world, row), "security", "reject", "It opens sockets.")

    row.refresh_from_db()
    assert (row.state(), row.recommendation, row.decided_by) == ("refused", None, world.security.user)


def test_who_asked_takes_back_and_does_not_refuse(world):
    row = asked(world)
    against = Voice(world.scientist.user, "data_scientist", "No.", clock.now())

    with pytest.raises(Conflict, match="take it back"):
        refuse_by_request(actor=world.scientist, ruling=row, request="rq_x", voices=[], against=against)
    row.refresh_from_db()
    assert row.state() == "asked"


def test_while_a_request_is_open_nothing_is_said_on_the_page_nor_in_bulk(world):
    row = asked(world)
    put_up(world, row)
    for part, verb in (("security", "recommend"), ("business", "decide")):
        said = post(world, part, f"{RULINGS}/{row.public_id}/{verb}", {"word": "no", "because": "No."})
        assert (said.status_code, said.json()["code"]) == (409, "ruling.in_request")
        assert "request for approval" in said.json()["detail"]
    [outcome] = services.act_on_many(actor=world.security, action="recommend", ids=[row.public_id], yes=True, because="Small.")
    assert outcome.refusal is not None
    row.refresh_from_db()
    assert (row.state(), kinds(row)) == ("asked", ["asked"])


def test_a_withdrawn_request_gives_the_ruling_back(world, vote):
    row = asked(world)
    request = put_up(world, row)
    vote(world.security, request, "security")
    requests.withdraw(actor=world.scientist, request=request, reason="By hand.")

    decided(world, recommended(world, row))
    row.refresh_from_db()
    assert (row.state(), row.recommended_because) == ("in_force", "Small, and well known.")


def test_a_ruling_that_is_taken_back_takes_its_request_along(world):
    row = asked(world)
    request = put_up(world, row)
    services.revoke_ruling(actor=world.scientist, ruling=row, because="Not needed.")
    with pytest.raises(Conflict, match="Ask anew"):
        rule_by_decision(actor=world.business, ruling=row, decision=Decision(manifest={}), voices=[])
    outbox.deliver()

    request.refresh_from_db()
    assert request.state == Request.State.WITHDRAWN


def test_a_revoked_approval_ends_the_ruling_at_once(world, vote):
    row = asked(world)
    request = agreed(world, row, vote)
    decisions.revoke(actor=world.security, request=request, reason="It was read, and it is bad.")

    row.refresh_from_db()
    assert (row.state(), row.revoked_by, row.revoked_because) == ("revoked", world.security.user, "It was read, and it is bad.")


# What can be put up, and by whom -------------------------------------------------------------------------------------


def test_what_somebody_has_judged_or_what_is_over_cannot_be_put_up(world, monkeypatch):
    back, late = asked(world, specifier="==1"), asked(world, specifier="==2")
    services.revoke_ruling(actor=world.scientist, ruling=back, because="Not needed.")
    refused = services.decide_ruling(actor=world.business, ruling=asked(world, specifier="==3"), allow=False, because="No.")
    half = recommended(world, asked(world, specifier="==4"))
    block = services.block(actor=world.security, name="evil", use_case=world.use_case, reason="Malware.")
    codes = {}
    for row in (back, in_force(world), refused, half, block):
        with pytest.raises(NotAllowed) as why:
            put_up(world, Ruling.objects.get(pk=row.pk))
        codes[row] = why.value.code
    assert list(codes.values()) == [
        "request.withdrawn",
        "request.signed",
        "request.signed",
        "request.recommended",
        "request.block",
    ]
    monkeypatch.setattr(clock, "now", lambda: late.expires_at)
    with pytest.raises(NotAllowed, match="time it was asked for is over"):
        put_up(world, late)
    assert not Request.objects.exists()


def test_only_who_could_ask_for_it_puts_it_up(world):
    row, everywhere = asked(world), asked(world, use_case=None)
    with pytest.raises(NotAllowed, match="do not work"):
        put_up(world, row, "auditor")
    with pytest.raises(Missing):
        put_up(world, row, "stranger")
    with pytest.raises(NotAllowed, match="works on a use case"):
        put_up(world, everywhere, "auditor")
    with pytest.raises(NotAllowed, match="works on a use case"):
        put_up(world, everywhere, "ci")  # a token of one use case
    assert put_up(world, row, "ci").submitter == world.engineer.user
    with pytest.raises(Invalid):
        requests.open_request(
            actor=world.scientist, subject_type="ruling", subject_id=row.public_id, purpose="use", environment=None
        )


# On the pages --------------------------------------------------------------------------------------------------------


def test_approval_is_asked_for_on_the_page_of_the_ruling_which_then_leads_to_the_request(world):
    row = asked(world)
    url = f"/dependencies/rulings/{row.public_id}/"
    assert "Ask for approval" in world.client("scientist").get(url).text
    assert "You do not work on this use case" in world.client("auditor").get(url).text
    sent = world.client("scientist").post(url, {"ask-comment": "For the release in May."})
    request = Request.objects.get(subject_id=row.public_id)
    assert (sent.status_code, sent["Location"]) == (302, f"/requests/{request.public_id}/")

    page = world.client("security").get(url).text
    assert f"/requests/{request.public_id}/" in page
    assert 'name="recommend-word"' not in page
    assert "decided there" in page
    sent = world.client("security").post(f"{url}recommend/", {"recommend-word": "yes", "recommend-because": "Small."})
    assert (sent.status_code, "request for approval" in sent.text) == (409, True)


def test_the_reviewer_reads_the_ask_on_the_page_of_the_request(world):
    row = asked(world, criteria=["safe-to-deploy"])
    page = world.client("security").get(f"/requests/{put_up(world, row).public_id}/").text

    wanted = ("Not read yet.", "joblib", "==1.4.2", "Exempt from review", f"/dependencies/rulings/{row.public_id}/")
    assert [text for text in wanted if text not in page] == []


def test_the_policy_ships_and_governs_until_another_is_set(world):
    assert put_up(world, asked(world)).policy_version.policy.key == policies.SHIPPED["ruling"] == "ruling"
