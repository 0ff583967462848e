"""Small real Git repositories for the demo's other models: a few commits each, dated before what was built from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.demo_history import PEOPLE
from config.demo_packages import sha256
from config.demo_repository import written

LOCK = "requirements.txt"


@dataclass(frozen=True)
class Work:
    """One commit: who, when, what it says, and the files it writes."""

    who: str
    when: datetime
    subject: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class SmallRepository:
    url: str
    commits: tuple[str, ...]  # in order
    locks: tuple[str, ...]  # the lock file after each


def build(path: Path, history: Sequence[Work]) -> SmallRepository:
    """Make the repository at `path`. One that an attempt left behind that never came to an end is made anew."""
    commits = written(path, _stream(history))
    locks: list[str] = []
    for work in history:
        locks.append(work.files.get(LOCK) or locks[-1])
    return SmallRepository(str(path), tuple(commits), tuple(locks))


def lock_of(**packages: str) -> str:
    """A lock file. Nothing is ever installed from it."""
    named = [(name.replace("_", "-"), version) for name, version in packages.items()]
    return "".join(f"{name}=={version} \\\n    --hash=sha256:{sha256(name, version)}\n" for name, version in named)


def _stream(history: Sequence[Work]) -> bytes:
    """The history in the language of `git fast-import`."""
    parts = []
    for number, work in enumerate(history, start=1):
        person = PEOPLE[work.who]
        who = f"{person.name} <{person.email}> {int(work.when.timestamp())} +0100"
        lines = [f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\n".encode(), _data(work.subject)]
        lines += [f"from :{number - 1}\n".encode()] if number > 1 else []
        for path, content in sorted(work.files.items()):
            lines.append(f"M 100644 inline {path}\n".encode() + _data(content))
        parts.append(b"".join([*lines, b"\n"]))
    return b"".join(parts)


def _data(text: str) -> bytes:
    content = text.encode()
    return f"data {len(content)}\n".encode() + content + b"\n"
