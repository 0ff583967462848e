"""A file of records beside those that hold already: what comes, what changes, what goes. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from governance.dependencies.advisories.grouping import Group, merged
from governance.dependencies.advisories.model import Advisory, Refused
from governance.dependencies.advisories.spans import Span, spans_of

LONGEST_ID = 100
LONGEST_NAME = 200
LONGEST_ECOSYSTEM = 40


@dataclass(frozen=True, slots=True)
class Record:
    """One record without its list of versions, which is in the spans. `digest` is over all that it says."""

    advisory: Advisory
    ecosystems: tuple[str, ...]
    spans: tuple[Span, ...] | None = None  # None: as they are kept
    digest: str = ""


@dataclass(slots=True)
class Feed:
    """What a file says: each id once, the record that changed last; and what could not be read."""

    records: dict[str, Record] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    newest: str = ""

    def add(self, read: Advisory | Refused) -> None:
        if isinstance(read, Advisory) and (long := _too_long(read)):
            read = Refused(read.id[:LONGEST_ID], "not_a_record", {"name": read.id[:LONGEST_ID], "detail": long})
        if isinstance(read, Refused):
            self.refused.append(read)
            return
        known = self.records.get(read.id)
        if known is None or known.advisory.modified < read.modified:
            self.records[read.id] = record_of(read)
        self.newest = max(self.newest, read.modified)

    def scope(self) -> frozenset[str] | None:
        """The ecosystems that it is the feed of: those that every record is about; None where there are none, then of everything.

        Feeds of one ecosystem hold records that are about others too. They do not speak for these.
        """
        common: frozenset[str] | None = None
        for record in self.records.values():
            if record.ecosystems:
                found = frozenset(record.ecosystems)
                common = found if common is None else common & found
        return common or None


def record_of(advisory: Advisory) -> Record:
    spans = tuple(spans_of(advisory))
    ecosystems = tuple(sorted({item.ecosystem for item in advisory.affected}))
    said = [
        advisory.id, advisory.aliases, advisory.summary, advisory.severity, advisory.published, advisory.modified, advisory.withdrawn,
        ecosystems, [[s.ecosystem, s.name, s.low, s.high, s.high_included, s.fixed, s.commits] for s in spans],
    ]  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    key = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return Record(replace(advisory, affected=()), ecosystems, spans, key)


@dataclass(frozen=True, slots=True)
class Held:
    """A record that holds now, by the key of its row, with what it was grouped into."""

    key: int
    record: Record
    place: Place


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands among those of its flaw: the key of the flaw, all names of it, the worst severity, whether it leads."""

    group: str
    names: tuple[str, ...]
    worst: str
    leads: bool


@dataclass(slots=True)
class Plan:
    """What to write: `written` anew with the row that it replaces (0: none), `ended` rows that hold no more."""

    written: list[tuple[Record, Place, int]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    gone: int = 0
    count: int = 0
    by_ecosystem: Mapping[str, int] = field(default_factory=dict)  # records that are not withdrawn


def plan(feed: Feed, scope: frozenset[str] | None, held: Sequence[Held]) -> Plan:
    """What the feed changes. `scope` names the ecosystems of which it is all there is; None: it is all there is; empty: it adds.

    A record stays although the feed has it no more where it is about another ecosystem too, and where the feed has a file of its name
    that cannot be read: an error must not look like safety.
    """
    found = Plan()
    before = {item.record.advisory.id: item for item in held}
    unread = {stem_of(item.name) for item in feed.refused}
    after = dict(feed.records)
    for name, item in before.items():
        if name in after:
            continue
        if name not in unread and within(item.record, scope):
            found.ended.append(item.key)
            found.gone += 1
        else:
            after[name] = item.record
    groups = merged(record.advisory for record in after.values())
    for name, record in after.items():
        place = _place(record, groups)
        old = before.get(name)
        if old is None:
            found.written.append((record, place, 0))
            found.added += 1
        elif record.digest != old.record.digest or place != old.place:
            found.written.append((record, place, old.key))
            found.ended.append(old.key)
            found.changed += 1
    found.count = len(after)
    found.by_ecosystem = Counter(
        ecosystem for record in after.values() if not record.advisory.withdrawn for ecosystem in record.ecosystems
    )
    return found


def within(record: Record, scope: frozenset[str] | None) -> bool:
    """Whether a feed of this scope would have the record."""
    return scope is None or (bool(record.ecosystems) and scope.issuperset(record.ecosystems))


def stem_of(name: str) -> str:
    """The id that a file is named by: `advisories/GHSA-1.json` is of `GHSA-1`."""
    last = PurePosixPath(name.replace("\\", "/")).name
    stem, dot, ending = last.rpartition(".")
    return stem if dot and ending.lower() in ("json", "yaml", "yml") else last


def oldest(instants: Iterable[str]) -> str:
    """The earliest of some instants as written, or nothing where one is not told."""
    listed = list(instants)
    return min(listed) if listed and all(listed) else ""


def _place(record: Record, groups: Mapping[str, Group]) -> Place:
    advisory = record.advisory
    group = groups.get(advisory.id)
    if group is None:  # withdrawn
        return Place(advisory.id, tuple(sorted({advisory.id, *advisory.aliases})), advisory.severity, leads=True)
    return Place(group.key, tuple(sorted(group.ids)), group.severity, leads=group.advisories[0] == advisory.id)


def _too_long(advisory: Advisory) -> str:
    """What of a record has no room in the table, in words; nothing where all has."""
    if any(len(name) > LONGEST_ID for name in (advisory.id, *advisory.aliases)):
        return f"its id or an alias has more than {LONGEST_ID} characters"
    for item in advisory.affected:
        if len(item.name) > LONGEST_NAME or len(item.ecosystem) > LONGEST_ECOSYSTEM:
            return f"the name of a package has more than {LONGEST_NAME} characters, or that of an ecosystem more than {LONGEST_ECOSYSTEM}"
    return ""
