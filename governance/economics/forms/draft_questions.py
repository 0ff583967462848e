"""The questions of a template, from whose answers a line of a draft follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from governance.economics.forms.fields import NumberField, PercentField
from governance.economics.plan import Line, Plan
from governance.economics.plan.limits import LONGEST
from governance.economics.plan.problems import told
from governance.economics.shipped import LineTemplate, in_words, line_of
from governance.economics.wording.cases import percent


class QuestionsForm(forms.Form):
    """What a template asks for; quantity and price follow from the answers."""

    title = forms.CharField(max_length=LONGEST["title"], label=gettext_lazy("What for"))

    def __init__(self, data: Mapping[str, Any] | None, template: LineTemplate, currency: str) -> None:
        language = get_language() or "en"
        super().__init__(data, initial={"title": in_words(template.title, language)})
        self.template = template
        for question in template.questions:
            share = question.bound.measure == "share"
            unit = in_words(question.unit, language)
            if question.bound.measure == "money":
                unit = f"{currency} {unit}"
            self.fields[question.key] = (PercentField if share else NumberField)(
                label=in_words(question.ask, language), help_text=f"% {unit}" if share else unit, required=not question.optional
            )

    def line(self, plan: Plan, key: str) -> Line | None:
        """The line that follows from the answers, or None where one of them cannot be: then the form says so."""
        answers = {
            item.key: self.cleaned_data[item.key] for item in self.template.questions if self.cleaned_data[item.key] is not None
        }
        try:
            line = line_of(self.template, answers, horizon=plan.horizon, key=key, language=get_language() or "en")
        except ValueError as error:  # WrongInput: an answer out of its bounds, at the question that it answers
            where = getattr(error, "where", "")
            self.add_error(where if where in self.fields else None, self._why(where, error))
            return None
        return replace(line, title=self.cleaned_data["title"])

    def _why(self, where: str, error: ValueError) -> str:
        """Shares are typed in per cent, so their bounds are told in per cent."""
        question = self.template.question(where)
        if question is not None and question.bound.measure == "share" and where in self.cleaned_data:
            return _("Write a share from %(low)s to %(high)s.") % {
                "low": percent(question.bound.low),
                "high": percent(question.bound.high),
            }
        return told(error)
