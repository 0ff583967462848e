"""Minutes that governance takes: what is counted, what is not, and whether it becomes more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from approvals.insights import BY, Passage, Span, minutes, trend, with_trends

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def on_the_clock(passage, span, start, end):
    return end - start


def span(step: str = "security", look: int | None = 10, end: int | None = 40, **more) -> Span:
    looked_at = START + timedelta(minutes=look) if look is not None else None
    return Span(step, START, START + timedelta(minutes=end) if end is not None else None, looked_at=looked_at, **more)


def passage(*spans: Span, name: str = "rq_1", state: str = "approved", **more) -> Passage:
    roles = {"security": "security_reviewer", "business": "business_owner"}
    return Passage(name, "uc_1", "release", state, START, START + timedelta(days=1), spans=spans, roles=roles, **more)


def by_role(*passages: Passage):
    return {row.key[0]: row for row in minutes(passages, BY["role"], on_the_clock)}


def test_a_minute_counts_from_the_first_look_until_the_step_was_met():
    row = by_role(passage(span()))["security_reviewer"]

    assert (row.asks, row.measured.n, row.measured.median, row.total, row.versions, row.per_version) == (1, 1, 30, 30, 1, 30)


def test_what_was_never_looked_at_or_met_or_is_only_estimated_is_counted_as_not_measured():
    row = by_role(passage(span(look=None), span(met=False), span(estimated=True), span(end=None)))["security_reviewer"]

    assert (row.asks, row.unmeasured, row.measured.n, row.versions, row.per_version) == (4, 4, 0, 0, None)


def test_the_time_in_which_the_submitter_had_to_act_is_nobodys():
    row = by_role(passage(span(look=0, end=60, paused=timedelta(minutes=45))))["security_reviewer"]

    assert row.total == 15


def test_only_approved_releases_are_versions_and_every_ask_is_an_ask():
    found = by_role(
        passage(span(), name="a"),
        passage(span(end=70), name="b"),
        passage(span(), name="c", state="rejected"),
        passage(span(), name="d", is_release=False),
    )["security_reviewer"]

    assert (found.asks, found.measured.n, found.versions, found.total, found.per_version) == (4, 4, 2, 90, 45)


def test_several_rounds_of_one_release_are_one_version():
    row = by_role(passage(span(), span(round=2, look=0, end=10)))["security_reviewer"]

    assert (row.asks, row.versions, row.per_version) == (2, 1, 40)


def test_by_use_case_nobody_is_named_and_roles_are_added_up():
    rows = minutes([passage(span(), span("business", 0, 5))], BY["use_case"], on_the_clock)

    assert [(row.key, row.total) for row in rows] == [(("uc_1",), 35)]


def several(lasting: int, number: int = 5):
    return by_role(*(passage(span(look=0, end=lasting), name=f"rq_{at}") for at in range(number)))["security_reviewer"]


def test_a_trend_is_said_only_where_there_is_enough_on_both_sides():
    assert trend(several(30), several(60)).word == "down"
    assert trend(several(60), several(30)).word == "up"
    assert trend(several(60), several(57)).word == "steady"
    assert trend(several(60, 4), several(30)).word == "unknown"
    assert trend(several(60), several(30, 4)).word == "unknown"
    assert trend(several(60), None).word == "unknown"


def test_each_group_stands_beside_itself():
    rows = with_trends([several(60)], [several(30)])

    assert [(row.key, said.before, said.now, said.word) for row, said in rows] == [(("security_reviewer",), 30, 60, "up")]


@given(st.lists(st.tuples(st.sampled_from(["security", "business"]), st.integers(0, 90), st.integers(0, 90)), max_size=20))
def test_roles_and_use_cases_add_up_to_the_same(parts):
    passages = [passage(span(step, min(a, b), max(a, b)), name=f"rq_{at}") for at, (step, a, b) in enumerate(parts)]
    roles = minutes(passages, BY["role"], on_the_clock)
    cases = minutes(passages, BY["use_case"], on_the_clock)

    assert sum(row.asks for row in roles) == sum(row.asks for row in cases) == len(parts)
    assert round(sum(row.total for row in roles), 6) == round(sum(row.total for row in cases), 6)
    assert all(row.total >= 0 for row in roles)
