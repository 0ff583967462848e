"""The way of a version as a graph: data, code and packages lead to it, and it leads to the environments it is to run in.

`graph_of` only puts together what it is given, so it can be drawn, listed as a table and sent as JSON alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from foundation.drawing import layered
from lineage.models import Commit, ModelVersion
from lineage.panels import Destination
from lineage.selectors.pages import commits_of

WIDTH, GAP = 168.0, 48.0  # of a box, and between them: three beside each other fit beside the facts of a page


class LockLike(Protocol):
    """A lock file, as far as the graph shows it."""

    public_id: str
    path: str


@dataclass(frozen=True, slots=True)
class Node:
    """Something on the way. `kind` is dataset, lock, commit, version or request (an environment it is to go to)."""

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
    datasets: Iterable[Mapping[str, Any]],
    locks: Iterable[LockLike],
    commit: Commit | None,
    destinations: Sequence[Destination],
) -> Graph:
    """Data sets, lock files and the commit → the version → where its requests are to lead. Data sets as in the component `data`.

    A data set that stands there in two roles is one node; so is one that came under its path and under a name with the same
    digest: one sequence of bytes is one thing.
    """
    nodes: list[Node] = []
    edges: list[tuple[str, str]] = []
    for number, dataset in enumerate(_distinct(datasets)):
        nodes.append(Node(f"dataset:{number}", "dataset", dataset["name"], dataset["digest"]))
        edges.append((f"dataset:{number}", "version"))
    for lock in locks:
        nodes.append(Node(f"lock:{lock.public_id}", "lock", lock.path, url=f"/dependencies/{lock.public_id}/"))
        edges.append((f"lock:{lock.public_id}", "version"))
    nodes.append(Node("commit", "commit", commit.subject if commit else version.commit[:10], _origin(version)))
    edges.append(("commit", "version"))
    nodes.append(Node("version", "version", version.label, url=f"/models/{version.public_id}/"))
    for destination in destinations:
        key = f"request:{destination.url}"
        nodes.append(Node(key, "request", destination.environment, url=destination.url, state=destination.state))
        edges.append(("version", key))
    return Graph(tuple(nodes), tuple(edges))


def graph_for(version: ModelVersion, destinations: Sequence[Destination]) -> Graph:
    """The same, read from the records. Three queries."""
    locks = [lock.dependency_set for lock in version.locks.select_related("dependency_set").defer("dependency_set__raw")]
    datasets = [item.content() for item in version.datasets.all()]
    return graph_of(
        version, datasets=datasets, locks=locks, commit=commits_of([version]).get(version.pk), destinations=destinations
    )


def _distinct(datasets: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One entry for each digest, the one that tells its columns if there is one; entries without a digest by their name."""
    found: dict[str, Mapping[str, Any]] = {}
    for item in datasets:
        key = item["digest"] or f"name:{item['name']}"
        if key not in found or (item["columns"] and not found[key]["columns"]):
            found[key] = item
    return list(found.values())


def _origin(version: ModelVersion) -> str:
    """`customer-churn · e4362e152a`: the repository's last name and the commit, as people call them."""
    name = version.repository_url.rstrip("/").removesuffix(".git").replace(":", "/").rpartition("/")[2]
    return f"{name} · {version.commit[:10]}" if name else version.commit[:10]


def layout_of(graph: Graph) -> layered.Layout:
    """Where each node stands in the picture."""
    return layered.arrange([layered.Box(node.key, WIDTH) for node in graph.nodes], graph.edges, gap_x=GAP)
