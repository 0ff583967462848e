"""What `gate check` exits with: 0 for a clear allow and nothing else; never 1 or 2."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import pytest
from countersign import gate
from countersign.cli import main

from tests.client.conftest import CLIENT
from tests.client.fake_server import COMMIT, FakeServer, check, cut_off, evaluation, hangs_up, problem, says, sleeps

ASK = ["gate", "check", "--model", "churn-model@7", "--env", "production", "--commit", COMMIT]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    """Pauses between questions take a hundredth of their time."""
    sleep = time.sleep
    monkeypatch.setattr(gate.time, "sleep", lambda seconds: sleep(seconds / 100))


def ask(*options, capsys=None):
    code = main([*ASK, *options])
    return (code, json.loads(capsys.readouterr().out)) if capsys else code


@pytest.mark.parametrize(("decision", "code"), [("allow", 0), ("deny", 10), ("pending", 11)])
def test_a_decision_is_the_exit_code(server, capsys, decision, code):
    server.will(says(200, evaluation(decision)))

    assert main(ASK) == code
    printed = capsys.readouterr()
    assert json.loads(printed.out)["decision"] == decision
    assert json.loads(printed.out)["exit_code"] == code
    if decision != "allow":
        for text in ("Security review (0 of 1)", "Security reviewer, churn", "https://portal.example/rq_1"):
            assert text in printed.err


@pytest.mark.parametrize("prefix", ["", "sha256:"])
@pytest.mark.parametrize(("answered", "code"), [("d", 0), ("e", 13)])
def test_an_allow_is_for_the_artifact_that_was_asked_about_however_its_digest_is_written(server, prefix, answered, code):
    allowed = evaluation("allow")
    allowed["subject"]["artifact_sha256"] = prefix + answered * 64
    server.will(says(200, allowed))

    assert main([*ASK, "--artifact", "d" * 64]) == code


@pytest.mark.parametrize("mode", ["warn", "record"])
@pytest.mark.parametrize("decision", ["deny", "pending"])
def test_a_gate_that_only_warns_lets_pass_and_says_so(server, capsys, mode, decision):
    server.will(says(200, evaluation(decision, mode=mode, enforced=False)))

    assert main([*ASK, "--wait", "1h"]) == 0  # and does not wait
    printed = capsys.readouterr()
    assert json.loads(printed.out)["enforced"] is False
    assert "WARNING" in printed.err
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem(401), 12),
        (problem(403), 12),
        (problem(404), 12),
        (problem(400), 13),
        (problem(409), 13),
        (problem(422), 13),
        (problem(405), 13),
        (problem(429), 13),
        (problem(500), 13),
        (problem(503), 13),
        (says(502, b"<html>bad gateway</html>"), 13),
        (says(200, b"<html>a proxy's page</html>"), 13),
        (says(200, b""), 13),
        (says(200, b'{"decision":"allow"'), 13),
        (says(200, b'{"decision":NaN}'), 13),
        (says(200, b"\xff\xfe"), 13),
        (says(200, b"[" * 50000), 13),
        (says(200, []), 13),
        (says(200, {}), 13),
        (says(200, {"decision": "allow"}), 13),
        (says(202, evaluation("allow")), 13),
        (says(200, {**evaluation("allow"), "decision": "ALLOW"}), 13),
        (says(200, {**evaluation("allow"), "decision": ["allow"]}), 13),
        (says(200, evaluation("allow", gate="staging")), 13),
        (says(200, evaluation("deny", mode="prevent", enforced=False)), 13),
        (says(200, evaluation("deny", mode="warn", enforced=True)), 13),
        (says(200, evaluation("deny", mode="off", enforced=False)), 13),
        (says(200, evaluation("deny", enforced=0)), 13),
        (says(200, evaluation("allow", subject=None)), 13),
        (says(200, evaluation("allow", subject={"name": "other", "version": "7", "commit": COMMIT})), 13),
        (says(200, evaluation("allow", subject={"name": "churn-model", "version": "8", "commit": COMMIT})), 13),
        (says(200, evaluation("allow", subject={"name": "churn-model", "version": "7", "commit": "b" * 40})), 13),
        (says(200, evaluation("allow", subject={"name": "churn-model", "version": "7"})), 13),
        (says(200, evaluation("allow", checks=[check("a.b", "unknown")])), 13),
        (says(200, evaluation("allow", checks=[check("a.b", "pass"), check("a.c", "fail")])), 13),
        (says(200, evaluation("allow", checks=None)), 13),
        (says(200, evaluation("allow", checks=["pass"])), 13),
        (says(200, evaluation("pending", id="../users")), 13),
        (says(302, None, Location="http://127.0.0.1:1/"), 13),
        (hangs_up, 13),
        (cut_off, 13),
    ],
)
def test_whatever_is_not_a_decision_is_not_taken_for_one(server, capsys, answer, code):
    server.will(answer)

    assert main([*ASK, "--tries", "2"]) == code
    printed = capsys.readouterr()
    assert json.loads(printed.out)["decision"] is None
    assert FakeServer.token not in printed.out + printed.err


def test_a_check_that_does_not_block_does_not_contradict_an_allow(server):
    server.will(says(200, evaluation("allow", checks=[check("a.b", "fail", blocking=False)])))

    assert ask() == 0


def test_no_answer_in_time_is_no_decision(server):
    server.will(sleeps(3))

    started = time.monotonic()
    assert ask("--timeout", "0.2", "--tries", "2") == 13
    assert time.monotonic() - started < 2


def test_nobody_at_the_address_is_no_decision(monkeypatch, capsys):
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "cs_x")

    assert ask("--url", "http://127.0.0.1:9", "--tries", "1") == 13
    assert "cannot be reached" in capsys.readouterr().err


def test_a_refusal_is_told_with_title_detail_fields_and_request(server, capsys):
    server.will(problem(404))

    ask()
    told = capsys.readouterr().err
    for text in ("Refused (404)", "Because of the test.", "commit: 40 hex digits", "req-1"):
        assert text in told


def test_a_passing_failure_is_tried_again_with_the_same_idempotency_key(server):
    server.will(problem(503), hangs_up, problem(429), says(200, evaluation("allow")))

    assert ask() == 0
    keys = {request["headers"]["idempotency-key"] for request in server.requests}
    assert len(server.requests) == 4
    assert len(keys) == 1


def test_two_runs_never_share_an_idempotency_key(server):
    """A key that came back would bring back yesterday's allow."""
    server.will(says(200, evaluation("allow")))
    ask()
    ask()

    first, second = (request["headers"]["idempotency-key"] for request in server.requests)
    assert first != second


def test_retry_after_is_honoured_and_bounded(server, monkeypatch):
    paused = []
    monkeypatch.setattr(gate.time, "sleep", paused.append)
    server.will(
        says(503, {}, Retry_After="7"),
        says(503, {}, Retry_After="99999"),
        says(503, {}, Retry_After="²"),
        says(503, {}, Retry_After="Fri, 20 Nov 2020 09:00:00 GMT"),
        says(200, evaluation("allow")),
    )

    assert ask() == 0
    assert paused[0] == 7
    assert paused[1] == 60
    assert 0 < paused[2] <= 8
    assert 0 < paused[3] <= 8


def test_waiting_asks_again_until_there_is_a_decision(server):
    server.will(
        says(200, evaluation("pending")),
        says(200, evaluation("pending"), ETag='"r1"'),
        says(304, None, Retry_After="2"),
        problem(503),
        says(200, evaluation("allow")),
    )

    assert ask("--wait", "10m") == 0
    assert [request["method"] for request in server.requests] == ["POST", "GET", "GET", "GET", "GET"]
    assert server.requests[1]["path"] == "/api/v1/evaluations/ev_1"
    assert server.requests[2]["headers"]["if-none-match"] == '"r1"'


@pytest.mark.parametrize(
    ("last", "code"), [(says(304, None), 11), (says(200, evaluation("deny")), 10), (problem(404), 12), (problem(500), 13)]
)
def test_waiting_ends_with_what_is_known_when_the_time_is_up(server, last, code):
    server.will(says(200, evaluation("pending")), last)

    assert ask("--wait", "1s", "--tries", "1") == code


def test_an_answer_about_another_version_while_waiting_is_no_decision(server):
    server.will(
        says(200, evaluation("pending")),
        says(200, evaluation("allow", subject={"name": "other", "version": "7", "commit": COMMIT})),
    )

    assert ask("--wait", "5m") == 13


def test_the_question_names_version_commit_artifact_and_purpose(server, tmp_path):
    artifact = tmp_path / "model.skops"
    artifact.write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    server.will(says(200, evaluation("allow")))
    for given in (str(artifact), digest, f"sha256:{digest}"):
        assert ask("--artifact", given, "--purpose", "rollback") == 0

    for sent in server.requests:
        assert sent["path"] == "/api/v1/gates/production/evaluations"
        assert sent["headers"]["authorization"] == f"Bearer {FakeServer.token}"
        assert sent["body"] == {
            "model_version": {"name": "churn-model", "version": "7"},
            "commit": COMMIT,
            "artifact_sha256": digest,
            "purpose": "rollback",
        }


def test_the_commit_is_that_of_the_checkout_unless_stated(server, checkout, monkeypatch, tmp_path):
    commit = subprocess.run(
        ["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    subject = {"name": "churn-model", "version": "7", "commit": commit}
    server.will(says(200, evaluation("allow", subject=subject)))
    without = ASK[:-2]

    monkeypatch.chdir(checkout)
    assert main(without) == 0
    assert server.requests[-1]["body"]["commit"] == commit
    assert main([*without, "--no-commit"]) == 0
    assert "commit" not in server.requests[-1]["body"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(without) == 3
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--nonsense"],
        ["--model", "churn-model"],
        ["--model", "@7"],
        ["--wait", "soon"],
        ["--wait", "-5"],
        ["--purpose", "test"],
        ["--tries", "0"],
        ["--timeout", "nan"],
        ["--no-commit"],
    ],
)
def test_a_mistake_exits_3(server, options):
    arguments = ASK if options else ["gate"]

    with pytest.raises(SystemExit) as ended:
        main([*arguments, *options])
    assert ended.value.code == 3


@pytest.mark.parametrize(
    "options", [["--commit", "abc123"], ["--commit", "A" * 40], ["--artifact", "missing.bin"], ["--artifact", "."]]
)
def test_a_fact_that_cannot_be_used_exits_3_before_anything_is_asked(server, options):
    assert ask(*options) == 3
    assert not server.requests


def test_a_fault_of_our_own_is_no_decision(server):
    script = (
        "import sys, countersign.gate as g, countersign.__main__ as m\n"
        "g.checked = lambda *a: 1 / 0\n"
        f"sys.argv = {['countersign', *ASK]!r}\n"
        "m.run()"
    )
    server.will(says(200, evaluation("allow")))
    ended = subprocess.run([sys.executable, "-c", script], cwd=CLIENT, capture_output=True, text=True, check=False)

    assert ended.returncode == 13
    assert "fault of countersign itself" in ended.stderr
    assert FakeServer.token not in ended.stderr


def test_reasons_are_written_for_merge_requests_and_job_summaries(server, tmp_path, monkeypatch):
    nasty = check(
        "approval.step.security",
        "fail",
        title="A | <b>title</b> \x1b[2J",
        detail="line\nline",
        action={"label": "x", "url": "javascript:alert(1)"},
    )
    server.will(says(200, evaluation("deny", checks=[nasty, check("a.b", "pass"), check("a.c", "fail", blocking=False)])))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))

    assert ask("--junit", str(tmp_path / "gate.xml"), "--summary", str(tmp_path / "summary.md")) == 10
    suite = ElementTree.parse(tmp_path / "gate.xml").getroot()  # noqa: S314 # written a moment ago
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert "Security reviewer" in suite.find("testcase/failure").text
    for name in ("step.md", "summary.md"):
        text = (tmp_path / name).read_text("utf-8")
        assert "Security reviewer, churn" in text
        assert "https://portal.example/rq_1" in text
        assert "<b>" not in text
        assert "\x1b" not in text
        assert "javascript" not in text


def test_a_summary_that_cannot_be_written_changes_no_decision(server, tmp_path, capsys):
    server.will(says(200, evaluation("deny")))

    assert ask("--junit", str(tmp_path / "no" / "gate.xml")) == 10
    assert "could not be written" in capsys.readouterr().err


def test_text_from_the_server_cannot_steer_the_terminal(server, capsys):
    server.will(says(200, evaluation("deny", summary="\x1b]0;owned\x07\u202e\r\n")))

    ask()
    assert not set("\x1b\x07\u202e\r") & set(capsys.readouterr().err)


@pytest.mark.parametrize(
    "redirect", ["2>&1 | head -c 1 >/dev/null", "| head -c 0", "2>&-", "2>&1 | true", ">/dev/full", "2>/dev/full", ">&- 2>&-"]
)
def test_whoever_stops_reading_gets_no_exit_code_that_means_something_else(server, redirect):
    server.will(says(200, evaluation("pending")))
    command = f'"{sys.executable}" -m countersign {" ".join(ASK)} {redirect}; exit ${{PIPESTATUS[0]}}'
    ran = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=CLIENT,
        env={**os.environ, "COUNTERSIGN_URL": server.url, "COUNTERSIGN_TOKEN": server.token},
        capture_output=True,
        timeout=60,
    )

    assert ran.returncode in (11, 13), (ran.returncode, ran.stderr)
