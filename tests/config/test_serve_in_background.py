"""`serve` when nobody watches it: no terminal, a reader that went away, a machine on which it takes its time to answer."""

from __future__ import annotations

import io
import os
import signal

import pytest

from config.management.commands import serve
from config.supervisor import Supervisor


class Gone(io.StringIO):
    """A pipe whose reader went away."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.fixture(autouse=True)
def _signals():
    known = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in known.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("before", "goes_on"), [(signal.SIG_IGN, True), (signal.SIG_DFL, False)])
def test_a_hangup_stops_it_unless_it_was_started_with_nohup(before, goes_on):
    signal.signal(signal.SIGHUP, before)
    supervisor, seen = Supervisor([]), []

    def started() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        seen.append(supervisor.is_running())
        supervisor.stopping = True

    assert supervisor.run(started=started) == 0
    assert seen == [goes_on]


@pytest.mark.parametrize("out", [Gone(), None])
def test_without_anybody_to_read_the_greeting_it_serves_on(monkeypatch, settings, tmp_path, out):
    settings.VAR = tmp_path
    monkeypatch.setattr(serve, "_answers", lambda here: True)
    command = serve.Command()
    command.stdout._out = out  # what Django wraps: None where standard output was closed

    command._greet(None, "https://portal.example", "http://127.0.0.1:1", lambda: True)


def test_the_greeting_comes_when_it_answers_and_not_before(monkeypatch, settings, tmp_path):
    settings.VAR = tmp_path
    answers = [False, False, True]
    monkeypatch.setattr(serve, "_answers", lambda here: answers.pop(0))
    monkeypatch.setattr(serve.time, "sleep", lambda seconds: None)
    out = io.StringIO()

    serve.Command(stdout=out)._greet(None, "https://portal.example", "http://127.0.0.1:1", lambda: True)

    assert not answers
    assert out.getvalue().startswith("Countersign is at https://portal.example")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ([None, 200, 200], 3),  # nothing, pages, all parts
        ([200, 503, 503, 200], 4),  # pages first: the worker takes its time
        ([400, 400], 2),  # served under another name: it cannot be asked how it is
        ([200, None], 2),
    ],
)
def test_the_greeting_waits_for_the_worker(monkeypatch, settings, tmp_path, said, asked):
    settings.VAR = tmp_path
    left = list(said)
    monkeypatch.setattr(serve, "_status", lambda url: left.pop(0))
    monkeypatch.setattr(serve.time, "sleep", lambda seconds: None)
    out = io.StringIO()

    serve.Command(stdout=out)._greet(None, "https://portal.example", "http://127.0.0.1:1", lambda: True)

    assert len(said) - len(left) == asked
    assert out.getvalue().startswith("Countersign is at https://portal.example")


def test_who_waits_is_told_in_the_end_although_no_worker_comes(monkeypatch, settings, tmp_path):
    settings.VAR = tmp_path
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr(serve, "_status", lambda url: 503)
    monkeypatch.setattr(serve.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(serve.time, "monotonic", lambda: float(next(now)))
    out = io.StringIO()

    serve.Command(stdout=out)._greet(None, "https://portal.example", "http://127.0.0.1:1", lambda: True)

    assert out.getvalue().startswith("Countersign is at https://portal.example")


def test_what_ended_before_it_answered_is_not_greeted(monkeypatch, settings, tmp_path):
    settings.VAR = tmp_path
    monkeypatch.setattr(serve, "_answers", lambda here: False)
    out = io.StringIO()

    serve.Command(stdout=out)._greet(None, "https://portal.example", "http://127.0.0.1:1", lambda: False)

    assert not out.getvalue()
