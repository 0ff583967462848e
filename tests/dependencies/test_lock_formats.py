"""The readers of locks for Python packages: what each says of the odd things that real files hold."""

from __future__ import annotations

import json

from governance.dependencies.lockfiles import parse
from governance.dependencies.pinning import not_pinned
from tests.dependencies.lock_texts import A, B, codes, options, read, rows

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
