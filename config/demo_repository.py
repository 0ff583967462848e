"""A small real Git repository for the demo: customer churn, four people, eight model versions, twenty-one commits.

The same commit ids on every machine: names, times and contents are fixed, and `git fast-import` takes them as they are. Two
teams fill the column `signup_date` differently, one feature leaked the future and was taken out again, and the last
commit changes nothing but the lock file. Nothing in the repository is ever executed by us.

Commit number NN writes the files of `demo_files/NN/` (stored with the suffix `.demo`, so that no tool of ours takes them
for our own), and what `demo_history` computes: data extracts, parameters, metrics, `dvc.lock`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.demo_history import COMMITS, PEOPLE, VERSIONS, Change, Person, Version, files_of
from foundation.canonical import digest_bytes

BRANCH = "main"
MODEL = "churn-model"
_SIDE = "gradient-boosting"
DATA = (("onboarding-customers", "data/onboarding/customers.csv"), ("billing-customers", "data/billing/customers.csv"))


@dataclass(frozen=True)
class DemoVersion:
    """A version of the churn model: where it is in history and every file of its tree, by path."""

    number: str
    tag: str | None
    commit: str
    committed_at: datetime
    files: Mapping[str, bytes]
    facts: Version

    @property
    def lock(self) -> str:
        """The text of `requirements.txt`."""
        return self.files["requirements.txt"].decode()


@dataclass(frozen=True)
class DemoRepository:
    path: Path
    default_branch: str
    head_v7: str
    head_v8: str
    versions: Mapping[str, DemoVersion]  # by number, "1" to "8"; 1 to 7 are tagged, 8 waits for approval
    people: tuple[Person, ...]


def build(path: Path) -> DemoRepository:
    """Make the repository at `path`, or describe the one that an earlier call made there.

    Raises FileExistsError if `path` holds anything else, and RuntimeError if Git is missing or fails. The directory is
    complete or absent: it is built beside `path` and renamed.
    """
    if not path.exists():
        _make(path, _stream())
    return _described(path)


def written(path: Path, history: bytes) -> list[str]:
    """Make a repository at `path` out of a stream for `git fast-import`, in place of what is there; its commits, oldest first."""
    if path.exists():
        shutil.rmtree(path)
    _make(path, history)
    return _git(path, "log", "--reverse", "--format=%H", BRANCH).decode().split()


def _make(path: Path, history: bytes) -> None:
    """Complete or absent: it is built beside `path` and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f"{path.name}.new-", dir=path.parent))
    try:
        _git(building, "init", "--quiet", "--template=", f"--initial-branch={BRANCH}")
        _git(building, "fast-import", "--quiet", text_in=history)
        _git(building, "reset", "--quiet", "--hard", BRANCH)
        building.chmod(0o755)
        building.rename(path)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def pushed(version: DemoVersion, repository: DemoRepository) -> dict[str, Any]:
    """What `countersign push` sends for a version of the demo repository."""
    files = version.files
    data: dict[str, Any] = {
        "kind": version.facts.kind,
        "registry": "ci",
        "name": MODEL,
        "version": version.number,
        "repository": str(repository.path),
        "commit": version.commit,
        "dirty": False,
        "artifact": {
            "uri": f"s3://models/churn/{version.facts.trained_as}",
            "sha256": digest_bytes(version.facts.artifact).removeprefix("sha256:"),
            "size": len(version.facts.artifact),
            "serialization": "skops",
        },
        "runtime": {"kind": "lock", "image_digest": None, "config": {}},
        "datasets": [_dataset(name, files[path]) for name, path in DATA if path in files],
        "dependency_sets": [_file(files, "requirements.txt")] if "requirements.txt" in files else [],
    }
    for field, path in (
        ("params_file", "params.yaml"),
        ("metrics_file", "metrics.json"),
        ("dvc_lock", "dvc.lock"),
        ("confusion_file", "evaluation/confusion.json"),
    ):
        if path in files:
            data[field] = _file(files, path)
    return data


def _file(files: Any, path: str) -> dict[str, str]:
    return {"path": path, "content": files[path].decode()}


def _dataset(name: str, content: bytes) -> dict[str, Any]:
    header, *rows = content.decode().splitlines()
    return {"role": "train", "name": name, "digest": digest_bytes(content), "rows": len(rows), "columns": header.split(",")}


def _described(path: Path) -> DemoRepository:
    trees = _trees()
    listed = _git(path, "log", "--format=%H %s", BRANCH).decode().splitlines() if (path / ".git").is_dir() else []
    by_subject = {subject: sha for sha, _, subject in (line.partition(" ") for line in listed)}
    if not {change.subject for change in COMMITS} <= set(by_subject):  # commits that somebody added on top are welcome
        raise FileExistsError(f"{path} exists and is not the demo's repository; move it away or choose another place")
    versions = {}
    for version in VERSIONS:
        change = COMMITS[version.commit - 1]
        tag = f"{MODEL}@{version.tag}" if version.tag else None
        sha = by_subject[change.subject]
        versions[version.number] = DemoVersion(version.number, tag, sha, change.when, trees[version.commit], version)
    return DemoRepository(path, BRANCH, versions["7"].commit, versions["8"].commit, versions, tuple(PEOPLE.values()))


def _trees() -> dict[int, dict[str, bytes]]:
    """Every file after each commit, by its number. Data and figures follow from what is there, so order matters."""
    trees: dict[int, dict[str, bytes]] = {0: {}}
    for number, change in enumerate(COMMITS, start=1):
        base = trees[change.parent if change.parent is not None else number - 1]
        merged = trees[change.merges] if change.merges else {}
        trees[number] = files_of(number, {**base, **merged})
    return trees


def _stream() -> bytes:
    """The whole history in the language of `git fast-import`."""
    trees = _trees()
    parts: list[bytes] = []
    for number, change in enumerate(COMMITS, start=1):
        parent = change.parent if change.parent is not None else number - 1
        parts.append(_commit(number, change, parent, trees))
        version = next((version for version in VERSIONS if version.commit == number and version.tag), None)
        if version is not None:
            parts.append(_tag(f"{MODEL}@{version.tag}", number, change, f"Version {version.number}: {change.subject}"))
    parts.append(_tag(f"{MODEL}#production#1", VERSIONS[4].commit, COMMITS[15], "Version 5 goes to production"))
    parts.append(_tag(f"{MODEL}#production#2", VERSIONS[5].commit, COMMITS[17], "Version 6 goes to production"))
    return b"".join(parts)


def _commit(number: int, change: Change, parent: int, trees: Mapping[int, Mapping[str, bytes]]) -> bytes:
    branch = _SIDE if change.side else BRANCH
    message = f"{change.subject}\n" + (f"\n{change.body}\n" if change.body else "")
    lines = [f"commit refs/heads/{branch}\nmark :{number}\n".encode(), _who("author", change), _who("committer", change)]
    lines.append(_data(message.encode()))
    lines += [f"from :{parent}\n".encode()] if parent else []
    lines += [f"merge :{change.merges}\n".encode()] if change.merges else []
    before, after = trees[parent], trees[number]
    for path in sorted(after):
        if before.get(path) != after[path]:
            lines.append(f"M 100644 inline {path}\n".encode() + _data(after[path]))
    lines += [f"D {path}\n".encode() for path in sorted(set(before) - set(after))]
    return b"".join([*lines, b"\n"])


def _tag(name: str, number: int, change: Change, message: str) -> bytes:
    return f"tag {name}\nfrom :{number}\n".encode() + _who("tagger", change) + _data(f"{message}\n".encode())


def _who(kind: str, change: Change) -> bytes:
    person = PEOPLE[change.who]
    return f"{kind} {person.name} <{person.email}> {int(change.when.timestamp())} +0100\n".encode()


def _data(content: bytes) -> bytes:
    return f"data {len(content)}\n".encode() + content + b"\n"


def _git(directory: Path, *arguments: str, text_in: bytes = b"") -> bytes:
    """Git without the configuration, hooks or identity of whoever starts the demo: they would change the commit ids."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_DIR": str(directory / ".git"),
        "GIT_WORK_TREE": str(directory),
    }
    try:
        done = subprocess.run(
            ["git", *arguments], input=text_in, env=environment, cwd=directory, capture_output=True, timeout=120, check=False
        )
    except FileNotFoundError as error:
        raise RuntimeError("The demo needs the program git; install Git 2.37 or newer.") from error
    if done.returncode != 0:
        raise RuntimeError(f"git {arguments[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()[:400]}")
    return done.stdout
