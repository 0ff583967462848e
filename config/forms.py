"""Forms of the settings pages. They check shape only; what may be done, services say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from approvals.models import Gate, Policy
from foundation.models import Token
from foundation.tokens import LONGEST_DAYS
from governance.people.models import User
from governance.people.roles import ROLES
from governance.usecases.models import UseCase


class ProfileForm(forms.Form):
    """How pages look for one person."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect)
    mail = forms.ChoiceField(label=_("E-mail about notices"), choices=User.Mail.choices, widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.NOTICES_BY_MAIL:
            self.fields["mail"].help_text = _("This installation sends no e-mail. Notices are in the portal.")


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What uses it, such as: nightly pipeline of churn."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        widget=forms.RadioSelect,
        initial=Token.Kind.PERSONAL,
        choices=[
            (Token.Kind.PERSONAL, _("Personal: acts as you, with everything you may do")),
            (Token.Kind.SERVICE, _("Service: acts in its own name, only within its scopes, and never approves")),
        ],
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(scope, scope) for scope in Token.SCOPES],
        help_text=_("For service tokens: what it may do."),
    )
    scope = forms.ModelChoiceField(
        label=_("Only for the use case"),
        required=False,
        queryset=UseCase.objects.none(),
        to_field_name="public_id",
        empty_label=_("every use case that I see"),
        help_text=_("For service tokens."),
    )
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, max_value=LONGEST_DAYS, initial=90)

    def __init__(self, *args: Any, cases: QuerySet[UseCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].queryset = cases  # type: ignore[attr-defined] # a ModelChoiceField

    def command(self) -> dict[str, Any]:
        """What `tokens.create` takes. Scopes and a use case only belong to service tokens."""
        data = self.cleaned_data
        service = data["kind"] == Token.Kind.SERVICE
        bound = data["scope"].public_id if service and data["scope"] else ""
        return {
            "name": data["name"],
            "kind": Token.Kind(data["kind"]),
            "days": data["days"],
            "scopes": data["scopes"] if service else (),
            "scope": bound,
        }


class RepositoryForm(forms.Form):
    """A repository for a use case."""

    use_case = forms.ModelChoiceField(label=_("Use case"), queryset=UseCase.objects.none(), to_field_name="slug")
    url = forms.CharField(
        label=_("Address"),
        max_length=2048,
        help_text=_("As `git clone` takes it, without a password: https://git.example.com/team/project"),
    )

    def __init__(self, *args: Any, cases: QuerySet[UseCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["use_case"].queryset = cases  # type: ignore[attr-defined] # a ModelChoiceField


class GateForm(forms.Form):
    """A policy before an environment. An environment that is not there yet is made."""

    slug = forms.SlugField(label=_("Short name"), max_length=60, help_text=_("What pipelines call it, such as production."))
    title = forms.CharField(label=_("Title"), max_length=120)
    policy = forms.ModelChoiceField(label=_("Policy"), queryset=Policy.objects.none(), to_field_name="key")
    mode = forms.ChoiceField(
        label=_("When it refuses"),
        widget=forms.RadioSelect,
        initial=Gate.Mode.PREVENT,
        choices=[
            (Gate.Mode.PREVENT, _("Prevents: the pipeline stops")),
            (Gate.Mode.WARN, _("Warns: the pipeline goes on, and everybody sees it")),
            (Gate.Mode.RECORD, _("Records: only the log knows")),
        ],
    )

    def __init__(self, *args: Any, policies: QuerySet[Policy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined] # a ModelChoiceField


class GovernedForm(forms.Form):
    """A policy before a type of subject that goes to no environment."""

    subject = forms.ChoiceField(label=_("What is asked about"))
    policy = forms.ModelChoiceField(label=_("Policy"), queryset=Policy.objects.none(), to_field_name="key")

    def __init__(self, *args: Any, subjects: list[tuple[str, str]], policies: QuerySet[Policy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = subjects  # type: ignore[attr-defined] # a choice field
        self.fields["policy"].queryset = policies  # type: ignore[attr-defined] # a ModelChoiceField

    def command(self) -> dict[str, Any]:
        """What `policies.set_subject_policy` takes."""
        subject_type, _colon, purpose = self.cleaned_data["subject"].partition(":")
        return {"subject_type": subject_type, "purpose": purpose, "policy": self.cleaned_data["policy"]}


class PolicyForm(forms.Form):
    """The text of a policy."""

    source = forms.CharField(
        label=_("Policy, as YAML"),
        strip=False,
        max_length=65_536,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "mono"}),
    )


class AccountForm(forms.Form):
    """An account to be opened."""

    name = forms.CharField(label=_("Name"), max_length=120)
    username = forms.CharField(label=_("User name"), max_length=60)
    email = forms.EmailField(label=_("E-mail"))
    password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Left empty, the person signs in through single sign-on only."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def command(self) -> dict[str, Any]:
        return {**self.cleaned_data, "password": self.cleaned_data["password"] or None}


class GrantForm(forms.Form):
    """A role for the whole organisation."""

    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    reason = forms.CharField(label=_("Why"), required=False, max_length=200)


class ReasonForm(forms.Form):
    """Why a role ends."""

    reason = forms.CharField(label=_("Why"), max_length=200)
