from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from governance.usecases.comparison import TEXTS, changes
from governance.usecases.merging import BOTH, THEIRS, merge
from tests.usecases.test_comparison import DEFINITIONS, calm

BASE = {"business_problem": "Customers leave.", "ml_problem": "Who leaves?", "kpis": [{"name": "Found", "target": Decimal(70)}]}


def places(found) -> set[str]:
    return {change.path for change in found}


@calm
@given(DEFINITIONS, DEFINITIONS)
def test_who_changed_nothing_takes_over_what_the_other_wrote(base, theirs):
    """And the reverse: both sides of the law in one."""
    assert changes(merge(base, theirs, base).body, theirs) == []
    assert changes(merge(base, base, theirs).body, theirs) == []
    assert merge(base, theirs, base).meetings == merge(base, base, theirs).meetings == ()


@calm
@given(DEFINITIONS, DEFINITIONS)
def test_who_wrote_the_same_met_nowhere(base, both):
    merged = merge(base, both, both)

    assert (changes(merged.body, both), merged.meetings) == ([], ())


@calm
@given(DEFINITIONS, DEFINITIONS, DEFINITIONS)
def test_a_text_is_lost_only_where_its_author_did_not_touch_it(base, theirs, mine):
    """No word of either goes without a meeting that shows it."""
    merged = merge(base, theirs, mine)
    met = {meeting.field: meeting for meeting in merged.meetings if not meeting.part}

    for name in TEXTS:
        if mine[name] != base[name]:
            assert merged.body[name] == mine[name]
        elif theirs[name] != base[name]:
            assert merged.body[name] == theirs[name]
        if mine[name] != base[name] != theirs[name] and mine[name] != theirs[name]:
            assert (met[name].base, met[name].theirs, met[name].mine) == (base[name], theirs[name], mine[name])
        else:
            assert name not in met


@calm
@given(DEFINITIONS, DEFINITIONS, DEFINITIONS)
def test_taking_theirs_everywhere_keeps_all_they_changed(base, theirs, mine):
    found = merge(base, theirs, mine)
    merged = merge(base, theirs, mine, dict.fromkeys((meeting.key for meeting in found.meetings), THEIRS))

    assert places(changes(base, theirs)) & places(changes(merged.body, theirs)) == set()


@calm
@given(DEFINITIONS, DEFINITIONS, DEFINITIONS, st.data())
def test_where_they_met_does_not_depend_on_what_is_chosen(base, theirs, mine, data):
    found = merge(base, theirs, mine).meetings
    chosen = {meeting.key: data.draw(st.sampled_from(["mine", "theirs", "both", "?"])) for meeting in found}

    assert merge(base, theirs, mine, chosen).meetings == found


def test_both_texts_can_stand_one_under_the_other():
    merged = merge(BASE, {**BASE, "ml_problem": "Theirs."}, {**BASE, "ml_problem": "Mine."}, {"ml_problem": BOTH})

    assert merged.body["ml_problem"] == "Theirs.\n\nMine."


def test_a_kpi_that_one_removed_and_the_other_changed_is_a_question():
    theirs, mine = {**BASE, "kpis": []}, {**BASE, "kpis": [{"name": "Found", "target": Decimal(75)}]}
    merged = merge(BASE, theirs, mine)

    assert [(meeting.key, meeting.theirs, meeting.mine) for meeting in merged.meetings] == [("kpis/Found/", "", "Found")]
    assert merged.body["kpis"] == mine["kpis"]
    assert merge(BASE, theirs, mine, {"kpis/Found/": THEIRS}).body["kpis"] == []


def test_a_kpi_that_one_removed_and_nobody_changed_goes():
    assert merge(BASE, {**BASE, "kpis": []}, {**BASE, "ml_problem": "Mine."}).body["kpis"] == []
