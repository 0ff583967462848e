from __future__ import annotations

import csv
import hashlib
import io
import re
import subprocess
from datetime import datetime

import pytest

from config.demo_repository import build
from foundation.canonical import digest
from lineage import mirror
from lineage.components import code_digest_body
from lineage.formats import read_dvc_lock, read_gto_tag, read_metrics, read_params

# The same on every machine. When the story is changed on purpose, these change with it.
HEAD_V7 = "e4362e152a4db22faba5b99ca0f194344b7dbbe1"
HEAD_V8 = "16ceb1baa1120b3d6b146698d9cc1045c36387eb"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return build(tmp_path_factory.mktemp("demo") / "churn")


@pytest.fixture(scope="module")
def mirrored(demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("mirrors") / "churn.git"
    mirror.clone(str(demo.path), path, access=mirror.Access(local_roots=(demo.path.parent,)))
    return path


def git(path, *arguments):
    return subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True, text=True).stdout.strip()


def code_of(path, sha):
    return digest(code_digest_body(mirror.tree_entries(path, sha), {"requirements.txt"}))


def test_the_commit_ids_are_the_same_on_every_machine(demo):
    assert (demo.head_v7, demo.head_v8) == (HEAD_V7, HEAD_V8)


def test_the_identity_and_hooks_of_whoever_starts_the_demo_change_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "init.defaultBranch")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "trunk")

    assert build(tmp_path / "churn").head_v8 == HEAD_V8


def test_a_second_call_describes_what_is_there_also_after_more_commits(tmp_path):
    first = build(tmp_path / "churn")
    git(first.path, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "--allow-empty", "-m", "mine")

    assert build(tmp_path / "churn") == first


def test_a_place_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / "file").write_text("mine")

    with pytest.raises(FileExistsError, match="is not the demo's repository"):
        build(tmp_path / "churn")
    assert (tmp_path / "churn" / "file").read_text() == "mine"


def test_four_people_made_about_twenty_commits_with_one_merge(demo, mirrored):
    rows = list(mirror.commits(mirrored))

    assert len(rows) == 21
    assert {row.author_email for row in rows} == {
        f"{name}@demo.countersign.example" for name in ("sofia", "wei", "marta", "petra")
    }
    assert "王伟 Wei Wang" in {row.author_name for row in rows}
    assert [len(row.parents) for row in rows].count(2) == 1
    assert rows[0].sha == demo.head_v8
    assert all(row.committed_at < datetime.now(row.committed_at.tzinfo) for row in rows)


def test_the_work_tree_is_clean_and_the_objects_are_sound(demo):
    assert git(demo.path, "status", "--porcelain") == ""
    assert git(demo.path, "rev-parse", "HEAD") == demo.head_v8
    assert git(demo.path, "symbolic-ref", "--short", "HEAD") == demo.default_branch
    git(demo.path, "fsck", "--strict", "--no-dangling")


def test_versions_one_to_seven_are_annotated_tags_in_the_language_of_gto(demo, mirrored):
    tags = {ref.name: ref for ref in mirror.refs(mirrored) if ref.kind == "tag"}

    for version in demo.versions.values():
        if version.tag is None:
            assert version.number == "8"
            continue
        assert tags[version.tag].commit == version.commit
        assert tags[version.tag].tag_object
        assert read_gto_tag(version.tag).artifact == "churn-model"
    assert all(read_gto_tag(name) for name in tags)


def test_version_eight_changes_the_lock_file_and_so_not_the_code(demo, mirrored):
    assert [change.path for change in mirror.diff_paths(mirrored, demo.head_v7, demo.head_v8)] == ["requirements.txt"]
    assert code_of(mirrored, demo.head_v7) == code_of(mirrored, demo.head_v8)
    assert code_of(mirrored, demo.versions["6"].commit) != code_of(mirrored, demo.head_v7)
    assert demo.versions["7"].facts.artifact == demo.versions["8"].facts.artifact
    assert mirror.authors_between(mirrored, demo.head_v7, demo.head_v8) == {"marta@demo.countersign.example"}


def test_the_lock_pins_every_package_with_hashes_and_the_last_commit_bumps_one(demo):
    pins = {number: dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", demo.versions[number].lock, re.MULTILINE)) for number in "78"}

    assert {"numpy", "pandas", "scikit-learn", "scipy", "joblib", "threadpoolctl", "python-dateutil", "six"} <= set(pins["7"])
    assert {name for name in pins["7"] if pins["7"][name] != pins["8"][name]} == {"scikit-learn"}
    for block in re.split(r"^(?=[a-z])", demo.versions["8"].lock, flags=re.MULTILINE)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)


def test_the_files_that_are_described_are_those_in_git(demo, mirrored):
    for version in demo.versions.values():
        wanted = [(version.commit, path) for path in version.files]
        found = mirror.read_blobs(mirrored, wanted)
        assert {path: blob.content for (_, path), blob in found.items()} == dict(version.files)
        assert len(mirror.tree_entries(mirrored, version.commit)) == len(version.files)


def test_dvc_lock_has_the_true_hashes_and_parameters_of_its_commit(demo):
    checked = 0
    for version in demo.versions.values():
        if "dvc.lock" not in version.files:
            continue
        prepare, train = read_dvc_lock(version.files["dvc.lock"])
        for item in (*prepare.deps, *train.deps):
            data = version.files.get(item.path)
            if data is not None:
                assert (item.size, item.digest) == (len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())
                checked += 1
        assert train.params["params.yaml"] == read_params(version.files["params.yaml"])
        assert train.outs[0].digest == hashlib.md5(version.facts.artifact, usedforsecurity=False).hexdigest()
    assert checked >= 20


def test_metrics_follow_from_the_confusion_matrix(demo):
    for version in demo.versions.values():
        metrics = read_metrics(version.files["metrics.json"])
        counts = version.facts.confusion
        assert sum(counts.values()) == 10_000
        assert float(metrics["recall"].value) == pytest.approx(counts["tp"] / (counts["tp"] + counts["fn"]), abs=1e-4)
        assert metrics["recall"].dataset == "test"


def test_two_teams_fill_one_column_differently(demo):
    files = demo.versions["8"].files
    dates = {}
    for team in ("onboarding", "billing"):
        rows = list(csv.DictReader(io.StringIO(files[f"data/{team}/customers.csv"].decode())))
        dates[team] = [row["signup_date"] for row in rows]
        assert len(rows) == 300

    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", text) for text in dates["onboarding"])
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4}", text) for text in dates["billing"])
    assert 5 < dates["billing"].count("01/01/1900") < 40


def test_nothing_in_it_is_large(demo):
    assert max(len(data) for data in demo.versions["8"].files.values()) < 50_000
