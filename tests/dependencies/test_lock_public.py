"""Real files of public projects, of every format: no exception, problems named, nothing lost. `files/SOURCE.md` lists them."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from foundation.canonical import digest
from governance.dependencies.lockfiles import Parsed, decode, parse

VARIABLE = "COUNTERSIGN_PUBLIC_FILES"
# By folder: the name under which its files are read (none: their own), and what may be wrong with some of them.
KINDS: dict[str, tuple[str, set[str]]] = {
    "uv": ("uv.lock", {"syntax"}),
    "poetry": ("poetry.lock", {"syntax", "not_the_format", "hash_not_valid"}),
    "pdm": ("pdm.lock", {"syntax", "not_the_format"}),
    "pipfile": ("Pipfile.lock", {"syntax"}),
    "pylock": ("pylock.toml", {"syntax", "not_the_format", "not_by_the_standard", "name_unknown"}),
    "conda-lock": ("conda-lock.yml", {"hash_not_valid"}),
    "conda-environment": ("environment.yml", {"name_unknown", "hash_not_valid", "credential_in_url"}),
    "spdx2": ("", {"name_unknown", "line_not_read", "not_the_format", "syntax", "purl_differs"}),
    "spdx3": ("a.spdx3.json", {"purl_differs"}),
    "cyclonedx": ("", {"format_unknown", "name_unknown", "hash_not_valid", "purl_differs"}),
    "dockerfile": ("Dockerfile", {"image_latest", "image_without_digest", "runs_as_root", "build_uses_network", "variable_not_expanded"}),
    "requirements": ("requirements.txt", {
        "requirement_not_valid", "name_unknown", "include_not_followed", "constraint_not_followed", "option_unknown",
    }),
}  # fmt: skip


def files(kind: str) -> list[Path]:
    root = os.environ.get(VARIABLE, "")
    found = sorted((Path(root) / "locks" / kind).glob("*")) if root else []
    if not found:
        pytest.skip(f"{VARIABLE} names no folder with locks/{kind}; tests/dependencies/files/SOURCE.md says where they come from")
    return found


def read(kind: str, path: Path) -> tuple[bytes, Parsed]:
    raw = path.read_bytes()
    return raw, parse(KINDS[kind][0] or path.name, raw)


@pytest.mark.parametrize("kind", KINDS)
def test_every_real_file_is_read_and_what_is_wrong_is_of_a_known_kind(kind):
    for path in files(kind):
        _raw, parsed = read(kind, path)

        assert {problem.code for problem in parsed.problems} <= KINDS[kind][1], path.name
        assert digest(parsed.body()), path.name
        assert parsed.requirements or parsed.problems or parsed.options, path.name


@pytest.mark.parametrize("kind", ["uv", "poetry", "pdm", "pylock"])
def test_every_package_of_a_toml_lock_is_a_row_or_a_problem(kind):
    for path in files(kind):
        raw, parsed = read(kind, path)
        if {"syntax", "not_the_format"} & {problem.code for problem in parsed.problems}:
            continue
        headers = [number for number, line in enumerate(raw.decode().split("\n"), 1) if re.match(r"\[\[packages?\]\]", line)]
        lost = [problem.line for problem in parsed.problems if problem.code == "name_unknown"]

        assert sorted([row.line for row in parsed.requirements] + lost) == headers, path.name
        said_of_packages = raw.decode().partition("\n[tool.")[0]
        written = set(re.findall(r"sha256[:\"= ]+([0-9a-f]{64})", said_of_packages))
        kept = {value.partition(":")[2] for row in parsed.requirements for value in row.hashes}
        content = {option.value.rpartition(":")[2] for option in parsed.options}
        assert written - content <= kept, path.name


def test_every_package_of_a_conda_lock_is_a_row():
    for path in files("conda-lock"):
        raw, parsed = read("conda-lock", path)

        assert len(parsed.requirements) == len(re.findall(r"^ *(?:- )?manager: ", raw.decode(), re.MULTILINE)), path.name


def components(body: Any) -> Iterator[dict[str, Any]]:
    for entry in body.get("components") or ():
        yield entry
        yield from components(entry)


def services(body: Any) -> Iterator[dict[str, Any]]:
    for entry in body.get("services") or ():
        yield entry
        yield from services(entry)


def test_every_component_and_service_of_cyclonedx_is_a_row_or_a_problem():
    versions = Counter()
    for path in files("cyclonedx"):
        _raw, parsed = read("cyclonedx", path)
        if parsed.format != "cyclonedx-json":
            continue
        body = json.loads(path.read_bytes())
        wanted = [*components((body.get("metadata") or {}).get("component") or {}), *components(body), *services(body)]
        unknown = sum(problem.code == "name_unknown" for problem in parsed.problems)
        versions[body["specVersion"]] += 1

        assert len(parsed.requirements) + unknown == len(wanted), path.name
    assert versions.keys() >= {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}


def test_cyclonedx_says_the_same_in_xml_and_json():
    """The specification has most documents in both forms. In a seventh of them one says more than the other, or something else."""
    both = same = 0
    found = {path.name: path for path in files("cyclonedx")}
    for name, path in found.items():
        other = found.get(name.removesuffix(".json") + ".xml")
        if not name.endswith(".json") or other is None or "__valid" not in name:
            continue
        one, two = (
            Counter((row.ecosystem, row.name, row.version, row.hashes) for row in read("cyclonedx", file)[1].requirements)
            for file in (path, other)
        )
        both += 1
        same += one == two
    assert both > 100
    assert same >= 0.85 * both, (same, both)


def test_spdx_says_the_same_in_every_encoding():
    found = {path.name: path for path in files("spdx2")}
    pairs = [(path, found.get(name.replace("-UTF-16", "-v2.3"))) for name, path in found.items() if "-UTF-16" in name]

    assert len([other for _path, other in pairs if other]) >= 3
    for path, other in pairs:
        if other is not None:
            one, two = read("spdx2", path)[1], read("spdx2", other)[1]
            assert [row.name for row in one.requirements] == [row.name for row in two.requirements], path.name
            assert decode(path.read_bytes())


def test_every_package_of_spdx_3_is_a_row():
    for path in files("spdx3"):
        _raw, parsed = read("spdx3", path)
        graph = json.loads(path.read_bytes())["@graph"]
        wanted = [item for item in graph if item.get("type") in ("software_Package", "ai_AIPackage", "dataset_DatasetPackage")]

        assert len(parsed.requirements) == len(wanted), path.name
