"""An address of the API, and what every error of it has to be."""

from __future__ import annotations

USE_CASES = "/api/v1/use-cases"
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}


def problem(answer, status: int, code: str | None = None) -> dict:
    """The body of an answer that is a problem as RFC 9457 wants it."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= MEMBERS
    assert body["status"] == status
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["type"] == f"urn:countersign:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    for item in body["errors"]:
        assert set(item) == {"field", "code", "message"}
    if code is not None:
        assert body["code"] == code
    return body
