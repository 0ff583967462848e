"""What people say about files that go into a dictionary, and copies of what is in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.dictionary.formats import registry
from governance.people.models import Team


def format_choices(*, reads: bool) -> list[tuple[str, str]]:
    """The formats, as people choose them."""
    return [(entry.key, _(entry.label)) for entry in registry.FORMATS if (entry.reads if reads else entry.writes)]


class ImportFileForm(forms.Form):
    """A file, and whose columns it lists."""

    file = forms.FileField(
        allow_empty_file=True,
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A data contract, a catalogue, a spreadsheet. At most 25 MiB."),
    )
    format = forms.ChoiceField(
        required=False, label=gettext_lazy("Format"), help_text=gettext_lazy("Left open, it is found out from the file.")
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        to_field_name="slug",
        required=False,
        label=gettext_lazy("Team that fills the columns"),
        help_text=gettext_lazy("Its columns are bound to their elements. Without a team only meanings are drafted."),
    )
    title = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Title of the proposal"),
        help_text=gettext_lazy("Left empty, it is “Import of” and the name of the file."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [("", _("Find out")), *format_choices(reads=True)]  # type: ignore[attr-defined] # a ChoiceField
        self.fields["team"].queryset = Team.objects.order_by("title")  # type: ignore[attr-defined] # a ModelChoiceField


class CarryOutImportForm(forms.Form):
    """Import what was tried."""

    skip_errors = forms.BooleanField(
        required=False,
        label=gettext_lazy("Leave out the lines with problems and import the others"),
        help_text=gettext_lazy("Otherwise nothing is imported until every line can be used."),
    )


class CopyForm(forms.Form):
    """A copy that somebody keeps."""

    dataset = forms.CharField(
        max_length=200, label=gettext_lazy("Data set"), help_text=gettext_lazy("Its name, as CI and pipelines have it.")
    )
    holder = forms.CharField(
        max_length=200, label=gettext_lazy("Who keeps it"), help_text=gettext_lazy("A person, a team or a firm.")
    )
    place = forms.CharField(
        max_length=500, label=gettext_lazy("Where it lies"), help_text=gettext_lazy("An address, a folder, or words.")
    )
    purpose = forms.CharField(
        max_length=2000, required=False, label=gettext_lazy("What for"), widget=forms.Textarea(attrs={"rows": 2})
    )
    team = forms.ModelChoiceField(Team.objects.none(), to_field_name="slug", required=False, label=gettext_lazy("Team"))
    made_on = forms.DateField(
        required=False,
        label=gettext_lazy("Made on"),
        help_text=gettext_lazy("Left empty, today."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        required=False,
        label=gettext_lazy("Kept until"),
        help_text=gettext_lazy("The day on which it is to be deleted at the latest."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("title")  # type: ignore[attr-defined] # a ModelChoiceField


class CopyEndForm(forms.Form):
    because = forms.CharField(max_length=500, required=False, label=gettext_lazy("How it was deleted"))
