"""Two people changed one definition: what each of them did, where they met, and the two put together. Pure.

Each text, and each field of each named thing (data, consumer, KPI), is looked at by itself. Where only one of them changed
it, that change stands. Where both changed it to different things they *meet*: nobody but a person can say which holds, so
nothing is dropped until one of the two says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.usecases.comparison import PARTS, TEXTS, told

MINE, THEIRS, BOTH = "mine", "theirs", "both"
LONG_TEXTS = frozenset(
    {"business_problem", "affected", "ml_problem", "intended_use", "limits", "assumptions", "regulation", "how"}
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A place that both changed. `field` is blank where one of them removed the whole thing `name` and the other changed it."""

    field: str
    base: str
    theirs: str
    mine: str
    name: str = ""
    part: str = ""

    @property
    def key(self) -> str:
        """Names the place in a form: `ml_problem`, `kpis/Found/target`."""
        return "/".join((self.part, self.name, self.field)) if self.part else self.field

    @property
    def joinable(self) -> bool:
        """Whether both can stand, one under the other."""
        return self.field in LONG_TEXTS and bool(self.theirs and self.mine)


@dataclass(frozen=True, slots=True)
class Merged:
    """The two put together, and the places where they met. In those, what was chosen stands, or what `mine` says."""

    body: dict[str, Any]
    meetings: tuple[Meeting, ...]


def merge(
    base: Mapping[str, Any] | None, theirs: Mapping[str, Any], mine: Mapping[str, Any], chosen: Mapping[str, str] | None = None
) -> Merged:
    """Put `theirs` and `mine`, which both started from `base`, together. `chosen` says by `Meeting.key` what holds where they met."""
    base, chosen = base or {}, chosen or {}
    met: list[Meeting] = []
    body: dict[str, Any] = {}
    for name in TEXTS:
        values = [str(one.get(name, "") or "") for one in (base, theirs, mine)]
        body[name] = _settled(values, values, Meeting(name, *values), chosen, met)
    for part, (fields, _head) in PARTS.items():
        body[part] = _merged_part(part, fields, base.get(part, ()), theirs.get(part, ()), mine.get(part, ()), chosen, met)
    return Merged(body, tuple(met))


Items = Sequence[Mapping[str, Any]]


def _merged_part(
    part: str, fields: tuple[str, ...], base: Items, theirs: Items, mine: Items, chosen: Mapping[str, str], met: list[Meeting]
) -> list[dict[str, Any]]:
    """One list of named things, in the order of `theirs`, what only `mine` has after it."""
    was, they, me = ({item["name"]: item for item in items} for items in (base, theirs, mine))
    found = []
    for name in [*they, *(name for name in me if name not in they)]:
        one, other = they.get(name), me.get(name)
        if one is not None and other is not None:
            found.append(_merged_item(part, fields, name, (was.get(name), one, other), chosen, met))
            continue
        kept = _kept(part, fields, name, was.get(name), one, other, chosen, met)
        if kept is not None:
            found.append(dict(kept))
    return found


def _kept(
    part: str,
    fields: tuple[str, ...],
    name: str,
    was: Mapping[str, Any] | None,
    one: Mapping[str, Any] | None,
    other: Mapping[str, Any] | None,
    chosen: Mapping[str, str],
    met: list[Meeting],
) -> Mapping[str, Any] | None:
    """A thing that only one of them has: new, or removed by the other, or removed by one and changed by the other."""
    there = one if one is not None else other
    if was is None:
        return there
    if all(told(part, was, field) == told(part, there, field) for field in fields):
        return None
    meeting = Meeting("", name, name if one is not None else "", name if other is not None else "", name, part)
    met.append(meeting)
    return one if chosen.get(meeting.key, MINE) == THEIRS else other


def _merged_item(
    part: str,
    fields: tuple[str, ...],
    name: str,
    versions: tuple[Mapping[str, Any] | None, Mapping[str, Any], Mapping[str, Any]],
    chosen: Mapping[str, str],
    met: list[Meeting],
) -> dict[str, Any]:
    item: dict[str, Any] = {"name": name}
    for field in fields:
        texts = [told(part, version, field) for version in versions]
        values = [None if version is None else version.get(field) for version in versions]
        value = _settled(texts, values, Meeting(field, texts[0], texts[1], texts[2], name, part), chosen, met)
        if value is not None:
            item[field] = value
    return item


def _settled(texts: Sequence[str], values: Sequence[Any], meeting: Meeting, chosen: Mapping[str, str], met: list[Meeting]) -> Any:
    """The value that holds in one place: `texts` are compared, `values` kept; each is base, theirs, mine."""
    base, theirs, mine = texts
    if mine in (theirs, base):
        return values[1]
    if theirs == base:
        return values[2]
    met.append(meeting)
    choice = chosen.get(meeting.key, MINE)
    if choice == BOTH and meeting.joinable:
        return f"{theirs}\n\n{mine}"
    return values[1] if choice == THEIRS else values[2]
