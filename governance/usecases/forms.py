"""What people type about use cases. Rules that matter are the services'; forms only turn text into values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.canonical import decimal_text
from governance.people.models import User
from governance.people.roles import ADMINISTRATOR, ROLES
from governance.usecases.models import Definition, Kpi, UseCase
from governance.usecases.services import MOST_KPIS


def _text(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=20_000, widget=forms.Textarea(attrs={"rows": rows})
    )


class FilterForm(forms.Form):
    """What a list of use cases is narrowed by."""

    q = forms.CharField(
        required=False, max_length=120, label=gettext_lazy("Search"), widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        required=False, label=gettext_lazy("Kind"), choices=[("", gettext_lazy("Any kind")), *UseCase.Kind.choices]
    )


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


class DefinitionForm(forms.Form):
    """The texts of a definition."""

    business_problem = _text(
        gettext_lazy("Business problem"),
        gettext_lazy("What goes wrong today, for whom, and what it costs. In words that the client uses."),
        required=True,
    )
    affected = _text(
        gettext_lazy("Who is affected"), gettext_lazy("Who works with the result, and who is subject to it."), rows=2
    )
    ml_problem = _text(
        gettext_lazy("Machine-learning problem"),
        gettext_lazy("What is predicted, for what, when, and what it is compared with."),
        required=True,
    )
    intended_use = _text(gettext_lazy("Intended use"), gettext_lazy("What the output is for, and who decides with it."), rows=2)
    limits = _text(gettext_lazy("Limits"), gettext_lazy("What it must not be used for."), rows=2)


class KpiForm(forms.Form):
    """One row of what success is measured by."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    unit = forms.CharField(max_length=40, required=False, label=gettext_lazy("Unit"))
    direction = forms.ChoiceField(choices=Kpi.Direction.choices, label=gettext_lazy("Direction"), initial=Kpi.Direction.UP)
    baseline = forms.DecimalField(max_digits=20, decimal_places=6, required=False, label=gettext_lazy("Now"))
    target = forms.DecimalField(max_digits=20, decimal_places=6, label=gettext_lazy("Wanted"))
    tolerance = forms.DecimalField(
        max_digits=20, decimal_places=6, required=False, min_value=Decimal(0), label=gettext_lazy("Tolerance")
    )
    how = forms.CharField(
        max_length=2000, required=False, label=gettext_lazy("How it is measured"), widget=forms.Textarea(attrs={"rows": 2})
    )


KpiForms = forms.formset_factory(KpiForm, extra=2, can_delete=True, max_num=MOST_KPIS, absolute_max=MOST_KPIS + 10)


class Draft:
    """A definition being written: its texts and its KPIs together. Starts from the version in force."""

    def __init__(self, data: Mapping[str, Any] | None, current: Definition | None) -> None:
        said = current.body() if current else {}
        self.form = DefinitionForm(data, initial=said)
        self.kpis = KpiForms(data, prefix="kpis", initial=[_plain(kpi) for kpi in said.get("kpis", [])])

    @property
    def is_valid(self) -> bool:
        """Both are looked at, so that all that is wrong is told at once."""
        return all([self.form.is_valid(), self.kpis.is_valid()])

    def content(self) -> dict[str, Any]:
        """What `services.define` wants, in the order of the rows. Only of a valid draft."""
        rows = [
            row.cleaned_data for row in self.kpis.forms if row.cleaned_data.get("name") and not row.cleaned_data.get("DELETE")
        ]
        return {
            **self.form.cleaned_data,
            "kpis": [{name: value for name, value in row.items() if name != "DELETE"} for row in rows],
        }


def _plain(kpi: Mapping[str, Any]) -> dict[str, Any]:
    return {name: without_zeros(value) if isinstance(value, Decimal) else value for name, value in kpi.items()}


def without_zeros(value: Decimal) -> Decimal:
    """A decimal as somebody would type it, without the zeros that the database adds."""
    return Decimal(decimal_text(value))


class GiveRoleForm(forms.Form):
    """Give somebody a role on this use case."""

    person = forms.CharField(
        max_length=254,
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("User name or e-mail address."),
        widget=forms.TextInput(attrs={"list": "known-people", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(key, label) for key, label in ROLES.items() if key != ADMINISTRATOR]
    )
    reason = forms.CharField(max_length=200, required=False, label=gettext_lazy("Reason"))

    def clean_person(self) -> User:
        typed = self.cleaned_data["person"].strip()
        people = User.objects.active()
        found = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody who can sign in has this user name or address."))
        return found


class EndRoleForm(forms.Form):
    """End a role now."""

    reason = forms.CharField(max_length=200, label=gettext_lazy("Why it ends"))
