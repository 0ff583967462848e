"""When people work: calendars, and what a month looks like by one."""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from foundation import clock
from foundation.errors import FieldError, Invalid
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from foundation.permissions import Denied
from governance.people import selectors, services
from governance.people.forms import DAYS, CalendarForm, MonthForm
from governance.people.hours import Hours, holiday_names, local_date, windows_of
from governance.people.models import Calendar
from governance.people.permissions import may_administer
from governance.people.roles import role_label
from governance.people.working_time import due_at

TO = "\u2060–\u2060"  # a dash at which no line breaks
HOLIDAY_LANGUAGES = {"en": "en_US", "zh-hans": "zh_CN"}


@portal_page("GET", "HEAD", "POST")
def calendar_list(request: PersonRequest) -> HttpResponse:
    """All calendars; administrators add one."""
    form = CalendarForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (done := attempt(form, lambda: _set(request, form, form.cleaned_data["slug"]))):
        return after(request, _("The calendar is there. Look at a month of it."), "people_calendar", done.value.slug)
    rows = [
        {"row": row, "roles": [role_label(role) for role in row.roles], "week": _week(row)}
        for row in Calendar.objects.visible_to(request.actor).order_by("title", "pk")[:200]
    ]
    context = {"rows": rows, "form": form, "zones": sorted(available_timezones()), "refused": _refused(request)}
    return render(request, "people/calendars.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def calendar(request: PersonRequest, slug: str) -> HttpResponse:
    """One calendar: a month by it, and for administrators what it says."""
    row = one(Calendar.objects.visible_to(request.actor), slug=slug)
    form = CalendarForm(request.POST if request.method == "POST" else None, calendar=row)
    if request.method == "POST" and attempt(form, lambda: _set(request, form, slug)):
        return after(request, _("Saved. What is due already stays due then."), "people_calendar", slug)
    hours = selectors.hours_of(row)
    today = local_date(clock.now(), hours.zone)
    first = MonthForm(request.GET).first_day(today)
    two_days = due_at(clock.now(), days=2, hours=hours).astimezone(ZoneInfo(hours.zone))
    context = {
        "calendar": row,
        "roles": [role_label(role) for role in row.roles],
        "days": _month(first, hours, today),
        "first": first,
        "before": first - timedelta(days=1),
        "next": first + timedelta(days=31),
        "two_days": two_days.replace(tzinfo=None),  # shown by the calendar's clocks, with its zone beside it
        "form": form,
        "zones": sorted(available_timezones()),
        "refused": _refused(request),
    }
    return render(request, "people/calendar.html", context, status=status_of(form))


def _set(request: PersonRequest, form: CalendarForm, slug: str) -> Calendar:
    said = {"slug": slug, **form.command()}
    try:
        return services.set_calendar(actor=request.actor, **said)
    except Invalid as problem:  # the form has a field for each day, not one for the week
        fields = {"week": DAYS[0], **{f"week[{number}]": name for number, name in enumerate(DAYS)}}
        errors = [FieldError(fields.get(item.field, item.field), item.code, item.message) for item in problem.errors]
        raise Invalid(problem.detail, code=problem.code, errors=errors) from problem


def _month(first: date, hours: Hours, today: date) -> list[dict[str, Any]]:
    """Each day of a month: its hours by the clocks of the calendar, and what it is off for."""
    names = holiday_names(hours, first.year, HOLIDAY_LANGUAGES.get(translation.get_language() or "", ""))
    where = ZoneInfo(hours.zone)
    days = []
    for number in range(1, months.monthrange(first.year, first.month)[1] + 1):
        day = first.replace(day=number)
        closed = day.isoformat() in hours.closed_on
        days.append(
            {
                "date": day,
                "today": day == today,
                "hours": [(_clock(opens, where, day), _clock(closes, where, day)) for opens, closes in windows_of(day, hours)],
                "why": names.get(day, "") or (_("Closed") if closed else ""),
            }
        )
    return days


def _clock(at: datetime, where: ZoneInfo, day: date) -> str:
    local = at.astimezone(where)
    return "24:00" if local.date() > day else f"{local:%H:%M}"


def _week(row: Calendar) -> list[str]:
    """The hours of a week in few words: days with the same hours that follow one another are told together."""
    told: list[tuple[int, int, str]] = []
    for number, pairs in enumerate(row.week):
        text = ", ".join(f"{start}{TO}{end}" for start, end in pairs)
        if told and told[-1][2] == text and told[-1][1] == number - 1:
            told[-1] = (told[-1][0], number, text)
        else:
            told.append((number, number, text))
    spans = [(f"{WEEKDAYS_ABBR[a]}–{WEEKDAYS_ABBR[b]}" if a != b else str(WEEKDAYS_ABBR[a]), text) for a, b, text in told]
    return [f"{days} {text}" for days, text in spans if text]


def _refused(request: PersonRequest) -> Any:
    allowed = may_administer(request.actor)
    return allowed.reason if isinstance(allowed, Denied) else ""
