from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from approvals.policy import COMPONENTS, ROLES, Policy, PolicyError, Step, as_mapping, dump, parse
from approvals.policy.reading import POLICY_KEYS, STEP_KEYS
from foundation.canonical import digest
from tests.approvals.policy_values import policies

TEXT = """\
title: Production release
distinct_humans: true
open_for: 30 days        # request lapses
valid_for: 180 days      # decision ages out
steps:
  - key: validation
    title: 模型验证
    role: model_validator
    quorum: 1            # default 1
    covers: [code, model, data, runtime]
  - key: business
    title: Business sign-off
    role: business_owner
    after: [validation]
    covers: [use_case, model, economics]
    exclude: [contributors]   # the default; `[]` must be written to switch it off
checks:
  provenance.clean_tree: blocking
  dictionary.columns_bound: advisory
"""
STEP = {"key": "a", "title": "A", "role": "auditor", "covers": ["code"]}


def problems(source, **options):
    with pytest.raises(PolicyError) as caught:
        parse(source, **options)
    assert all(problem.message for problem in caught.value.problems)
    return [(problem.path, problem.line, problem.code) for problem in caught.value.problems]


def with_step(**changes):
    return {"title": "T", "steps": [STEP | changes]}


# --- what is read ---


def test_the_example_of_the_documentation_reads_as_it_says():
    policy = parse(TEXT)
    assert (policy.title, policy.distinct_humans, policy.open_for_days, policy.valid_for_days) == (
        "Production release",
        True,
        30,
        180,
    )
    first, second = policy.steps
    assert (first.key, first.title, first.role, first.quorum, first.after) == ("validation", "模型验证", "model_validator", 1, ())
    assert set(first.covers) == {"code", "model", "data", "runtime"}
    assert (second.after, second.exclude) == (("validation",), ("contributors",))
    assert policy.checks == {"provenance.clean_tree": "blocking", "dictionary.columns_bound": "advisory"}


def test_contributors_are_excluded_unless_an_empty_list_is_written():
    assert parse(with_step()).steps[0].exclude == ("contributors",)
    assert parse("title: T\nsteps: [{key: a, title: A, role: auditor, covers: [code], exclude: }]").steps[0].exclude == (
        "contributors",
    )
    assert parse(with_step(exclude=[])).steps[0].exclude == ()


def test_people_are_distinct_and_nothing_lapses_unless_it_is_written():
    policy = parse(with_step())
    assert (policy.distinct_humans, policy.open_for_days, policy.valid_for_days, policy.checks) == (True, None, None, {})


@pytest.mark.parametrize(("text", "days"), [("1 day", 1), ("30 days", 30), ("2 weeks", 14), ("3660 days", 3660)])
def test_durations_are_days_or_weeks(text, days):
    assert parse(with_step() | {"open_for": text}).open_for_days == days


def test_bytes_with_a_byte_order_mark_are_read():
    assert parse(b"\xef\xbb\xbf" + TEXT.encode()) == parse(TEXT)


def test_off_is_a_word_and_not_false():
    assert parse(TEXT.replace("advisory", "off")).checks["dictionary.columns_bound"] == "off"


def test_the_names_that_may_be_used_are_the_callers_to_say():
    policy = parse(with_step(role="chef", covers=["menu"]), roles=["chef"], components=["menu"])
    assert (policy.steps[0].role, policy.steps[0].covers) == ("chef", ("menu",))
    assert problems(with_step(), roles=["chef"])[0][2] == "unknown_role"
    assert (
        problems(with_step() | {"checks": {"provenance.clean_tree": "off"}}, checks=["provenance.other"])[0][2] == "unknown_check"
    )


# --- digests ---


def test_the_digest_of_a_policy_is_that_of_its_canonical_body():
    policy = parse(TEXT)
    assert policy.digest == digest(as_mapping(policy))


def test_digests_are_those_that_signed_records_hold():
    """Fixed for good: the language may grow, what was said in it before may not change."""
    policy = parse(TEXT)
    assert policy.digest == "sha256:05722b7b62e1608b07c4e69a2b299147c6c406f9c931c34a85b154d65040e04b"
    assert [step.digest for step in policy.steps] == [
        "sha256:edaf7e942645a3fa39213dc6091aaaf2b91da69e77399276bc1115dded9cdde9",
        "sha256:53f2b8e10b2b5c1e1df4883616247e8602b9338136265d922b6d1956e34f99fc",
    ]


@settings(deadline=None)
@given(policies(plain=True))
def test_a_policy_that_says_nothing_new_has_no_new_key_in_its_body(policy):
    body = as_mapping(policy)
    assert body.keys() <= {"key", "title", "distinct_humans", "open_for", "valid_for", "steps", "checks"}
    for step in body["steps"]:
        assert step.keys() <= {"key", "title", "description", "role", "quorum", "after", "covers", "exclude"}


def test_comments_order_of_names_and_defaults_do_not_change_a_digest():
    plain = TEXT.replace("    quorum: 1            # default 1\n", "").replace(
        "[code, model, data, runtime]", "[runtime, data, model, code]"
    )
    assert parse(plain).digest == parse(TEXT).digest
    assert parse(TEXT.replace("30 days", "30 days ")).digest == parse(TEXT).digest


@pytest.mark.parametrize(
    "change",
    [{"key": "b"}, {"role": "operations"}, {"quorum": 2}, {"after": ("x",)}, {"covers": ("model",)}, {"exclude": ()}],
    ids=str,
)
def test_what_matters_to_the_judgement_changes_the_digest_of_a_step(change):
    step = Step("a", "A", "auditor", covers=("code",))
    assert replace(step, **change).digest != step.digest


def test_words_do_not_change_the_digest_of_a_step_but_that_of_the_policy():
    step = Step("a", "A", "auditor", covers=("code",))
    assert replace(step, title="Other", description="Other").digest == step.digest
    assert Policy("T", (step,)).digest != Policy("T", (replace(step, title="Other"),)).digest


# --- what is refused, and where ---


def test_every_problem_is_told_at_once_with_its_line():
    text = TEXT
    for old, new in [
        ("distinct_humans", "distinct_human"), ("30 days", "a month"), ("model_validator", "model_validater"),
        ("quorum: 1 ", "quorum: 0 "), ("after: [validation]", "after: [validaton]"), ("advisory", "maybe"),
        ("[use_case, model, economics]", "[usecase, model, model]"),
    ]:  # fmt: skip
        text = text.replace(old, new)
    assert problems(text) == [
        ("distinct_human", 2, "unknown_key"),
        ("open_for", 3, "bad_duration"),
        ("steps[0].role", 8, "unknown_role"),
        ("steps[0].quorum", 9, "quorum"),
        ("steps[1].after[0]", 14, "unknown_step"),
        ("steps[1].covers[0]", 15, "unknown_component"),
        ("steps[1].covers[2]", 15, "duplicate"),
        ("checks.dictionary.columns_bound", 19, "bad_level"),
    ]


def test_an_unknown_name_is_answered_with_the_one_that_was_meant():
    with pytest.raises(PolicyError, match=r"line 8, steps\[0\]\.role: unknown role model_validater; known: model_validator"):
        parse(TEXT.replace("model_validator", "model_validater"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({}, [("", None, "required"), ("", None, "required")]),
        ([], [("", None, "wrong_type")]),
        (with_step() | {"title": 3}, [("title", None, "wrong_type")]),
        (with_step() | {"title": " "}, [("title", None, "required")]),
        (with_step() | {"title": "a\nb"}, [("title", None, "bad_text")]),
        (with_step() | {"title": "\ud800"}, [("title", None, "bad_text")]),
        (with_step() | {"title": "x" * 201}, [("title", None, "too_long")]),
        (with_step() | {"distinct_humans": "yes"}, [("distinct_humans", None, "wrong_type")]),
        (with_step() | {"key": "No Good"}, [("key", None, "bad_key")]),
        (with_step() | {"checks": ["x"]}, [("checks", None, "wrong_type")]),
        (with_step() | {"checks": {"weather.nice": "off"}}, [("checks.weather.nice", None, "unknown_check")]),
        (with_step() | {"checks": {1: "off"}}, [("checks", None, "wrong_type")]),
        ({"title": "T", "steps": []}, [("steps", None, "empty")]),
        ({"title": "T", "steps": {}}, [("steps", None, "wrong_type")]),
        ({"title": "T", "steps": [3]}, [("steps[0]", None, "wrong_type")]),
        ({"title": "T", "steps": [STEP] * 51}, [("steps", None, "too_many")]),
        ({"title": "T", "steps": [STEP, STEP]}, [("steps[1].key", None, "duplicate_step")]),
        ({"title": "T", "steps": [{"key": "a", "title": "A", "role": "auditor"}]}, [("steps[0]", None, "required")]),
        (with_step(key="步骤"), [("steps[0].key", None, "bad_key")]),
        (with_step(role=["auditor"]), [("steps[0].role", None, "wrong_type")]),
        (with_step(covers=[]), [("steps[0].covers", None, "empty")]),
        (with_step(covers="code"), [("steps[0].covers", None, "wrong_type")]),
        (with_step(exclude=["everybody"]), [("steps[0].exclude[0]", None, "unknown_exclusion")]),
        (with_step(after=["a"]), [("steps[0].after", None, "cycle")]),
        (with_step(quorum=True), [("steps[0].quorum", None, "quorum")]),
        (with_step(quorum=1.0), [("steps[0].quorum", None, "quorum")]),
        (with_step(quorum="2"), [("steps[0].quorum", None, "quorum")]),
        (with_step(quorum=51), [("steps[0].quorum", None, "quorum")]),
        (with_step(when="x"), [("steps[0].when", None, "unknown_key")]),
        (with_step(applies_if="x"), [("steps[0].applies_if", None, "wrong_type")]),
    ],
    ids=lambda value: value[0][2] if isinstance(value, list) and value and isinstance(value[0], tuple) else "",
)  # fmt: skip
def test_a_mapping_that_is_not_a_policy_is_refused_with_the_path(source, expected):
    if isinstance(source, list):
        assert problems("[]") == [("", 1, "wrong_type")]
    else:
        assert problems(source) == expected


@pytest.mark.parametrize("days", ["0 days", "3661 days", "-1 days", "1 month", "30", 30, True, "", "1.5 days", "３０ days"])
def test_other_durations_are_refused(days):
    assert problems(with_step() | {"valid_for": days}) == [("valid_for", None, "bad_duration")]


def test_a_cycle_is_shown_as_the_way_round_and_once():
    steps = [STEP | {"key": key, "after": after} for key, after in [("a", ["b"]), ("b", ["c"]), ("c", ["a"]), ("d", ["a"])]]
    with pytest.raises(PolicyError) as caught:
        parse({"title": "T", "steps": steps})
    [problem] = caught.value.problems
    assert problem.code == "cycle"
    assert sorted(problem.params["value"].split(" → ")[1:]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", [("", None, "wrong_type")]),
        ("title: 'open", [("", 1, "yaml")]),
        ("title: a\n\tb: c", [("", 2, "yaml")]),
        ("a: \x00", [("", None, "yaml")]),
        ("title: T\ntitle: U\nsteps: [{key: a, title: A, role: auditor, covers: [code]}]", [("title", 2, "duplicate_key")]),
        ("a: &x 1\nb: *x", [("", 1, "alias"), ("", 2, "alias")]),
        ("a: !!python/object/apply:os.system [ls]", [("", 1, "tag")]),
        ("%YAML 1.1\n---\ntitle: off", [("", 2, "directive")]),
        ("title: a\n---\ntitle: b", [("", 2, "many_documents")]),
        ("[" * 1000, [("", 1, "too_deep")]),
        ("- " * 1000, [("", 1, "too_deep")]),
        ("? [a]\n: b\n", [("", 1, "wrong_type"), ("", 1, "required"), ("", 1, "required")]),
        ("title: T\nsteps: [{key: a, title: A, role: auditor, covers: [code], quorum: 1e0}]", [("steps[0].quorum", 2, "quorum")]),
        ("title: 2026-01-01\nsteps: [{key: a, title: A, role: auditor, covers: [code]}]", [("title", 1, "wrong_type")]),
        ("文".encode("gb18030") + b": 1", [("", 1, "encoding")]),
        ("title: ok\nb: 文".encode("utf-16"), [("", 1, "encoding")]),
        (b"title: ok\nb: \xff", [("", 2, "encoding")]),
        ("a: \ud800", [("", 1, "encoding")]),
        ("#" * (64 * 1024 + 1), [("", None, "too_large")]),
        ("文" * 22_000, [("", None, "too_large")]),
    ],
    ids=lambda value: value[0][2] if isinstance(value, list) else "",
)  # fmt: skip
def test_text_that_is_not_a_policy_is_refused_with_the_line(source, expected):
    assert problems(source) == expected


@pytest.mark.parametrize(
    "bomb", ["[" * 65_000, "{a: " * 16_000, "- " * 32_000, "&a " * 20_000, "a:\n" * 20_000, "'" * 65_000, "# x\n" * 16_000]
)
def test_the_worst_text_of_the_permitted_size_is_refused_in_reasonable_time(bomb):
    start = time.monotonic()
    problems(bomb)
    assert time.monotonic() - start < 20


def test_a_laughing_policy_is_refused_before_it_is_expanded():
    levels = "".join(f"l{at}: &l{at} [{', '.join([f'*l{at - 1}'] * 10)}]\n" for at in range(1, 10))
    assert {code for _, _, code in problems("l0: &l0 [ha]\n" + levels)} == {"alias"}


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200), st.text(alphabet="abc: -[]{}#&*!|>'\"%@`?,\n\t", max_size=60)))
def test_any_text_is_a_policy_or_a_policy_error(source):
    problems(source)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from([*ROLES, *COMPONENTS])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(set(POLICY_KEYS) - {"steps"}, anything)),
    st.data(),
)
def test_any_mapping_is_a_policy_or_a_policy_error(body, data):
    steps = st.lists(st.one_of(anything, st.fixed_dictionaries({}, optional=dict.fromkeys(STEP_KEYS, anything))), max_size=3)
    with suppress(PolicyError):
        parse(body | {"steps": data.draw(steps)})


# --- round trip ---


@settings(deadline=None)
@given(policies())
@example(Policy("off", (Step("on", "1", "auditor", covers=("code",), description="a: b\n- c # d"),)))
@example(Policy("null", (Step("no", "2026-01-01", "auditor", covers=("code",), description="'\"|>%@`"),)))
@example(Policy("发布 🚀", (Step("a", "~", "auditor", covers=("code",), description="&x *y !z"),)))
def test_what_is_dumped_reads_back_as_the_same_policy(policy):
    for again in (parse(dump(policy)), parse(as_mapping(policy)), parse(dump(policy).encode())):
        assert again == policy
        assert again.digest == policy.digest
        assert [step.digest for step in again.steps] == [step.digest for step in policy.steps]


def test_chinese_text_is_dumped_as_such():
    assert "title: 模型验证" in dump(parse(TEXT))


@settings(deadline=None)
@given(policies())
def test_the_order_puts_every_step_behind_those_it_waits_for(policy):
    assert sorted(policy.order) == list(range(len(policy.steps)))
    for at, step in enumerate(policy.steps):
        assert policy.before[at] == tuple(policy.positions[key] for key in step.after)
        assert all(policy.order.index(other) < policy.order.index(at) for other in policy.before[at])


# --- values made by hand ---


@pytest.mark.parametrize("fields", [{"quorum": 0}, {"quorum": True}, {"covers": ()}], ids=str)
def test_a_step_that_would_approve_by_itself_cannot_be_made(fields):
    with pytest.raises(ValueError, match="the step a"):
        Step(**{"key": "a", "title": "A", "role": "auditor", "covers": ("code",)} | fields)


@pytest.mark.parametrize(
    ("after", "message"), [({"a": "b", "b": "a"}, "wait for one another"), ({"a": "z"}, "no step z")], ids=["cycle", "unknown"]
)
def test_a_policy_that_has_no_order_cannot_be_made(after, message):
    with pytest.raises(ValueError, match=message):
        Policy("T", tuple(Step(key, key, "auditor", 1, (other,), ("code",)) for key, other in after.items()))


def test_two_steps_with_one_key_cannot_be_made():
    with pytest.raises(ValueError, match="same key"):
        Policy("T", (Step("a", "A", "auditor", covers=("code",)),) * 2)
