"""What people type about proposals and releases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dictionary.models import DataElement


class ProposalForm(forms.Form):
    """Begin a proposal."""

    title = forms.CharField(max_length=120, label=_("Title"), help_text=_("What should change, such as “Income in full euros”."))
    rationale = forms.CharField(
        max_length=4000,
        label=_("Why"),
        help_text=_("What goes wrong today, and what gets better. Those who decide read this first."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OfChange(forms.Form):
    """Something about one change of a proposal: of the element `dictionary/key`."""

    element = forms.CharField(max_length=141, widget=forms.HiddenInput)


class AnswerForm(OfChange):
    """Does the meaning change?"""

    meaning = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], label=_("Does the meaning change?"))


class SettleForm(OfChange):
    """Bring a change up to date. Whose word counts for a field is sent as `take:<field>`."""

    def taking(self) -> dict[str, str]:
        found = ((name.removeprefix("take:"), value) for name, value in self.data.items() if name.startswith("take:"))
        return {name: value for name, value in found if value in ("ours", "theirs")}


class DraftForm(forms.Form):
    """Put what somebody drafted into a proposal."""

    draft = forms.ChoiceField(label=_("Draft"), help_text=_("Meanings that were written down and are in no proposal."))

    def __init__(self, drafts: Sequence[DataElement], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["draft"].choices = [(row.key, f"{row.name} ({row.key})") for row in drafts]  # type: ignore[attr-defined] # a ChoiceField


class RetireForm(forms.Form):
    """Propose that an element is no longer used."""

    key = forms.CharField(max_length=80, label=_("Key"), help_text=_("Of the element that should be retired."))
    replaced_by = forms.CharField(
        max_length=80, required=False, label=_("Key of what takes its place"), help_text=_("If there is something.")
    )


class SplitForm(forms.Form):
    """Move some changes into a proposal of their own."""

    elements = forms.MultipleChoiceField(label=_("What moves"), widget=forms.CheckboxSelectMultiple)
    title = forms.CharField(max_length=120, label=_("Title of the new proposal"))

    def __init__(self, elements: Sequence[DataElement], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["elements"].choices = [(row.path, row.name) for row in elements]  # type: ignore[attr-defined] # a MultipleChoiceField


class WithdrawProposalForm(forms.Form):
    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class ReleaseForm(forms.Form):
    """Freeze what all elements mean now."""

    words = forms.CharField(
        max_length=2000,
        required=False,
        label=_("What is new"),
        help_text=_("For people who use the dictionary. What changed is listed anyway."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BetweenForm(forms.Form):
    """Two releases to compare."""

    before = forms.IntegerField(min_value=1, max_value=2**31 - 1, label=_("From release"))
    after = forms.IntegerField(min_value=1, max_value=2**31 - 1, label=_("to release"))
