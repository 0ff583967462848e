from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.management.commands import doctor
from foundation import clock, keys, sealing, tokens, views
from foundation.models import AuditEvent, Job, Token
from governance.people.models import RoleGrant, User


def said(*args, **options) -> tuple[str, str]:
    """What a command wrote to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command(*args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


# create_token --------------------------------------------------------------------------------------------------------


def test_the_token_stands_alone_on_the_last_line_and_works(world):
    out, err = said("create_token", "--name", "Laptop", "--user", "lead")
    secret = out.splitlines()[-1]

    assert out.splitlines() == [secret]
    assert secret not in err
    assert tokens.actor_for(secret, request_id="").id == world.lead.id


def test_a_service_token_has_its_scopes_its_use_case_and_somebody_who_answers_for_it(world):
    out, _err = said("create_token", "--name", "CI", "--scopes", "read, gate:evaluate", "--use-case", "churn", "--days", "7")
    actor = tokens.actor_for(out.strip(), request_id="")

    assert (actor.kind, actor.user, actor.bound_to) == ("service", world.admin.user, world.use_case.public_id)
    assert actor.token.scopes == ["gate:evaluate", "read"]
    assert actor.token.expires_at - actor.token.created_at == timedelta(days=7)
    out, _err = said("create_token", "--name", "CI", "--scopes", "read", "--owner", "engineer")
    assert tokens.actor_for(out.strip(), request_id="").user == world.engineer.user


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "Name either"),
        (["--user", "lead", "--scopes", "read"], "Name either"),
        (["--user", "ghost"], "no account ghost"),
        (["--scopes", "reed"], "no scope reed"),
        (["--scopes", "read", "--use-case", "nothing"], "no use case nothing"),
        (["--scopes", "read", "--days", "0"], "between 1 and"),
        (["--scopes", ","], "at least one scope"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_with_the_reason(world, arguments, why):
    with pytest.raises(CommandError, match=why):
        said("create_token", "--name", "x", *arguments)
    assert not Token.objects.filter(name="x").exists()


def test_without_an_administrator_somebody_has_to_be_named(db):
    with pytest.raises(CommandError, match="--owner"):
        said("create_token", "--name", "x", "--scopes", "read")


# create_user ---------------------------------------------------------------------------------------------------------


def test_the_first_administrator_comes_from_the_command_line(db, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_PASSWORD", "correct horse battery")
    out, _err = said("create_user", "--username", "ada", "--name", "Ada", "--email", "ada@example.com", "--administrator")

    assert out == "ada can sign in.\n"
    user = User.objects.get(username="ada")
    assert user.check_password("correct horse battery")
    assert RoleGrant.objects.get(user=user).role == "administrator"
    assert AuditEvent.objects.filter(actor_id="system:command line").count() == 2


def test_a_weak_password_or_a_taken_name_leaves_nothing(world, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_PASSWORD", "short")
    with pytest.raises(CommandError, match="password"):
        said("create_user", "--username", "ada", "--name", "Ada", "--email", "ada@example.com", "--administrator")
    monkeypatch.setenv("COUNTERSIGN_PASSWORD", "correct horse battery")
    with pytest.raises(CommandError, match="already"):
        said("create_user", "--username", "lead", "--name", "Lead", "--email", "x@example.com")
    assert not User.objects.filter(username="ada").exists()


# doctor --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def healthy(world, monkeypatch):
    """An installation in which everything answers."""
    from foundation.tasks import heartbeat

    monkeypatch.setattr(views, "broker", lambda: "ok")
    heartbeat()
    sealing.seal()


def diagnosis() -> tuple[int, dict[str, bool]]:
    out = StringIO()
    with pytest.raises(SystemExit) as done:
        call_command("doctor", stdout=out)
    lines = out.getvalue().splitlines()
    return done.value.code, {line[6:].partition(":")[0]: line.startswith("ok") for line in lines}


def test_a_healthy_installation_is_0_with_one_line_for_each_thing(healthy):
    code, found = diagnosis()

    assert code == 0
    assert all(found.values()), found
    assert {
        "database",
        "migrations",
        "append-only triggers",
        "broker",
        "worker",
        "log key",
        "log",
        "jobs",
        "outbox",
        "git",
        "fonts",
        "disk",
    } <= set(found)


AILMENTS = {
    "broker": lambda patch: patch.setattr(views, "broker", lambda: "ConnectionRefusedError"),
    "worker": lambda patch: patch.setattr(views, "worker", lambda: "silent for 90 s"),
    "log key": lambda patch: (keys.settings.KEYS / keys.LOG_KEY).unlink(),
    "log": lambda patch: patch.setattr(clock, "now", lambda: timezone.now() + timedelta(minutes=2)),
    "append-only triggers": lambda patch: patch.setattr(doctor, "missing_triggers", lambda connection: ["append_only_x"]),
    "disk": lambda patch: patch.setattr(doctor, "LEAST_DISK", 2**60),
    "git": lambda patch: patch.setenv("PATH", "/nowhere"),
}


@pytest.mark.parametrize("ailment", AILMENTS)
def test_what_needs_a_hand_is_1_and_is_named(healthy, world, ailment):
    if ailment == "log":
        tokens.create(actor=world.lead, name="x", owner=world.lead.user, kind=Token.Kind.PERSONAL)  # an event nobody seals
    with pytest.MonkeyPatch.context() as patch:
        AILMENTS[ailment](patch)
        code, found = diagnosis()

    assert code == 1
    assert found[ailment] is False
    if ailment != "log":  # two minutes later the worker has been silent, too
        assert [name for name, good in found.items() if not good] == [ailment]


def test_a_key_that_others_may_read_needs_a_hand(healthy, settings):
    (settings.KEYS / keys.LOG_KEY).chmod(0o644)

    code, found = diagnosis()
    assert (code, found["log key"]) == (1, False)


def test_jobs_that_wait_too_long_need_a_hand(healthy, world):
    from foundation import jobs

    job = jobs.submit(actor=world.lead, kind="lineage.synchronise", args={"repository": 0}, key="k")
    Job.objects.filter(pk=job.pk).update(created_at=clock.now() - timedelta(minutes=11))

    code, found = diagnosis()
    assert (code, found["jobs"]) == (1, False)


# demo ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.once
def test_the_demo_is_loaded_once_and_says_how_to_use_it(transactional_db, settings):
    from foundation.verification import verify

    first, _err = said("demo", "--json")
    described = json.loads(first)
    users, events = User.objects.count(), AuditEvent.objects.count()
    second, _err = said("demo", "--json")

    assert json.loads(second) == described
    assert (User.objects.count(), AuditEvent.objects.count()) == (users, events)
    assert set(described) >= {
        "url",
        "users",
        "ci_token",
        "use_case",
        "repository",
        "commit",
        "model_version",
        "gate",
        "verify_key",
    }
    assert settings.DEMO_FILE.stat().st_mode & 0o777 == 0o600
    for user in described["users"]:
        assert set(user) >= {"username", "password", "token", "roles"}
        assert tokens.actor_for(user["token"], request_id="").label
        assert User.objects.get(username=user["username"]).check_password(user["password"])
    assert tokens.actor_for(described["ci_token"], request_id="").is_service
    assert described["verify_key"] == keys.log_key().vkey
    assert not [item for item in verify() if item.altered]
    greeting, _err = said("demo")
    assert described["url"] in greeting
    assert described["users"][0]["password"] in greeting
    _shows_what_can_happen_to_a_request_in_the_order_in_which_it_happened(described)


def _shows_what_can_happen_to_a_request_in_the_order_in_which_it_happened(described):
    """In the same test, because it takes a minute to load."""
    from approvals.models import Ballot, Clock, Condition, Decision, Dismissal, Envelope, PolicyVersion, Request, Waiver
    from approvals.selectors.standing import standing_of
    from governance.people.models import Calendar, Delegation, Notice

    waiting = Request.objects.get(subject_id=described["model_version"], state="open")
    steps = {step.key: step for step in standing_of(waiting).verdict.steps}
    assert {key for key, step in steps.items() if step.waiting_on} == {"validation", "data", "security"}
    assert steps["business"].state == "waiting"

    now = clock.now()
    assert set(Request.objects.values_list("state", flat=True)) == set(Request.State.values)
    assert Request.objects.filter(state="open", round=2).exists()
    assert Request.objects.exclude(state="open").filter(opened_at__gt=now - timedelta(days=200)).count() >= 25
    running = Clock.objects.filter(request__state="open", stopped_at=None)
    assert running.exclude(paused_at=None).exists()
    assert running.filter(due_at__lt=now).exclude(escalated_at=None).exists()
    verdicts = [standing_of(row).verdict for row in Request.objects.open()]
    assert any(verdict.substate == "changes_requested" for verdict in verdicts)
    assert any(hint.code == "review_again" for verdict in verdicts for hint in verdict.unblock)
    assert Delegation.objects.live(now).exists()
    assert Ballot.objects.exclude(principal=None).exists()
    assert Ballot.objects.exclude(meaning="").exclude(auth_at=None).exists()
    assert Condition.objects.filter(met_at=None, missed_at=None, due_at__gt=now).exists()
    assert Condition.objects.exclude(met_at=None).exists()
    assert Dismissal.objects.exists()
    assert Waiver.objects.filter(review="justified").exists()
    assert Waiver.objects.filter(reviewed_at=None, expires_at__lte=now, review_due_at__gt=now).exists()
    assert Envelope.objects.live(now).exists()
    assert any("standard_change" in row.facts for row in Decision.objects.all())
    assert PolicyVersion.objects.filter(published_at=None).exists()
    assert set(Calendar.objects.values_list("country", flat=True)) == {"DE", "CN"}
    assert Notice.objects.unread().exists()
    assert Notice.objects.exclude(read_at=None).exists()

    times = list(AuditEvent.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] <= clock.now()


def test_stories_are_told_in_the_order_of_their_times(db):
    from config.demo_time import play

    start, told = clock.now() - timedelta(hours=3), []

    def story(name, *minutes):
        for minute in minutes:
            yield start + timedelta(minutes=minute)
            told.append((name, clock.now()))

    play([story("a", 0, 20), story("b", 10, 30)], until=start + timedelta(hours=1))
    assert [name for name, _at in told] == ["a", "b", "a", "b"]
    assert [at for _name, at in told] == [start + timedelta(minutes=minutes) for minutes in (0, 10, 20, 30)]
    with pytest.raises(ValueError, match="wants to go on"):
        play([story("back", 10, 0)], until=start + timedelta(hours=1))
    assert clock.now() > start + timedelta(hours=2)  # the clock is as it was
