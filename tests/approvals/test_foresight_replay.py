"""Histories lived through with the engine and replayed: the same policy gives back the same decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from approvals.foresight import replay, summary
from approvals.policy import Policy, Step
from tests.approvals.drawn_lives import CALM, LATER, START, Life, lives, policies, same_again

CALM_DOWN = [HealthCheck.too_slow]
many = settings(max_examples=400, deadline=None, suppress_health_check=CALM_DOWN)
some = settings(max_examples=120, deadline=None, suppress_health_check=CALM_DOWN)


@many
@given(lives())
def test_replaying_the_same_policy_gives_back_what_was_recorded(life):
    found = same_again(life)

    event(life.state)
    assert found.now == found.then
    assert (found.now.state, found.now.at) == (life.state, life.ended_at)
    assert not found.gone
    assert not found.new
    assert found.spared == 0
    assert found.saved in (None, timedelta())


@some
@given(lives(CALM))
def test_while_the_bytes_stay_the_same_no_moment_is_in_doubt(life):
    assert same_again(life).doubtful == 0


@some
@given(lives())
def test_a_replay_agrees_with_the_engine_at_the_end(life):
    if life.state not in ("approved", "rejected"):
        return
    found = same_again(life)

    life.now = life.ended_at
    assert found.verdict.as_mapping() == life.verdict().as_mapping()


def without(policy: Policy, key: str) -> Policy:
    kept = [replace_after(step, key, policy) for step in policy.steps if step.key != key]
    return Policy(title=policy.title, steps=tuple(kept), distinct_humans=policy.distinct_humans)


def replace_after(step: Step, key: str, policy: Policy) -> Step:
    after = tuple(name for name in step.after if name != key)
    return Step(
        key=step.key, title=step.title, role=step.role, quorum=step.quorum, after=after, covers=step.covers, exclude=step.exclude
    )


@some
@given(lives(), st.integers(0, 2))
def test_a_policy_with_a_step_less_approves_what_was_approved_and_no_later(life, at):
    if life.state != "approved" or len(life.policy.steps) < 2:
        return
    gone = life.policy.steps[at % len(life.policy.steps)]
    found = replay(life.recorded(), without(life.policy, gone.key), life.people(), LATER)

    assert found.now.state == "approved"
    assert found.saved >= timedelta()
    assert [step.key for step in found.gone] == [gone.key]
    assert found.spared >= sum(ballot.step == gone.key for ballot in life.recorded().own)


@some
@given(lives())
def test_nobody_is_assumed_to_have_answered_a_step_that_was_not_asked(life):
    more = Step(key="legal", title="Legal", role="counsel", covers=("code",))
    draft = Policy(title="More", steps=(*life.policy.steps, more), distinct_humans=life.policy.distinct_humans)
    found = replay(life.recorded(), draft, life.people(), LATER)

    assert found.now.state != "approved"
    if life.state == "approved":
        assert found.now.state == "open"
        assert "legal" in [step.key for step in found.waiting]
    assert [step.key for step in found.new] == ["legal"]


@some
@given(lives(), policies())
def test_any_draft_decides_within_the_time_of_the_record_and_always_says_the_same(life, draft):
    one = replay(life.recorded(), draft, life.people(), LATER)
    other = replay(life.recorded(), draft, life.people(), LATER)

    assert one == other
    if one.now.at is not None and life.ended_at is not None:
        assert START <= one.now.at <= life.ended_at
    assert summary([one]).n == 1


def test_an_answer_about_less_than_the_draft_covers_does_not_count():
    judge = Step(key="one", title="One", role="judge", covers=("code",))
    life = Life(Policy(title="P", steps=(judge,)), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.now += timedelta(hours=5)
    life.vote(0, 0, 1)
    assert life.state == "approved"

    wider = Policy(title="D", steps=(Step(key="one", title="One", role="judge", covers=("code", "data")),))
    narrower_role = Policy(title="D", steps=(Step(key="one", title="One", role="owner", covers=("code",)),))
    looser = Policy(title="D", steps=(Step(key="one", title="Other words", role="judge", covers=("code",), exclude=()),))

    assert replay(life.recorded(), wider, life.people(), LATER).now.state == "open"
    assert replay(life.recorded(), narrower_role, life.people(), LATER).now.state == "open"
    assert replay(life.recorded(), looser, life.people(), LATER).now.state == "approved"


def test_a_step_that_is_gone_takes_its_rejection_with_it():
    steps = (
        Step(key="one", title="One", role="judge", covers=("code",)),
        Step(key="two", title="Two", role="owner", covers=("data",)),
    )
    life = Life(Policy(title="P", steps=steps), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.now += timedelta(hours=3)
    life.cast(steps[0], "ada", "approve")
    life.now += timedelta(hours=20)
    life.cast(steps[1], "bob", "reject")
    life.settle()
    assert life.state == "rejected"

    found = replay(life.recorded(), Policy(title="D", steps=steps[:1]), life.people(), LATER)

    assert (found.now.state, found.now.at) == ("approved", START + timedelta(hours=3))
    assert found.saved == timedelta(hours=20)
    assert found.spared == 1


def test_a_shorter_time_limit_would_have_closed_what_was_decided_late():
    step = Step(key="one", title="One", role="judge", covers=("code",))
    life = Life(Policy(title="P", steps=(step,), open_for_days=30), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.now += timedelta(days=10)
    life.vote(0, 0, 1)
    assert life.state == "approved"

    found = replay(life.recorded(), Policy(title="P", steps=(step,), open_for_days=7), life.people(), LATER)

    assert (found.now.state, found.now.at) == ("expired", START + timedelta(days=7))


def test_a_record_that_does_not_explain_itself_is_said_to_be_unknown():
    step = Step(key="one", title="One", role="judge", covers=("code",))
    life = Life(Policy(title="P", steps=(step,)), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    recorded = replace(life.recorded(), state="approved", ended_at=START)

    found = replay(recorded, life.policy, life.people(), LATER)

    assert (found.now.state, found.why) == ("unknown", "record")


def test_the_summary_compares_waiting_over_what_was_decided_both_times():
    steps = (
        Step(key="one", title="One", role="judge", covers=("code",)),
        Step(key="two", title="Two", role="owner", covers=("data",)),
    )
    rows = []
    for days in (1, 2, 3):
        life = Life(Policy(title="P", steps=steps), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
        life.now += timedelta(days=days)
        life.cast(steps[0], "ada", "approve")
        life.now += timedelta(days=2)
        life.cast(steps[1], "bob", "approve")
        life.settle()
        rows.append(replay(life.recorded(), Policy(title="D", steps=steps[:1]), life.people(), LATER))

    found = summary(rows)

    assert (found.n, found.same, found.sooner, found.spared) == (3, 3, 3, 3)
    assert (found.then.median, found.now.median) == (4, 2)
    assert found.outcomes == {("approved", "approved"): 3}


def test_a_moment_at_which_the_policy_would_have_decided_and_did_not_decides_nothing():
    """The data was another one when the second step was approved, and nothing that was recorded says so."""
    steps = (
        Step(key="one", title="One", role="judge", covers=("code",)),
        Step(key="two", title="Two", role="owner", covers=("data",)),
    )
    life = Life(Policy(title="P", steps=steps), {"judge": {"ada"}, "owner": {"bob"}}, [], "sub")
    life.cast(steps[1], "bob", "approve")
    life.manifest["data"] = "data-2"
    life.now += timedelta(hours=4)
    life.cast(steps[0], "ada", "approve")
    life.settle()
    assert life.state == "open"
    life.now += timedelta(hours=4)
    life.manifest["data"] = "data-1"
    life.settle()

    found = same_again(life)

    assert (found.now.state, found.now.at, found.doubtful) == ("approved", START + timedelta(hours=8), 1)
