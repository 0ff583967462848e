"""How amounts are written in pictures, their sentences and tables: always by the same rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from foundation.rounding import percentage
from foundation.templatetags.countersign import figure

PRECISION = 60
WHOLE_UP_TO = 12  # characters: longer figures stand in the picture in thousands or millions, and whole in the table
FEWEST_UNITS = 10  # of a thousand or a million, before an axis counts in them


@dataclass(frozen=True, slots=True)
class Writer:
    """How one picture writes its amounts: in `currency`, to `places` after the point; on the axis in `size` of them, `unit`."""

    currency: str
    places: int
    size: Decimal
    unit: str
    whole: bool

    def amount(self, value: Decimal) -> str:
        """The amount, rounded by the one rule, without the currency."""
        return figure(value, self.places)

    def money(self, value: Decimal) -> str:
        return _("%(amount)s %(currency)s") % {"amount": self.amount(value), "currency": self.currency}

    def tick(self, value: Decimal) -> str:
        """A round number on the axis, in its unit."""
        with localcontext(prec=PRECISION):
            return figure(value / self.size)

    def beside(self, value: Decimal) -> str:
        """The amount as it stands beside a bar: whole where that is short, else in the unit of the axis to one digit."""
        if self.whole:
            return self.amount(value)
        with localcontext(prec=PRECISION):
            return figure(value / self.size, 1)

    def named(self, value: Decimal) -> str:
        """The amount as it stands alone: with its currency, or in the unit of the axis, which has its name there."""
        return self.money(value) if self.whole else self.beside(value)

    @property
    def unit_beside(self) -> str:
        """What amounts beside bars are measured in."""
        return self.currency if self.whole else self.unit


def writer(values: Iterable[Decimal], currency: str, places: int = 0, *, zero: bool = True) -> Writer:
    """The writer for a picture of these amounts: its axis counts in the largest unit of which there are ten. Where the axis need
    not hold zero, amounts must differ by one such unit too, or its ticks would have long fractions."""
    found_values = list(values)
    largest = max((abs(value) for value in found_values), default=Decimal(0))
    spread = largest if zero or not found_values else max(found_values) - min(found_values)
    chinese = (get_language() or "").startswith("zh")
    size, unit = Decimal(1), currency
    for found, name in _units(chinese):
        if largest >= found * FEWEST_UNITS and spread >= found:
            size, unit = found, name % {"currency": currency}
    return Writer(currency, places, size, unit, len(figure(-largest, places)) <= WHOLE_UP_TO)


def _units(chinese: bool) -> list[tuple[Decimal, str]]:
    """Chinese counts in ten thousands, and these in ten thousands again."""
    if chinese:
        return [
            (Decimal(10) ** 4, pgettext("axis", "%(currency)s, ten thousands")),
            (Decimal(10) ** 8, pgettext("axis", "%(currency)s, hundred millions")),
            (Decimal(10) ** 12, pgettext("axis", "%(currency)s, trillions")),
        ]
    return [
        (Decimal(10) ** 3, pgettext("axis", "%(currency)s, thousands")),
        (Decimal(10) ** 6, pgettext("axis", "%(currency)s, millions")),
        (Decimal(10) ** 9, pgettext("axis", "%(currency)s, billions")),
        (Decimal(10) ** 12, pgettext("axis", "%(currency)s, trillions")),
    ]


def percent(share: Decimal) -> str:
    """A share in per cent to one digit. What is neither none nor all is never rounded to that."""
    if 0 < share < Decimal("0.001"):
        return _("less than %(number)s %%") % {"number": figure(Decimal("0.1"))}
    if Decimal("0.999") < share < 1:
        return _("more than %(number)s %%") % {"number": figure(Decimal("99.9"))}
    return _("%(percent)s %%") % {"percent": figure(percentage(share, 1))}


def duration(periods: Decimal, period: str) -> str:
    """A number of years or months to one digit, in words."""
    shown = figure(periods, 1)
    many = 1 if shown == "1" else 2
    if period == "month":
        return ngettext("%(months)s month", "%(months)s months", many) % {"months": shown}
    return ngettext("%(years)s year", "%(years)s years", many) % {"years": shown}


def along(period: str) -> str:
    """What the periods below a picture are."""
    return _("Month") if period == "month" else _("Year")


def at_period(place: int, period: str) -> str:
    if period == "month":
        return _("month %(month)s") % {"month": place}
    return _("year %(year)s") % {"year": place}
