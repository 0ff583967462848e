"""Who saw an increment, who was left out, and what a stage asks about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation import clock
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.people.models import Notice
from governance.usecases import conditions, selectors, services
from tests.usecases.shown import client_of, said, shown, told  # noqa: F401 - fixtures

# Who saw it ----------------------------------------------------------------------------------------------------------


def test_people_are_added_later_and_only_once(world):
    row = shown(world, invited=[world.business.user])
    services.show_increment(actor=world.lead, increment=row, attended=[world.business.user], outsiders=["Ms Thiel"])
    found = selectors.increment_of(world.use_case, 1)

    assert [item.display for item in found.attended] == ["Business", "Ms Thiel"]
    assert found.invited == []
    with pytest.raises(Invalid, match="not on the list yet"):
        services.show_increment(actor=world.lead, increment=row, attended=[world.business.user], outsiders=["Ms Thiel"])


def test_looking_is_noted_once(world):
    row = shown(world, invited=[world.business.user])
    services.look_at_increment(actor=world.business, increment=row)
    services.look_at_increment(actor=world.business, increment=row)
    found = selectors.increment_of(world.use_case, 1)

    assert [(item.display, item.part) for item in found.attended] == [("Business", "seen")]
    assert found.invited == []
    assert AuditEvent.objects.filter(kind="usecases.increment.shown").count() == 1
    with pytest.raises(NotAllowed):
        services.look_at_increment(actor=world.ci, increment=row)


def names(world) -> list[str]:
    return [str(item.user) for item in selectors.unseen_by([world.use_case]).get(world.use_case.pk, [])]


def test_who_was_left_out_is_named(world):
    assert names(world) == []  # nothing was shown, and nobody holds a role for long
    shown(world, attended=[world.validator.user])
    assert names(world) == ["Business"]
    shown(world, attended=[world.business.user])
    assert names(world) == []


def test_who_speaks_is_among_those_who_saw_it(world):
    row = shown(world, invited=[world.business.user, world.security.user], outsiders=["Ms Thiel"])
    said(world, row)
    said(world, row, world.lead, said_by="Ms Thiel")
    found = selectors.increment_of(world.use_case, 1)

    assert [item.display for item in found.attended] == ["Ms Thiel", "Business"]
    assert [item.display for item in found.invited] == ["Security"]


@pytest.mark.parametrize("how", ["looks", "speaks"])
def test_looking_and_speaking_count_as_having_seen(world, how):
    row = shown(world, invited=[world.business.user])
    assert names(world) == ["Business"]
    if how == "looks":
        services.look_at_increment(actor=world.business, increment=row)
    else:
        said(world, row)
    assert names(world) == []


def test_after_a_while_everybody_who_should_have_seen_something_is_named(world, client_of):
    shown(world, attended=[world.business.user])
    with clock.at(clock.now() + timedelta(days=31)):
        assert sorted(names(world)) == ["Business", "Clara Client"]
        services.change_use_case(actor=world.lead, use_case=world.use_case, kind="research")
        world.use_case.refresh_from_db()
        assert names(world) == []


def test_who_was_left_out_costs_the_same_for_one_use_case_and_for_many(world, django_assert_num_queries):
    cases = [world.use_case]
    for number in range(5):
        cases.append(services.open_use_case(actor=world.lead, slug=f"c{number}", title="C"))
        people.grant_role(actor=world.lead, user=world.business.user, role="business_owner", scope=cases[-1].public_id)
        services.record_increment(actor=world.lead, use_case=cases[-1], title="T", shown="S")
    with django_assert_num_queries(3):
        assert len(selectors.unseen_by(cases)) == 5


# The condition of stages ---------------------------------------------------------------------------------------------


def test_a_stage_asks_whether_somebody_it_is_made_for_has_seen_it(world, django_assert_max_num_queries):
    def answer():
        return conditions.evaluate(world.use_case, ["increments.shown"])["increments.shown"]

    assert (answer().state, answer().roles) == ("unmet", ("project_lead",))
    row = shown(world, attended=[world.validator.user])
    assert answer().state == "unmet"
    said(world, row)
    assert answer().state == "met"
    assert answer().url == "/use-cases/churn/increments/"
    other = services.open_use_case(actor=world.lead, slug="other", title="Other")
    with django_assert_max_num_queries(6) as first:
        conditions.evaluate_many([world.use_case], ["increments.shown"])
    with django_assert_max_num_queries(len(first)):
        conditions.evaluate_many([world.use_case, other], ["increments.shown"])


def test_a_guest_from_outside_counts_for_the_stage(world):
    shown(world, outsiders=["Ms Thiel"])
    assert conditions.evaluate(world.use_case, ["increments.shown"])["increments.shown"].met


def test_those_who_lead_are_told_once_who_has_seen_nothing(world):
    shown(world, attended=[world.validator.user])
    assert services.tell_of_unseen() == 1
    assert services.tell_of_unseen() == 1

    assert told(world.lead) == ["usecases.seen_nothing"]
    notice = Notice.objects.get(user=world.lead.user)
    assert (notice.data["names"], notice.url) == ("Business", "/use-cases/churn/increments/")
    shown(world, attended=[world.business.user])
    assert services.tell_of_unseen() == 0
