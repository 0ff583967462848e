"""Which input moves the net present value most, each varied alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.drawing.plot import Key
from foundation.drawing.shapes import Drawing
from foundation.drawing.tornado import Swing, by_reach, tornado
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import Writer, writer

MOST = 12  # rows in the picture; the table has all


def sensitivity_picture(swings: Sequence[Swing], base: Decimal, *, currency: str, places: int = 0) -> Told:
    """A tornado around `base`, the net present value when every input has its likely value. A swing's `low` and `high` are the
    input's values, already written with their unit; `at_low` and `at_high` what the net present value is then."""
    title = _("What moves the net present value most")
    columns = [
        Column(_("Input"), number=False),
        *(
            Column(name)
            for name in (_("Low value"), _("High value"), _("Net value at low"), _("Net value at high"), _("Difference"))
        ),
    ]
    rows = by_reach(swings, base)
    if not rows:
        return told(title, _("No input has a range, so none was varied."), None, columns, [])
    write = writer([base, *(value for swing in rows for value in (swing.at_low, swing.at_high))], currency, places, zero=False)
    table = [
        [swing.label, swing.low, swing.high, *map(write.amount, (swing.at_low, swing.at_high, swing.reach(base)))]
        for swing in rows
    ]
    left_out = len(rows) - MOST
    more = ""
    if left_out > 0:
        more = ngettext(
            "%(count)s more input moves it less: see the table.", "%(count)s more inputs move it less: see the table.", left_out
        ) % {"count": left_out}
    keys = [Key(_("Input at its low value"), "striped", "info"), Key(_("Input at its high value"), "solid", "info")]

    def draw(width: float) -> Drawing:
        return tornado(
            rows[:MOST],
            base,
            base_label=_("As planned: %(value)s") % {"value": write.named(base)},
            tick=write.tick,
            figure=write.money,
            unit=write.unit,
            keys=keys,
            more=more,
            width=width,
        )

    return told(title, _summary(rows, base, write), draw, columns, table)


def _summary(rows: Sequence[Swing], base: Decimal, write: Writer) -> str:
    first = rows[0]
    reach = first.reach(base)
    if not reach:
        return _("None of these inputs changes the net present value.")
    outcomes = (first.at_low, first.at_high, base)
    said = {"input": first.label, "low": write.amount(min(outcomes)), "high": write.money(max(outcomes))}
    if len(rows) == 1:
        return _("%(input)s moves the net present value between %(low)s and %(high)s.") % said
    if reach * 2 > sum(swing.reach(base) for swing in rows):
        return _("Most of the uncertainty comes from %(input)s: between %(low)s and %(high)s.") % said
    return _("The largest uncertainty comes from %(input)s: between %(low)s and %(high)s.") % said
