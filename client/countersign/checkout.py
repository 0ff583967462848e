"""What Git says about the checkout: commit, uncommitted changes, where it came from."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import urllib.parse
from dataclasses import dataclass

from countersign import exits

COMMIT = re.compile(r"[0-9a-f]{40}")
TIMEOUT = 120  # seconds; `git status` on a large checkout with a cold cache


@dataclass(frozen=True)
class Checkout:
    """One look at a working tree."""

    commit: str
    porcelain: bytes  # of `git status --porcelain`, empty when clean
    origin: str  # URL of the remote `origin` without credentials, or ""
    root: str = ""  # where the working tree lies on this machine; never sent

    @property
    def dirty(self) -> bool:
        return bool(self.porcelain)

    @property
    def porcelain_sha256(self) -> str | None:
        return hashlib.sha256(self.porcelain).hexdigest() if self.porcelain else None


def look(folder: str) -> Checkout | None:
    """The checkout that `folder` is in, or None when it is in none. Raises CommandError when Git cannot say."""
    commit = head(folder)
    if commit is None:
        return None
    status = _git(folder, "status", "--porcelain=v1", "--untracked-files=normal")
    if status.returncode:
        raise exits.usage(f"git status in {folder}: {_said(status)}")
    remote = _git(folder, "config", "--get", "remote.origin.url")
    top = _git(folder, "rev-parse", "--show-toplevel")
    root = os.fsdecode(top.stdout).rstrip("\n")
    return Checkout(commit, status.stdout, without_credentials(remote.stdout.decode("utf-8", "replace").strip()), root)


def head(folder: str) -> str | None:
    """The commit that is checked out, or None outside a repository and where there is no Git."""
    if not os.path.isdir(folder):
        raise exits.usage(f"{folder}: not a folder")
    try:
        inside = _git(folder, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        return None
    if inside.returncode:
        if b"not a git repository" in inside.stderr:
            return None
        raise exits.usage(f"git in {folder}: {_said(inside)}")
    found = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    commit = found.stdout.decode("ascii", "replace").strip()
    if found.returncode or not COMMIT.fullmatch(commit):
        raise exits.usage(f"{folder} is a repository without a commit")
    return commit


def checked_commit(text: str) -> str:
    """The commit as stated. Raises CommandError unless it is 40 hex digits: a shortened one can come to mean another."""
    if not COMMIT.fullmatch(text):
        raise exits.usage(f"--commit {text}: a commit is 40 hex digits in lower case, never shortened")
    return text


def without_credentials(url: str) -> str:
    """A remote's address as it may be sent: CI systems write their token into it."""
    if "://" not in url:
        return url  # a path, or git@host:path, whose part before the @ is no secret
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https"):
        name, at, host = parts.netloc.rpartition("@")
        return urllib.parse.urlunsplit(parts._replace(netloc=name.partition(":")[0] + at + host))
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(
            ["git", "-C", folder, *arguments],
            capture_output=True,
            env=environment,
            timeout=TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise exits.usage(f"git {arguments[0]} in {folder} took longer than {TIMEOUT} s") from None


def _said(result: subprocess.CompletedProcess[bytes]) -> str:
    return result.stderr.decode("utf-8", "replace").strip() or f"exit code {result.returncode}"
