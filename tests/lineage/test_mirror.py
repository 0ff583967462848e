"""Reading mirrors: commits, refs, trees, files, differences."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime

import pytest

from lineage import mirror
from lineage.mirror import commands

from .conftest import ACCESS, ENVIRONMENT


def sync(mirrored, source):
    return mirror.fetch(mirrored, str(source.path), access=ACCESS)


def plain_log(path):
    layout = "%x1f".join(["%H", "%P", "%T", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%s"])
    done = subprocess.run(
        ["git", f"--git-dir={path}", "log", "--branches", "--tags", f"--format={layout}"],
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    )
    return [line.split("\x1f", 9) for line in done.stdout.decode("utf-8", "replace").rstrip("\n").split("\n")]


def as_plain(row):
    times = [str(int(time.timestamp())) for time in (row.authored_at, row.committed_at)]
    return [
        row.sha, " ".join(row.parents), row.tree, row.author_name, row.author_email, times[0],
        row.committer_name, row.committer_email, times[1], row.subject,
    ]  # fmt: skip


def test_the_commits_are_those_of_git_log_field_by_field(source, mirrored):
    source.commit("second", files={"a": "1"})
    source.git("checkout", "-q", "-b", "side", "HEAD~1")
    source.commit("on the side", files={"b": "2"}, GIT_AUTHOR_DATE="2026-01-02T03:04:05+0800")
    source.git("checkout", "-q", "main")
    source.git("merge", "-q", "--no-ff", "-m", "merge side", "side")
    sync(mirrored, source)

    rows = list(mirror.commits(mirrored))

    assert [as_plain(row) for row in rows] == plain_log(mirrored)
    assert len(rows) == 4
    assert max(len(row.parents) for row in rows) == 2
    assert datetime(2026, 1, 1, 19, 4, 5, tzinfo=UTC) in {row.authored_at for row in rows}


def test_only_commits_that_are_not_known_yet_are_listed(source, mirrored):
    known = [row.sha for row in mirror.commits(mirrored)]
    new = [source.commit("second"), source.commit("third")]
    sync(mirrored, source)

    assert {row.sha for row in mirror.commits(mirrored, since=known)} == set(new)
    assert list(mirror.commits(mirrored, since=new)) == []


def test_known_commits_that_the_mirror_never_had_are_passed_over(mirrored):
    assert len(list(mirror.commits(mirrored, since=["0123456789" * 4]))) == 1


def test_names_and_subjects_may_be_any_bytes(source, mirrored):
    tree = source.git("rev-parse", "HEAD^{tree}").encode()
    raw = (
        b"tree " + tree + b"\nauthor \xff\xfe|\x1b[31m W\xc3\xa9 <we@\xff> 1700000000 +0100\n"
        b"committer \xe7\x8e\x8b\xe4\xbc\x9f <wei@example.org> 1700000001 +0800\n\n"
        b"\xe4\xbf\xae\xe6\xad\xa3 \xff subject|with\tcontrol\x01 signs\n\nbody\n"
    )
    sha = source.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", text_in=raw)
    source.git("update-ref", "refs/heads/odd", sha)
    sync(mirrored, source)

    row = next(row for row in mirror.commits(mirrored) if row.sha == sha)

    assert row.committer_name == "王伟"
    assert row.author_name.startswith("��|")
    assert row.subject.startswith("修正 � subject|with\tcontrol")
    assert row.authored_at == datetime.fromtimestamp(1700000000, UTC)
    assert mirror.commit(mirrored, sha) == row


def test_a_subject_in_another_encoding_arrives_as_text(source, mirrored):
    source.git("config", "i18n.commitEncoding", "gb18030")
    source.write("message", "修正数据".encode("gb18030"))
    source.git("commit", "-q", "--allow-empty", "-F", "message")
    sync(mirrored, source)

    assert next(mirror.commits(mirrored)).subject == "修正数据"


def test_a_time_that_no_calendar_has_is_1970_and_long_texts_are_cut(source, mirrored):
    tree = source.git("rev-parse", "HEAD^{tree}")
    who = f"{'n' * 5000} <x@example.org> 99999999999999 +0000"
    raw = f"tree {tree}\nauthor {who}\ncommitter {who}\n\n{'s' * 5000}\n".encode()
    source.git(
        "update-ref", "refs/heads/odd", source.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", text_in=raw)
    )
    sync(mirrored, source)

    row = next(row for row in mirror.commits(mirrored) if row.author_email == "x@example.org")

    assert row.authored_at.year == 1970
    assert (len(row.author_name), len(row.subject)) == (254, 1000)


def test_a_listing_that_is_left_half_read_leaves_no_process(source, mirrored):
    for number in range(5):
        source.commit(str(number))
    sync(mirrored, source)
    rows = mirror.commits(mirrored)
    next(rows)

    rows.close()

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_branches_and_tags_lead_to_commits_through_any_number_of_tags(source, mirrored):
    head = source.git("rev-parse", "HEAD")
    source.git("tag", "light")
    source.git("tag", "-a", "model@v1.2.0", "-m", "first", GIT_COMMITTER_DATE="2026-01-02T03:04:05Z")
    source.git("tag", "-a", "nested", "-m", "tag of a tag", "model@v1.2.0")
    source.git("tag", "of-a-tree", "HEAD^{tree}")
    source.git("branch", "feature/中文")
    source.git("update-ref", "refs/pull/1/head", head)
    sync(mirrored, source)

    found = {(ref.kind, ref.name): ref for ref in mirror.refs(mirrored)}

    assert set(found) == {
        ("branch", "main"),
        ("branch", "feature/中文"),
        ("tag", "light"),
        ("tag", "model@v1.2.0"),
        ("tag", "nested"),
    }
    assert {ref.commit for ref in found.values()} == {head}
    annotated = found["tag", "model@v1.2.0"]
    assert (annotated.tagger_name, annotated.tagger_email) == ("Wei", "wei@example.org")
    assert annotated.tagged_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert annotated.tag_object not in (None, head)
    assert found["tag", "light"].tag_object is None


def test_only_full_commit_ids_are_accepted(source, mirrored):
    head = source.git("rev-parse", "HEAD")
    for name in (head[:12], head[:39], head.upper(), f"{head}\n", "HEAD", "main", "--all", "", head + "0" * 24):
        with pytest.raises(mirror.MirrorError) as caught:
            mirror.has_commit(mirrored, name)
        assert caught.value.code == "commit.malformed"


def test_a_commit_is_known_if_its_object_is_there_and_is_a_commit(source, mirrored):
    source.git("tag", "-a", "t", "-m", "t")
    sync(mirrored, source)

    assert mirror.has_commit(mirrored, source.git("rev-parse", "HEAD"))
    assert not mirror.has_commit(mirrored, "0" * 40)
    assert not mirror.has_commit(mirrored, source.git("rev-parse", "HEAD^{tree}"))
    assert not mirror.has_commit(mirrored, source.git("rev-parse", "t"))


@pytest.mark.parametrize(
    "question",
    [
        lambda path, sha: mirror.commit(path, sha),
        lambda path, sha: mirror.tree_entries(path, sha),
        lambda path, sha: mirror.diff_paths(path, None, sha),
        lambda path, sha: mirror.authors_between(path, None, sha),
        lambda path, sha: mirror.is_ancestor(path, sha, sha),
    ],
)
def test_a_question_about_a_commit_that_is_not_there_says_so(mirrored, question):
    with pytest.raises(mirror.MirrorError) as caught:
        question(mirrored, "0" * 40)
    assert caught.value.code == "commit.missing"


def test_a_mirror_that_is_not_there_says_so(tmp_path):
    with pytest.raises(mirror.MirrorError) as caught:
        mirror.has_commit(tmp_path / "none.git", "0" * 40)
    assert caught.value.code == "mirror.missing"


def test_ancestry(source, mirrored):
    first, second = source.git("rev-parse", "HEAD"), source.commit("second")
    sync(mirrored, source)

    assert mirror.is_ancestor(mirrored, first, second)
    assert mirror.is_ancestor(mirrored, second, second)
    assert not mirror.is_ancestor(mirrored, second, first)


def test_a_tree_lists_modes_links_and_submodules_with_exact_paths(source, mirrored):
    source.write("run.sh", "#!/bin/sh\n")
    (source.path / "run.sh").chmod(0o755)
    (source.path / "link").symlink_to("README.md")
    source.write("数据/文件 1.csv", "a\n")
    source.write('"quoted"', "q")
    with open(os.fsencode(source.path) + b"/\xff\xfe", "wb") as odd:
        odd.write(b"odd")
    source.git("add", "-A")
    source.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendored")
    source.git("commit", "-q", "-m", "files")
    sha = source.git("rev-parse", "HEAD")
    sync(mirrored, source)

    entries = {entry.path: (entry.mode, entry.type) for entry in mirror.tree_entries(mirrored, sha)}

    assert entries == {
        "README.md": ("100644", "blob"),
        "run.sh": ("100755", "blob"),
        "link": ("120000", "blob"),
        "数据/文件 1.csv": ("100644", "blob"),
        "vendored": ("160000", "commit"),
        '"\\377\\376"': ("100644", "blob"),
        '"\\042quoted\\042"': ("100644", "blob"),
    }


def test_files_are_read_in_bulk_and_those_that_are_not_there_are_left_out(source, mirrored):
    first = source.git("rev-parse", "HEAD")
    second = source.commit(files={"数据/a b.txt": "one\n", "binary": bytes(range(256)) * 10, "empty": "", "big": "x" * 5000})
    sync(mirrored, source)
    wanted = [(first, "README.md"), (second, "数据/a b.txt"), (second, "binary"), (second, "empty"), (second, "big"),
              (first, "binary"), (second, "数据"), (second, "no such file"), (second, "README.md")]  # fmt: skip

    found = mirror.read_blobs(mirrored, wanted, max_bytes=4000)

    assert {key: blob.content for key, blob in found.items()} == {
        (first, "README.md"): b"hello\n",
        (second, "README.md"): b"hello\n",
        (second, "数据/a b.txt"): b"one\n",
        (second, "binary"): bytes(range(256)) * 10,
        (second, "empty"): b"",
        (second, "big"): None,
    }
    assert found[second, "big"].size == 5000
    assert mirror.read_blobs(mirrored, []) == {}


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a\nb", "a\0b"])
def test_a_path_that_leaves_the_tree_is_refused(source, mirrored, path):
    with pytest.raises(mirror.MirrorError) as caught:
        mirror.read_blobs(mirrored, [(source.git("rev-parse", "HEAD"), path)])
    assert caught.value.code == "path.malformed"


def test_differences_name_status_and_lines(source, mirrored):
    old = source.commit(files={"keep": "1\n2\n", "gone": "x\n", "binary": b"\0\1", "数据.csv": "a\n"})
    (source.path / "gone").unlink()
    new = source.commit(files={"keep": "1\n3\n4\n", "new": "n\n", "binary": b"\0\2", "数据.csv": "b\n"})
    sync(mirrored, source)

    changes = {change.path: (change.status, change.added, change.removed) for change in mirror.diff_paths(mirrored, old, new)}

    assert changes == {
        "keep": ("M", 2, 1),
        "gone": ("D", 0, 1),
        "new": ("A", 1, 0),
        "binary": ("M", None, None),
        "数据.csv": ("M", 1, 1),
    }
    assert {change.status for change in mirror.diff_paths(mirrored, None, new)} == {"A"}
    assert mirror.diff_paths(mirrored, new, new) == []


def test_everyone_who_wrote_cowrote_or_committed_is_a_contributor(source, mirrored):
    old = source.git("rev-parse", "HEAD")
    source.commit("a", GIT_AUTHOR_EMAIL="Marta@Example.org")
    new = source.commit("b\n\nCo-authored-by: Petra N <petra@example.org>\nCo-authored-by: Li <李@example.org>")
    sync(mirrored, source)

    everyone = {"marta@example.org", "wei@example.org", "sofia@example.org", "petra@example.org", "李@example.org"}
    assert mirror.authors_between(mirrored, old, new) == everyone
    assert mirror.authors_between(mirrored, new, new) == frozenset()
    assert mirror.authors_between(mirrored, None, old) == {"sofia@example.org", "wei@example.org"}


def test_a_replace_ref_does_not_change_what_a_commit_says(source, mirrored):
    victim, other = source.git("rev-parse", "HEAD"), source.commit("other", files={"evil": "1"})
    sync(mirrored, source)
    subprocess.run(["git", f"--git-dir={mirrored}", "replace", victim, other], env=ENVIRONMENT, check=True)

    assert mirror.commit(mirrored, victim).subject == "first"
    assert [entry.path for entry in mirror.tree_entries(mirrored, victim)] == ["README.md"]


def test_git_sees_nothing_of_the_environment_it_was_started_from(monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_SECRET_KEY", "s")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_SSH_COMMAND", "touch x")

    seen = commands.closed_environment(commands.NO_TRANSPORT)

    assert not {"COUNTERSIGN_SECRET_KEY", "GIT_DIR", "GIT_CONFIG_COUNT", "GIT_SSH_COMMAND"} & set(seen)
    assert seen["GIT_ALLOW_PROTOCOL"] == "none"


def test_a_mirror_is_read_though_the_caller_stands_in_another_repository(source, mirrored, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(source.path / ".git"))
    monkeypatch.chdir(source.path)
    source.commit("not synced yet")

    assert len(list(mirror.commits(mirrored))) == 1


def test_an_answer_beyond_the_limit_is_refused_and_not_held_in_memory(mirrored):
    with pytest.raises(mirror.MirrorError) as caught:
        commands.git(mirrored, "log", "-1", limits=mirror.Limits(answer_bytes=10))
    assert caught.value.code == "mirror.quota"


def test_a_real_repository_reads_as_git_log_has_it(tmp_path):
    """With a path in COUNTERSIGN_TEST_REPOSITORY: the made-up ones above are tame beside what people commit."""
    place = os.environ.get("COUNTERSIGN_TEST_REPOSITORY")
    if not place:
        pytest.skip("COUNTERSIGN_TEST_REPOSITORY is not set")
    path = tmp_path / "m.git"
    mirror.clone(place, path, access=ACCESS)

    rows = list(mirror.commits(path))

    assert [as_plain(row) for row in rows] == plain_log(path)
    assert [mirror.commit(path, row.sha) for row in rows[:50]] == rows[:50]
