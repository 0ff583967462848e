"""What the readers of CycloneDX and SPDX say of the odd things that real files hold."""

from __future__ import annotations

import json

import pytest

from governance.dependencies.lockfiles import PYPI, parse
from tests.dependencies.lock_texts import A, codes, options, read, rows

CYCLONEDX = {
    "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
    "metadata": {"timestamp": "2026-01-01T00:00:00Z", "component": {"type": "application", "name": "churn"}},
    "components": [
        {"type": "library", "name": "Foo_Bar", "version": "1.0", "purl": "pkg:pypi/foo-bar@1.0", "scope": "optional",
         "hashes": [{"alg": "SHA-256", "content": A}], "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "Ours OR theirs"}}],
         "components": [{"type": "library", "name": "libgomp", "version": "8.5", "purl": "pkg:rpm/almalinux/libgomp@8.5?arch=x86_64"}]},
        {"type": "machine-learning-model", "name": "bert", "group": "google"},
        {"type": "library", "name": "other", "version": "2", "purl": "pkg:pypi/foo@1"},
        {"type": "library", "name": "odd", "purl": "no purl", "licenses": [{"expression": "MIT OR Apache-2.0"}]},
        {"type": "library", "group": "org.apache", "name": "commons", "version": "1"},
        "no component",
    ],
    "services": [{"name": "gpt", "provider": {"name": "vendor"}, "endpoints": ["https://api.host/v1", "https://eu.host/v1"]}],
    "vulnerabilities": [{"id": "CVE-1"}],
}  # fmt: skip


def test_cyclonedx_keeps_what_is_nested_what_is_no_package_and_what_answers_over_a_network():
    parsed = parse("bom.json", json.dumps(CYCLONEDX, indent=1))

    assert rows(parsed, "ecosystem", "name", "version", "groups", "licence") == [
        (PYPI, "foo-bar", "1.0", ("optional",), "MIT AND (Ours OR theirs)"),
        ("rpm", "almalinux/libgomp", "8.5", (), ""),
        ("model", "google/bert", "", (), ""),
        (PYPI, "foo", "1", (), ""),
        ("generic", "odd", "", (), "MIT OR Apache-2.0"),
        ("generic", "org.apache/commons", "1", (), ""),
        ("service", "gpt", "", (), ""),
    ]
    assert [problem.code for problem in parsed.problems] == ["purl_differs", "purl_not_valid", "not_an_entry"]
    assert all(problem.line > 0 for problem in parsed.problems[:2])
    assert parsed.requirements[-1].url == "https://api.host/v1"
    assert {("endpoint:gpt", "https://eu.host/v1"), ("subject", "churn"), ("vulnerabilities", "1")} <= set(options(parsed))


def test_cyclonedx_says_the_same_in_xml():
    xml = f"""\
        <?xml version="1.0" encoding="UTF-8"?>
        <bom xmlns="http://cyclonedx.org/schema/bom/1.4" xmlns:x="urn:x">
          <metadata><timestamp>2026-01-01T00:00:00Z</timestamp><component type="application"><name>churn</name></component></metadata>
          <components>
            <component type="library">
              <name>Foo_Bar</name><version>1.0</version><scope>optional</scope>
              <hashes><hash alg="SHA-256">{A}</hash></hashes>
              <licenses><license><id>MIT</id></license></licenses>
              <purl>pkg:pypi/foo-bar@1.0</purl>
              <components><component type="library"><name>inner</name></component></components>
              <x:name>not ours</x:name>
            </component>
          </components>
          <services><service><name>gpt</name><endpoints><endpoint>https://api.host/v1</endpoint></endpoints></service></services>
        </bom>"""
    parsed = read("sbom.xml", xml)

    assert parsed.format == "cyclonedx-xml"
    assert rows(parsed, "ecosystem", "name", "version", "groups", "licence", "hashes", "line") == [
        (PYPI, "foo-bar", "1.0", ("optional",), "MIT", (f"sha256:{A}",), 5),
        ("generic", "inner", "", (), "", (), 10),
        ("service", "gpt", "", (), "", (), 14),
    ]
    assert codes(parsed) == []


SPDX = {
    "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "churn", "documentDescribes": ["SPDXRef-a"],
    "packages": [
        {"name": "A_b", "SPDXID": "SPDXRef-a", "versionInfo": "1.0", "downloadLocation": "NOASSERTION", "licenseConcluded": "NOASSERTION",
         "licenseDeclared": "MIT", "checksums": [{"algorithm": "SHA256", "checksumValue": A}],
         "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:pypi/a-b@1.0"}]},
        {"name": "glibc", "downloadLocation": "git+https://host/glibc@abc", "primaryPackagePurpose": "LIBRARY"},
    ],
    "files": [{}, {}],
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_spdx_in_json_whatever_its_encoding(encoding):
    parsed = parse("sbom.spdx.json", json.dumps({**SPDX, "name": "客户"}, ensure_ascii=False, indent=1).encode(encoding))

    assert parsed.format == "spdx-json"
    assert rows(parsed, "ecosystem", "name", "version", "licence", "origin", "url", "hashes") == [
        (PYPI, "a-b", "1.0", "MIT", "index", "", (f"sha256:{A}",)),
        ("generic", "glibc", "", "", "vcs", "git+https://host/glibc@abc", ()),
    ]
    assert codes(parsed) == []
    assert {("name", "客户"), ("files", "2")} <= set(options(parsed))


def test_spdx_in_tags_with_texts_of_several_lines():
    parsed = read("a.spdx", f"""\
        SPDXVersion: SPDX-2.2
        DocumentName: churn
        # a comment
        PackageName: A_b
        PackageVersion: 1.0
        PackageChecksum: SHA256: {A}
        ExternalRef: PACKAGE-MANAGER purl pkg:pypi/a-b@1.0
        PackageComment: <text>one
        PackageName: not one
        two</text>
        FileName: ./a.py
        PackageVersion: of what?
        no tag
        """)  # fmt: skip

    assert rows(parsed, "name", "version", "hashes", "line") == [("a-b", "1.0", (f"sha256:{A}",), 4)]
    assert codes(parsed) == [(12, "line_not_read"), (13, "line_not_read")]


def test_spdx_3_finds_packages_models_and_data_sets_with_their_licences():
    graph = [
        {"type": "software_Package", "spdxId": "urn:a", "name": "a", "software_packageVersion": "1.0", "software_packageUrl": "pkg:pypi/a@1.0",
         "verifiedUsing": ["_:h", {"type": "Hash", "algorithm": "sha512", "hashValue": "d" * 128}]},
        {"type": "Hash", "@id": "_:h", "algorithm": "sha256", "hashValue": A},
        {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "bert", "software_downloadLocation": "https://host/bert"},
        {"type": "dataset_DatasetPackage", "spdxId": "urn:d", "name": "iris",
         "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:huggingface/iris@1"}]},
        {"type": "Relationship", "from": "urn:a", "relationshipType": "hasDeclaredLicense", "to": ["urn:l"]},
        {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:l", "simplelicensing_licenseExpression": "MIT"},
        {"type": "software_File", "spdxId": "urn:f", "name": "f"},
    ]  # fmt: skip
    parsed = parse("x.json", json.dumps({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}))

    assert parsed.format == "spdx3-json"
    assert rows(parsed, "ecosystem", "name", "version", "licence", "url", "hashes") == [
        (PYPI, "a", "1.0", "MIT", "", (f"sha256:{A}", "sha512:" + "d" * 128)),
        ("model", "bert", "", "", "https://host/bert", ()),
        ("huggingface", "iris", "1", "", "", ()),
    ]
    assert codes(parsed) == []
