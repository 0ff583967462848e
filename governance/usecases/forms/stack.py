"""What people type about needs, offers and deviations. Lists are one thing a line, as in a requirements file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from foundation.errors import FieldError, Invalid
from governance.usecases.models import Platform
from governance.usecases.services.stack import LONGEST_STACK_TEXT
from governance.usecases.stack import HARDWARE
from governance.usecases.stack_reading import LARGEST
from governance.usecases.stack_wording import HARDWARE_LABELS, ISOLATION_LABELS, NETWORK_LABELS, OTHERS_LABELS

_NOT_SAID = ("", gettext_lazy("Not said"))


def _lines(label: Any, help_text: Any, *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}),
    )


class _ContentForm(forms.Form):
    """What needs and offers have in common."""

    languages = _lines(gettext_lazy("Languages"), gettext_lazy("One a line, with the versions: Python >=3.11,<3.13"), rows=2)
    packages = _lines(gettext_lazy("Packages"), gettext_lazy("One a line, with the versions: pandas >=2.2,<3"), rows=6)
    data = _lines(  # type: ignore[assignment] # forms take their fields off the class
        gettext_lazy("Data"), gettext_lazy("What it reads and writes, one a line: data warehouse"), rows=2
    )

    def __init__(self, data: Any = None, *, content: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(data, initial=_initial(content or {}) | more)
        for name in HARDWARE:
            self.fields[name] = forms.IntegerField(label=HARDWARE_LABELS[name], required=False, min_value=0, max_value=LARGEST)
        self.order_fields(self.field_order)

    def content(self) -> dict[str, Any]:
        """What the services want. Only of a valid form."""
        data = self.cleaned_data
        return {
            **{name: _split(data[name]) for name in ("languages", "packages", "data")},
            "hardware": {name: data[name] for name in HARDWARE if data[name] is not None},
            "isolation": data["isolation"],
            "network": data["network"],
        }


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def at_fields(act: Callable[[], Any]) -> Any:
    """What `act` gives; what it refuses is told at the form's fields: `packages[3]` at packages, `hardware.cpus` at cpus."""
    try:
        return act()
    except Invalid as error:
        told = [FieldError(_field_of(item.field), item.code, item.message) for item in error.errors]
        raise Invalid(error.detail, code=error.code, errors=told) from error


def _field_of(place: str) -> str:
    return place.partition("[")[0].removeprefix("hardware.")


def _initial(content: Mapping[str, Any]) -> dict[str, Any]:
    lines = {
        name: "\n".join(f"{item['name']} {item['versions']}".strip() for item in content.get(name, ()))
        for name in ("languages", "packages")
    }
    return {
        **lines,
        "data": "\n".join(content.get("data", ())),
        **content.get("hardware", {}),
        "isolation": content.get("isolation", ""),
        "network": content.get("network", ""),
        "other_packages": content.get("other_packages", ""),
    }


class NeedForm(_ContentForm):
    """What a use case needs to run, and where."""

    isolation = forms.ChoiceField(
        label=gettext_lazy("How it is isolated"),
        required=False,
        choices=[("", gettext_lazy("Does not matter")), *ISOLATION_LABELS.items()],
    )
    network = forms.ChoiceField(
        label=gettext_lazy("What it has to reach"), required=False, choices=[_NOT_SAID, *NETWORK_LABELS.items()]
    )
    field_order = ["platform", "languages", "packages", *HARDWARE, "isolation", "network", "data"]

    def __init__(self, data: Any = None, *, platforms: list[Platform], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["platform"] = forms.ChoiceField(
            label=gettext_lazy("Where it is to run"), choices=[(row.slug, row.title) for row in platforms]
        )
        self.order_fields(self.field_order)


class OfferForm(_ContentForm):
    """What a platform offers."""

    other_packages = forms.ChoiceField(
        label=gettext_lazy("Packages that are not listed"), required=False, choices=[_NOT_SAID, *OTHERS_LABELS.items()]
    )
    isolation = forms.MultipleChoiceField(
        label=gettext_lazy("How things are isolated"),
        required=False,
        choices=list(ISOLATION_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    network = forms.ChoiceField(
        label=gettext_lazy("What can be reached from it"), required=False, choices=[_NOT_SAID, *NETWORK_LABELS.items()]
    )
    note = forms.CharField(
        label=gettext_lazy("What is new, and why"),
        required=False,
        max_length=LONGEST_STACK_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["title", "slug", "languages", "packages", "other_packages", *HARDWARE, "isolation", "network", "data", "note"]

    def content(self) -> dict[str, Any]:
        return {**super().content(), "other_packages": self.cleaned_data["other_packages"]}


class PlatformForm(OfferForm):
    """A new platform with what it offers."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=60,
        help_text=gettext_lazy("Part of its address. It cannot be changed later."),
    )


class DeviationForm(forms.Form):
    """Something may run there though it is not offered."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is needed"), max_length=LONGEST_STACK_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )
    limits = forms.CharField(
        label=gettext_lazy("Within which limits"),
        help_text=gettext_lazy("Such as: only in the nightly run, without access to the internet."),
        max_length=LONGEST_STACK_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Until when"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class EndDeviationForm(forms.Form):
    """Take back, decline or end a deviation."""

    reason = forms.CharField(
        label=gettext_lazy("Why it ends"),
        max_length=LONGEST_STACK_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
