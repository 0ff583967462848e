"""What was planned, what was realised, and what is expected by the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.drawing.plot import Key
from foundation.drawing.shapes import Drawing
from foundation.drawing.tracking import tracking
from governance.economics.pictures.told import Column, Told, told
from governance.economics.pictures.words import Writer, percent, writer


@dataclass(frozen=True, slots=True)
class Tracked:
    """A month: what was planned for it, and what was realised in it or is expected of it; neither where nobody said."""

    label: str
    planned: Decimal
    realised: Decimal | None = None
    expected: Decimal | None = None


def realised_picture(
    months: Sequence[Tracked], *, name: str, currency: str, more_is_better: bool = True, places: int = 0
) -> Told:
    """The sums since the first month as lines: `name` says of what (costs, benefits, benefits less costs).

    Realised months come first, expected ones follow them. Raises ValueError for a gap in either, or a month that has both.
    """
    title = _("%(name)s: planned and realised") % {"name": name}
    realised, expected = _parts(months)
    planned_sums = list(accumulate(month.planned for month in months))
    sums = list(accumulate([*realised, *expected]))
    write = writer([*planned_sums, *sums], currency, places)
    heads = [
        pgettext("amount", "Planned"),
        pgettext("amount", "Realised"),
        pgettext("amount", "Expected"),
        _("Planned so far"),
        _("Realised or expected so far"),
        _("Difference"),
    ]
    columns = [Column(_("Month"), number=False), *(Column(head) for head in heads)]
    if not months:
        return told(title, _("The plan has no months."), None, columns, [])
    rows = [_row(month, place, planned_sums, sums, write) for place, month in enumerate(months)]
    keys = [Key(pgettext("amount", "Planned"), "line", "neutral")]
    keys += [Key(pgettext("amount", "Realised"), "line", "info")] if realised else []
    keys += [Key(pgettext("amount", "Expected"), "dashed", "info")] if expected else []
    if sums:
        worse, better = (_("Less than planned"), _("More than planned"))
        if not more_is_better:
            worse, better = better, worse
        differences = [found - plan for found, plan in zip(sums, planned_sums, strict=False)]
        signed = [value if more_is_better else -value for value in differences]
        keys += [Key(worse, "hatched", "bad")] if min(signed) < 0 else []
        keys += [Key(better, "shaded", "ok")] if max(signed) > 0 else []

    def draw(width: float) -> Drawing:
        return tracking(
            [month.label for month in months],
            planned_sums,
            sums[: len(realised)],
            sums[len(realised) :],
            tick=write.tick,
            unit=_("Sum so far, %(unit)s") % {"unit": write.unit},
            along=_("Month"),
            today=_("Realised until %(month)s") % {"month": months[len(realised) - 1].label} if realised else "",
            more_is_better=more_is_better,
            keys=keys,
            twelves=True,
            width=width,
        )

    return told(title, _summary(months, len(realised), planned_sums, sums, write), draw, columns, rows)


def _parts(months: Sequence[Tracked]) -> tuple[list[Decimal], list[Decimal]]:
    realised = [month.realised for month in months if month.realised is not None]
    expected = [month.expected for month in months if month.expected is not None]
    told_of = len(realised) + len(expected)
    if any(month.realised is None for month in months[: len(realised)]):
        raise ValueError("a month without a realised amount lies between months that have one")
    if any(month.realised is not None and month.expected is not None for month in months):
        raise ValueError("a month has both a realised and an expected amount")
    if any(month.expected is None for month in months[len(realised) : told_of]):
        raise ValueError("a month without an expected amount lies between months that have one")
    return realised, expected


def _row(month: Tracked, place: int, planned: Sequence[Decimal], sums: Sequence[Decimal], write: Writer) -> list[str]:
    def shown(value: Decimal | None) -> str:
        return "–" if value is None else write.amount(value)

    found = sums[place] if place < len(sums) else None
    difference = None if found is None else found - planned[place]
    return [month.label, *map(shown, (month.planned, month.realised, month.expected, planned[place], found, difference))]


def _summary(months: Sequence[Tracked], realised: int, planned: Sequence[Decimal], sums: Sequence[Decimal], write: Writer) -> str:
    if not realised:
        head = _("Nothing has been realised yet; %(planned)s is planned by %(month)s.") % {
            "planned": write.money(planned[-1]),
            "month": months[-1].label,
        }
    else:
        head = _so_far(months[realised - 1].label, sums[realised - 1], planned[realised - 1], write)
    if len(sums) == realised:
        return head
    said = {
        "month": months[len(sums) - 1].label,
        "expected": write.money(sums[-1]),
        "planned": write.money(planned[len(sums) - 1]),
        "head": head,
    }
    return _("%(head)s By %(month)s, %(expected)s is expected where %(planned)s was planned.") % said


def _so_far(month: str, found: Decimal, planned: Decimal, write: Writer) -> str:
    gap = found - planned
    said = {"month": month, "found": write.money(found), "planned": write.money(planned), "gap": write.money(abs(gap))}
    if not gap:
        return _("By %(month)s, %(found)s was realised, as planned.") % said
    if planned <= 0:  # a share of nothing, or of a loss, says nothing
        if gap > 0:
            return _("By %(month)s, %(found)s was realised where %(planned)s was planned: %(gap)s more.") % said
        return _("By %(month)s, %(found)s was realised where %(planned)s was planned: %(gap)s less.") % said
    said["share"] = percent(abs(gap) / planned)
    if gap > 0:
        return _("By %(month)s, %(found)s was realised where %(planned)s was planned: %(gap)s (%(share)s) more.") % said
    return _("By %(month)s, %(found)s was realised where %(planned)s was planned: %(gap)s (%(share)s) less.") % said
