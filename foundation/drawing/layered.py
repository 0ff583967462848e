"""A layered picture of a directed acyclic graph: what comes first stands left, and every edge points right.

Layers by longest path, order within a layer by barycentre sweeps, heights by least squares, edges as cubic curves
(Sugiyama, Tagawa and Toda 1981, without the steps that a picture of some hundred nodes does not need).
The same input gives the same picture: ties keep the order in which nodes were given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]

SWEEPS = 8
ALIGNMENTS = 6
THIN = 1.0  # height kept free for an edge that passes through a layer


class CycleFound(ValueError):
    """The graph has a cycle, so nothing can come first. `keys` walks along it."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__("the graph has a cycle: " + " → ".join(keys))
        self.keys = tuple(keys)


@dataclass(frozen=True, slots=True)
class Box:
    """What is to be placed: a name and a size."""

    key: str
    width: float = 168.0
    height: float = 44.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A box at its place: `x`, `y` is its upper left corner; `layer` counts from the left."""

    key: str
    x: float
    y: float
    width: float
    height: float
    layer: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A cubic Bézier curve. Its control points lie between its ends, so it only ever moves right."""

    start: Point
    control_1: Point
    control_2: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one edge, from the right side of its source to the left side of its target."""

    source: str
    target: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    boxes: tuple[Placed, ...]
    routes: tuple[Route, ...]


def arrange(
    boxes: Sequence[Box],
    edges: Sequence[tuple[str, str]],
    *,
    gap_x: float = 56.0,
    gap_y: float = 20.0,
    margin: float = 2.0,
) -> Layout:
    """Place boxes and route edges.

    Doubled edges are drawn once. Raises ValueError for a doubled key or an edge to an unknown one, CycleFound for a cycle.
    """
    by_key = _checked(boxes, edges)
    if not by_key:
        return Layout(2 * margin, 2 * margin, (), ())
    links = list(dict.fromkeys(edges))
    layer_of = _layers(list(by_key), links)
    graph = _with_passages(by_key, links, layer_of)
    columns = _ordered(graph)
    centres = _aligned(graph, columns, gap_y)
    return _drawn(graph, columns, centres, gap_x=gap_x, margin=margin)


def _checked(boxes: Sequence[Box], edges: Sequence[tuple[str, str]]) -> dict[str, Box]:
    by_key = {box.key: box for box in boxes}
    if len(by_key) != len(boxes):
        raise ValueError("two boxes have the same key")
    for source, target in edges:
        for key in (source, target):
            if key not in by_key:
                raise ValueError(f"an edge names {key!r}, which is not among the boxes")
        if source == target:
            raise CycleFound([source, source])
    return by_key


def _layers(keys: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest path from a start to each node; starts then move right, next to what they lead to."""
    followers: dict[str, list[str]] = {key: [] for key in keys}
    missing = dict.fromkeys(keys, 0)
    for source, target in links:
        followers[source].append(target)
        missing[target] += 1
    starts = [key for key in keys if missing[key] == 0]
    layer = dict.fromkeys(keys, 0)
    ready = list(starts)
    for key in ready:  # grows while it is walked
        for target in followers[key]:
            layer[target] = max(layer[target], layer[key] + 1)
            missing[target] -= 1
            if missing[target] == 0:
                ready.append(target)
    if len(ready) < len(keys):
        raise CycleFound(_cycle(followers, [key for key in keys if missing[key] > 0]))
    for key in starts:
        if followers[key]:
            layer[key] = min(layer[target] for target in followers[key]) - 1
    return layer


def _cycle(followers: Mapping[str, Sequence[str]], left: Sequence[str]) -> list[str]:
    """One cycle among the nodes that were never ready. Walking backwards cannot end, because each waits for another of them."""
    waits_for = {target: source for source in left for target in followers[source] if target in set(left)}
    seen: list[str] = []
    key = left[0]
    while key not in seen:
        seen.append(key)
        key = waits_for[key]
    return [key, *reversed(seen[seen.index(key) :])]


@dataclass(frozen=True, slots=True)
class _Graph:
    """The graph with a passage (a point without a picture) in each layer that an edge crosses."""

    boxes: Mapping[str, Box]
    columns: Sequence[Sequence[int]]  # vertices of each layer, in the order in which they were given
    names: Sequence[str | None]  # a box's key, or None for a passage
    before: Sequence[Sequence[int]]
    after: Sequence[Sequence[int]]
    chains: Mapping[tuple[str, str], Sequence[int]]

    def height(self, vertex: int) -> float:
        name = self.names[vertex]
        return THIN if name is None else self.boxes[name].height


def _with_passages(boxes: Mapping[str, Box], links: Sequence[tuple[str, str]], layer_of: Mapping[str, int]) -> _Graph:
    first = min(layer_of.values())
    columns: list[list[int]] = [[] for _ in range(max(layer_of.values()) - first + 1)]
    names: list[str | None] = []
    vertex_of: dict[str, int] = {}
    for key in boxes:
        vertex_of[key] = len(names)
        columns[layer_of[key] - first].append(len(names))
        names.append(key)
    chains: dict[tuple[str, str], list[int]] = {}
    for source, target in links:
        chain = [vertex_of[source]]
        for layer in range(layer_of[source] + 1, layer_of[target]):
            columns[layer - first].append(len(names))
            chain.append(len(names))
            names.append(None)
        chain.append(vertex_of[target])
        chains[source, target] = chain
    before: list[list[int]] = [[] for _ in names]
    after: list[list[int]] = [[] for _ in names]
    for chain in chains.values():
        for left, right in pairwise(chain):
            after[left].append(right)
            before[right].append(left)
    return _Graph(boxes, columns, names, before, after, chains)


def _ordered(graph: _Graph) -> list[list[int]]:
    """The order in each layer with the fewest crossings that the sweeps came upon."""
    columns = [list(column) for column in graph.columns]
    best, fewest = [list(column) for column in columns], _crossings(graph, columns)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        forward = sweep % 2 == 0
        walk = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
        for index in walk:
            fixed = columns[index - 1 if forward else index + 1]
            place = {vertex: position for position, vertex in enumerate(fixed)}
            columns[index] = _by_barycentre(columns[index], graph.before if forward else graph.after, place)
        crossings = _crossings(graph, columns)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    return best


def _by_barycentre(column: Sequence[int], neighbours: Sequence[Sequence[int]], place: Mapping[int, int]) -> list[int]:
    """Sort by the mean place of the neighbours. What has none keeps its place in the column."""

    def weight(position: int, vertex: int) -> float:
        near = neighbours[vertex]
        return sum(place[other] for other in near) / len(near) if near else float(position)

    weighted = [(weight(position, vertex), position, vertex) for position, vertex in enumerate(column)]
    return [vertex for _, _, vertex in sorted(weighted)]


def _crossings(graph: _Graph, columns: Sequence[Sequence[int]]) -> int:
    """Pairs of edges between neighbouring layers that cross, counted with a binary indexed tree: O(edges × log nodes)."""
    total = 0
    for left, right in pairwise(columns):
        place = {vertex: position for position, vertex in enumerate(right)}
        ends = [position for vertex in left for position in sorted(place[target] for target in graph.after[vertex])]
        tree = [0] * (len(right) + 1)
        for passed, end in enumerate(ends):
            not_after = 0
            node = end + 1
            while node > 0:
                not_after += tree[node]
                node -= node & -node
            total += passed - not_after
            node = end + 1
            while node <= len(right):
                tree[node] += 1
                node += node & -node
    return total


def _aligned(graph: _Graph, columns: Sequence[Sequence[int]], gap: float) -> list[float]:
    """The height of each vertex' middle: as near to its neighbours as order and gaps allow."""
    centre = [0.0] * len(graph.names)
    for column in columns:
        top = 0.0
        for vertex in column:
            centre[vertex] = top + graph.height(vertex) / 2
            top += graph.height(vertex) + gap
    for step in range(ALIGNMENTS):
        forward = step % 2 == 0
        for column in columns if forward else reversed(columns):
            wishes = [_wish(vertex, graph.before if forward else graph.after, centre) for vertex in column]
            distances = [(graph.height(a) + graph.height(b)) / 2 + gap for a, b in pairwise(column)]
            for vertex, value in zip(column, spread(wishes, distances), strict=True):
                centre[vertex] = value
    return centre


def _wish(vertex: int, neighbours: Sequence[Sequence[int]], centre: Sequence[float]) -> float:
    near = neighbours[vertex]
    return sum(centre[other] for other in near) / len(near) if near else centre[vertex]


def spread(wishes: Sequence[float], distances: Sequence[float]) -> list[float]:
    """Values in order, neighbours at least `distances` apart, with the least sum of squared differences to the wishes.

    Taking off what the distances add up to leaves the isotonic regression, which pooling adjacent violators solves exactly.
    """
    offsets = [0.0]
    for distance in distances:
        offsets.append(offsets[-1] + distance)
    pools: list[tuple[float, int]] = []  # mean, members
    for wish, offset in zip(wishes, offsets, strict=False):
        mean, members = wish - offset, 1
        while pools and pools[-1][0] >= mean:
            other, count = pools.pop()
            mean, members = (other * count + mean * members) / (count + members), count + members
        pools.append((mean, members))
    means = [mean for mean, members in pools for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]


def _drawn(graph: _Graph, columns: Sequence[Sequence[int]], centre: Sequence[float], *, gap_x: float, margin: float) -> Layout:
    top = min(centre[vertex] - graph.height(vertex) / 2 for column in columns for vertex in column)
    bottom = max(centre[vertex] + graph.height(vertex) / 2 for column in columns for vertex in column)
    lefts: list[float] = []
    widths: list[float] = []
    x = margin
    for column in columns:
        widths.append(
            max((graph.boxes[name].width for vertex in column if (name := graph.names[vertex]) is not None), default=0.0)
        )
        lefts.append(x)
        x += widths[-1] + gap_x
    placed: dict[str, Placed] = {}
    sides: dict[int, tuple[Point, Point, Point]] = {}  # where an edge arrives, where it leaves, where it leaves the layer
    for layer, column in enumerate(columns):
        for vertex in column:
            y, name = centre[vertex] - top + margin, graph.names[vertex]
            width = widths[layer] if name is None else graph.boxes[name].width
            sides[vertex] = (lefts[layer], y), (lefts[layer] + width, y), (lefts[layer] + widths[layer], y)
            if name is not None:
                height = graph.boxes[name].height
                placed[name] = Placed(name, lefts[layer], y - height / 2, width, height, layer)
    routes = tuple(Route(source, target, _curves(chain, sides)) for (source, target), chain in graph.chains.items())
    return Layout(x - gap_x + margin, bottom - top + 2 * margin, tuple(placed[key] for key in graph.boxes), routes)


def _curves(chain: Sequence[int], sides: Mapping[int, tuple[Point, Point, Point]]) -> tuple[Curve, ...]:
    """Curved only between layers; straight within one, so that it cannot touch a wider or another box that stands there."""
    curves: list[Curve] = []
    for left, right in pairwise(chain):
        _, leave, out = sides[left]
        if curves:
            curves.append(_straight(curves[-1].end, out))
        elif out[0] > leave[0]:
            curves.append(_straight(leave, out))
        arrive = sides[right][0]
        middle = (out[0] + arrive[0]) / 2
        curves.append(Curve(out, (middle, out[1]), (middle, arrive[1]), arrive))
    return tuple(curves)


def _straight(start: Point, end: Point) -> Curve:
    third = (end[0] - start[0]) / 3
    return Curve(start, (start[0] + third, start[1]), (end[0] - third, end[1]), end)
