"""Whether a lock really locks: one version each, and the bytes that are meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.dependencies.lockfiles.model import RequirementLike


@dataclass(frozen=True, slots=True)
class Loose:
    """A requirement that leaves open what will be installed. `code` is `not_pinned` or `no_sha256`."""

    name: str
    line: int
    code: str


def not_pinned(requirements: Iterable[RequirementLike]) -> list[Loose]:
    """Those that do not name exactly one version with `==` or `===`, in the order given.

    A URL or a branch is not a version: what it leads to can change while the line stays.
    """
    return [Loose(row.name, row.line, "not_pinned") for row in requirements if not row.version or row.origin != "index"]


def without_sha256(requirements: Iterable[RequirementLike]) -> list[Loose]:
    """Those that name no SHA-256 of what may be installed, in the order given."""
    return [
        Loose(row.name, row.line, "no_sha256")
        for row in requirements
        if not any(value.startswith("sha256:") for value in row.hashes)
    ]
