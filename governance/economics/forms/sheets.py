"""Bringing a spreadsheet of a case back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SheetForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(
        allow_empty_file=True,
        label=_("File"),
        help_text=_(
            "XLSX or CSV as it was exported here and changed since, at most 20 MB. A list of lines alone replaces the lines."
        ),
    )


class TakeSheetForm(forms.Form):
    """That it is meant: the file that was looked at, in place of the draft that was there."""

    sha256 = forms.CharField(max_length=71, widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
