"""From what was agreed to what a version brings: one step for each metric that differs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.drawing.plot import Key
from foundation.drawing.shapes import Drawing
from foundation.drawing.waterfall import Heads, Step, running, waterfall
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import writer
from governance.economics.pictures.worth import Amount

MOST = 10
ZERO = Decimal(0)


def version_picture(agreed: Decimal, parts: Sequence[Amount], summary: str, *, currency: str) -> Told:
    """A waterfall of money a year: as agreed to, what each metric adds or takes away, and what this version brings.

    `parts` are the metrics that differ, each with what that is worth; `summary` is the sentence that the picture proves.
    """
    title = _("What the version brings a year")
    steps = [Step(_("As agreed to"), agreed), *(Step(part.label, part.value) for part in parts)]
    every = [*steps, Step(_("This version"), total=True)]
    sums = running(every)
    write = writer([*sums, *(step.change for step in every)], currency)
    columns = [Column(_("What changes"), number=False), Column(_("Worth a year")), Column(_("Sum so far"))]
    rows = [
        [step.label, write.amount(total if step.total else step.change), write.amount(total)]
        for step, total in zip(every, sums, strict=True)
    ]
    drawn = [Step(steps[0].label, steps[0].change, tone="neutral"), *_merged(steps[1:]), every[-1]]
    heads = Heads(_("Worth a year"), _("Sum so far"), write.unit_beside, write.unit)
    keys = [Key(_("Takes away"), "striped", "bad"), Key(_("Brings"), "solid", "ok"), Key(_("This version"), "solid", "info")]

    def draw(width: float) -> Drawing:
        return waterfall(drawn, heads=heads, figure=write.beside, tick=write.tick, keys=keys, width=width)

    return told(title, summary, draw, columns, rows)


def _merged(steps: Sequence[Step]) -> list[Step]:
    """The steps, the smallest ones as one if there are too many of them."""
    if len(steps) <= MOST:
        return list(steps)
    by_size = sorted(steps, key=lambda step: -abs(step.change))
    kept, rest = {id(step) for step in by_size[: MOST - 1]}, by_size[MOST - 1 :]
    label = ngettext("%(count)s other metric", "%(count)s other metrics", len(rest)) % {"count": len(rest)}
    return [*(step for step in steps if id(step) in kept), Step(label, sum((step.change for step in rest), ZERO))]
