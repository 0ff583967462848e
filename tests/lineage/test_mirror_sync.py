from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lineage import mirror
from lineage.mirror import commands

from .conftest import ACCESS

ROOT = Path(__file__).resolve().parents[2]


def fetch(mirrored, source, **limits):
    return mirror.fetch(mirrored, str(source.path), access=ACCESS, limits=mirror.Limits(**limits))


def code(caught):
    return caught.value.code


def slow_git(tmp_path, monkeypatch, command, then="exec"):
    """A `git` first on PATH that stalls, with a child of its own, when asked for `command`."""
    real = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / "git"
    script.write_text(
        f'#!/bin/sh\nfor word in "$@"; do if [ "$word" = "{command}" ]; then\n'
        f'  sleep 300 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/parent; wait; fi; done\nexec {real} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def wait_for(path):
    for _ in range(200):
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path} never appeared")


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_ended(pid, seconds=20):
    """Whether the process ends soon: a killed one is gone when the kernel next gives it a turn, which on a busy machine is not at once."""
    until = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not is_running(pid)


def test_a_clone_is_a_bare_mirror_without_hooks_or_work_tree(source, mirrored):
    assert {"HEAD", "config", "objects", "refs"} <= {entry.name for entry in mirrored.iterdir()}
    assert not (mirrored / "hooks").exists()
    assert not (mirrored / "README.md").exists()
    assert (mirrored / "objects" / "info" / "commit-graph").is_file()
    assert [entry.name for entry in mirrored.parent.iterdir() if ".new-" in entry.name] == []


def test_a_clone_never_overwrites(source, mirrored):
    with pytest.raises(mirror.MirrorError) as caught:
        mirror.clone(str(source.path), mirrored, access=ACCESS)
    assert code(caught) == "mirror.exists"


def test_a_repository_without_commits_is_mirrored_as_such(tmp_path):
    empty, path = tmp_path / "empty", tmp_path / "m.git"
    subprocess.run(["git", "init", "-q", str(empty)], check=True)

    mirror.clone(str(empty), path, access=ACCESS)

    assert list(mirror.commits(path)) == []
    assert mirror.refs(path) == []
    assert mirror.fetch(path, str(empty), access=ACCESS) is False


def test_a_fetch_says_whether_anything_changed(source, mirrored):
    assert fetch(mirrored, source) is False
    head = source.commit("second")
    assert fetch(mirrored, source) is True
    assert fetch(mirrored, source) is False
    source.git("tag", "-a", "t", "-m", "t")
    assert fetch(mirrored, source) is True
    source.git("tag", "-d", "t")
    assert fetch(mirrored, source) is True
    assert [(ref.name, ref.commit) for ref in mirror.refs(mirrored)] == [("main", head)]


def test_a_branch_may_become_a_folder_of_branches(source, mirrored):
    source.git("branch", "a")
    fetch(mirrored, source)
    source.git("branch", "-D", "a")
    source.git("branch", "a/b")

    assert fetch(mirrored, source) is True
    assert {ref.name for ref in mirror.refs(mirrored)} == {"main", "a/b"}


def test_the_default_branch_follows_its_repository(source, mirrored):
    assert mirror.default_branch(mirrored) == "main"
    source.git("branch", "-m", "main", "trunk")

    assert fetch(mirrored, source) is True
    assert mirror.default_branch(mirrored) == "trunk"


def test_commits_that_a_rewritten_branch_left_behind_stay_readable(source, mirrored):
    lost = source.commit("will be rewritten", files={"evidence": "1"})
    fetch(mirrored, source)
    source.git("reset", "-q", "--hard", "HEAD~1")
    for number in range(4):
        source.commit(f"instead {number}", files={"x": str(number)})
        fetch(mirrored, source)
    source.git("reflog", "expire", "--expire=now", "--all")
    source.git("gc", "-q", "--prune=now")
    fetch(mirrored, source)

    assert lost not in {row.sha for row in mirror.commits(mirrored)}
    assert mirror.has_commit(mirrored, lost)
    assert mirror.read_blobs(mirrored, [(lost, "evidence")])[lost, "evidence"].content == b"1"


def test_many_small_fetches_do_not_leave_many_packs(source, mirrored):
    for number in range(12):
        source.commit(f"{number}", files={"x": str(number)})
        fetch(mirrored, source)

    assert len(list((mirrored / "objects" / "pack").glob("*.pack"))) <= 5
    assert len(list(mirror.commits(mirrored))) == 13


def test_a_fetch_goes_nowhere_that_a_clone_may_not_go(source, mirrored):
    for url in ("ext::sh -c x", "http://git.example.com/a", str(source.path)):
        with pytest.raises(mirror.MirrorError) as caught:
            mirror.fetch(mirrored, url)
        assert code(caught).startswith("address.")


def test_git_itself_refuses_a_transport_that_the_address_did_not_have(source, mirrored):
    transport = commands.Transport("https")
    for url in (f"file://{source.path}", str(source.path), "ext::true"):
        with pytest.raises(mirror.MirrorError) as caught:
            commands.git(mirrored, "ls-remote", "--", url, transport=transport)
        assert code(caught) == "address.scheme"


def test_hooks_and_commands_in_the_repository_s_configuration_do_not_run(source, mirrored, tmp_path):
    flag = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {flag}\n")
    script.chmod(0o755)
    for hooks in (source.path / ".git" / "hooks", mirrored / "hooks"):
        hooks.mkdir(exist_ok=True)
        for name in ("post-update", "reference-transaction", "post-checkout", "pre-auto-gc"):
            (hooks / name).write_text(script.read_text())
            (hooks / name).chmod(0o755)
    for key in ("core.fsmonitor", "uploadpack.packObjectsHook", "core.sshCommand", "diff.external"):
        source.git("config", key, str(script))
    source.commit("next", files={"a": "1"})
    flag.unlink(missing_ok=True)

    fetch(mirrored, source)

    assert not flag.exists()


def test_two_workers_cannot_fetch_into_one_mirror(source, mirrored):
    with open(mirrored.with_name(f"{mirrored.name}.lock"), "ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(mirror.MirrorError) as caught:
            fetch(mirrored, source)
        assert code(caught) == "mirror.busy"
        with pytest.raises(mirror.MirrorError):
            fetch(mirrored, source, lock_seconds=0.2)
    assert fetch(mirrored, source) is False


def test_workers_that_wait_for_each_other_all_get_through(source, mirrored):
    source.commit("second")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(fetch(mirrored, source, lock_seconds=30))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False, False, False, True]


def test_a_command_that_takes_too_long_is_ended_with_its_children(source, mirrored, tmp_path, monkeypatch):
    slow_git(tmp_path, monkeypatch, "fetch")
    source.commit("second")
    started = time.monotonic()

    with pytest.raises(mirror.MirrorError) as caught:
        fetch(mirrored, source, seconds=1)

    assert code(caught) == "mirror.timeout"
    assert time.monotonic() - started < 10
    assert is_ended(wait_for(tmp_path / "child"))
    assert len(list(mirror.commits(mirrored))) == 1


def test_a_listing_that_stalls_is_ended(mirrored, tmp_path, monkeypatch):
    slow_git(tmp_path, monkeypatch, "log")
    with pytest.raises(mirror.MirrorError) as caught, commands.stream(mirrored, "log", limits=mirror.Limits(seconds=0.5)) as pipe:
        pipe.read()
    assert code(caught) == "mirror.timeout"
    assert is_ended(wait_for(tmp_path / "child"))


def test_a_clone_that_grows_beyond_its_quota_leaves_nothing(source, tmp_path):
    source.commit("big", files={"big": os.urandom(300_000)})
    path = tmp_path / "mirrors" / "m.git"

    with pytest.raises(mirror.MirrorError) as caught:
        mirror.clone(str(source.path), path, access=ACCESS, limits=mirror.Limits(mirror_bytes=100_000))

    assert code(caught) == "mirror.quota"
    assert [entry.name for entry in path.parent.iterdir()] == ["m.git.lock"]


def test_a_clone_whose_worker_is_killed_leaves_no_half_mirror_and_can_be_repeated(source, tmp_path, monkeypatch):
    slow_git(tmp_path, monkeypatch, "fetch")
    path = tmp_path / "mirrors" / "m.git"
    program = (
        "import sys; from pathlib import Path; from lineage import mirror\n"
        "mirror.clone(sys.argv[1], Path(sys.argv[2]), access=mirror.Access(allow_local=True))"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, str(source.path), str(path)], cwd=ROOT)
    child, stalled = wait_for(tmp_path / "child"), wait_for(tmp_path / "parent")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert not path.exists()
    assert list(path.parent.glob("m.git.new-*"))

    os.killpg(stalled, signal.SIGKILL)
    assert child
    monkeypatch.setenv("PATH", os.environ["PATH"].split(":", 1)[1])
    mirror.clone(str(source.path), path, access=ACCESS)

    assert len(list(mirror.commits(path))) == 1
    assert list(path.parent.glob("m.git.new-*")) == []


def test_what_a_killed_git_left_behind_does_not_block_the_next_fetch(source, mirrored):
    source.commit("second")
    for name in (
        "packed-refs.lock",
        "HEAD.lock",
        "refs/heads/main.lock",
        "objects/pack/tmp_pack_x",
        "objects/info/commit-graph.lock",
    ):
        (mirrored / name).parent.mkdir(parents=True, exist_ok=True)
        (mirrored / name).write_text("x")

    assert fetch(mirrored, source) is True
    assert not (mirrored / "objects/pack/tmp_pack_x").exists()
    assert not (mirrored / "packed-refs.lock").exists()


def test_a_fetch_is_not_reported_as_failed_because_tidying_failed(source, mirrored, tmp_path, monkeypatch, caplog):
    slow_git(tmp_path, monkeypatch, "repack")
    source.commit("second")

    assert fetch(mirrored, source, seconds=1) is True
    assert "not tidied" in caplog.text


def test_a_repository_that_is_gone_says_so_and_keeps_the_mirror(source, mirrored):
    source.path.rename(source.path.with_name("moved"))
    with pytest.raises(mirror.MirrorError) as caught:
        fetch(mirrored, source)
    assert code(caught) == "remote.not_found"
    assert len(list(mirror.commits(mirrored))) == 1


def test_a_mirror_that_is_missing_is_not_made_by_a_fetch(source, tmp_path):
    with pytest.raises(mirror.MirrorError) as caught:
        mirror.fetch(tmp_path / "none.git", str(source.path), access=ACCESS)
    assert code(caught) == "mirror.missing"


def test_an_object_that_is_malformed_is_refused_at_the_door(source, mirrored):
    tree = source.git("rev-parse", "HEAD^{tree}")
    dot_git = b"40000 .git\0" + bytes.fromhex(tree)
    bad = source.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", text_in=dot_git)
    commit = source.git("commit-tree", bad, "-m", "bad")
    source.git("update-ref", "refs/heads/bad", commit)

    with pytest.raises(mirror.MirrorError) as caught:
        fetch(mirrored, source)

    assert code(caught) == "remote.corrupt"
    assert [ref.name for ref in mirror.refs(mirrored)] == ["main"]


def test_a_token_is_in_no_argument_and_in_no_text_of_ours(source):
    access = replace(ACCESS, token="glpat-secret")

    assert "glpat" not in repr(access)
    assert "secret" not in repr(commands.Transport("https", {}, {"COUNTERSIGN_GIT_TOKEN": "secret"}))
