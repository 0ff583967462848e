"""The empty tables of Countersign, made once for each state of its migrations: they take half a minute of a processor.

    python -m tests.prepared [postgres://…]      # beforehand, beside something else: tests wait for them

What was made is kept beside the packages (`$XDG_CACHE_HOME/countersign`), or as a database `countersign_prepared_…` on the server, and is
copied for each process of a test run and each installation of a story.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "countersign" / "tests"
NAME = "countersign_prepared"
MOST = 3  # states kept beside the newest: of other branches and checkouts


@cache
def state() -> str:
    """A name for what the migrations come to: they, what they call, and whose they are."""
    ours = [*REPOSITORY.glob("foundation/*.py"), *REPOSITORY.glob("*/migrations/*.py"), *REPOSITORY.glob("*/*/migrations/*.py")]
    found = hashlib.sha256(f"{version('django')} {sys.version_info[:2]}\n".encode())
    for path in [*sorted(ours), REPOSITORY / "requirements.txt", REPOSITORY / "config" / "settings.py"]:
        found.update(f"{path.relative_to(REPOSITORY)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def prepared_file() -> Path:
    """An SQLite database in which all migrations were done. To be copied, never to be written."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{state()}.sqlite3"
    with _one_at_a_time():
        if not path.exists():
            with tempfile.TemporaryDirectory() as folder:
                _migrate(COUNTERSIGN_VAR=folder)
                for old in sorted(KEPT.glob("*.sqlite3"), key=lambda one: one.stat().st_mtime)[:-MOST]:
                    old.unlink()
                shutil.copyfile(_settled(Path(folder) / "countersign.sqlite3"), made := path.with_suffix(".new"))
                made.rename(path)
    return path


def prepared_database(url: str) -> str:
    """The name of a PostgreSQL database in which all migrations were done, on the server of `url`. To be a template, never to be used."""
    import psycopg

    name = f"{NAME}_{state()}"
    with _one_at_a_time(), psycopg.connect(url, autocommit=True) as connection:
        known = [row[0] for row in connection.execute("SELECT datname FROM pg_database ORDER BY oid")]
        if name not in known:
            new = f"countersign_making_{secrets.token_hex(6)}"
            connection.execute(f'CREATE DATABASE "{new}"')
            with tempfile.TemporaryDirectory() as folder:
                _migrate(COUNTERSIGN_VAR=folder, DATABASE_URL=at(url, new))
            for old in [row for row in known if row.startswith(f"{NAME}_")][:-MOST]:
                connection.execute(f'DROP DATABASE IF EXISTS "{old}"')
            connection.execute(f'ALTER DATABASE "{new}" RENAME TO "{name}"')
    return name


def at(url: str, name: str) -> str:
    """The address of another database on the same server."""
    server, _slash, rest = url.partition("://")[2].partition("/")
    _old, question, options = rest.partition("?")
    return f"postgres://{server}/{name}{question}{options}"


def fill(connection: Any) -> None:
    """Copy the prepared file into an open SQLite database of Django."""
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{prepared_file()}?mode=ro&immutable=1", uri=True)) as source:
        source.backup(connection.connection)


def _settled(path: Path) -> Path:
    """In one file, and not in WAL mode, which a database in memory cannot take over."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return path


def _migrate(**environment: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERSIGN_", "DJANGO_", "PYTEST_"))}
    kept.pop("DATABASE_URL", None)
    for command in ("migrate", "createcachetable"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0"],
            cwd=REPOSITORY,
            env={**kept, "COUNTERSIGN_SECRET_KEY": "for-tests-only-" + "7" * 50, **environment},
            check=True,
            timeout=900,
        )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Several processes begin together, and each wants the tables."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with open(KEPT / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    prepared_file()
    for address in sys.argv[1:]:
        prepared_database(address)
