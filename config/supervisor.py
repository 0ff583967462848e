"""Web, worker and beat under one parent: started together, stopped together, and none outlives the parent.

Children run in sessions of their own, so that a Ctrl-C reaches the supervisor alone and the worker's pool is not hit by
the signal that is meant for its main process. A pipe tells each child when the supervisor is gone, however it went.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 10.0  # seconds a child may take to stop before it is killed
TAIL = 20
PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One part of the product: its name, command, log file and process."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=dict(environment),
                preexec_fn=_die_with_parent,
            )

    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL:])


def _die_with_parent() -> None:
    """On Linux the kernel sends TERM when the parent dies, kill -9 included. Elsewhere the reaper and lock file cope."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Runs the children until a signal comes or one of them ends."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self.stopping = False

    def run(self, *, started: Callable[[], None]) -> int:
        """Start everything, say so, wait. 0 after a signal; 1 when a child ended by itself, with its last log lines."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # `nohup` means what it says
                signal.signal(number, self._on_signal)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        try:
            for child in self.children:
                child.start(environment)
            started()
            return self._watch()
        finally:
            self.stop()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping = True

    def is_running(self) -> bool:
        """Whether nobody has asked it to stop, and no child has ended."""
        return not self.stopping and all(child.process is not None and child.process.poll() is None for child in self.children)

    def _watch(self) -> int:
        while not self.stopping:
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    sys.stderr.write(
                        f"{child.name} ended with {child.process.returncode}. Its last lines:\n{child.last_lines()}\n"
                    )
                    return 1
            time.sleep(0.2)
        return 0

    def stop(self) -> None:
        """TERM to each main process, all at once; after `PATIENCE` seconds KILL to whatever is left of its group."""
        running = [child.process for child in self.children if child.process is not None and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process.pid)
                process.wait()
        for child in self.children:
            if child.process is not None:
                _kill_group(child.process.pid)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody left, which is what was wanted
