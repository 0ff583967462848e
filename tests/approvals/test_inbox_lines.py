"""What a line of the inbox says: why it is you, how long it waits, how urgent and how risky it is; and how the list is narrowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Clock, Request
from approvals.selectors import freshness
from approvals.selectors import inbox as selectors
from approvals.selectors.inbox import Turn, inbox_of
from approvals.services import policies
from approvals.services.news import TURN
from approvals.showing.inbox import Zone, due_text, line_of
from foundation import clock
from governance.people import services as people
from governance.people.models import Delegation
from governance.usecases import services as usecases
from tests.approvals.asking import ask_to_publish, publish_policy, redefine, second_admin, stand_in
from tests.approvals.pages import text_of
from tests.conftest import LOCK, POLICY

pytestmark = pytest.mark.django_db
TIMED = POLICY.replace("role: security_reviewer,", "role: security_reviewer, sla: 2 working days,")


@pytest.fixture
def timed(world, gate):
    """The gate gives security two working days."""
    publish_policy(world, TIMED)
    return gate


def turn_list(response) -> str:
    return text_of(response).split("Your turn", 1)[1].split("Waiting on others", 1)[0]


def move_clock(request: Request, *, started: timedelta = timedelta(0), due: timedelta | None = None, **more) -> None:
    """The clock of the security step: started so long ago, and due in so long."""
    now = clock.now()
    due_at = None if due is None else now + due
    Clock.objects.filter(request=request, step="security").update(started_at=now - started, due_at=due_at, **more)
    Request.objects.filter(pk=request.pk).update(due_at=due_at)


def test_a_line_says_how_long_it_waits_and_when_it_is_due(world, timed, push, ask):
    move_clock(ask(push()), started=timedelta(days=2, hours=1), due=timedelta(minutes=190))

    said = turn_list(world.client("security").get("/"))

    assert "waiting 2 days" in said
    assert "due in 3 hours" in said or "due tomorrow" in said  # the tests may run before midnight
    assert "Overdue" not in said


def test_what_is_overdue_comes_first_and_says_so_in_words(world, timed, push, ask):
    ask(push("1", name="first"))
    late = ask(push("1", name="late"))
    move_clock(late, started=timedelta(days=3), due=-timedelta(hours=3, minutes=1))

    said = turn_list(world.client("security").get("/"))

    assert "Overdue by 3 hours" in said
    assert said.index("late@1") < said.index("first@1")


def test_while_changes_are_asked_for_the_time_stands_still(world, timed, push, ask):
    request = ask(push())
    now = clock.now()
    move_clock(request, started=timedelta(days=9), due=-timedelta(days=2), paused_at=now - timedelta(days=3))

    said = turn_list(world.client("security").get("/"))

    assert "the time stands still" in said
    assert "Overdue" not in said
    assert text_of(world.client("security").get("/?overdue=on")).count("churn-model@7") == 0
    move_clock(request, due=-timedelta(days=4, hours=1), paused_at=now - timedelta(days=3))
    assert "Overdue by 1 day" in turn_list(world.client("security").get("/"))
    assert "Overdue by 1 day" in turn_list(world.client("security").get("/?overdue=on"))


def test_a_clock_that_was_stopped_says_nothing_of_when_it_is_due(world, timed, push, ask):
    move_clock(ask(push()), due=-timedelta(days=4), stopped_at=clock.now() - timedelta(days=1))

    said = turn_list(world.client("security").get("/"))

    assert "waiting 1 day" in said
    assert "verdue" not in said
    assert "due" not in said


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (None, ""),
        (datetime(2026, 3, 4, 15, 0, tzinfo=UTC), "due in 6 hours"),
        (datetime(2026, 3, 5, 9, 0, tzinfo=UTC), "due tomorrow"),
        (datetime(2026, 3, 6, 9, 0, tzinfo=UTC), "due on Friday"),
        (datetime(2026, 3, 10, 9, 0, tzinfo=UTC), "due on Tuesday"),
        (datetime(2026, 3, 11, 9, 0, tzinfo=UTC), "due on 11 March 2026"),
    ],
)
def test_when_it_is_due_is_said_as_people_say_it(db, monkeypatch, due_at, said):
    monkeypatch.setattr("foundation.clock.now", lambda: datetime(2026, 3, 4, 9, 0, tzinfo=UTC))

    assert due_text(due_at, Zone()).replace("March 11, 2026", "11 March 2026") == said


def test_a_day_is_named_by_the_clocks_of_the_calendar(world, monkeypatch):
    week = [[["09:00", "17:00"]]] * 5 + [[], []]
    people.set_calendar(actor=world.admin, slug="taipei", title="Taipei", zone="Asia/Taipei", week=week, is_default=True)
    monkeypatch.setattr("foundation.clock.now", lambda: datetime(2026, 3, 4, 15, 0, tzinfo=UTC))  # 23:00 in Taipei

    assert due_text(datetime(2026, 3, 4, 17, 0, tzinfo=UTC), Zone()) == "due tomorrow"


def test_a_high_risk_is_told_and_a_low_one_is_not(world, gate, push, ask):
    ask(push())
    assert "High risk" not in text_of(world.client("security").get("/"))
    redefine(world, risk_tier="high")

    assert "High risk" in turn_list(world.client("security").get("/"))
    assert "High risk" in text_of(world.client("engineer").get("/")).split("Waiting on others")[1]
    redefine(world, risk_tier="low")
    assert "High risk" not in text_of(world.client("security").get("/"))


def test_who_is_asked_again_reads_what_changed(world, gate, push, ask, vote):
    vote(world.security, ask(push("1")), "security")
    ask(push("2", dependency_sets=[{"path": "requirements.txt", "content": LOCK.replace("2.0.0", "2.0.1")}]))

    said = turn_list(world.client("security").get("/"))

    assert "You approved an earlier version; dependencies changed since." in said
    assert "Look again" in said


def test_who_stands_in_reads_for_whom_and_until_when(world, gate, push, ask):
    ask(push())
    row = stand_in(world, world.stranger, world.security, scope=world.use_case.public_id, days=3)

    response = world.client("stranger").get("/")

    assert "You act for Security until" in turn_list(response)
    assert "You act for Security until" in text_of(response).split("Your turn", 1)[0]
    away = text_of(world.client("security").get("/"))
    assert "You are away until" in away
    assert "Stranger acts for you." in away
    assert "away" not in text_of(world.client("business").get("/"))
    Delegation.objects.filter(pk=row.pk).update(ended_at=clock.now() - timedelta(seconds=1))
    assert "away" not in text_of(world.client("security").get("/"))


def test_an_absence_for_one_role_says_which(world, gate):
    stand_in(world, world.stranger, world.security, role="security_reviewer")

    assert "acts for you as Security reviewer" in text_of(world.client("security").get("/"))
    assert ", as Security reviewer." in text_of(world.client("stranger").get("/"))


def test_what_was_escalated_says_so(world, gate, push, ask):
    after = "sla: 2 working days, escalate: {after: 1 working day, to: project_lead},"
    publish_policy(world, POLICY.replace("role: security_reviewer,", f"role: security_reviewer, {after}"))
    for grant in world.security.user.grants.all():
        people.end_role(actor=world.lead, grant=grant, reason="moved")
    ask(push())

    said = turn_list(world.client("lead").get("/"))

    assert "Escalated to you" in said
    assert "it came to you as Project lead" in said


def test_who_asked_for_something_that_needs_changes_has_the_next_move(world, gate, push, ask, vote):
    vote(world.validator, ask(push()), "validation", "request_changes", "The data is old.")

    said = turn_list(world.client("engineer").get("/"))
    assert "Changes requested" in said
    assert "somebody wants changes" in said
    waiting = text_of(world.client("validator").get("/")).split("Waiting on others", 1)[1]
    assert "Next move: " in waiting
    assert "Engineer" in waiting


def test_what_waits_for_others_names_the_steps_the_people_and_since_when(world, timed, push, ask):
    move_clock(ask(push()), started=timedelta(days=4), due=-timedelta(days=1, hours=1))

    waiting = text_of(world.client("engineer").get("/")).split("Waiting on others", 1)[1]

    assert "Model validation, Data and meaning, Security review:" in waiting
    assert "waiting 4 days" in waiting
    assert "Overdue by 1 day" in waiting


def test_what_nobody_can_move_is_stuck(world, gate, push, ask, vote):
    request = ask(push())
    for part in ("validator", "governance", "security", "business"):
        for grant in getattr(world, part).user.grants.all():
            people.end_role(actor=world.lead, grant=grant, reason="moved")
    assert request.state == "open"

    waiting = text_of(world.client("engineer").get("/")).split("Waiting on others", 1)[1]

    assert "Stuck" in waiting
    assert "nobody can act as it stands" in waiting


def test_a_request_without_a_use_case_has_a_line_too(world, gate):
    other = second_admin(world)
    draft = policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180 days", "90 days"))
    ask_to_publish(world, draft)
    client = Client()
    client.force_login(other.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "for the whole organisation" in turn_list(client.get("/"))


def test_unread_notices_are_linked(world, gate, push, ask):
    assert "unread notice" not in text_of(world.client("security").get("/"))
    people.tell(world.security.user, TURN, key="one", url="/", data={"step": "S", "title": "T"})

    assert "1 unread notice" in text_of(world.client("security").get("/"))


# Pages and filters ---------------------------------------------------------------------------------------------------


@pytest.fixture
def many(world, gate, push, ask):
    """Five requests, the oldest first."""
    return [ask(push("1", name=f"model-{number}")) for number in range(5)]


def names_in(text: str) -> list[str]:
    return [name for name in (f"model-{number}" for number in range(5)) if f"Security review: {name}@1" in text]


def test_one_page_takes_so_many_and_leads_to_the_next(world, many, monkeypatch):
    monkeypatch.setattr(selectors, "ONE_LOOK", 2)
    client = world.client("security")
    first = client.get("/")
    assert names_in(text_of(first)) == ["model-0", "model-1"]
    assert 'href="?from=2"' in first.content.decode()
    assert "The most urgent of what waits for you comes first." in text_of(first)

    second, third = client.get("/?from=2"), client.get("/?from=4")

    assert names_in(text_of(second)) == ["model-2", "model-3"]
    assert names_in(text_of(third)) == ["model-4"]
    assert "Show further requests" in text_of(second)
    assert "Show further requests" not in text_of(third)
    assert "Back to the most urgent" in text_of(third)
    assert "Recently decided" not in text_of(third)


def test_what_is_overdue_is_on_the_first_page_however_late_it_was_asked_for(world, timed, push, ask, monkeypatch):
    requests = [ask(push("1", name=f"model-{number}")) for number in range(5)]
    move_clock(requests[4], due=-timedelta(hours=2))
    monkeypatch.setattr(selectors, "ONE_LOOK", 2)

    assert "Security review: model-4@1" in turn_list(world.client("security").get("/"))


@pytest.mark.parametrize("start", ["x", "-1", "1e3", "9" * 30, "١"])
def test_a_place_that_is_none_is_the_beginning(world, many, start):
    assert len(names_in(text_of(world.client("security").get("/", {"from": start})))) == 5


def test_a_page_behind_the_end_leads_back(world, many):
    said = text_of(world.client("security").get("/?from=500"))

    assert "None of the requests on this page waits for you." in said
    assert "Back to the most urgent" in said


def test_the_list_is_narrowed_to_one_use_case(world, many, push, gate):
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other case")
    people.grant_role(actor=world.lead, user=world.security.user, role="security_reviewer", scope=other.public_id)
    client = world.client("security")

    here = client.get("/?use_case=churn")
    there = client.get("/?use_case=other")

    assert len(names_in(text_of(here))) == 5
    assert '<option value="churn" selected>Customer churn</option>' in here.content.decode()
    assert "Nothing that waits for you fits this filter." in text_of(there)
    assert '<option value="churn">' in there.content.decode()
    assert "Nothing that waits for you" in text_of(client.get("/", {"use_case": "no/such'case"}))


def test_the_list_is_narrowed_to_what_is_overdue(world, timed, push, ask):
    requests = [ask(push("1", name=f"model-{number}")) for number in range(5)]
    move_clock(requests[3], due=-timedelta(hours=2))

    assert names_in(text_of(world.client("security").get("/?overdue=on"))) == ["model-3"]
    others = text_of(world.client("engineer").get("/?overdue=on")).split("Waiting on others", 1)[1].split("Recently", 1)[0]
    assert "model-3@1" in others
    assert "model-1@1" not in others
    assert "Nothing that waits for you" in text_of(world.client("validator").get("/?overdue=on"))


def test_a_short_list_has_no_filter(world, gate, push, ask):
    ask(push())
    client = world.client("security")

    assert 'name="use_case"' not in client.get("/").content.decode()
    assert 'name="use_case"' in client.get("/?overdue=on").content.decode()


def test_the_number_in_the_navigation_is_that_of_the_whole_list(world, many):
    client = world.client("security")

    for query in ("", "?from=3", "?overdue=on"):
        assert "5 waiting for you" in text_of(client.get(f"/{query}"))


def test_the_navigation_counts_to_99(db):
    from django.template.loader import render_to_string

    def shown(count: int, *, unread: bool = False) -> str:
        entry = {"label": "Inbox", "url": "/", "icon": "inbox", "count": count, "unread": unread, "current": False}
        return render_to_string("components/navigation.html", {"navigation": [entry]})

    assert ">99</span>" in shown(99)
    assert "99 waiting for you" in shown(99)
    assert ">99+</span>" in shown(100)
    assert "More than 99 waiting for you" in shown(100)
    assert "More than 99 unread" in shown(100, unread=True)


def test_the_whole_page_costs_at_most_twenty_queries_with_everything_on_it(
    world, timed, push, ask, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(freshness, "SETTLED", -timedelta(days=1))  # as in life, nothing has happened a moment ago
    redefine(world, risk_tier="high")
    for number in range(6):
        move_clock(ask(push("1", name=f"model-{number}")), due=timedelta(days=3))
    stand_in(world, world.security, world.validator)
    stand_in(world, world.business, world.security)
    monkeypatch.setattr(selectors, "ONE_LOOK", 4)
    client = world.client("security")
    selectors.turn_count(world.security)  # kept until something happens

    with django_assert_max_num_queries(20):
        response = client.get(reverse("inbox") + "?use_case=churn&overdue=")

    assert text_of(response).count("Security review: model-") == 4


def test_a_turn_and_its_line_say_the_same(world, gate, push, ask):
    ask(push())
    (turn,) = inbox_of(world.security).turns
    assert isinstance(turn, Turn)

    line = line_of(turn, Zone(), ())

    assert (line.key, line.mark, line.risky) == ("", "", False)
    assert line.url.endswith("#verdict-security")
