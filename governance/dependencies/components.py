"""What the component `dependencies` of a manifest consists of, and what changed between two sets of requirements. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from governance.dependencies.lockfiles.model import PYPI, RequirementLike

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

    `name` tells the ecosystem where it is not PyPI. `kind` is version, hashes or details (extras, marker, origin, index, groups, licence);
    `before` and `after` are versions, or what stands instead.
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
    """Packages that came, went or changed, each sorted by name. A package may have several versions, by marker.

    Packages of two ecosystems are two packages, whatever they are called: conda's `redis` is a server, PyPI's a client.
    """
    before, after = _by_package(old), _by_package(new)
    return Difference(
        added=tuple((label_of(*key), _versions(after[key])) for key in sorted(after.keys() - before.keys(), key=_place)),
        removed=tuple((label_of(*key), _versions(before[key])) for key in sorted(before.keys() - after.keys(), key=_place)),
        changed=tuple(
            Change(label_of(*key), _kind(before[key], after[key]), _versions(before[key]), _versions(after[key]))
            for key in sorted(before.keys() & after.keys(), key=_place)
            if _facts(before[key]) != _facts(after[key])
        ),
    )


def label_of(ecosystem: str, name: str) -> str:
    """What people call a package: its name, and its ecosystem where that is not PyPI."""
    return name if ecosystem == PYPI else f"{ecosystem}:{name}"


def _place(key: tuple[str, str]) -> tuple[str, str]:
    ecosystem, name = key
    return name, ecosystem


def _by_package(requirements: Iterable[RequirementLike]) -> dict[tuple[str, str], list[RequirementLike]]:
    found: dict[tuple[str, str], list[RequirementLike]] = defaultdict(list)
    for requirement in requirements:
        found[getattr(requirement, "ecosystem", PYPI), requirement.name].append(requirement)
    return found


def _versions(rows: list[RequirementLike]) -> tuple[str, ...]:
    return tuple(sorted({row.version or row.url or row.specifier for row in rows}))


def _hashes(rows: list[RequirementLike]) -> set[str]:
    return {value for row in rows for value in row.hashes}


def _facts(rows: list[RequirementLike]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            *(row.version, row.specifier, row.marker, row.origin, row.url, tuple(row.extras), tuple(row.hashes)),
            *(tuple(getattr(row, "groups", ())), getattr(row, "index", ""), getattr(row, "licence", "")),
            "" if getattr(row, "ecosystem", PYPI) == PYPI else getattr(row, "purl", ""),  # holds build, platform and distribution
        )
        for row in rows
    )


def _kind(before: list[RequirementLike], after: list[RequirementLike]) -> str:
    if _versions(before) != _versions(after):
        return "version"
    return "hashes" if _hashes(before) != _hashes(after) else "details"
