"""Running Git in a closed environment: literal arguments, no configuration but ours, a clock and a size limit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .errors import MirrorError

# Passed through from our own environment; everything else (secrets, GIT_* of an outer process) stays out.
_INHERITED = (
    "PATH",
    "TMPDIR",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
)
_NO_HOME = "/nonexistent"

_OPTIONS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.askPass": "",
    "credential.helper": "",
    "protocol.allow": "never",  # GIT_ALLOW_PROTOCOL names the one that is needed
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "transfer.bundleURI": "false",
    "transfer.fsckObjects": "true",
    # Old mistakes of harmless kinds, found in the history of well-known projects; all other checks stay errors.
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "fetch.fsck.missingSpaceBeforeEmail": "ignore",
    "fetch.fsck.missingTaggerEntry": "ignore",
    "fetch.fsck.badTagName": "ignore",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",
    "submodule.recurse": "false",
    # Commits that a branch left behind are still evidence: nothing is ever pruned.
    "gc.auto": "0",
    "gc.pruneExpire": "never",
    "maintenance.auto": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "log.mailmap": "false",
}

_SAID = (
    (r"not found|does not appear to be a git repo|does not exist|not a git repository|no such file", "remote.not_found"),
    (
        r"could not read (username|password)|authentication failed|permission denied|terminal prompts disabled"
        r"|host key verification failed|dubious ownership|\b40[13]\b",
        "remote.refused",
    ),
    (
        r"could not resolve|connection (refused|timed out|reset)|failed to connect|network is unreachable|no route to host"
        r"|operation too slow|unexpected disconnect|ssl certificate|certificate verification failed",
        "remote.unreachable",
    ),
    (r"transport '[^']*' not allowed|unable to update url base from redirection|returned error: 30[12378]", "address.scheme"),
    (r"fsck|index-pack failed|invalid object|corrupt|bad object", "remote.corrupt"),
)
_HINTS = {
    "remote.not_found": "Check the address; private repositories also answer like this when no access token is set.",
    "remote.refused": "Set an access token or deploy key for this repository, and the server's host key for ssh.",
    "remote.unreachable": "Try again later, or check name, certificate, proxy and firewall.",
    "address.scheme": "Use the final address; redirections are not followed.",
    "remote.corrupt": "Run git fsck in the repository and repair what it names.",
}


@dataclass(frozen=True)
class Limits:
    """Wall-clock seconds for one Git command, seconds to wait for a mirror's lock, and bytes of a mirror on disk."""

    seconds: float = 600
    lock_seconds: float = 0
    mirror_bytes: int = 4 * 1024**3
    answer_bytes: int = 512 * 1024**2


READING = Limits(seconds=120)


@dataclass(frozen=True)
class Transport:
    """The one protocol that a command may speak, with what it needs to be told for that. None by default."""

    protocol: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


NO_TRANSPORT = Transport()


def git(
    directory: Path | str,
    *arguments: str,
    limits: Limits = READING,
    transport: Transport = NO_TRANSPORT,
    watch: Callable[[], None] | None = None,
    text_in: bytes | None = None,
) -> bytes:
    """What `git <arguments>` prints for the bare repository `directory`. MirrorError on failure, timeout or too long an answer.

    `watch` is called twice a second while the command runs and may raise to end it.
    """
    with stream(directory, *arguments, limits=limits, transport=transport, watch=watch, text_in=text_in) as pipe:
        return b"".join(_bounded(pipe, limits.answer_bytes))


def says_yes(directory: Path | str, *arguments: str, limits: Limits = READING) -> bool:
    """The answer of a Git command that answers by its exit code: 0 is yes, 1 is no, anything else MirrorError."""
    try:
        git(directory, *arguments, limits=limits)
    except _Failed as failure:
        if failure.exit_code == 1:
            return False
        raise
    return True


@contextmanager
def stream(
    directory: Path | str,
    *arguments: str,
    limits: Limits = READING,
    transport: Transport = NO_TRANSPORT,
    watch: Callable[[], None] | None = None,
    text_in: bytes | None = None,
) -> Iterator[IO[bytes]]:
    """The standard output of a running Git command. When the block ends, so have the command and all its children."""
    with tempfile.TemporaryFile() as errors, _input(text_in) as given:
        process = _started(_command(directory, arguments, transport), given, errors, transport)
        guard = _Guard(process, limits.seconds, watch)
        try:
            yield _stdout(process)
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # not reaped yet, so its group id is still its own
        except BaseException:
            guard.end_now()
            guard.raise_cause()
            raise
        finally:
            guard.close()
        guard.raise_cause()
        if process.returncode != 0:
            if not Path(directory, "HEAD").is_file():
                raise MirrorError("mirror.missing", "There is no mirror at that path.", "Clone it first.")
            raise _failure(arguments[0], process.returncode, errors, transport)


def _command(directory: Path | str, arguments: Sequence[str], transport: Transport) -> list[str]:
    settings = {**_OPTIONS, **transport.options}
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return ["git", "--no-pager", "--literal-pathspecs", f"--git-dir={directory}", *options, *arguments]


def _started(command: list[str], given: IO[bytes] | int, errors: IO[bytes], transport: Transport) -> subprocess.Popen[bytes]:
    environment = closed_environment(transport)
    try:
        return subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=errors, cwd="/", start_new_session=True, env=environment
        )
    except FileNotFoundError as error:
        raise MirrorError("mirror.failed", "The program git is not installed.", "Install Git 2.37 or newer.") from error


def closed_environment(transport: Transport) -> dict[str, str]:
    """All that a Git process of ours can see: no user or system configuration, no prompt, one transport or none."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {
        **kept,
        "HOME": _NO_HOME,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": transport.protocol or "none",  # an empty list would mean "no list"
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "SSH_ASKPASS": "/bin/false",
        "GIT_NO_REPLACE_OBJECTS": "1",  # a replace ref would let a commit id answer with other content
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        **transport.environment,
    }


class _Guard:
    """Ends a process group when its time is up or when `watch` objects, and remembers why."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float, watch: Callable[[], None] | None) -> None:
        self.process = process
        self.cause: BaseException | None = None
        self._seconds = seconds
        self._watch = watch
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._mind, name="git-guard", daemon=True)
        self._thread.start()

    def _mind(self) -> None:
        until = time.monotonic() + self._seconds
        while not self._done.wait(max(0.0, min(until - time.monotonic(), 0.5 if self._watch else self._seconds))):
            try:
                if time.monotonic() >= until:
                    said = f"Git was stopped after {self._seconds:g} seconds."
                    raise MirrorError("mirror.timeout", said, "Try again, or raise the time limit.")
                if self._watch is not None:
                    self._watch()
            except BaseException as cause:  # handed to the thread that waits for the process
                self.cause = cause
                self.end_now()
                return

    def end_now(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self.end_now()  # children that outlived the command, such as a hanging transport helper
        _stdout(self.process).close()
        self.process.wait()

    def raise_cause(self) -> None:
        if self.cause is not None:
            raise self.cause


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise RuntimeError("the process was started without a pipe")
    return process.stdout


def _bounded(pipe: IO[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    while chunk := pipe.read(1 << 20):
        size += len(chunk)
        if size > limit:
            raise MirrorError("mirror.quota", f"Git's answer is longer than {limit} bytes.", "Narrow the question.")
        yield chunk


@contextmanager
def _input(text: bytes | None) -> Iterator[IO[bytes] | int]:
    """Standard input from a file, so that writing it can never block on a command that is itself waiting to be read."""
    if text is None:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        yield file


class _Failed(MirrorError):
    def __init__(self, code: str, message: str, exit_code: int) -> None:
        super().__init__(code, message, _HINTS.get(code, ""))
        self.exit_code = exit_code


def _failure(name: str, exit_code: int, errors: IO[bytes], transport: Transport) -> _Failed:
    errors.seek(0)
    said = errors.read(20_000).decode("utf-8", "replace")
    said = re.sub(r"[^\S\n]+|[\x00-\x09\x0b-\x1f\x7f]+", " ", said).strip()
    code = "mirror.failed"
    if transport.protocol:  # only then was there another side to blame
        code = next((code for pattern, code in _SAID if re.search(pattern, said, re.IGNORECASE)), code)
    lines = [line for line in said.split("\n") if line.startswith(("fatal:", "error:", "remote:"))] or said.split("\n")
    return _Failed(code, f"git {name} failed: {' '.join(lines)[:400] or 'no explanation'}", exit_code)
