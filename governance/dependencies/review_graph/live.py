"""Which edges count at a moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from governance.dependencies.review_graph.criteria import Criteria
from governance.dependencies.review_graph.model import NOTHING, Caveat, Edge


def dead_because(edge: Edge, now: datetime, digests: Mapping[str, str]) -> str:
    """Why an edge does not count, as a code, or nothing: withdrawn, ended, same_person, other_bytes.

    `digests` are the source digests of the releases as they are known today. A review that names a digest counts for no other bytes;
    one that names none counts only if it rests on a source or an exemption, which are about names.
    """
    if edge.withdrawn:
        return "withdrawn"
    if edge.ends_at is not None and now >= edge.ends_at:
        return "ended"
    if edge.caveat in (Caveat.REVIEW, Caveat.IMPORTED):
        if not edge.confirmed_by or edge.prepared_by == edge.confirmed_by:
            return "same_person"
        if not edge.target_digest or digests.get(edge.target) != edge.target_digest:
            return "other_bytes"
        if edge.base != NOTHING and (not edge.base_digest or digests.get(edge.base) != edge.base_digest):
            return "other_bytes"
    return ""


def failed_releases(
    edges: Iterable[Edge], *, now: datetime, digests: Mapping[str, str], criteria: Criteria, wanted: Iterable[str]
) -> frozenset[str]:
    """Releases that failed a review for one of the criteria, or for something that one of them implies.

    A failed review counts as soon as one person says so: nobody has to agree that something is dangerous.
    """
    asked = tuple(wanted)
    return frozenset(
        edge.target
        for edge in edges
        if edge.verdict == "fail"
        and dead_because(edge, now, digests) in ("", "same_person")
        and any(criteria.refute(edge.criteria, name) for name in asked)
    )


def live_edges(
    edges: Iterable[Edge], *, now: datetime, digests: Mapping[str, str], criteria: Criteria, wanted: Iterable[str]
) -> list[Edge]:
    """The edges that vouch for every criterion of `wanted` at `now`, without those that touch a release that failed one of them.

    Failure beats whatever else is said: what was reviewed against such a release rests on nothing.
    """
    asked = tuple(wanted)
    edges = list(edges)
    failed = failed_releases(edges, now=now, digests=digests, criteria=criteria, wanted=asked)
    return [
        edge
        for edge in edges
        if edge.verdict == "pass"
        and edge.base not in failed
        and edge.target not in failed
        and all(criteria.vouch(edge.criteria, name) for name in asked)
        and not dead_because(edge, now, digests)
    ]
