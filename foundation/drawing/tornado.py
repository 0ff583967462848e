"""A tornado: for each input a bar from what comes out at its low value to what comes out at its high one, longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.drawing.plot import GAP, LABEL_ROW, WIDE, Key, NoRoom, Plot, Write, inside, legend, level, stacked, widest
from foundation.drawing.scale import axis
from foundation.drawing.shapes import SIZES, Anchor, Drawing, Line, Shape, bar, words

ROW, THICKNESS = 30.0, 16.0
STACKED_ROW, STACKED_THICKNESS = 50.0, 14.0
LEAST = 100.0


@dataclass(frozen=True, slots=True)
class Swing:
    """An input: what comes out (`at_low`, `at_high`) when it has its low and its high value, and how those values are written."""

    label: str
    low: str
    high: str
    at_low: Decimal
    at_high: Decimal

    def reach(self, base: Decimal) -> Decimal:
        """How far apart the outcomes are, the base among them."""
        found = (self.at_low, self.at_high, base)
        return max(found) - min(found)

    def one_sided(self, base: Decimal) -> bool:
        """Whether both outcomes lie above the base, or both below it."""
        return (self.at_low - base) * (self.at_high - base) > 0


def both(swing: Swing) -> str:
    return f"{swing.low} · {swing.high}"


def by_reach(swings: Sequence[Swing], base: Decimal) -> list[Swing]:
    """Longest first; ties keep their order."""
    return sorted(swings, key=lambda swing: -swing.reach(base))


def tornado(
    swings: Sequence[Swing],
    base: Decimal,
    *,
    base_label: str,
    tick: Write,
    figure: Write,
    unit: str,
    keys: Sequence[Key] = (),
    more: str = "",
    width: float = WIDE,
) -> Drawing:
    """Bars to both sides of a line at `base`, with the input's value at each end; what comes of its low value is striped.

    If both outcomes lie on one side, the bars stand one above the other and share their text. `more` says what was left out.
    Raises NoRoom if the texts fill the width.
    """
    rows = by_reach(swings, base)
    narrow = stacked(width)
    row, thickness = (STACKED_ROW, STACKED_THICKNESS) if narrow else (ROW, THICKNESS)
    texts = [text for swing in rows for text in ((both(swing),) if swing.one_sided(base) else (swing.low, swing.high))]
    ends = min(widest(texts), width * (0.28 if narrow else 0.16)) + GAP
    label = width if narrow else max(min(widest([s.label for s in rows], SIZES["label"]) + 2, width * 0.3), widest([unit]))
    left = ends if narrow else label + GAP + ends
    if width - ends - left < LEAST:
        raise NoRoom("labels and values leave no room for bars")
    shapes, top = legend(keys, width=width)
    top += LABEL_ROW + 4
    scale = axis(
        [base, *(value for swing in rows for value in (swing.at_low, swing.at_high))], most=4 if narrow else 5, zero=False
    )
    plot = Plot(left, width - ends, top, top + row * len(rows), scale)
    shapes.extend(level(plot, tick, limit=width))
    x = plot.x(base)
    shapes.append(Line(((x, top - 4), (x, plot.bottom)), "guide", "ink"))
    shapes.append(inside(x, top - 4 - LABEL_ROW / 2, base_label, 0.0, width))
    for place, swing in enumerate(rows):
        upper = top + place * row
        middle = upper + (row - thickness / 2 - 5 if narrow else row / 2)
        shapes.extend(_row(plot, swing, base, middle, thickness, ends - GAP, figure))
        shapes.append(words(0, upper + 19 if narrow else middle, swing.label, room=label))
    foot = plot.bottom + LABEL_ROW / 2 + 2
    shapes.append(words(0, foot + (LABEL_ROW if narrow else 0), unit, voice="small", room=width if narrow else label))
    bottom = plot.bottom + LABEL_ROW * (2 if narrow else 1) + 4
    if more:
        shapes.append(words(0, bottom + LABEL_ROW / 2, more, voice="small", room=width))
        bottom += LABEL_ROW
    return Drawing(width, bottom, tuple(shapes))


def _row(plot: Plot, swing: Swing, base: Decimal, middle: float, thickness: float, room: float, figure: Write) -> Iterator[Shape]:
    one_side = swing.one_sided(base)
    upper, lower = middle - thickness / 2, middle + thickness / 2
    x, low, high = plot.x(base), plot.x(swing.at_low), plot.x(swing.at_high)
    split = middle if one_side else None
    told = f"{swing.label}: {swing.low} → {figure(swing.at_low)}, {swing.high} → {figure(swing.at_high)}"
    yield from bar(x, low, upper, split or lower, "info", striped=True, told=told)
    yield from bar(x, high, split or upper, lower, "info", told=told)
    if one_side:
        tip = max(low, high) if low > x else min(low, high)
        yield _beside(tip, middle, both(swing), room, right=low > x)
        return
    low_is_right = low > x or (low == x and high < x)
    yield _beside(low, middle, swing.low, room, right=low_is_right)
    yield _beside(high, middle, swing.high, room, right=not low_is_right)


def _beside(tip: float, middle: float, text: str, room: float, *, right: bool) -> Shape:
    anchor: Anchor = "start" if right else "end"
    return words(tip + (GAP if right else -GAP), middle, text, voice="small", anchor=anchor, room=room)
