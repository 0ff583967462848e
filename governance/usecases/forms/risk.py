"""What people answer about risk. The questions are data, so the form is made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from governance.usecases.models import Definition, RiskQuestionnaire
from governance.usecases.questionnaires import MAX_BYTES
from governance.usecases.risk import NONE, UNSURE
from governance.usecases.risk_wording import none_label, said, unsure_label
from governance.usecases.services import LONGEST_RISK_REASON
from governance.usecases.services.risk_questions import LONGEST_QUESTIONS_NOTE


class RiskForm(forms.Form):
    """The questions in force: radio buttons where one answer is right, check boxes where several may be."""

    questions = forms.IntegerField(widget=forms.HiddenInput)  # the number of the version that was looked at

    def __init__(
        self, data: Any, *, questionnaire: RiskQuestionnaire, answers: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        known = answers or {}
        super().__init__(data, initial={"questions": questionnaire.number})
        self._parts = questionnaire.content["parts"]
        for part in self._parts:
            for question in part["questions"]:
                self.fields[question["key"]] = _field(question, known.get(question["key"], ()))

    def parts(self) -> list[dict[str, Any]]:
        """The fields in their parts, for the page."""
        return [
            {"title": said(part["title"]), "fields": [self[question["key"]] for question in part["questions"]]}
            for part in self._parts
        ]

    def answers(self) -> dict[str, list[str]]:
        """What `services.assess_risk` wants. Only of a valid form."""
        found = {}
        for part in self._parts:
            for question in part["questions"]:
                value = self.cleaned_data.get(question["key"])
                found[question["key"]] = [value] if isinstance(value, str) and value else list(value or ())
        return found


def _field(question: Mapping[str, Any], known: Sequence[str]) -> forms.Field:
    choices = [(option["key"], said(option["say"])) for option in question["options"]]
    help_text = _help(question)
    if question["many"]:
        choices += [(NONE, none_label()), (UNSURE, unsure_label())]
        return forms.MultipleChoiceField(
            label=said(question["ask"]),
            help_text=help_text,
            choices=choices,
            required=False,
            initial=list(known),
            widget=forms.CheckboxSelectMultiple,
        )
    return forms.ChoiceField(
        label=said(question["ask"]),
        help_text=help_text,
        choices=[*choices, (UNSURE, unsure_label())],
        required=False,
        initial=known[0] if known else None,
        widget=forms.RadioSelect,
    )


def _help(question: Mapping[str, Any]) -> SafeString:
    """The help and where the question comes from; both are texts, whatever they hold."""
    help_text, source = said(question.get("help")), said(question.get("source"))
    if help_text and source:
        return format_html("{} ({})", help_text, source)
    return SafeString(conditional_escape(help_text or source))


class TierForm(forms.Form):
    """Another tier than the answers come to."""

    tier = forms.ChoiceField(label=gettext_lazy("Risk tier"), choices=Definition.RiskTier.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What the questions do not see. A second person reads it, and an auditor later."),
        max_length=LONGEST_RISK_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, computed: str = "") -> None:
        super().__init__(data)
        self.fields["tier"].choices = [choice for choice in Definition.RiskTier.choices if choice[0] != computed]  # type: ignore[attr-defined] # a choice field


class EndTierForm(forms.Form):
    """Take back or decline another tier."""

    reason = forms.CharField(
        label=gettext_lazy("Why it does not count"),
        max_length=LONGEST_RISK_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class QuestionsForm(forms.Form):
    """A new version of the questions."""

    source = forms.CharField(
        label=gettext_lazy("Questions as YAML"),
        help_text=gettext_lazy("Start from the version in force. Each text stands in English (en) and in Chinese (zh-hans)."),
        max_length=MAX_BYTES,
        strip=False,  # lines keep their numbers
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=gettext_lazy("What is new, and why"),
        max_length=LONGEST_QUESTIONS_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
