"""What people type about rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.canonical import decimal_text
from foundation.choices import choice_field
from foundation.days import DayField
from governance.economics.forms.drafts import PRICES
from governance.economics.forms.fields import NumberField, PercentField, StepsField
from governance.economics.models import RateRecord


class RateForm(forms.Form):
    """What every rate has. `body()` is what a record keeps of it; `places` leads from there back to the fields."""

    places: Mapping[str, str] = {}

    title = forms.CharField(max_length=120, label=_("Name"))
    key = forms.CharField(
        max_length=60,
        label=_("Key"),
        help_text=_("Small letters, digits and _. The same key with a later day takes the place of the one before."),
    )
    source = forms.CharField(max_length=500, label=_("Source"), help_text=_("Who set it, and where that is written."))
    dated = DayField(label=_("As of"), help_text=_("The day on which it was set, or that it is of."))
    note = forms.CharField(max_length=2000, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))

    def record(self) -> dict[str, Any]:
        """What the service is told."""
        said = self.cleaned_data
        return {name: said[name] for name in ("title", "key", "source", "dated", "note")} | {"body": self.body()}

    def body(self) -> dict[str, Any]:
        raise NotImplementedError

    def field_of(self, path: str) -> str:
        """The field at which a problem of the record stands."""
        for start, field in self.places.items():
            if path == start or path.startswith(f"{start}."):
                return field
        return path


class DiscountForm(RateForm):
    places = {"body.steps": "steps", "body.prices": "prices"}

    steps = StepsField(
        label=_("Rate, % a year"),
        help_text=_("A rate that declines: one a line with its first year, such as 0: 3.5."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    prices = forms.ChoiceField(choices=PRICES, label=_("The rate is"))
    field_order = ("title", "steps", "prices", "source", "dated", "key", "note")

    def body(self) -> dict[str, Any]:
        return {
            "steps": [[year, decimal_text(rate)] for year, rate in self.cleaned_data["steps"]],
            "prices": self.cleaned_data["prices"],
        }


class InflationForm(RateForm):
    places = {"body.rate": "rate"}

    rate = PercentField(label=_("Inflation, % a year"))
    field_order = ("title", "rate", "source", "dated", "key", "note")

    def body(self) -> dict[str, Any]:
        return {"rate": decimal_text(self.cleaned_data["rate"])}


class ExchangeForm(RateForm):
    """The key and the name follow from the two currencies."""

    places = {"body.rate": "rate", "key": "one"}

    one = forms.CharField(min_length=3, max_length=3, label=_("One unit of"), help_text=_("Three letters, such as USD."))
    rate = NumberField(label=_("is"), help_text=_("With a point, such as 0.92."))
    other = forms.CharField(
        min_length=3, max_length=3, label=_("of this currency"), help_text=_("That of the cases, such as EUR.")
    )
    field_order = ("one", "rate", "other", "source", "dated", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["title"], self.fields["key"]

    def clean_one(self) -> str:
        return str(self.cleaned_data["one"]).upper()

    def clean_other(self) -> str:
        return str(self.cleaned_data["other"]).upper()

    def record(self) -> dict[str, Any]:
        said = self.cleaned_data
        pair = f"{said['one']}/{said['other']}"
        return {name: said[name] for name in ("source", "dated", "note")} | {"title": pair, "key": pair, "body": self.body()}

    def body(self) -> dict[str, Any]:
        return {"rate": decimal_text(self.cleaned_data["rate"])}


class BiasForm(RateForm):
    places = {"body.upper": "upper", "body.lower": "lower"}

    lower = PercentField(
        label=_("On top where all was done about it, %"), help_text=_("Such as 10: a tenth dearer than planned.")
    )
    upper = PercentField(label=_("On top where nothing was done about it, %"), help_text=_("Such as 200: three times the plan."))
    field_order = ("title", "lower", "upper", "source", "dated", "key", "note")

    def body(self) -> dict[str, Any]:
        return {name: decimal_text(self.cleaned_data[name]) for name in ("upper", "lower")}


FORMS: Mapping[str, type[RateForm]] = {
    "discount": DiscountForm,
    "inflation": InflationForm,
    "exchange": ExchangeForm,
    "bias": BiasForm,
}


class EndRateForm(forms.Form):
    prefix = "end"

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class TakeRatesForm(forms.Form):
    """Records that are to be copied into a draft, and rates that are to go out of it."""

    records = forms.MultipleChoiceField(required=False, label=_("Take over"), widget=forms.CheckboxSelectMultiple)
    without = forms.MultipleChoiceField(required=False, label=_("Take out"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any, *, records: Sequence[RateRecord], within: Sequence[str], **options: Any) -> None:
        super().__init__(data, **options)
        choice_field(self, "records").choices = [(row.public_id, row.title) for row in records]
        choice_field(self, "without").choices = [(name, name) for name in within]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not found.get("records") and not found.get("without"):
            raise forms.ValidationError(_("Choose what to take over or to take out."))
        return found
