"""A lifecycle as a value: read from text, with every broken rule at its line, and asked which way a move leads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.usecases.lifecycle import Lifecycle, LifecycleError, Need, Stage, parse
from governance.usecases.selectors.stages import SHIPPED

GOOD = """\
title: {en: Life, zh-hans: 生命}
stages:
  - key: one
    title: {en: One, zh-hans: 一}
    leave:
      - definition.written
      - {condition: risk.tier, kinds: [product]}
  - key: two
    title: Two
    enter: [risk.tier, roles.operations]
    quiet_days: 0
"""


def problems(text: str, **known: object) -> list[tuple[int | None, str, str]]:
    with pytest.raises(LifecycleError) as refused:
        parse(text, **known)  # type: ignore[arg-type] # a test
    return [(item.line, item.path, item.code) for item in refused.value.problems]


def test_the_shipped_one_has_six_stages_in_both_languages() -> None:
    lifecycle = parse(SHIPPED.read_bytes())

    assert [stage.key for stage in lifecycle.stages] == [
        "discovery",
        "data-engineering",
        "building",
        "production",
        "monitoring",
        "retired",
    ]
    assert all(stage.title("zh-hans") != stage.title("en") and stage.purpose("zh-hans") for stage in lifecycle.stages)


def test_what_was_read_can_be_written_and_read_again() -> None:
    lifecycle = parse(GOOD)

    assert parse(lifecycle.as_mapping()) == lifecycle
    assert parse(lifecycle.as_mapping()).digest == lifecycle.digest


def test_what_is_asked_is_said_once_in_order_and_by_kind() -> None:
    lifecycle = parse(GOOD)

    assert lifecycle.needs("one", "product") == ("definition.written", "risk.tier", "roles.operations")
    assert parse(GOOD.replace("enter: [risk.tier, roles.operations]", "")).needs("one", "research") == ("definition.written",)
    assert lifecycle.needs("two", "product") == ()


def test_titles_fall_back_to_the_plain_language_and_then_to_english() -> None:
    stage = Stage("a", {"en": "A", "zh": "甲"})

    assert [stage.title(language) for language in ("zh-hans", "zh", "de", "en")] == ["甲", "甲", "A", "A"]
    assert Stage("bare", {}).title("en") == "bare"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", (None, "", "wrong_type")),
        ("just text", (1, "", "wrong_type")),
        ("[1, 2]", (1, "", "wrong_type")),
        ("title: x\nstages: [", (2, "", "yaml")),
        (GOOD.replace("key: two", "key: one"), (8, "stages[1].key", "duplicate_stage")),
        (GOOD.replace("key: two", "key: Two Words"), (8, "stages[1].key", "bad_key")),
        (GOOD.replace("quiet_days: 0", "quiet_days: soon"), (11, "stages[1].quiet_days", "bad_days")),
        (GOOD.replace("quiet_days: 0", "quiet_days: -1"), (11, "stages[1].quiet_days", "bad_days")),
        (GOOD.replace("quiet_days: 0", "colour: red"), (11, "stages[1].colour", "unknown_key")),
        (GOOD.replace("[product]", "[toy]"), (7, "stages[0].leave[1].kinds[0]", "unknown_kind")),
        (GOOD.replace("definition.written", "definition"), (6, "stages[0].leave[0]", "bad_condition")),
        (GOOD.replace("[risk.tier, roles.operations]", "[risk.tier, risk.tier]"), (10, "stages[1].enter[1]", "duplicate")),
        (GOOD.replace("[risk.tier, roles.operations]", "risk.tier"), (10, "stages[1].enter", "wrong_type")),
        (GOOD.replace("title: Two", "title: {zh-hans: 二}"), (9, "stages[1].title", "no_english")),
        (GOOD.replace("title: Two", "title: " + "x" * 61), (9, "stages[1].title.en", "too_long")),
        (GOOD.replace("title: Two", 'title: "a\\u202eb"'), (9, "stages[1].title.en", "bad_text")),
        (GOOD.replace("title: Two\n", "titel: Two\n"), (9, "stages[1].titel", "unknown_key")),
        (GOOD + "title: again\n", (12, "title", "duplicate_key")),
        (GOOD.replace("title: Two", "title: &a Two"), (9, "", "alias")),
        ("x" * 70_000, (None, "", "too_large")),
        ("title: T\nstages:\n  - {key: only, title: One}\n", (2, "stages", "few_stages")),
    ],
)
def test_each_broken_rule_is_told_at_its_line(text: str, found: tuple[int | None, str, str]) -> None:
    assert found in problems(text)


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(LifecycleError) as refused:
        parse(b"title: \xff\xfe")
    assert refused.value.problems[0].code == "encoding"


def test_only_known_conditions_may_be_named() -> None:
    assert (10, "stages[1].enter[1]", "unknown_condition") in problems(GOOD, known={"definition.written", "risk.tier"})


plain = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
words = st.sampled_from(["title", "stages", "key", "leave", "enter", "en"])
bodies = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12)


@settings(deadline=None)
@given(bodies)
def test_whatever_is_sent_is_read_or_refused_with_problems(body: object) -> None:
    found: object = None
    try:
        found = parse(body if isinstance(body, dict) else {"title": "T", "stages": body})
    except LifecycleError as error:
        found = error.problems
    assert found


keys = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True), min_size=2, max_size=8, unique=True)


@settings(deadline=None)
@given(keys, st.data())
def test_forward_is_the_next_stage_back_is_any_earlier_one_and_all_else_is_a_skip(names: list[str], data: st.DataObject) -> None:
    lifecycle = Lifecycle({"en": "L"}, tuple(Stage(name, {"en": name}, leave=(Need("a.b"),)) for name in names))
    start, end = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
    steps = names.index(end) - names.index(start)

    assert lifecycle.way(start, end) == ("here" if steps == 0 else "back" if steps < 0 else "forward" if steps == 1 else "skip")
    assert (end in [stage.key for stage in lifecycle.before(start)]) == (steps < 0)
    following = lifecycle.following(start)
    assert (following is not None and following.key == end) == (steps == 1)
