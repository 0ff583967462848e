"""What is different between two contents of a component. Pure: values in, rows out, no words for people.

Lists whose members have a name are compared by it, so that a KPI put in between does not make all that follow it look changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

Change = Literal["added", "removed", "changed"]
Path = tuple[str, ...]

LONGEST_NUMBER = 60  # digits before the point, or zeros behind it
# What names the members of a list, tried in this order: all of the first set that every member has.
IDENTITIES = (("role", "name"), ("name", "dataset"), ("key",), ("name",), ("path",), ("element",))


@dataclass(frozen=True, slots=True)
class Row:
    """One place that differs: its path, and the text before and after. `before` is empty for added, `after` for removed."""

    path: Path
    before: str
    after: str
    change: Change


def compare(before: Any, after: Any) -> list[Row]:
    """Every place at which two JSON values differ, in the order of the newer one, what is gone last.

    The values are in canonical form (`foundation.canonical`), so there are no rows exactly when their digests are equal: a text
    that spells a number is compared as a text, because a version 3.10 is not a version 3.1.
    """
    return list(_compare((), before, after))


def _compare(path: Path, before: Any, after: Any) -> Iterable[Row]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _members(path, before, after)
    elif _is_list(before) and _is_list(after):
        yield from _lists(path, before, after)
    elif not _same(before, after):
        yield Row(path, text_of(before), text_of(after), "changed")


def _members(path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Row]:
    for name, value in after.items():
        if name in before:
            yield from _compare((*path, name), before[name], value)
        else:
            yield Row((*path, name), "", text_of(value), "added")
    for name, value in before.items():
        if name not in after:
            yield Row((*path, name), text_of(value), "", "removed")


def _lists(path: Path, before: Sequence[Any], after: Sequence[Any]) -> Iterable[Row]:
    for names in IDENTITIES:
        old, new = _by_name(before, names), _by_name(after, names)
        if old is not None and new is not None:
            if [key for key in old if key in new] == [key for key in new if key in old]:
                yield from _named(path, old, new)
                return
            break  # the same members in another order: told by their places, so that the order is not lost
    for place in range(max(len(before), len(after))):
        here = (*path, str(place + 1))
        if place >= len(before):
            yield Row(here, "", text_of(after[place]), "added")
        elif place >= len(after):
            yield Row(here, text_of(before[place]), "", "removed")
        else:
            yield from _compare(here, before[place], after[place])


Named = dict[tuple[tuple[str, str], ...], tuple[str, dict[str, Any]]]


def _by_name(rows: Sequence[Any], names: Sequence[str]) -> Named | None:
    """The members by what names them, or None where one has no name or two have the same."""
    found: Named = {}
    for row in rows:
        if not isinstance(row, Mapping) or any(name not in row for name in names):
            return None
        key = tuple((type(row[name]).__name__, str(row[name])) for name in names)
        if key in found:
            return None
        label = " · ".join(str(row[name]) for name in names if row[name] not in (None, ""))
        found[key] = (label, {name: value for name, value in row.items() if name not in names})
    return found


def _named(path: Path, before: Named, after: Named) -> Iterable[Row]:
    for key, (label, value) in after.items():
        if key in before:
            yield from _compare((*path, label), before[key][1], value)
        else:
            yield Row((*path, label), "", text_of(value), "added")
    for key, (label, value) in before.items():
        if key not in after:
            yield Row((*path, label), text_of(value), "", "removed")


def _same(before: Any, after: Any) -> bool:
    return type(before) is type(after) and bool(before == after)


def number_of(value: Any) -> Decimal | None:
    """The number that a value is or spells, if people could read it written out, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= LONGEST_NUMBER else None


def text_of(value: Any) -> str:
    """A value for people to read in one line: members as `name: value`, what is empty left out."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {text_of(item)}" for name, item in value.items() if item not in (None, "", [], {})) or "–"
    if _is_list(value):
        return ", ".join(text_of(item) for item in value) or "–"
    return str(value)


def plain_number(number: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


@dataclass(frozen=True, slots=True)
class PackageChange:
    """A package of one lock file that came, went or is another. `same_version`: only its files (hashes) or origin changed."""

    file: str
    name: str
    before: str
    after: str
    change: Change
    same_version: bool = False


def compare_requirements(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[PackageChange]:
    """What changed between the shown bodies of two `dependencies` components, by lock file and package name."""
    old, new = _packages(before), _packages(after)
    rows = []
    for place in sorted(old.keys() | new.keys()):
        file, name = place
        was, now = old.get(place), new.get(place)
        if was is None and now is not None:
            rows.append(PackageChange(file, name, "", _versions(now), "added"))
        elif now is None and was is not None:
            rows.append(PackageChange(file, name, _versions(was), "", "removed"))
        elif was != now and was is not None and now is not None:
            rows.append(PackageChange(file, name, _versions(was), _versions(now), "changed", _versions(was) == _versions(now)))
    return rows


def _packages(body: Mapping[str, Any] | None) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for lock in (body or {}).get("sets", ()):
        for item in lock.get("requirements", ()):
            facts = (str(item.get("version") or ""), str(item.get("origin") or ""), str(item.get("fixed") or ""))
            found.setdefault((lock["path"], item["name"]), []).append(facts)
    return {place: sorted(facts) for place, facts in found.items()}


def _versions(facts: list[tuple[str, str, str]]) -> str:
    return ", ".join(dict.fromkeys(version or "?" for version, _origin, _fixed in facts))
