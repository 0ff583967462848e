"""`manage.py serve`: everything a newcomer needs from one command. `scripts/start` calls it."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import demo, prepare
from config.supervisor import Child, Supervisor
from foundation import jobs, keys

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 30.0  # seconds that broker and worker get after the pages are there; a server without them is greeted all the same


class Command(BaseCommand):
    help = "Serves portal, API, worker and beat; loads the demo once unless told otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--no-demo", action="store_true", help="start empty; make the first account with manage.py create_user"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, with_demo = options["host"], options["port"], not options["no_demo"]
        if (with_demo or settings.DEMO_FILE.exists()) and host not in LOOPBACK:
            raise CommandError(
                "The demo has passwords that its login page shows, so it is served on this machine only. "
                "Use --host 127.0.0.1, or start an installation without it: --no-demo with an empty COUNTERSIGN_VAR."
            )
        lock = self._lock(host, port)
        self._free(host, port)
        prepare.database()
        keys.ensure_log_key()
        prepare.static_files()
        url = settings.BASE_URL if "COUNTERSIGN_BASE_URL" in os.environ else _address(host, port)
        os.environ["COUNTERSIGN_BASE_URL"] = settings.BASE_URL = url  # before the demo, whose gate answers hold links
        described = demo.load() if with_demo else None
        jobs.release_all()
        supervisor = Supervisor(children(host, port))
        here = _address("127.0.0.1" if host == "0.0.0.0" else host, port)  # noqa: S104 - compared, not bound
        code = supervisor.run(started=lambda: self._greet(described, url, here, supervisor.is_running))
        lock.close()
        sys.exit(code)

    def _lock(self, host: str, port: int) -> Any:
        """Only one installation per directory. The file says where the running one is."""
        path = settings.VAR / "serve.lock"
        lock = open(path, "a+")  # noqa: SIM115 - it is held for as long as the process lives
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CommandError(f"Countersign is running already: {lock.read().strip() or 'it has just been started'}") from None
        lock.truncate(0)
        lock.write(f"{_address(host, port)} (process {os.getpid()})")
        lock.flush()
        return lock

    def _free(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(f"{host}:{port} cannot be used: {error.strerror}. Choose another one with --port.") from error

    def _greet(self, described: dict[str, Any] | None, url: str, here: str, is_running: Callable[[], bool]) -> None:
        """Say where it is, once it answers and its parts do: who waits for these lines can go on then. Without anybody to read them it serves on."""
        while is_running() and not _answers(here):
            time.sleep(0.2)
        until = time.monotonic() + PATIENCE
        while is_running() and time.monotonic() < until and _warms_up(here):
            time.sleep(0.2)  # before it is asked again
        if not is_running():
            return
        said = f"{prepare.greeting(described, url)}\n\nLogs are in {logs()}. Stop with Ctrl-C.\n"
        with contextlib.suppress(OSError, AttributeError):  # a pipe that nobody reads, or no standard output at all
            self.stdout.write(said)
            self.stdout.flush()


def _answers(here: str) -> bool:
    """Whether the process that serves answers at all: any answer will do, also that this is not the name it serves under."""
    return _status(f"{here}/healthz") is not None


def _warms_up(here: str) -> bool:
    """Whether it answers, and says itself that one of its parts does not yet."""
    return _status(f"{here}/readyz") == 503


def _status(url: str) -> int | None:
    """What an address answers with; None where nothing does."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return None


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def logs() -> Path:
    path = Path(settings.VAR) / "logs"
    path.mkdir(parents=True, exist_ok=True)
    return path


def children(host: str, port: int) -> list[Child]:
    """Web, worker and beat, as an operator would start them by hand (docs/operations.md)."""
    python = sys.executable
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [
        python,
        "-m",
        "gunicorn",
        "config.wsgi:application",
        "--bind",
        bind,
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "8",
    ]
    web += (
        ["--timeout", "120", "--graceful-timeout", "8", "--no-control-socket"]
        if _has_control_socket()
        else ["--timeout", "120", "--graceful-timeout", "8"]
    )
    celery = [python, "-m", "celery", "--app", "config", "--quiet"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]
    return [
        Child("web", web, logs() / "web.log"),
        Child("worker", worker, logs() / "worker.log"),
        Child("beat", beat, logs() / "beat.log"),
    ]


def _has_control_socket() -> bool:
    """Newer gunicorns open a control socket in the home directory, which nothing here uses."""
    from gunicorn.config import KNOWN_SETTINGS

    return any("--no-control-socket" in (setting.cli or []) for setting in KNOWN_SETTINGS)
