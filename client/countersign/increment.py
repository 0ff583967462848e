"""`countersign increment`: tells the people for whom it is made that there is something to look at."""

from __future__ import annotations

import argparse
import os
from typing import Any

from countersign import checkout, exits, files
from countersign.output import say, write_json
from countersign.request import id_of
from countersign.server import Server

LARGEST_PICTURE = 8 * 1024 * 1024  # bytes, as the server has it
TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
# What the CI systems call a run; the first that is set names the increment.
RUNS = (
    ("github", "GITHUB_RUN_ID"),
    ("gitlab", "CI_PIPELINE_ID"),
    ("azure", "BUILD_BUILDID"),
    ("jenkins", "BUILD_TAG"),
    ("bitbucket", "BITBUCKET_PIPELINE_UUID"),
    ("circleci", "CIRCLE_WORKFLOW_ID"),
)


def increment(arguments: argparse.Namespace, server: Server) -> int:
    """Record one. The same key again changes nothing and answers with the increment that is there."""
    fields: list[tuple[str, str]] = [("title", arguments.title), ("shown", arguments.shown)]
    key = arguments.key or _key_of_this_run(arguments.repo_dir)
    if key:
        fields.append(("key", key))
    else:
        say("no --key, no run of a known CI and no commit: sending this again records it again")
    fields += [("links", link) for link in arguments.link]
    pictures = [_picture(name) for name in arguments.picture]
    if arguments.model:
        fields.append(("model_version", id_of(server, *arguments.model)))
    path = f"use-cases/{arguments.use_case}/increments"
    answer = server.post_form(path, fields, [("pictures", *picture) for picture in pictures])
    if not isinstance(answer.body, dict) or "number" not in answer.body:
        raise exits.CommandError(exits.NO_DECISION, "the answer of the server is not about an increment")
    verb = "recorded" if answer.status == 201 else "there already"
    say(f"{arguments.use_case}: increment {answer.body['number']} {verb}")
    asked = [str(person.get("name", "")) for person in _dicts(answer.body.get("invited"))]
    if asked:
        say(f"  asked to look: {', '.join(asked)}")
    if answer.body.get("html_url"):
        say(f"  {answer.body['html_url']}")
    write_json({**answer.body, "created": answer.status == 201, "exit_code": exits.OK})
    return exits.OK


def _key_of_this_run(folder: str) -> str:
    """What names this run: the run of a CI that is known, else the commit that is checked out, else nothing."""
    for system, variable in RUNS:
        if os.environ.get(variable):
            return f"{system}:{os.environ[variable]}"[:200]
    commit = checkout.head(folder)
    return f"commit:{commit}" if commit else ""


def _picture(name: str) -> tuple[str, str, bytes]:
    """Name, type and bytes of a picture. Raises CommandError for what the server would not take."""
    data = files.bytes_of(name, "--picture", LARGEST_PICTURE)
    kind = next((kind for mark, kind in TYPES.items() if data.startswith(mark)), "")
    if not kind:
        raise exits.usage(f"--picture {name}: neither PNG nor JPEG")
    return os.path.basename(name), kind, data


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
