"""A contrib library of a few dozen lines in two releases, the lock files that name it, and the gate that asks who vouches for it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from approvals.services import policies
from tests.dependencies.archives import wheel

NAME, FIRST, SECOND = "thing", "1.0", "1.1"
POLICY = """
title: Release of what was reviewed
steps:
  - {key: validation, title: Model validation, role: model_validator, covers: [code, model, data]}
checks:
  provenance.commit_in_mirror: "off"
  provenance.repository_known: "off"
  provenance.files_match: "off"
  dependencies.hashed: blocking
  dependencies.reviewed: blocking
  dependencies.not_blocked: blocking
"""

_SETTINGS = """import os

HOME = os.environ.get("THING_HOME", ".")


def region():
    return os.environ.get("THING_REGION", "")
"""
_TABLES = """import pickle
import urllib.request

ADDRESS = "https://tables.thing.example/{year}"


def table(year, target):
    urllib.request.urlretrieve(ADDRESS.format(year=year), target)


def kept(stored):
    return pickle.load(stored)
"""
_REPORT = """

def missing(day):
    return urllib.request.urlopen(ADDRESS.format(year="missing"), data=str(day).encode())
"""
_CLOCK = """import os
import subprocess


def zone():
    return os.environ.get("THING_ZONE") or subprocess.run(["timedatectl"], capture_output=True).stdout
"""
FILES: dict[str, dict[str, str | bytes]] = {
    FIRST: {"thing/settings.py": _SETTINGS, "thing/tables.py": _TABLES},
    SECOND: {"thing/settings.py": _SETTINGS, "thing/tables.py": _TABLES + _REPORT, "thing/clock.py": _CLOCK},
}
POINTS = 5  # of the first release: two variables, two uses of urllib with the host between them, one pickle
NEW = ("env:THING_ZONE", "subprocess.run", "urllib.request.urlopen")  # in the second


@cache
def built(version: str) -> bytes:
    """Once for all: a wheel holds the time at which it was written, so another one would have another digest."""
    return wheel(FILES[version], version)


def wheel_of(version: str) -> dict[str, Any]:
    """The file, as a browser uploads it."""
    data = built(version)
    return {"name": f"{NAME}-{version}-py3-none-any.whl", "mimeType": "application/octet-stream", "buffer": data}


def lock_of(version: str) -> list[dict[str, str]]:
    """The lock file of a version that is pushed."""
    digest = hashlib.sha256(built(version)).hexdigest()
    return [{"path": "requirements.txt", "content": f"{NAME}=={version} --hash=sha256:{digest}\n"}]


def set_gate(world: Any) -> Any:
    policy = policies.write_policy(actor=world.admin, key="reviewed-release", source=POLICY).policy
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=policy)


def gate_says(world: Any, version: Any, language: str = "en") -> dict[str, Any]:
    """What CI hears when it asks, in its language, whether a version may go to production."""
    asked = {
        "model_version": {"name": version.name, "version": version.version},
        "commit": version.commit,
        "artifact_sha256": version.artifact_sha256,
    }
    answer = world.api("ci").post(
        "/api/v1/gates/production/evaluations",
        json.dumps(asked),
        content_type="application/json",
        headers={"accept-language": language},
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def check_in(body: dict[str, Any], code: str = "dependencies.reviewed") -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in body["checks"] if item["code"] == code)
    return found
