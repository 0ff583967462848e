"""What people send to envelopes: limits without YAML."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from approvals.envelopes import COMPONENTS, VersionFacts
from approvals.services.envelopes import LONGEST_REASON
from approvals.services.requests import LONGEST_COMMENT
from approvals.wording import component_label

HUNDRED = Decimal(100)
BOUNDS = ("min", "max", "may_fall", "may_rise")


class EnvelopeForm(forms.Form):
    """What may move, and the limits that are not about figures."""

    title = forms.CharField(
        max_length=120, label=_("Title"), help_text=_("What people call it, for instance “Monthly retraining”.")
    )
    moves = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label=_("What may change"),
        help_text=_("Everything else has to be exactly as in the baseline."),
        error_messages={"required": _("Choose at least one part.")},
    )
    params_may_change = forms.CharField(
        required=False,
        max_length=4000,
        label=_("Parameters that may change"),
        help_text=_("Names with commas between them; tree.* means every name that begins with “tree.”. All others stay."),
    )
    same_columns = forms.BooleanField(required=False, initial=True, label=_("Every data set keeps its columns"))
    names = forms.CharField(
        required=False,
        max_length=4000,
        label=_("Further data sets"),
        help_text=_(
            "Names with commas between them, for instance customers-*. Without any, the data sets are those of the baseline."
        ),
    )
    min_rows = forms.IntegerField(required=False, min_value=0, label=_("At least so many rows"), help_text=_("In each role."))
    max_rows = forms.IntegerField(required=False, min_value=0, label=_("At most so many rows"), help_text=_("In each role."))
    rows_percent = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=4,
        label=_("Rows may differ from the baseline's by, %"),
    )
    max_age_days = forms.IntegerField(required=False, min_value=0, max_value=3660, label=_("Registered at most so many days ago"))
    comment = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Why this is safe to agree to in advance"),
        help_text=_("The people who decide read this first."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["moves"].choices = [(name, capfirst(component_label(name))) for name in COMPONENTS]  # type: ignore[attr-defined] # a choice field

    @property
    def names_of(self) -> list[forms.BoundField]:
        """The limits that are names, shown below the figures."""
        return [self[name] for name in ("params_may_change", "names", "same_columns")]

    @property
    def sizes(self) -> list[forms.BoundField]:
        """The limits that are numbers, side by side."""
        return [self[name] for name in ("min_rows", "max_rows", "rows_percent", "max_age_days")]


class MetricForm(forms.Form):
    """The limits of one figure that the baseline was measured by."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=241)
    min = forms.DecimalField(required=False, max_digits=38, decimal_places=18, label=_("At least"))
    max = forms.DecimalField(required=False, max_digits=38, decimal_places=18, label=_("At most"))
    may_fall = forms.DecimalField(required=False, min_value=Decimal(0), max_digits=38, decimal_places=18, label=_("May fall by"))
    may_rise = forms.DecimalField(required=False, min_value=Decimal(0), max_digits=38, decimal_places=18, label=_("May rise by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in BOUNDS:
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 8})


MetricForms = forms.formset_factory(MetricForm, extra=0, max_num=200, absolute_max=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=LONGEST_REASON, label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}))


class AskForm(forms.Form):
    comment = forms.CharField(
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Why this is safe to agree to in advance"),
        help_text=_("The people who decide read this first."),
    )


class Draft:
    """An envelope being written: the form and a row for each figure of the baseline."""

    def __init__(self, data: Mapping[str, Any] | None, baseline: VersionFacts) -> None:
        self.form = EnvelopeForm(data, initial={"moves": ["model", "data"]})
        self.values = {
            "@".join(place) if place[1] else place[0]: value for place, value in sorted((baseline.metrics or {}).items())
        }
        names = [name for name in self.values if not name.startswith("confusion.")]
        self.rows = MetricForms(data, prefix="metrics", initial=[{"name": name} for name in names])

    @property
    def is_valid(self) -> bool:
        """Both are looked at, so that all that is wrong is told at once."""
        return all([self.form.is_valid(), self.rows.is_valid()])

    @property
    def figures(self) -> list[tuple[Any, Decimal | None]]:
        """The rows with what the baseline reached."""
        return [(row, self.values.get(str(row["name"].value()))) for row in self.rows]

    def body(self) -> dict[str, Any]:
        """The limits as `approvals.envelopes` reads them."""
        said = self.form.cleaned_data
        share = said["rows_percent"]
        data = {
            "names": _names(said["names"]),
            "min_rows": said["min_rows"],
            "max_rows": said["max_rows"],
            "rows_may_change_by": None if share is None else share / HUNDRED,
            "max_age_days": said["max_age_days"],
        }
        metrics = {
            row["name"]: {name: row[name] for name in BOUNDS if row[name] is not None}
            for row in (item.cleaned_data for item in self.rows)
            if any(row.get(name) is not None for name in BOUNDS)
        }
        return {
            "moves": said["moves"],
            "metrics": metrics,
            "same_columns": said["same_columns"],
            "params_may_change": _names(said["params_may_change"]),
            "data": data,
        }


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", ",").split(",") if name.strip()]
