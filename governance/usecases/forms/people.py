"""What people type about roles."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.days import DayField
from governance.people.models import Team, User
from governance.people.roles import ADMINISTRATOR, ROLES


class GiveRoleForm(forms.Form):
    """Give somebody, or a team, a role on this use case."""

    person = forms.CharField(
        max_length=254,
        required=False,
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("User name or e-mail address."),
        widget=forms.TextInput(attrs={"list": "known-people", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(key, label) for key, label in ROLES.items() if key != ADMINISTRATOR]
    )
    until = DayField(
        required=False,
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Left empty, until somebody ends it."),
    )
    team = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Or a team"),
        help_text=gettext_lazy("Its members hold the role while they belong to it."),
    )
    reason = forms.CharField(max_length=200, required=False, label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["team"]
        field.choices = [("", _("no team")), *Team.objects.order_by("title").values_list("slug", "title")]
        self.order_fields(["person", "team", "role", "until"])

    def clean(self) -> dict[str, Any] | None:
        if not self.errors and bool(self.cleaned_data.get("person")) == bool(self.cleaned_data.get("team")):
            self.add_error("person", _("Name a person or a team."))
        return self.cleaned_data

    def times(self) -> dict[str, Any]:
        """The planned end as the services take it: the midnight that ends the last day."""
        day = self.cleaned_data["until"]
        return {"ends_at": datetime.combine(day + timedelta(days=1), time(), UTC) if day else None}

    def clean_person(self) -> User | None:
        typed = self.cleaned_data["person"].strip()
        if not typed:
            return None
        people = User.objects.active()
        found = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody who can sign in has this user name or address."))
        return found


class EndRoleForm(forms.Form):
    """End a role now."""

    reason = forms.CharField(max_length=200, label=gettext_lazy("Why it ends"))


class RolesFileForm(forms.Form):
    """Roles from a file, tried first or written at once."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "roles.yaml, or a CSV whose first line names the columns person (or team), role and perhaps until."
        ),
    )
    write = forms.BooleanField(
        required=False,
        label=gettext_lazy("Write it"),
        help_text=gettext_lazy("Without it the file is only tried, and nothing is kept."),
    )
