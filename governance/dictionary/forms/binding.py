"""What people say about the columns of their data: which element each holds, and how it differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.dictionary.models import Binding
from governance.dictionary.selectors.binding_proposals import MOST_COLUMNS, Offered
from governance.people.models import Team


class _OfTeam(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), to_field_name="slug", label=gettext_lazy("Team"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("title")  # type: ignore[attr-defined] # a ModelChoiceField


class ColumnsForm(_OfTeam):
    """A list of columns: as the header of a file, one a line, or those that models are known to read."""

    dataset = forms.CharField(max_length=200, label=gettext_lazy("Data set"), help_text=gettext_lazy("Its name as CI sends it."))
    columns = forms.CharField(
        required=False,
        max_length=100_000,
        label=gettext_lazy("Columns"),
        help_text=gettext_lazy(
            "The first line of the CSV file, or one name a line. Left empty, those are taken that models are known to read."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono"}),
    )
    side = forms.ChoiceField(choices=Binding.Side.choices, initial=Binding.Side.FILLS, label=gettext_lazy("What the team does"))

    def names(self) -> list[str]:
        return column_names(self.cleaned_data["columns"])

    def clean_columns(self) -> str:
        text: str = self.cleaned_data["columns"]
        found = column_names(text)
        if len(found) > MOST_COLUMNS:
            raise forms.ValidationError(_("At most %(most)s columns at once. Import a file for more.") % {"most": MOST_COLUMNS})
        if any(len(name) > 200 for name in found):
            raise forms.ValidationError(_("A name of a column has at most 200 characters."))
        return text


def column_names(text: str) -> list[str]:
    """The names in a pasted list: one a line, or a line with commas, semicolons, tabs or bars between."""
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) == 1:
        mark = max(",;\t|", key=lines[0].count)
        lines = lines[0].split(mark) if mark in lines[0] else lines
    names = (line.strip().strip('"').strip() for line in lines)
    return list(dict.fromkeys(name for name in names if name))


class ChooseForm(forms.Form):
    """For each column the element that it holds, or none: nothing is chosen unless a person does."""

    def __init__(self, data: Any, *, offered: Sequence[Offered]) -> None:
        super().__init__(data)
        self.offered = offered
        for at, item in enumerate(offered):
            if item.bound is None:
                choices = [("", _("none of these")), *((offer.element.key, offer.element.name) for offer in item.offers)]
                self.fields[f"column-{at}"] = forms.ChoiceField(
                    required=False, choices=choices, label=item.column.name, widget=forms.RadioSelect
                )

    def chosen(self) -> list[tuple[str, str]]:
        """(column, key of its element) of those that somebody chose. Only of a valid form."""
        return [
            (item.column.name, self.cleaned_data[f"column-{at}"])
            for at, item in enumerate(self.offered)
            if self.cleaned_data.get(f"column-{at}")
        ]
