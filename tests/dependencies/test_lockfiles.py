"""The reader of requirements files against pip's rules, real files and arbitrary text."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from foundation.canonical import digest
from governance.dependencies import lockfiles
from governance.dependencies.lockfiles import LARGEST_FILE, MOST_LINES, parse, requirements_txt
from governance.dependencies.pinning import not_pinned, without_sha256

OURS = Path(__file__).parents[2] / "requirements.txt"
A, B = "a" * 64, "b" * 64


def read(text: str) -> lockfiles.Parsed:
    return parse("requirements.txt", text)


def only(text: str) -> lockfiles.Requirement:
    parsed = read(text)
    assert parsed.problems == ()
    (row,) = parsed.requirements
    return row


def codes(text: str) -> list[str]:
    return [problem.code for problem in read(text).problems]


def meaning(text: str, path: str = "requirements.txt") -> str:
    return digest(parse(path, text).body())


def test_our_own_lock_file_is_read_to_the_last_line_and_locks_everything():
    text = OURS.read_text()
    parsed = parse("requirements.txt", text)

    assert parsed.problems == ()
    assert len(parsed.requirements) == sum(line[:1].isalnum() for line in text.splitlines()) > 50
    assert sum(len(row.hashes) for row in parsed.requirements) == text.count("--hash=sha256:")
    assert not_pinned(parsed.requirements) == []
    assert without_sha256(parsed.requirements) == []
    django = next(row for row in parsed.requirements if row.name == "django")
    assert text.splitlines()[django.line - 1].startswith("django==")
    assert django.purl == f"pkg:pypi/django@{django.version}"


def test_a_requirement_with_continuations_hashes_marker_and_comment_is_one():
    row = only(
        "# 锁定的依赖\n"
        "Foo_Bar.baz[Extra_One,two] == 1.0.post1 ; python_version >= '3.11' \\\n"
        f"    --hash=sha256:{B.upper()} \\\n"
        f"    --hash=sha256:{A}  # 中文注释\n"
    )

    assert row == lockfiles.Requirement(
        name="foo-bar-baz",
        version="1.0.post1",
        specifier="==1.0.post1",
        extras=("extra-one", "two"),
        marker='python_version >= "3.11"',
        purl="pkg:pypi/foo-bar.baz@1.0.post1",
        hashes=(f"sha256:{A}", f"sha256:{B}"),
        line=2,
    )


@pytest.mark.parametrize(
    ("written", "version"),
    [
        ("a==1.0", "1.0"),
        ("a===1.0", "1.0"),
        ("a==1.0+cu121", "1.0+cu121"),
        ("a==1.*", ""),
        ("a>=1.0", ""),
        ("a==1.0,<2", ""),
        ("a", ""),
    ],
)
def test_only_one_exact_version_counts_as_pinned(written, version):
    row = only(written)

    assert row.version == version
    assert bool(not_pinned([row])) == (version == "")


def test_a_local_version_is_escaped_in_the_package_url():
    assert only("torch==2.1+cu121").purl == "pkg:pypi/torch@2.1%2Bcu121"


@pytest.mark.parametrize(
    ("written", "name", "origin", "version"),
    [
        ("pkg @ https://host/pkg-1.0-py3-none-any.whl", "pkg", "url", ""),
        ("pkg @ git+https://host/pkg.git@main", "pkg", "vcs", ""),
        ("git+ssh://git@github.com/acme/Pkg.git@v1#egg=Pkg[all]&subdirectory=x", "pkg", "vcs", ""),
        (f"https://host/a/Pkg-1.0-py3-none-any.whl#sha256={A}", "pkg", "url", "1.0"),
        ("./wheels/pkg-2.0.tar.gz", "pkg", "local", "2.0"),
        ("file:///srv/pkg-2.0.tar.gz", "pkg", "local", "2.0"),
        ("-e git+https://host/pkg.git#egg=pkg", "pkg", "editable", ""),
        ("--editable=../src/pkg#egg=pkg", "pkg", "editable", ""),
    ],
)
def test_what_does_not_come_from_an_index_says_so_and_is_never_pinned(written, name, origin, version):
    row = only(written)

    assert (row.name, row.origin, row.version) == (name, origin, version)
    assert not_pinned([row])


def test_a_hash_in_the_fragment_of_a_url_counts():
    assert only(f"https://host/pkg-1.0-py3-none-any.whl#sha256={A.upper()}").hashes == (f"sha256:{A}",)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("-r base.txt", "include_not_followed"),
        ("-rbase.txt", "include_not_followed"),
        ("--requirement=base.txt", "include_not_followed"),
        ("-c constraints.txt", "constraint_not_followed"),
        ("-e .", "name_unknown"),
        ("git+https://host/pkg.git", "name_unknown"),
        ("./vendored", "name_unknown"),
        ("${TOKEN}pkg==1", "variable_not_expanded"),
        ("pkg = 1.0", "requirement_not_valid"),
        ("pkg==1 ; python_version >>> '3'", "requirement_not_valid"),
        ("pkg==1 ; " + "(" * 1500, "requirement_not_valid"),
        ("p" * 201 + "==1", "requirement_not_valid"),
        ("p" * 2001, "line_too_long"),
        ("pkg==1 --hash=md5:abc", "hash_not_valid"),
        ("pkg==1 --hash=sha256:abc", "hash_not_valid"),
        ("pkg==1 --hash", "option_without_value"),
        ("pkg==1 --config-settings x=y", "option_changes_build"),
        ("pkg==1 --unheard-of", "option_unknown"),
        ("pkg==1 --hash=sha256:" + A + " stray", "option_unknown"),
        ("--hash=sha256:" + A, "option_misplaced"),
        ("-e ./a#egg=a -e ./b#egg=b", "several_editables"),
        ("--index-url 'https://host", "options_not_read"),
        ("--index-url https://me:secret@host/simple", "credential_in_url"),
        ("pkg @ https://me:secret@host/pkg.whl", "credential_in_url"),
    ],
)
def test_what_cannot_be_taken_as_it_stands_is_a_problem_with_its_line(written, code):
    (problem,) = read(f"\n{written}\n").problems

    assert (problem.code, problem.line) == (code, 2)


def test_a_bad_line_does_not_take_the_others_with_it():
    parsed = read("good==1\n???\nalso-good==2\n")

    assert [row.name for row in parsed.requirements] == ["good", "also-good"]
    assert [problem.line for problem in parsed.problems] == [2]


def test_passwords_are_kept_nowhere():
    parsed = read(
        "--extra-index-url https://me:hunter2@host/simple\npkg @ https://me:hunter2@host/x.whl\nbad bad https://me:hunter2@host\n"
    )

    assert "hunter2" not in repr(parsed)
    assert "hunter2" not in lockfiles.without_credentials("# https://me:hunter2@host")


@pytest.mark.parametrize(
    "kept", ["git+ssh://git@github.com/a/b", "https://${USER}:${TOKEN}@host/simple", "git+https://host/a@v1"]
)
def test_what_is_no_secret_stays_readable(kept):
    assert lockfiles.without_credentials(kept) == kept


def test_options_that_change_where_packages_come_from_are_kept_in_order():
    parsed = read("-i https://one/simple\n--extra-index-url=https://two/simple\n--require-hashes --no-index\n")

    assert [(option.name, option.value, option.line) for option in parsed.options] == [
        ("--index-url", "https://one/simple", 1),
        ("--extra-index-url", "https://two/simple", 2),
        ("--require-hashes", "", 3),
        ("--no-index", "", 3),
    ]


def test_nothing_hides_behind_a_line_separator_that_pip_honours():
    assert [row.name for row in read("# a comment\u2028evil==1\x0cworse==2").requirements] == ["evil", "worse"]


def test_a_comment_ends_a_continuation_and_a_hash_sign_inside_a_word_begins_none():
    assert [row.name for row in read("a==1 \\\n# comment \\\nb==2").requirements] == ["a", "b"]
    assert only("pkg @ https://host/x.whl#egg=pkg").url == "https://host/x.whl#egg=pkg"


def test_the_digest_is_of_the_meaning():
    one = meaning(f"a==1 --hash=sha256:{A} --hash=sha256:{B}\nb==2\n")

    assert meaning(f"# note\nB == 2\n\nA==1 \\\n --hash=sha256:{B} \\\n --hash=sha256:{A}") == one


@pytest.mark.parametrize(
    "changed", ["a==1\nb==3", "a==1", "a==1\nb==2 ; sys_platform=='linux'", "a==1\nb==2\n???", "-i https://x\na==1\nb==2"]
)
def test_the_digest_changes_with_what_would_be_installed(changed):
    assert meaning(changed) != meaning("a==1\nb==2")


def test_two_files_that_cannot_be_read_in_different_ways_differ():
    assert meaning("-e .") != meaning("-e ..")
    assert meaning("[a]", "uv.lock") != meaning("[b]", "uv.lock")


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("requirements.txt", "requirements.txt"),
        ("deploy/requirements/base.TXT", "requirements.txt"),
        ("requirements.in", "requirements.txt"),
        ("uv.lock", "uv"),
        ("a\\poetry.lock", "poetry"),
        ("pylock.prod.toml", "pylock"),
        ("env/environment.yml", "conda-environment"),
        ("sbom.cdx.json", "cyclonedx-json"),
        ("Pipfile.lock", "pipfile"),
        ("Makefile", "unknown"),
    ],
)
def test_the_format_is_told_by_the_file_name(path, format):
    assert lockfiles.format_of(path) == format


def test_a_format_that_is_not_known_says_so_and_counts_by_its_bytes():
    parsed = parse("pixi.lock", "version: 6\n")

    assert [problem.code for problem in parsed.problems] == ["format_unknown"]
    assert parsed.fatal is None
    assert parsed.body()["raw"] == parsed.raw_digest


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a==1 # \xff", "not_utf8"),
        ("a==1".encode("utf-16") + b"x", "not_utf8"),
        ("a==1\ud800", "not_utf8"),
        ("a==1\0", "null_character"),
        ("a" * (LARGEST_FILE + 1), "too_large"),
        ("a==1\n" * (MOST_LINES + 1), "too_many_lines"),
    ],
)
def test_a_file_that_is_no_text_or_too_large_is_unusable(content, code):
    fatal = parse("requirements.txt", content).fatal

    assert fatal is not None
    assert fatal.code == code


def test_a_requirements_file_of_powershell_is_read_as_pip_reads_it():
    parsed = parse("requirements.txt", "客户==1\na==1".encode("utf-16"))

    assert [row.name for row in parsed.requirements] == ["a"]
    assert [problem.code for problem in parsed.problems] == ["requirement_not_valid"]


def test_a_byte_order_mark_is_no_part_of_a_name():
    assert [row.name for row in parse("requirements.txt", b"\xef\xbb\xbfa==1").requirements] == ["a"]
    assert [row.name for row in parse("requirements.txt", "\ufeffa==1").requirements] == ["a"]


def test_a_coding_line_that_pip_would_obey_is_a_problem():
    assert codes("# -*- coding: latin-1 -*-\na==1") == ["other_encoding"]
    assert codes("# -*- coding: utf-8 -*-\na==1") == []


def test_four_megabytes_of_blanks_are_read_in_no_time():
    assert read(" " * LARGEST_FILE).problems == ()
    assert codes("a" + " " * 300_000 + "b") == ["line_too_long"]


pieces = st.sampled_from(
    [
        "a==1",
        "\\\n",
        "\n",
        " ",
        "--hash=sha256:" + A,
        "-r x",
        "#",
        ";",
        "'",
        '"',
        "\\",
        "@",
        "://",
        "[",
        "${A}",
        "-e",
        "\u2028",
        "--",
        "=",
        "\r",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(pieces, max_size=30).map("".join), st.binary(max_size=200)))
@example("a==1 ; " + "not " * 400)
@example("a @ http://[")
@example("http://[::1/x-1.0.tar.gz#egg=a")
@settings(max_examples=400, deadline=None)
def test_whatever_is_sent_is_read_without_an_exception_and_has_a_digest(content):
    parsed = parse("requirements.txt", content)

    assert digest(parsed.body()).startswith("sha256:")
    assert all(problem.line >= 0 for problem in parsed.problems)


names = st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?\Z")
versions = st.from_regex(r"\A[0-9]{1,3}(\.[0-9]{1,3}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?\Z")
hashes = st.lists(st.from_regex(r"\A[0-9a-f]{64}\Z"), max_size=4, unique=True)


@given(
    st.lists(st.tuples(names, versions, hashes), max_size=8),
    st.sampled_from([" \\\n    ", " ", "  "]),
    st.sampled_from(["", "  # via x", " #注释"]),
    st.sampled_from(["\n", "\r\n", "\n\n# note\n"]),
)
@settings(deadline=None)
def test_generated_lines_come_back_as_they_were_meant(rows, glue, comment, end):
    text = end.join(
        glue.join([f"{name}=={version}", *(f"--hash=sha256:{value}" for value in values)]) + comment
        for name, version, values in rows
    )

    parsed = read(text)

    assert parsed.problems == ()
    assert [(row.name, row.version, row.hashes) for row in parsed.requirements] == [
        (canonicalize_name(name), version, tuple(sorted(f"sha256:{value}" for value in values))) for name, version, values in rows
    ]


@given(st.text(alphabet="ab=-# \t'\"\\", max_size=25))
def test_options_are_cut_into_words_as_a_shell_would(text):
    try:
        expected = shlex.split(text)
    except ValueError:
        with pytest.raises(Exception, match=r"quote|backslash"):
            requirements_txt.split_words(text)
    else:
        assert requirements_txt.split_words(text) == expected
