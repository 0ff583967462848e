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
from foundation.drawing.plot import NARROW, WIDE, Key, Marked, flagged
from foundation.drawing.scale import Axis, axis, every
from foundation.drawing.shapes import SIZES, Drawing, Line, Mark, Words
from foundation.drawing.text import width_of
from foundation.drawing.waterfall import Step, waterfall
from tests.foundation.charts import HEADS, amounts, boxes, inside, trends, widths, write

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
