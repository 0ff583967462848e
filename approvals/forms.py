"""What people send to a request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.models import Ballot
from approvals.services.requests import LONGEST_COMMENT

Verdict = Ballot.Verdict


class CommentForm(forms.Form):
    """A few words with a command."""

    comment = forms.CharField(
        label=_("Why"), required=False, max_length=LONGEST_COMMENT, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"id_{key}_%s"
        super().__init__(*args, **kwargs)
        self.key = key
        self.fields["comment"].widget.attrs["data-draft"] = key


class BallotForm(CommentForm):
    """A verdict on one step, over the digest that was on the screen. One page may hold several: `key` tells their ids apart."""

    step = forms.CharField(widget=forms.HiddenInput, max_length=60)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=71)
    verdict = forms.ChoiceField(
        label=_("Your verdict"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you say.")},
        choices=[
            (Verdict.APPROVE, _("Approve: this part is as it should be")),
            (Verdict.REQUEST_CHANGES, _("Ask for changes: it cannot go on like this, and the comment says what is missing")),
            (Verdict.REJECT, _("Reject: this version is closed for good, whatever the others say")),
            (Verdict.ABSTAIN, _("Abstain: recorded, and counts for nothing")),
        ],
    )

    field_order = ("step", "digest", "verdict", "comment")

    def __init__(self, *args: Any, may_retract: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = _("Comment")
        self.fields["comment"].help_text = _("Needed when you ask for changes or reject. Everybody on the use case can read it.")
        if may_retract:
            verdict = self.fields["verdict"]
            verdict.choices = [*verdict.choices, (Verdict.RETRACT, _("Take back what I said before"))]  # type: ignore[attr-defined] # a ChoiceField
