"""From costs by category and benefits by category to the net present value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.drawing.plot import Key
from foundation.drawing.shapes import Drawing
from foundation.drawing.waterfall import Heads, Step, running, waterfall
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import Writer, writer

MOST = 8  # of costs, and of benefits: smaller ones are drawn as one
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """What a category comes to, as worth today. Positive for a cost as for a benefit; negative where it turns out the other way."""

    label: str
    value: Decimal


def worth_picture(costs: Sequence[Amount], benefits: Sequence[Amount], *, currency: str, places: int = 0) -> Told:
    """A waterfall of present values: costs, benefits, what is left. Largest first; the table holds every category."""
    title = _("From costs and benefits to the net present value")
    down = [Step(cost.label, -cost.value) for cost in _sorted(costs)]
    up = [Step(benefit.label, benefit.value) for benefit in _sorted(benefits)]
    every = [*down, *up, Step(_("Net present value"), total=True)]
    sums = running(every)
    write = writer([*sums, *(step.change for step in every)], currency, places)
    summary = _summary(-sum((step.change for step in down), ZERO), sum((step.change for step in up), ZERO), write)
    columns = [Column(_("Category"), number=False), Column(_("Worth today")), Column(_("Sum so far"))]
    if not down and not up:
        return told(title, _("There are no costs and no benefits."), None, columns, [])
    rows = [
        [step.label, write.amount(total if step.total else step.change), write.amount(total)]
        for step, total in zip(every, sums, strict=True)
    ]
    other_costs = ngettext("%(count)s other cost", "%(count)s other costs", max(len(down) - MOST + 1, 1))
    other_benefits = ngettext("%(count)s other benefit", "%(count)s other benefits", max(len(up) - MOST + 1, 1))
    steps = [*_merged(down, other_costs), *_merged(up, other_benefits), every[-1]]
    heads = Heads(_("Worth today"), _("Sum so far"), write.unit_beside, write.unit)
    keys = [
        Key(_("Takes away"), "striped", "bad"),
        Key(_("Brings"), "solid", "ok"),
        Key(_("What is left"), "striped" if sums[-1] < 0 else "solid", "info"),
    ]

    def draw(width: float) -> Drawing:
        return waterfall(steps, heads=heads, figure=write.beside, tick=write.tick, keys=keys, width=width)

    return told(title, summary, draw, columns, rows)


def _sorted(amounts: Sequence[Amount]) -> list[Amount]:
    return sorted(amounts, key=lambda amount: -amount.value)


def _merged(steps: Sequence[Step], others: str) -> list[Step]:
    """The steps, all but the first ones as one if there are too many of them."""
    if len(steps) <= MOST:
        return list(steps)
    rest = steps[MOST - 1 :]
    return [*steps[: MOST - 1], Step(others % {"count": len(rest)}, sum((step.change for step in rest), ZERO))]


def _summary(costs: Decimal, benefits: Decimal, write: Writer) -> str:
    left = benefits - costs
    said = {"cost": write.money(costs), "benefit": write.money(benefits), "left": write.money(abs(left))}
    if not costs and not benefits:
        return _("Costs and benefits are both worth nothing today.")
    if not benefits:
        return _("There are costs of %(cost)s, as worth today, and no benefits.") % said
    if not costs:
        return _("There are benefits of %(benefit)s, as worth today, and no costs.") % said
    if left > 0:
        return _("Benefits of %(benefit)s less costs of %(cost)s leave %(left)s, all as worth today.") % said
    if left < 0:
        return _("Benefits of %(benefit)s fall %(left)s short of costs of %(cost)s, all as worth today.") % said
    return _("Costs and benefits are worth the same today: %(cost)s each.") % said
