"""From which index a package can only come: told by its lock, or by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from governance.dependencies.lockfiles import Requirement, parse
from governance.dependencies.origins import Asked, asked_of, origin_of
from governance.dependencies.trust import trusted_by, where_from
from tests.dependencies.test_trust import PYPI_INDEX, A, asks, options, trusts

FORGE = "https://conda.anaconda.org/conda-forge"


# Where a package comes from ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["vcs", "url", "local", "editable"])
def test_what_comes_from_no_index_is_vouched_for_by_none(origin):
    requirement = asks(
        origin=origin, url="https://files.pythonhosted.org/packages/scikit_learn-1.9.1-py3-none-any.whl", index=PYPI_INDEX
    )

    assert where_from(requirement, Asked()).why == "not_an_index"
    assert not trusts(A(kind="index", packages=()), requirement)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([("--extra-index-url", "https://corp.example/simple")], "several_indexes"),
        ([("--index-url", "https://corp.example/simple"), ("--extra-index-url", PYPI_INDEX)], "several_indexes"),
        ([("pip-repositories", "https://corp.example/simple")], "several_indexes"),
        ([("--find-links", "./wheels")], "found_elsewhere"),
        ([("--no-index", "")], "found_elsewhere"),
        ([("--requirement", "base.txt")], "not_all_read"),
        ([("--constraint", "base.txt")], "not_all_read"),
        ([("--trusted-host", "pypi.org")], "not_verified"),
        ([("--trusted-host", "PyPI.org:443")], "not_verified"),
        ([("created-by", "pip"), ("lock-version", "1.0")], "index_not_named"),
        ([("--index-url", "../wheels")], "index_unreadable"),
        ([("index:pypi", PYPI_INDEX), ("index:corp", "https://corp.example/simple")], "several_indexes"),
    ],
)
def test_where_the_lock_leaves_it_open_nothing_is_assumed_and_it_is_said_why(said, why):
    asked = options(*said)

    assert where_from(asks(), asked).why == why
    assert not trusts(A(kind="index", packages=()), asks(), asked)


def test_another_index_than_the_default_is_that_one_and_not_the_default():
    asked = options(("--index-url", PYPI_INDEX), ("--index-url", "https://corp.example/simple"))

    assert where_from(asks(), asked).index == "https://corp.example/simple"
    assert not trusts(A(), asks(), asked)
    assert trusts(A(index="https://corp.example/simple"), asks(), asked)


def test_the_same_index_twice_is_one():
    assert trusts(A(), asks(), options(("--index-url", PYPI_INDEX), ("--extra-index-url", "https://PYPI.org/simple/")))


def test_an_index_beside_the_package_counts_whatever_the_options_say():
    asked = options(("--extra-index-url", "https://corp.example/simple"))

    assert trusts(A(), asks(index=PYPI_INDEX), asked)
    named = options(("index:pypi", PYPI_INDEX), ("index:corp", "https://corp.example/simple"))
    assert trusts(A(), asks(index="pypi"), named)
    assert not trusts(A(), asks(index="corp"), named)
    assert where_from(asks(index="nobody"), named).why == "index_unreadable"


def test_without_its_lock_only_a_requirement_that_names_its_index_can_be_trusted():
    assert where_from(asks()).why == "index_unknown"
    assert [source.public_id for source, _end in trusted_by([A()], asks(index=PYPI_INDEX))] == ["src_1"]


def test_another_ecosystem_has_no_index_that_is_always_meant():
    assert origin_of(asks(ecosystem="npm"), Asked()).why == "index_unknown"
    assert not trusts(A(), asks(ecosystem="npm", index=PYPI_INDEX))
    registry = A(kind="index", ecosystem="oci", index="https://docker.io", packages=())
    assert trusts(registry, asks("library/python", ecosystem="oci", index="docker.io"))
    assert not trusts(registry, asks("library/python", ecosystem="oci", index="docker.io.evil.example"))


# conda ---------------------------------------------------------------------------------------------------------------

CHANNEL = A(kind="channel", ecosystem="conda", index=FORGE, packages=())


def conda(name: str = "numpy", **said: Any) -> Requirement:
    return asks(name, ecosystem="conda", **said)


@pytest.mark.parametrize("written", ["conda-forge", FORGE, FORGE + "/", "https://conda.anaconda.org/t/tk-1-2/conda-forge"])
def test_a_channel_may_be_written_by_its_name_or_its_address(written):
    assert trusts(CHANNEL, conda(index=written))


@pytest.mark.parametrize(
    "written", ["conda-forge/label/dev", "conda-forge2", "defaults", "conda-forge/../evil", "https://evil.example/conda-forge"]
)
def test_another_channel_or_label_is_another(written):
    assert not trusts(CHANNEL, conda(index=written))


def test_without_a_channel_it_is_the_implicit_one_and_of_several_it_is_none():
    defaults = A(kind="channel", ecosystem="conda", index="defaults", packages=())
    both = options(("channel", "conda-forge"), ("channel:implicit", "defaults"))

    assert trusts(defaults, conda())
    assert trusts(defaults, conda(), options(("channel:implicit", "defaults")))
    assert where_from(conda(), both).why == "several_channels"
    assert trusts(CHANNEL, conda(), options(("channel", "conda-forge"), ("channel", "nodefaults")))
    assert where_from(conda(), options(("channel", "nodefaults"))).why == "index_unreadable"


def test_the_default_channels_of_conda_are_several_addresses_under_one_name():
    defaults = A(kind="channel", ecosystem="conda", index="defaults", packages=())

    assert trusts(defaults, conda(index="https://repo.anaconda.com/pkgs/main"))
    assert trusts(defaults, conda(index="pkgs/r"))
    assert not trusts(defaults, conda(index="https://repo.anaconda.com/pkgs/other"))
    assert not trusts(A(kind="channel", ecosystem="conda", index="https://repo.anaconda.com/pkgs/main", packages=()), conda())


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        (f"{FORGE}/linux-64/numpy-1.9.1-py311_0.conda", True),
        (f"{FORGE}/noarch/numpy-1.9.1-py311_0.tar.bz2#abc", True),
        (f"{FORGE}/linux-64/numpy-evil-1.9.1-0.conda", False),
        (f"{FORGE}/linux-64/numpy-1.9.2-0.conda", False),
        ("https://evil.example/linux-64/numpy-1.9.1-0.conda", False),
        (f"{FORGE}/linux-64/numpy", False),
    ],
)
def test_the_address_of_a_file_has_to_agree_with_name_version_and_channel(url, trusted):
    requirement = conda(index=FORGE, url=url)

    assert trusts(CHANNEL, requirement) == trusted
    assert where_from(requirement, Asked()).why == ("" if trusted else "another_file")


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://files.pythonhosted.org/packages/aa/scikit_learn-1.9.1-cp311-cp311-linux_x86_64.whl", True),
        ("https://files.pythonhosted.org/packages/aa/scikit_learn-1.9.1.tar.gz#sha256=aa", True),
        ("https://files.pythonhosted.org/packages/aa/evil-1.9.1-py3-none-any.whl", False),
        ("https://files.pythonhosted.org/packages/aa/scikit_learn-1.9.2.tar.gz", False),
        ("https://files.pythonhosted.org.evil.example/packages/aa/scikit_learn-1.9.1.tar.gz", False),
        ("https://files.pythonhosted.org/", False),
    ],
)
def test_the_same_holds_for_files_of_pypi(url, trusted):
    assert trusts(A(), asks(url=url)) == trusted


def test_an_environment_with_one_channel_and_the_implicit_one_leaves_it_open():
    text = "channels: [conda-forge{}]\ndependencies:\n  - numpy=1.9.1=py311_0\n  - conda-forge::scipy=1.9.1=py311_0\n"
    open_, closed = parse("environment.yml", text.format("")), parse("environment.yml", text.format(", nodefaults"))

    assert [trusts(CHANNEL, row, asked_of(open_.options)) for row in open_.requirements] == [False, True]
    assert [trusts(CHANNEL, row, asked_of(closed.options)) for row in closed.requirements] == [True, True]
