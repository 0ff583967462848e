"""What people type when they ask for data, and when they give it back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dictionary.models import DataUse


class DataUseForm(forms.Form):
    """Ask for the use of a data set."""

    dataset = forms.CharField(max_length=200, label=_("Data set"), help_text=_("Its name as CI sends it."))
    version = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        label=_("Version"),
        help_text=_("Its number. Left empty, every version is meant, those to come too."),
    )
    purpose = forms.CharField(
        max_length=4000,
        label=_("For what purpose"),
        help_text=_("What is done with the data, and what comes out. One purpose each time you ask."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    basis = forms.ChoiceField(choices=[("", _("choose one")), *DataUse.Basis.choices], label=_("Legal basis"))
    basis_words = forms.CharField(
        max_length=4000,
        label=_("Why this basis holds"),
        help_text=_("Such as the clause of the contract, or why the data is about nobody."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    places = forms.CharField(
        max_length=5000,
        label=_("Where it may lie"),
        help_text=_("One place a line: a system, a bucket, a country."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    copies = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Which copies are made"),
        help_text=_("And when they are deleted. Left empty: none."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    until = forms.DateField(
        label=_("Last day"),
        help_text=_("At the end of this day (UTC) the use is over, without anybody doing anything."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_places(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["places"].splitlines() if line.strip()]

    def written(self) -> dict[str, Any]:
        """What the service wants. Only of a valid form."""
        said = dict(self.cleaned_data)
        said["until"] = datetime.combine(said["until"] + timedelta(days=1), time.min, UTC)
        return said


class OverForm(forms.Form):
    """Why an ask is taken back, or a use ended."""

    prefix = "over"

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))
