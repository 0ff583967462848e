"""Use cases beside each other: value against risk, as large as what they take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nsmallest
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.drawing.bubbles import Bubble, bubbles
from foundation.drawing.plot import Key
from foundation.drawing.shapes import Drawing, Tone
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import Writer, writer

_Row = TypeVar("_Row")
MOST = 40  # more would cover one another; the page lists all of them
NAMED = 12


@dataclass(frozen=True, slots=True)
class Placed:
    """A use case in the picture. `risk` counts from 0, the lowest; None where it is not known. `effort` is None where nobody said."""

    title: str
    risk: int | None
    value: Decimal
    effort: Decimal | None


def drawn_of(found: Iterable[_Row], value: Callable[[_Row], Decimal], title: Callable[[_Row], str]) -> list[_Row]:
    """Those of any number that are drawn: the ones that are worth or cost most, largest first."""
    return nsmallest(MOST, found, key=lambda row: (-abs(value(row)), title(row)))


def portfolio_picture(found: Sequence[Placed], risks: Sequence[str], *, currency: str, count: int | None = None) -> Told:
    """Lanes of risk from low to high, the last for what is not known; the net present value upwards; bubbles as large as the effort.

    Those that are worth or cost most are drawn; the table has the same ones. `count` is of how many they are, where the others were
    left out already.
    """
    title = _("Value against risk")
    columns = [
        Column(_("Use case"), number=False),
        Column(_("Risk"), number=False),
        Column(_("Net present value")),
        Column(_("Costs of the first year")),
    ]
    rows = drawn_of(found, lambda row: row.value, lambda row: row.title)
    if not rows:
        return told(title, _("No use case has a value that can be drawn."), None, columns, [])
    lanes = [*risks, _("Not known")] if any(row.risk is None for row in rows) else list(risks)
    write = writer([row.value for row in rows], currency)
    table = [
        [
            row.title,
            lanes[-1] if row.risk is None else risks[row.risk],
            write.money(row.value),
            write.money(row.effort) if row.effort is not None else _("not known"),
        ]
        for row in rows
    ]
    drawn = [
        Bubble(
            len(lanes) - 1 if row.risk is None else row.risk,
            row.value,
            row.effort,
            row.title if place < NAMED else "",
            _tone(row),
        )
        for place, row in enumerate(rows)
    ]
    keys = [Key(_("Brings more than it costs"), "solid", "ok"), Key(_("Costs more than it brings"), "solid", "bad")]
    if any(row.effort is None for row in rows):
        keys.append(Key(_("Effort not known"), "diamond", "ok"))

    def draw(width: float) -> Drawing:
        return bubbles(lanes, drawn, tick=write.tick, unit=write.unit, keys=keys, width=width)

    return told(title, _summary(rows, len(found) if count is None else count, len(risks), write), draw, columns, table)


def _tone(row: Placed) -> Tone:
    return "bad" if row.value < 0 else "ok"


def _summary(rows: Sequence[Placed], count: int, risks: int, write: Writer) -> str:
    high = [row for row in rows if row.risk == risks - 1 and row.value > 0]
    calm = [row for row in rows if row.risk is not None and row.risk < risks - 1 and row.value > 0]
    if calm:
        best = max(calm, key=lambda row: row.value)
        said = _("Most value without a high risk: %(title)s, worth %(amount)s.")
        told_ = said % {"title": best.title, "amount": write.money(best.value)}
    elif high:
        best = max(high, key=lambda row: row.value)
        said = _("All that is worth anything is at a high risk, most of all %(title)s with %(amount)s.")
        told_ = said % {"title": best.title, "amount": write.money(best.value)}
    else:
        told_ = _("Nothing whose risk is known brings more than it costs.")
    if any(row.effort is not None for row in rows):
        told_ += " " + _("The larger a bubble, the higher the costs of the first year.")
    if len(rows) < count:
        more = ngettext(
            "The %(count)s that is worth or costs most is drawn.",
            "The %(count)s that are worth or cost most are drawn.",
            len(rows),
        )
        told_ = f"{told_} {more % {'count': len(rows)}}"
    return told_
