"""A server that answers in the shapes of the contract, and badly when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

COMMIT = "a" * 40


def check(code: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "status": status,
        "blocking": True,
        "title": "Security review (0 of 1)",
        "detail": "Waiting since 2026-11-20T09:12:00Z",
        "actors": [{"type": "user", "id": "us_1", "display": "Security reviewer, churn"}],
        "action": {"label": "Review", "url": "https://portal.example/rq_1"},
        "evidence": [],
        **more,
    }


def evaluation(decision: str = "allow", **changes: Any) -> dict[str, Any]:
    status = {"allow": "pass", "deny": "fail", "pending": "pending"}[decision]
    return {
        "id": "ev_1",
        "gate": "production",
        "decision": decision,
        "mode": "prevent",
        "enforced": True,
        "summary": "1 check",
        "subject": {
            "model_version": "mv_1",
            "name": "churn-model",
            "version": "7",
            "commit": COMMIT,
            "manifest_digest": "sha256:" + "1" * 64,
        },
        "checks": [check("approval.step.security", status)],
        "policy": {"key": "production-release", "version": 3, "digest": "sha256:" + "2" * 64},
        "inputs_digest": "sha256:" + "3" * 64,
        "evaluated_at": "2026-11-20T09:12:00Z",
        "expires_at": "2026-11-21T09:12:00Z",
        "checkpoint": "",
        "html_url": "https://portal.example/ev_1",
        **changes,
    }


class FakeServer:
    """Answers each request with the next of `answers` (the last one stays), and keeps what it was sent."""

    token = "cs_secret_token_of_the_tests"

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: list[Callable[[BaseHTTPRequestHandler], None]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> FakeServer:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def will(self, *answers: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answers = list(answers)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                target = urlsplit(self.path)
                is_form = (self.headers.get("Content-Type") or "").startswith("multipart/")
                fake.requests.append(
                    {
                        "method": self.command,
                        "path": target.path,
                        "query": parse_qs(target.query),
                        "headers": {name.lower(): value for name, value in self.headers.items()},
                        "data": data,
                        "text": data.decode(errors="replace"),
                        "body": json.loads(data) if data and not is_form else None,
                    }
                )
                answer = fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0]
                self.close_connection = True
                answer(self)

            do_GET = do_POST = answer

            def log_message(self, *_arguments: object) -> None:
                """The tests say what was sent, where it matters."""

        return Handler


def says(status: int, body: Any, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A JSON answer; header names with underscores for dashes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        handler.send_response(status)
        handler.send_header("Content-Type", "application/problem+json" if status >= 400 else "application/json")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if status != 304:
            handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def problem(status: int, **changes: Any) -> Callable[[BaseHTTPRequestHandler], None]:
    body = {
        "type": "about:blank",
        "title": "Refused",
        "status": status,
        "detail": "Because of the test.",
        "code": "test",
        "request_id": "req-1",
        "errors": [{"field": "commit", "code": "invalid", "message": "40 hex digits"}],
        **changes,
    }
    return says(status, body)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """The connection ends without an answer."""
    handler.connection.close()


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Half of what was announced."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"decision":"allow"')


def sleeps(seconds: float) -> Callable[[BaseHTTPRequestHandler], None]:
    """No answer within the client's time."""
    return lambda _handler: time.sleep(seconds)
