"""What a list of packages is narrowed by."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label=_("Package"), widget=forms.TextInput(attrs={"type": "search"}))
