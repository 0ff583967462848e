"""The readers of structured formats: what each says of the odd things that real files hold."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from governance.dependencies.lockfiles import MESSAGES, PYPI, command_that_pins, detect, parse
from governance.dependencies.lockfiles.conda_spec import read_spec
from governance.dependencies.lockfiles.purls import Purl, purl_text, read_purl
from governance.dependencies.pinning import not_pinned, without_sha256

A, B, M = "a" * 64, "b" * 64, "c" * 32


def read(path: str, text: str):
    return parse(path, dedent(text))


def rows(parsed, *fields: str) -> list[tuple]:
    return [tuple(getattr(row, name) for name in fields) for row in parsed.requirements]


def codes(parsed) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in parsed.problems]


def options(parsed) -> list[tuple[str, str]]:
    return [(option.name, option.value) for option in parsed.options]


PYLOCK = f"""\
    lock-version = "1.0"
    created-by = "hand"
    requires-python = ">=3.11"
    environments = ["sys_platform == 'linux'"]

    [[packages]]
    name = "attrs"
    version = "25.1.0"
    marker = "python_version >= '3.11'"
    index = "https://pypi.org/simple"
    wheels = [{{name = "attrs-25.1.0-py3-none-any.whl", url = "https://host/attrs.whl", hashes = {{sha256 = "{A}"}}}}]
    sdist = {{name = "attrs-25.1.0.tar.gz", url = "https://host/attrs.tar.gz", hashes = {{sha256 = "{B}"}}}}

    [[packages]]
    name = "ours"
    directory = {{path = "./ours", editable = true}}

    [[packages]]
    name = "theirs"
    vcs = {{type = "git", url = "https://host/theirs", commit-id = "{"1" * 40}"}}

    [[packages]]
    name = "packed"
    version = "1.0"
    archive = {{path = "vendor/packed-1.0.tar.gz", hashes = {{sha256 = "{A}"}}}}
"""


def test_pylock_keeps_hashes_of_all_artifacts_and_where_each_package_comes_from():
    parsed = read("pylock.toml", PYLOCK)

    assert codes(parsed) == []
    assert rows(parsed, "name", "version", "origin", "url", "hashes", "line") == [
        ("attrs", "25.1.0", "index", "", (f"sha256:{A}", f"sha256:{B}"), 6),
        ("ours", "", "editable", "./ours", (), 14),
        ("theirs", "", "vcs", f"git+https://host/theirs@{'1' * 40}", (), 18),
        ("packed", "1.0", "local", "vendor/packed-1.0.tar.gz", (f"sha256:{A}",), 22),
    ]
    assert parsed.requirements[0].index == "https://pypi.org/simple"
    assert ("environments", "sys_platform == 'linux'") in options(parsed)


def test_pylock_that_does_not_follow_the_standard_is_told_and_read_all_the_same():
    """As PDM writes it: an sdist with neither url nor path."""
    text = PYLOCK.replace('url = "https://host/attrs.tar.gz", ', "")
    parsed = read("pylock.toml", text)

    assert codes(parsed) == [(6, "not_by_the_standard")]
    assert parsed.requirements[0].hashes == (f"sha256:{A}", f"sha256:{B}")


UV = f"""\
    version = 1
    requires-python = ">=3.11"

    [[package]]
    name = "ours"
    version = "0.1.0"
    source = {{ virtual = "." }}
    dependencies = [{{ name = "numpy" }}]

    [package.optional-dependencies]
    plot = [{{ name = "pillow" }}]

    [package.dev-dependencies]
    dev = [{{ name = "pytest" }}]

    [[package]]
    name = "numpy"
    version = "2.1.0"
    source = {{ registry = "https://me:secret@host/simple" }}
    resolution-markers = ["python_full_version < '3.12'", "sys_platform == 'win32'"]
    sdist = {{ url = "https://host/numpy.tar.gz", hash = "sha256:{A}", size = 3 }}
    wheels = [{{ url = "https://host/numpy.whl", hash = "sha256:{B}" }}]

    [[package]]
    name = "numpy"
    version = "2.2.0"
    source = {{ registry = "https://pypi.org/simple" }}
    resolution-markers = ["python_full_version >= '3.12'"]

    [[package]]
    name = "pillow"
    version = "11.0.0"
    source = {{ git = "https://host/pillow?rev=main#abc" }}
    dependencies = [{{ name = "numpy" }}]

    [[package]]
    name = "pytest"
    version = "8.0"
    source = {{ url = "https://host/pytest-8.0.tar.gz" }}
    sdist = {{ hash = "sha256:{A}" }}
"""


def test_uv_keeps_forks_groups_and_sources_and_no_password():
    parsed = read("uv.lock", UV)

    assert rows(parsed, "name", "version", "origin", "groups", "line") == [
        ("ours", "0.1.0", "local", ("main",), 4),
        ("numpy", "2.1.0", "index", ("extra:plot", "main"), 16),
        ("numpy", "2.2.0", "index", ("extra:plot", "main"), 24),
        ("pillow", "11.0.0", "vcs", ("extra:plot",), 30),
        ("pytest", "8.0", "url", ("group:dev",), 36),
    ]
    assert parsed.requirements[1].marker == 'python_full_version < "3.12" or sys_platform == "win32"'
    assert parsed.requirements[1].hashes == (f"sha256:{A}", f"sha256:{B}")
    assert codes(parsed) == [(16, "credential_in_url")]
    assert "secret" not in repr(parsed)


def test_a_source_that_is_not_known_is_not_taken_for_an_index():
    parsed = read("uv.lock", 'version = 2\n[[package]]\nname = "a"\nversion = "1"\nsource = { moon = "far" }\n')

    assert codes(parsed) == [(0, "version_unknown"), (2, "source_unknown")]
    assert [row.name for row in not_pinned(parsed.requirements)] == ["a"]


def test_poetry_of_three_generations():
    new = read("poetry.lock", f"""\
        [[package]]
        name = "Jaraco.Classes"
        version = "3.4.0"
        optional = true
        groups = ["main", "dev"]
        markers = {{main = "extra == 'x'", dev = "sys_platform == 'win32'"}}
        files = [{{file = "j.whl", hash = "sha256:{A}"}}]

        [package.extras]
        docs = ["sphinx"]

        [[package]]
        name = "theirs"
        version = "1.0"
        develop = false
        files = []

        [package.source]
        type = "git"
        url = "https://host/theirs.git"
        reference = "main"
        resolved_reference = "{"1" * 40}"

        [metadata]
        lock-version = "2.1"
        content-hash = "{A}"
        """)  # fmt: skip
    old = read("poetry.lock", f"""\
        [[package]]
        name = "a"
        version = "1.0"
        category = "dev"
        [package.source]
        type = "directory"
        url = "../a"
        [metadata]
        [metadata.files]
        a = [{{file = "a.whl", hash = "sha256:{A}"}}]
        """)  # fmt: skip
    oldest = read("poetry.lock", f'[[package]]\nname = "a"\nversion = "1.0"\n[metadata]\n[metadata.hashes]\na = ["{A}"]\n')

    assert codes(new) == codes(old) == codes(oldest) == []
    assert rows(new, "name", "origin", "extras", "groups", "hashes") == [
        ("jaraco-classes", "index", (), ("dev", "main", "optional"), (f"sha256:{A}",)), ("theirs", "vcs", (), (), ()),
    ]  # fmt: skip
    assert new.requirements[0].marker == 'extra == "x" or sys_platform == "win32"'
    assert new.requirements[1].url == f"git+https://host/theirs.git@{'1' * 40}"
    assert rows(old, "origin", "url", "groups", "hashes") == [("local", "../a", ("dev",), (f"sha256:{A}",))]
    assert rows(oldest, "hashes") == [((f"sha256:{A}",),)]


def test_pdm_keeps_a_package_with_and_without_extras_and_older_hashes():
    parsed = read("pdm.lock", f"""\
        [metadata]
        groups = ["default", "dev"]
        strategy = ["inherit_metadata"]
        lock_version = "4.5.0"
        content_hash = "sha256:{A}"

        [[package]]
        name = "coverage"
        version = "7.6.4"
        groups = ["default"]
        files = [{{file = "coverage.whl", hash = "sha256:{A}"}}]

        [[package]]
        name = "coverage"
        version = "7.6.4"
        extras = ["toml"]
        marker = "python_full_version <= '3.11.0a6'"
        groups = ["dev"]
        files = [{{url = "https://host/coverage.whl", hash = "sha256:{B}"}}]

        [[package]]
        name = "ours"
        version = "0.1"
        path = "./ours"
        editable = true
        """)  # fmt: skip
    older = read(
        "pdm.lock",
        f'[metadata]\n[metadata.files]\n"a 1.0" = [{{file = "a", hash = "sha256:{A}"}}]\n[[package]]\nname="a"\nversion="1.0"',
    )

    assert rows(parsed, "name", "extras", "marker", "origin", "groups", "hashes") == [
        ("coverage", (), "", "index", ("default",), (f"sha256:{A}",)),
        ("coverage", ("toml",), 'python_full_version <= "3.11.0a6"', "index", ("dev",), (f"sha256:{B}",)),
        ("ours", (), "", "editable", (), ()),
    ]
    assert rows(older, "hashes") == [((f"sha256:{A}",),)]


def test_pipfile_reads_every_category_and_the_short_form():
    parsed = parse("Pipfile.lock", json.dumps({
        "_meta": {"hash": {"sha256": A}, "sources": [{"name": "pypi", "url": "https://me:pw@host/simple"}], "requires": {"python_version": "3.11"}},
        "default": {
            "a": {"version": "==5.2", "hashes": [f"sha256:{A}"], "markers": "python_version >= '3.8'", "extras": ["x"], "index": "pypi"},
            "star": {"version": "==5.2.*"}, "any": "*",
            "theirs": {"git": "https://host/theirs.git", "ref": "abc", "editable": True},
        },
        "develop": {"here": {"path": "."}}, "docs": {"there": {"file": "https://host/there-1.zip"}},
    }, indent=1))  # fmt: skip

    assert rows(parsed, "name", "version", "specifier", "origin", "url", "groups") == [
        ("a", "5.2", "==5.2", "index", "", ("default",)),
        ("star", "", "==5.2.*", "index", "", ("default",)),
        ("any", "", "", "index", "", ("default",)),
        ("theirs", "", "", "editable", "git+https://host/theirs.git@abc", ("default",)),
        ("here", "", "", "local", ".", ("develop",)),
        ("there", "", "", "url", "https://host/there-1.zip", ("docs",)),
    ]
    assert [problem.code for problem in parsed.problems] == ["credential_in_url"]
    assert ("index:pypi", "https://***@host/simple") in options(parsed)
    assert parsed.requirements[0].line == 17


@pytest.mark.parametrize(
    ("text", "name", "version", "specifier", "build", "channel"),
    [
        ("numpy", "numpy", "", "", "", ""),
        ("numpy=1.26", "numpy", "", "=1.26", "", ""),
        ("numpy==1.26.4", "numpy", "1.26.4", "==1.26.4", "", ""),
        ("numpy 1.26.4", "numpy", "1.26.4", "1.26.4", "", ""),
        ("numpy=1.26.4=py311_0", "numpy", "1.26.4", "=1.26.4=py311_0", "py311_0", ""),
        ("numpy=1.26.*=*mkl*", "numpy", "", "=1.26.*=*mkl*", "", ""),
        ("numpy 1.26.* *nomkl*", "numpy", "", "1.26.* *nomkl*", "", ""),
        ("numpy >=1.19,<2", "numpy", "", ">=1.19,<2", "", ""),
        ("scikit-learn>0.19.1", "scikit-learn", "", ">0.19.1", "", ""),
        ("conda-forge::Blas=1.0=mkl", "blas", "1.0", "=1.0=mkl", "mkl", "conda-forge"),
        ("conda-forge/linux-64::gcc ==12", "gcc", "12", "==12", "", "conda-forge"),
        ("pytorch[version='>=2',build=*cuda*]", "pytorch", "", ">=2=*cuda*", "", ""),
        ("a[version=1.2,md5=" + M + "]", "a", "1.2", "==1.2", "", ""),
        (f"https://conda.anaconda.org/conda-forge/noarch/tz-data-2024a-h0_1.conda#{M}", "tz-data", "2024a", "==2024a=h0_1", "h0_1",
         "https://conda.anaconda.org/conda-forge"),
    ],
)  # fmt: skip
def test_what_conda_is_asked_for(text, name, version, specifier, build, channel):
    found = read_spec(text)

    assert (found.name, found.version, found.specifier, found.build, found.channel) == (name, version, specifier, build, channel)


@pytest.mark.parametrize("text", ["", "=1.2", "客户", "a[b", "numpy >=1 && rm -rf", "{{ pin }}", "a=", "https://host/a.whl"])
def test_what_conda_cannot_be_asked_for(text):
    assert read_spec(text) is None


ENVIRONMENT = """\
    name: tutorial
    channels: [conda-forge, nvidia]
    dependencies:
      - python=3.10
      - numpy==1.26.4
      - 客户
      - pip:
        - mlflow[extras]==2.1 ; python_version > "3.8"
        - -r more.txt
        - ./wheels/a-1.0-py3-none-any.whl
      - npm: [left-pad]
    prefix: /home/somebody
"""


def test_an_environment_tells_its_channels_in_their_order_and_the_one_that_nobody_named():
    parsed = read("environment.yml", ENVIRONMENT)

    assert [row for row in options(parsed) if row[0].startswith("channel")] == [
        ("channel", "conda-forge"), ("channel", "nvidia"), ("channel:implicit", "defaults"),
    ]  # fmt: skip
    assert rows(parsed, "ecosystem", "name", "version", "origin", "line") == [
        ("conda", "python", "", "index", 4), ("conda", "numpy", "1.26.4", "index", 5),
        ("pypi", "mlflow", "2.1", "index", 8), ("pypi", "a", "1.0", "local", 10),
    ]  # fmt: skip
    assert codes(parsed) == [(6, "spec_not_valid"), (9, "include_not_followed"), (11, "source_unknown")]
    assert ("channel:implicit", "defaults") not in options(read("environment.yml", ENVIRONMENT.replace("nvidia", "nodefaults")))


def test_an_unpinned_environment_gets_the_command_that_pins_it():
    parsed = read("environment.yml", ENVIRONMENT)

    assert command_that_pins("env/environment.yml", parsed) == (
        "conda-lock lock --file env/environment.yml --platform linux-64 --lockfile env/conda-lock.yml"
    )
    assert command_that_pins("it's mine.yml", parsed).startswith("conda-lock lock --file 'it'\"'\"'s mine.yml'")
    assert command_that_pins("pylock.toml", read("pylock.toml", PYLOCK)) == ""


def test_a_python_version_in_yaml_is_no_number():
    parsed = read(
        "python_env.yaml", "python: 3.10\nbuild_dependencies:\n- pip==23.0\ndependencies:\n- a==1\n- -r requirements.txt\n"
    )

    assert ("python", "3.10") in options(parsed)
    assert rows(parsed, "name", "groups", "line") == [("pip", ("build",), 3), ("a", (), 5)]
    assert codes(parsed) == [(6, "include_not_followed")]


CONDA_LOCK = f"""\
    version: 1
    metadata:
      content_hash: {{linux-64: {A}}}
      channels:
      - url: conda-forge
        used_env_vars: []
      platforms: [linux-64]
      sources: [environment.yml]
    package:
    - name: zlib
      version: 1.2.13
      manager: conda
      platform: linux-64
      dependencies: {{}}
      url: https://conda.anaconda.org/conda-forge/linux-64/zlib-1.2.13-h4dc8bfd_5.conda
      hash: {{md5: {M}, sha256: {A}}}
      category: main
      optional: false
    - name: zlib
      version: 9.9
      manager: conda
      platform: osx-64
      url: https://conda.anaconda.org/conda-forge/osx-64/zlib-1.2.13-h8a1eda9_5.conda
      hash: {{sha256: {B}}}
      category: dev
      optional: true
    - name: Requests
      version: 2.32.0
      manager: pip
      platform: linux-64
      url: https://files.pythonhosted.org/packages/requests-2.32.0-py3-none-any.whl
      hash: {{sha256: {A}}}
      category: main
      optional: false
"""


def test_conda_lock_keeps_a_row_for_each_platform():
    parsed = read("conda-lock.yml", CONDA_LOCK)

    assert rows(parsed, "ecosystem", "name", "version", "marker", "groups", "index", "hashes") == [
        ("conda", "zlib", "1.2.13", "platform == 'linux-64'", ("main",), "https://conda.anaconda.org/conda-forge",
         (f"md5:{M}", f"sha256:{A}")),
        ("conda", "zlib", "9.9", "platform == 'osx-64'", ("dev", "optional"), "https://conda.anaconda.org/conda-forge", (f"sha256:{B}",)),
        ("pypi", "requests", "2.32.0", "", ("main", "platform:linux-64"), "", (f"sha256:{A}",)),
    ]  # fmt: skip
    assert parsed.requirements[0].purl == "pkg:conda/zlib@1.2.13?build=h4dc8bfd_5&channel=conda-forge&subdir=linux-64"
    assert not_pinned(parsed.requirements) == without_sha256(parsed.requirements) == []
    assert codes(parsed) == [(19, "purl_differs")]  # the version is not that of the archive


def test_a_list_of_archives_is_told_by_its_first_line():
    text = f"# platform: linux-64\n@EXPLICIT\nhttps://conda.anaconda.org/main/linux-64/zlib-1.2.13-h5_0.conda#{M}\n# pip a @ https://me:pw@host/a-1.whl\n???\n"
    parsed = parse("spec.txt", text)

    assert parsed.format == "conda-explicit"
    assert rows(parsed, "name", "version", "hashes", "line") == [("zlib", "1.2.13", (f"md5:{M}",), 3), ("a", "", (), 4)]
    assert codes(parsed) == [(4, "credential_in_url"), (5, "spec_not_valid")]


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
