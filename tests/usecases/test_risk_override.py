"""Another tier than the computed one, which two people set."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from governance.people.models import Notice
from governance.usecases import services
from governance.usecases.models import RiskOverride
from governance.usecases.selectors.risk import risk_of
from tests.usecases.answers import HIGH, answer, define, kinds, propose
from tests.usecases.questions import HARMLESS


def test_another_tier_counts_when_a_second_person_confirms_it(world):
    answer(world, HIGH)
    override = propose(world)

    risk = risk_of(world.use_case)
    assert (risk.standing, risk.tier, risk.override.state) == ("waiting", "high", "proposed")
    assert {str(user) for user in risk.movers} == {"Validator", "Security", "Auditor", "Admin"}
    services.confirm_tier(actor=world.validator, override=override)
    risk = risk_of(world.use_case)
    assert (risk.standing, risk.tier, risk.computed, risk.override.state) == ("settled", "medium", "high", "active")
    assert kinds(world) == ["assessed", "override_proposed", "override_confirmed"]


def test_those_who_could_confirm_are_told_and_so_is_who_proposed_it(world):
    answer(world, HIGH)
    override = propose(world)
    told = set(Notice.objects.filter(kind="usecases.risk.wanted").values_list("user__username", flat=True))
    assert told == {"validator", "security"}  # who judges here; auditors and administrators only where nobody does

    services.confirm_tier(actor=world.validator, override=override)
    assert Notice.objects.get(kind="usecases.risk.settled").user == world.scientist.user


def test_nobody_confirms_what_they_proposed_whatever_they_may(world):
    answer(world, HIGH)
    override = propose(world, actor=world.validator)

    with pytest.raises(NotAllowed, match="yourself"):
        services.confirm_tier(actor=world.validator, override=override)
    with pytest.raises(NotAllowed, match="Only a model validator"):
        services.confirm_tier(actor=world.scientist, override=override)
    with pytest.raises(NotAllowed):
        services.confirm_tier(actor=world.ci, override=override)
    with pytest.raises(DatabaseError), transaction.atomic():  # the database would not take it either
        RiskOverride.objects.filter(pk=override.pk).update(confirmed_by=world.validator.user, confirmed_at=clock.now())
    assert risk_of(world.use_case).tier == "high"


def test_another_tier_wants_a_reason_a_difference_and_something_to_differ_from(world):
    with pytest.raises(Conflict, match="Answer the questions first"):
        propose(world)
    answer(world, {"consequence": ["nothing"]})
    with pytest.raises(Conflict):
        propose(world)
    answer(world, HIGH)
    for said, field in (({"reason": "  "}, "reason"), ({"tier": "high"}, "tier"), ({"tier": "none"}, "tier")):
        with pytest.raises(Invalid) as refused:
            propose(world, **said)
        assert [item.field for item in refused.value.errors] == [field]
    propose(world)
    with pytest.raises(Conflict, match="already"):
        propose(world, "low", actor=world.engineer)


def test_it_ends_when_the_answers_change_and_not_when_they_are_the_same(world):
    answer(world, HIGH)
    override = services.confirm_tier(actor=world.security, override=propose(world))
    define(world, intended_use="Other.")
    answer(world, HIGH)  # looked at again for the new definition
    assert risk_of(world.use_case).tier == "medium"

    answer(world, {**HIGH, "money": ["much"]})

    override.refresh_from_db()
    assert (override.ended_as, override.state) == ("answers_changed", "ended")
    assert risk_of(world.use_case).tier == "high"
    assert kinds(world)[-2:] == ["override_ended", "assessed"]
    with pytest.raises(Conflict):
        services.confirm_tier(actor=world.validator, override=override)


def test_who_proposed_takes_it_back_and_others_decline_with_a_reason(world):
    answer(world, HIGH)
    row = services.end_override(actor=world.scientist, override=propose(world))
    assert row.ended_as == "withdrawn"

    again = propose(world)
    with pytest.raises(Invalid):
        services.end_override(actor=world.validator, override=again)
    with pytest.raises(NotAllowed):
        services.end_override(actor=world.business, override=again, reason="No.")
    assert services.end_override(actor=world.validator, override=again, reason="It decides on people.").ended_as == "declined"
    again.refresh_from_db()
    with pytest.raises(Conflict):
        services.end_override(actor=world.validator, override=again, reason="Twice.")


def test_what_two_people_set_is_not_undone_by_the_one_who_proposed_it(world):
    answer(world, HARMLESS)
    override = services.confirm_tier(actor=world.validator, override=propose(world, "high"))

    with pytest.raises(NotAllowed):
        services.end_override(actor=world.scientist, override=override)
    assert risk_of(world.use_case).tier == "high"
    assert services.end_override(actor=world.security, override=override, reason="It is settled now.").ended_as == "ended"
