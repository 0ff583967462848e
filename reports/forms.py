"""The form that asks for a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from reports.selectors import choices_for

TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]


class ReportForm(forms.Form):
    """About what, in which language, as of when. Pages of versions and requests lead here with `?about=kind:id`."""

    about = forms.ChoiceField(label=_("About"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    as_of = forms.DateTimeField(
        label=_("As of (UTC)"),
        required=False,
        help_text=_("Empty shows the records as they are when the work begins."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S"),
        input_formats=TIMES,
    )

    def __init__(self, actor: Actor, data: Any = None, *, about: str = "", language: str = "en") -> None:
        super().__init__(data, initial={"about": about, "language": language})
        self.fields["about"].choices = choices_for(actor, (data or {}).get("about", about))  # type: ignore[attr-defined] # a choice field

    def asked(self) -> dict[str, Any]:
        """What the service wants to be told."""
        kind, _colon, scope = self.cleaned_data["about"].partition(":")
        return {"kind": kind, "scope": scope, "language": self.cleaned_data["language"], "as_of": self.cleaned_data["as_of"]}
