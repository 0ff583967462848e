"""Files made to break a reader: bounded time, a problem that says so, and no exception."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.canonical import digest
from governance.dependencies.lockfiles import LARGEST_SBOM, READERS, parse

MIB = 1024 * 1024
PATHS = {
    "pylock": "pylock.toml", "uv": "uv.lock", "poetry": "poetry.lock", "pdm": "pdm.lock", "pipfile": "Pipfile.lock",
    "conda-environment": "environment.yml", "mlflow-python-env": "python_env.yaml", "conda-lock": "conda-lock.yml",
    "conda-explicit": "explicit.txt", "cyclonedx-json": "bom.json", "cyclonedx-xml": "bom.xml", "spdx-json": "a.spdx.json",
    "spdx-yaml": "a.spdx.yml", "spdx-tag-value": "a.spdx", "spdx3-json": "a.spdx3.json", "dockerfile": "Dockerfile",
}  # fmt: skip
BOM = '{"bomFormat":"CycloneDX","specVersion":"1.6","components":['
XML = '<bom xmlns="http://cyclonedx.org/schema/bom/1.4">'

HOSTILE = {
    "toml key of many parts": ("uv.lock", lambda: "a." * (2 * MIB), "too_deep"),
    "toml deep": ("uv.lock", lambda: "a = " + "[" * 100_000, "too_deep"),
    "toml quotes": ("uv.lock", lambda: "'" * (2 * MIB), "syntax"),
    "toml number": ("uv.lock", lambda: "a = " + "9" * MIB, "syntax"),
    "toml packages": ("uv.lock", lambda: "version=1\n" + '[[package]]\nname="a"\nsource={registry="x"}\n' * 60_000, "too_many_lines"),
    "json deep": ("bom.json", lambda: "[" * MIB, "too_deep"),
    "json many": ("bom.json", lambda: "[" + "1," * (2 * MIB) + "1]", "too_many_values"),
    "json number": ("bom.json", lambda: BOM[:-14] + "9" * MIB + "}", "syntax"),
    "json components": ("bom.json", lambda: BOM + ",".join(['{"name":"a"}'] * 60_000) + "]}", "too_many_lines"),
    "json nested": ("bom.json", lambda: BOM + '{"name":"a","components":[' * 300 + "]}" * 300 + "]}", "too_deep"),
    "json escapes": ("bom.json", lambda: BOM + '{"name":"\\ud800\\u0000"}]}', "no_text"),
    "purl": ("bom.json", lambda: BOM + '{"name":"b","purl":"pkg:a/b?' + "a=b&" * MIB + '"}]}', "purl_not_valid"),
    "purl with nul": ("bom.json", lambda: BOM + '{"name":"b","purl":"pkg:a/b%00"}]}', "purl_not_valid"),
    "xml laughs": ("bom.xml", lambda: '<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + XML + "&c;</bom>", "syntax"),
    "xml file": ("bom.xml", lambda: '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + XML + "</bom>", "syntax"),
    "xml deep": ("bom.xml", lambda: XML + "<a>" * MIB, "too_deep"),
    "xml foreign deep": ("bom.xml", lambda: XML + '<x:a xmlns:x="u">' * 10_000, "too_deep"),
    "yaml deep": ("environment.yml", lambda: "[" * MIB, "too_deep"),
    "yaml laughs": ("environment.yml", lambda: "a: &a [x]\nb: &b [*a,*a]\ndependencies: [*b,*b]", "alias"),
    "yaml key": ("environment.yml", lambda: "? " * MIB, "too_deep"),
    "tags that never end": ("a.spdx", lambda: "SPDXVersion: SPDX-2.3\n" + "PackageComment: <text>\n" * 3_000, "line_not_read"),
    "dockerfile documents": ("Dockerfile", lambda: "FROM a\n" + "RUN <<EOF\n" * 60_000, "too_many_lines"),
    "dockerfile stages": ("Dockerfile", lambda: "FROM a\n" * 100_000, "too_many_values"),
    "dockerfile variables": ("Dockerfile", lambda: "ARG A=" + "x" * MIB + "\nFROM " + "$A" * 10_000, "variable_not_expanded"),
    "dockerfile flags": ("Dockerfile", lambda: "FROM a\nCOPY " + "--from=b " * MIB, "too_many_lines"),
    "too large": ("bom.json", lambda: " " * (LARGEST_SBOM + 1), "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_in_bounded_time(name):
    path, make, code = HOSTILE[name]
    text = make()
    begun = time.process_time()
    parsed = parse(path, text)
    took = time.process_time() - begun

    assert code in {problem.code for problem in parsed.problems}
    assert took < 20  # of processor time; the slowest takes some three seconds on a slow machine
    assert digest(parsed.body())


def test_texts_that_stand_for_no_character_reach_no_row():
    parsed = parse("bom.json", BOM + '{"name":"a\\ud800b\\u0000"}]}')

    assert [row.name for row in parsed.requirements] == ["a\ufffdb\ufffd"]
    assert repr(parsed).encode("utf-8")


def test_every_format_has_a_reader_that_is_tried_here():
    assert PATHS.keys() == READERS.keys()


pieces = st.sampled_from([
    "[[package]]\n", "name = \"a\"\n", "[metadata]\n", "version = 1\n", "source = {git = 3}\n", "files = [1]\n", "[", "]", "{", "}", "\n", " ",
    "- ", ": ", "&a ", "*a", "dependencies:\n", "- pip:\n", "package:\n", "channels: x\n", "FROM ", "a:b@sha256:", "AS ", "RUN ", "<<EOF\n",
    "COPY --from=", "USER \n", "$", "${A:-", "\\\n", "PackageName: ", "<text>", "ExternalRef: ", "SPDXVersion: SPDX-2.3\n", "@EXPLICIT\n",
    "https://h/noarch/a-1-0.conda", "#", "'", '"', "=", "==", "::", "\u2028", "\ufeff", "客", "\x85",
])  # fmt: skip


@pytest.mark.parametrize("format", READERS)
@given(st.one_of(st.text(max_size=120), st.lists(pieces, max_size=25).map("".join), st.binary(max_size=120)))
@settings(max_examples=60, deadline=None)
def test_whatever_is_sent_is_read_without_an_exception(format, content):
    parsed = parse(PATHS[format], content)

    assert digest(parsed.body()).startswith("sha256:")
    assert all(problem.line >= 0 and problem.message for problem in parsed.problems)


# Values of every kind under the names that the readers look for.
names = st.sampled_from([
    "components", "name", "version", "purl", "hashes", "alg", "content", "licenses", "license", "services", "endpoints", "metadata", "component",
    "packages", "externalRefs", "checksums", "@graph", "type", "verifiedUsing", "to", "from", "relationshipType", "_meta", "default", "sources",
    "extras", "markers", "dependencies", "channels", "package", "hash", "url", "manager", "python", "pip", "spdxVersion", "id", "expression",
])  # fmt: skip
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["", "a", "1.0", "pkg:pypi/a@1", "software_Package", "==1", "pip", "客"])
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
HEADS = {
    "bom.json": {"bomFormat": "CycloneDX", "specVersion": "1.6"}, "a.spdx.json": {"spdxVersion": "SPDX-2.3"}, "Pipfile.lock": {"_meta": {}},
    "a.spdx3.json": {"@context": "https://spdx.org/rdf/3.0.1/c"}, "environment.yml": {"dependencies": []}, "conda-lock.yml": {"package": []},
    "python_env.yaml": {"python": "3"},
}  # fmt: skip


@pytest.mark.parametrize("path", HEADS)
@given(st.dictionaries(names, values, max_size=6))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_where_something_else_should_is_read_without_an_exception(path, body):
    """JSON is YAML too."""
    parsed = parse(path, json.dumps({**HEADS[path], **body}, ensure_ascii=False))

    assert digest(parsed.body()).startswith("sha256:")
