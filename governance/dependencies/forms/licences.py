"""What people type about licences."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dependencies.models import LicenceRule


class LicenceForm(forms.Form):
    """Say whether a licence may be used."""

    licence = forms.CharField(
        max_length=120,
        label=_("Licence"),
        help_text=_("One id of the SPDX list, such as BSD-3-Clause, with its exception where it has one."),
    )
    answer = forms.ChoiceField(choices=[("", _("choose one")), *LicenceRule.Answer.choices], label=_("Answer"))
    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class EndLicenceForm(forms.Form):
    """Why nothing is said of a licence any more."""

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))
