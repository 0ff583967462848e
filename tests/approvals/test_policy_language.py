"""What the language of policies says beside who, what and in which order: conditions, times, signatures, ways around."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from approvals.policy import (
    BreakGlass,
    Condition,
    Policy,
    PolicyError,
    Reminder,
    StandardChange,
    Step,
    WorkingTime,
    as_mapping,
    dump,
    parse,
)

STEP = {"key": "a", "title": "A", "role": "auditor", "covers": ["code"]}
OTHER = {"key": "b", "title": "B", "role": "operations", "covers": ["model"]}
TEXT = """\
title: Release
grace: 2 weeks
conditional: false
break_glass: {roles: [operations, ml_engineer], hours: 8, review_within: 2 working days}
steps:
  - key: business
    title: Business
    role: business_owner
    covers: [use_case]
    applies_if: {risk_tier: high, environment: [production], changed: {any: [code, model]}, cost: {at_least: 10000},
                 sensitivity: {at_least: personal}}
    signature: reauth
    sla: 2 working days
    calendar: zurich
    remind: [1 working day before, 4 working hours after]
    escalate: {after: 1 working day, to: project_lead}
    exclude: [submitter, "step:security"]
  - key: security
    title: Security
    role: security_reviewer
    covers: [dependencies]
    bulk: true
standard_changes:
  - key: patch
    title: Dependency patch
    touches: [dependencies]
    limits: {metrics: {recall: {may_fall: "0.01"}}}
    without: [business]
"""
DAY = WorkingTime(1, "days")


def problems(source):
    with pytest.raises(PolicyError) as caught:
        parse(source)
    assert all(problem.message for problem in caught.value.problems)
    return [(problem.path, problem.code) for problem in caught.value.problems]


def with_step(**changes):
    return {"title": "T", "steps": [STEP | changes, OTHER]}


def problem_of(source):
    with pytest.raises(PolicyError) as caught:
        parse(source)
    return str(caught.value)


# --- what is read ---


def test_the_whole_language_reads_as_it_says():
    policy = parse(TEXT)
    assert (policy.grace_days, policy.conditional) == (14, False)
    assert policy.break_glass == BreakGlass(("operations", "ml_engineer"), 8, WorkingTime(2, "days"))
    step = policy.step("business")
    assert step is not None
    assert set(step.applies_if) == {
        Condition("risk_tier", "equals", "high"),
        Condition("environment", "in", ("production",)),
        Condition("changed", "any", ("code", "model")),
        Condition("cost", "at_least", Decimal(10000)),
        Condition("sensitivity", "at_least", "personal"),
    }
    assert (step.signature, step.sla, step.calendar, step.bulk) == ("reauth", WorkingTime(2, "days"), "zurich", False)
    assert step.remind == (Reminder(DAY, before=True), Reminder(WorkingTime(4, "hours"), before=False))
    assert (step.escalate_after, step.escalate_to) == (DAY, "project_lead")
    assert (step.exclude, step.excluded_steps) == (("step:security", "submitter"), ("security",))
    assert policy.standard_changes == (
        StandardChange(
            "patch", "Dependency patch", ("dependencies",), ("business",), {"metrics": {"recall": {"may_fall": "0.01"}}}
        ),
    )
    assert policy.standard_change("patch") == policy.standard_changes[0]
    assert policy.standard_change("other") is None


def test_what_is_not_said_has_its_default():
    policy = parse(with_step())
    assert (policy.grace_days, policy.conditional, policy.standard_changes) == (0, True, ())
    assert policy.break_glass == BreakGlass(("operations", "project_lead", "ml_engineer"), 24, WorkingTime(3, "days"))
    step = policy.steps[0]
    assert (step.applies_if, step.signature, step.sla, step.calendar, step.remind) == ((), "click", None, "", ())
    assert (step.escalate_after, step.escalate_to, step.bulk) == (None, "", False)


def test_nobody_may_break_glass_where_it_says_false():
    assert parse(with_step() | {"break_glass": False}).break_glass is None
    assert parse(with_step() | {"break_glass": True}).break_glass == BreakGlass()
    assert parse(with_step() | {"break_glass": {"hours": 2}}).break_glass == BreakGlass(hours=2)


@pytest.mark.parametrize(
    ("text", "time", "days", "minutes"),
    [
        ("1 working day", WorkingTime(1, "days"), 1, 0),
        ("2 working days", WorkingTime(2, "days"), 2, 0),
        ("90 working minutes", WorkingTime(90, "minutes"), 0, 90),
        ("4  working  hours", WorkingTime(4, "hours"), 0, 240),
        ("1000 working days", WorkingTime(1000, "days"), 1000, 0),
    ],
)
def test_working_time_is_days_hours_or_minutes(text, time, days, minutes):
    found = parse(with_step(sla=text)).steps[0].sla
    assert found == time
    assert (time.days, time.minutes) == (days, minutes)
    assert parse(with_step(sla=str(time))).steps[0].sla == time


def test_numbers_of_limits_are_exact_however_they_are_written():
    for text in ("0.01", '"0.010"', "'1e-2'"):
        change = parse(TEXT.replace('"0.01"', text)).standard_changes[0]
        assert change.limits == {"metrics": {"recall": {"may_fall": "0.01"}}}


# --- digests ---

# Digests as they were before the language grew. They stand in signed records: they never change.
OLD = {
    "title: T\nsteps: [{key: a, title: A, role: auditor, covers: [code], exclude: []}]": (
        "sha256:d231dc307cbb68a0962d4eea4f7737a1c3e0c7fa6b620c2b54b32ad563d24e3e",
        "sha256:9855c8546507b818ecd17e04404412258de6750007963dbbd2a0958dfd6d76d5",
    ),
}


@pytest.mark.parametrize("text", OLD)
def test_a_policy_that_says_nothing_new_has_the_digest_that_it_always_had(text):
    policy = parse(text)
    assert (policy.digest, policy.steps[0].digest) == OLD[text]


@pytest.mark.parametrize(
    "field",
    [
        {"break_glass": True}, {"conditional": True}, {"standard_changes": []}, {"grace": None},
        {"break_glass": {"roles": ["ml_engineer", "operations", "project_lead"], "hours": 24, "review_within": "3 working days"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_default_that_is_written_out_changes_no_digest(field):
    assert parse(with_step() | field).digest == parse(with_step()).digest


@pytest.mark.parametrize("field", [{"applies_if": {}}, {"signature": "click"}, {"remind": []}, {"bulk": False}], ids=str)
def test_a_default_that_is_written_out_in_a_step_changes_no_digest(field):
    assert parse(with_step(**field)).digest == parse(with_step()).digest


def test_how_it_is_signed_matters_to_the_judgement():
    step = Step("a", "A", "auditor", covers=("code",))
    assert replace(step, signature="reauth").digest != step.digest
    assert replace(step, exclude=("submitter",)).digest != step.digest


@pytest.mark.parametrize(
    "change",
    [
        {"applies_if": (Condition("risk_tier", "equals", "high"),)}, {"sla": DAY}, {"calendar": "x"}, {"bulk": True},
        {"sla": DAY, "remind": (Reminder(DAY),)}, {"sla": DAY, "escalate_after": DAY, "escalate_to": "auditor"},
    ],
    ids=str,
)  # fmt: skip
def test_when_and_how_fast_a_step_is_asked_costs_nobody_an_approval_and_is_another_policy(change):
    step = Step("a", "A", "auditor", covers=("code",))
    assert replace(step, **change).digest == step.digest
    assert Policy("T", (replace(step, **change),)).digest != Policy("T", (step,)).digest


def test_the_order_of_conditions_and_of_facts_means_nothing():
    one = with_step(applies_if={"risk_tier": "high", "cost": {"at_least": 1, "at_most": 2}})
    two = with_step(applies_if={"cost": {"at_most": "2.0", "at_least": "1"}, "risk_tier": {"equals": "high"}})
    assert parse(one) == parse(two)
    assert parse(one).digest == parse(two).digest


def test_the_whole_language_is_dumped_so_that_it_reads_back():
    policy = parse(TEXT)
    assert parse(dump(policy)) == policy
    assert parse(as_mapping(policy)) == policy
    assert "remind: [1 working day before, 4 working hours after]" in dump(policy)


# --- what is refused, and where ---


@pytest.mark.parametrize(
    "value",
    ["2 days", "1d", "2 d", "3h", "90 min", "90 minutes", "4 hours", "1 day"],
)
def test_time_that_does_not_say_whether_people_work_in_it_is_refused_with_what_to_write(value):
    assert problems(with_step(sla=value)) == [("steps[0].sla", "calendar_time")]
    assert "write " in problem_of(with_step(sla=value))
    assert "working" in problem_of(with_step(sla=value)).partition("write ")[2]


@pytest.mark.parametrize(
    "value",
    [
        "", "soon", 2, 2.5, True, [], {}, "0 working days", "-1 working days", "1.5 working days", "1001 working days", "9" * 300 + " working days",
        "2 working weeks", "２ working days", "两个工作日", "2\x00working days", "2 working days please", "working days",
    ],
)  # fmt: skip
def test_what_is_no_working_time_is_refused(value):
    assert problems(with_step(sla=value)) == [("steps[0].sla", "bad_working_time")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"applies_if": "high"}, [("steps[0].applies_if", "wrong_type")]),
        ({"applies_if": ["high"]}, [("steps[0].applies_if", "wrong_type")]),
        ({"applies_if": {"risk": "high"}}, [("steps[0].applies_if.risk", "unknown_fact")]),
        ({"applies_if": {"risk_tier": None}}, [("steps[0].applies_if.risk_tier", "bad_condition")]),
        ({"applies_if": {"risk_tier": 3}}, [("steps[0].applies_if.risk_tier", "bad_condition")]),
        ({"applies_if": {"risk_tier": {}}}, [("steps[0].applies_if.risk_tier", "bad_condition")]),
        ({"applies_if": {"risk_tier": "huge"}}, [("steps[0].applies_if.risk_tier", "never")]),
        ({"applies_if": {"risk_tier": ["low", "huge"]}}, [("steps[0].applies_if.risk_tier[1]", "never")]),
        ({"applies_if": {"risk_tier": ["low", "low"]}}, [("steps[0].applies_if.risk_tier[1]", "duplicate")]),
        ({"applies_if": {"risk_tier": []}}, [("steps[0].applies_if.risk_tier", "empty")]),
        ({"applies_if": {"risk_tier": {"any": ["low"]}}}, [("steps[0].applies_if.risk_tier.any", "unknown_comparison")]),
        ({"applies_if": {"risk_tier": {"__class__": "low"}}}, [("steps[0].applies_if.risk_tier.__class__", "unknown_comparison")]),
        ({"applies_if": {"risk_tier": {"equals": None}}}, [("steps[0].applies_if.risk_tier.equals", "required")]),
        ({"applies_if": {"purpose": "deploy"}}, [("steps[0].applies_if.purpose", "never")]),
        ({"applies_if": {"kind": "neural"}}, [("steps[0].applies_if.kind", "never")]),
        ({"applies_if": {"environment": "生产"}}, [("steps[0].applies_if.environment", "bad_name")]),
        ({"applies_if": {"environment": "x" * 61}}, [("steps[0].applies_if.environment", "bad_name")]),
        ({"applies_if": {"environment": {"at_least": "x"}}}, [("steps[0].applies_if.environment.at_least", "unknown_comparison")]),
        ({"applies_if": {"changed": ["code"]}}, [("steps[0].applies_if.changed", "bad_condition")]),
        ({"applies_if": {"changed": {"any": "code"}}}, [("steps[0].applies_if.changed.any", "wrong_type")]),
        ({"applies_if": {"changed": {"any": ["cod"]}}}, [("steps[0].applies_if.changed.any[0]", "never")]),
        ({"applies_if": {"cost": 10000}}, [("steps[0].applies_if.cost", "bad_condition")]),
        ({"applies_if": {"cost": {"at_least": "lots"}}}, [("steps[0].applies_if.cost.at_least", "bad_number")]),
        ({"applies_if": {"cost": {"at_least": True}}}, [("steps[0].applies_if.cost.at_least", "bad_number")]),
        ({"applies_if": {"cost": {"at_least": float("inf")}}}, [("steps[0].applies_if.cost.at_least", "bad_number")]),
        ({"applies_if": {"cost": {"at_least": "1" * 16}}}, [("steps[0].applies_if.cost.at_least", "bad_number")]),
        ({"applies_if": {"cost": {"at_least": 2, "less_than": 2}}}, [("steps[0].applies_if", "contradiction")]),
        ({"signature": "password"}, [("steps[0].signature", "bad_signature")]),
        ({"signature": True}, [("steps[0].signature", "bad_signature")]),
        ({"signature": "reauth", "bulk": True}, [("steps[0].bulk", "bulk_signed")]),
        ({"bulk": "yes"}, [("steps[0].bulk", "wrong_type")]),
        ({"calendar": "Zürich"}, [("steps[0].calendar", "bad_name")]),
        ({"calendar": 3}, [("steps[0].calendar", "bad_name")]),
        ({"remind": ["1 working day before"]}, [("steps[0].remind", "needs_sla")]),
        ({"remind": "1 working day before", "sla": "2 working days"}, [("steps[0].remind", "wrong_type")]),
        ({"remind": ["soon", 3, None], "sla": "2 working days"}, [(f"steps[0].remind[{at}]", "bad_reminder") for at in range(3)]),
        ({"remind": ["1 day before"], "sla": "2 working days"}, [("steps[0].remind[0]", "calendar_time")]),
        ({"remind": ["1 working day before"] * 2, "sla": "2 working days"}, [("steps[0].remind[1]", "duplicate")]),
        ({"remind": [f"{at} working days after" for at in range(1, 12)], "sla": "2 working days"}, [("steps[0].remind", "too_many")]),
        ({"escalate": {"after": "1 working day", "to": "auditor"}}, [("steps[0].escalate", "needs_sla")]),
        ({"escalate": {"after": "1 working day"}, "sla": "1 working day"}, [("steps[0].escalate", "required")]),
        ({"escalate": {"to": "auditor"}, "sla": "1 working day"}, [("steps[0].escalate", "required")]),
        (
            {"escalate": {"after": "1 day", "to": "boss"}, "sla": "1 working day"},
            [("steps[0].escalate.to", "unknown_role"), ("steps[0].escalate.after", "calendar_time")],
        ),
        ({"escalate": "auditor", "sla": "1 working day"}, [("steps[0].escalate", "wrong_type")]),
        ({"exclude": ["step:a"]}, [("steps[0].exclude[0]", "own_step")]),
        ({"exclude": ["step:z"]}, [("steps[0].exclude[0]", "unknown_step")]),
        ({"exclude": ["step:"]}, [("steps[0].exclude[0]", "unknown_step")]),
        ({"exclude": ["b"]}, [("steps[0].exclude[0]", "unknown_exclusion")]),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_a_field_of_a_step_that_cannot_be_is_refused_with_its_path(changes, expected):
    assert problems(with_step(**changes)) == expected


PLAIN = Step("a", "A", "auditor", covers=("code",))
CHANGE = {"key": "patch", "title": "Patch", "touches": ["dependencies"], "without": ["b"]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"grace": "14"}, [("grace", "bad_duration")]),
        ({"grace": "2 working days"}, [("grace", "bad_duration")]),
        ({"conditional": "no"}, [("conditional", "wrong_type")]),
        ({"break_glass": "no"}, [("break_glass", "wrong_type")]),
        ({"break_glass": {"roles": []}}, [("break_glass.roles", "empty")]),
        ({"break_glass": {"roles": ["boss"]}}, [("break_glass.roles[0]", "unknown_role")]),
        ({"break_glass": {"hours": 25}}, [("break_glass.hours", "bad_hours")]),
        ({"break_glass": {"hours": 0}}, [("break_glass.hours", "bad_hours")]),
        ({"break_glass": {"hours": True}}, [("break_glass.hours", "bad_hours")]),
        ({"break_glass": {"review_within": "3 days"}}, [("break_glass.review_within", "calendar_time")]),
        ({"break_glass": {"who": "x"}}, [("break_glass.who", "unknown_key")]),
        ({"standard_changes": {}}, [("standard_changes", "wrong_type")]),
        ({"standard_changes": ["patch"]}, [("standard_changes[0]", "wrong_type")]),
        ({"standard_changes": [{}]}, [("standard_changes[0]", "required")] * 4),
        ({"standard_changes": [CHANGE, CHANGE]}, [("standard_changes[1].key", "duplicate")]),
        ({"standard_changes": [CHANGE | {"without": ["z"]}]}, [("standard_changes[0].without[0]", "unknown_step")]),
        ({"standard_changes": [CHANGE | {"without": []}]}, [("standard_changes[0].without", "empty")]),
        ({"standard_changes": [CHANGE | {"touches": ["weather"]}]}, [("standard_changes[0].touches[0]", "unknown_component")]),
        ({"standard_changes": [CHANGE | {"limits": []}]}, [("standard_changes[0].limits", "limits")]),
        ({"standard_changes": [CHANGE | {"limits": {"moves": ["code"]}}]}, [("standard_changes[0].limits.moves", "limits_move")]),
        (
            {"standard_changes": [CHANGE | {"limits": {"metrics": {"recall": {"min": 0.5}}}}]},
            [("standard_changes[0].limits.metrics.recall.min", "limits")],
        ),
        ({"standard_changes": [CHANGE | {"limits": {"weather": 1}}]}, [("standard_changes[0].limits.weather", "limits")]),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_a_setting_of_the_policy_that_cannot_be_is_refused_with_its_path(changes, expected):
    assert problems(with_step() | changes) == expected


def test_problems_of_the_new_keys_are_told_at_once_with_their_lines():
    text = TEXT
    for old, new in [
        ("2 weeks", "a while"), ("hours: 8", "hours: 80"), ("risk_tier: high", "risk_tier: hi"),
        ("4 working hours", "4 hours"), ("[business]", "[busines]"),
    ]:  # fmt: skip
        text = text.replace(old, new)
    with pytest.raises(PolicyError) as caught:
        parse(text)
    assert [(problem.line, problem.code) for problem in caught.value.problems] == [
        (2, "bad_duration"), (4, "bad_hours"), (10, "never"), (15, "calendar_time"), (28, "unknown_step"),
    ]  # fmt: skip
    assert "line 15, steps[0].remind[1]: 4 hours after does not say which time" in str(caught.value)
    assert "so write 4 working hours after" in str(caught.value)


# --- values made by hand ---


@pytest.mark.parametrize("make", [
    lambda: WorkingTime(0, "days"),
    lambda: WorkingTime(1, "weeks"),
    lambda: BreakGlass(hours=25),
    lambda: BreakGlass(roles=()),
    lambda: StandardChange("a", "A", (), ("b",)),
    lambda: StandardChange("a", "A", ("code",), ()),
    lambda: Step("a", "A", "auditor", covers=("code",), signature="wink"),
    lambda: Step("a", "A", "auditor", covers=("code",), escalate_to="auditor"),
    lambda: replace(PLAIN, applies_if=(Condition("risk_tier", "equals", "low"), Condition("risk_tier", "equals", "high"))),
    lambda: Policy("T", (Step("a", "A", "auditor", covers=("code",), exclude=("step:z",)),)),
    lambda: Policy("T", (Step("a", "A", "auditor", covers=("code",)),), standard_changes=(StandardChange("p", "P", ("code",), ("z",)),)),
    lambda: Policy("T", (Step("a", "A", "auditor", covers=("code",)),), standard_changes=(StandardChange("p", "P", ("code",), ("a",)),) * 2),
])  # fmt: skip
def test_a_value_that_means_nothing_cannot_be_made(make):
    with pytest.raises(ValueError):  # noqa: PT011 # each says something else
        make()
