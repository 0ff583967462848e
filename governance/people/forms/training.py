"""Forms of training and teams. They check shape only; what may be done, services say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from governance.people.forms.absence import PersonField
from governance.people.roles import ROLES


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class TrainingRuleForm(forms.Form):
    """A role asks for a training."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(ROLES.items()))
    title = forms.CharField(label=gettext_lazy("Training"), max_length=120)
    training = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=60, help_text=gettext_lazy("Permanent, such as secure-review.")
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("Valid for days"),
        required=False,
        min_value=1,
        max_value=36_500,
        help_text=gettext_lazy("Left empty, for good."),
    )


class TrainingRecordForm(forms.Form):
    """Evidence that somebody completed a training."""

    training = forms.SlugField(
        label=gettext_lazy("Training"),
        max_length=60,
        help_text=gettext_lazy("Its short name."),
        widget=forms.TextInput(attrs={"list": "known-trainings", "autocomplete": "off"}),
    )
    completed_on = _day(label=gettext_lazy("Completed on"))
    expires_on = _day(
        label=gettext_lazy("No longer valid from"), required=False, help_text=gettext_lazy("Left empty, as the training says.")
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=2048,
        help_text=gettext_lazy("The address of the certificate, or the id of a document here, do_…"),
    )


class TeamForm(forms.Form):
    """A new team."""

    slug = forms.SlugField(label=gettext_lazy("Short name"), max_length=60)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)


class MemberForm(forms.Form):
    """Somebody who joins a team or leaves it."""

    person = PersonField(label=gettext_lazy("Person"))
