"""What people type about criteria of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dependencies.selectors.criteria import Offered, criteria_offered


def offer_criteria(form: forms.Form, name: str = "criteria") -> list[Offered]:
    """Let a field choose among what may be stated now. One query."""
    field: Any = form.fields[name]
    offered = criteria_offered()
    field.choices = [(item.key, item.label) for item in offered]
    return offered


class CriterionForm(forms.Form):
    """Define a criterion."""

    title = forms.CharField(max_length=120, label=_("Name"), help_text=_("Such as: Sends no personal data."))
    key = forms.CharField(
        max_length=40,
        label=_("Short name"),
        help_text=_("Lower-case letters, digits and hyphens. It stands in policies and answers, and never changes."),
    )
    description = forms.CharField(
        max_length=2000,
        label=_("What a reviewer has done"),
        help_text=_("What has to be looked at, and what has to be found, before somebody may say this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    implies = forms.MultipleChoiceField(
        required=False,
        label=_("Includes"),
        help_text=_("Whoever says this says these too. It cannot be changed later."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offer_criteria(self, "implies")


class RetireCriterionForm(forms.Form):
    """Why a criterion is not stated any more."""

    reason = forms.CharField(max_length=500, label=_("Why"))
