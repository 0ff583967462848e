"""What is affected as rows that a table can hold and search: from one version to another. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from governance.dependencies.advisories.model import Advisory, Affected, Range
from governance.dependencies.advisories.versions import LOWEST, SEMVER_ECOSYSTEMS, semver_key, version_key

HIGHEST = "g"  # above every key: those have digits and a to f


@dataclass(frozen=True, slots=True)
class Span:
    """Versions of a package that have a flaw: those whose key is `low` or more, and less than `high` (or `high` itself, if included).

    Without order among versions, `low` is `=` with the version as it is written, and `high` the same; `low` is `?` where it cannot be
    told at all which versions are meant (a range of commits, or of versions that nobody here can compare): then every one is undecided.
    `fixed` is the version that ends the span, as written, if one does: a fix exists.
    """

    ecosystem: str
    name: str
    advisory: str
    low: str
    high: str = HIGHEST
    high_included: bool = False
    fixed: str = ""
    commits: bool = False  # what cannot be told is a range of commits


def spans_of(advisory: Advisory) -> list[Span]:
    """The rows of a record. A withdrawn one has none."""
    if advisory.withdrawn:
        return []
    return [span for affected in advisory.affected for span in _of(advisory.id, affected)]


def _of(advisory: str, affected: Affected) -> Iterator[Span]:
    place = (affected.ecosystem, affected.name, advisory)
    spans: list[Span] = []
    for one in affected.ranges:
        spans += _of_range(place, one)
    ordered = [span for span in spans if span.low != "?"]
    listed = bool(affected.versions)
    comparable = affected.ecosystem == "pypi" or affected.ecosystem in SEMVER_ECOSYSTEMS
    # A list of versions or an ordered range beside commits says all that is to be said of released versions; a list beside a range
    # does so where versions cannot be compared.
    for span in spans:
        told = bool(listed or ordered) if span.commits else listed and not comparable
        if span.low != "?" or not told:
            yield span
    seen = set()
    for written in affected.versions:
        key = version_key(affected.ecosystem, written)
        if key is None:
            key = "=" + written
        if key in seen or any(holds(span, key) for span in ordered):
            continue
        seen.add(key)
        yield Span(*place, low=key, high=key, high_included=True)
    if not affected.ranges and not affected.versions:
        yield Span(*place, low=LOWEST)  # the schema: no versions and no ranges means every version


def holds(span: Span, key: str) -> bool:
    """Whether a version of this key is within the span."""
    if span.low == "?" or key.startswith("="):
        return span.low == key
    return span.low <= key and (key < span.high or (span.high_included and key == span.high))


def _of_range(place: tuple[str, str, str], one: Range) -> list[Span]:
    """The spans of one range, by the algorithm of the schema: events in the order of their versions."""
    ecosystem = place[0]
    if one.kind == "GIT":
        return [Span(*place, low="?", commits=True)]
    events = []
    for kind, written in one.events:
        if kind in ("introduced", "limit") and written in ("0", "*"):
            key: str | None = LOWEST if kind == "introduced" else HIGHEST
        else:
            key = (
                semver_key(written)
                if one.kind == "SEMVER" and ecosystem in SEMVER_ECOSYSTEMS
                else version_key(ecosystem, written)
            )
        if key is None or kind not in ("introduced", "fixed", "last_affected", "limit"):
            return [Span(*place, low="?")]
        events.append((key, kind, written))
    limit = max((key for key, kind, _written in events if kind == "limit"), default=HIGHEST)
    spans: list[Span] = []
    low: str | None = None
    # Where something ends and begins at the same version, it begins after all.
    for key, kind, written in sorted(events, key=lambda event: (event[0], event[1] == "introduced")):
        if kind == "introduced" and low is None:
            low = key
        elif kind in ("fixed", "last_affected") and low is not None:
            included = kind == "last_affected"
            spans.append(Span(*place, low=low, high=key, high_included=included, fixed="" if included else written))
            low = None
    if low is not None:
        spans.append(Span(*place, low=low, high=HIGHEST))
    if not spans:
        return [Span(*place, low="?")]
    return [_before(span, limit) for span in spans if span.low < limit]


def _before(span: Span, limit: str) -> Span:
    if limit >= span.high:
        return span
    return Span(span.ecosystem, span.name, span.advisory, span.low, limit)
