"""Calendars: who sets them, what is refused, and which one holds for whom."""

from __future__ import annotations

import pytest

from foundation import verification
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import selectors, services
from governance.people.hours import office_hours
from governance.people.models import Calendar

OFFICE = [[["09:00", "17:00"]]] * 5 + [[], []]


def written(world, slug="berlin", actor="admin", **overrides):
    said = {"title": "Berlin", "zone": "Europe/Berlin", "week": OFFICE, "country": "DE", **overrides}
    return services.set_calendar(actor=getattr(world, actor), slug=slug, **said)


def test_a_calendar_is_made_and_replaced_with_an_event_each(world):
    first = written(world)
    digest = first.digest()
    second = written(world, title="Berlin office", closed_on=["2026-12-24"])

    assert (first.pk, first.public_id) == (second.pk, second.public_id)
    assert second.digest() != digest
    assert list(AuditEvent.objects.filter(subject_type="calendar").order_by("pk").values_list("kind", flat=True)) == [
        "people.calendar.created",
        "people.calendar.changed",
    ]
    assert Calendar.objects.get().closed_on == ["2026-12-24"]
    assert not [finding for finding in verification.verify() if finding.altered]


def test_only_administrators_set_calendars(world):
    for part in ("lead", "security", "auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            written(world, actor=part)


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"week": [[]] * 7}, "week"),
        ({"week": [*OFFICE[:6], [["22:00", "06:00"]]]}, "week[6]"),
        ({"country": "XX"}, "country"),
        ({"subdivision": "ZZ"}, "subdivision"),
        ({"closed_on": ["Christmas"]}, "closed_on"),
        ({"roles": ["emperor"]}, "roles"),
        ({"title": " "}, "title"),
        ({"slug": "not a slug"}, "slug"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_field(world, overrides, field):
    with pytest.raises(Invalid) as refused:
        written(world, **overrides)

    assert [item.field for item in refused.value.errors] == [field]
    assert str(refused.value.errors[0].message)
    assert not Calendar.objects.exists()


def test_the_new_default_takes_over_and_the_old_one_says_so(world):
    written(world, is_default=True)
    written(world, "shanghai", title="Shanghai", zone="Asia/Shanghai", country="CN", is_default=True)

    assert [row.slug for row in Calendar.objects.filter(is_default=True)] == ["shanghai"]
    assert AuditEvent.objects.filter(kind="people.calendar.changed").count() == 1
    assert not [finding for finding in verification.verify() if finding.altered]


def test_a_role_works_by_one_calendar(world):
    written(world, roles=["security_reviewer", "operations"])
    with pytest.raises(Conflict, match="Security reviewer works by the calendar Berlin"):
        written(world, "shanghai", roles=["security_reviewer"])
    assert written(world, roles=["operations"])
    assert written(world, "shanghai", roles=["security_reviewer"])


def test_a_calendar_is_the_one_a_policy_names_else_the_roles_else_the_default_else_the_one_built_in(world):
    assert (selectors.calendar_for("operations").slug, selectors.hours_of(selectors.calendar_for())) == ("", office_hours())
    written(world, "default", is_default=True)
    written(world, "role", roles=["operations"])
    written(world, "named")

    assert selectors.calendar_for("operations", "named").slug == "named"
    assert selectors.calendar_for("operations").slug == "role"
    assert selectors.calendar_for("operations", "gone").slug == "role"
    assert selectors.calendar_for("auditor").slug == "default"
    assert selectors.calendar_for("auditor", among=[]).slug == ""


def test_a_stored_calendar_is_the_value_that_due_times_are_computed_by(world, django_assert_num_queries):
    written(world, subdivision="BY", closed_on=["2026-12-24"])
    with django_assert_num_queries(1):
        hours = selectors.hours_of(selectors.calendar_for(slug="berlin"))

    assert (hours.zone, hours.country, hours.subdivision, hours.closed_on) == ("Europe/Berlin", "DE", "BY", ("2026-12-24",))
