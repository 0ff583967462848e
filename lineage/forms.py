"""What a list of versions is narrowed by."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    q = forms.CharField(
        required=False,
        max_length=120,
        label=_("Search"),
        help_text=_("Name, name@version, use case or the beginning of a commit."),
        widget=forms.TextInput(attrs={"type": "search"}),
    )
