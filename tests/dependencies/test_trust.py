"""What sources vouch for, and above all what they do not: by the letter, from one index, nothing by resemblance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.dependencies.lockfiles import Option, Requirement, parse
from governance.dependencies.origins import Asked, asked_of, normal_address
from governance.dependencies.review_graph import NOTHING, SHIPPED, Caveat, coverage, live_edges
from governance.dependencies.shipped import SOURCES
from governance.dependencies.trust import presets_of, source_edges

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
PYPI_INDEX = "https://pypi.org/simple"


@dataclass
class A:
    """A source, by default scikit-learn of its publisher on PyPI."""

    public_id: str = "src_1"
    kind: str = "publisher"
    ecosystem: str = "pypi"
    index: str = PYPI_INDEX
    mirror_of: str = ""
    packages: tuple[str, ...] = ("scikit-learn",)
    criteria: tuple[str, ...] = ("safe-to-deploy",)
    presets: dict[str, str] = field(default_factory=dict)
    ends_at: datetime = NOW + YEAR
    ended_at: datetime | None = None


def asks(name: str = "scikit-learn", **said: Any) -> Requirement:
    return Requirement(name=name, version=said.pop("version", "1.9.1"), **said)


def options(*pairs: tuple[str, str]) -> Asked:
    return asked_of([Option(name, value, 1) for name, value in pairs])


def trusts(source: A, requirement: Requirement, asked: Asked | None = None) -> bool:
    return bool(source_edges([source], requirement, "rel_1", asked or Asked()))


# What is trusted -----------------------------------------------------------------------------------------------------


def test_an_edge_leads_from_nothing_to_the_release_for_the_criteria_of_the_source():
    (edge,) = source_edges([A()], asks(), "rel_1", Asked())

    assert (edge.id, edge.base, edge.target, edge.caveat) == ("src_1", NOTHING, "rel_1", Caveat.SOURCE)
    assert (edge.criteria, edge.ends_at) == ({"safe-to-deploy"}, NOW + YEAR)
    live = live_edges([edge], now=NOW, digests={}, criteria=SHIPPED, wanted=["safe-to-run"])
    assert coverage(live, "rel_1").caveat == Caveat.SOURCE
    assert not live_edges([edge], now=NOW + YEAR, digests={}, criteria=SHIPPED, wanted=["safe-to-run"])


def test_an_index_as_a_whole_vouches_for_all_that_comes_from_it():
    assert trusts(A(kind="index", packages=()), asks("whatever"))
    assert not trusts(A(kind="index", packages=()), asks("whatever", index="https://other.example/simple"))
    assert not trusts(A(kind="index", packages=("numpy",)), asks("whatever"))


@pytest.mark.parametrize("kind", ["publisher", "package"])
def test_a_publisher_without_names_vouches_for_nothing(kind):
    assert not trusts(A(kind=kind, packages=()), asks())


def test_a_source_that_was_ended_ends_its_edge_then():
    (edge,) = source_edges([A(ended_at=NOW)], asks(), "rel_1", Asked())

    assert edge.ends_at == NOW


def test_extras_are_still_the_package_and_trust_none_of_what_they_bring():
    assert trusts(A(), asks(extras=("benchmark",)))
    assert not trusts(A(), asks("pandas"))


# What only looks alike -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "scikit-learn-extra", "scikit-learn-intelex", "sklearn", "scikit", "scikitlearn", "scikit-learn2", "xscikit-learn",
        "scikit-1earn", "sci\u212ait-learn", "s\u0441ikit-learn", "scikit\u2010learn", "scikit-learn\u200b", "\uff53cikit-learn", "",
    ],
)  # fmt: skip
def test_a_name_that_only_looks_alike_is_another_package(name):
    assert not trusts(A(), asks(name))


@pytest.mark.parametrize("written", ["Scikit_Learn", "scikit.learn", "SCIKIT-LEARN"])
def test_names_are_compared_as_pypi_compares_them(written):
    assert trusts(A(), asks(written))


@pytest.mark.parametrize(
    "index",
    [
        "https://pypi.org.evil.example/simple", "https://pypi.org@evil.example/simple", "https://evil.example/https://pypi.org/simple",
        "https://evil.example/simple?x=pypi.org", "https://evil.example/simple#https://pypi.org/simple", "http://pypi.org/simple",
        "https://pypi.org:8443/simple", "https://pyp1.org/simple", "https://p\u0443pi.org/simple", "https://\uff50ypi.org/simple",
        "https://pypi.org./simple", "https://pypi.org/simple2", "https://pypi.org/Simple", "https://pypi.org/simple/../evil",
        "https://pypi.org\\@evil.example/simple", "https://pypi.org\t.evil.example/simple", "https://xn--pypi-4ve.org/simple",
        "pypi.org/simple", "//pypi.org/simple", "file:///pypi.org/simple", "../wheels", "https://test.pypi.org/simple", "ftp://pypi.org/simple",
        "https://pypi.org:99999/simple", "https://a@b@pypi.org/simple", "https:///simple",
    ],
)  # fmt: skip
def test_a_host_that_only_looks_alike_is_another_index(index):
    assert not trusts(A(), asks(index=index))


@pytest.mark.parametrize(
    "index",
    [
        "https://pypi.org/simple", "https://pypi.org/simple/", "HTTPS://PyPI.org/simple//", "https://pypi.org:443/simple",
        "https://me:secret@pypi.org/simple", "https://***@pypi.org/simple", "https://${USER}:${TOKEN}@pypi.org/simple", "https://pypi.org",
        " https://pypi.org:/simple ",
    ],
)  # fmt: skip
def test_the_same_index_may_be_written_in_several_ways(index):
    assert trusts(A(), asks(index=index))


names = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(names)
def test_no_other_text_is_a_trusted_name(name):
    folded = name.lower().replace("_", "-").replace(".", "-")
    assume(not (name.isascii() and "-".join(part for part in folded.split("-") if part) == "scikit-learn"))
    assert not trusts(A(), asks(name))


@given(st.sampled_from(["pypi.org", "PyPI.org"]), names, st.sampled_from(["before", "after", "path"]))
def test_nothing_put_around_a_host_is_that_host(host, more, where):
    written = {
        "before": f"https://{more}{host}/simple",
        "after": f"https://{host}{more}/simple",
        "path": f"https://{host}/simple{more}",
    }
    assume(not (where == "path" and not more.strip(" /")))
    assume(not (where == "before" and more.endswith("@")))  # credentials
    assume(not (where == "after" and (more.strip() in ("", "/", ":", ":/") or more.strip(" :0/") == "443" or "/" in more)))
    assume(not more.isspace())
    found = normal_address("pypi", written[where])
    if where == "before" and found == PYPI_INDEX:
        assert more.rstrip().endswith("@") or not more.strip()
    else:
        assert found != PYPI_INDEX


@given(st.text(max_size=60), st.sampled_from(["pypi", "conda", "oci", "npm"]))
def test_a_normal_form_is_its_own_normal_form_and_nothing_is_too_odd_to_ask_about(text, ecosystem):
    found = normal_address(ecosystem, text)

    assert normal_address(ecosystem, found) == found
    assert "@" not in found


@given(names, names)
def test_credentials_never_stay(user, password):
    found = normal_address("pypi", f"https://{user}:{password}@pypi.org/simple")

    assert found in ("", PYPI_INDEX) or not (user.isascii() and password.isascii() and user.isalnum() and password.isalnum())


# Mirrors -------------------------------------------------------------------------------------------------------------

MIRROR = A(
    public_id="src_2", kind="mirror", index="https://mirror.corp.example/pypi", mirror_of=PYPI_INDEX, packages=(), criteria=(),
    ends_at=NOW + timedelta(days=30),
)  # fmt: skip


def test_what_is_trusted_on_an_index_is_trusted_through_its_mirror_for_as_long_as_both_are():
    requirement = asks(index=MIRROR.index)

    assert not trusts(A(), requirement)
    (edge,) = source_edges([MIRROR, A()], requirement, "rel_1", Asked())
    assert (edge.id, edge.ends_at) == ("src_1", MIRROR.ends_at)


def test_a_mirror_vouches_for_nothing_of_its_own_and_not_for_a_mirror_of_itself():
    further = A(
        public_id="src_3", kind="mirror", index="https://far.example/pypi", mirror_of=MIRROR.index, packages=(), criteria=()
    )

    assert not source_edges([MIRROR], asks(index=MIRROR.index), "rel_1", Asked())
    assert not source_edges([further, MIRROR, A()], asks(index=further.index), "rel_1", Asked())
    assert not source_edges([MIRROR, A()], asks("numpy", index=MIRROR.index), "rel_1", Asked())


def test_what_is_trusted_on_the_mirror_is_not_trusted_on_the_index():
    assert not source_edges([MIRROR, A(index=MIRROR.index)], asks(), "rel_1", Asked())


# Presets, examples, real locks ---------------------------------------------------------------------------------------


def test_what_is_expected_is_said_of_packages_by_name_only():
    said = A(presets={"native/code": "Cython."})
    whole = A(kind="index", packages=(), presets={"native/code": "Anything."})

    assert presets_of([whole, said], "pypi", "Scikit_Learn")["native/code"].why == "Cython."
    assert presets_of([whole, said], "pypi", "scikit-learn-extra") == {}
    assert presets_of([whole, said], "conda", "scikit-learn") == {}


def test_the_examples_trust_their_own_packages_and_no_add_on():
    trusted = {name for example in SOURCES for name in example.packages}

    assert {"scikit-learn", "tensorflow"} <= trusted
    assert not trusted & {
        "scikit-learn-extra",
        "scikit-learn-intelex",
        "tensorflow-intel",
        "tensorflow-addons",
        "tensorflow-io",
        "numpy",
    }
    for example in SOURCES:
        assert normal_address(example.ecosystem, example.index) == example.index
        assert set(example.criteria) <= set(SHIPPED)
        assert "native/code" in example.presets


UV = 'version = 1\n[[package]]\nname = "scikit-learn"\nversion = "1.9.1"\nsource = {{ registry = "{}" }}\n'
PIPENV = (
    '{{"_meta": {{"sources": [{{"name": "pypi", "url": "{}"}}]}}, "default": '
    '{{"scikit-learn": {{"version": "==1.9.1", "index": "pypi"}}}}}}'
)


@pytest.mark.parametrize(
    ("path", "text", "trusted"),
    [
        ("requirements.txt", "scikit-learn==1.9.1\n", True),
        ("requirements.txt", "--extra-index-url https://corp.example/simple\nscikit-learn==1.9.1\n", False),
        ("requirements.txt", "scikit-learn @ https://pypi.org/simple/scikit_learn-1.9.1.tar.gz\n", False),
        ("requirements.txt", "scikit-learn @ git+https://github.com/scikit-learn/scikit-learn@" + "a" * 40 + "\n", False),
        ("requirements.txt", "scikit-learn-extra==1.9.1\n", False),
        ("uv.lock", UV.format("https://pypi.org/simple"), True),
        ("uv.lock", UV.format("https://corp.example/simple"), False),
        ("uv.lock", UV.format("../wheels"), False),
        ("Pipfile.lock", PIPENV.format("https://pypi.org/simple"), True),
        ("Pipfile.lock", PIPENV.format("https://evil.example/simple"), False),
    ],
)
def test_locks_as_they_are_read(path, text, trusted):
    parsed = parse(path, text)
    (requirement,) = parsed.requirements

    assert trusts(A(), requirement, asked_of(parsed.options)) == trusted
