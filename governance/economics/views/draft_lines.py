"""The pages of the lines of a draft: chosen among those that ship, asked for, changed, moved and taken out. What was typed is never lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from foundation.errors import Conflict, Missing
from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from governance.economics import drafting, services
from governance.economics.comparing import differing
from governance.economics.components import plan_of
from governance.economics.drafting import looked_at
from governance.economics.drafts_drivers import driver_page_of
from governance.economics.drafts_pages import draft_or_missing, language, met, page_of, people_of, revision_of, with_problems
from governance.economics.forms.draft_questions import QuestionsForm
from governance.economics.forms.drafts import LineForm
from governance.economics.models import CaseDraft
from governance.economics.permissions.cases import may_write
from governance.economics.plan import Line, Plan
from governance.economics.presenting.comparing import fields_told
from governance.economics.selectors.cases import current_snapshot
from governance.economics.selectors.drafts import draft_of, of_line
from governance.economics.shipped import LineTemplate, in_words, line_template, line_templates
from governance.economics.views.cases import TAB
from governance.economics.wording.cases import category_label
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of


@portal_page("GET", "HEAD", "POST")
def draft_line_new(request: PersonRequest, slug: str) -> HttpResponse:
    """One more line: `?template=` names one that ships and asks its questions, `own` asks for everything; without it all are shown.
    `?line=` names a line of the draft that the answers fill in."""
    row, found = draft_or_missing(request, slug)
    plan = drafting.as_plan(found.plan)
    name = request.GET.get("template", "")
    template = line_template(name)
    if template is None and name != "own":
        context = {**page_of(request, row, found, {"label": _("Another line")}), "groups": _template_groups()}
        return render(request, "economics/draft_line_choose.html", context)
    if template is not None and template.driver and (page := driver_page_of(row, template)):
        return redirect(page)
    if template is None:
        return _line_page(request, row, found, plan, None)
    filled = next((line for line in plan.lines if line.key == request.GET.get("line", "")), None)
    return _questions_page(request, row, found, plan, template, filled)


def _questions_page(
    request: PersonRequest, row: UseCase, found: CaseDraft, plan: Plan, template: LineTemplate, filled: Line | None
) -> HttpResponse:
    sent = request.method == "POST"
    form = QuestionsForm(request.POST if sent else None, template, plan.currency)
    key = filled.key if filled else _free_key(plan, template.key)
    line = form.line(plan, key) if sent and form.is_valid() else None
    if line is not None and attempt(form, lambda: _saved(request, found, revision_of(request), line, filled)):
        said = _("“%(title)s” is in the draft. Say more about it, or go back to the list.") % {"title": line.title}
        return after(request, said, "draft_line", row.slug, key)
    context = {
        **page_of(request, row, found, {"label": in_words(template.title, language())}),
        "form": form,
        "template": {"title": in_words(template.title, language()), "explain": in_words(template.explain, language())},
        "side": template.kind,
        "met": met(request, found, form),
    }
    return render(request, "economics/draft_line_questions.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def draft_line(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """One line: everything it says. What is wrong with it stands at its fields."""
    row = use_case_of(request, slug)
    found = draft_of(row)
    if found is None and not (request.method == "POST" and current_snapshot(row)):
        return redirect("draft", row.slug)
    if found is None:
        return _without_draft(request, row, key)
    plan = drafting.as_plan(found.plan)
    line = next((line for line in plan.lines if line.key == key), None)
    if line is None and request.method != "POST":
        raise Missing(_("There is no such line in the draft any more."))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if line is not None and act in ("up", "down", "remove"):
        return _acted(request, row, found, line, act)
    return _line_page(request, row, found, plan, line, key=key)


def _line_page(
    request: PersonRequest,
    row: UseCase,
    found: CaseDraft,
    plan: Plan,
    line: Line | None,
    *,
    key: str = "",
    revision: int | None = None,
) -> HttpResponse:
    """The form of a line; with `key` and no line of one that somebody took out meanwhile. `revision`: of a draft begun just now."""
    seen = revision_of(request) if revision is None else revision
    people = people_of(row)
    sent = request.method == "POST"
    wrong = of_line(plan, line.key, looked_at(plan).problems) if line and not sent else []

    def make(data: Any) -> LineForm:
        return LineForm(data, plan, line, people=people)

    form = make(request.POST) if sent else with_problems(make, wrong)
    if sent and form.is_valid():
        said = form.line(line.key if line else key or _free_key(plan, form.cleaned_data["title"]))
        if attempt(form, lambda: _saved(request, found, seen, said, line)):
            return _after_line(request, row, said)
    context = {
        **page_of(request, row, found, {"label": line.title if line else _("Another line")}),
        "form": form,
        "line": line,
        "wrong": wrong,
        "template": line_template(drafting.template_key(line.key)) if line and drafting.is_empty(line) else None,
        "driver_url": driver_page_of(row, None, line) if line else "",
        "met": met(request, found, form),
        "taken_out": sent and bool(key) and line is None,
    }
    if context["met"] is not None and line is not None:
        context["met"]["fields"] = fields_told(differing(line, form.line(line.key)))
    return render(request, "economics/draft_line.html", context, status=status_of(form) if sent else 200)


def _saved(request: PersonRequest, found: CaseDraft, revision: int, line: Line, before: Line | None) -> CaseDraft:
    """A line that is there already is changed, any other is put in."""
    if before is not None:
        return services.change_line(actor=request.actor, draft=found, revision=revision, key=before.key, line=line)
    return services.add_line(actor=request.actor, draft=found, revision=revision, line=line)


def _after_line(request: PersonRequest, row: UseCase, line: Line) -> HttpResponse:
    said = _("“%(title)s” is saved in the draft.") % {"title": line.title}
    if request.POST.get("act") == "more":
        return after(request, said, "draft_line_new", row.slug)
    return after(request, said, "draft", row.slug)


def _acted(request: PersonRequest, row: UseCase, found: CaseDraft, line: Line, act: str) -> HttpResponse:
    """Move a line, or take it out. Somebody who was overtaken sees the list as it is now, and may press again."""
    words = {"title": line.title}
    more: dict[str, Any] = {"actor": request.actor, "draft": found, "revision": revision_of(request), "key": line.key}
    try:
        if act == "remove":
            services.remove_line(**more)
            said = _("“%(title)s” is taken out of the draft.") % words
        else:
            services.move_line(**more, by=-1 if act == "up" else 1)
            said = ""
    except Conflict:
        said = _("Somebody changed the draft meanwhile, so nothing was done. This is how it stands now.")
    return after(request, said, "draft", row.slug)


def _without_draft(request: PersonRequest, row: UseCase, key: str) -> HttpResponse:
    """Somebody saves a line of a draft that was written down or discarded meanwhile: they may begin another one with it."""
    current = current_snapshot(row)
    if request.POST.get("act") == "begin":
        found = services.begin_draft(actor=request.actor, use_case=row)
        plan = drafting.as_plan(found.plan)
        line = next((line for line in plan.lines if line.key == key), None)
        return _line_page(request, row, found, plan, line, key=key, revision=found.revision)
    if current is None:
        return redirect("draft", row.slug)
    plan = plan_of(current)
    line = next((line for line in plan.lines if line.key == key), None)
    form = LineForm(request.POST, plan, line, people=people_of(row))
    context = {
        **tabs.page_of(row, TAB, {"label": _("Draft")}),
        "form": form,
        "line": line,
        "current": current,
        "allowed": may_write(request.actor, row),
        "gone": True,
    }
    return render(request, "economics/draft_line.html", context, status=409)


def _template_groups() -> list[dict[str, Any]]:
    """The lines that ship: costs and benefits by category, each with one sentence."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for item in line_templates():
        label = category_label(item.category)
        group = groups.setdefault((item.kind, label), {"kind": item.kind, "label": label, "items": []})
        group["items"].append(
            {"key": item.key, "title": in_words(item.title, language()), "explain": in_words(item.explain, language())}
        )
    return list(groups.values())


def _free_key(plan: Plan, title: str) -> str:
    return drafting.free_key(title, (line.key for line in plan.lines))
