"""What the inbox costs: a bound, whoever opens it, and no more for more requests. `python -m bench.inbox` measures it with 5,000."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.selectors import freshness
from foundation import clock
from governance.people.models import Notice
from tests.statements import statements

pytestmark = pytest.mark.django_db
MOST = 20


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """As in life, nothing has happened a moment ago."""
    monkeypatch.setattr(freshness, "SETTLED", -timedelta(days=1))


@pytest.mark.parametrize("part", ["validator", "business", "engineer", "admin", "auditor"])
def test_the_page_has_a_bound_and_costs_no_more_for_more(world, gate, push, ask, vote, part):
    client = world.client(part)
    for number in range(2):
        vote(world.security, ask(push("1", name=f"model-{number}")), "security")
    few = statements(client, "/")
    for number in range(2, 6):
        vote(world.security, ask(push("1", name=f"model-{number}")), "security")

    assert statements(client, "/") == few <= MOST


def test_the_navigation_counts_what_waits_and_what_is_unread_in_one_statement(world, gate, push, ask):
    ask(push())
    client = world.client("validator")
    bare = statements(client, "/settings/")
    Notice.objects.all().delete()
    for number in range(3):
        Notice.objects.create(user=world.validator.user, kind="tests.news", key=str(number), url="/", created_at=clock.now())
    Notice.objects.create(user=world.lead.user, kind="tests.news", key="other", url="/", created_at=clock.now())

    assert statements(client, "/settings/") == bare
    said = client.get("/settings/").content.decode()
    assert "1 waiting for you" in said
    assert "3 unread" in said
