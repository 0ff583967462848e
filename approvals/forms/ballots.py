"""A verdict on one step of a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.forms.commands import KeyedForm, PasswordField, words
from approvals.models import Ballot
from approvals.services.ballots import SIGNED
from foundation.days import DayField
from governance.people.hours import midnight
from governance.people.selectors import calendar_for

Verdict = Ballot.Verdict


class BallotForm(KeyedForm):
    """What somebody says about one step, over the digest that was on the screen.

    `speakers`: for whom they may speak, as (public id, name), nobody's being their own name; only two or more are asked about.
    `signed`: the step wants a signature. `password`: they have to say again who they are. `conditional`: they may approve on a
    condition. `may_retract`: there is something to take back; `only_retract`: nothing else is asked of them.
    """

    step = forms.CharField(widget=forms.HiddenInput, max_length=60)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=71)
    on_behalf_of = forms.CharField(label=gettext_lazy("You speak"), required=False, max_length=40, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=gettext_lazy("Your verdict"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you say.")},
        choices=[
            (Verdict.APPROVE, gettext_lazy("Approve: this part is as it should be")),
            (
                Verdict.REQUEST_CHANGES,
                gettext_lazy("Ask for changes: it cannot go on like this, and the comment says what is missing"),
            ),
            (Verdict.REJECT, gettext_lazy("Reject: this version is closed for good, whatever the others say")),
            (Verdict.ABSTAIN, gettext_lazy("Abstain: recorded, and counts for nothing")),
        ],
    )
    comment = words(
        gettext_lazy("Comment"),
        help_text=gettext_lazy(
            "Needed when you ask for changes or reject. It explains your verdict and is none by itself. Everybody who sees the request "
            "can read it."
        ),
    )
    condition = words(gettext_lazy("What has to be done"), rows=2)
    due_at = DayField(
        label=gettext_lazy("By the end of"),
        required=False,
        help_text=gettext_lazy("If it is not confirmed by then, the approval ends by itself."),
    )
    meaning = forms.ChoiceField(
        label=gettext_lazy("What your signature means"), required=False, widget=forms.RadioSelect, choices=Ballot.Meaning.choices
    )

    def __init__(
        self,
        *args: Any,
        speakers: Sequence[tuple[str, str]] = (),
        signed: bool = False,
        password: bool = False,
        conditional: bool = True,
        may_retract: bool = False,
        only_retract: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.signed = signed and not only_retract
        if len(speakers) > 1:
            self.fields["on_behalf_of"].widget = forms.Select(choices=speakers)
        if not signed or only_retract:
            del self.fields["meaning"]
        elif password:
            self.fields["password"] = PasswordField()
        if not conditional or only_retract:
            del self.fields["condition"], self.fields["due_at"]
        if may_retract:
            verdict: Any = self.fields["verdict"]
            others = [] if only_retract else verdict.choices
            verdict.choices = [*others, (Verdict.RETRACT, _("Take back what was said before"))]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_signing:
            if not data.get("meaning"):
                self.add_error("meaning", _("Say what your signature means."))
            if "password" in self.fields and not data.get("password"):
                self.add_error("password", _("Enter your password: this step wants a signature."))
        if data.get("condition") and not data.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Say until when it has to be done."))
        return data

    @property
    def is_signing(self) -> bool:
        """Whether what was chosen wants a signature on this step."""
        return self.signed and self.cleaned_data.get("verdict") in SIGNED

    @property
    def password_typed(self) -> str:
        """The password, if one was asked for and what was chosen needs it."""
        return str(self.cleaned_data.get("password", "")) if self.is_signing else ""

    def condition_said(self) -> tuple[str, datetime] | None:
        """What has to be done, and the midnight that ends the day by which, by the clocks of the installation's calendar."""
        data = self.cleaned_data
        if not data.get("due_at"):
            return None
        return data.get("condition", ""), midnight(data["due_at"] + timedelta(days=1), calendar_for().zone)

    @property
    def folded(self) -> bool:
        """Whether the fold about conditions may stay shut."""
        filled = any(self[name].value() for name in ("condition", "due_at") if name in self.fields)
        return not filled and not {"condition", "due_at"} & self.errors.keys()
