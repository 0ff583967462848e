"""The laws of the risk engine, on questionnaires and answers that nobody thought of."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.canonical import digest
from foundation.yaml_reading import Unreadable
from governance.usecases import questionnaires
from governance.usecases.questionnaires import SHIPPED, check, engine_of, in_words, parse
from governance.usecases.risk import NONE, UNSURE, Questionnaire, assess, carries_at_least, rank
from tests.usecases.questions import HARMLESS, SMALL, shipped

LAW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = {"en": "Words", "zh-hans": "字"}


def options(draw: Any, count: int) -> list[dict[str, Any]]:
    return [
        {
            "key": f"o{at}",
            "say": WORDS,
            "points": draw(st.integers(0, 5)),
            "at_least": draw(st.sampled_from([None, None, "medium", "high"])),
            "prohibited": draw(st.booleans()) and draw(st.booleans()),
        }
        for at in range(count)
    ]


@st.composite
def contents(draw: Any) -> dict[str, Any]:
    """A questionnaire that `check` lets through: rules name everything from some risk upwards."""
    asked = []
    for at in range(draw(st.integers(1, 4))):
        many = draw(st.booleans())
        asked.append({"key": f"q{at}", "ask": WORDS, "many": many, "options": options(draw, draw(st.integers(2, 3)))})
    heavy = [{"key": "o0", "say": WORDS, "points": 0}, {"key": "o1", "say": WORDS, "points": 16}]  # so that every tier is reached
    heavy = [{**option, "at_least": None, "prohibited": False} for option in heavy]
    asked.append({"key": "heavy", "ask": WORDS, "many": False, "options": heavy})
    medium = draw(st.integers(1, 8))
    body = {
        "title": WORDS,
        "medium_from": medium,
        "high_from": medium + draw(st.integers(1, 8)),
        "parts": [{"title": WORDS, "questions": asked}],
    }
    engine = engine_of({**body, "parts": [_plain(part) for part in body["parts"]], "rules": []})
    rules = []
    for at in range(draw(st.integers(0, 2))):
        when = {}
        for question in draw(st.lists(st.sampled_from(engine.questions), min_size=1, max_size=2, unique=True)):
            named = {option.key for option in draw(st.lists(st.sampled_from(question.options), min_size=1, unique=True))}
            if not question.many:
                seeds = [option for option in question.options if option.key in named]
                named |= {o.key for o in question.options if any(carries_at_least(o, seed) for seed in seeds)}
            when[question.key] = sorted(named)
        rules.append({"key": f"r{at}", "say": WORDS, "when": when, "at_least": draw(st.sampled_from(["medium", "high"]))})
    return {**body, "rules": rules}


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    asked = [
        {**question, "options": [{**option, "at_least": option["at_least"] or ""} for option in question["options"]]}
        for question in part["questions"]
    ]
    return {**part, "questions": asked}


@st.composite
def cases(draw: Any) -> tuple[Questionnaire, dict[str, list[str]]]:
    engine = engine_of(check(draw(contents())))
    answers = {}
    for question in engine.questions:
        keys = [option.key for option in question.options]
        if question.many:
            answers[question.key] = draw(
                st.one_of(st.just([]), st.just([NONE]), st.just([UNSURE]), st.lists(st.sampled_from(keys), unique=True))
            )
        else:
            answers[question.key] = draw(st.one_of(st.just([]), st.just([UNSURE]), st.sampled_from(keys).map(lambda key: [key])))
        if question.key == "heavy" and draw(st.booleans()):
            answers[question.key] = ["o0"]  # or its points would hide what floors and rules do
    return engine, answers


def riskier(engine: Questionnaire, answers: dict[str, list[str]]) -> list[dict[str, list[str]]]:
    """Every way to add risk: an option that carries at least as much, or one more ticked."""
    found = []
    for question in engine.questions:
        chosen = [key for key in answers[question.key] if key != UNSURE]
        if not chosen:
            continue
        for option in question.options:
            if question.many and option.key not in chosen:
                found.append({**answers, question.key: [*(key for key in chosen if key != NONE), option.key]})
            if not question.many and carries_at_least(option, next(o for o in question.options if o.key == chosen[0])):
                found.append({**answers, question.key: [option.key]})
    return found


@LAW
@given(cases())
def test_adding_risk_never_lowers_the_tier(case):
    engine, answers = case
    before = assess(engine, answers)
    for more in riskier(engine, answers):
        after = assess(engine, more)
        assert rank(after.lowest) >= rank(before.lowest)
        assert rank(after.highest) >= rank(before.highest)
        assert len(after.prohibited) >= len(before.prohibited) or len(before.prohibited) == 1
        if before.tier and after.tier:
            assert rank(after.tier) >= rank(before.tier)


@LAW
@given(cases())
def test_what_is_open_is_never_taken_for_low_and_an_answer_only_narrows_it_down(case):
    engine, answers = case
    before = assess(engine, answers)
    if before.open:
        assert before.tier != "low"
    for key in before.open:
        question = engine.question(key)
        for option in question.options:
            after = assess(engine, {**answers, key: [option.key]})
            assert rank(before.lowest) <= rank(after.lowest) <= rank(after.highest) <= rank(before.highest)
            if before.tier:
                assert after.tier == before.tier


@LAW
@given(cases())
def test_a_settled_tier_is_what_every_way_to_answer_the_rest_comes_to(case):
    engine, answers = case
    result = assess(engine, answers)
    open_questions = [engine.question(key) for key in result.open]
    ways = [[*([[NONE]] if q.many else []), *([o.key] for o in q.options)] for q in open_questions]
    come_to = {assess(engine, {**answers, **dict(zip(result.open, way, strict=True))}).tier for way in product(*ways)}
    if result.tier:
        assert come_to == {result.tier}
    assert "" not in come_to


@LAW
@given(cases())
def test_the_answers_that_decided_are_enough_to_come_to_the_tier(case):
    engine, answers = case
    result = assess(engine, answers)
    rules = {reason.rule for reason in result.decided_by if reason.rule}
    kept: dict[str, list[str]] = {}
    for reason in result.decided_by:
        if reason.question:
            kept.setdefault(reason.question, []).append(reason.option)
    for rule in engine.rules:
        if rule.key in rules:
            for key in rule.when:
                kept[key] = answers[key]
    assert rank(assess(engine, kept).lowest) >= rank(result.lowest)


@LAW
@given(cases(), st.randoms())
def test_the_order_of_questions_and_answers_counts_for_nothing(case, random):
    engine, answers = case
    items = [(key, random.sample(chosen, len(chosen))) for key, chosen in answers.items()]
    random.shuffle(items)
    shuffled = Questionnaire(
        tuple(random.sample(engine.questions, len(engine.questions))), engine.medium_from, engine.high_from, engine.rules
    )
    one, other = assess(engine, answers), assess(shuffled, dict(items))
    assert (one.tier, one.lowest, one.highest, one.points) == (other.tier, other.lowest, other.highest, other.points)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"nothing_of_the_kind": ["yes"]}, "unknown_question"),
        ({"consequence": ["terrible"]}, "unknown_option"),
        ({"consequence": ["nothing", "inconvenience"]}, "only_one"),
        ({"prohibited_use": ["none", "manipulation"]}, "none_and_some"),
        ({"prohibited_use": ["unsure", "manipulation"]}, "unsure_and_some"),
        ({"prohibited_use": ["manipulation", "manipulation"]}, "twice"),
        ({"consequence": ["none"]}, "unknown_option"),
    ],
)
def test_an_answer_that_is_none_is_named_and_nothing_is_computed_from_the_rest(answers, code):
    result = assess(shipped(), {"sensitive_area": ["employment"], **answers})

    assert (next(iter(answers)), code) in result.problems
    assert (result.tier, result.lowest, result.highest) == ("", "low", "high")


def test_the_shipped_questionnaire_speaks_both_languages_and_starts_with_the_harmless_answer():
    content = parse(SHIPPED.read_text(encoding="utf-8"))
    said = [content["title"], content["intro"], *(rule["say"] for rule in content["rules"])]
    for part in content["parts"]:
        said.append(part["title"])
        for question in part["questions"]:
            said += [text for text in (question["ask"], question["help"], question["source"]) if text]
            said += [option["say"] for option in question["options"]]
    assert all(set(text) == {"en", "zh-hans"} for text in said)
    for question in shipped().questions:
        if not question.many:
            assert all(carries_at_least(option, question.options[0]) for option in question.options)


def test_the_shipped_questionnaire_knows_low_medium_and_high():
    engine = shipped()

    assert assess(engine, HARMLESS).tier == "low"
    assert assess(engine, {**HARMLESS, "personal_data": ["special"]}).tier == "medium"
    assert assess(engine, {**HARMLESS, "sensitive_area": ["employment"]}).decided_by[0].option == "employment"
    by_rule = assess(engine, {**HARMLESS, "consequence": ["money_or_access"], "autonomy": ["unattended"]})
    assert (by_rule.tier, by_rule.decided_by[0].rule) == ("high", "serious_and_automatic")
    assert assess(engine, {**HARMLESS, "prohibited_use": ["social_scoring"]}).prohibited[0].option == "social_scoring"
    assert assess(engine, {}).tier == ""
    assert assess(engine, {"sensitive_area": ["employment"]}).tier == "high"  # whatever the rest will be


# The written form ----------------------------------------------------------------------------------------------------


def problems(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(Unreadable) as refused:
        parse(text)
    return [(item.line, item.code) for item in refused.value.problems]


def test_a_small_questionnaire_is_read_and_its_digest_does_not_depend_on_how_it_is_written():
    content = parse(SMALL)

    assert digest(parse("# a remark\n" + SMALL.replace("{en: Part}", "Part"))) == digest(content)
    assert in_words(content["parts"][0]["questions"][0]["ask"], "zh-hans") == "多严重？"
    assert in_words({"en": "Some"}, "zh-hans") == "Some"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("key: some", "key: much", (12, "duplicate")),
        ("key: harm", "key: Not a key", (7, "bad_key")),
        ("key: some", "key: unsure", (11, "reserved")),
        ("key: harm", "key: questions", (7, "own_word")),
        ("points: 1", "points: -1", (11, "bad_points")),
        ("points: 1", "points: 1.5", (11, "bad_points")),
        ("points: 1", "points: many", (11, "bad_points")),
        ("points: 1", "at_least: low", (11, "bad_tier")),
        ("points: 1", "weight: 1", (11, "unknown_key")),
        ("high_from: 2", "high_from: 1", (3, "bad_limits")),
        ("high_from: 2", "high_from: 3", (3, "unreachable")),
        ("{en: Part}", "{zh-hans: 部分}", (5, "no_english")),
        ("{en: Part}", "{}", (5, "no_english")),
        ("{en: Part}", "7", (5, "wrong_type")),
        ("{en: Part}", '{en: "a\\0b"}', (5, "no_text")),
        ("title: {en: Small, zh-hans: 小}\n", "", (1, "required")),
        ("parts:", "parts: &a", (4, "alias")),
        ("parts:", "parts: !!python/object:os.system", (4, "tag")),
        ("harm\n", "harm\n        key: harm\n", (8, "duplicate_key")),
        ("{en: Part}", "[[[[[[[[[[[[1]]]]]]]]]]]]", (5, "too_deep")),
        ("title: {en: Part}", "title: {en: Part", (6, "yaml")),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(old, new, said):
    assert said in problems(SMALL.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "[]", "7", "just words", "\0", "- a\n- b", "a: 1\n---\nb: 2"])
def test_what_is_no_questionnaire_at_all_is_refused_in_words(text):
    for item in problems(text):
        assert item[1] in {**questionnaires.MESSAGES, **_reading()}


def _reading() -> dict[str, str]:
    from foundation.yaml_reading import MESSAGES

    return MESSAGES


def test_other_encodings_and_sizes_are_refused():
    with pytest.raises(Unreadable):
        parse("标题".encode("gb18030"))
    assert problems("a: " + "b" * 300_000) == [(None, "too_large")]


def test_a_rule_that_spares_a_riskier_answer_is_refused():
    rule = "rules:\n  - {key: r, say: {en: R}, when: {harm: [some]}, at_least: high}\n"

    assert problems(SMALL + rule) == [(14, "not_upward")]
    assert parse(SMALL + rule.replace("[some]", "[some, much]"))["rules"][0]["when"] == {"harm": ["much", "some"]}


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("{other: [some]}", "unknown_question"),
        ("{harm: [awful]}", "unknown_option"),
        ("{harm: []}", "too_few"),
        ("[]", "wrong_type"),
    ],
)
def test_a_rule_about_what_is_not_asked_is_refused(when, code):
    found = problems(SMALL + f"rules:\n  - {{key: r, say: {{en: R}}, when: {when}, at_least: high}}\n")

    assert [item[1] for item in found] == [code]
