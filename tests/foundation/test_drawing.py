from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.drawing import bars, layered, svg
from foundation.drawing.text import fit, width_of


@st.composite
def acyclic_graphs(draw):
    """Boxes of different sizes, and edges that only lead from an earlier to a later one, in any order."""
    count = draw(st.integers(1, 14))
    boxes = [
        layered.Box(f"n{number}", draw(st.sampled_from([60.0, 120.0, 168.0])), draw(st.sampled_from([24.0, 44.0, 80.0])))
        for number in range(count)
    ]
    pairs = list(combinations([box.key for box in boxes], 2))
    edges = draw(st.lists(st.sampled_from(pairs), max_size=30)) if pairs else []
    return draw(st.permutations(boxes)), edges


def overlap(a: layered.Placed, b: layered.Placed) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - our own markup, from the line above


@given(acyclic_graphs())
def test_boxes_never_overlap_and_stay_inside_the_picture(case):
    picture = layered.arrange(*case)

    assert not any(overlap(a, b) for a, b in combinations(picture.boxes, 2))
    for box in picture.boxes:
        assert box.x >= 0
        assert box.y >= -1e-6
        assert box.x + box.width <= picture.width
        assert box.y + box.height <= picture.height + 1e-6


@given(acyclic_graphs())
def test_every_edge_only_moves_right_from_its_source_to_its_target(case):
    picture = layered.arrange(*case)
    box = {placed.key: placed for placed in picture.boxes}

    assert {(route.source, route.target) for route in picture.routes} == set(case[1])
    for route in picture.routes:
        points = [point for curve in route.curves for point in (curve.start, curve.control_1, curve.control_2, curve.end)]
        assert points[0][0] == pytest.approx(box[route.source].x + box[route.source].width)
        assert points[-1][0] == pytest.approx(box[route.target].x)
        assert all(a[0] <= b[0] + 1e-9 for a, b in pairwise(points))
        assert points[0][0] < points[-1][0]


def samples(curve: layered.Curve) -> list[layered.Point]:
    def point(t: float) -> layered.Point:
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        corners = (curve.start, curve.control_1, curve.control_2, curve.end)
        return tuple(sum(weight * corner[axis] for weight, corner in zip(weights, corners, strict=True)) for axis in (0, 1))

    return [point(step / 20) for step in range(21)]


@given(acyclic_graphs())
def test_an_edge_touches_no_box_but_its_own_two(case):
    picture = layered.arrange(*case)

    for route in picture.routes:
        for x, y in (point for curve in route.curves for point in samples(curve)):
            for box in picture.boxes:
                inside = box.x < x < box.x + box.width and box.y < y < box.y + box.height
                assert not inside or box.key in (route.source, route.target)


@given(acyclic_graphs())
def test_the_same_graph_always_gives_the_same_picture(case):
    boxes, edges = case

    assert layered.arrange(boxes, edges) == layered.arrange(boxes, [*edges, *edges])


def test_a_chain_is_drawn_as_one_straight_line():
    picture = layered.arrange([layered.Box(key) for key in "abc"], [("a", "b"), ("b", "c")])

    assert len({box.y for box in picture.boxes}) == 1
    assert [box.layer for box in picture.boxes] == [0, 1, 2]


def test_sweeps_undo_a_crossing_that_the_given_order_has():
    picture = layered.arrange([layered.Box(key) for key in "abxy"], [("a", "y"), ("b", "x")])
    y = {box.key: box.y for box in picture.boxes}

    assert (y["a"] < y["b"]) == (y["y"] < y["x"])


def test_a_start_stands_next_to_what_it_leads_to():
    picture = layered.arrange([layered.Box(key) for key in "abcd"], [("a", "b"), ("b", "c"), ("d", "c")])

    assert {box.key: box.layer for box in picture.boxes} == {"a": 0, "b": 1, "c": 2, "d": 1}


def test_a_cycle_is_refused_and_named():
    with pytest.raises(layered.CycleFound, match=r"a → b → c → a|b → c → a → b|c → a → b → c"):
        layered.arrange([layered.Box(key) for key in "sabc"], [("s", "a"), ("a", "b"), ("b", "c"), ("c", "a")])


@pytest.mark.parametrize("edge", [("a", "nowhere"), ("nowhere", "a")])
def test_an_edge_to_nowhere_is_refused(edge):
    with pytest.raises(ValueError, match="nowhere"):
        layered.arrange([layered.Box("a")], [edge])


def test_nothing_is_an_empty_picture():
    assert layered.arrange([], []).boxes == ()


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.floats(0, 50))
def test_spread_keeps_distances_and_leaves_alone_what_is_already_apart(wishes, distance):
    values = layered.spread(wishes, [distance] * (len(wishes) - 1))

    assert all(b - a >= distance - 1e-6 for a, b in pairwise(values))
    assert layered.spread(values, [distance] * (len(wishes) - 1)) == pytest.approx(values, abs=1e-6)
    assert sum(values) == pytest.approx(sum(wishes), abs=1e-6)


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=12))
def test_bars_are_in_proportion_and_stay_inside(values):
    chart = bars.chart([bars.Bar(str(value), value, str(value)) for value in values])

    for placed in chart.bars:
        assert chart.label_width <= placed.x
        assert placed.x + placed.width <= chart.width
        start = placed.x + placed.width if placed.bar.value < 0 else placed.x
        assert start == pytest.approx(chart.zero_x)
    longest = max(chart.bars, key=lambda placed: abs(placed.bar.value))
    for placed in chart.bars:
        assert placed.width * abs(float(longest.bar.value)) == pytest.approx(
            longest.width * abs(float(placed.bar.value)), abs=1e-3
        )


def test_bars_without_room_are_refused():
    with pytest.raises(ValueError, match="no room"):
        bars.chart([bars.Bar("a", 1, "1")], width=200)


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=12))
def test_bars_for_a_small_window_are_in_proportion_and_below_their_words(values):
    chart = bars.narrow_chart([bars.Bar(str(value), value, str(value)) for value in values])

    longest = max(chart.bars, key=lambda placed: abs(placed.bar.value))
    for placed in chart.bars:
        assert placed.x >= 0
        assert placed.x + placed.width <= chart.width
        assert placed.label_y + svg.TITLE_SIZE / 2 < placed.y
        assert placed.width * abs(float(longest.bar.value)) == pytest.approx(
            longest.width * abs(float(placed.bar.value)), abs=1e-3
        )


def test_figures_that_fill_a_small_window_have_no_bars_for_it():
    assert bars.narrow_chart([bars.Bar("a", 1, "1" * 40)]) is None


def test_bars_for_a_small_window_are_a_second_picture_with_a_name_of_its_own():
    drawn = [bars.Bar("a", 1, "1")]
    markup = svg.bars(bars.chart(drawn), narrow=bars.narrow_chart(drawn), key="b", title="t", description="d")

    assert [one.get("aria-labelledby") for one in parsed(markup)] == ["b-title b-text", "b-narrow-title b-narrow-text"]


def test_the_svg_names_itself_and_escapes_what_people_wrote():
    picture = layered.arrange([layered.Box("a"), layered.Box("b")], [("a", "b")])
    texts = {"a": svg.NodeText("<script>", "1 & 2"), "b": svg.NodeText("客户流失模型", tone="ok")}
    markup = svg.graph(picture, texts, key="g", title="Lineage & co", description="a leads to b")
    root = parsed(markup)

    assert root.get("role") == "img"
    assert root.find("title").text == "Lineage & co"
    assert root.find("desc").text == "a leads to b"
    assert root.get("aria-labelledby") == "g-title g-text"
    assert "<script>" not in markup
    assert "style=" not in markup


def test_a_picture_with_links_is_a_group_so_that_they_can_be_reached():
    picture = layered.arrange([layered.Box("a")], [])
    root = parsed(svg.graph(picture, {"a": svg.NodeText("a", url="/models/mv_1/")}, key="g", title="t", description="d"))

    assert root.get("role") == "group"
    assert root.find("a").get("href") == "/models/mv_1/"


@given(st.text(max_size=60), st.floats(20, 200))
def test_a_label_that_was_cut_fits(text, width):
    assert width_of(fit(text, width, 13), 13) <= width
