"""What people type about increments and about what was said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import clock
from governance.people.models import User
from governance.usecases.models import Document, Feedback, FeedbackOutcome
from governance.usecases.newest import Build
from governance.usecases.services import LONGEST_FEEDBACK, LONGEST_REASON, LONGEST_TEXT, LONGEST_WORD

NOON = time(12)


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Any number of files; the service says what is wrong with one."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [found for file in files if (found := super(PicturesField, self).clean(file, initial))]


def lines_of(text: str) -> list[str]:
    """What stands on each line that is not empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class GuestsForm(forms.Form):
    """To whom something was shown."""

    attended = forms.MultipleChoiceField(required=False, label=gettext_lazy("Who was there"), widget=forms.CheckboxSelectMultiple)
    outsiders = forms.CharField(
        required=False,
        max_length=5000,
        label=gettext_lazy("Others who were there"),
        help_text=gettext_lazy("People without an account here, one name a line."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    invited = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Who shall look at it"),
        help_text=gettext_lazy("They are asked what they think. Who was there is asked anyway."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: Mapping[User, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.public_id: user for user in people}
        choices = [(user.public_id, f"{user} · {roles}") for user, roles in people.items()]
        for name in ("attended", "invited"):
            field: Any = self.fields[name]
            field.choices = choices
        if not choices:
            del self.fields["attended"], self.fields["invited"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("attended", "invited"):
            data[name] = [self.people[public_id] for public_id in data.get(name, ())]
        data["outsiders"] = lines_of(data.get("outsiders", ""))
        return data


class IncrementForm(GuestsForm):
    """Record what was shown at the end of a sprint."""

    title = forms.CharField(
        max_length=200, label=gettext_lazy("Title"), help_text=gettext_lazy("Such as “First list for the retention team”.")
    )
    shown = forms.CharField(
        max_length=LONGEST_TEXT,
        label=gettext_lazy("What was shown"),
        help_text=gettext_lazy("What people could see or try, and what is not there yet."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    day = forms.DateField(label=gettext_lazy("When"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    pictures = PicturesField(
        required=False,
        allow_empty_file=True,
        label=gettext_lazy("Pictures"),
        help_text=gettext_lazy("PNG or JPEG: up to 10, of 8 MiB each and 25 MiB together."),
    )
    links = forms.CharField(
        required=False,
        max_length=45_000,
        label=gettext_lazy("Addresses"),
        help_text=gettext_lazy("Where it can be tried or watched, one a line."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    documents = forms.MultipleChoiceField(required=False, label=gettext_lazy("Documents"), widget=forms.CheckboxSelectMultiple)
    model_version = forms.ChoiceField(required=False, label=gettext_lazy("Model version"))
    field_order = ("title", "shown", "day", "attended", "outsiders", "invited", "pictures", "links", "documents", "model_version")

    def __init__(
        self,
        *args: Any,
        people: Mapping[User, str],
        papers: Sequence[Document] = (),
        builds: Sequence[Build] = (),
        watching: Sequence[User] = (),
        **kwargs: Any,
    ) -> None:
        today = timezone.localdate(clock.now())
        initial = {"day": today, "invited": [user.public_id for user in watching], **kwargs.pop("initial", {})}
        super().__init__(*args, people=people, initial=initial, **kwargs)
        self.papers = {paper.public_id: paper for paper in papers}
        fields: Any = self.fields
        fields["documents"].choices = [(paper.public_id, str(paper)) for paper in papers]
        fields["model_version"].choices = [("", "—"), *((build.public_id, build.label) for build in builds if build.public_id)]
        for name, there in (("documents", papers), ("model_version", builds)):
            if not there:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        day = data.pop("day", None)
        now = clock.now()
        if day is not None and day > timezone.localdate(now):
            self.add_error("day", _("That is still to come. Record an increment once it was shown."))
        elif day is not None:
            noon = datetime.combine(day, NOON, timezone.get_current_timezone())
            data["shown_at"] = now if day == timezone.localdate(now) else noon
        data["links"] = lines_of(data.get("links", ""))
        data["documents"] = [self.papers[public_id] for public_id in data.get("documents", ())]
        return data


class FeedbackForm(forms.Form):
    """Say what one thinks; or what somebody else said, for who may write that down."""

    kind = forms.ChoiceField(
        choices=Feedback.Kind.choices, initial=Feedback.Kind.IDEA, label=gettext_lazy("What is it"), widget=forms.RadioSelect
    )
    text = forms.CharField(
        max_length=LONGEST_FEEDBACK, label=gettext_lazy("In your words"), widget=forms.Textarea(attrs={"rows": 3})
    )
    said_by = forms.CharField(
        required=False,
        max_length=120,
        label=gettext_lazy("Who said it, if not you"),
        help_text=gettext_lazy("A name, when you write down what somebody said in the meeting."),
    )

    def __init__(self, *args: Any, for_others: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_others:
            del self.fields["said_by"]


class OutcomeForm(forms.Form):
    """What became of one piece of feedback."""

    what = forms.ChoiceField(
        choices=FeedbackOutcome.What.choices, label=gettext_lazy("What became of it"), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_WORD,
        label=gettext_lazy("In a sentence"),
        help_text=gettext_lazy("What was done, or why not."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    url = forms.CharField(
        required=False,
        max_length=2048,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Where one can follow it, such as a ticket."),
        widget=forms.URLInput,
    )
    duplicate_of = forms.ChoiceField(required=False, label=gettext_lazy("What it repeats"))

    def __init__(self, *args: Any, others: Sequence[Feedback] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {other.public_id: other for other in others}
        field: Any = self.fields["duplicate_of"]
        field.choices = [("", "—"), *((other.public_id, _in_short(other)) for other in others)]
        if not others:
            del self.fields["duplicate_of"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["duplicate_of"] = self.others.get(data.get("duplicate_of", ""))
        return data


def _in_short(feedback: Feedback) -> str:
    text = " ".join(feedback.text.split())
    return f"{feedback.increment.number}.{feedback.number} {feedback.voice}: {text[:60]}{'…' if len(text) > 60 else ''}"


class WithdrawForm(forms.Form):
    """Take a version of a document back."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=gettext_lazy("Why it is withdrawn"),
        help_text=gettext_lazy("Shown wherever this version is met. The file stays."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
