"""Bars that add up to a sum, and bars that show what a value hangs on."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.drawing.plot import NARROW, NoRoom
from foundation.drawing.shapes import SIZES, Line, Stripes, Words
from foundation.drawing.text import width_of
from foundation.drawing.tornado import Swing, tornado
from foundation.drawing.waterfall import Step, running, waterfall
from tests.foundation.charts import HEADS, amounts, boxes, inside, texts, widths, write

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


@given(st.lists(st.tuples(texts, amounts), min_size=1, max_size=12))
def test_no_connector_runs_through_a_text_where_labels_stand_above_their_bars(rows):
    steps = [*(Step(label, change) for label, change in rows), Step("Total", total=True)]
    picture = waterfall(steps, heads=HEADS, figure=write, tick=write, width=NARROW)
    lines = [shape for shape in picture.shapes if isinstance(shape, Line) and shape.look == "connector"]
    upright = [line.points for line in lines if line.points[0][0] == line.points[1][0]]
    said = [shape for shape in picture.shapes if isinstance(shape, Words) and shape.voice in ("label", "value")]

    assert len(upright) >= len(rows)
    for word in said:
        wide = width_of(word.text, SIZES[word.voice])
        left = word.x - (wide if word.anchor == "end" else 0)
        for (x, above), (_x, below) in upright:
            assert not (left < x < left + wide and above < word.y + 3 and below > word.y - 9)  # from its baseline


def test_figures_of_a_waterfall_are_those_that_it_was_given():
    steps = [Step("Cost", Decimal("-1.5")), Step("Benefit", Decimal(4)), Step("Left", total=True)]
    picture = waterfall(steps, heads=HEADS, figure=lambda value: f"<{value}>", tick=write)
    said = [shape.text for shape in picture.shapes if isinstance(shape, Words)]

    assert [text for text in said if text.startswith("<")] == ["<-1.5>", "<-1.5>", "<4>", "<2.5>", "<2.5>"]


def test_figures_that_fill_the_width_are_refused_and_never_cut():
    with pytest.raises(NoRoom):
        waterfall([Step("a", Decimal(1))], heads=HEADS, figure=lambda _value: "9" * 60, tick=write)


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
