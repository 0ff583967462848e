"""Needs against offers: when two ranges of versions meet, and that unknown is never taken for fitting."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from governance.usecases.stack import Covered, compare, covers, meet, specifier
from governance.usecases.stack_reading import Unusable, read_need, read_offer

LAW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GRID = [Version(f"{major}.{minor}.{micro}") for major in range(4) for minor in range(4) for micro in range(3)]
OFFER = {
    "languages": ["Python >=3.10,<3.13", "R 4.4"],
    "packages": ["pandas >=2,<3", "numpy <2.3"],
    "other_packages": "refused",
    "hardware": {"cpus": 8, "memory_gb": 64, "gpus": 0},
    "isolation": ["container"],
    "network": "internal",
    "data": ["Data warehouse"],
}


@st.composite
def ranges(draw) -> str:
    def part() -> str:
        operator = draw(st.sampled_from([">=", "<=", ">", "<", "==", "!=", "~="]))
        numbers = [draw(st.integers(0, 3)) for _ in range(draw(st.integers(2, 3)))]
        wild = operator in ("==", "!=") and draw(st.booleans())
        return operator + ".".join(map(str, numbers)) + (".*" if wild else "")

    return ",".join(part() for _ in range(draw(st.integers(0, 3))))


@LAW
@given(ranges(), ranges())
def test_ranges_meet_wherever_a_version_is_in_both(one, other):
    within = [version for version in GRID if version in specifier(one) and version in specifier(other)]
    if within:
        assert meet(one, other)
    assert meet(one, other) == meet(other, one)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("==2.2.1", ">=2,<3", True),
        ("2.2.1", ">=3", False),
        (">=3.0", ">=2,<3", False),
        (">=1,<2", ">1.9.9", True),
        (">1.0,<1.0.1", "", True),
        ("==2.2.*", "!=2.2.0,!=2.2.1,!=2.2.2", True),
        ("<1", ">=1", False),
        ("==1.0", "==1.0.0", True),
        ("~=2.2", "==2.9", True),
        ("~=2.2.0", "==2.9", False),
        ("==1!2.0", ">=2", True),
        ("17", "==17", True),
    ],
)
def test_ranges_that_people_write(one, other, together):
    assert meet(one, other) is together


@pytest.mark.parametrize("text", ["?", "newest", "=3", "===1.0-local", ">=a", "3.x", "1.0 or 2.0"])
def test_what_says_no_versions_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        specifier(text)


def states(need, offer=OFFER, agreed=()) -> dict[str, str]:
    found = compare(read_need(need), read_offer(offer) if offer else {}, agreed)
    return {finding.item or finding.aspect: finding.state for finding in found.findings}


def test_each_part_fits_or_says_how_it_does_not():
    need = {
        "languages": ["Python >=3.11"],
        "packages": ["Pandas ==2.2.*", "numpy >=2.3", "pyserial 3.5"],
        "hardware": {"cpus": 4, "memory_gb": 128, "gpus": 1, "disk_gb": 100},
        "isolation": "virtual_environment",
        "network": "internet",
        "data": ["data warehouse", "till journal"],
    }
    compared = compare(read_need(need), read_offer(OFFER))

    assert [(item.item or item.aspect, item.state, item.why) for item in compared.findings] == [
        ("Python", "fits", "offered"),
        ("numpy", "deviates", "versions"),
        ("pandas", "fits", "offered"),
        ("pyserial", "deviates", "not_offered"),
        ("cpus", "fits", "offered"),
        ("memory_gb", "deviates", "too_small"),
        ("disk_gb", "unknown", "not_stated"),
        ("gpus", "deviates", "too_small"),
        ("isolation", "deviates", "not_offered"),
        ("network", "deviates", "reach"),
        ("data warehouse", "fits", "offered"),
        ("till journal", "deviates", "not_offered"),
    ]
    assert compared.state == "deviates"


def test_an_offer_that_says_nothing_fits_nothing():
    need = {"languages": ["Python"], "packages": ["pandas"], "hardware": {"cpus": 1}, "network": "internal", "data": ["x"]}

    assert set(states(need, {}).values()) == {"unknown"}
    assert compare(read_need(need), {}).state == "unknown"
    assert compare(read_need({}), {}).state == "fits"  # who needs nothing can run anywhere


def test_packages_that_are_not_listed_are_as_the_offer_says():
    for others, state in (("allowed", "fits"), ("refused", "deviates"), ("", "unknown")):
        assert states({"packages": ["pyserial"]}, {**OFFER, "other_packages": others}) == {"pyserial": state}


def test_what_was_agreed_to_settles_the_same_and_what_is_within_it():
    need = read_need({"packages": ["pyserial 3.5"], "hardware": {"memory_gb": 128}})
    offer = read_offer(OFFER)
    agreed = [Covered("package", "pyserial", ">=3.4,<4"), Covered("hardware", "memory_gb", "256")]

    assert compare(need, offer, agreed).state == "fits"
    assert compare(need, offer, agreed[:1]).state == "deviates"
    assert compare(need, offer, [Covered("package", "pyserial", ">=3.4,<3.5"), agreed[1]]).state == "deviates"
    wider = compare(read_need({"packages": ["pyserial >=3"]}), offer).findings[0]
    assert not covers(agreed[0], wider)  # a range is more than what was agreed to, even where they overlap


AMOUNTS = st.dictionaries(st.sampled_from(["cpus", "memory_gb", "gpus"]), st.integers(1, 9))


@LAW
@given(AMOUNTS, AMOUNTS, st.data())
def test_a_better_offer_never_makes_it_worse_and_a_larger_need_never_better(need, offer, data):
    order = ["fits", "unknown", "deviates"]
    before = compare({"hardware": need}, {"hardware": offer})
    more = {name: amount + data.draw(st.integers(0, 3)) for name, amount in offer.items()}
    larger = {name: amount + data.draw(st.integers(0, 3)) for name, amount in need.items()}

    assert order.index(compare({"hardware": need}, {"hardware": more}).state) <= order.index(before.state)
    assert order.index(compare({"hardware": larger}, {"hardware": offer}).state) >= order.index(before.state)


def test_needs_have_one_form_whatever_they_were_written_like():
    one = read_need({"packages": [{"name": "Scikit_Learn", "versions": ">=1.5, <2"}, "pandas"], "data": ["b", "A"]})

    assert one == read_need({"packages": ["pandas", "scikit-learn <2,>=1.5"], "data": ["A", "b"]})
    assert read_need(one) == one
    assert read_offer(read_offer(OFFER)) == read_offer(OFFER)


@pytest.mark.parametrize(
    ("values", "place", "code"),
    [
        ({"packages": ["pandas newest"]}, "packages[0]", "bad_versions"),
        ({"packages": ["../../etc"]}, "packages[0]", "bad_package"),
        ({"packages": ["熊猫"]}, "packages[0]", "bad_package"),
        ({"packages": ["pandas", "Pandas >2"]}, "packages", "duplicate"),
        ({"packages": "pandas"}, "packages", "wrong_type"),
        ({"packages": ["p" * 101]}, "packages[0]", "bad_name"),
        ({"packages": [{"name": "a", "url": "x"}]}, "packages[0]", "wrong_type"),
        ({"packages": ["p"] * 501}, "packages", "too_many"),
        ({"languages": [""]}, "languages[0]", "bad_name"),
        ({"hardware": {"cpus": -1}}, "hardware.cpus", "bad_amount"),
        ({"hardware": {"cpus": True}}, "hardware.cpus", "bad_amount"),
        ({"hardware": {"cpus": "4"}}, "hardware.cpus", "bad_amount"),
        ({"hardware": {"speed": 4}}, "hardware.speed", "unknown"),
        ({"hardware": [4]}, "hardware", "wrong_type"),
        ({"isolation": "jail"}, "isolation", "bad_choice"),
        ({"network": "moon"}, "network", "bad_choice"),
        ({"data": ["a\0b"]}, "data[0]", "bad_name"),
        ({"data": ["a", "A"]}, "data", "duplicate"),
        ({"other_packages": "allowed"}, "other_packages", "unknown"),
    ],
)
def test_what_cannot_be_used_is_named_where_it_stands(values, place, code):
    with pytest.raises(Unusable) as refused:
        read_need(values)
    assert (place, code) in [(item[0], item[1]) for item in refused.value.problems]


def test_names_in_chinese_are_names():
    assert read_need({"languages": ["仓颉 1.0"], "data": ["销售数据"]})["data"] == ["销售数据"]
