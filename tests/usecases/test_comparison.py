from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.usecases.comparison import KPI_FIELDS, TEXTS, changes

NAMES = st.sampled_from(["Leavers found", "Useless offers", "Time saved"])
FIGURES = [None, Decimal(0), Decimal("0.5"), Decimal(42), Decimal("42.50")]
PLAIN = {field: None if field in ("baseline", "tolerance", "population") else "" for field in KPI_FIELDS}
KPIS = st.builds(
    lambda figures, texts, target: {**PLAIN, "direction": "up", "kind": "business", **figures, **texts, "target": target},
    st.dictionaries(st.sampled_from(["baseline", "tolerance", "population"]), st.sampled_from(FIGURES), max_size=2),
    st.dictionaries(
        st.sampled_from(["unit", "how", "kind", "measured_on", "metric", "driven_by", "outcome"]),
        st.sampled_from(["x", "y"]),
        max_size=2,
    ),
    st.sampled_from(FIGURES[1:]),
)
SOURCES = st.dictionaries(st.sampled_from(["CRM", "Calls"]), st.sampled_from(["", "nightly", "late"]), max_size=2)
DEFINITIONS = st.builds(
    lambda texts, sources, kpis: {
        **dict.fromkeys(TEXTS, ""),
        **texts,
        "data_sources": [{"name": name, "note": note} for name, note in sources.items()],
        "kpis": [{"name": name, **kpi} for name, kpi in kpis.items()],
    },
    st.dictionaries(st.sampled_from(TEXTS), st.sampled_from(["one", "two"]), max_size=4),
    SOURCES,
    st.dictionaries(NAMES, KPIS, max_size=2),
)
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@calm
@given(DEFINITIONS)
def test_nothing_differs_from_itself_and_the_order_of_kpis_counts_for_nothing(body):
    assert changes(body, {**body, "kpis": body["kpis"][::-1]}) == []


@calm
@given(DEFINITIONS, DEFINITIONS)
def test_the_way_back_tells_the_same_changes_turned_round(one, other):
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {(item.path, item.before, item.after, item.change) for item in changes(one, other)}
    back = {(item.path, item.after, item.before, turned[item.change]) for item in changes(other, one)}

    assert there == back


@calm
@given(DEFINITIONS, DEFINITIONS)
def test_what_differs_is_told_and_nothing_else(one, other):
    told = {(item.kpi, item.field) for item in changes(one, other) if item.part != "data_sources"}
    old, new = ({kpi["name"]: kpi for kpi in body["kpis"]} for body in (one, other))
    expected = {("", name) for name in TEXTS if one[name] != other[name]}
    expected |= {(name, "target") for name in old.keys() ^ new.keys()}
    expected |= {
        (name, field)
        for name in old.keys() & new.keys()
        for field in KPI_FIELDS
        if (old[name][field] or "") != (new[name][field] or "")
    }

    assert told >= expected - {
        (name, field) for name in old.keys() & new.keys() for field in ("baseline", "tolerance", "population")
    }
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


def test_data_and_consumers_are_compared_by_their_names():
    before = {"data_sources": [{"name": "CRM", "note": ""}], "consumers": [{"name": "Shop", "kind": "team", "purpose": "Offers"}]}
    after = {
        "data_sources": [{"name": "Calls", "note": ""}],
        "consumers": [{"name": "Shop", "kind": "application", "purpose": ""}],
    }

    assert [(item.path, item.before, item.after, item.change) for item in changes(before, after)] == [
        ("data_sources[CRM].name", "CRM", "", "removed"),
        ("data_sources[Calls].name", "", "Calls", "added"),
        ("consumers[Shop].kind", "team", "application", "changed"),
        ("consumers[Shop].purpose", "Offers", "", "removed"),
    ]


def test_a_kpi_of_the_business_is_one_whether_it_says_so_or_not():
    assert (
        changes({"kpis": [{"name": "Found", "target": 1}]}, {"kpis": [{"name": "Found", "target": 1, "kind": "business"}]}) == []
    )
