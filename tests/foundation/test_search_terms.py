from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.search_terms import _RUN, MOST_ASKED, asked, column, excerpt, marked, matches, normal, terms

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)
WORDS = st.one_of(
    st.text(max_size=40), HAN, st.lists(st.one_of(st.text(st.characters(categories=["L", "N"])), HAN)).map(" ".join)
)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Crème Brûlée", "creme brulee"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("STRASSE", "straße"),
        ("ﬁle", "FILE"),
        ("Ångström", "angstrom"),
        ("客户流失", "客户流失"),
        ("  a \n b\t", "a b"),
    ],
)
def test_what_people_take_for_the_same_has_one_form(text, same):
    assert normal(text) == normal(same)


@settings(deadline=None)
@given(st.text())
def test_the_normal_form_is_a_fixed_point(text):
    assert normal(normal(text)) == normal(text)


@settings(deadline=None)
@given(st.text())
def test_the_form_in_which_a_text_was_typed_makes_no_difference(text):
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]

    assert {normal(form) for form in forms} == {normal(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Churn-model@7", ["churn", "model", "7"]),
        ("customer_id", ["customer", "id"]),
        ("客户流失", ["客户", "户流", "流失", "失"]),
        ("客", ["客"]),
        ("预测churn模型", ["预测", "测", "churn", "模型", "型"]),
        ("!?…", []),
        ("", []),
    ],
)
def test_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    "query", ["客", "户", "流", "失", "客户", "流失", "户流失", "客户流失预测", "Ｃhurn 失", "chu", "pred chu"]
)
def test_chinese_is_found_by_one_character_or_more_and_words_by_their_beginning(query):
    assert matches(query, "客户流失预测 Churn prediction")


@pytest.mark.parametrize("query", ["户客", "预失", "hurn", "churn absent", "churnx"])
def test_what_is_not_there_is_not_found(query):
    assert not matches(query, "客户流失预测 Churn prediction")


@settings(deadline=None)
@given(WORDS)
def test_a_text_is_found_by_itself(text):
    assert matches(text, text)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_a_text_is_found_by_the_beginning_of_each_of_its_words(before, after):
    text = f"{before} {after}"
    for word in normal(before).split():
        for upto in range(1, len(word) + 1):
            assert matches(word[:upto], text)


@settings(deadline=None)
@given(HAN, HAN)
def test_a_run_of_chinese_is_found_by_every_part_of_it(one, other):
    run = one + other
    for begin in range(len(run)):
        for end in range(begin + 1, len(run) + 1):
            assert matches(run[begin:end], f"x {run} y")


@settings(deadline=None)
@given(WORDS, WORDS)
def test_more_words_never_find_more(first, second):
    both = f"{first} {second}"
    if matches(both, first) and len(_RUN.findall(normal(both))) <= MOST_ASKED:  # what stands behind them is not asked
        assert matches(first, first)
        assert matches(second, first)


@settings(deadline=None)
@given(st.text())
def test_terms_can_stand_in_a_column_and_in_a_query(text):
    """No spaces, no quotes: what separates them and what a query language would read otherwise."""
    for term in [*terms(text), *asked(text)]:
        assert term
        assert not set(term) & set(" '\\&|!():*%\0")
    assert column(terms(text)).split() == terms(text)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_marking_loses_nothing(text, query):
    assert "".join(words for words, _found in marked(text, query)) == text


@settings(deadline=None)
@given(HAN)
def test_what_was_asked_for_is_marked(run):
    pieces = marked(f"x{run}y", run)

    assert (run, True) in pieces


def test_only_what_was_typed_is_marked():
    assert marked("Churn prediction", "pre chu") == [("Chu", True), ("rn ", False), ("pre", True), ("diction", False)]
    assert marked("Crème brûlée", "creme") == [("Crème", True), (" brûlée", False)]
    assert marked("客户流失预测", "流失") == [("客户", False), ("流失", True), ("预测", False)]
    assert marked("nothing", "") == [("nothing", False)]


def test_an_excerpt_begins_shortly_before_what_was_found():
    text = "word " * 100 + "needle " + "word " * 100
    pieces = excerpt(text, "needle", around=80)

    assert ("needle", True) in pieces
    assert pieces[0][0] == "… "
    assert pieces[-1][0] == " …"
    assert sum(len(words) for words, _found in pieces) < 100


@settings(deadline=None)
@given(WORDS, WORDS)
def test_an_excerpt_is_short_whatever_it_is_made_of(text, query):
    assert sum(len(words) for words, _found in excerpt(text * 50, query)) <= 160 + 4
