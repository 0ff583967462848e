"""Which requirements are code of the same repository, and what of a file was understood."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from governance.dependencies.components import Change, difference, label_of
from governance.dependencies.findings import findings, own_code, unread
from governance.dependencies.first_party import is_first_party, names_own_code, own_folder
from governance.dependencies.lockfiles import Requirement, parse
from governance.dependencies.pinning import is_loose, not_pinned, without_sha256
from tests.dependencies.samples import SAMPLES


def local(url: str, origin: str = "local") -> Requirement:
    return Requirement("a", origin=origin, url=url)


@pytest.mark.parametrize(
    ("url", "path", "folder"),
    [
        (".", "uv.lock", "."),
        ("./", "train/uv.lock", "train"),
        ("../shared", "train/uv.lock", "shared"),
        ("..", "train/uv.lock", "."),
        ("libs\\a", "uv.lock", "libs/a"),
        (".[dev]", "requirements.txt", "."),
        ("./own#egg=own", "requirements.txt", "own"),
        ("lib#subdirectory=../..", "pylock.toml", "lib"),
    ],
)
def test_a_folder_of_the_repository_is_first_party(url, path, folder):
    for origin in ("local", "editable"):
        assert is_first_party(local(url, origin), path)
    assert own_folder(local(url), path) == folder


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("..", "local", "uv.lock"),
        ("../../elsewhere", "local", "train/uv.lock"),
        ("a/../../b", "editable", "uv.lock"),
        ("/home/me/lib", "editable", "uv.lock"),
        ("~/lib", "local", "uv.lock"),
        ("C:\\lib", "local", "uv.lock"),
        ("\\\\server\\share", "local", "uv.lock"),
        ("file:///lib", "local", "uv.lock"),
        ("git+https://host/a.git", "editable", "requirements.txt"),
        ("$HOME/lib", "local", "uv.lock"),
        ("./${LIB}", "local", "uv.lock"),
        ("wheels/a-1.0-py3-none-any.whl", "local", "uv.lock"),
        ("dist/a-1.0.tar.gz", "local", "uv.lock"),
        ("", "editable", "pdm.lock"),
        (".", "index", "uv.lock"),
        (".", "vcs", "uv.lock"),
        ("../..", "local", "/home/ci/work/uv.lock"),
        ("../shared", "editable", "train/requirements.txt"),  # from where pip runs, which may be the root
    ],
)
def test_what_lies_elsewhere_or_was_built_is_not(url, origin, path):
    assert not is_first_party(local(url, origin), path)


def test_the_project_of_uv_and_its_workspace_are_first_party():
    parsed = parse("train/uv.lock", SAMPLES["train/uv.lock"])

    assert [row.name for row in parsed.requirements if is_first_party(row, "train/uv.lock")] == ["churn", "shared"]
    assert [row.name for row in not_pinned(parsed.requirements, "train/uv.lock")] == ["outside"]
    assert [row.name for row in without_sha256(parsed.requirements, "train/uv.lock")] == ["outside"]


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("-e .", True),
        ("-e ./lib[dev]", True),
        ("--editable=../lib", False),
        ("--editable src/lib", True),
        ("./lib", True),
        (". ; python_version > '3'", True),
        ("-e git+https://host/x", False),
        ("https://host/archive/main.zip", False),
        ("-e /home/me/lib", False),
        ("../lib", False),
    ],
)
def test_a_line_that_names_only_a_folder_is_own_code_and_no_gap(line, own):
    problems = [asdict(problem) for problem in parse("requirements.txt", line).problems]

    assert [problem["code"] for problem in problems] == ["name_unknown"]
    assert bool(own_code(problems, "requirements.txt")) is own
    assert bool(unread(problems, "requirements.txt")) is not own


def test_a_component_without_a_name_is_never_taken_for_own_code():
    bom = '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"version":"./x"}]}'
    (problem,) = (asdict(problem) for problem in parse("bom.json", bom).problems)

    assert problem["code"] == "name_unknown"
    assert not names_own_code(problem, "bom.json")


def test_what_a_dockerfile_does_was_understood_and_a_variable_was_not():
    text = SAMPLES["docker/Dockerfile"] + "FROM $NOBODY_KNOWS\nUSER 1000\n"
    problems = [asdict(problem) for problem in parse("Dockerfile", text).problems]

    assert {problem["code"] for problem in findings(problems)} == {"image_without_digest", "build_uses_network"}
    assert [problem["code"] for problem in unread(problems, "Dockerfile")] == ["variable_not_expanded"]


def test_an_image_by_its_digest_is_pinned_and_one_by_its_tag_is_not():
    parsed = parse("Dockerfile", SAMPLES["docker/Dockerfile"])

    assert [is_loose(row) for row in parsed.requirements] == [True, False]


def test_what_answers_over_a_network_is_not_installed_and_so_not_loose():
    parsed = parse("bom.json", SAMPLES["bom.json"])

    assert [row.name for row in parsed.requirements if row.ecosystem == "service"] == ["gpt"]
    assert "gpt" not in {row.name for row in [*not_pinned(parsed.requirements), *without_sha256(parsed.requirements)]}
    assert "debian/libc6" in {row.name for row in without_sha256(parsed.requirements)}


def test_a_build_of_conda_without_its_digest_stays_loose():
    numpy = next(row for row in parse("environment.yml", SAMPLES["environment.yml"]).requirements if row.name == "numpy")

    assert numpy.version == "1.26.4"
    assert is_loose(numpy)


def test_packages_of_two_ecosystems_are_compared_apart():
    both = parse("environment.yml", SAMPLES["environment.yml"]).requirements
    newer = parse("environment.yml", SAMPLES["environment.yml"].replace("redis==5.0.0", "redis==5.0.1")).requirements
    without = [row for row in both if (row.ecosystem, row.name) != ("conda", "redis")]

    assert difference(both, newer).changed == (Change("redis", "version", ("5.0.0",), ("5.0.1",)),)
    assert difference(both, without).removed == (("conda:redis", ("",)),)
    assert (label_of("pypi", "redis"), label_of("conda", "redis")) == ("redis", "conda:redis")


def test_another_group_index_licence_or_build_is_a_change_of_details():
    row = Requirement("a", "1", ecosystem="conda", purl="pkg:conda/a@1?build=x", groups=("dev",), index="defaults", licence="MIT")
    for other in (
        Requirement("a", "1", ecosystem="conda", purl="pkg:conda/a@1?build=y", groups=("dev",), index="defaults", licence="MIT"),
        Requirement("a", "1", ecosystem="conda", purl="pkg:conda/a@1?build=x", groups=(), index="defaults", licence="MIT"),
        Requirement("a", "1", ecosystem="conda", purl="pkg:conda/a@1?build=x", groups=("dev",), index="other", licence="MIT"),
        Requirement("a", "1", ecosystem="conda", purl="pkg:conda/a@1?build=x", groups=("dev",), index="defaults", licence="GPL"),
    ):
        assert [change.kind for change in difference([row], [other]).changed] == ["details"]
    assert not difference([row], [row])
