"""What people type about services, vendors' models and weights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dependencies.models import ExternalService

SAID = ("kind", "name", "version", "digest", "operator", "terms", "licence", "data_sent", "exit_plan")


class ExternalForm(forms.Form):
    """Add one, or say what is true now in the place of one."""

    kind = forms.ChoiceField(choices=[("", _("choose one")), *ExternalService.Kind.choices], label=_("Kind"))
    name = forms.CharField(max_length=200, label=_("Name"))
    operator = forms.CharField(max_length=200, label=_("Who runs or made it"))
    version = forms.CharField(max_length=200, required=False, label=_("Version"), help_text=_("Of weights: this or the digest."))
    digest = forms.CharField(
        max_length=71, required=False, label=_("Digest"), help_text=_("Of the file of the weights: sha256: and 64 hex digits.")
    )
    licence = forms.CharField(
        max_length=200, required=False, label=_("Licence"), help_text=_("Of weights: as SPDX has it, or its name.")
    )
    terms = forms.CharField(
        max_length=500,
        required=False,
        label=_("Terms"),
        help_text=_("Of a service or a vendor's model: the address of what was agreed."),
    )
    data_sent = forms.CharField(
        max_length=4000,
        required=False,
        label=_("Which data is sent there"),
        help_text=_("Of a service or a vendor's model. If none is, say so."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    regions = forms.CharField(
        max_length=5000,
        required=False,
        label=_("Where it runs"),
        help_text=_("Of a service or a vendor's model: one place a line, such as a country or a region of the provider."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    exit_plan = forms.CharField(
        max_length=4000,
        required=False,
        label=_("What happens when it ends"),
        help_text=_("Of a service or a vendor's model: what takes its place, and how long that takes."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_regions(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["regions"].splitlines() if line.strip()]


def as_written(row: ExternalService) -> dict[str, Any]:
    """What the form holds at first where one is replaced."""
    return {**{name: getattr(row, name) for name in SAID}, "regions": "\n".join(row.regions)}


class EndExternalForm(forms.Form):
    """Why the use case does without it."""

    prefix = "end"

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))
