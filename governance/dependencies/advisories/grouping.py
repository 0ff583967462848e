"""Records about one flaw, put together by their aliases. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from governance.dependencies.advisories.model import Advisory
from governance.dependencies.advisories.severity import worst

_FIRST = ("CVE-", "GHSA-", "PYSEC-", "MAL-")


@dataclass(frozen=True, slots=True)
class Group:
    """One flaw. `ids` are all names that it goes by, `advisories` the records that are not withdrawn."""

    key: str
    ids: frozenset[str]
    advisories: tuple[str, ...]
    summary: str = ""
    severity: str = ""
    modified: str = ""


def merged(advisories: Iterable[Advisory]) -> dict[str, Group]:
    """By the id of each record that is not withdrawn: the flaw it is about. Connected components over ids and aliases.

    A withdrawn record joins nothing: it may have been withdrawn because its aliases were wrong.
    """
    rows = [row for row in advisories if not row.withdrawn]
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for row in rows:
        one = top(row.id)
        for alias in row.aliases:
            above[top(alias)] = one
    names: dict[str, set[str]] = defaultdict(set)
    for name in list(above):
        names[top(name)].add(name)
    members: dict[str, list[Advisory]] = defaultdict(list)
    for row in rows:
        members[top(row.id)].append(row)
    found: dict[str, Group] = {}
    for root, group in members.items():
        group.sort(key=lambda row: _rank(row.id))
        key = min(names[root], key=_rank)
        one_group = Group(
            key=key,
            ids=frozenset(names[root]),
            advisories=tuple(dict.fromkeys(row.id for row in group)),
            summary=next((row.summary for row in group if row.summary), ""),
            severity=worst(row.severity for row in group),
            modified=max(row.modified for row in group),
        )
        for row in group:
            found[row.id] = one_group
    return found


def _rank(name: str) -> tuple[int, str]:
    return next((at for at, start in enumerate(_FIRST) if name.startswith(start)), len(_FIRST)), name
