"""What the component `dependencies` of a manifest consists of, and what changed between two sets of requirements. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from governance.dependencies.lockfiles.model import RequirementLike

_FORMAT = "countersign/dependencies/1"


class LockLike(Protocol):
    """A lock file that was recorded."""

    @property
    def path(self) -> str: ...
    @property
    def digest(self) -> str: ...


def component_body(sets: Iterable[LockLike]) -> dict[str, Any]:
    """The canonical body of `dependencies`: path and content digest of each lock, in the order of their paths.

    A comment or another order of lines changes nothing; another version, hash, marker, index or unreadable line does.
    """
    return {"format": _FORMAT, "locks": sorted({(item.path, item.digest) for item in sets})}


@dataclass(frozen=True, slots=True)
class Change:
    """A package that both sides ask for, but not in the same way.

    `kind` is version, hashes or details (extras, marker, origin); `before` and `after` are versions, or what stands instead.
    """

    name: str
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What somebody has to look at who knows the old requirements."""

    added: tuple[tuple[str, tuple[str, ...]], ...]
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    changed: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def difference(old: Iterable[RequirementLike], new: Iterable[RequirementLike]) -> Difference:
    """Packages that came, went or changed, each sorted by name. A package may have several versions, by marker."""
    before, after = _by_name(old), _by_name(new)
    return Difference(
        added=tuple((name, _versions(after[name])) for name in sorted(after.keys() - before.keys())),
        removed=tuple((name, _versions(before[name])) for name in sorted(before.keys() - after.keys())),
        changed=tuple(
            Change(name, _kind(before[name], after[name]), _versions(before[name]), _versions(after[name]))
            for name in sorted(before.keys() & after.keys())
            if _facts(before[name]) != _facts(after[name])
        ),
    )


def _by_name(requirements: Iterable[RequirementLike]) -> dict[str, list[RequirementLike]]:
    found: dict[str, list[RequirementLike]] = defaultdict(list)
    for requirement in requirements:
        found[requirement.name].append(requirement)
    return found


def _versions(rows: list[RequirementLike]) -> tuple[str, ...]:
    return tuple(sorted({row.version or row.url or row.specifier for row in rows}))


def _hashes(rows: list[RequirementLike]) -> set[str]:
    return {value for row in rows for value in row.hashes}


def _facts(rows: list[RequirementLike]) -> list[tuple[Any, ...]]:
    return sorted(
        (row.version, row.specifier, row.marker, row.origin, row.url, tuple(row.extras), tuple(row.hashes)) for row in rows
    )


def _kind(before: list[RequirementLike], after: list[RequirementLike]) -> str:
    if _versions(before) != _versions(after):
        return "version"
    return "hashes" if _hashes(before) != _hashes(after) else "details"
