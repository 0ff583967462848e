"""Whether a lock really locks: one version each, and the bytes that are meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.dependencies.first_party import is_first_party
from governance.dependencies.lockfiles.model import PYPI, RequirementLike


@dataclass(frozen=True, slots=True)
class Loose:
    """A requirement that leaves open what will be installed. `code` is `not_pinned` or `no_sha256`."""

    name: str
    line: int
    code: str


def not_pinned(requirements: Iterable[RequirementLike], path: str = "") -> list[Loose]:
    """Those of the file at `path` that do not name exactly one version, in the order given.

    A URL or a branch is not a version: what it leads to can change while the line stays. Code of the same repository is as fixed as the
    commit, and what answers over a network is not installed at all.
    """
    return [Loose(row.name, row.line, "not_pinned") for row in _installed(requirements, path) if _is_open(row)]


def without_sha256(requirements: Iterable[RequirementLike], path: str = "") -> list[Loose]:
    """Those that name no SHA-256 of what may be installed, in the order given."""
    return [Loose(row.name, row.line, "no_sha256") for row in _installed(requirements, path) if not _is_hashed(row)]


def is_loose(requirement: RequirementLike, path: str = "") -> bool:
    """Whether it leaves open what will be installed: by its version, or by its bytes."""
    return any(_is_open(row) or not _is_hashed(row) for row in _installed([requirement], path))


def _installed(requirements: Iterable[RequirementLike], path: str) -> list[RequirementLike]:
    return [row for row in requirements if getattr(row, "ecosystem", PYPI) != "service" and not is_first_party(row, path)]


def _is_open(row: RequirementLike) -> bool:
    return not row.version or row.origin != "index"


def _is_hashed(row: RequirementLike) -> bool:
    return any(value.startswith("sha256:") for value in row.hashes)
