"""Whether a version is inside: every limit as a line with what was expected and what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from approvals.envelopes.facts import Dataset, VersionFacts
from approvals.envelopes.limits import Limits, MetricLimit, fits
from foundation.canonical import canonical_json, decimal_text

EXACT = Context(prec=2500)  # more digits than any figure that can be recorded has: nothing is rounded
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One limit, compared. `ok` is None where it cannot be said, which is not inside.

    `about` names the component, metric (`recall@test`), parameter or role of data that the line speaks of.
    """

    code: str
    about: str
    ok: bool | None
    expected: str = ""
    found: str = ""

    def as_mapping(self) -> dict[str, Any]:
        return {"code": self.code, "about": self.about, "ok": self.ok, "expected": self.expected, "found": self.found}


def kept(limits: Limits, moves: Collection[str] | None, baseline: VersionFacts, candidate: VersionFacts, now: datetime) -> bool:
    """Whether every line holds; `moves` stands in place of the limits' own where it is given."""
    return all(line.ok is True for line in lines(limits, baseline, candidate, now, moves=moves))


def lines(
    limits: Limits, baseline: VersionFacts, candidate: VersionFacts, now: datetime, *, moves: Collection[str] | None = None
) -> tuple[Line, ...]:
    """Each limit with what was expected and found: components first, then what the moving ones have to keep to."""
    moving = limits.moves if moves is None else frozenset(moves)
    found = [*_components(moving, baseline, candidate)]
    if "model" in moving:
        found += [
            _equal("kind", "model", baseline.kind, candidate.kind),
            _equal("serialization", "model", baseline.serialization, candidate.serialization),
            *_params(limits, baseline, candidate),
        ]
    for name, limit in sorted(limits.metrics.items()):
        found += _metric(name, limit, baseline.metrics, candidate.metrics)
    found += _data(limits, "data" in moving, baseline.datasets, candidate.datasets)
    if limits.max_age_days is not None:
        found.append(_age(limits.max_age_days, candidate.created_at, now))
    return tuple(found)


def _components(moving: Collection[str], baseline: VersionFacts, candidate: VersionFacts) -> Iterator[Line]:
    for name in dict.fromkeys([*baseline.components, *candidate.components]):
        was, now = baseline.components.get(name), candidate.components.get(name)
        if was is None or now is None:
            yield Line("component", name, None, was or "", now or "")
        elif name in moving:
            yield Line("component.moves", name, True, was, now)
        else:
            yield Line("component", name, was == now, was, now)


def _equal(code: str, about: str, was: str | None, now: str | None) -> Line:
    return Line(code, about, None if was is None or now is None else was == now, was or "", now or "")


def _params(limits: Limits, baseline: VersionFacts, candidate: VersionFacts) -> Iterator[Line]:
    """One line for all parameters when they kept, one for each that did not."""
    before, after = baseline.params, candidate.params
    if before is None or after is None:
        yield Line("params", "", None)
        return
    changed = [name for name in sorted({*before, *after}) if _plain(before, name) != _plain(after, name)]
    broken = [name for name in changed if not fits(name, limits.params_may_change)]
    if not broken:
        yield Line("params", "", True, ", ".join(limits.params_may_change), ", ".join(changed))
    for name in broken:
        yield Line("param", name, False, _plain(before, name), _plain(after, name))


def _plain(values: Mapping[str, Any], name: str) -> str:
    return canonical_json(values[name]).decode() if name in values else ""


Figures = Mapping[tuple[str, str], Decimal]


def _metric(name: str, limit: MetricLimit, before: Figures | None, after: Figures | None) -> Iterator[Line]:
    """The lines of one limit: on each data set that the metric was measured on. Nowhere measured is unknown."""
    before, after = before or {}, after or {}
    places = sorted({place for place in (*before, *after) if name in (place[0], "@".join(place))})
    for place in places or [(name, "")]:
        yield from _bounds("@".join(place) if place[1] else place[0], limit, before.get(place), after.get(place))


def _bounds(about: str, limit: MetricLimit, was: Decimal | None, now: Decimal | None) -> Iterator[Line]:
    least = None if limit.may_fall is None or was is None else EXACT.subtract(was, limit.may_fall)
    most = None if limit.may_rise is None or was is None else EXACT.add(was, limit.may_rise)
    wanted = (
        ("metric.min", limit.min, limit.min, 1),
        ("metric.max", limit.max, limit.max, -1),
        ("metric.may_fall", limit.may_fall, least, 1),
        ("metric.may_rise", limit.may_rise, most, -1),
    )
    for code, limited, bound, sign in wanted:
        if limited is None:
            continue
        ok = None if bound is None or now is None else (Fraction(now) - Fraction(bound)) * sign >= 0
        yield Line(code, about, ok, _figure(bound), _figure(now))


def _figure(value: Decimal | None) -> str:
    return "" if value is None else decimal_text(value)


Sets = tuple[Dataset, ...]


def _data(limits: Limits, moving: bool, before: Sets | None, after: Sets | None) -> Iterator[Line]:
    if before is None or after is None:
        yield Line("data.sets", "", None)
        return
    if moving:
        yield _sets(limits, before, after)
    was, now = _by_role(before), _by_role(after)
    if limits.same_columns:
        for role in sorted({*was, *now}):
            yield _columns(role, was[role], now[role])
    for role in sorted({*was, *now}):
        yield from _rows(limits, role, _total(was[role]), _total(now[role]))


def _by_role(datasets: Iterable[Dataset]) -> dict[str, list[Dataset]]:
    found: dict[str, list[Dataset]] = defaultdict(list)
    for item in datasets:
        found[item.role].append(item)
    return found


def _sets(limits: Limits, before: Sets, after: Sets) -> Line:
    """The baseline's data sets, each in its role; with further names allowed, every role filled from those and the baseline's."""
    known, given = {(item.role, item.name) for item in before}, {(item.role, item.name) for item in after}
    if limits.names:
        allowed = {item.name for item in before}
        named = all(item.name in allowed or fits(item.name, limits.names) for item in after)
        ok = named and {role for role, _name in known} == {role for role, _name in given}
    else:
        ok = known == given
    expected = [": ".join(item) for item in sorted(known)] + sorted(limits.names)
    return Line("data.sets", "", ok, ", ".join(expected), ", ".join(": ".join(item) for item in sorted(given)))


def _columns(role: str, before: list[Dataset], after: list[Dataset]) -> Line:
    """A data set has the columns of its namesake, or of one that stood in the same role. Nothing stated is unknown."""
    by_name = {item.name: item.columns for item in before}
    answers: list[bool | None] = []
    came: set[str] = set()
    went: set[str] = set()
    for item in after:
        wanted = [by_name[item.name]] if item.name in by_name else list(by_name.values())
        if item.columns is None or not wanted or None in wanted:
            answers.append(None)
            continue
        answers.append(item.columns in wanted)
        nearest = min((set(columns) for columns in wanted if columns is not None), key=lambda columns: _apart(columns, item))
        came |= item.columns - nearest
        went |= nearest - item.columns
    ok = False if False in answers else None if None in answers or not answers else True
    return Line("data.columns", role, ok, ", ".join(sorted(went)), ", ".join(sorted(came)))


def _apart(columns: set[str], item: Dataset) -> tuple[int, list[str]]:
    """How far the columns are from those of a data set; with themselves, so that the nearest is the same in any order."""
    return len(columns ^ (item.columns or frozenset())), sorted(columns)


def _total(datasets: list[Dataset]) -> int | None:
    rows = [item.rows for item in datasets]
    return sum(item for item in rows if item is not None) if rows and None not in rows else None


def _rows(limits: Limits, role: str, was: int | None, now: int | None) -> Iterator[Line]:
    found = "" if now is None else str(now)
    if limits.min_rows is not None:
        yield Line("data.min_rows", role, None if now is None else now >= limits.min_rows, str(limits.min_rows), found)
    if limits.max_rows is not None:
        yield Line("data.max_rows", role, None if now is None else now <= limits.max_rows, str(limits.max_rows), found)
    if limits.rows_may_change_by is not None:
        ok = None if was is None or now is None else abs(now - was) <= Fraction(limits.rows_may_change_by) * was
        yield Line("data.rows_change", role, ok, "" if was is None else str(was), found)


def _age(days: int, created_at: datetime | None, now: datetime) -> Line:
    age = None if created_at is None else now - created_at
    return Line(
        "data.age",
        "",
        None if age is None else age <= days * DAY,
        str(days),
        "" if age is None else str(max(age, DAY * 0) // DAY),
    )
