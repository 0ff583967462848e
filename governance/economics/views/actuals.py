"""Results against the plan: what was said, what it comes to, and files of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PAGE_SIZE, PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.templatetags.countersign import cents
from governance.economics.cashflow import Refused
from governance.economics.forms.actuals import ActualFileForm, ActualFilterForm, ActualForm, CorrectForm, RulesForm, TakeInForm
from governance.economics.models import Actual, ActualImport, ActualImportRow, Baseline, Case
from governance.economics.permissions.actuals import may_record_actuals
from governance.economics.permissions.baselines import may_put_up_case
from governance.economics.plan import Line
from governance.economics.presenting import actuals as presenting
from governance.economics.selectors.actuals import history_of, state_of
from governance.economics.selectors.baselines import baseline_of, case_of, lines_known, results, standing_actuals
from governance.economics.selectors.cases import current_snapshot
from governance.economics.services.actual_imports import errors_of, take_in, try_actuals, try_again
from governance.economics.services.actuals import correct_actual, record_actual
from governance.economics.wording.actuals import column_label, problem_told
from governance.economics.wording.refusals import refused_told
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import was_too_large
from governance.usecases.views import use_case_of

TAB = "cost-benefit"
AMOUNTS = 20  # of what was said, on the page of results
SHOWN = ("", "new", "corrected", "unmatched", "error", "same")
TONES = {"error": "bad", "unmatched": "warn", "corrected": "info", "same": "neutral", "new": "ok"}


def page_of(row: UseCase, *more: dict[str, str]) -> dict[str, Any]:
    """The use case's page with the way to here."""
    return tabs.page_of(row, TAB, {"label": _("Results"), "url": reverse("actuals", args=[row.slug])}, *more)


def _case(row: UseCase) -> Case:
    found = case_of(row)
    if found is None:
        raise Missing(_("Costs and benefits were not written down yet, so nothing can have come of them."))
    return found


@portal_page("GET", "HEAD", "POST")
def actuals(request: PersonRequest, slug: str) -> HttpResponse:
    """Results beside the baseline by line and month, every amount that was said, and the form to say another."""
    row = use_case_of(request, slug)
    case, baseline = _case(row), baseline_of(_case(row))
    lines = lines_known(case)
    sent = request.method == "POST"
    form = ActualForm(lines, case.currency, request.POST if sent else None)
    if sent and attempt(form, lambda: record_actual(actor=request.actor, use_case=row, **form.cleaned_data)):
        return after(request, _("It is written down."), "actuals", row.slug)
    filters = ActualFilterForm(lines, request.GET)
    asked = filters.cleaned_data if filters.is_valid() else {}
    rows = standing_actuals(case).select_related("recorded_by", "replaces__recorded_by")
    for name in ("line", "source"):
        rows = rows.filter(**{name: asked[name]}) if asked.get(name) else rows
    page = slice_of(request, rows, size=AMOUNTS)
    newest = current_snapshot(row)
    context = {
        **tabs.page_of(row, TAB, {"label": _("Results")}),
        "case": case,
        "baseline": baseline,
        "newest": newest,
        "may_put_up": may_put_up_case(request.actor, newest) if newest else None,
        "form": form,
        "filters": filters,
        "allowed": may_record_actuals(request.actor, row),
        "slice": page,
        "rows": [_amount_told(item, lines) for item in page.rows],
        "filtered": bool(asked.get("line") or asked.get("source")),
        **(_results(request, baseline) if baseline is not None else {}),
    }
    return render(request, "economics/actuals.html", context, status=status_of(form))


def _amount_told(row: Actual, lines: Mapping[str, Line]) -> tuple[Actual, str]:
    """What was said, with the line and the month it is about in words."""
    title = lines[row.line].title if row.line in lines else row.line
    return row, f"{title} · {presenting.month_label(row.month)}"


def _results(request: PersonRequest, baseline: Baseline) -> dict[str, Any]:
    try:
        found = results(baseline)
    except Refused as error:
        return {"refused": refused_told(error)}
    start, end = presenting.window_of(found, _number(request, "from"))
    picture, remark = presenting.picture_told(found, baseline) if found.last is not None else (None, "")
    step = presenting.MONTHS_SHOWN
    return {
        "results": found,
        "verdict": presenting.verdict_told(found, baseline),
        "figures": presenting.figures_told(found, baseline),
        "lines": presenting.lines_told(found),
        "months": presenting.months_told(found, start, end),
        "earlier_url": f"?from={max(0, start - step)}#months" if start > 0 else "",
        "later_url": f"?from={end}#months" if end < len(found.months) else "",
        "picture": picture,
        "remark": remark,
        "left_out": presenting.left_out_told(found),
    }


def _number(request: PersonRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


@portal_page("GET", "HEAD", "POST")
def actual(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """One amount with all that was said in its place, and the form to correct it."""
    row = use_case_of(request, slug)
    found: Actual = one(Actual.objects.visible_to(request.actor).filter(case__use_case=row), public_id=public_id)
    history = history_of(found)
    standing = history[-1]
    sent = request.method == "POST"
    form = CorrectForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: correct_actual(actor=request.actor, actual=found, **form.cleaned_data))):
        return after(request, _("It is corrected."), "actual", row.slug, done.value.public_id)
    lines = lines_known(found.case_id, [found.line])
    title = lines[found.line].title if found.line in lines else found.line
    context = {
        **page_of(row, {"label": title}),
        "case": found.case,
        "actual": standing,
        "line_title": title,
        "month": presenting.month_label(standing.month),
        "history": list(reversed(history)),
        "form": form,
        "allowed": may_record_actuals(request.actor, row),
    }
    return render(request, "economics/actual.html", context, status=status_of(form))


# Files -------------------------------------------------------------------------------------------------------------------


@portal_page("GET", "HEAD", "POST")
def actual_files(request: PersonRequest, slug: str) -> HttpResponse:
    """The files that were read so far, and the form for the next one."""
    row = use_case_of(request, slug)
    case = _case(row)
    sent = request.method == "POST"
    form = ActualFileForm(request.POST if sent else None, request.FILES if sent else None)

    def tried() -> ActualImport:
        if was_too_large(request):
            raise too_large()
        said = form.cleaned_data
        known = ActualImport.objects.visible_to(request.actor).filter(case=case, kind=said["kind"])
        last = known.exclude(rules=[]).order_by("-pk").first()
        return try_actuals(
            actor=request.actor,
            use_case=row,
            data=said["file"].read(),
            name=said["file"].name,
            kind=said["kind"],
            rules=_still_known(last.rules, lines_known(case)) if last is not None else (),
            corrections=said["corrections"],
        )

    if sent and (done := attempt(form, tried)):
        return redirect("actual_file", row.slug, done.value.public_id)
    runs = ActualImport.objects.visible_to(request.actor).filter(case=case).select_related("created_by", "job")
    page = slice_of(request, runs)
    context = {
        **page_of(row, {"label": _("Files")}),
        "form": form,
        "allowed": may_record_actuals(request.actor, row),
        "slice": page,
        "rows": [(run, states_told()[state_of(run)]) for run in page.rows],
        "keys": [(key, line.title) for key, line in lines_known(case).items()],
    }
    return render(request, "economics/actual_files.html", context, status=status_of(form))


def _still_known(rules: list[dict[str, str]], lines: Any) -> list[dict[str, str]]:
    """What was chosen for the last bill is proposed for this one."""
    return [rule for rule in rules if rule["line"] in lines]


def states_told() -> dict[str, str]:
    return {
        "checking": _("being read"),
        "checked": _("tried"),
        "taking": _("being taken in"),
        "taken": _("taken in"),
        "failed": _("stopped"),
    }


@portal_page("GET", "HEAD", "POST")
def actual_file(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """What would become of each row, with the button to take it in and, for a bill, which charges belong to which line."""
    row = use_case_of(request, slug)
    runs = ActualImport.objects.visible_to(request.actor).filter(case__use_case=row)
    run: ActualImport = one(runs.select_related("case__use_case", "job", "created_by"), public_id=public_id)
    command = request.POST.get("command", "") if request.method == "POST" else ""
    form = TakeInForm(request.POST if command == "take" else None)
    lines = lines_known(run.case_id)
    rules = RulesForm(run.found, run.rules, lines, request.POST if command == "rules" else None, initial={"cost": run.cost})
    if command == "take" and (done := _taken(request, run, form)):
        said = _("The file was taken in.") if done.value.finished_at else ""
        return after(request, said, "actual_file", slug, public_id)
    if command == "rules" and (done := attempt(rules, lambda: _tried_again(request, run, rules))):
        return redirect("actual_file", slug, done.value.public_id)
    state = state_of(run)
    job = run.job if state in ("checking", "taking") else None
    address = reverse("actual_file", args=[slug, public_id])
    shown, earlier, later = _rows(request, run)
    context = {
        **page_of(row, {"label": _("Files"), "url": reverse("actual_files", args=[slug])}, {"label": run.name}),
        "run": run,
        "state": state,
        "job": job,
        "poll_url": f"{reverse('foundation:job', args=[job.public_id])}?{urlencode({'then': address})}" if job else "",
        "result_url": address,
        "refresh_seconds": 5 if job and job.finished_at is None else None,
        "form": form,
        "rules": rules if run.found else None,
        "allowed": may_record_actuals(request.actor, row),
        "errors": errors_of(run),
        "unmatched": run.counts.get("unmatched", 0),
        "to_write": sum(run.counts.get(name, 0) for name in ("new", "corrected")),
        "rows": [_row_told(item, lines) for item in shown],
        "earlier_url": earlier,
        "later_url": later,
        "shown": _filters(run, request.GET.get("show", "")),
    }
    return render(request, "economics/actual_file.html", context, status=status_of(form, rules))


def _taken(request: PersonRequest, run: ActualImport, form: TakeInForm) -> Any:
    return attempt(form, lambda: take_in(actor=request.actor, checked=run, only_good=form.cleaned_data["only_good"]))


def _tried_again(request: PersonRequest, run: ActualImport, form: RulesForm) -> ActualImport:
    return try_again(
        actor=request.actor, checked=run, rules=form.rules(), cost=form.cleaned_data["cost"], corrections=run.corrections
    )


def _rows(request: PersonRequest, run: ActualImport) -> tuple[list[ActualImportRow], str, str]:
    """Some rows of the report, from the number in the address on, and where the neighbours are."""
    show, start = request.GET.get("show", ""), _number(request, "from") or 0
    rows = run.rows.filter(outcome=show) if show in SHOWN[1:] else run.rows.all()
    found = list(rows.filter(number__gte=start).order_by("number")[: PAGE_SIZE + 1])
    before = list(rows.filter(number__lt=start).order_by("-number").values_list("number", flat=True)[:PAGE_SIZE]) if start else []

    def at(number: int) -> str:
        return "?" + urlencode({**({"show": show} if show in SHOWN[1:] else {}), "from": number}) + "#rows"

    return found[:PAGE_SIZE], at(before[-1]) if before else "", at(found[PAGE_SIZE].number) if len(found) > PAGE_SIZE else ""


def _row_told(item: ActualImportRow, lines: Any) -> dict[str, Any]:
    title = lines[item.line].title if item.line in lines else item.line
    return {
        "row": item,
        "line": title,
        "amount": _amount(item.amount),
        "tone": TONES[item.outcome],
        "said": [
            {"column": column_label(problem["column"]), "text": problem_told(problem["code"], problem["params"])}
            for problem in item.problems
        ],
    }


def _amount(text: str) -> str:
    """An amount of the report with the reader's separators; what is none stays as it stands in the file."""
    number, _space, currency = text.rpartition(" ")
    try:
        return f"{cents(number)} {currency}"
    except (InvalidOperation, ValueError):
        return text


def _filters(run: ActualImport, show: str) -> list[dict[str, Any]]:
    labels = {"": _("All"), **dict(ActualImportRow.Outcome.choices)}
    return [
        {
            "label": labels[name],
            "count": run.counts.get(name, 0) if name else sum(run.counts.values()),
            "url": f"?{urlencode({'show': name})}#rows" if name else "?#rows",
            "current": name == (show if show in SHOWN else ""),
        }
        for name in SHOWN
        if not name or run.counts.get(name)
    ]
