"""What people type about stages, standstills, hand-overs and the lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.people.models import User
from governance.usecases.forms.use_cases import FilterForm
from governance.usecases.lifecycle import Stage
from governance.usecases.models import LONGEST_REASON, HandOver, Standstill
from governance.usecases.stage_wording import language_now


def _text(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class MoveForm(forms.Form):
    """Go on to the next stage. `seen` is the stage that was on the screen."""

    to = forms.CharField(max_length=40, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    reason = _text(gettext_lazy("Why now"))
    evidence = _text(
        gettext_lazy("What shows it"), gettext_lazy("A link, a number, minutes of a meeting."), required=False, rows=2
    )


class BackForm(forms.Form):
    """Send it back to an earlier stage."""

    to = forms.ChoiceField(label=gettext_lazy("Back to"), widget=forms.RadioSelect)
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    reason = _text(gettext_lazy("Why it goes back"), gettext_lazy("Everybody who is affected reads it."))
    evidence = _text(gettext_lazy("What shows it"), required=False, rows=2)

    def __init__(self, *args: Any, stages: Sequence[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["to"]
        choices.choices = [(stage.key, stage.title(language_now())) for stage in stages]


class StandstillForm(forms.Form):
    """Say why it does not move."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"), choices=Standstill.Kind.choices, widget=forms.RadioSelect)
    reason = _text(gettext_lazy("Why"))
    until = forms.DateField(
        label=gettext_lazy("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "still_%s"  # it stands beside the form of a move, which has a reason too


class GoOnForm(forms.Form):
    """End a standstill."""

    reason = _text(gettext_lazy("Why it goes on"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "goes_on_%s"


class HandOverForm(forms.Form):
    """Hand over to operations."""

    pipeline = forms.CharField(
        label=gettext_lazy("Pipeline"), max_length=500, help_text=gettext_lazy("Its address, or how everybody calls it.")
    )
    pipeline_owner = forms.ChoiceField(
        label=gettext_lazy("Whose pipeline it is"),
        help_text=gettext_lazy("Somebody who wrote the model: they keep it running until it is accepted."),
    )
    run = forms.CharField(
        label=gettext_lazy("A run of the whole path, end to end"),
        max_length=500,
        help_text=gettext_lazy("Where its log or result can be read."),
    )
    run_at = forms.DateField(label=gettext_lazy("When it ran"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    run_result = forms.ChoiceField(
        label=gettext_lazy("How it ended"), choices=HandOver.Result.choices, widget=forms.RadioSelect, initial="passed"
    )
    tests = _text(gettext_lazy("Tests"), gettext_lazy("What is tested, or where the tests are."))
    configuration = _text(
        gettext_lazy("Configuration for each environment"),
        gettext_lazy("One a line: the environment, a colon, and where its configuration lies."),
    )
    note = _text(gettext_lazy("What operations should know"), required=False)

    def __init__(self, *args: Any, owners: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owners = {user.username: user for user in owners}
        choices: Any = self.fields["pipeline_owner"]
        choices.choices = [(username, str(user)) for username, user in self._owners.items()]

    def clean_pipeline_owner(self) -> User:
        return self._owners[self.cleaned_data["pipeline_owner"]]

    def clean_configuration(self) -> list[dict[str, str]]:
        found = []
        for number, line in enumerate(self.cleaned_data["configuration"].splitlines(), start=1):
            if not line.strip():
                continue
            environment, colon, where = line.replace("：", ":", 1).partition(":")
            if not (colon and environment.strip() and where.strip()):
                raise forms.ValidationError(
                    _("Line %(number)s: write the environment, a colon, and where its configuration lies.") % {"number": number}
                )
            found.append({"environment": environment.strip(), "where": where.strip()})
        return found


class AnswerForm(forms.Form):
    """What operations says to a hand-over."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[(HandOver.Answer.ACCEPTED, gettext_lazy("Accept it")), (HandOver.Answer.REFUSED, gettext_lazy("Refuse it"))],
        widget=forms.RadioSelect,
    )
    reason = _text(
        gettext_lazy("Why"), gettext_lazy("A refusal needs it: what has to be there for the next try."), required=False
    )


class LifecycleForm(forms.Form):
    """Another version of the lifecycle, as text."""

    source = forms.CharField(
        label=gettext_lazy("Lifecycle"),
        max_length=64 * 1024,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "mono"}),
    )
    note = _text(gettext_lazy("What is different, and why"), rows=2)
    based_on = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class BoardFilterForm(FilterForm):
    """What the board shows: as the list, and perhaps one stage alone."""

    stage = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
