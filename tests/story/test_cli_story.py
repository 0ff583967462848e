"""The whole story through the command line and HTTP, against processes that really run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.story.conftest import blocking, git
from tests.story.installation import CLIENT, Api, Installation, until
from tests.story.pipeline import Pipeline

pytestmark = pytest.mark.slow
OTHER_COMMIT = "f" * 40
OTHER_ARTIFACT = "e" * 64
REVIEWERS = {"validation": "victor", "data": "dina", "security": "samira", "business": "bruno"}


def test_from_push_to_a_report_that_is_verified_without_the_server(
    server: Installation, pipeline: Pipeline, tmp_path: Path
) -> None:
    _the_repository_is_mirrored(server, pipeline)
    request = _ci_pushes_and_asks(server, pipeline)
    _nobody_approves_their_own_work(server, request)
    _reviewers_judge(server, request)
    _the_gate_opens_for_these_bytes_only(pipeline)
    _a_new_lock_file_asks_security_only(server, pipeline, request)
    _the_report_outlives_the_server(server, tmp_path)


def _the_repository_is_mirrored(server: Installation, pipeline: Pipeline) -> None:
    lead = server.api(server.token("petra"))
    row = next(row for row in lead.all("repositories") if row["url"] == str(pipeline.repository.path))
    commits = lead.all(f"repositories/{row['id']}/commits")
    listed = git("rev-list", "--all", cwd=pipeline.repository.path).split()
    assert {commit["sha"] for commit in commits} == set(listed)
    people = {grant["role"] for grant in lead.all("use-cases/churn/roles")}
    assert {"business_owner", "security_reviewer", "data_governance", "model_validator"} <= people


def _ci_pushes_and_asks(server: Installation, pipeline: Pipeline) -> str:
    pushed = pipeline.push("7")
    assert pushed.code == 0, pushed.text
    assert pushed.body["id"] == server.demo["model_version"]  # what the demo told is what the client tells
    other = pipeline.push("7", "--registry", "elsewhere", "--runtime-image", "sha256:" + "0" * 64)
    assert other.code == 4  # other bytes under a name that is taken
    asked = pipeline.request("7")
    assert asked.code == 0, asked.text
    assert asked.body["state"] == "open"

    answer = pipeline.gate("7")
    assert answer.code == 11, answer.text
    waiting = blocking(answer.body)
    assert {check["code"] for check in waiting} == {f"approval.step.{step}" for step in REVIEWERS}
    for check in waiting:
        assert check["actors"], check
        assert check["action"]["url"].startswith(f"{server.url}/"), check
        assert check["title"] in answer.text
        assert check["action"]["url"] in answer.text
    return str(asked.body["id"])


def _nobody_approves_their_own_work(server: Installation, request: str) -> None:
    author = server.api(server.token("sofia"))
    digest = author.get(f"requests/{request}").body["digest"]
    ballot = {"step": "validation", "verdict": "approve", "digest": digest, "comment": ""}
    without_role = author.post(f"requests/{request}/ballots", ballot)
    assert (without_role.status, without_role.body["code"]) == (403, "ballot.no_role")

    given = server.api(server.token("petra")).post("use-cases/churn/roles", {"user": "sofia", "role": "model_validator"})
    assert given.status == 201, given.body
    with_role = author.post(f"requests/{request}/ballots", ballot)
    assert (with_role.status, with_role.body["code"]) == (403, "ballot.contributor")
    machine = server.api(server.demo["ci_token"]).post(f"requests/{request}/ballots", ballot)
    assert machine.status == 403


def _reviewers_judge(server: Installation, request: str) -> None:
    samira = server.api(server.token("samira"))
    turn = _turn(samira, request)
    assert turn["step"] == "security"
    assert turn["why"]
    refused = _vote(samira, request, "security", "request_changes", "")
    assert refused.status == 400  # an objection needs a word why
    assert _vote(samira, request, "security", "request_changes", "Where does pandas come from?").status == 201
    asked = samira.get(f"requests/{request}").body
    assert asked["substate"] == "changes_requested"
    marta = server.api(server.token("marta"))
    assert _turn(marta, request)["why"]
    again = marta.post(f"requests/{request}/resubmit", {"comment": "From the index named in the lock file."})
    assert (again.status, again.body["round"]) == (200, 2)

    assert not _turns(server.api(server.token("bruno")), request)  # business comes after validation
    for step, username in REVIEWERS.items():
        reviewer = server.api(server.token(username))
        turn = _turn(reviewer, request)
        assert turn["step"] == step
        packet = next(item for item in reviewer.get(f"requests/{request}").body["steps"] if item["key"] == step)
        assert packet["covers"]
        assert _vote(reviewer, request, step, "approve", f"{step}: looked at it").status == 201
        assert not _turns(reviewer, request)
    assert samira.get(f"requests/{request}").body["state"] == "approved"


def _the_gate_opens_for_these_bytes_only(pipeline: Pipeline) -> None:
    allowed = pipeline.gate("7")
    assert allowed.code == 0, allowed.text
    assert allowed.body["decision"] == "allow"
    assert allowed.body["subject"]["commit"] == pipeline.repository.head_v7
    assert allowed.body["expires_at"]
    assert allowed.body["checkpoint"]
    assert pipeline.gate("7", "--commit", OTHER_COMMIT).code == 10
    assert pipeline.gate("7", "--commit", pipeline.repository.head_v8).code == 10
    assert pipeline.gate("7", "--artifact", OTHER_ARTIFACT).code == 10
    assert pipeline.gate("7").code == 0  # asking about others changed nothing
    unknown = pipeline.run("7", "gate", "check", "--model", "churn-model@99", "--env", "production")
    assert unknown.code == 12


def _a_new_lock_file_asks_security_only(server: Installation, pipeline: Pipeline, before: str) -> None:
    pushed = pipeline.push("8")
    assert (pushed.code, pushed.body["created"]) == (0, True), pushed.text
    assert pipeline.gate("8").code == 11  # nobody has asked
    asked = pipeline.request("8")
    assert asked.code == 0, asked.text
    request = asked.body["id"]
    assert asked.body["inherits_from"] == before
    steps = {step["key"]: step for step in asked.body["steps"]}
    assert {key: step["state"] for key, step in steps.items()} == {
        "validation": "met",
        "data": "met",
        "security": "pending",
        "business": "met",
    }
    for key in ("validation", "data", "business"):
        assert [ballot["inherited_from"] for ballot in steps[key]["approved_by"]] == [before]
    assert steps["security"]["changed_components"] == ["dependencies"]

    answer = pipeline.gate("8")
    assert answer.code == 11
    assert [check["code"] for check in blocking(answer.body)] == ["approval.step.security"]
    for username in ("victor", "dina", "bruno"):
        assert not _turns(server.api(server.token(username)), request)
    samira = server.api(server.token("samira"))
    assert "dependencies" in _turn(samira, request)["why"]
    assert _vote(samira, request, "security", "approve", "Only scikit-learn moved").status == 201
    assert pipeline.gate("8").code == 0
    assert pipeline.gate("7").code == 0  # an approval is not ended by the next one


def _the_report_outlives_the_server(server: Installation, folder: Path) -> None:
    auditor = server.api(server.token("aude"))
    asked = auditor.post("reports", {"kind": "use_case", "scope": "churn", "language": "en"})
    assert asked.status == 202, asked.body
    seen: set[tuple[str, int]] = set()

    def finished() -> bool:
        job = auditor.get(f"jobs/{asked.body['job']}").body
        seen.add((job["state"], job["percent"]))
        assert job["state"] in ("queued", "running", "done"), job
        return bool(job["state"] == "done")

    until(finished, "the report is rendered")
    assert auditor.get(f"reports/{asked.body['id']}").body["state"] == "done"
    report = folder / "report.pdf"
    report.write_bytes(auditor.file(f"reports/{asked.body['id']}/file?format=pdf"))
    key = server.demo["verify_key"]
    kept = folder / "checkpoint"
    kept.write_text(server.api(server.token("aude")).get("audit/checkpoints/latest").body["note"])
    server.stop()

    assert server.processes() == []
    intact = server.countersign("verify", str(report), "--key", key, cwd=folder)
    assert intact.code == 0, intact.text
    assert server.countersign("verify", str(report), cwd=folder, HOME=str(folder)).code == 2  # a key from elsewhere is needed
    _no_flipped_bit_is_intact(report, key)


FLIPS = """
import contextlib, io, sys
from pathlib import Path
from countersign.cli import main

report, key, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
whole = report.read_bytes()
altered = report.with_name("altered.pdf")
for number in range(many):
    place = number * (len(whole) - 1) // (many - 1)
    changed = bytearray(whole)
    changed[place] ^= 1 << number % 8
    altered.write_bytes(changed)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        print(place, main(["verify", str(altered), "--key", key]), file=sys.__stdout__)
"""


def _no_flipped_bit_is_intact(report: Path, key: str, many: int = 24) -> None:
    """One bit at a time, from the first byte to the last."""
    command = [sys.executable, "-c", FLIPS, str(report), key, str(many)]
    done = subprocess.run(command, env={"PYTHONPATH": str(CLIENT)}, capture_output=True, text=True, timeout=180)
    codes = [int(line.split()[1]) for line in done.stdout.splitlines()]
    assert len(codes) == many, done.stderr
    assert set(codes) <= {1, 2}, done.stdout


def _vote(who: Api, request: str, step: str, verdict: str, comment: str) -> Any:
    digest = who.get(f"requests/{request}").body["digest"]
    return who.post(f"requests/{request}/ballots", {"step": step, "verdict": verdict, "digest": digest, "comment": comment})


def _turns(who: Api, request: str) -> list[dict[str, Any]]:
    return [item for item in who.get("inbox").body["results"] if item["request"] == request]


def _turn(who: Api, request: str) -> dict[str, Any]:
    found = _turns(who, request)
    assert len(found) == 1, found
    return found[0]
