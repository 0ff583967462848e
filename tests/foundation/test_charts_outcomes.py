"""What may come out, and what came out beside what was planned."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.drawing.histogram import Class, histogram
from foundation.drawing.shapes import Area, Line, Stripes, gap
from foundation.drawing.tracking import tracking
from tests.foundation.charts import amounts, boxes, inside, trends, widths, write

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
