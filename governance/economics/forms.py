"""What people type about costs and benefits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from governance.economics.models import Snapshot
from governance.economics.services import LONGEST_HORIZON, MOST_LINES
from governance.usecases.forms import without_zeros

HUNDRED = Decimal(100)


class FrameForm(forms.Form):
    """What all lines share."""

    currency = forms.CharField(
        max_length=3, min_length=3, label=_("Currency"), help_text=_("Three letters, such as EUR. It cannot be changed later.")
    )
    horizon = forms.IntegerField(
        min_value=0, max_value=LONGEST_HORIZON, label=_("Years looked at"), help_text=_("Counted after year 0, the start.")
    )
    percent = forms.DecimalField(
        max_digits=7,
        decimal_places=4,
        label=_("Discount rate, % a year"),
        help_text=_("What money today is preferred over money in a year."),
    )
    real_or_nominal = forms.ChoiceField(
        choices=Snapshot.Prices.choices,
        label=_("Prices"),
        help_text=_("Real: in today's money. Nominal: inflation is in every price and in the rate."),
    )
    note = forms.CharField(max_length=2000, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class LineForm(forms.Form):
    """One cost or benefit: so much of something at a price, in each of some years."""

    title = forms.CharField(max_length=120, label=_("What for"))
    kind = forms.ChoiceField(choices=[("cost", _("Cost")), ("benefit", _("Benefit"))], label=_("Kind"), initial="cost")
    quantity = forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=6, label=_("Quantity a year"))
    unit = forms.CharField(max_length=40, required=False, label=_("Unit"))
    unit_price = forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=6, label=_("Price of one"))
    from_period = forms.IntegerField(min_value=0, max_value=LONGEST_HORIZON, label=_("From year"))
    to_period = forms.IntegerField(min_value=0, max_value=LONGEST_HORIZON, label=_("To year"), required=False)
    key = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)


LineForms = forms.formset_factory(LineForm, extra=3, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES + 10)


class Draft:
    """Costs and benefits being written: the frame and the lines together. Starts from the last snapshot."""

    def __init__(self, data: Mapping[str, Any] | None, current: Snapshot | None) -> None:
        self.form = FrameForm(data, initial=_frame(current))
        self.lines = LineForms(data, prefix="lines", initial=list(current.lines) if current else [])

    @property
    def is_valid(self) -> bool:
        """Both are looked at, so that all that is wrong is told at once."""
        return all([self.form.is_valid(), self.lines.is_valid()])

    def content(self) -> dict[str, Any]:
        """What `services.write_snapshot` wants. A line without a key gets one from its title, and keeps it from then on."""
        frame = dict(self.form.cleaned_data)
        frame["discount_rate"] = frame.pop("percent") / HUNDRED
        rows = [
            row.cleaned_data for row in self.lines.forms if row.cleaned_data.get("title") and not row.cleaned_data.get("DELETE")
        ]
        taken = {row["key"] for row in rows if row["key"]}
        return {**frame, "lines": [_line(row, taken) for row in rows]}


def _frame(current: Snapshot | None) -> dict[str, Any]:
    if current is None:
        return {"horizon": 3, "real_or_nominal": Snapshot.Prices.REAL}
    return {
        "currency": current.currency,
        "horizon": current.horizon,
        "percent": without_zeros(current.discount_rate * HUNDRED),
        "real_or_nominal": current.real_or_nominal,
    }


def _line(row: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    key = row["key"] or _free_key(str(row["title"]), taken)
    last = row["from_period"] if row["to_period"] is None else row["to_period"]
    return {
        **{name: row[name] for name in ("title", "kind", "quantity", "unit", "unit_price", "from_period")},
        "key": key,
        "to_period": last,
    }


def _free_key(title: str, taken: set[str]) -> str:
    """A key that no other line has: from the title's Latin letters, else a number."""
    stem = slugify(title).replace("-", "_").lstrip("_0123456789")[:50] or "line"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    taken.add(key)
    return key
