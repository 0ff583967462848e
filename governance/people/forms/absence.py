"""Forms of absence and calendars. They check shape only; what may be done, services say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import clock
from foundation.days import DayField
from governance.people.hours import local_date, midnight
from governance.people.models import Calendar, User
from governance.people.roles import ROLES

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)")


class PersonField(forms.CharField):
    """Somebody who can sign in, by user name or address; the page offers names in the list `known-people`."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "known-people", "autocomplete": "off"})
        super().__init__(max_length=254, widget=widget, help_text=gettext_lazy("User name or e-mail address."), **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).strip()
        if not typed:
            return None
        people = User.objects.active()
        found = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody who can sign in has this user name or address."))
        return found


class AbsenceForm(forms.Form):
    """Who acts for whom, on which days. Days are whole days by the clocks of `zone`."""

    principal = PersonField(label=gettext_lazy("Who is away"))
    delegate = PersonField(label=gettext_lazy("Deputy"))
    starts_at = DayField(label=gettext_lazy("First day away"))
    ends_at = DayField(label=gettext_lazy("Last day away"))
    role = forms.ChoiceField(label=gettext_lazy("In the role"), required=False)
    scope = forms.ChoiceField(label=gettext_lazy("On the use case"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Shown to you and your deputy, and kept in the log."),
    )

    def __init__(self, *args: Any, zone: str, places: Sequence[tuple[str, str]], for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self._choices("role", [("", _("every role")), *((role, str(label)) for role, label in ROLES.items())])
        self._choices("scope", [("", _("everywhere")), *places])
        if for_others:
            self.fields["principal"].required = False
            self.fields["principal"].help_text = _("Left empty, you. Otherwise a user name or e-mail address.")
        else:
            del self.fields["principal"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def command(self, me: User) -> dict[str, Any]:
        """What `services.delegate` takes: from the first day's midnight, or from now, to the midnight that ends the last one."""
        data = self.cleaned_data
        today = local_date(clock.now(), self.zone)
        return {
            "principal": data.get("principal") or me,
            "delegate": data["delegate"],
            "role": data["role"],
            "scope": data["scope"],
            "starts_at": None if data["starts_at"] == today else midnight(data["starts_at"], self.zone),
            "ends_at": midnight(data["ends_at"] + timedelta(days=1), self.zone),
            "reason": data["reason"],
        }


class CalendarForm(forms.Form):
    """The hours of a week, and the days off."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=60,
        help_text=gettext_lazy("What policies call it. Permanent, such as berlin."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=60,
        help_text=gettext_lazy("As Europe/Berlin or Asia/Shanghai."),
        widget=forms.TextInput(attrs={"list": "known-zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    country = forms.CharField(
        label=gettext_lazy("Country of the public holidays"),
        max_length=2,
        required=False,
        help_text=gettext_lazy("Two letters, such as DE or CN. Left empty, no public holidays are kept."),
    )
    subdivision = forms.CharField(
        label=gettext_lazy("Region"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("Where a region has holidays of its own, such as BY for Bavaria."),
    )
    closed_on = forms.CharField(
        label=gettext_lazy("Also closed on"),
        required=False,
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("One date on each line, such as 2026-12-24."),
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles that work by it"),
        required=False,
        choices=list(ROLES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where a policy names no calendar."),
    )
    is_default = forms.BooleanField(label=gettext_lazy("For everybody else too"), required=False)

    def __init__(self, *args: Any, calendar: Calendar | None = None, **kwargs: Any) -> None:
        if calendar is not None:
            kwargs["initial"] = _said_by(calendar)
        super().__init__(*args, **kwargs)
        for number, name in enumerate(DAYS):
            self.fields[name] = forms.CharField(label=WEEKDAYS[number], max_length=200, required=False)
            if calendar is None and number < 5:
                self.fields[name].initial = "09:00-17:00"
        self.fields["monday"].help_text = _("Such as 09:00-12:00, 13:00-17:00. Left empty, nobody works.")
        self.order_fields(["slug", "title", "zone", *DAYS])
        if calendar is not None:
            del self.fields["slug"]

    def clean(self) -> dict[str, Any] | None:
        for name in DAYS:
            text = self.cleaned_data.get(name, "").strip()
            pairs = [_HOURS.fullmatch(part.strip()) for part in re.split(r"[,;，；、]", text)] if text else []
            if not all(pairs):
                self.add_error(name, _("Write hours as 09:00-12:00, 13:00-17:00. Midnight at the end is 24:00."))
            self.cleaned_data[name] = [[pair[1], pair[2]] for pair in pairs if pair]
        return self.cleaned_data

    def command(self) -> dict[str, Any]:
        """What `services.set_calendar` takes, but for the slug of one that is there already."""
        data = dict(self.cleaned_data)
        week = [data.pop(name) for name in DAYS]
        return {
            **data,
            "week": week,
            "country": data["country"].strip().upper(),
            "subdivision": data["subdivision"].strip(),
            "closed_on": data["closed_on"].split(),
        }


def _said_by(calendar: Calendar) -> dict[str, Any]:
    days = {name: hours_text(calendar.week[number]) for number, name in enumerate(DAYS)}
    names = ("title", "zone", "country", "subdivision", "roles", "is_default")
    return {**{name: getattr(calendar, name) for name in names}, **days, "closed_on": "\n".join(calendar.closed_on)}


def hours_text(pairs: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{start}-{end}" for start, end in pairs)


class MonthForm(forms.Form):
    """Which month of a calendar to look at."""

    month = forms.RegexField(r"\d{4}-\d{2}", required=False)

    def first_day(self, today: date) -> date:
        """The first of the month that was asked for, or of this one."""
        text = self.cleaned_data["month"] if self.is_valid() else ""
        try:
            chosen = date.fromisoformat(f"{text}-01") if text else today
        except ValueError:
            chosen = today
        return (chosen if abs(chosen.year - today.year) <= 10 else today).replace(day=1)
