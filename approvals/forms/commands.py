"""Forms of the commands on a request's page. `key` tells the ids of several forms on one page apart, and names the draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from approvals.models import Waiver
from approvals.services.requests import LONGEST_COMMENT
from approvals.services.waivers import LONGEST_INCIDENT
from foundation import clock
from foundation.actor import Actor

PROOF_LASTS = timedelta(minutes=5)
A_MOMENT = timedelta(seconds=10)  # between a page's being sent and its form's coming back


def words(label: Any, *, help_text: Any = "", rows: int = 3) -> forms.CharField:
    """A field for a few sentences. Whether they are needed, the service says."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_COMMENT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class KeyedForm(forms.Form):
    """One of several forms on a page; what is being written is kept in the browser until it was accepted."""

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"id_{key}_%s"
        super().__init__(*args, **kwargs)
        self.key = key
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["data-draft"] = key if name == "comment" else f"{key}-{name}"


class PasswordField(forms.CharField):
    """Saying again who one is. What was typed is never sent back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Your password"),
            help_text=_("You say again who you are; that holds for five minutes."),
            strip=False,
            max_length=4096,
            required=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            **kwargs,
        )


def wants_proof(actor: Actor) -> bool:
    """Whether this person has to say again who they are before they can sign."""
    return actor.auth_at is None or clock.now() - actor.auth_at > PROOF_LASTS - A_MOMENT


class CommentForm(KeyedForm):
    """A few words with a command."""

    comment = words(_("Why"))


class AgainForm(KeyedForm):
    """Putting a request forward again."""

    comment = words(_("What was done about it"))


class ReasonForm(KeyedForm):
    """A reason that everybody can read."""

    reason = words(_("Reason"), help_text=_("Everybody who sees the request can read it."))


class EvidenceForm(KeyedForm):
    """That a condition was met."""

    evidence = words(_("What shows that it was done"), help_text=_("An address, a number, a sentence."))


class PlainForm(KeyedForm):
    """A command that needs no more than to be given."""


class ReviewForm(KeyedForm):
    """Whether it was right to break the glass."""

    verdict = forms.ChoiceField(
        label=_("Was it right?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you say.")},
        choices=[
            (Waiver.Review.JUSTIFIED, _("Justified: it could not wait")),
            (Waiver.Review.UNJUSTIFIED, _("Not justified: if it is still in force, it ends now")),
        ],
    )
    comment = words(_("What you looked at, and why you judge so"))


class GlassForm(KeyedForm):
    """Breaking glass."""

    reason = words(_("Why this cannot wait"), help_text=_("Everybody who is passed over is told, and one of them reviews it."))
    incident = forms.CharField(
        label=_("Incident"),
        help_text=_("Its number or address, where there is one."),
        required=False,
        max_length=LONGEST_INCIDENT,
    )
    hours = forms.IntegerField(label=_("For how many hours"), min_value=1)

    def __init__(self, *args: Any, most: int, password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours: Any = self.fields["hours"]
        hours.initial, hours.max_value = most, most
        hours.widget.attrs |= {"max": most}
        hours.help_text = ngettext("At most %(most)s hour.", "At most %(most)s hours.", most) % {"most": most}
        if password:
            self.fields["password"] = PasswordField()
