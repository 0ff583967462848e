"""Starting the process, waiting for it, ending it. Pure."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

ROOT = Path(__file__).resolve().parents[3]  # where `governance` lies
MODULE = "governance.dependencies.child"
GLANCE = 0.5  # seconds between two looks of `watch`
OUT_OF_MEMORY, TOO_MUCH_SAID = 77, 78  # the exit codes by which the child says so
_SLEEP = 0.02

Why = Literal["time", "memory", "output", "fault"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: bytes of address space, seconds of work and of waiting, bytes of what it writes."""

    memory: int = 1024 * 1024 * 1024
    cpu: int = 150  # beyond the 120 seconds that a scan allows itself
    wall: float = 300.0
    output: int = 96 * 1024 * 1024


BOUNDS = Bounds()


class Failed(Exception):
    """The process came to no answer: its time or memory ran out, it wrote too much, or it broke."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why} {detail}".strip())
        self.why: Why = why


def run(
    task: str,
    arguments: Mapping[str, Any],
    files: Sequence[IO[bytes]] = (),
    *,
    bounds: Bounds = BOUNDS,
    watch: Callable[[], None] | None = None,
) -> Any:
    """What the function `task` of `child.tasks` returns for these files. Raises Failed.

    `watch` is called twice a second meanwhile; when it raises, the process ends and the exception goes on.
    """
    with ExitStack() as open_files:
        given = [_with_number(file, open_files) for file in files]
        asked, answer, said = (open_files.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        numbers = [file.fileno() for file in given]
        said_to_it = {"task": task, "arguments": dict(arguments), "files": numbers, "parent": os.getpid(), **asdict(bounds)}
        asked.write(json.dumps(said_to_it).encode())
        asked.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-B", "-m", MODULE],
            stdin=asked,
            stdout=answer,
            stderr=said,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},  # no secret of ours
            pass_fds=numbers,
            start_new_session=True,
        )
        try:
            _wait(process, bounds.wall, watch)
        finally:
            _end(process)
        if process.returncode != 0:
            raise _why(process.returncode, said)
        answer.seek(0)
        try:
            return json.load(answer)
        except ValueError as error:
            raise Failed("fault", "the answer is no JSON") from error


def _with_number(file: IO[bytes], open_files: ExitStack) -> IO[bytes]:
    """The file from its beginning, as one that the operating system knows: storage may hand out others."""
    file.seek(0)
    try:
        file.fileno()
    except (OSError, AttributeError, ValueError):
        copy = open_files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is closed with the others
        shutil.copyfileobj(file, copy)
        copy.flush()
        copy.seek(0)
        return copy
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    return file


def _wait(process: subprocess.Popen[bytes], seconds: float, watch: Callable[[], None] | None) -> None:
    began = looked = time.monotonic()
    pause = 0.001
    while process.poll() is None:
        now = time.monotonic()
        if now - began > seconds:
            raise Failed("time", f"after {seconds:g} seconds")
        if watch is not None and now - looked > GLANCE:
            watch()
            looked = now
        time.sleep(pause)
        pause = min(pause * 2, _SLEEP)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:  # once it was waited for, its number may be another's
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _why(code: int, said: IO[bytes]) -> Failed:
    if code == OUT_OF_MEMORY:
        return Failed("memory")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Failed("time", "of work")
    if code in (TOO_MUCH_SAID, -signal.SIGXFSZ):
        return Failed("output")
    said.seek(0)
    text = said.read(20_000).decode("utf-8", "replace")
    if "MemoryError" in text:
        return Failed("memory")
    lines = text.strip().splitlines() or [""]
    return Failed("fault", f"exit {code}: {lines[-1]!r}"[:300])
