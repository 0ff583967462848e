"""What people type into threads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

HOW = _("Write @ and somebody’s name to tell them. `code`, **bold** and lists with - work.")


def _words(label: Any, *, rows: int, help_text: Any = "") -> forms.CharField:
    """A field for a comment. How long it may be, the service says, so that what was typed comes back whole."""
    return forms.CharField(
        label=label, help_text=help_text, required=False, strip=False, widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    )


class TalkForm(forms.Form):
    """One of several forms on a page; what is being written is kept in the browser until it was accepted."""

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"id_{key}_%s"
        super().__init__(*args, **kwargs)
        self.key = key
        self.fields["text"].widget.attrs["data-draft"] = key


class ThreadForm(TalkForm):
    """Begin a thread about something."""

    subject = forms.CharField(max_length=60, widget=forms.HiddenInput)
    component = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    text = _words(_("What do you want to say or ask?"), rows=3, help_text=HOW)
    question = forms.BooleanField(required=False, label=_("This is a question: somebody has to answer it"))


class ReplyForm(TalkForm):
    """Answer in a thread."""

    text = _words(_("Your answer"), rows=3, help_text=HOW)


class EditForm(TalkForm):
    """Put one's own comment in other words."""

    text = _words(_("Your comment"), rows=5, help_text=_("What it said before is kept, and everybody sees that it was edited."))


class ThreadFilterForm(forms.Form):
    """What the list of threads that concern somebody is narrowed by."""

    show = forms.ChoiceField(
        required=False,
        label=_("Show"),
        choices=[
            ("", _("What concerns me")),
            ("mentioned", _("Where I am mentioned")),
            ("follows", _("What I follow")),
            ("mine", _("What I began")),
            ("all", _("All that I may see")),
        ],
    )
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("Open")), ("resolved", _("Resolved")), ("all", _("Open and resolved"))]
    )
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[("", _("All")), ("question", _("Questions"))])
    subject = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class TabFilterForm(forms.Form):
    """What the threads of one use case are narrowed by."""

    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("Open and resolved")), ("open", _("Open")), ("resolved", _("Resolved"))]
    )
    about = forms.ChoiceField(required=False, label=_("About"))
    q = forms.CharField(required=False, max_length=120, label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))

    def __init__(self, *args: Any, kinds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["about"]
        about.choices = [("", _("Anything")), *kinds]
