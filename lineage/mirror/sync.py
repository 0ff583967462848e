"""Making a bare mirror and bringing it up to date. One worker at a time; a kill at any moment leaves a usable state."""

from __future__ import annotations

import fcntl
import glob
import logging
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from git import Git

from .addresses import check_url, git_directory, protocol_of, vetted_addresses
from .commands import Limits, Transport, git, says_yes
from .errors import MirrorError

_REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_STALE = ("*.lock", "refs/**/*.lock", "objects/info/**/*.lock", "objects/pack/tmp_*", "objects/pack/.tmp-*")
_ANSWERS = """#!/bin/sh
case "$1" in
  Username*) printf %s "$COUNTERSIGN_GIT_USER" ;;
  *) printf %s "$COUNTERSIGN_GIT_TOKEN" ;;
esac
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Access:
    """What a mirror may reach and with which credentials. `token` answers https, `ssh_key` with `known_hosts` answers ssh."""

    allow_local: bool = False
    local_roots: tuple[Path, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()
    user: str = "oauth2"
    token: str = field(default="", repr=False)
    ssh_key: Path | None = None
    known_hosts: Path | None = None


@dataclass(frozen=True)
class _Remote:
    """An address that was checked just now, and how to reach it."""

    address: str
    transport: Transport


NO_ACCESS = Access()
DEFAULT_LIMITS = Limits()


def clone(url: str, path: Path, *, access: Access = NO_ACCESS, limits: Limits = DEFAULT_LIMITS) -> None:
    """Make a bare mirror of the branches and tags of `url` at `path`, which must not exist yet.

    It is built in a sibling directory and renamed at the end, so that `path` is either absent or complete.
    Raises MirrorError; what an earlier, killed attempt left behind is removed first.
    """
    with _locked(path, limits), _remote(url, access) as remote:
        if path.exists():
            raise MirrorError("mirror.exists", "There is already a mirror at that path.", "Fetch into it instead.")
        for leftover in path.parent.glob(f"{glob.escape(path.name)}.new-*"):
            shutil.rmtree(leftover)
        building = Path(tempfile.mkdtemp(prefix=f"{path.name}.new-", dir=path.parent))
        try:
            git(building, "init", "--quiet", "--bare", "--template=", "--initial-branch=main")
            _update(building, remote, limits)
            building.rename(path)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise


def fetch(path: Path, url: str, *, access: Access = NO_ACCESS, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Bring the mirror at `path` up to date with `url`. Whether any branch, tag or the default branch changed.

    Branches and tags that vanished there vanish here; their commits stay readable, for they may be evidence. False says
    that the mirror is as it was, not that its reader has kept up: a reader killed after the last fetch compares `refs`.
    Raises MirrorError, `mirror.busy` if another worker is at it.
    """
    with _locked(path, limits), _remote(url, access) as remote:
        if not (path / "HEAD").is_file():
            raise MirrorError("mirror.missing", "There is no mirror at that path.", "Clone it first.")
        _clear_stale(path)
        return _update(path, remote, limits)


def _update(path: Path, remote: _Remote, limits: Limits) -> bool:
    before = _local_refs(path)
    head, there = _remote_refs(path, remote, limits)
    if there == before:
        return _follow_head(path, head, there)
    quiet = ("--quiet", "--no-auto-maintenance", "--no-write-fetch-head", "--no-show-forced-updates")
    what = ("--prune", "--force", "--no-tags", "--no-recurse-submodules", "--", remote.address, *_REFSPECS)
    git(path, "fetch", *quiet, *what, limits=limits, transport=remote.transport, watch=lambda: _check_size(path, limits))
    _check_size(path, limits)
    moved = _follow_head(path, head, there)
    _tidy(path, limits)
    return moved or _local_refs(path) != before


def _tidy(path: Path, limits: Limits) -> None:
    """Roll small packs into larger ones, pruning nothing, and write the commit graph, with which ancestry is 30 times faster.

    The refs have moved by now, so a failure here must not be told as a failed fetch: the mirror is whole, only slower.
    """
    try:
        git(path, "repack", "--quiet", "--geometric=2", "-d", limits=limits)
        git(path, "commit-graph", "write", "--reachable", "--changed-paths", "--no-progress", limits=limits)
    except MirrorError as error:
        _log.warning("mirror %s was updated but not tidied: %s", path.name, error.message)


def _remote_refs(path: Path, remote: _Remote, limits: Limits) -> tuple[str, dict[str, str]]:
    """The branch that the other side's HEAD names, and its branches and tags."""
    question = ("ls-remote", "--symref", "--", remote.address, "HEAD", "refs/heads/*", "refs/tags/*")
    answer = git(path, *question, limits=limits, transport=remote.transport).decode("utf-8", "surrogateescape")
    head, found = "", {}
    for line in answer.split("\n"):
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: refs/heads/"):
            head = value.removeprefix("ref: ")
        elif name.startswith(("refs/heads/", "refs/tags/")) and not name.endswith("^{}"):
            found[name] = value
    return head, found


def _local_refs(path: Path) -> dict[str, str]:
    answer = git(path, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/", "refs/tags/")
    lines = answer.decode("utf-8", "surrogateescape").split("\n")
    return {name: value for value, _, name in (line.partition(" ") for line in lines if line)}


def _follow_head(path: Path, head: str, there: dict[str, str]) -> bool:
    """Point HEAD at the branch that the other side calls its default. Whether that was another one before."""
    now = (path / "HEAD").read_text(encoding="utf-8", errors="surrogateescape").strip().removeprefix("ref: ")
    if head not in there or head == now:
        return False
    if not says_yes(path, "check-ref-format", head):
        return False
    git(path, "symbolic-ref", "HEAD", head)
    return True


@contextmanager
def _remote(url: str, access: Access) -> Iterator[_Remote]:
    address = check_url(url, allow_local=access.allow_local, local_roots=access.local_roots, allowed_hosts=access.allowed_hosts)
    Git.check_unsafe_protocols(address)  # a second opinion, kept by people who learned each of these the hard way
    protocol = protocol_of(address)
    if protocol == "file":
        yield _Remote(str(git_directory(Path(address))), Transport(protocol))
    elif protocol == "ssh":
        vetted_addresses(address, allowed_hosts=access.allowed_hosts)
        yield _Remote(
            address, Transport(protocol, environment={"GIT_SSH_COMMAND": _ssh_command(access), "GIT_SSH_VARIANT": "ssh"})
        )
    else:
        with _askpass(access) as environment:
            yield _Remote(address, Transport(protocol, _pinned(address, access), environment))


def _pinned(address: str, access: Access) -> dict[str, str]:
    """Have curl connect to the addresses we looked at, not to what the name means later. A proxy resolves by itself."""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return {}
    found = vetted_addresses(address, allowed_hosts=access.allowed_hosts)
    host, _, port = address.removeprefix("https://").split("/", 1)[0].partition(":")
    joined = ",".join(f"[{item}]" if ":" in item else item for item in found)
    return {"http.curloptResolve": f"{host}:{port or '443'}:{joined}"}


def _ssh_command(access: Access) -> str:
    options = ["BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=20", "ForwardAgent=no", "ClearAllForwardings=yes"]
    words = ["ssh", "-F", os.devnull]
    if access.known_hosts is not None:
        options.append(f"UserKnownHostsFile={access.known_hosts}")
    if access.ssh_key is not None:
        options.append("IdentitiesOnly=yes")
        words += ["-i", str(access.ssh_key)]
    return shlex.join([*words, *(f"-o{option}" for option in options)])


@contextmanager
def _askpass(access: Access) -> Iterator[dict[str, str]]:
    """The token through the environment of the one process that needs it, never in an address or an argument."""
    if not access.token:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="countersign-askpass-") as folder:
        script = Path(folder, "askpass")
        script.write_text(_ANSWERS, encoding="ascii")
        script.chmod(0o700)
        yield {"GIT_ASKPASS": str(script), "COUNTERSIGN_GIT_USER": access.user, "COUNTERSIGN_GIT_TOKEN": access.token}


@contextmanager
def _locked(path: Path, limits: Limits) -> Iterator[None]:
    """Hold the mirror's lock file. The kernel gives it back when its holder dies, however that happens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + limits.lock_seconds
    with open(path.with_name(f"{path.name}.lock"), "ab") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise MirrorError("mirror.busy", "Another worker is updating this mirror.", "Try again later.") from None
                time.sleep(0.05)
        yield


def _clear_stale(path: Path) -> None:
    """Remove the lock and pack fragments of a Git that was killed. We hold the mirror's lock, so nobody is using them."""
    for pattern in _STALE:
        for leftover in path.glob(pattern):
            leftover.unlink(missing_ok=True)


def _check_size(path: Path, limits: Limits) -> None:
    size = 0
    for folder, _, files in os.walk(path):
        size += sum(_size(os.path.join(folder, name)) for name in files)
    if size > limits.mirror_bytes:
        raise MirrorError("mirror.quota", f"The mirror would be larger than {limits.mirror_bytes} bytes.", "Raise the quota.")


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:  # Git renames its fragments while we look
        return 0
