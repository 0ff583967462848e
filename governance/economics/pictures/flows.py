"""What goes out and comes in, period by period, and when it is paid back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.drawing.columns import columns as drawn_columns
from foundation.drawing.plot import Key, Marked
from foundation.drawing.shapes import Drawing
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import Writer, along, at_period, duration, writer


@dataclass(frozen=True, slots=True)
class Payback:
    """After how many periods the sum of all flows first reaches zero, and after how many it does so to stay; None if never."""

    first: Decimal | None
    last: Decimal | None
    discounted: Decimal | None = None  # to stay


def flows_picture(
    costs: Sequence[Decimal],
    benefits: Sequence[Decimal],
    cumulative: Sequence[Decimal],
    discounted: Sequence[Decimal],
    *,
    payback: Payback,
    currency: str,
    period: str = "year",
    places: int = 0,
) -> Told:
    """Net flows as columns from period 0 on, their sum and their discounted sum as lines. `period` is year or month.

    Raises ValueError if the sequences differ in length.
    """
    title = _("Money out and in, and when it is paid back")
    net = [benefit - cost for cost, benefit in zip(costs, benefits, strict=True)]
    write = writer([*net, *cumulative, *discounted], currency, places)
    head = [Column(along(period), number=False)]
    head += [Column(name) for name in (_("Costs"), _("Benefits"), _("Net"), _("Sum so far"), _("Sum so far, discounted"))]
    table = [
        [str(place), *(write.amount(value) for value in row)]
        for place, row in enumerate(zip(costs, benefits, net, cumulative, discounted, strict=True))
    ]
    if not table:
        return told(title, _("The case has no periods."), None, head, [])
    keys = [
        Key(_("Out"), "striped", "bad"),
        Key(_("In"), "solid", "ok"),
        Key(_("Sum so far"), "line"),
        Key(_("Sum so far, discounted"), "dashed"),
    ]
    marked = _marks(payback, len(table), period)
    if marked:
        keys.append(Key(_("Paid back"), "diamond"))

    def draw(width: float) -> Drawing:
        return drawn_columns(
            [str(place) for place in range(len(table))],
            net,
            [cumulative, discounted],
            tick=write.tick,
            figure=write.money,
            unit=write.unit,
            along=along(period),
            marked=marked,
            keys=keys,
            twelves=period == "month",
            width=width,
        )

    return told(title, _summary(net, cumulative, payback, period, write), draw, head, table)


def _marks(payback: Payback, total: int, period: str) -> list[Marked]:
    """The paybacks that lie within the picture. One at 0 was never owed."""
    named = [(_("Paid back: %(time)s"), payback.first), (_("Discounted: %(time)s"), payback.discounted)]
    if payback.last != payback.first:
        named.insert(1, (_("For good: %(time)s"), payback.last))
    return [Marked(time, text % {"time": duration(time, period)}) for text, time in named if time and time <= total - 1]


def _summary(net: Sequence[Decimal], cumulative: Sequence[Decimal], payback: Payback, period: str, write: Writer) -> str:
    if not any(net):
        return _("In no period does more go out than comes in, or the other way round.")
    lowest = min(cumulative)
    if lowest >= 0:
        return _("The sum of all flows is never below zero: nothing has to be paid back.")
    said = {
        "most": write.money(-lowest),
        "when": at_period(list(cumulative).index(lowest), period),
        "first": duration(payback.first or Decimal(0), period),
        "last": duration(payback.last or Decimal(0), period),
        "discounted": duration(payback.discounted or Decimal(0), period),
    }
    if payback.last is None and payback.first:
        return (
            _(
                "At most %(most)s is out at once, in %(when)s; it is paid back after %(first)s, but later costs take that away again."
            )
            % said
        )
    if payback.last is None:
        return _("At most %(most)s is out at once, in %(when)s; it is never paid back.") % said
    if payback.first and payback.first != payback.last:
        return (
            _("At most %(most)s is out at once, in %(when)s; it is paid back after %(first)s, and for good after %(last)s.")
            % said
        )
    if payback.discounted is None:
        return (
            _("At most %(most)s is out at once, in %(when)s; it is paid back after %(last)s, but discounted it never is.") % said
        )
    return (
        _("At most %(most)s is out at once, in %(when)s; it is paid back after %(last)s, discounted after %(discounted)s.") % said
    )
