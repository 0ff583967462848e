"""Which rulings speak for a version of a package at a moment: what is blocked, which flaw is accepted, what is exempt. Pure.

A ruling that was not decided, has run out or was revoked is absent in the same instant. A block beats whatever else is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from governance.dependencies.lockfiles import PYPI
from governance.dependencies.review_graph import NOTHING, Caveat, Edge

PackageKey = tuple[str, str]  # ecosystem, name

EXEMPT, ACCEPT, BLOCK = "exempt", "accept", "block"
WARN_BEFORE = timedelta(days=14)  # how long before the end of a ruling people are told


class RulingLike(Protocol):
    """A ruling as its table holds it."""

    @property
    def public_id(self) -> str: ...
    @property
    def effect(self) -> str: ...
    @property
    def ecosystem(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def specifier(self) -> str: ...
    @property
    def advisory(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def criteria(self) -> Sequence[str]: ...
    @property
    def scope(self) -> str: ...
    @property
    def until_fix(self) -> bool: ...
    @property
    def decision(self) -> str | None: ...
    @property
    def decided_at(self) -> datetime | None: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...


R = TypeVar("R", bound=RulingLike)

# Versions ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _specifiers(text: str) -> SpecifierSet:
    return SpecifierSet(text)


def specifier_fault(ecosystem: str, specifier: str) -> str:
    """What is wrong with the versions that a ruling names, as packaging says it; nothing where they can be used.

    Python: specifiers of PEP 440, such as `>=1.2,<2`. Elsewhere one exact version. Empty: every version, everywhere.
    """
    if ecosystem != PYPI or not specifier:
        return ""
    try:
        return "" if len(_specifiers(specifier)) else f"Invalid specifier: {specifier!r}"
    except InvalidSpecifier as error:
        return str(error)


def exactly(ecosystem: str, version: str) -> str:
    """The versions of a ruling that is about this one alone."""
    if ecosystem != PYPI:
        return version
    try:
        Version(version)
    except InvalidVersion:
        return f"==={version}"
    return f"=={version}"


@lru_cache(maxsize=65_536)
def fits(ecosystem: str, specifier: str, version: str) -> bool | None:
    """Whether a version is among those that a ruling names; None where that cannot be told.

    It cannot where no version is pinned, or where one that PEP 440 does not know would have to be compared by order. Pre-releases
    are versions like others: `>=2.0rc1` names 2.0rc2.
    """
    if not specifier:
        return True
    if not version:
        return None
    if ecosystem != PYPI:
        return version == specifier
    try:
        wanted = _specifiers(specifier)
    except InvalidSpecifier:
        return None
    try:
        return bool(wanted.contains(Version(version), prereleases=True))
    except InvalidVersion:
        answers = {_as_text(one.operator, one.version, version) for one in wanted}
    return False if False in answers else None if None in answers else True


def _as_text(operator: str, said: str, version: str) -> bool | None:
    """One clause, for a version that can only be compared as a text."""
    if operator == "===":
        return said.lower() == version.lower()
    if operator == "==":
        return False  # what stands there is a version of PEP 440, and this is none
    return None


# Who speaks ----------------------------------------------------------------------------------------------------------


def holds_at(ruling: RulingLike, at: datetime) -> bool:
    """Whether it is in force at `at`. Half-open: at its end, and when it is revoked, it is absent."""
    return (
        ruling.decision == "yes"
        and ruling.decided_at is not None
        and ruling.decided_at <= at
        and (ruling.expires_at is None or at < ruling.expires_at)
        and (ruling.revoked_at is None or at < ruling.revoked_at)
    )


def by_package(rulings: Iterable[R]) -> dict[PackageKey, list[R]]:
    """The rulings of each package, for who asks about many."""
    found: dict[PackageKey, list[R]] = defaultdict(list)
    for ruling in rulings:
        found[ruling.ecosystem, ruling.name].append(ruling)
    return dict(found)


def speaks_for(
    rulings: Iterable[R], key: PackageKey, version: str, *, at: datetime, scope: str = "", effect: str = ""
) -> list[R]:
    """Those that are in force at `at` for this version: of the organisation, and of the use case `scope`. All effects, or one.

    What cannot be told from the version is left out; `may_block` gives the blocks among that.
    """
    return [
        ruling for ruling in _of(rulings, key, at, scope, effect) if fits(ruling.ecosystem, ruling.specifier, version) is True
    ]


def blocks(rulings: Iterable[R], key: PackageKey, version: str, *, at: datetime, scope: str = "") -> list[R]:
    """The blocks that hold for this version. One is enough, and nothing else that is said counts then."""
    return speaks_for(rulings, key, version, at=at, scope=scope, effect=BLOCK)


def may_block(rulings: Iterable[R], key: PackageKey, version: str, *, at: datetime, scope: str = "") -> list[R]:
    """The blocks of which nobody can tell whether they hold: no version is pinned, or it cannot be compared. Unknown, so no pass."""
    return [ruling for ruling in _of(rulings, key, at, scope, BLOCK) if fits(ruling.ecosystem, ruling.specifier, version) is None]


def accepts(
    rulings: Iterable[R],
    key: PackageKey,
    version: str,
    ids: Iterable[str],
    *,
    at: datetime,
    scope: str = "",
    fixed: bool = False,
) -> R | None:
    """The ruling that accepts a flaw in this version, whichever of its names (`ids`: key and all aliases) it was accepted by.

    `fixed`: a version without the flaw is known; then one that holds until a fix exists accepts nothing any more. Of several the
    one that holds longest; nothing where the version is blocked.
    """
    rulings = list(rulings)
    if blocks(rulings, key, version, at=at, scope=scope):
        return None
    names = {name.casefold() for name in ids}
    found = [
        ruling
        for ruling in speaks_for(rulings, key, version, at=at, scope=scope, effect=ACCEPT)
        if not (ruling.until_fix and fixed) and not names.isdisjoint(names_of(ruling))
    ]
    return max(found, key=lambda ruling: (ruling.expires_at is None, ruling.expires_at, ruling.public_id), default=None)


def names_of(ruling: RulingLike) -> frozenset[str]:
    """All names of the flaw that it accepts, in one spelling."""
    return frozenset(name.casefold() for name in (ruling.advisory, *ruling.aliases) if name)


def exempt_edges(
    rulings: Iterable[RulingLike], key: PackageKey, nodes: Mapping[str, str], *, at: datetime, scope: str = ""
) -> list[Edge]:
    """What exemptions add to the graph of a package: an edge from nothing to each release that they speak for.

    `nodes` are the nodes of the graph and the version of each. A version that is blocked gets none.
    """
    mine = list(rulings)
    exempting = list(_of(mine, key, at, scope, EXEMPT))
    blocking = list(_of(mine, key, at, scope, BLOCK)) if exempting else []
    return [
        Edge(
            id=ruling.public_id,
            base=NOTHING,
            target=node,
            criteria=frozenset(ruling.criteria),
            caveat=Caveat.EXEMPTION,
            ends_at=ruling.expires_at,
        )
        for node, version in (nodes.items() if exempting else ())
        if node != NOTHING and not any(fits(ruling.ecosystem, ruling.specifier, version) for ruling in blocking)
        for ruling in exempting
        if fits(ruling.ecosystem, ruling.specifier, version)
    ]


def _of(rulings: Iterable[R], key: PackageKey, at: datetime, scope: str, effect: str) -> Iterable[R]:
    return (
        ruling
        for ruling in rulings
        if (ruling.ecosystem, ruling.name) == key
        and ruling.scope in ("", scope)
        and (not effect or ruling.effect == effect)
        and holds_at(ruling, at)
    )
