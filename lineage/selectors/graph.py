"""The way of a version as a graph: data, code and packages lead to it, and it leads to the environments it is to run in.

`graph_of` only puts together what it is given, so it can be drawn, listed as a table and sent as JSON alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from foundation.drawing import layered
from lineage.models import Commit, DatasetInput, ModelVersion
from lineage.panels import Destination


class LockLike(Protocol):
    """A lock file, as far as the graph shows it."""

    public_id: str
    path: str


@dataclass(frozen=True, slots=True)
class Node:
    """Something on the way. `kind` is dataset, lock, repository, commit, version, request or environment."""

    key: str
    kind: str
    title: str
    detail: str = ""
    url: str = ""
    state: str = ""  # of a request


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order in which somebody would tell them, and edges (from, to) by their keys."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


def graph_of(
    version: ModelVersion,
    *,
    datasets: Iterable[DatasetInput],
    locks: Iterable[LockLike],
    commit: Commit | None,
    destinations: Sequence[Destination],
) -> Graph:
    """Data sets and lock files → the commit's tree → the version → its requests → environments.

    A data set that stands there in two roles is one node; so is one that came under its path and under a name with the same
    digest: one sequence of bytes is one thing.
    """
    nodes: list[Node] = []
    edges: list[tuple[str, str]] = []
    for dataset in _distinct(datasets):
        nodes.append(Node(f"dataset:{dataset.pk}", "dataset", dataset.name, dataset.digest))
        edges.append((f"dataset:{dataset.pk}", "version"))
    for lock in locks:
        nodes.append(Node(f"lock:{lock.public_id}", "lock", lock.path, url=f"/dependencies/{lock.public_id}/"))
        edges.append((f"lock:{lock.public_id}", "version"))
    if version.repository_url:
        title = version.repository_url.rstrip("/").removesuffix(".git").rpartition("/")[2]
        nodes.append(Node("repository", "repository", title or version.repository_url, version.repository_url))
        edges.append(("repository", "commit"))
    nodes.append(Node("commit", "commit", version.commit[:10], commit.subject if commit else ""))
    edges.append(("commit", "version"))
    nodes.append(Node("version", "version", version.label, version.get_kind_display(), f"/models/{version.public_id}/"))
    known: set[str] = set()
    for destination in destinations:
        key = f"request:{destination.url}"
        nodes.append(Node(key, "request", destination.title, url=destination.url, state=destination.state))
        edges.append(("version", key))
        place = f"environment:{destination.environment}"
        if place not in known:
            known.add(place)
            nodes.append(Node(place, "environment", destination.environment))
        edges.append((key, place))
    return Graph(tuple(nodes), tuple(edges))


def _distinct(datasets: Iterable[DatasetInput]) -> list[DatasetInput]:
    """One row for each digest, the one that tells its columns if there is one; rows without a digest by their name."""
    found: dict[str, DatasetInput] = {}
    for row in datasets:
        key = row.digest or f"name:{row.name}"
        if key not in found or (row.columns and not found[key].columns):
            found[key] = row
    return list(found.values())


def layout_of(graph: Graph) -> layered.Layout:
    """Where each node stands in the picture."""
    return layered.arrange([layered.Box(node.key) for node in graph.nodes], graph.edges)
