"""What people type about verified sources."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dependencies.forms.criteria import offer_criteria
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Source
from governance.dependencies.origins import CONDA
from governance.dependencies.shipped import ProposedSource
from governance.people.models import User


class SourceForm(forms.Form):
    """Add a source, or a mirror of one."""

    kind = forms.ChoiceField(
        choices=[("", _("choose one")), *Source.Kind.choices],
        label=_("Kind"),
        help_text=_(
            "An index or a channel may be trusted as a whole; a publisher and a package by exact names. A mirror copies another index."
        ),
    )
    title = forms.CharField(max_length=120, label=_("Name"))
    ecosystem = forms.ChoiceField(
        choices=[(PYPI, "PyPI"), (CONDA, "conda"), ("oci", _("Container images")), ("npm", "npm")],
        label=_("Ecosystem"),
        initial=PYPI,
    )
    index = forms.CharField(
        max_length=500,
        label=_("Address of the index or channel"),
        help_text=_("Such as https://pypi.org/simple, or conda-forge. It counts for this address and for no other."),
    )
    publisher = forms.CharField(max_length=200, required=False, label=_("Publisher"))
    packages = forms.CharField(
        max_length=60_000,
        required=False,
        label=_("Packages"),
        help_text=_("One exact name a line. Left empty, an index or a channel is trusted as a whole."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    criteria = forms.MultipleChoiceField(required=False, label=_("Trusted for"), widget=forms.CheckboxSelectMultiple)
    presets = forms.CharField(
        max_length=20_000,
        required=False,
        label=_("What is expected of them"),
        help_text=_(
            "One a line, a capability and why: native/code: compiled from its own Cython code. Offered to whoever reviews them."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        max_length=2000, label=_("Why"), help_text=_("For those who ask in a year."), widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.CharField(
        max_length=150,
        label=_("Who answers for it"),
        help_text=_("User name or e-mail address."),
    )
    starts_at = forms.DateField(
        required=False,
        label=_("First day"),
        help_text=_("Left empty: as soon as it is confirmed."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    ends_at = forms.DateField(
        label=_("Last day"),
        help_text=_("At most two years ahead. At the end of this day (UTC) it counts no more, without anybody doing anything."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    mirror_of = forms.CharField(
        max_length=500, required=False, label=_("What it copies"), help_text=_("Of a mirror: the address of the index.")
    )
    operator = forms.CharField(max_length=200, required=False, label=_("Who runs it"), help_text=_("Of a mirror."))
    snapshot_on = forms.DateField(
        required=False,
        label=_("State of"),
        help_text=_("Of a mirror: the day of its copy."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    terms = forms.CharField(max_length=500, required=False, label=_("Terms"), help_text=_("Of a mirror or a channel."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_criteria(self)

    def clean_packages(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["packages"].splitlines() if line.strip()]

    def clean_presets(self) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data["presets"].splitlines():
            if line.strip():
                capability, _colon, why = line.partition(":")
                found[capability.strip()] = why.strip()
        return found

    def clean_owner(self) -> User:
        typed = self.cleaned_data["owner"].strip()
        people = User.objects.active()
        found = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody who can sign in has this user name or address."))
        return found

    def written(self) -> dict[str, Any]:
        """What the service wants. Only of a valid form."""
        said = dict(self.cleaned_data)
        said["starts_at"] = _beginning(said["starts_at"]) if said["starts_at"] else None
        said["ends_at"] = _beginning(said["ends_at"] + timedelta(days=1))
        return said


def from_example(example: ProposedSource, today: date) -> dict[str, Any]:
    """What the form holds at first, by an example: trusted for a year, by whoever sends it."""
    return {
        "kind": example.kind,
        "title": str(example.title),
        "ecosystem": example.ecosystem,
        "index": example.index,
        "publisher": example.publisher,
        "packages": "\n".join(example.packages),
        "criteria": list(example.criteria),
        "presets": "\n".join(f"{capability}: {why}" for capability, why in example.presets.items()),
        "reason": str(example.reason),
        "terms": example.terms,
        "ends_at": today + timedelta(days=364),
    }


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


class EndSourceForm(forms.Form):
    """Why a source is not trusted any more, or never was."""

    prefix = "end"

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class ConfirmForm(forms.Form):
    """Nothing is typed: what a service refuses is told on top."""
