"""What people type to find and open use cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.usecases.models import Definition, UseCase
from governance.usecases.selectors.listing import NO_TIER, Wanted


class FilterForm(forms.Form):
    """What a list of use cases is narrowed by."""

    q = forms.CharField(
        required=False, max_length=120, label=gettext_lazy("Search"), widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        required=False, label=gettext_lazy("Kind"), choices=[("", gettext_lazy("Any kind")), *UseCase.Kind.choices]
    )


class ListForm(FilterForm):
    """What the list of use cases is narrowed by, and how it is sorted."""

    stage = forms.ChoiceField(required=False, label=gettext_lazy("Stage"))
    risk = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Risk"),
        choices=[
            ("", gettext_lazy("Any risk")),
            *Definition.RiskTier.choices,
            (NO_TIER, gettext_lazy("Not known yet")),
        ],
    )
    sort = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Order"),
        choices=[
            ("", gettext_lazy("Newest first")),
            ("title", gettext_lazy("By title")),
            ("longest", gettext_lazy("Longest at their stage first")),
        ],
    )
    mine = forms.BooleanField(required=False, label=gettext_lazy("Only those I work on"))
    lead = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stages: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [("", _("Any stage")), *stages]  # type: ignore[attr-defined] # a ChoiceField

    def wanted(self) -> Wanted:
        """What was asked for; a field that cannot be read is left out, and the form says so."""
        self.is_valid()
        said = self.cleaned_data
        names = {"text": "q", "kind": "kind", "stage": "stage", "risk": "risk", "lead": "lead"}
        return Wanted(mine=bool(said.get("mine")), **{name: said.get(field, "") for name, field in names.items()})


class OpenForm(forms.Form):
    """Open a use case."""

    title = forms.CharField(
        max_length=120, label=gettext_lazy("Title"), help_text=gettext_lazy("What people will call it, such as “Customer churn”.")
    )
    slug = forms.SlugField(
        max_length=60,
        required=False,
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy(
            "Part of its address and of commands in CI. Left empty, it is made from the title. It cannot be changed later."
        ),
    )
    kind = forms.ChoiceField(
        choices=UseCase.Kind.choices,
        initial=UseCase.Kind.PRODUCT,
        label=gettext_lazy("Kind"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Research is legitimate and nobody will chase it. A product is what people rely on."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("title") and not data.get("slug") and "slug" not in self.errors:
            data["slug"] = slugify(data["title"])[:60]
            if not data["slug"]:
                self.add_error("slug", _("Give it a short name of Latin letters, digits and hyphens."))
        return data
