"""`countersign request`: opens the approval request of a model version for an environment."""

from __future__ import annotations

import argparse
from typing import Any

from countersign import exits
from countersign.output import say, write_json
from countersign.server import Server


def request(arguments: argparse.Namespace, server: Server) -> int:
    """Find the version by name, ask for its approval, and say whose move it is."""
    name, version = arguments.model
    body = {
        "subject": {"type": "model_version", "id": id_of(server, name, version)},
        "purpose": arguments.purpose,
        "environment": arguments.env,
        "comment": arguments.comment,
    }
    answer = server.post("requests", body).body
    if not isinstance(answer, dict) or "id" not in answer:
        raise exits.CommandError(exits.NO_DECISION, "the answer of the server is not a request")
    say(f"{answer['id']}: {answer.get('state', '')} ({name}@{version} to {arguments.env})")
    for step in _dicts(answer.get("steps")):
        say(f"  {step.get('title', step.get('key', ''))}: {_where(step)}")
    if answer.get("html_url"):
        say(f"  {answer['html_url']}")
    write_json({**answer, "exit_code": exits.OK})
    return exits.OK


def _where(step: dict[str, Any]) -> str:
    """Where a step stands, for whom it waits, and until when."""
    waiting = ", ".join(_display(person) for person in step.get("waiting_on") or [])
    said = str(step.get("state", "")).replace("_", " ")
    if waiting:
        said += f", waiting for {waiting}"
    if waiting and step.get("due_at"):
        said += f", {'overdue since' if step.get('overdue') else 'due'} {step['due_at']}"
    return said


def id_of(server: Server, name: str, version: str) -> str:
    """The public id of exactly this name and version, whatever else the list brings."""
    answer = server.get("model-versions", {"name": name, "version": version}).body
    rows = _dicts(answer.get("results")) if isinstance(answer, dict) else []
    found = [row for row in rows if row.get("name") == name and row.get("version") == version and isinstance(row.get("id"), str)]
    if not found:
        raise exits.CommandError(exits.UNKNOWN, f"There is no {name}@{version}, or you may not see it. Was it pushed?")
    return str(found[0]["id"])


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _display(person: Any) -> str:
    return str(person.get("display") or person.get("id") or "") if isinstance(person, dict) else str(person)
