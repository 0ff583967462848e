"""A Countersign that really runs: processes of its own, on a directory, database and broker of its own."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests import prepared

REPOSITORY = Path(__file__).resolve().parents[2]
CLIENT = REPOSITORY / "client"
PATIENCE = 180.0  # seconds; other work may share the machine
TABLES = 600.0  # the first start of an installation makes all tables: more than a minute of a processor


class Answer(NamedTuple):
    status: int
    body: Any


class Ran(NamedTuple):
    """How a command ended: its exit code, the JSON it wrote, the text for people."""

    code: int
    body: Any
    text: str


@dataclass
class Installation:
    """One installation and its processes. `services` are DATABASE_URL and CELERY_BROKER_URL, if it does not run on files."""

    var: Path
    services: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.var / "demo.json").read_text())

    def token(self, username: str) -> str:
        return next(user["token"] for user in self.demo["users"] if user["username"] == username)

    def password(self, username: str) -> str:
        return next(user["password"] for user in self.demo["users"] if user["username"] == username)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the test run's own settings: an installation makes its own secrets."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERSIGN_", "DJANGO_", "PYTEST_"))}
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "PYTHONPATH"):
            kept.pop(name, None)
        return {**kept, "COUNTERSIGN_VAR": str(self.var), **self.services, **self.options}

    def start(self, *arguments: str) -> None:
        """`manage.py serve`, until it answers and its worker has been heard."""
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), *arguments]
        self.var.mkdir(parents=True, exist_ok=True)
        with open(self.var / "serve.out", "w") as out:
            self.process = subprocess.Popen(command, cwd=REPOSITORY, env=self.environment, stdout=out, stderr=out, text=True)
        until(self.is_ready, f"{self.url} is ready", seconds=TABLES, alive=self.process, tell=self.said)

    def is_ready(self) -> bool:
        """Portal and worker answer, and the newcomer has been greeted."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                ready = answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
        return ready and "Stop with Ctrl-C" in self.said()

    def said(self) -> str:
        return (self.var / "serve.out").read_text(errors="replace")

    def stop(self) -> None:
        """TERM, as an operator would; whatever does not go is killed, so that no test leaves a process behind."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(30)
            self.kill_everything()
            self.process.wait(30)

    def processes(self) -> list[int]:
        """Every process that carries this installation in its environment, however it was started."""
        wanted = f"COUNTERSIGN_VAR={self.var}".encode()
        return [pid for pid in _pids() if wanted in _environment_of(pid)]

    def kill_everything(self) -> None:
        """kill -9 for all of it at once: web, worker, beat and their parent."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # gone by itself meanwhile

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        known = {**self.environment, **environment}
        return subprocess.run(command, cwd=REPOSITORY, env=known, capture_output=True, text=True, timeout=PATIENCE)

    def api(self, token: str) -> Api:
        return Api(self.url, token)

    def countersign(self, *arguments: str, cwd: Path, token: str = "", **environment: str) -> Ran:
        """The client, from where CI stands."""
        known = {**self.environment, "PYTHONPATH": str(CLIENT), "COUNTERSIGN_URL": self.url, "COUNTERSIGN_TOKEN": token}
        del known["COUNTERSIGN_VAR"]
        command = [sys.executable, "-m", "countersign", *arguments]
        done = subprocess.run(command, cwd=cwd, env={**known, **environment}, capture_output=True, text=True, timeout=PATIENCE)
        return Ran(done.returncode, json.loads(done.stdout) if done.stdout.strip() else None, done.stderr)


@dataclass(frozen=True)
class Api:
    """HTTP as somebody with a token speaks it."""

    url: str
    token: str

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self._ask("POST", path, body)

    def file(self, path: str) -> bytes:
        with urllib.request.urlopen(self._request("GET", path, None), timeout=60) as answer:
            return answer.read()

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        rows: list[dict[str, Any]] = []
        address = path + ("&" if "?" in path else "?") + "limit=200"
        while address:
            page = self.get(address).body
            rows += page["results"]
            address = (page["next"] or "").partition("/api/v1/")[2]
        return rows

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Answer:
        try:
            with urllib.request.urlopen(self._request(method, path, body), timeout=60) as answer:
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, json.load(error))

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return urllib.request.Request(f"{self.url}/api/v1/{path}", data=data, method=method, headers=headers)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(
    holds: Callable[[], Any],
    what: str,
    *,
    seconds: float = PATIENCE,
    alive: subprocess.Popen[str] | None = None,
    tell: Callable[[], str] = lambda: "",
) -> Any:
    """Ask until something holds, and return what it was. Fails with `tell()` when the time, or the process, is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if alive is not None and alive.poll() is not None:
            raise AssertionError(f"The process ended with {alive.returncode} before {what}:\n{tell()}")
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds:.0f} s: {what}\n{tell()}")
        time.sleep(0.2)


@dataclass(frozen=True)
class Furnished:
    """The demo as a newcomer's first start leaves it, put away: it is loaded once for a test run and taken out for each story.

    It is always taken out to the folder it was made in, because the demo knows where its repository lies.
    """

    home: Path
    store: Path
    template: str  # the name of its database on PostgreSQL; empty where it is a file

    @contextmanager
    def taken_out(self) -> Iterator[Installation]:
        """An installation that has the demo already and is not started yet."""
        with _services(self.template) as services:
            installation = Installation(self.home, services)
            shutil.copytree(self.store, self.home, symlinks=True)
            try:
                yield installation
            finally:
                installation.stop()
                shutil.rmtree(self.home)


@contextmanager
def furnished(folder: Path, *, built: Path) -> Iterator[Furnished]:
    """Start an installation in the folder, and stop it when the demo is there."""
    home, store = folder / "var", folder / "put away"
    with _services(_prepared_database()) as services:
        first = Installation(home, services)
        _take_static_files(built, home)
        _take_tables(home)
        first.start()
        first.stop()
        _leave_static_files(home, built)
        shutil.rmtree(home / "logs")
        shutil.move(home, store)
        yield Furnished(home, store, services.get("DATABASE_URL", "").partition("?")[0].rpartition("/")[2])


@contextmanager
def installed(var: Path, *, built: Path, options: dict[str, str] | None = None, bare: bool = False) -> Iterator[Installation]:
    """An installation that is not started yet, on the services of the test run, and gone without trace afterwards.

    `built` is where the first installation of a test run leaves its collected static files for the others. Its tables are there
    already, unless it is `bare`.
    """
    with _services("" if bare else _prepared_database()) as services:
        installation = Installation(var, services, options or {})
        _take_static_files(built, var)
        if not bare:
            _take_tables(var)
        try:
            yield installation
        finally:
            installation.stop()
            _leave_static_files(var, built)


def _take_static_files(built: Path, var: Path) -> None:
    if built.exists():
        shutil.copytree(built, var / "static", copy_function=os.link)


def _leave_static_files(var: Path, built: Path) -> None:
    made = var / "static"
    if built.exists() or not (made / ".collected").exists():
        return
    copy = built.with_name(f"{built.name}.{secrets.token_hex(4)}")
    shutil.copytree(made, copy, copy_function=os.link)
    try:
        copy.rename(built)
    except OSError:
        shutil.rmtree(copy)  # another worker of the test run was first


def _prepared_database() -> str:
    """Its name; empty where a database is a file."""
    url = os.environ.get("DATABASE_URL", "")
    return prepared.prepared_database(url) if url.startswith("postgres") else ""


def _take_tables(var: Path) -> None:
    """Where a database is a file."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        var.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(prepared.prepared_file(), var / "countersign.sqlite3")


@contextmanager
def _services(template: str = "") -> Iterator[dict[str, str]]:
    """A database and a broker of its own on what DATABASE_URL and CELERY_BROKER_URL name; nothing when they are not set."""
    services: dict[str, str] = {}
    broker, database = os.environ.get("CELERY_BROKER_URL", ""), os.environ.get("DATABASE_URL", "")
    with _broker(broker) as own_broker, _database(database, template) as own_database:
        if own_broker:
            services["CELERY_BROKER_URL"] = own_broker
        if own_database:
            services["DATABASE_URL"] = own_database
        yield services


@contextmanager
def _database(url: str, template: str) -> Iterator[str]:
    if not url.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"countersign_story_{secrets.token_hex(6)}"
    server = url.replace("postgresql://", "postgres://", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        yield prepared.at(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _broker(url: str) -> Iterator[str]:
    """One of Redis' databases from 10 on, locked against other test processes; another broker as it is."""
    if not url.startswith(("redis://", "rediss://")):
        yield "" if url.startswith("filesystem:") else url
        return
    import redis

    for number in range(10, 16):
        lock = open(f"/tmp/countersign-story-redis-{number}.lock", "w")  # noqa: SIM115 - held until the broker is given back
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        scheme, _colon, rest = url.partition("://")
        own = f"{scheme}://{rest.partition('/')[0]}/{number}"
        client = redis.Redis.from_url(own)
        client.flushdb()
        try:
            yield own
        finally:
            client.flushdb()
            client.close()
            lock.close()
        return
    raise AssertionError("All of Redis' databases 10 to 15 are in use by other test runs")


def _pids() -> Sequence[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _environment_of(pid: int) -> list[bytes]:
    """What a process was started with; nothing for processes that are gone, waited for, or somebody else's."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
