from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from governance.usecases.comparison import KPI_FIELDS, TEXTS, changes

NAMES = st.sampled_from(["Leavers found", "Useless offers", "Time saved"])
KPIS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["%", "", "days"]),
        "direction": st.sampled_from(["up", "down"]),
        "baseline": st.none() | st.decimals(0, 100, places=2),
        "target": st.decimals(0, 100, places=2),
        "tolerance": st.none() | st.decimals(0, 9, places=1),
        "how": st.sampled_from(["", "monthly"]),
    }
)
DEFINITIONS = st.builds(
    lambda texts, kpis: {**texts, "kpis": [{"name": name, **kpi} for name, kpi in kpis.items()]},
    st.fixed_dictionaries({name: st.sampled_from(["", "one", "two"]) for name in TEXTS}),
    st.dictionaries(NAMES, KPIS, max_size=3),
)


@given(DEFINITIONS)
def test_nothing_differs_from_itself_and_the_order_of_kpis_counts_for_nothing(body):
    assert changes(body, {**body, "kpis": body["kpis"][::-1]}) == []


@given(DEFINITIONS, DEFINITIONS)
def test_the_way_back_tells_the_same_changes_turned_round(one, other):
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {(item.kpi, item.field, item.before, item.after, item.change) for item in changes(one, other)}
    back = {(item.kpi, item.field, item.after, item.before, turned[item.change]) for item in changes(other, one)}

    assert there == back


@given(DEFINITIONS, DEFINITIONS)
def test_what_differs_is_told_and_nothing_else(one, other):
    told = {(item.kpi, item.field) for item in changes(one, other)}
    old, new = ({kpi["name"]: kpi for kpi in body["kpis"]} for body in (one, other))
    expected = {("", name) for name in TEXTS if one[name] != other[name]}
    expected |= {(name, "target") for name in old.keys() ^ new.keys()}
    expected |= {
        (name, field)
        for name in old.keys() & new.keys()
        for field in KPI_FIELDS
        if (old[name][field] or "") != (new[name][field] or "")
    }

    assert told >= expected - {(name, field) for name in old.keys() & new.keys() for field in ("baseline", "tolerance")}
    assert told <= {("", name) for name in TEXTS} | {(name, field) for name in old.keys() | new.keys() for field in KPI_FIELDS}


def test_zero_is_a_value_and_not_the_same_as_nothing():
    def with_baseline(value):
        return {"kpis": [{"name": "Cost", "target": Decimal(1), "baseline": value}]}

    (change,) = changes(with_baseline(None), with_baseline(Decimal(0)))
    assert (change.field, change.before, change.after, change.change) == ("baseline", "", "0", "added")


def test_zeros_that_the_database_adds_are_no_change():
    def with_target(text):
        return {"kpis": [{"name": "Cost", "target": Decimal(text)}]}

    assert changes(with_target("70"), with_target("70.000000")) == []
