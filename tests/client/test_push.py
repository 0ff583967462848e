"""What `push` sends: facts that were read and hashed here, and what it says when it cannot."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest
from countersign import files
from countersign.checkout import without_credentials
from countersign.cli import main

from tests.client.fake_server import FakeServer, problem, says

BASE = ["push", "--use-case", "churn", "--model", "churn-model", "--version", "7"]


def sha(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def folder(checkout, monkeypatch, server):
    """A clean checkout as the working folder, and a server that registers whatever comes."""
    monkeypatch.chdir(checkout)
    server.will(says(201, {"id": "mv_1"}))
    return checkout


def sent(server, *options):
    assert main([*BASE, *options, "--tries", "1"]) == 0
    return server.requests[-1]["body"]


def test_commit_state_and_origin_come_from_git(folder, server):
    body = sent(server)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()

    assert server.requests[-1]["path"] == "/api/v1/model-versions"
    assert (body["commit"], body["dirty"], body["porcelain_sha256"]) == (commit, False, None)
    assert body["repository"] == "https://git.example.com/acme/churn"  # without the credentials of the remote
    assert (body["use_case"], body["kind"], body["registry"], body["name"], body["version"]) == (
        "churn",
        "model",
        "ci",
        "churn-model",
        "7",
    )
    assert body["dependency_sets"] == []
    assert body["datasets"] == []


def test_changes_that_are_not_committed_are_stated(folder, server):
    (folder / "new.py").write_text("x")
    body = sent(server, "--repository", "https://other.example/r")

    assert (body["dirty"], body["porcelain_sha256"]) == (True, sha(b"?? new.py\n"))
    assert body["repository"] == "https://other.example/r"


def test_another_commit_than_the_one_checked_out_says_nothing_about_changes(folder, server):
    body = sent(server, "--commit", "b" * 40)

    assert body["commit"] == "b" * 40
    assert "dirty" not in body


def test_outside_a_repository_a_version_goes_without_commit(server, tmp_path, monkeypatch, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    server.will(says(201, {"id": "mv_1"}))

    assert "commit" not in sent(server, "--kind", "external_service")
    assert "without a commit" in capsys.readouterr().err


def test_a_repository_without_commits_is_said(server, tmp_path, monkeypatch, capsys):
    subprocess.run(["git", "init", "-q", tmp_path / "fresh"], check=True)
    monkeypatch.chdir(tmp_path / "fresh")

    assert main(BASE) == 3
    assert "without a commit" in capsys.readouterr().err


def test_files_are_hashed_here_and_their_content_stays(folder, server):
    (folder / "model.skops").write_bytes(b"weights")
    (folder / "train.csv").write_bytes(b"customer_id,signup_date\n1,2026-01-01\n2,2026-01-02\n")
    (folder / "labels.parquet").write_bytes(b"PAR1")
    body = sent(
        server,
        "--artifact",
        "model.skops",
        "--artifact-uri",
        "s3://m/7",
        "--data",
        "train=train.csv",
        "--data",
        "labels:churned=labels.parquet",
    )

    assert body["artifact"] == {"uri": "s3://m/7", "sha256": sha(b"weights"), "size": 7, "serialization": "skops"}
    assert body["datasets"] == [
        {
            "role": "train",
            "name": "train",
            "digest": "sha256:" + sha((folder / "train.csv").read_bytes()),
            "rows": 2,
            "columns": ["customer_id", "signup_date"],
        },
        {"role": "labels", "name": "churned", "digest": "sha256:" + sha(b"PAR1")},
    ]
    assert "2026-01-01" not in server.requests[-1]["text"]


def test_files_are_sent_as_they_are_with_their_path_in_the_repository(folder, server):
    (folder / "params.json").write_text('{"rate": 0.10000000000000000001, "depth": 6, "big": 1e400}')
    (folder / "metrics.yaml").write_text("recall: 0.71\n")
    (folder / "requirements.txt").write_text("a==1\n")
    (folder / "dvc.lock").write_text("schema: '2.0'\n")
    (folder / "cm.json").write_text('{"dataset":"test","tp":142,"fp":260,"fn":58,"tn":9540}')
    body = sent(
        server,
        "--params",
        "params.json",
        "--metrics",
        "metrics.yaml",
        "--lock",
        "requirements.txt",
        "--dvc-lock",
        "dvc.lock",
        "--confusion",
        "cm.json",
    )

    assert body["params_file"] == {"path": "params.json", "content": '{"rate": 0.10000000000000000001, "depth": 6, "big": 1e400}'}
    assert "params" not in body
    assert "metrics" not in body
    assert body["metrics_file"] == {"path": "metrics.yaml", "content": "recall: 0.71\n"}
    assert body["dvc_lock"] == {"path": "dvc.lock", "content": "schema: '2.0'\n"}
    assert body["dependency_sets"] == [{"path": "requirements.txt", "content": "a==1\n"}]
    assert body["runtime"] == {"kind": "lock", "image_digest": None, "config": {}}
    assert json.loads(body["confusion_file"]["content"])["tn"] == 9540


def test_an_image_is_named_by_digest(folder, server, capsys):
    digest = "sha256:" + "c" * 64

    assert sent(server, "--runtime-image", f"registry.example/churn@{digest}")["runtime"]["image_digest"] == digest
    assert main([*BASE, "--runtime-image", "churn:latest"]) == 3


@pytest.mark.parametrize(
    ("option", "name", "content", "reason"),
    [
        ("--lock", "missing.txt", None, "No such file"),
        ("--lock", ".", None, "folder"),
        ("--lock", "bad.txt", b"\xff\xfe", "not UTF-8 (byte 0)"),
        ("--lock", "zero.txt", b"a\0b", "zero byte"),
        ("--lock", "large.txt", b"x" * 5_000_001, "larger than"),
        ("--params", "p.json", b'{"a": NaN}', "not JSON"),
        ("--params", "p.json", b'{"a": 1, "a": 2}', "'a' stands twice"),
        ("--params", "p.json", b"[1]", "object"),
        ("--params", "p.json", b'{"a": 1e99999999999999999999}', "not JSON"),
        ("--metrics", "m.json", b"{", "line 1"),
        ("--confusion", "c.json", b'{"tp": 1.5}', "tp must be a whole number"),
        ("--data", "train=missing.csv", None, "No such file"),
        ("--data", "missing.csv", None, "ROLE=FILE"),
        ("--artifact", "missing.bin", None, "No such file"),
        ("--dvc-lock", "missing.lock", None, "No such file"),
        ("--repo-dir", "nowhere", None, "not a folder"),
        ("--commit", "abc", None, "40 hex"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_with_the_reason(folder, server, capsys, option, name, content, reason):
    if content is not None:
        (folder / name).write_bytes(content)

    assert main([*BASE, option, name]) == 3
    told = capsys.readouterr().err
    assert reason in told
    assert name.rpartition("=")[2] in told
    assert not server.requests


@pytest.mark.parametrize(("status", "code"), [(400, 4), (409, 4), (413, 4), (422, 4), (401, 12), (403, 12), (404, 12), (500, 13)])
def test_a_refusal_has_its_exit_code(folder, server, capsys, status, code):
    server.will(problem(status))

    assert main([*BASE, "--tries", "1"]) == code
    printed = capsys.readouterr()
    assert "Because of the test." in printed.err
    assert json.loads(printed.out)["problem"]["code"] == "test"


def test_a_request_that_is_still_being_worked_on_is_asked_again(folder, server, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    server.will(problem(409, code="idempotency.in_flight"), says(200, {"id": "mv_1"}))

    assert main(BASE) == 0


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://ci:token@git.example/r.git", "https://git.example/r.git"),
        ("https://token@git.example:8443/r", "https://git.example:8443/r"),
        ("https://git.example/r?private_token=x", "https://git.example/r"),
        ("ssh://git:word@git.example/r", "ssh://git@git.example/r"),
        ("git@git.example:acme/r.git", "git@git.example:acme/r.git"),
        ("/srv/git/r.git", "/srv/git/r.git"),
    ],
)
def test_no_credentials_of_a_remote_are_sent(url, sent):
    assert without_credentials(url) == sent


@pytest.mark.parametrize(
    ("name", "content", "columns", "rows"),
    [
        ("a.csv", b"id,name\r\n1,\"x\ny\"\r\n\r\n2,z\r\n", ["id", "name"], 2),
        ("a.csv", b"\xef\xbb\xbfid;name\n1;x", ["id", "name"], 1),
        ("a.csv", "客户,日期\n1,2\n".encode("gb18030"), ["客户", "日期"], 1),
        ("a.tsv", b"id\tname, full\n1\tx\n", ["id", "name, full"], 1),
        ("a.csv", b"", [], 0),
    ],
)  # fmt: skip
def test_columns_and_rows_of_a_table_are_counted(tmp_path, name, content, columns, rows):
    (tmp_path / name).write_bytes(content)
    digest, table = files.data_file(str(tmp_path / name), "--data")

    assert digest == sha(content)
    assert (table.columns, table.rows) == (columns, rows)


@pytest.mark.parametrize("content", [b"caf\xe9,\xff\xff\n1,2\n", b'a,b\n"open,1\n'])
def test_a_table_that_cannot_be_read_is_still_hashed_and_said(tmp_path, content, capsys):
    (tmp_path / "a.csv").write_bytes(content)
    digest, table = files.data_file(str(tmp_path / "a.csv"), "--data")

    assert (digest, table) == (sha(content), None)
    assert "sent without columns" in capsys.readouterr().err


def test_the_token_is_needed_and_named(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("COUNTERSIGN_URL", "https://cs.example")

    assert main(BASE) == 3
    assert "COUNTERSIGN_TOKEN" in capsys.readouterr().err
    assert FakeServer.token not in capsys.readouterr().err
