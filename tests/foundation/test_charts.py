"""Charts as geometry: what the shapes say must be what the numbers say."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.drawing import svg
from foundation.drawing.columns import columns
from foundation.drawing.histogram import Class, histogram
from foundation.drawing.plot import NARROW, WIDE, Key, Marked, NoRoom, flagged
from foundation.drawing.scale import Axis, axis, every
from foundation.drawing.shapes import SIZES, Area, Box, Drawing, Line, Mark, Stripes, Words, gap
from foundation.drawing.text import width_of
from foundation.drawing.tornado import Swing, tornado
from foundation.drawing.tracking import tracking
from foundation.drawing.waterfall import Heads, Step, running, waterfall

amounts = st.decimals(-(10**15), 10**15, places=2) | st.decimals(-1000, 1000, places=2) | st.just(Decimal(0))
widths = st.sampled_from([WIDE, NARROW])
texts = st.text(max_size=40)
HEADS = Heads("Change", "Sum", "EUR", "EUR")


def write(value: Decimal) -> str:
    return f"{value:.0f}" if abs(value) < 10**6 else f"{value:.1E}"


def inside(picture: Drawing, slack: float = 0.01) -> bool:
    """Whether every shape lies in the picture; texts as wide as they are reckoned."""
    for shape in picture.shapes:
        if isinstance(shape, Box):
            points = [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
        elif isinstance(shape, Area | Line):
            points = list(shape.points)
        elif isinstance(shape, Stripes):
            points = [point for ends in shape.segments for point in ends]
        elif isinstance(shape, Mark):
            points = [(shape.x, shape.y)]
        else:
            wide = width_of(shape.text, SIZES[shape.voice])
            start = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.anchor]
            points = [(start, shape.y), (start + wide, shape.y)]
        for x, y in points:
            if not (-slack <= x <= picture.width + slack and -slack <= y <= picture.height + slack):
                return False
    return True


def boxes(picture: Drawing) -> list[Box]:
    """The bars, without the samples of the legend: the tests draw none."""
    return [shape for shape in picture.shapes if isinstance(shape, Box)]


def trends(picture: Drawing) -> list[Line]:
    return [shape for shape in picture.shapes if isinstance(shape, Line) and shape.look == "trend"]


# Axes ------------------------------------------------------------------------------------------------------------------


@given(st.lists(amounts, min_size=1), st.integers(3, 8), st.booleans())
def test_an_axis_has_few_round_ticks_at_equal_distances_and_holds_every_value(values, most, zero):
    found = axis(values, most=most, zero=zero)

    assert all(found.low <= value <= found.high for value in values)
    assert len(found.ticks) <= most + 1
    steps = {after - before for before, after in pairwise(found.ticks)}
    assert len(steps) <= 1
    for step in steps:
        assert step.normalize().as_tuple().digits in [(1,), (2,), (2, 5), (5,)]
        assert all(tick % step == 0 for tick in found.ticks)
    assert not zero or found.low <= 0 <= found.high


@given(st.lists(amounts, min_size=2, unique=True))
def test_places_on_an_axis_are_in_the_order_of_their_values(values):
    found = axis(values)
    places = [found.place(value, 0, 100) for value in sorted(values)]

    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= 100


def test_a_cent_is_seen_beside_ten_to_the_fifteenth():
    big = Decimal(10) ** 15
    found = axis([big, big + Decimal("0.01")], zero=False)

    assert found.place(big, 0, 100) == pytest.approx(0)
    assert found.place(big + Decimal("0.01"), 0, 100) == pytest.approx(100)


def test_nothing_but_zero_has_one_tick_in_the_middle_of_its_axis():
    found = axis([Decimal(0)])

    assert found.ticks == (0,)
    assert found.place(0, 0, 100) == 50


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("-inf")])
def test_what_is_no_number_has_no_place(value):
    with pytest.raises(ValueError, match="finite"):
        axis([value])


@given(st.integers(1, 5000), st.floats(50, 700), st.floats(5, 200), st.booleans())
def test_labels_that_stay_do_not_touch(total, room, widest, twelves):
    step = every(total, room, widest, twelves=twelves)

    assert step >= total or step * room / total >= widest
    assert -(-total // step) <= 13 or step >= total


def test_months_are_counted_by_halves_and_wholes_of_years():
    assert [every(total, 500, 20, twelves=True) for total in (12, 24, 60, 120, 600)] == [1, 2, 6, 12, 60]


# Waterfalls ------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(texts, amounts), max_size=12), widths)
def test_each_bar_of_a_waterfall_begins_where_the_one_before_it_ended_and_the_total_at_zero(rows, width):
    steps = [*(Step(label, change) for label, change in rows), Step("Total", total=True)]
    picture = waterfall(steps, heads=HEADS, figure=write, tick=write, width=width)
    found = boxes(picture)
    sums = running(steps)

    assert sums[-1] == sum((change for _label, change in rows), Decimal(0))
    assert len(found) == len(steps)
    zero = next(shape.points[0][0] for shape in picture.shapes if isinstance(shape, Line) and shape.look == "axis")
    at = zero
    for box, step in zip(found[:-1], steps, strict=False):
        assert (box.x + box.width if step.change < 0 else box.x) == pytest.approx(at)
        at = box.x if step.change < 0 else box.x + box.width
    last = found[-1]
    assert sorted([last.x, last.x + last.width]) == pytest.approx(sorted([zero, at]))
    assert all(before.y + before.height < after.y for before, after in pairwise(found))
    assert inside(picture)


def test_connectors_join_the_end_of_a_bar_with_the_start_of_the_next():
    steps = [Step("a", Decimal(-5)), Step("nothing", Decimal(0)), Step("b", Decimal(8)), Step("Total", total=True)]
    picture = waterfall(steps, heads=HEADS, figure=write, tick=write)
    found = boxes(picture)
    joints = [shape for shape in picture.shapes if isinstance(shape, Line) and shape.look == "connector"]
    joints = [joint for joint in joints if joint.points[0][0] == joint.points[1][0]]

    assert [joint.points[0][0] for joint in joints] == pytest.approx([found[0].x, found[0].x, found[2].x + found[2].width])
    for joint, before, after in zip(joints, found, found[1:], strict=False):
        assert joint.points[0][1] <= before.y + before.height + 0.01
        assert joint.points[1][1] == pytest.approx(after.y)


def test_figures_of_a_waterfall_are_those_that_it_was_given():
    steps = [Step("Cost", Decimal("-1.5")), Step("Benefit", Decimal(4)), Step("Left", total=True)]
    picture = waterfall(steps, heads=HEADS, figure=lambda value: f"<{value}>", tick=write)
    said = [shape.text for shape in picture.shapes if isinstance(shape, Words)]

    assert [text for text in said if text.startswith("<")] == ["<-1.5>", "<-1.5>", "<4>", "<2.5>", "<2.5>"]


def test_figures_that_fill_the_width_are_refused_and_never_cut():
    with pytest.raises(NoRoom):
        waterfall([Step("a", Decimal(1))], heads=HEADS, figure=lambda _value: "9" * 60, tick=write)


# Columns ---------------------------------------------------------------------------------------------------------------


@given(st.lists(amounts, min_size=1, max_size=80), widths)
def test_columns_stand_in_order_and_grow_from_zero_in_proportion(values, width):
    picture = columns(
        [str(place) for place in range(len(values))], values, [values], tick=write, unit="EUR", along="Year", width=width
    )
    found = boxes(picture)
    (zero,) = {s.points[0][1] for s in picture.shapes if isinstance(s, Line) and s.look == "axis"}

    assert len(found) == len(values)
    assert all(before.x + before.width <= after.x + 1e-9 for before, after in pairwise(found))
    for box, value in zip(found, values, strict=True):
        assert (box.y if value < 0 else box.y + box.height) == pytest.approx(zero)
    longest = max(range(len(values)), key=lambda place: abs(values[place]))
    for box, value in zip(found, values, strict=True):
        share = float(abs(value) / (abs(values[longest]) or 1))
        assert box.height == pytest.approx(found[longest].height * share, abs=1e-6)
    assert inside(picture)


def test_six_hundred_months_are_all_drawn_and_few_are_labelled():
    values = [Decimal(place % 7 - 3) for place in range(600)]
    labels = [str(place) for place in range(600)]
    picture = columns(labels, values, [values, values], tick=write, unit="EUR", along="Month", twelves=True)

    assert len(boxes(picture)) == 600
    assert [len(line.points) for line in trends(picture)] == [600, 600]
    assert all(a[0] < b[0] for line in trends(picture) for a, b in pairwise(line.points))
    below = max(shape.y for shape in picture.shapes if isinstance(shape, Words) and shape.text == "0")
    shown = [shape.text for shape in picture.shapes if isinstance(shape, Words) and shape.y == below]
    assert shown == [str(place) for place in range(0, 600, 60)]
    markup = svg.drawing(picture, key="k", title="t", description="d")
    assert len(markup) < 60_000


def test_the_second_line_is_dashed_and_the_first_has_a_dot_at_each_value():
    values = [Decimal(-3), Decimal(1), Decimal(4)]
    picture = columns(["0", "1", "2"], values, [values, values], tick=write, unit="EUR", along="Year")

    assert [line.dashed for line in trends(picture)] == [False, True]
    dots = [(mark.x, mark.y) for mark in picture.shapes if isinstance(mark, Mark)]
    assert dots == list(trends(picture)[0].points)


def test_a_mark_stands_where_the_line_crosses_zero():
    sums = [Decimal(-100), Decimal(-40), Decimal(60)]
    picture = columns(
        ["0", "1", "2"], sums, [sums], tick=write, unit="EUR", along="Year", marked=[Marked(Decimal("1.4"), "Paid back")]
    )
    (mark,) = [shape for shape in picture.shapes if isinstance(shape, Mark) and shape.form == "diamond"]
    before, after = trends(picture)[0].points[1:]
    share = (mark.x - before[0]) / (after[0] - before[0])

    assert before[1] + share * (after[1] - before[1]) == pytest.approx(mark.y)


@pytest.mark.parametrize("at", [Decimal(-1), Decimal("2.5")])
def test_a_mark_outside_of_the_columns_is_refused(at):
    with pytest.raises(ValueError, match="outside"):
        columns(["0", "1"], [Decimal(1)] * 2, [], tick=write, unit="", along="", marked=[Marked(at, "x")])


@given(st.lists(st.tuples(st.floats(60, 640), st.text("ab ", max_size=25)), max_size=3))
def test_flags_stay_in_the_picture_and_in_the_order_of_rows(marks):
    _plot, _grid, shapes = flagged(
        Axis(Decimal(0), Decimal(1), (Decimal(0), Decimal(1))), write, lambda _field: marks, width=640, top=0, height=100
    )

    assert inside(Drawing(640, 200, tuple(shapes)))


def test_flags_that_would_touch_stand_in_rows_and_no_stem_runs_through_a_text():
    marks = [(300.0, "P10: -6,463 EUR"), (330.0, "P50: 187,099 EUR"), (360.0, "P90: 380,157 EUR")]
    axis_ = Axis(Decimal(0), Decimal(1), (Decimal(0), Decimal(1)))
    _plot, _grid, shapes = flagged(axis_, write, lambda _field: marks, width=640, top=0, height=100)
    stems = [shape for shape in shapes if isinstance(shape, Line)]

    for words in (shape for shape in shapes if isinstance(shape, Words)):
        wide = width_of(words.text, SIZES["small"])
        start = words.x - (wide if words.anchor == "end" else 0)
        for stem in stems:
            (x, top), (_x, bottom) = stem.points
            assert not (start < x < start + wide and top < words.y < bottom)


def test_a_stem_starts_below_a_text_that_has_room_on_neither_side():
    axis_ = Axis(Decimal(0), Decimal(1), (Decimal(0), Decimal(1)))
    _plot, _grid, (stem, text) = flagged(axis_, write, lambda _field: [(320.0, "wide " * 20)], width=640, top=0, height=100)

    assert stem.points[0][1] > text.y


# Tornados --------------------------------------------------------------------------------------------------------------

swings = st.lists(st.builds(Swing, texts, texts, texts, amounts, amounts), min_size=1, max_size=10)


@given(swings, amounts, widths)
def test_the_bars_of_a_tornado_meet_at_the_base_and_are_sorted_by_length(rows, base, width):
    picture = tornado(rows, base, base_label="Base", tick=write, figure=write, unit="EUR", width=width)
    found = boxes(picture)
    (line,) = [shape.points[0][0] for shape in picture.shapes if isinstance(shape, Line) and shape.look == "guide"]

    assert len(found) == 2 * len(rows)
    for box in found:
        assert box.x == pytest.approx(line) or box.x + box.width == pytest.approx(line)
    reaches = []
    for low, high in zip(found[::2], found[1::2], strict=True):
        reaches.append(max(low.x + low.width, high.x + high.width) - min(low.x, high.x))
    assert all(before >= after - 1e-6 for before, after in pairwise(reaches))
    assert inside(picture)


def test_the_side_of_the_low_value_is_striped_and_each_end_names_its_value():
    picture = tornado(
        [Swing("GPU hours", "8,000 h", "26,000 h", Decimal(310), Decimal(-120))],
        Decimal(190),
        base_label="Base",
        tick=write,
        figure=write,
        unit="EUR",
    )
    low, high = boxes(picture)
    (stripes,) = [shape for shape in picture.shapes if isinstance(shape, Stripes)]
    said = {shape.text: shape for shape in picture.shapes if isinstance(shape, Words)}

    assert all(low.x - 0.1 <= x <= low.x + low.width + 0.1 for ends in stripes.segments for x, _y in ends)
    assert said["8,000 h"].x > low.x + low.width
    assert said["26,000 h"].x < high.x


def test_outcomes_on_one_side_stand_one_above_the_other():
    picture = tornado(
        [Swing("Threshold", "0.1", "0.9", Decimal(50), Decimal(80))],
        Decimal(100),
        base_label="Base",
        tick=write,
        figure=write,
        unit="EUR",
    )
    low, high = boxes(picture)

    assert low.y + low.height == pytest.approx(high.y)
    assert "0.1 · 0.9" in [shape.text for shape in picture.shapes if isinstance(shape, Words)]


# Distributions ---------------------------------------------------------------------------------------------------------


@given(st.integers(-50, 20), st.lists(st.integers(0, 1000), min_size=1, max_size=40), widths)
def test_classes_stand_in_order_side_by_side_and_as_high_as_their_counts(start, counts, width):
    classes = [Class(start + place + 0.5, start + place + 1.5, count) for place, count in enumerate(counts)]
    picture = histogram(classes, marked=[], tick=write, share=write, unit="EUR", along="Share", width=width)
    found = boxes(picture)

    assert all(before.x + before.width <= after.x + 1e-6 for before, after in pairwise(found))
    assert len({round(box.y + box.height, 6) for box in found}) <= 1
    straddling = any(row.low < 0 < row.high and row.count for row in classes)
    assert len(found) == sum(count > 0 for count in counts) + straddling
    assert inside(picture)
    heights = {round(box.x, 4): box.height for box in found}
    if found:
        assert max(heights.values()) * sum(counts) <= 200 * sum(counts) + 1
    drawn = [box.height for box in found]
    filled = [row.count for row in classes for _part in range(1 + (row.low < 0 < row.high)) if row.count]
    assert [height * max(filled) for height in drawn] == pytest.approx([count * max(drawn) for count in filled])


def test_what_lies_below_zero_has_another_tone_and_stripes_and_ends_at_zero():
    classes = [Class(Decimal(-15), Decimal(-5), 4), Class(Decimal(-5), Decimal(5), 8), Class(Decimal(5), Decimal(15), 6)]
    picture = histogram(classes, marked=[], tick=write, share=write, unit="EUR", along="Share")
    found = boxes(picture)
    upright = [shape for shape in picture.shapes if isinstance(shape, Line) and shape.points[0][0] == shape.points[1][0]]
    (zero,) = [line.points[0][0] for line in upright if line.look == "axis"]

    assert [box.tone for box in found] == ["bad", "bad", "info", "info"]
    assert found[1].x + found[1].width == pytest.approx(found[2].x)
    assert found[2].x == pytest.approx(found[0].x + 1.5 * found[0].width)
    assert sum(isinstance(shape, Stripes) for shape in picture.shapes) == 2
    assert found[2].x == pytest.approx(zero)


@pytest.mark.parametrize(
    "classes",
    [
        [Class(0, 1, 1), Class(2, 3, 1)],
        [Class(0, 1, 1), Class(1, 3, 1)],
        [Class(1, 2, 1), Class(0, 1, 1)],
        [Class(1, 0, 1)],
        [Class(0, 1, -1)],
    ],
)
def test_classes_that_would_deceive_are_refused(classes):
    with pytest.raises(ValueError, match="class"):
        histogram(classes, marked=[], tick=write, share=write, unit="", along="")


def test_classes_around_ten_to_the_fifteenth_differ_in_width_by_rounding_only():
    edges = [1e15 + place * 0.3 for place in range(9)]
    classes = [Class(low, high, 1) for low, high in pairwise(edges)]

    assert boxes(histogram(classes, marked=[], tick=write, share=write, unit="", along=""))


# Plan and actual -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=40), st.integers(0, 40), widths)
def test_the_expected_line_goes_on_where_the_realised_one_ends(rows, realised, width):
    planned, found = [row[0] for row in rows], [row[1] for row in rows]
    picture = tracking(
        [str(place) for place in range(len(rows))],
        planned,
        found[:realised],
        found[realised:],
        tick=write,
        unit="EUR",
        along="Month",
        width=width,
    )

    assert inside(picture)
    lines = {(line.tone, line.dashed): line.points for line in trends(picture)}
    if ("info", True) in lines and ("info", False) in lines:
        assert lines["info", True][0] == lines["info", False][-1]
    if ("neutral", False) in lines:
        assert [point[0] for point in lines["neutral", False]] == sorted(point[0] for point in lines["neutral", False])


def test_the_gap_is_parted_where_the_lines_cross_and_striped_where_things_are_worse():
    planned = [Decimal(10), Decimal(20), Decimal(30), Decimal(40)]
    found = [Decimal(15), Decimal(25), Decimal(25), Decimal(30)]
    labels = list("abcd")
    more = tracking(labels, planned, found, tick=write, unit="", along="")
    less = tracking(labels, planned, found, tick=write, unit="", along="", more_is_better=False)

    areas = [shape for shape in more.shapes if isinstance(shape, Area)]
    assert [area.tone for area in areas] == ["ok", "bad"]
    assert [shape.tone for shape in less.shapes if isinstance(shape, Area)] == ["bad", "ok"]
    assert max(x for x, _y in areas[0].points) == pytest.approx(min(x for x, _y in areas[1].points))
    (hatch,) = [shape for shape in more.shapes if isinstance(shape, Stripes)]
    assert min(x for ends in hatch.segments for x, _y in ends) >= min(x for x, _y in areas[1].points)


def test_hatching_stays_between_the_lines():
    _area, hatch = gap([(0, 0), (50, 10)], [(0, 20), (50, 10)], "bad", striped=True)

    for (x, high), (_x, low) in hatch.segments:
        assert high == pytest.approx(x / 5)
        assert low == pytest.approx(20 - x / 5)


# Markup ----------------------------------------------------------------------------------------------------------------


def test_both_widths_are_one_picture_with_names_of_their_own_and_nothing_that_people_wrote_is_markup():
    hostile = '<script>alert("x")</script> & ' + "long " * 30

    def draw(width: float) -> Drawing:
        return waterfall(
            [Step(hostile, Decimal(-1)), Step("客户流失", total=True)],
            heads=HEADS,
            figure=write,
            tick=write,
            keys=[Key(hostile, "striped", "bad")],
            width=width,
        )

    markup = svg.drawing(draw(WIDE), narrow=draw(NARROW), key="k", title=hostile, description=hostile)
    root = ElementTree.fromstring(markup)  # noqa: S314 - our own markup, from the line above
    pictures = root.findall("svg")

    assert [picture.get("aria-labelledby") for picture in pictures] == ["k-title k-text", "k-narrow-title k-narrow-text"]
    for picture in pictures:
        ids = picture.get("aria-labelledby").split()
        assert picture.get("role") == "img"
        assert picture.find("title").get("id") == ids[0]
        assert picture.find("desc").get("id") == ids[1]
        assert picture.find("title").text == hostile
        assert hostile in [title.text for title in picture.findall(".//text/title")]
    assert "<script" not in markup
    assert "style=" not in markup
    assert "fill=" not in markup
