"""A change of the question that must not change the answer, or must change it in a known way."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from approvals.evaluation import Eligibility, evaluate
from tests.approvals.ballots import NOW, ballot, people, policy, step
from tests.approvals.drawn import HUMANS, TIERS, cases, components, humans, keys
from tests.approvals.reference import rename

tiers = st.sampled_from(TIERS)


def outline(verdict):
    return verdict.state, verdict.substate, [(row.key, row.state, row.have, len(row.waiting_on)) for row in verdict.steps]


def judge(case, tier="high", **changes):
    drawn, manifest, casts, who = case
    asked = {"manifest": manifest, "ballots": casts, "eligibility": who, **changes}
    return evaluate(drawn, now=NOW, facts={"risk_tier": tier}, **asked)


@settings(deadline=None)
@given(cases(), st.permutations(HUMANS), tiers)
def test_other_names_for_the_same_people_give_the_same_verdict(case, names, tier):
    _, _, casts, who = case
    called = dict(zip(HUMANS, names, strict=True))
    renamed = Eligibility(
        rename(who.holders, called),
        rename(who.contributors, called),
        called[who.submitter],
        {
            called[delegate]: frozenset((called[principal], role) for principal, role in lent)
            for delegate, lent in who.delegations.items()
        },
        who.escalated,
    )
    recast = [
        replace(cast, human=called[cast.human], principal=called[cast.principal] if cast.principal else None) for cast in casts
    ]
    one, other = judge(case, tier), judge(case, tier, ballots=recast, eligibility=renamed)
    assert outline(one) == outline(other)
    assert [{called[human] for human in row.waiting_on} for row in one.steps] == [set(row.waiting_on) for row in other.steps]


@settings(deadline=None)
@given(cases(), st.randoms(use_true_random=False), tiers)
def test_how_different_people_interleave_does_not_matter(case, random, tier):
    """I10, with new numbers as another interleaving would give: the ballots of each voice keep their order."""
    _, _, casts, _ = case
    turns = [cast.voice for cast in casts]
    random.shuffle(turns)
    own = {human: iter([cast for cast in casts if cast.voice == human]) for human in HUMANS}
    rearranged = [replace(next(own[human]), sequence=number) for number, human in enumerate(turns)]
    assert judge(case, tier).as_mapping() == judge(case, tier, ballots=rearranged).as_mapping()


@settings(deadline=None)
@given(cases(), components, tiers)
def test_bytes_that_change_and_come_back_leave_no_trace(case, component, tier):
    _, manifest, _, _ = case
    before = judge(case, tier)
    judge(case, tier, manifest=manifest | {component: "other"})
    assert judge(case, tier, manifest=dict(manifest)) == before


@settings(deadline=None)
@given(cases(), st.lists(st.tuples(keys, humans), max_size=4), tiers)
def test_approvals_of_other_bytes_in_between_leave_no_trace_either(case, votes, tier):
    """Whoever approved these bytes, then those, and sees these again has approved these."""
    drawn, manifest, casts, _ = case
    other = {name: "other" for name in manifest}
    asked = {row.key: row for row in drawn.steps}
    last = {}
    for cast in casts:
        if cast.eligible_when_cast:
            last[cast.step, cast.voice] = cast.verdict
    between = [
        ballot(asked[key], human, of=other)
        for key, human in votes
        if key in asked and last.get((key, human)) in (None, "approve")
    ]
    before, after = judge(case, tier), judge(case, tier, ballots=[*casts, *between])
    assert outline(before) == outline(after)


@settings(deadline=None)
@given(cases(), components, tiers)
def test_new_bytes_never_approve(case, component, tier):
    drawn, manifest, _, _ = case
    before = judge(case, tier)
    changed = judge(case, tier, manifest=manifest | {component: "never seen"})
    asked = [row.key for row in before.steps if row.state != "not_applicable"]
    if any(component in drawn.step(key).covers for key in asked):
        assert changed.state != "approved"
    elif not any(component in row.covers for row in drawn.steps):
        assert changed == before


@settings(deadline=None)
@given(cases(), tiers)
def test_without_ballots_that_count_nothing_is_approved(case, tier):
    """I7."""
    _, _, casts, who = case
    silent = [cast for cast in casts if cast.verdict != "approve" or not cast.eligible_when_cast]
    for waived in (False, True):
        assert judge(case, tier, ballots=silent, eligibility=replace(who, waived=waived)).state != "approved"


@settings(deadline=None)
@given(cases(), humans, tiers)
def test_taking_somebodys_approvals_away_never_approves(case, human, tier):
    _, _, casts, _ = case
    if judge(case, tier).state == "open":
        fewer = [cast for cast in casts if cast.voice != human or cast.verdict != "approve"]
        if not any(cast.voice == human and cast.verdict != "approve" and cast.eligible_when_cast for cast in casts):
            assert judge(case, tier, ballots=fewer).state == "open"


@settings(deadline=None)
@given(cases(), humans, tiers)
def test_ending_a_role_or_a_delegation_never_approves(case, human, tier):
    """I4."""
    _, _, _, who = case
    if judge(case, tier).state == "approved":
        return
    held = {role: names - {human} for role, names in who.holders.items()}
    fewer = {name: lent for name, lent in who.delegations.items() if name != human}
    lent = {name: frozenset(pair for pair in pairs if pair[0] != human) for name, pairs in who.delegations.items()}
    for changed in (replace(who, holders=held), replace(who, delegations=fewer), replace(who, delegations=lent)):
        assert judge(case, tier, eligibility=changed).state != "approved"


@settings(deadline=None)
@given(cases(), keys, tiers)
def test_escalation_never_approves(case, key, tier):
    """I7: a ballot counts only under the role in which it was cast, and nobody was allowed to cast this one."""
    _, _, casts, who = case
    valid = [cast for cast in casts if cast.role != case[0].step(cast.step).escalate_to or cast.step in who.escalated]
    before = judge(case, tier, ballots=valid)
    after = judge(case, tier, ballots=valid, eligibility=replace(who, escalated=who.escalated | {key}))
    assert before.state == after.state
    assert [(row.have, row.approved_by) for row in before.steps] == [(row.have, row.approved_by) for row in after.steps]


@settings(deadline=None)
@given(st.sets(humans), st.sets(humans), st.sets(humans, max_size=2))
def test_a_quorum_of_two_is_two_parallel_steps_of_one(holders, voters, makers):
    double = step("whole", "judge", quorum=2)
    halves = (step("left", "judge"), step("right", "judge"))
    who = people({"judge": " ".join(holders)}, {"code": " ".join(makers)})
    manifest = {"code": "code-1", "model": "model-1"}
    whole = evaluate(policy(double), manifest, [ballot(double, human, of=manifest) for human in voters], who, NOW)
    parts = evaluate(
        policy(*halves), manifest, [ballot(half, human, of=manifest) for half in halves for human in voters], who, NOW
    )
    assert (whole.state, whole.substate) == (parts.state, parts.substate)


@settings(deadline=None)
@given(st.sets(humans), st.sets(humans), st.sets(humans, max_size=1))
def test_steps_kept_apart_are_distinct_humans_on_them_alone(holders, voters, makers):
    first, second = step("first", "judge"), step("second", "judge", exclude=("contributors", "step:first"))
    who = people({"judge": " ".join(holders)}, {"code": " ".join(makers)})
    manifest = {"code": "code-1", "model": "model-1"}
    casts = [ballot(asked, human, of=manifest) for asked in (first, second) for human in voters]
    apart = evaluate(policy(first, second, distinct=False), manifest, casts, who, NOW)
    distinct = evaluate(policy(first, second), manifest, casts, who, NOW)
    assert outline(apart)[:2] == outline(distinct)[:2]
    assert [row.have for row in apart.steps] == [row.have for row in distinct.steps]


@settings(deadline=None)
@given(cases(), tiers)
@example((policy(step("one", "judge", covers=("code",))), {}, [], people({"judge": "ada"})), "high")
def test_the_written_form_is_a_function_of_the_answer(case, tier):
    first, second = judge(case, tier), judge(case, tier, ballots=list(reversed(case[2])))
    assert first.as_mapping() == second.as_mapping()
