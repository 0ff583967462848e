"""What lists of known flaws are narrowed by, and where new records come from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.dependencies.wording_advisories import severity_choices


class AdvisoryFilterForm(forms.Form):
    q = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Package"), widget=forms.TextInput(attrs={"type": "search"})
    )
    severity = forms.ChoiceField(required=False, label=gettext_lazy("Severity"))
    affects = forms.BooleanField(required=False, label=gettext_lazy("Only what reaches us"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = [("", _("Any")), *severity_choices()]  # type: ignore[attr-defined] # a ChoiceField


class AdvisoryConfirmForm(forms.Form):
    """Nothing but the button."""


class AdvisoryImportForm(forms.Form):
    """A file, or an address."""

    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A zip of records in OSV's format, such as all.zip of one ecosystem, or a single record. At most 512 MiB."
        ),
    )
    url = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Or an address"),
        help_text=gettext_lazy("Begins with https://, without a password. A worker fetches it."),
    )
    confirmed = forms.BooleanField(
        required=False,
        label=gettext_lazy("It may have far fewer records than there are now"),
        help_text=gettext_lazy("Otherwise a file with less than nine tenths of them is refused: it may have been cut off."),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "file" not in self.errors and bool(said.get("file")) == bool(said.get("url")):
            raise forms.ValidationError(_("Choose a file or give an address: one of them."), code="required")
        return said
