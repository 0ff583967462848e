"""What people type to ask for a ruling, to recommend, to decide, to block and to take back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from governance.dependencies.forms.criteria import offer_criteria
from governance.dependencies.lockfiles import JUSTIFICATIONS, LONGEST_NAME, PYPI
from governance.dependencies.models import Ruling
from governance.dependencies.models.rulings import LONGEST_SPECIFIER
from governance.dependencies.wording_rulings import JUSTIFICATION_WORDS, STATE_WORDS

Choices = Sequence[tuple[str, str]]
ORGANISATION = "organisation"


def after_day(day: date) -> datetime:
    """The end of a day (UTC), as the first instant after it."""
    return datetime.combine(min(day, date(9998, 12, 31)) + timedelta(days=1), time.min, UTC)


def _why(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(max_length=4000, label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3}))


def _last_day(label: Any, help_text: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class RulingFilterForm(forms.Form):
    """What narrows the list."""

    package = forms.CharField(
        required=False, max_length=120, label=_("Package"), widget=forms.TextInput(attrs={"type": "search"})
    )
    effect = forms.ChoiceField(required=False, label=_("Effect"), choices=[("", _("All")), *Ruling.Effect.choices])
    state = forms.ChoiceField(required=False, label=_("State"), choices=[(code, label) for code, label in STATE_WORDS.items()])
    scope = forms.CharField(required=False, max_length=60, label=_("For"), widget=forms.Select)

    def __init__(self, *args: Any, scopes: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["scope"].widget
        widget.choices = [("", _now("All")), (ORGANISATION, _now("The whole organisation")), *scopes]


class _AboutPackage(forms.Form):
    """Which versions of which package, and for whom."""

    name = forms.CharField(max_length=LONGEST_NAME, label=_("Package"), help_text=_("Its name as lock files write it."))
    ecosystem = forms.CharField(
        max_length=40,
        initial=PYPI,
        label=_("Ecosystem"),
        help_text=_("The type of its package URL: pypi, conda, docker, huggingface."),
    )
    specifier = forms.CharField(
        max_length=LONGEST_SPECIFIER,
        required=False,
        label=_("Versions"),
        help_text=_("For PyPI as in ==1.4.2 or >=1.2,<2; elsewhere one exact version. Left empty, every version is meant."),
    )
    use_case = forms.CharField(required=False, max_length=60, label=_("For"), widget=forms.Select)

    def __init__(self, *args: Any, use_cases: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["use_case"].widget
        widget.choices = [("", _now("The whole organisation")), *use_cases]


class RulingAskForm(_AboutPackage):
    """Ask for an exemption, or that a flaw is accepted."""

    effect = forms.ChoiceField(
        label=_("What for"),
        choices=[
            ("exempt", _("Exempt from review: it counts as reviewed, although nobody has")),
            ("accept", _("Accept a flaw: it does no harm here, or its risk is borne")),
        ],
        widget=forms.RadioSelect,
    )
    criteria = forms.MultipleChoiceField(
        required=False,
        label=_("Counts as reviewed for"),
        help_text=_("Only for an exemption."),
        widget=forms.CheckboxSelectMultiple,
    )
    advisory = forms.CharField(
        max_length=100,
        required=False,
        label=_("Flaw"),
        help_text=_("Only to accept one: any of its ids, such as CVE-2024-12345."),
    )
    justification = forms.ChoiceField(required=False, label=_("Why it does no harm"))
    until_fix = forms.BooleanField(
        required=False,
        label=_("Only until a fix exists"),
        help_text=_("As soon as a version without the flaw is known, it is not accepted any more."),
    )
    until = _last_day(_("Last day"), _("At most one year ahead. At the end of this day (UTC) it counts as absent, by itself."))
    reason = _why(_("Why"), _("What you know about the package, and what you would do without it."))

    field_order = ("effect", "name", "ecosystem", "specifier", "criteria", "advisory", "justification", "until_fix", "use_case")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        offer_criteria(self)
        none = ("", _now("It may do harm, and the risk is borne"))
        fields["justification"].choices = [none, *((word, JUSTIFICATION_WORDS[word][0]) for word in JUSTIFICATIONS)]
        told = format_html_join("", "<li><strong>{}</strong>: {}</li>", (JUSTIFICATION_WORDS[word] for word in JUSTIFICATIONS))
        fields["justification"].help_text = format_html(
            "{}<details><summary>{}</summary><ul>{}</ul></details>",
            _now("Only to accept a flaw. The words of CycloneDX: they go into exported lists."),
            _now("What each of them claims"),
            told,
        )

    def written(self) -> dict[str, Any]:
        """What the service wants, but for the use case. Only of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("use_case", "until")}
        return {**said, "expires_at": after_day(self.cleaned_data["until"])}


class BlockForm(_AboutPackage):
    """Block some versions, at once."""

    reason = _why(_("Why"), _("Everybody who uses it reads this."))
    until = _last_day(_("Last day"), _("Left empty, the block has no end."), required=False)

    def written(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("use_case", "until")}
        until = self.cleaned_data["until"]
        return {**said, "expires_at": after_day(until) if until else None}


class RecommendForm(forms.Form):
    """What security recommends. Which of two buttons was pressed says the word."""

    prefix = "recommend"

    word = forms.ChoiceField(choices=Ruling.Word.choices, widget=forms.HiddenInput)
    because = _why(_("Why"), _("Whoever decides reads this first."))


class DecideForm(forms.Form):
    """What the owner decides."""

    prefix = "decide"

    word = forms.ChoiceField(choices=Ruling.Word.choices, widget=forms.HiddenInput)
    because = forms.CharField(
        max_length=4000,
        required=False,
        label=_("Why"),
        help_text=_("Wanted where you refuse, or decide otherwise than security recommends."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RevokeForm(forms.Form):
    """Why it is taken back."""

    prefix = "revoke"

    because = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class ExtendForm(forms.Form):
    """The same for longer: it is asked for anew."""

    prefix = "extend"

    until = _last_day(_("New last day"), _("At most one year ahead."))
    reason = _why(_("Why it is still needed"))


class StartForm(forms.Form):
    """Why everything in use is exempt for a while."""

    reason = _why(_("Why"), _("Stands with each of the exemptions."))


class RulingBulkForm(forms.Form):
    """One action for all that was chosen."""

    action = forms.ChoiceField(
        label=_("What to do with each"),
        choices=[
            ("", _("choose one")),
            ("recommend:yes", _("Recommend it")),
            ("recommend:no", _("Advise against it")),
            ("decide:yes", _("Allow it")),
            ("decide:no", _("Refuse it")),
            ("revoke:", _("Revoke it")),
            ("extend:", _("Ask for it for longer")),
        ],
    )
    because = forms.CharField(
        required=False,
        max_length=4000,
        label=_("Why"),
        help_text=_("Stands with each of them."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = _last_day(_("New last day"), _("Only to ask for it for longer."), required=False)

    def written(self) -> dict[str, Any]:
        """What the service wants, but for the ids. Only of a valid form."""
        action, _colon, word = self.cleaned_data["action"].partition(":")
        until = self.cleaned_data["until"]
        return {
            "action": action,
            "yes": word == "yes" if word else None,
            "because": self.cleaned_data["because"],
            "expires_at": after_day(until) if until else None,
        }
