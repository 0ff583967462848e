"""What somebody is asked who describes a new use case step by step: the same fields as elsewhere, in words that need no explaining."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.people.models import User
from governance.people.roles import role_label
from governance.usecases.forms.definitions import Draft
from governance.usecases.models import Definition, UseCase
from governance.usecases.services.use_cases import RESERVED

BLOCKS = 2  # KPIs that are asked for at first


class TitleForm(forms.Form):
    """How it is called."""

    title = forms.CharField(
        max_length=120, label=gettext_lazy("What do you call it?"), help_text=gettext_lazy("Such as “Customer churn”.")
    )


class GuideDraft(Draft):
    """A definition in the making, asked in the words of somebody who knows the problem and nothing of models."""

    HARM = (
        ("", gettext_lazy("I cannot say yet")),
        (Definition.RiskTier.LOW, gettext_lazy("Somebody is annoyed, and it is easily put right")),
        (Definition.RiskTier.MEDIUM, gettext_lazy("It costs money or time")),
        (Definition.RiskTier.HIGH, gettext_lazy("It harms people, or breaks a law")),
    )

    def __init__(self, data: Mapping[str, Any] | None, current: Definition | None) -> None:
        super().__init__(data, current)
        self.kpis.extra = max(0, BLOCKS - len(self.said.get("kpis", [])))
        asked = {
            "business_problem": (_("What goes wrong today?"), _("In your own words, and what it costs if you know it.")),
            "affected": (_("For whom?"), _("Who has the trouble, and who would work with the answer.")),
            "ml_problem": (
                _("What would you like to know in time?"),
                _("Such as: which customers will leave within 60 days."),
            ),
            "risk_tier": (_("If an answer is wrong, what happens?"), ""),
            "limits": (_("What must it never be used for?"), ""),
            "regulation": (_("Which laws and rules apply?"), _("Such as data protection, credit law, rules of the house.")),
            "assumptions": (_("What has to stay true for this to work?"), _("One in each line.")),
            "availability": (_("What happens while it is down?"), _("Such as: one hour a month is bearable, never at noon.")),
        }
        for name, (label, help_text) in asked.items():
            self.form.fields[name].label, self.form.fields[name].help_text = label, help_text
        harm = self.form.fields["risk_tier"]
        harm.choices = self.HARM  # type: ignore[attr-defined] # a choice field
        harm.widget = forms.RadioSelect(choices=self.HARM)
        self.what = [self.form[name] for name in ("business_problem", "affected", "ml_problem")]
        self.harm = self.form["risk_tier"]
        self.more = [self.form[name] for name in ("limits", "regulation", "assumptions", "availability")]

    @property
    def has_kpi(self) -> bool:
        """Whether at least one KPI was written; says so at the first block where not. Only of a valid draft."""
        if self.content()["kpis"]:
            return True
        self.kpis.forms[0].add_error("name", _("Say one thing that gets better, or nobody can tell later whether it did."))
        return False


class PeopleForm(forms.Form):
    """Who is needed, one name for each role; who is there already stays there."""

    ASKED = {
        "business_owner": gettext_lazy("Agrees to what is written here and signs it."),
        "data_scientist": gettext_lazy("Builds the model."),
        "data_governance": gettext_lazy("Knows the data and what it means."),
        "security_reviewer": gettext_lazy("Looks at what the software can do before it runs."),
        "operations": gettext_lazy("Keeps it running afterwards."),
    }

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for role, does in self.ASKED.items():
            self.fields[role] = forms.CharField(
                max_length=254,
                required=False,
                label=role_label(role),
                help_text=does,
                widget=forms.TextInput(attrs={"list": "known-people", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        """People in place of what was typed: a user name, an e-mail address, or a name that only one person has."""
        data = super().clean() or {}
        for role in self.ASKED:
            typed = (data.get(role) or "").strip()
            data[role] = None
            if typed:
                found = person_called(typed)
                if found is None:
                    self.add_error(role, _("Nobody who can sign in is called so. Write the user name or the e-mail address."))
                data[role] = found
        return data

    def given(self) -> list[tuple[str, User]]:
        """Role and person, where somebody was named. Only of a valid form."""
        return [(role, self.cleaned_data[role]) for role in self.ASKED if self.cleaned_data[role] is not None]


def person_called(typed: str) -> User | None:
    """Who can sign in and has this user name or address, or alone this name."""
    people = User.objects.active()
    found: User | None = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
    if found is not None:
        return found
    named = list(people.filter(name__iexact=typed)[:2])
    return named[0] if len(named) == 1 else None


class GuideDocumentForm(forms.Form):
    """One document that people should read: a file, or where it lies."""

    title = forms.CharField(
        max_length=200, label=gettext_lazy("What is it called?"), help_text=gettext_lazy("Such as “Project charter”.")
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # the service says what is wrong with it
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, picture, office document or text, up to 25 MiB."),
    )
    url = forms.CharField(
        required=False,
        max_length=2048,
        label=gettext_lazy("Or an address"),
        help_text=gettext_lazy("Where it lies, if not here."),
    )


def free_slug(title: str) -> str:
    """A short name for a new use case, made of its title; numbered where that is taken or the title has no Latin letters."""
    base = slugify(title)[:50].strip("-") or "use-case"
    taken = set(UseCase.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return _first_free(base, taken)


def free_document_slug(use_case: UseCase, title: str) -> str:
    """The same for a document: the title's own where it has one, which makes the next version of that document."""
    base = slugify(title)[:50].strip("-")
    if base and base != "add":
        return base
    return _first_free("document", set(use_case.documents.values_list("slug", flat=True)))


def _first_free(base: str, taken: set[str]) -> str:
    if base not in taken and base not in RESERVED:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
