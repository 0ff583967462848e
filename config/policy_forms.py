"""The forms in which people who do not write YAML say who has to agree. They check shape; what a policy is, its reader says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from approvals.policy import COMPONENTS, FACTS, SIGNATURES
from approvals.policy.conditions import MANY, OPS
from approvals.policy.fields import KEY, MAX_DAYS
from approvals.policy.reading import MAX_HOURS, MAX_QUORUM
from approvals.services.decisions import LONGEST_COMMENT
from approvals.wording import component_label, fact_label
from config.forms import PolicyForm
from foundation.choices import choice_field
from foundation.days import DayField
from governance.people.roles import ASKED_OF_EACH, ROLES

Choices = list[tuple[str, Any]]
UNITS = [("days", _("working days")), ("hours", _("working hours")), ("minutes", _("working minutes"))]
SIGNED = {"click": _("With a click"), "reauth": _("With the password, once more")}
SUBMITTER, CONTRIBUTORS = "submitter", "contributors"
LONGEST_SPAN = 1_000_000
LONGEST_TOLERANCE = 40  # characters


def components() -> Choices:
    return [(name, capfirst(component_label(name))) for name in COMPONENTS]


def comparisons() -> dict[str, str]:
    """The comparisons in words that fit between a fact and a value."""
    return {
        "equals": gettext("is"),
        "in": gettext("is one of"),
        "at_least": gettext("is at least"),
        "at_most": gettext("is at most"),
        "more_than": gettext("is more than"),
        "less_than": gettext("is less than"),
        "any": gettext("has any of"),
        "all": gettext("has all of"),
        "none": gettext("has none of"),
    }


def _amount(label: Any, *, most: int = LONGEST_SPAN, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most, **more)


def _unit() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Unit"), choices=UNITS, required=False)


class WholeForm(forms.Form):
    """What holds for all steps."""

    title = forms.CharField(label=_("Title"), max_length=120)
    distinct_humans = forms.BooleanField(
        label=_("Every step needs a different person"),
        required=False,
        help_text=_("Nobody counts twice, however many roles somebody holds."),
    )
    conditional = forms.BooleanField(
        label=_("People may approve with a condition"),
        required=False,
        help_text=_("Something that has to be done by a date; otherwise the approval ends."),
    )
    open_for = _amount(_("A request stays open for, in days"), most=MAX_DAYS, help_text=_("Empty: until it is decided."))
    valid_for = _amount(_("An approval holds for, in days"), most=MAX_DAYS, help_text=_("Empty: without end."))
    grace = _amount(_("Warn before it ends, in days"), most=MAX_DAYS, help_text=_("Empty: no warning."))
    glass = forms.BooleanField(
        label=_("In an emergency, somebody may pass without the approvals that are missing"),
        required=False,
        help_text=_("“Breaking glass”. It is on record, ends by itself, and has to be reviewed."),
    )
    glass_roles = forms.MultipleChoiceField(
        label=_("Who may"), choices=list(ROLES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    glass_hours = forms.IntegerField(label=_("For at most so many hours"), required=False, min_value=1, max_value=MAX_HOURS)
    glass_amount = _amount(_("Reviewed within"))
    glass_unit = _unit()
    reviewed_for = forms.MultipleChoiceField(
        label=_("What packages are reviewed for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Beside what the risk of the use case demands. None: nothing more."),
    )
    worth_tolerance = forms.CharField(
        label=_("How much less than approved a version may be worth"),
        required=False,
        max_length=LONGEST_TOLERANCE,
        help_text=_("A share of what was approved, such as 5 %, or an amount a year, such as 10000 EUR. Empty: nothing less."),
    )

    def __init__(self, *given: Any, criteria: Choices | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        choice_field(self, "reviewed_for").choices = criteria or []

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("glass"):
            if not data.get("glass_roles") and "glass_roles" not in self.errors:
                self.add_error("glass_roles", _("Choose at least one role, or say that nobody may."))
            for name in ("glass_hours", "glass_amount"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say how many."))
        return data

    @property
    def spans(self) -> list[forms.BoundField]:
        return [self[name] for name in ("open_for", "valid_for", "grace")]

    @property
    def times(self) -> list[forms.BoundField]:
        """The limits of breaking glass, side by side."""
        return [self[name] for name in ("glass_hours", "glass_amount", "glass_unit")]


class StepForm(forms.Form):
    """One step. Other steps are named by their places in the form (`others`), so that a new short name is followed everywhere."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    title = forms.CharField(label=_("Title"), max_length=200)
    key = forms.RegexField(
        rf"^{KEY.pattern}\Z",
        label=_("Short name"),
        required=False,
        max_length=40,
        strip=True,
        help_text=_("Lower-case letters, digits, - and _. Left empty, it is made from the title."),
        error_messages={"invalid": _("Lower-case letters, digits, - and _ only, beginning with a letter.")},
    )
    description = forms.CharField(
        label=_("What to ask oneself"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The reviewer reads it above the ballot."),
    )
    role = forms.ChoiceField(label=_("Who is asked"), choices=[("", _("Choose a role")), *ROLES.items(), *ASKED_OF_EACH.items()])
    quorum = forms.IntegerField(label=_("How many of them"), min_value=1, max_value=MAX_QUORUM, initial=1)
    covers = forms.MultipleChoiceField(
        label=_("What they judge"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("An approval goes stale when one of these changes, and only then."),
        error_messages={"required": _("Choose at least one: an approval of nothing would outlive every change.")},
    )
    after = forms.MultipleChoiceField(
        label=_("Opens after"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None: it opens at once.")
    )
    exclude = forms.MultipleChoiceField(label=_("Who may not approve"), required=False, widget=forms.CheckboxSelectMultiple)
    signature = forms.ChoiceField(
        label=_("How they sign"), choices=[(name, SIGNED[name]) for name in SIGNATURES], widget=forms.RadioSelect, initial="click"
    )
    bulk = forms.BooleanField(
        label=_("May be approved among others on one page"), required=False, help_text=_("For small things that come often.")
    )
    sla_amount = _amount(_("Answer within"))
    sla_unit = _unit()
    calendar = forms.ChoiceField(label=_("By the working hours of"), required=False)
    escalate_amount = _amount(_("If that is passed by"))
    escalate_unit = _unit()
    escalate_to = forms.ChoiceField(
        label=_("Ask these as well"), required=False, choices=[("", _("nobody else")), *ROLES.items()]
    )

    def __init__(self, *args: Any, others: Choices, calendars: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        barred = [
            (CONTRIBUTORS, _("Who made it, or asked for it")),
            (SUBMITTER, _("Who asked for it")),
            *((f"step:{row}", _("Who approved “%(step)s”") % {"step": title}) for row, title in others),
        ]
        known = dict(calendars)
        wanted = str(self.initial.get("calendar") or "")
        named = [] if not wanted or wanted in known else [(wanted, wanted)]
        for name, choices in {
            "covers": components(),
            "after": others,
            "exclude": barred,
            "calendar": [("", _("the role, or everybody")), *calendars, *named],
        }.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined] # choice fields
        if not others:
            del self.fields["after"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("escalate_to") and data.get("escalate_amount") is None and "escalate_amount" not in self.errors:
            self.add_error("escalate_amount", _("Say by how much."))
        if data.get("escalate_amount") is not None and not data.get("escalate_to"):
            self.add_error("escalate_to", _("Say who is asked then."))
        if data.get("escalate_amount") is not None and data.get("sla_amount") is None and "sla_amount" not in self.errors:
            self.add_error("sla_amount", _("Say first how long it may take: the rest counts from then."))
        if data.get("bulk") and data.get("signature") == "reauth":
            self.add_error("bulk", _("What is signed with a password is signed one by one."))
        return data

    @property
    def who(self) -> list[forms.BoundField]:
        return [self["role"], self["quorum"]]

    @property
    def order(self) -> list[forms.BoundField]:
        return [self[name] for name in ("after", "exclude") if name in self.fields]

    @property
    def limit(self) -> list[forms.BoundField]:
        return [self[name] for name in ("sla_amount", "sla_unit", "calendar")]

    @property
    def escalation(self) -> list[forms.BoundField]:
        return [self[name] for name in ("escalate_amount", "escalate_unit", "escalate_to")]


class ConditionForm(forms.Form):
    """One comparison that has to hold, or an empty row."""

    fact = forms.ChoiceField(label=_("Only if"), required=False)
    op = forms.ChoiceField(label=_("Comparison"), required=False)
    value = forms.CharField(label=_("Value"), required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts = [(name, fact_label(name)) for name in FACTS]
        self.fields["fact"].choices = [("", _("no condition")), *facts]  # type: ignore[attr-defined] # a choice field
        said = comparisons()
        self.fields["op"].choices = [(name, said[name]) for name in OPS]  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        name, op = data.get("fact"), data.get("op")
        if not name:
            if data.get("value"):
                self.add_error("fact", _("Say what is compared."))
            return data
        fact, words = FACTS[name], comparisons()
        if op not in fact.ops:
            known = ", ".join(words[item] for item in fact.ops)
            self.add_error("op", _("It can be compared like this: %(known)s.") % {"known": known})
        values = names_of(data.get("value", ""))
        if not values:
            self.add_error("value", _("Say with what."))
        elif op in fact.ops and op not in MANY and len(values) > 1:
            self.add_error("value", _("One value, or choose “is one of”."))
        known_values = COMPONENTS if fact.kind == "set" else fact.values
        odd = [item for item in values if known_values and item not in known_values]
        if odd:
            said = _("%(odd)s is none of the values that it has: %(known)s.")
            self.add_error("value", said % {"odd": ", ".join(odd), "known": ", ".join(known_values)})
        return data

    @property
    def filled(self) -> bool:
        return bool(self.cleaned_data.get("fact"))

    def bound(self) -> tuple[str, str, Any]:
        """Fact, comparison, and what it is compared with, as the language of policies has it."""
        data = self.cleaned_data
        values = names_of(data["value"])
        return data["fact"], data["op"], values if data["op"] in MANY else values[0]


class ReminderForm(forms.Form):
    """When somebody is reminded, or an empty row."""

    amount = _amount(_("Remind"))
    unit = _unit()
    when = forms.ChoiceField(
        label=_("Before or after"), required=False, choices=[("before", _("before it is due")), ("after", _("after it is due"))]
    )

    @property
    def filled(self) -> bool:
        return self.cleaned_data.get("amount") is not None

    def text(self) -> str:
        return f"{span_text(self.cleaned_data, '')} {self.cleaned_data['when'] or 'before'}"


class NoteForm(forms.Form):
    """What is different, and why: the first thing that whoever confirms it reads."""

    note = forms.CharField(
        label=_("What is different, and why"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever confirms it reads this first."),
    )


class NewForm(NoteForm):
    """The same for a policy that is not there yet."""

    new_key = forms.SlugField(
        label=_("Short name of the policy"),
        max_length=60,
        help_text=_("Permanent. What pipelines and gates call it, such as production-release."),
    )


class TextForm(PolicyForm, NoteForm):
    """The text of a policy, and what is different."""

    field_order = ("source", "note")


class NewTextForm(PolicyForm, NewForm):
    field_order = ("new_key", "source", "note")


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 3}))


class PublishForm(forms.Form):
    """Nothing to fill in: what is asked stands in the version and its note."""


class OpenForCommentForm(forms.Form):
    """Until which day people may say what they think of a draft."""

    until = DayField(label=_("Comments until the end of"))


def names_of(text: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in text.replace("\n", ",").split(",") if name.strip()))


def span_text(data: Any, name: str) -> str:
    """`2 working days`, as the language of policies writes it."""
    amount, unit = data[f"{name}amount"], data[f"{name}unit"] or "days"
    return f"{amount} working {unit[:-1] if amount == 1 else unit}"


def days_text(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def values_text() -> Iterable[tuple[str, str]]:
    """What each fact may be compared with, for people."""
    for name, fact in FACTS.items():
        known = COMPONENTS if fact.kind == "set" else fact.values
        yield fact_label(name), ", ".join(known) or (gettext("a number") if fact.kind == "decimal" else gettext("a short name"))
