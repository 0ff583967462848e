"""A day in a form: one near which clocks can be computed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YEARS = range(2000, 2200)


def check_day(day: date) -> None:
    """Near the ends of the calendar the day after, or the same midnight in another zone, does not exist."""
    if day.year not in YEARS:
        raise ValidationError(_("Choose a day between the years 2000 and 2200."), code="out_of_range")


class DayField(forms.DateField):
    """A day as browsers send one."""

    default_validators = [check_day]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs})
