"""How the net present value is distributed over the trials of a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.drawing.histogram import Class, histogram
from foundation.drawing.plot import Key, Marked
from foundation.drawing.scale import Number, exact
from foundation.drawing.shapes import Drawing
from foundation.rounding import percentage
from foundation.templatetags.countersign import figure
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import Writer, percent, writer


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Counts by classes of equal width, percentiles, and the exact share of trials (0 to 1) that ended below zero."""

    classes: Sequence[Class]
    p10: Number
    p50: Number
    p90: Number
    below_zero: Decimal
    trials: int


def outcomes_picture(found: Outcomes, *, currency: str, places: int = 0) -> Told:
    """A histogram with what lies below zero set apart, and lines at P10, P50 and P90.

    Raises ValueError for a share that is not between 0 and 1, and for classes that cannot be drawn side by side.
    """
    if not 0 <= found.below_zero <= 1:
        raise ValueError(f"{found.below_zero} is not a share of the trials")
    title = _("How the net present value may turn out")
    columns = [
        Column(_("Outcome"), number=False),
        Column(_("From")),
        Column(_("To")),
        Column(_("Trials")),
        Column(_("Share of trials")),
    ]
    if not found.trials or not found.classes:
        return told(title, _("No trial was run."), None, columns, [])
    percentiles = [("P10", exact(found.p10)), ("P50", exact(found.p50)), ("P90", exact(found.p90))]
    edges = [exact(edge) for row in found.classes for edge in (row.low, row.high)]
    write = writer([*edges, *(value for _name, value in percentiles)], currency, places, zero=False)
    marked = [Marked(value, f"{name}: {write.named(value)}") for name, value in percentiles]
    keys = [
        Key(_("Below zero: %(share)s") % {"share": percent(found.below_zero)}, "striped", "bad"),
        Key(_("Zero or above: %(share)s") % {"share": percent(1 - found.below_zero)}, "solid", "info"),
    ]

    def draw(width: float) -> Drawing:
        return histogram(
            found.classes,
            marked=marked,
            tick=write.tick,
            share=_share,
            unit=write.unit,
            along=_("Share of trials"),
            keys=keys,
            width=width,
        )

    return told(title, _summary(found, write), draw, columns, _rows(found, percentiles, write))


def _share(share: Decimal) -> str:
    """A share on the axis, as exact as its tick; of a bar, to one digit."""
    return _("%(percent)s %%") % {"percent": figure(percentage(share, 2))}


def _rows(found: Outcomes, percentiles: Sequence[tuple[str, Decimal]], write: Writer) -> list[list[str]]:
    """The percentiles and the losses before the classes: a reader wants them first."""
    names = {
        "P10": _("P10: one trial in ten ends at or below"),
        "P50": _("P50: half of the trials end at or below"),
        "P90": _("P90: nine trials in ten end at or below"),
    }
    below = int((found.below_zero * found.trials).to_integral_value())
    return [
        *([names[name], "", write.amount(value), "", ""] for name, value in percentiles),
        [_("Below zero"), "", "", figure(Decimal(below)), percent(found.below_zero)],
        *(
            [
                _("Class %(number)s") % {"number": number},
                write.amount(exact(row.low)),
                write.amount(exact(row.high)),
                figure(Decimal(row.count)),
                percent(Decimal(row.count) / found.trials),
            ]
            for number, row in enumerate(found.classes, 1)
        ),
    ]


def _summary(found: Outcomes, write: Writer) -> str:
    said = {
        "trials": figure(Decimal(found.trials)),
        "p10": write.money(exact(found.p10)),
        "p50": write.money(exact(found.p50)),
        "p90": write.money(exact(found.p90)),
        "share": percent(found.below_zero),
    }
    if found.p10 == found.p90:
        return _("Eight in ten of %(trials)s trials end at %(p50)s; %(share)s of all end below zero.") % said
    if not found.below_zero:
        return (
            _(
                "Eight in ten of %(trials)s trials end between %(p10)s and %(p90)s, half of all above %(p50)s; none ends below zero."
            )
            % said
        )
    if found.below_zero == 1:
        return (
            _("Eight in ten of %(trials)s trials end between %(p10)s and %(p90)s, half of all above %(p50)s; all end below zero.")
            % said
        )
    return (
        _(
            "Eight in ten of %(trials)s trials end between %(p10)s and %(p90)s, half of all above %(p50)s; "
            "%(share)s end below zero."
        )
        % said
    )
