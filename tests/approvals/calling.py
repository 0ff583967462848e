"""What tests of the API send over and over."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

REQUESTS = "/api/v1/requests"
INBOX = "/api/v1/inbox"
GATE = "/api/v1/gates/production/evaluations"
COMMIT, ARTIFACT = "c" * 40, "d" * 64
QUESTION = {"model_version": {"name": "churn-model", "version": "7"}, "commit": COMMIT, "artifact_sha256": ARTIFACT}


def post(world, part: str, url: str, body=None, **headers):
    return world.api(part).post(url, {} if body is None else body, content_type="application/json", headers=headers)


def ask_over_http(world, row, part: str = "ci", **more):
    """Ask for the approval of a model version."""
    return post(
        world, part, REQUESTS, {"subject": {"type": "model_version", "id": row.public_id}, "environment": "production", **more}
    )


def read(world, request_id: str, part: str = "lead") -> dict:
    return world.api(part).get(f"{REQUESTS}/{request_id}").json()


def ballot(world, part: str, request_id: str, step: str, verdict: str = "approve", comment: str = "", **change):
    body = {"step": step, "verdict": verdict, "digest": read(world, request_id)["digest"], "comment": comment, **change}
    return post(world, part, f"{REQUESTS}/{request_id}/ballots", body)


def statements(queries) -> list[str]:
    """What was asked of the database, less the begin and end of transactions."""
    found = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in found if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


def cost(world, part: str, url: str) -> int:
    """How many statements reading this address takes."""
    client = world.api(part)
    client.get("/api/v1/use-cases")  # notes that the token was used
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(statements(queries))
