from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.usecases.audience import WITHIN, Held, missed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
days = st.integers(0, 90).map(lambda number: NOW - timedelta(days=number))
grants = st.lists(st.builds(Held, who=st.integers(1, 4), role=st.sampled_from("abc"), since=days), max_size=8)


def test_who_took_a_role_just_now_is_named_once_something_was_shown_without_them():
    held = [Held("bruno", "business_owner", NOW - timedelta(days=2))]

    assert missed(held, {}, [], now=NOW) == []
    assert missed(held, {}, [NOW - timedelta(days=3)], now=NOW) == []
    assert [item.who for item in missed(held, {}, [NOW - timedelta(days=1)], now=NOW)] == ["bruno"]


def test_somebody_is_named_once_with_all_their_roles():
    held = [Held("bruno", role, NOW - timedelta(days=80)) for role in ("operations", "end_user", "operations")]
    found = missed(held, {"bruno": NOW - timedelta(days=40)}, [], now=NOW)

    assert [(item.roles, item.last_seen) for item in found] == [(("operations", "end_user"), NOW - timedelta(days=40))]


@settings(deadline=None)
@given(grants, st.dictionaries(st.integers(1, 4), days), st.lists(days, max_size=5))
def test_nobody_who_saw_something_lately_is_named_and_everybody_is_named_at_most_once(held, seen, shown):
    found = [item.who for item in missed(held, seen, shown, now=NOW)]

    assert len(found) == len(set(found))
    assert set(found) <= {item.who for item in held}
    assert not [who for who in found if who in seen and seen[who] >= NOW - WITHIN]
    old = {item.who for item in held if item.since <= NOW - WITHIN}
    assert {who for who in old if who not in seen or seen[who] < NOW - WITHIN} <= set(found)


@settings(deadline=None)
@given(grants, st.dictionaries(st.integers(1, 4), days), st.lists(days, max_size=5), days)
def test_another_showing_never_makes_anybody_disappear(held, seen, shown, more):
    before = {item.who for item in missed(held, seen, shown, now=NOW)}

    assert before <= {item.who for item in missed(held, seen, [*shown, more], now=NOW)}
