"""Which rulings speak for a version at a moment: the laws, over rulings of all kinds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.version import Version

from governance.dependencies.review_graph import NOTHING, SHIPPED, Caveat, coverage, live_edges
from governance.dependencies.rulings import (
    accepts,
    blocks,
    by_package,
    exactly,
    exempt_edges,
    fits,
    holds_at,
    may_block,
    speaks_for,
    specifier_fault,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
KEY = ("pypi", "joblib")


@dataclass(frozen=True)
class R:
    effect: str = "exempt"
    specifier: str = ""
    ecosystem: str = "pypi"
    name: str = "joblib"
    advisory: str = ""
    aliases: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ("safe-to-run",)
    scope: str = ""
    until_fix: bool = False
    decision: str | None = "yes"
    decided_at: datetime | None = NOW - DAY
    expires_at: datetime | None = NOW + DAY
    revoked_at: datetime | None = None
    public_id: str = "rul_1"


block, accept = R(effect="block", expires_at=None), R(effect="accept", advisory="CVE-1")

versions = st.sampled_from(["1.0", "1.0.0", "1.0+cu1", "1.1rc1", "1.1", "2.0.dev1", "2", "2.0.post1", "2004d", "", "1!1.0"])
specifiers = st.sampled_from(
    ["", "==1.0", "==1.0.*", ">=1,<2", "!=1.1", "~=1.0", "===2004d", "<=2.0", ">1.0", "not one", ">=2004d"]
)
names = st.sampled_from(["CVE-1", "cve-1", "GHSA-a", "PYSEC-1", "CVE-2"])
MOMENTS = [None, NOW - DAY, NOW - TICK, NOW, NOW + TICK, NOW + DAY]


def mostly(value: datetime | None) -> st.SearchStrategy[datetime | None]:
    """So that most rulings are in force, and some are not for any of the reasons."""
    return st.sampled_from([value] * 9 + MOMENTS)


rulings = st.lists(
    st.builds(
        R,
        effect=st.sampled_from(["exempt", "accept", "block"]),
        specifier=specifiers,
        ecosystem=st.sampled_from(["pypi", "pypi", "pypi", "conda"]),
        name=st.sampled_from(["joblib", "joblib", "joblib", "numpy"]),
        advisory=names,
        aliases=st.lists(names, max_size=2).map(tuple),
        criteria=st.lists(st.sampled_from(sorted(SHIPPED)), max_size=2).map(tuple),
        scope=st.sampled_from(["", "uc_1", "uc_2"]),
        until_fix=st.booleans(),
        decision=st.sampled_from(["yes", "yes", "yes", "no", None]),
        decided_at=mostly(NOW - DAY),
        expires_at=mostly(NOW + DAY),
        revoked_at=mostly(None),
        public_id=st.text("abc", min_size=1, max_size=4),
    ),
    max_size=8,
)


# Versions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specifier", "version", "answer"),
    [
        ("", "", True),
        ("", "anything at all", True),
        ("==1.0", "1.0.0", True),
        ("==1.0", "1.0+cu118", True),  # built from it, as PEP 440 compares them
        (">=1,<2", "1.9rc1", True),
        (">=1,<2", "2.0", False),
        ("==5.2.*", "5.2.1", True),
        ("==1.0", "", None),
        ("===2004d", "2004D", True),
        ("===2004d", "2005", False),
        ("==1.0", "2004d", False),
        (">=1", "2004d", None),
        (">=1,===x", "2004d", False),
        ("=>1", "1", None),
    ],
)
def test_versions_of_python_are_compared_as_pep_440_says(specifier, version, answer):
    assert fits("pypi", specifier, version) is answer


def test_elsewhere_a_version_is_a_text():
    assert fits("conda", "1.0", "1.0") is True
    assert fits("conda", "1.0", "1.0.0") is False
    assert fits("conda", "==1.0", "1.0") is False
    assert fits("conda", "1.0", "") is None


@given(ecosystem=st.sampled_from(["pypi", "conda"]), version=st.text("0123456789.abcrdev+!-", min_size=1, max_size=12))
def test_what_is_exempt_exactly_is_that_version(ecosystem, version):
    said = exactly(ecosystem, version)
    assume(not specifier_fault(ecosystem, said))  # a text that not even `===` can hold

    assert fits(ecosystem, said, version) is True


@pytest.mark.parametrize("said", ["=>1", "1.0", ",", "==2004d", "中文", "==1.0; rm"])
def test_versions_that_cannot_be_read_are_told(said):
    assert specifier_fault("pypi", said)
    assert not specifier_fault("conda", said)


# Time ----------------------------------------------------------------------------------------------------------------


def test_a_ruling_holds_from_its_decision_to_the_last_instant_before_its_end():
    row = R(decided_at=NOW, expires_at=NOW + DAY)

    assert [holds_at(row, at) for at in (NOW - TICK, NOW, NOW + DAY - TICK, NOW + DAY)] == [False, True, True, False]
    revoked = replace(row, revoked_at=NOW + TICK)
    assert [holds_at(revoked, at) for at in (NOW, NOW + TICK)] == [True, False]


@given(rulings, versions, st.sampled_from(["", "uc_1"]))
def test_what_is_not_in_force_changes_no_answer(found, version, scope):
    alive = [row for row in found if holds_at(row, NOW)]

    for effect in ("", "exempt", "accept", "block"):
        said = speaks_for(found, KEY, version, at=NOW, scope=scope, effect=effect)
        assert said == speaks_for(alive, KEY, version, at=NOW, scope=scope, effect=effect)
    assert accepts(found, KEY, version, ["CVE-1"], at=NOW, scope=scope) is accepts(
        alive, KEY, version, ["CVE-1"], at=NOW, scope=scope
    )


@given(rulings, versions)
def test_the_ruling_of_another_use_case_or_package_never_speaks(found, version):
    for row in speaks_for(found, KEY, version, at=NOW, scope="uc_1"):
        assert row.scope in ("", "uc_1")
        assert (row.ecosystem, row.name) == KEY
    assert not any(row.scope for row in speaks_for(found, KEY, version, at=NOW))


# Blocks --------------------------------------------------------------------------------------------------------------


@given(rulings, versions, st.sampled_from(["", "uc_1"]))
def test_a_block_beats_everything(found, version, scope):
    found = [*found, R(), accept, block]

    assert accepts(found, KEY, version, ["CVE-1", "CVE-2"], at=NOW, scope=scope) is None
    assert exempt_edges(found, KEY, {"rel_1": version}, at=NOW, scope=scope) == []


@given(rulings, versions)
def test_no_block_is_both_certain_and_in_doubt(found, version):
    certain = blocks(found, KEY, version, at=NOW)
    doubted = may_block(found, KEY, version, at=NOW)

    assert not [row for row in doubted if row in certain]
    assert all(row.effect == "block" for row in certain + doubted)


def test_a_block_of_some_versions_is_in_doubt_for_a_requirement_that_names_none():
    row = replace(block, specifier="<1.2")

    assert (blocks([row], KEY, "", at=NOW), may_block([row], KEY, "", at=NOW)) == ([], [row])
    assert blocks([block], KEY, "", at=NOW) == [block]


# Flaws ---------------------------------------------------------------------------------------------------------------


@given(st.lists(names, min_size=1, max_size=4), names, st.lists(names, max_size=3))
def test_a_flaw_is_accepted_by_any_of_its_names(ids, advisory, aliases):
    row = replace(accept, advisory=advisory, aliases=tuple(aliases))
    share = {name.lower() for name in ids} & {name.lower() for name in (advisory, *aliases)}

    assert (accepts([row], KEY, "1.0", ids, at=NOW) is not None) == bool(share)


def test_what_holds_until_a_fix_exists_accepts_nothing_once_one_does():
    row = replace(accept, until_fix=True)

    assert accepts([row], KEY, "1.0", ["CVE-1"], at=NOW) is row
    assert accepts([row], KEY, "1.0", ["CVE-1"], at=NOW, fixed=True) is None
    assert accepts([row, accept], KEY, "1.0", ["CVE-1"], at=NOW, fixed=True) is accept


def test_of_several_the_one_that_holds_longest_accepts():
    longer = replace(accept, expires_at=NOW + 9 * DAY, public_id="rul_2")

    assert accepts([longer, accept], KEY, "1.0", ["CVE-1"], at=NOW) is longer


# Exemptions ----------------------------------------------------------------------------------------------------------


@given(rulings, st.dictionaries(st.sampled_from(["", "rel_1", "rel_2", "version:"]), versions))
def test_exemptions_are_edges_from_nothing_that_end_with_the_ruling(found, nodes):
    by_id = {id(row): row for row in found}
    edges = exempt_edges(found, KEY, nodes, at=NOW)

    assert by_id or not edges
    for edge in edges:
        assert (edge.base, edge.caveat) == (NOTHING, Caveat.EXEMPTION)
        assert edge.target in nodes
        assert edge.target != NOTHING
        assert edge.ends_at is None or edge.ends_at > NOW


def test_an_exemption_covers_until_its_very_end():
    row = R(specifier="==1.0", criteria=("safe-to-deploy",))

    def covered(at: datetime, version: str = "1.0", criterion: str = "safe-to-run") -> bool:
        edges = exempt_edges([row], KEY, {"rel_1": version}, at=NOW)
        live = live_edges(edges, now=at, digests={}, criteria=SHIPPED, wanted=[criterion])
        return coverage(live, "rel_1") is not None

    assert covered(NOW)
    assert covered(NOW + DAY - TICK)
    assert not covered(NOW + DAY)
    assert not covered(NOW, "1.1")
    assert not covered(NOW, criterion="io-verified")


@given(rulings)
def test_nothing_is_lost_when_rulings_are_sorted_by_package(found):
    sorted_ = by_package(found)

    assert sorted(map(id, found)) == sorted(id(row) for rows in sorted_.values() for row in rows)
    assert speaks_for(sorted_.get(KEY, []), KEY, "1.0", at=NOW) == speaks_for(found, KEY, "1.0", at=NOW)


@given(st.sampled_from(["1.0", "1.1", "2.0"]), specifiers.filter(lambda text: text and not specifier_fault("pypi", text)))
def test_fits_says_what_packaging_says(version, specifier):
    from packaging.specifiers import SpecifierSet

    assert fits("pypi", specifier, version) == SpecifierSet(specifier).contains(Version(version), prereleases=True)
