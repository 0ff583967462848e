"""The lock files that lie in the tree of a version's commit, by their names: read from the mirror, and no further."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from governance.dependencies import lockfiles
from governance.dependencies.models import DependencySet
from lineage import mirror
from lineage.models import Commit, ModelVersion

MOST_FOUND = 300
_REQUIREMENTS = "requirements.txt"
_NAMED_SO = re.compile(
    r"(?:^|/)[^/]*require[^/]*(?:\.txt|\.in|/[^/]+\.txt)$", re.IGNORECASE
)  # any text file could be one by its ending
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testdata|fixtures?|examples?|docs?|samples?|benchmarks?|third[_-]party|vendor|\.github)/", re.IGNORECASE
)
_READ = ("100644", "100755")  # what is a file: no link, no submodule


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that is a lock file by its name. `kept` is the one of this path that the version has already; `aside`: likely not of the model."""

    path: str
    format: str
    kept: DependencySet | None
    aside: bool


@dataclass(frozen=True, slots=True)
class AtCommit:
    """What lies at the commit; `commit` is None while no mirror has seen it. `more` lock files are not listed."""

    commit: Commit | None
    files: Sequence[FoundFile] = ()
    more: int = 0


def lock_files_at_commit(row: ModelVersion) -> AtCommit:
    """The lock files at the version's commit, those near the root first. Raises MirrorError where the mirror cannot be read."""
    commit = commit_of(row)
    if commit is None:
        return AtCommit(None)
    kept = {lock.path: lock for lock in locks_of(row)}
    entries = mirror.tree_entries(commit.repository.mirror, commit.sha)
    found = [(entry.path, format) for entry in entries if entry.mode in _READ and (format := format_at(entry.path))]
    found.sort(key=lambda item: (bool(_ASIDE.search(item[0])), item[0].count("/"), item[0]))
    files = [FoundFile(path, format, kept.get(path), bool(_ASIDE.search(path))) for path, format in found[:MOST_FOUND]]
    return AtCommit(commit, files, max(0, len(found) - MOST_FOUND))


def format_at(path: str) -> str:
    """The format that a path stands for among all files of a repository; empty for what is none by its name."""
    if path.startswith('"') or not path.isprintable() or len(path) > 300:  # quoted by Git: no text that could be a path here
        return ""
    format = lockfiles.format_of(path)
    if format == _REQUIREMENTS and not _NAMED_SO.search(path):
        return ""
    return "" if format == "unknown" else format


def commit_of(row: ModelVersion) -> Commit | None:
    """The version's commit in a mirror of its use case, as `verify_version` looks for it."""
    rows = Commit.objects.filter(sha=row.commit, repository__uses__use_case=row.use_case)
    return rows.select_related("repository").order_by("repository_id").first()


def locks_of(row: ModelVersion) -> list[DependencySet]:
    """The lock files that the version has, without their text."""
    return [lock.dependency_set for lock in row.locks.select_related("dependency_set").defer("dependency_set__raw")]
