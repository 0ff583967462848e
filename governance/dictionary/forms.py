"""What people type about columns and their meanings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dictionary.models import KEY, ElementVersion
from governance.dictionary.services import LONGEST_EXAMPLE, MOST_EXAMPLES
from governance.people.models import Team


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))


class DictionaryForm(forms.Form):
    """Open a dictionary."""

    title = forms.CharField(max_length=120, label=_("Title"), help_text=_("What it is about, such as “Customers”."))
    slug = forms.SlugField(
        max_length=60, label=_("Short name"), help_text=_("The first part of each element's name. It cannot be changed later.")
    )
    purpose = forms.CharField(max_length=2000, required=False, label=_("Purpose"), widget=forms.Textarea(attrs={"rows": 2}))


class MeaningForm(forms.Form):
    """What an element means from now on."""

    definition = forms.CharField(
        max_length=4000,
        label=_("Definition"),
        help_text=_("One sentence that two teams would read in the same way: what, of whom, when, counted how."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    logical_type = forms.ChoiceField(choices=ElementVersion.LogicalType.choices, label=_("Logical type"))
    semantic_type = forms.ChoiceField(
        choices=[("", _("not stated")), *ElementVersion.SemanticType.choices], required=False, label=_("Semantic type")
    )
    unit = forms.CharField(max_length=40, required=False, label=_("Unit"), help_text=_("Such as EUR, kg or days."))
    null_meaning = forms.CharField(
        max_length=1000,
        required=False,
        label=_("Meaning of an empty value"),
        help_text=_("Unknown, not applicable, not yet: say which."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sensitivity = forms.ChoiceField(
        choices=ElementVersion.Sensitivity.choices, initial=ElementVersion.Sensitivity.INTERNAL, label=_("Sensitivity")
    )
    examples = forms.CharField(
        required=False,
        max_length=MOST_EXAMPLES * (LONGEST_EXAMPLE + 2),
        label=_("Examples"),
        help_text=_("One value a line. Never real values of people."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_examples(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["examples"].splitlines() if line.strip()]

    @staticmethod
    def said(version: ElementVersion | None) -> dict[str, Any]:
        """A version as the form's beginning."""
        return {**version.body(), "examples": "\n".join(version.examples)} if version else {}


class ElementForm(MeaningForm):
    """A new element with the first version of its meaning."""

    key = forms.CharField(
        max_length=80,
        validators=[KEY],
        label=_("Key"),
        help_text=_("Short and permanent, such as signup_date. It is never given to something else."),
    )
    name = forms.CharField(max_length=120, label=_("Name"), help_text=_("What people call it."))
    field_order = ["key", "name"]


class BindForm(forms.Form):
    """Say that a column of a team's data holds an element."""

    team = forms.ModelChoiceField(Team.objects.none(), to_field_name="slug", label=_("Team that fills the column"))
    dataset = forms.CharField(max_length=200, label=_("Data set"), help_text=_("Its name as CI sends it."))
    column = forms.CharField(max_length=200, label=_("Column"))
    deviation = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Deviation"),
        help_text=_("What this team does differently. An honest sentence here saves somebody a week."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("title")  # type: ignore[attr-defined] # a ModelChoiceField
