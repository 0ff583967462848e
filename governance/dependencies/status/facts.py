"""What an answer about dependencies is computed from: plain records that can be written down and read again. All frozen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from governance.dependencies.demands import Demand
from governance.dependencies.review_graph import SHIPPED, Caveat, Criteria, Edge

FORMAT = "countersign/dependency-facts/1"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling that speaks of a requirement, or of a flaw of it. `ends_at` is the first instant without it; None: it has no end."""

    id: str
    why: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A known flaw that a requirement has (`affected`) or may have (`undecided`, and `why`), and the rulings that accept it."""

    key: str
    ids: tuple[str, ...] = ()
    summary: str = ""
    severity: str = ""
    answer: str = "affected"
    why: str = ""
    fixed: tuple[str, ...] = ()
    accepted: tuple[Ruled, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement, with what is known about it.

    `nodes` are the releases that its files belong to, or what stands for its version where none of them was ever seen. Of its `files`
    (hashes) `unseen` are not at hand, `unscanned` are at hand and were not looked into, `foreign` belong to another package or version.
    `namesakes` are releases of the same version with other bytes. `trusted` are edges that hold for this requirement alone, because
    they depend on where it is taken from. Of `doubted` blocks nobody can tell whether they mean it.
    """

    set: str
    path: str
    line: int
    name: str
    ecosystem: str = "pypi"
    version: str = ""
    origin: str = "index"
    url: str = ""
    groups: tuple[str, ...] = ()
    hashed: bool = True
    licence: str = ""
    nodes: tuple[str, ...] = ()
    files: int = 0
    unseen: int = 0
    unscanned: int = 0
    foreign: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()
    trusted: tuple[Edge, ...] = ()
    blocks: tuple[Ruled, ...] = ()
    doubted: tuple[Ruled, ...] = ()
    flaws: tuple[Flaw, ...] = ()

    @property
    def package(self) -> str:
        return f"{self.ecosystem}:{self.name}"


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of the flaws of one ecosystem: how many records, and the instant of the newest."""

    count: int
    newest: str


@dataclass(frozen=True, slots=True)
class Data:
    """The import of advisories that the flaws come from, and what was known after it, by ecosystem."""

    id: str
    imported_at: datetime
    feeds: Mapping[str, Feed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that an answer follows from, as it was known at `at`.

    `edges` are those of each package (`ecosystem:name`), dead ones included; `digests` the source digest of each release. `unread`: per
    set how many of its lines nobody understood. `allowed` and `denied` are licences; with neither, nobody asks for licences.
    `criteria`: what there was to be reviewed for, and what implies what.
    """

    at: datetime
    use_case: str
    demand: Demand
    sets: tuple[tuple[str, str], ...] = ()  # public id, path
    asked: tuple[Asked, ...] = ()
    edges: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[tuple[str, int], ...] = ()
    data: Data | None = None
    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    criteria: Criteria = SHIPPED


def as_mapping(facts: Facts) -> dict[str, Any]:
    """As JSON can hold it. `from_mapping` gives the same facts back."""
    return {"format": FORMAT, **_plain(facts)}


def from_mapping(body: Mapping[str, Any]) -> Facts:
    """The facts that were written down. Raises ValueError for another format."""
    if body.get("format") != FORMAT:
        raise ValueError(f"not {FORMAT}: {body.get('format')}")
    return Facts(
        at=datetime.fromisoformat(body["at"]),
        use_case=body["use_case"],
        demand=_demand(body["demand"]),
        sets=tuple((public_id, path) for public_id, path in body["sets"]),
        asked=tuple(_asked(row) for row in body["asked"]),
        edges={package: tuple(_edge(row) for row in rows) for package, rows in body["edges"].items()},
        digests=dict(body["digests"]),
        unread=tuple((public_id, lines) for public_id, lines in body["unread"]),
        data=_data(body["data"]) if body["data"] is not None else None,
        allowed=frozenset(body["allowed"]),
        denied=frozenset(body["denied"]),
        criteria=Criteria(body["criteria"]),
    )


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Criteria):
        return value.as_mapping()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return int(value) if isinstance(value, Caveat) else value


def _demand(row: Mapping[str, Any]) -> Demand:
    sets = {name: frozenset(row[name]) for name in ("runtime", "dev")}
    return Demand(**{**row, **sets, "data_lasts": timedelta(seconds=row["data_lasts"])})


def _edge(row: Mapping[str, Any]) -> Edge:
    return Edge(
        **{**row, "criteria": frozenset(row["criteria"]), "caveat": Caveat(row["caveat"]), "ends_at": _instant(row["ends_at"])}
    )


def _ruled(rows: list[Mapping[str, Any]]) -> tuple[Ruled, ...]:
    return tuple(Ruled(row["id"], row["why"], _instant(row["ends_at"])) for row in rows)


def _flaw(row: Mapping[str, Any]) -> Flaw:
    return Flaw(**{**row, "ids": tuple(row["ids"]), "fixed": tuple(row["fixed"]), "accepted": _ruled(row["accepted"])})


def _asked(row: Mapping[str, Any]) -> Asked:
    texts = {name: tuple(row[name]) for name in ("groups", "nodes", "foreign", "namesakes")}
    read = {
        "trusted": tuple(_edge(edge) for edge in row["trusted"]),
        "blocks": _ruled(row["blocks"]),
        "doubted": _ruled(row["doubted"]),
        "flaws": tuple(_flaw(flaw) for flaw in row["flaws"]),
    }
    return Asked(**{**row, **texts, **read})


def _data(row: Mapping[str, Any]) -> Data:
    feeds = {ecosystem: Feed(**feed) for ecosystem, feed in row["feeds"].items()}
    return Data(row["id"], datetime.fromisoformat(row["imported_at"]), feeds)


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
