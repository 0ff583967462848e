"""Dockerfiles, and what all readers of structured formats have in common: which one reads, what is refused, what a digest tells apart."""

from __future__ import annotations

import json

import pytest

from governance.dependencies.lockfiles import MESSAGES, detect, parse
from governance.dependencies.lockfiles.purls import Purl, purl_text, read_purl
from governance.dependencies.pinning import not_pinned, without_sha256
from tests.dependencies.lock_texts import A, codes, read, rows
from tests.dependencies.test_lock_formats_conda import CONDA_LOCK
from tests.dependencies.test_lock_formats_sboms import CYCLONEDX

DOCKERFILE = f"""\
    # syntax=docker/dockerfile:1
    ARG BASE=python:3.11-slim
    ARG UNSET
    FROM --platform=linux/amd64 $BASE AS build
    RUN --mount=type=bind,from=ghcr.io/astral-sh/uv:0.5,source=/uv,target=/uv \\
        # a comment within
        apt-get update && \\
        python3 -m pip install -r requirements.txt
    RUN <<EOF
    curl -O https://host/x
    FROM nothing
    EOF
    FROM build AS test
    COPY --from=nginx /etc/nginx /etc/nginx
    FROM registry.host:5000/team/base:1@sha256:{A}
    COPY --from=build /app /app
    ADD https://host/model.bin /model
    RUN pip install --no-index --find-links wheels a
    FROM $UNSET
    FROM build
    USER root
    NONSENSE here
"""


def test_a_dockerfile_tells_its_images_its_user_and_what_it_fetches():
    parsed = read("Dockerfile", DOCKERFILE)

    assert rows(parsed, "name", "version", "specifier", "groups", "line") == [
        ("docker.io/library/python", "", ":3.11-slim", ("stage:build",), 4),
        ("ghcr.io/astral-sh/uv", "", ":0.5", ("mounted",), 5),
        ("docker.io/library/nginx", "", "", ("copied",), 14),
        ("registry.host:5000/team/base", f"sha256:{A}", ":1", ("stage:2",), 15),
    ]
    assert codes(parsed) == [
        (4, "image_without_digest"), (5, "image_without_digest"), (5, "build_uses_network"), (9, "build_uses_network"),
        (14, "image_latest"), (17, "build_uses_network"), (19, "variable_not_expanded"), (22, "instruction_not_read"), (20, "runs_as_root"),
    ]  # fmt: skip
    assert "apt-get update, pip install" in parsed.problems[2].message
    assert [row.name for row in not_pinned(parsed.requirements)] == [
        "docker.io/library/python",
        "ghcr.io/astral-sh/uv",
        "docker.io/library/nginx",
    ]
    assert [row.name for row in without_sha256(parsed.requirements[3:])] == []


def test_a_user_of_an_earlier_stage_counts_for_those_that_rest_on_it():
    pinned = f"a@sha256:{A}"

    assert codes(read("Dockerfile", f"FROM {pinned} AS one\nUSER 1000\nFROM one\n")) == []
    assert codes(read("Dockerfile", f"FROM {pinned} AS one\nUSER 1000\nFROM {pinned}\n")) == [(3, "runs_as_root")]
    assert codes(read("Dockerfile", f"FROM {pinned}\nUSER 0:0\n")) == [(1, "runs_as_root")]


@pytest.mark.parametrize(
    ("path", "head", "format"),
    [
        ("sbom.json", b'{"$schema": "x", "bomFormat": "CycloneDX"', "cyclonedx-json"),
        ("sbom.json", b'{"spdxVersion": "SPDX-2.3"', "spdx-json"),
        ("a.spdx.json", b'{"@context": "https://spdx.org/rdf/3.0.0/spdx-context.jsonld"', "spdx3-json"),
        ("a.spdx.json", '{"spdxVersion": 1'.encode("utf-16"), "spdx-json"),
        ("a.spdx", b'{"spdxVersion": "SPDX-2.3"', "spdx-json"),
        ("a.spdx", b"SPDXVersion: SPDX-2.3", "spdx-tag-value"),
        ("sbom.xml", b'<bom xmlns="http://cyclonedx.org/schema/bom/1.7">', "cyclonedx-xml"),
        ("linux.txt", b"# platform\n@EXPLICIT\n", "conda-explicit"),
        ("env.yml", b"name: a\nchannels:\n - x\n", "conda-environment"),
        ("locked.yml", b"version: 1\nmetadata:\n  content_hash:\n", "conda-lock"),
        ("Dockerfile.gpu", b"", "dockerfile"),
        ("requirements.txt", b"a==1", "requirements.txt"),
        ("notes.json", b"{}", "unknown"),
    ],
)
def test_the_format_is_told_by_the_name_or_by_the_beginning(path, head, format):
    assert detect(path, head) == format


@pytest.mark.parametrize(
    ("path", "text", "line", "code"),
    [
        ("uv.lock", "version = 1\n[[package]\n", 2, "syntax"),
        ("uv.lock", "[a]", 0, "not_the_format"),
        ("poetry.lock", "", 0, "not_the_format"),
        ("pdm.lock", "a = 1", 0, "not_the_format"),
        ("pylock.toml", "a = 1", 0, "not_the_format"),
        ("Pipfile.lock", "{\n1", 2, "syntax"),
        ("Pipfile.lock", "[]", 0, "not_the_format"),
        ("environment.yml", "a: [\n", 2, "syntax"),
        ("environment.yml", "- a", 0, "not_the_format"),
        ("conda-lock.yml", "package: 1", 0, "not_the_format"),
        ("python_env.yaml", "", 0, "not_the_format"),
        ("bom.json", '{"bomFormat": "CycloneDX", "specVersion": NaN}', 0, "syntax"),
        ("bom.json", "{}", 0, "not_the_format"),
        ("bom.xml", "<bom>", 1, "syntax"),
        ("bom.xml", "<bom/>", 0, "not_the_format"),
        ("a.spdx.json", "{}", 0, "not_the_format"),
        ("a.spdx", "PackageName: a", 0, "not_the_format"),
        ("a.spdx3.json", "{}", 0, "not_the_format"),
        ("Dockerfile", "# nothing", 0, "not_the_format"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_counts_by_its_bytes(path, text, line, code):
    parsed = parse(path, text)

    assert codes(parsed)[-1] == (line, code)
    assert parsed.body()["raw"] == parsed.raw_digest
    assert parsed.fatal is None


def test_names_that_are_none_are_kept_as_problems_with_what_stood_there():
    parsed = read(
        "uv.lock", 'version = 1\n[[package]]\nname = "客户"\nversion = "1"\nsource = {registry="x"}\n[[package]]\nname = 3\n'
    )

    assert codes(parsed) == [(2, "name_not_valid"), (6, "source_unknown"), (6, "not_a_text"), (6, "name_unknown")]
    assert "客户 1" in parsed.problems[0].text


def test_a_key_that_is_given_twice_is_told():
    parsed = parse("Pipfile.lock", '{"_meta": {},\n"default": {"a": {"version": "==1"},\n "a": {"version": "==2"}}}')

    assert rows(parsed, "name", "version") == [("a", "2")]
    assert codes(parsed) == [(2, "duplicate_key")]


def test_what_differs_only_in_what_some_formats_say_has_another_digest():
    def body(text: str):
        return read("conda-lock.yml", text).body()

    assert body(CONDA_LOCK) == body(CONDA_LOCK + "# a comment\n")
    for change in (("h4dc8bfd_5", "h4dc8bfd_6"), ("category: dev", "category: main"), ("conda-forge/osx-64", "other/osx-64")):
        assert body(CONDA_LOCK) != body(CONDA_LOCK.replace(*change)), change


def test_another_licence_is_another_digest():
    def body(licence: str):
        return parse("bom.json", json.dumps(CYCLONEDX).replace("MIT OR Apache-2.0", licence)).body()

    assert body("MIT") == body("MIT") != body("Apache-2.0")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pkg:pypi/Foo_Bar@1.0", Purl("pypi", "", "Foo_Bar", "1.0")),
        ("pkg:npm/%40angular/core@1.0", Purl("npm", "@angular", "core", "1.0")),
        ("pkg:npm/@angular/core", Purl("npm", "@angular", "core")),
        ("PKG:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", Purl("deb", "debian", "curl", "7.50.3-1", {"arch": "i386", "distro": "jessie"})),
        ("pkg:golang/host.org/a/b@v1.0#c/d", Purl("golang", "host.org/a", "b", "v1.0", {}, "c/d")),
        ("pkg:pypi/a@2.1%2Bcu121", Purl("pypi", "", "a", "2.1+cu121")),
        ("pkg:pypi/a@2.1+cu121?x=a+b", Purl("pypi", "", "a", "2.1+cu121", {"x": "a+b"})),
        ("pkg:pypi", None), ("pkg:pypi/", None), ("http:pypi/a", None), ("", None), ("pkg:12/a", None),
    ],
)  # fmt: skip
def test_package_urls(text, found):
    assert read_purl(text) == found
    if found and not found.subpath:
        assert read_purl(purl_text(found.type, found.full_name, found.version, found.qualifiers)) == found


def test_every_message_can_be_told():
    for text in MESSAGES.values():
        assert text % {name: "x" for name in ("what", "detail", "limit", "name", "value", "version", "purl", "image")}
