"""Fields of forms for figures: what is typed is read as it was written, and what cannot be read is told with what to write instead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from foundation.canonical import decimal_text
from governance.economics.plan.limits import MOST_STEPS
from governance.economics.plan.problems import MESSAGES
from governance.economics.plan.reading import number_problem


class NumberField(forms.Field):
    """A number with a point before its decimals, read as it was written. What is no number is told with what to write instead."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        return self.read(text) if text else None

    def read(self, text: str) -> Decimal:
        if code := number_problem(text):
            raise forms.ValidationError(MESSAGES[code], code=code, params={"found": text[:40]})
        return Decimal(text)

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value) if isinstance(value, Decimal) else value


class PercentField(NumberField):
    """A share that is typed in per cent: `10` or `10 %` is 0.1."""

    def read(self, text: str) -> Decimal:
        found = super().read(text.removesuffix("%").removesuffix("％").strip())
        return found.scaleb(-2) if found else Decimal(0)

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value.scaleb(2)) if isinstance(value, Decimal) else value


class StepsField(forms.CharField):
    """One rate in per cent, or one a line with the year from which it holds: `0: 3.5`, `31: 3`."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        rate = PercentField(required=False)
        found = []
        for line in text.splitlines() if text else []:
            year, colon, share = line.strip().rpartition(":")
            if not line.strip():
                continue
            if colon and not (year.strip().isascii() and year.strip().isdigit() and len(year.strip()) < 5):
                raise forms.ValidationError(
                    _("Write the year, a colon and the rate: 31: 3. “%(line)s” is not so."), params={"line": line}
                )
            if (read := rate.to_python(share)) is None:
                raise forms.ValidationError(_("There is no rate in “%(line)s”."), params={"line": line})
            found.append((int(year) if colon else 0, read))
        if len(found) > MOST_STEPS:
            raise forms.ValidationError(_("At most %(most)s steps are kept."), params={"most": MOST_STEPS})
        return tuple(found)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        if len(value) == 1:
            return decimal_text(value[0][1].scaleb(2))
        return "\n".join(f"{year}: {decimal_text(rate.scaleb(2))}" for year, rate in value)
