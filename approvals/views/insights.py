"""Pages that look back and ahead: insights, a draft on past requests, a draft on one request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.api.foresight import PERIOD, midnight
from approvals.models import Policy, PolicyVersion, Request
from approvals.selectors.foresight import replay_period, try_on
from approvals.selectors.inbox import requests_with_people
from approvals.selectors.insights import passed, visible_use_cases
from approvals.selectors.standing import policy_of
from approvals.selectors.standings import titles_of
from approvals.showing.foresight import consequence, partial_text, replay_rows, replayed_told, tried_lead, tried_rows
from approvals.showing.insights import board_of, shown
from foundation import clock
from foundation.days import DayField
from foundation.errors import Invalid
from foundation.pages import PersonRequest, one, portal_page, status_of, tell
from governance.usecases.models import UseCase

A_DAY = timedelta(days=1)
NEWEST = 50  # requests that can be chosen from
SHOWN = 200  # rows of a replay on one page


class PeriodForm(forms.Form):
    """From one day to another, both included; one use case or all of them. The fields are named as the API names them."""

    def __init__(self, data: Any, *, use_cases: Any) -> None:
        super().__init__(data)
        choices = [("", _("All that you see")), *((row.slug, str(row)) for row in use_cases)]
        self.fields["from"] = DayField(label=gettext_lazy("From"), required=False)
        self.fields["to"] = DayField(label=gettext_lazy("To"), required=False)
        self.fields["use_case"] = forms.ChoiceField(label=gettext_lazy("Use case"), required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("from"), data.get("to")
        if first and last and last < first:
            self.add_error("to", _("The period ends before it begins."))
        return data

    def period(self) -> tuple[date, date]:
        """The days that were asked for, or the last ninety."""
        said = self.cleaned_data if self.is_valid() else {}
        last = said.get("to") or clock.now().date()
        return said.get("from") or last - PERIOD, last

    def use_case(self, use_cases: Any) -> UseCase | None:
        slug = self.cleaned_data.get("use_case") if self.is_valid() else ""
        return next((row for row in use_cases if row.slug == slug), None) if slug else None


class InsightsForm(PeriodForm):
    def __init__(self, data: Any, *, use_cases: Any) -> None:
        super().__init__(data, use_cases=use_cases)
        groups = [("step", _("Step")), ("role", _("Role")), ("use_case", _("Use case"))]
        self.fields["group"] = forms.ChoiceField(label=gettext_lazy("Group by"), required=False, choices=groups)


def _filled(request: PersonRequest, *names: str) -> dict[str, str]:
    """What was asked for, with the last ninety days where nothing was: the form shows what the page shows."""
    today = clock.now().date()
    standing = {"from": (today - PERIOD).isoformat(), "to": today.isoformat()}
    return {name: request.GET.get(name) or standing.get(name, "") for name in ("from", "to", "use_case", *names)}


@portal_page()
def insights(request: PersonRequest) -> HttpResponse:
    """Where time is lost, and what it costs."""
    use_cases = list(visible_use_cases(request.actor))
    form = InsightsForm(_filled(request, "group"), use_cases=use_cases)
    context: dict[str, Any] = {"form": form, "clear_url": request.path if request.GET else ""}
    if form.is_valid():
        first, last = form.period()
        since, until, only = midnight(first), midnight(last) + A_DAY, form.use_case(use_cases)
        found = passed(request.actor, since=since, until=until, use_case=only)
        before = passed(request.actor, since=since - (until - since), until=since, use_case=only)
        board = board_of(found, form.cleaned_data.get("group") or "step", before)
        context |= {"found": found, "group": board.group, "period": (first, last), **shown(board)}
    return render(request, "approvals/insights.html", context, status=status_of(form))


def _version(request: PersonRequest, key: str) -> tuple[Policy, PolicyVersion, list[PolicyVersion]]:
    """The policy, the version that the address names (else the newest), and all of them, newest first."""
    row: Policy = one(Policy.objects.visible_to(request.actor), key=key)
    versions = list(row.versions.select_related("policy").order_by("-number"))
    number = request.GET.get("version", "")
    version = next((item for item in versions if str(item.number) == number), None) if number else versions[0]
    if version is None:
        raise Http404
    return row, version, versions


@portal_page()
def replay(request: PersonRequest, key: str) -> HttpResponse:
    """A version of a policy, a draft for instance, on the requests of a period."""
    row, version, versions = _version(request, key)
    use_cases = list(visible_use_cases(request.actor))
    form = PeriodForm(_filled(request), use_cases=use_cases)
    context: dict[str, Any] = {"row": row, "version": version, "versions": versions, "form": form}
    if form.is_valid():
        first, last = form.period()
        try:
            found = replay_period(
                request.actor,
                row,
                policy_of(version),
                since=midnight(first),
                until=midnight(last) + A_DAY,
                use_case=form.use_case(use_cases),
            )
        except Invalid as error:
            tell(form, error)
        else:
            rows = replay_rows(found, SHOWN)
            titles = titles_of([item for item, _replayed in rows])
            context |= {
                "found": found,
                "summary": found.summary,
                "consequence": consequence(found),
                "partial": partial_text(found),
                "rows": [replayed_told(item, replayed, titles[item.pk]) for item, replayed in rows],
                "more": max(len(found.rows) - len(rows), 0),
            }
    return render(request, "approvals/replay.html", context, status=status_of(form))


class TryForm(forms.Form):
    def __init__(self, data: Any, *, requests: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["request"] = forms.ChoiceField(label=gettext_lazy("Request"), choices=requests)


@portal_page()
def simulate(request: PersonRequest, key: str) -> HttpResponse:
    """A version of a policy, a draft for instance, on one request: both verdicts side by side."""
    row, version, versions = _version(request, key)
    rows = requests_with_people(request.actor).filter(policy_version__policy=row)
    newest = list(rows.order_by("-pk")[:NEWEST])
    titles = titles_of(newest)
    choices = [(item.public_id, f"{titles[item.pk]} · {item.opened_at:%Y-%m-%d}") for item in newest]
    chosen = request.GET.get("request", "")
    if chosen and chosen not in dict(choices):
        asked: Request = one(rows, public_id=chosen)
        choices.append((asked.public_id, f"{titles_of([asked])[asked.pk]} · {asked.opened_at:%Y-%m-%d}"))
    form = TryForm({"request": chosen} if chosen else None, requests=choices)
    context: dict[str, Any] = {"row": row, "version": version, "versions": versions, "form": form, "any": bool(choices)}
    if form.is_bound and form.is_valid():
        found = try_on(one(rows, public_id=chosen), policy_of(version))
        context |= {
            "asked": found.standing.request,
            "title": dict(choices)[chosen],
            "lead": tried_lead(found),
            "rows": tried_rows(found),
            "then": found.then.substate or found.then.state,
            "now": found.now.substate or found.now.state,
        }
    return render(request, "approvals/simulate.html", context, status=status_of(form))
