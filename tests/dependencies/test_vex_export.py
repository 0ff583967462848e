"""CycloneDX with VEX, written from plain values and read again."""

from __future__ import annotations

import json

import pytest

from governance.dependencies.lockfiles import Judged, cyclonedx_with_vex, parse

A = "a" * 64


def written(judged=(), text: str = ""):
    rows = parse(
        "requirements.txt", text or f"Foo.Bar==1.0 --hash=sha256:{A}\nloose>=2 ; python_version > '3.8'\nx @ https://host/x.whl"
    ).requirements
    service = parse(
        "bom.json", '{"bomFormat":"CycloneDX","specVersion":"1.6","services":[{"name":"gpt","endpoints":["https://h"]}]}'
    )
    return cyclonedx_with_vex(
        [*rows, *service.requirements], list(judged), serial="3e671687-395b-41f5-a30f-a58921a69b79", timestamp="2026-11-21T00:00:00Z",
        subject="churn", version="7",
    )  # fmt: skip


def test_what_is_written_can_be_read_again():
    parsed = parse("bom.json", json.dumps(written()))

    assert [(row.name, row.version, row.ecosystem, row.hashes) for row in parsed.requirements] == [
        ("foo-bar", "1.0", "pypi", (f"sha256:{A}",)), ("loose", "", "pypi", ()), ("x", "", "pypi", ()), ("gpt", "", "service", ()),
    ]  # fmt: skip
    assert parsed.problems == ()
    assert written()["components"][1]["properties"][0] == {"name": "countersign:marker", "value": 'python_version > "3.8"'}


def test_a_judgement_names_the_packages_and_why():
    judged = Judged(
        "CVE-1",
        [0, 2],
        "not_affected",
        "code_not_reachable",
        ["update"],
        "Never called.",
        "high",
        ["CVE-1", "GHSA-1"],
        "",
        "2026-11-20T00:00:00Z",
    )
    (found,) = written([judged])["vulnerabilities"]

    assert found["affects"] == [{"ref": "pkg-0"}, {"ref": "pkg-2"}]
    assert found["analysis"]["justification"] == "code_not_reachable"
    assert found["references"] == [{"id": "GHSA-1", "source": {"name": "GitHub Advisories"}}]
    assert (
        "justification"
        not in written([Judged("CVE-1", [0], "exploitable", "code_not_reachable")])["vulnerabilities"][0]["analysis"]
    )


@pytest.mark.parametrize(
    "wrong",
    [Judged("CVE-1", [0], "fine"), Judged("CVE-1", [0], "not_affected", "because"), Judged("CVE-1", [0], responses=["pray"])],
)
def test_a_word_that_cyclonedx_does_not_know_is_refused(wrong):
    with pytest.raises(ValueError, match="no word of CycloneDX"):
        written([wrong])


def test_the_same_values_give_the_same_document():
    assert json.dumps(written()) == json.dumps(written())
