"""`countersign gate check`: may this version go there? Ask, wait if told to, and exit with the decision or with none.

Whatever is not clearly an allow by the gate that was asked, about the version that was asked, does not exit 0.
"""

from __future__ import annotations

import argparse
import os
import re
import time
import urllib.parse
from typing import Any

from countersign import checkout, exits, files, gate_output
from countersign.exits import CommandError
from countersign.output import say, write_json
from countersign.server import Answer, Refused, Server, Unreachable, pause_of

DECISIONS = {"allow": exits.OK, "deny": exits.DENY, "pending": exits.PENDING}
POLL = 10.0  # seconds between questions when the server does not say


def check(arguments: argparse.Namespace, server: Server) -> int:
    """Ask the gate; returns 0, 10 or 11, raises CommandError with 3, 12 or 13."""
    body = question(arguments)
    try:
        evaluation = _decided(arguments, server, body)
    except CommandError as error:
        if error.code == exits.REFUSED:  # the server did not understand the question: that is no decision
            error.code = exits.NO_DECISION
        raise
    code = exit_code(evaluation)
    gate_output.tell(evaluation, code)
    summaries = [arguments.summary, os.environ.get("GITHUB_STEP_SUMMARY", "")]
    gate_output.write_files(evaluation, junit=arguments.junit, summaries=summaries)
    write_json({**evaluation, "exit_code": code})
    return code


def question(arguments: argparse.Namespace) -> dict[str, Any]:
    """The body of the evaluation: the version, the commit being shipped, the artifact's digest."""
    name, version = arguments.model
    body: dict[str, Any] = {"model_version": {"name": name, "version": version}, "purpose": arguments.purpose}
    if arguments.commit:
        body["commit"] = checkout.checked_commit(arguments.commit)
    elif not arguments.no_commit:
        commit = checkout.head(".")
        if commit is None:
            raise exits.usage("Which commit? Run inside the Git checkout, say --commit, or --no-commit for what has none.")
        body["commit"] = commit
    if arguments.artifact:
        body["artifact_sha256"] = files.stated_digest(arguments.artifact) or files.sha256_of(arguments.artifact, "--artifact")[0]
    return body


def exit_code(evaluation: dict[str, Any]) -> int:
    """The decision as an exit code; a gate that only warns or records always lets pass."""
    return DECISIONS[evaluation["decision"]] if evaluation["enforced"] else exits.OK


def _decided(arguments: argparse.Namespace, server: Server, body: dict[str, Any]) -> dict[str, Any]:
    """Ask, and while it is pending ask again until the time is up. A gate that is not enforced is not waited for."""
    until = time.monotonic() + arguments.wait
    answer = server.post(f"gates/{urllib.parse.quote(arguments.env, safe='')}/evaluations", body)
    evaluation, etag = checked(answer, arguments.env, body), answer.headers.get("etag", "")
    while evaluation["decision"] == "pending" and evaluation["enforced"]:
        left = until - time.monotonic()
        if left <= 0:
            break
        pause = min(left, pause_of(answer, POLL))
        say(f"pending: {evaluation.get('summary', '')}; asking again in {pause:.0f} s")
        time.sleep(pause)
        try:
            answer = server.get(f"evaluations/{evaluation['id']}", etag=etag)
        except (Refused, Unreachable) as error:
            if not error.passing or time.monotonic() >= until:
                raise
            answer = Answer(304, {}, None)  # nothing new is known; the server has until the time is up to come back
            continue
        if answer.status != 304:
            evaluation, etag = checked(answer, arguments.env, body), answer.headers.get("etag", "")
    return evaluation


def checked(answer: Answer, environment: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The evaluation in the answer. Raises CommandError(13) when it is not one, contradicts itself or is about something else."""
    value = answer.body
    if answer.status not in (200, 201) or not isinstance(value, dict):
        raise _no_decision(f"the server answered {answer.status} with something else than an evaluation")
    if str(value.get("decision")) not in DECISIONS or not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", str(value.get("id"))):
        raise _no_decision("the answer holds no decision")
    if value.get("mode") not in ("prevent", "warn", "record") or value.get("enforced") is not (value["mode"] == "prevent"):
        raise _no_decision("the answer contradicts itself about whether the gate is enforced")
    subject = value.get("subject")
    if not isinstance(subject, dict) or value.get("gate") != environment:
        raise _no_decision("the answer is about another gate")
    if {key: subject.get(key) for key in ("name", "version")} != asked["model_version"]:
        raise _no_decision("the answer is about another model version")
    if not isinstance(value.get("checks"), list) or not all(isinstance(item, dict) for item in value["checks"]):
        raise _no_decision("the answer lists no checks")
    if value["decision"] == "allow":
        _check_allow(value, asked)
    return value


def _check_allow(value: dict[str, Any], asked: dict[str, Any]) -> None:
    """An allow must be about the commit that was asked and have nothing left that blocks."""
    if "commit" in asked and value["subject"].get("commit") != asked["commit"]:
        raise _no_decision("the allow is for another commit")
    stated = str(value["subject"].get("artifact_sha256") or "").removeprefix("sha256:")
    if stated and "artifact_sha256" in asked and stated != asked["artifact_sha256"]:
        raise _no_decision("the allow is for another artifact")
    blocking = [item for item in value["checks"] if item.get("blocking") and item.get("status") in ("fail", "pending", "unknown")]
    if blocking:
        raise _no_decision(f"the answer is allow although {blocking[0].get('code')} blocks")


def _no_decision(why: str) -> CommandError:
    return CommandError(exits.NO_DECISION, f"No decision: {why}.")
