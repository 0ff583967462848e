"""Who does what on a use case: the matrix as a table, its versions, and the self-test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, portal_page, refusal_of, status_of
from governance.people import raci
from governance.people.models import ResponsibilityMatrix, User
from governance.people.permissions import may_arrange_responsibilities
from governance.people.responsibilities import SEVERITIES, check
from governance.people.services import write_matrix
from governance.people.situations import Here, matrix_of, newest_matrices, situation_of
from governance.people.telling import activity_title, barred, party_label, told
from governance.usecases import selectors, tabs
from governance.usecases.forms.responsibilities import LETTER_CHOICES, MatrixForm, body_of, lines_of, people_in
from governance.usecases.models import UseCase
from governance.usecases.selectors.stages import InForce
from governance.usecases.views.use_cases import use_case_of

MOST_VERSIONS = 20


def stage_titles(rules: InForce | None = None) -> dict[str, str]:
    """The stages of the lifecycle that holds, by key, in their order."""
    stages = (rules or selectors.lifecycle_in_force()).lifecycle.stages
    return {stage.key: stage.title(get_language() or "en") for stage in stages}


@portal_page("GET", "HEAD", "POST")
def responsibilities(request: PersonRequest, slug: str) -> HttpResponse:
    """The matrix in one form. `command` is `save`, or `column`, which adds a column and saves nothing yet."""
    row = use_case_of(request, slug)
    current = newest_matrices([row.public_id]).get(row.public_id)
    number = current.number if current else 0
    allowed = may_arrange_responsibilities(request.actor, scope=row.public_id)
    sent = request.method == "POST"
    body = body_of(request.POST) if sent else matrix_of(current).body()
    form = MatrixForm(request.POST if sent else None, columns=body["columns"])
    stages = stage_titles()
    if sent and request.POST.get("command") == "column":
        if form.is_valid():
            added = [form.cleaned_data["column_role"], form.cleaned_data["column_person"]]
            body["columns"] = list(dict.fromkeys([*body["columns"], *(party for party in added if party)]))
            form = MatrixForm(columns=body["columns"])
    elif sent:
        based_on = request.POST.get("based_on", "")
        done = attempt(
            form,
            lambda: write_matrix(
                actor=request.actor,
                scope=row.public_id,
                body=body,
                stages=[*stages, *(item.stage for item in matrix_of(current).rows)],
                based_on=int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 9 else None,
            ),
        )
        if done is not None:
            said = _("Version %(number)s of the responsibilities is in force.") % {"number": done.value.number}
            return after(request, said, "responsibility_check", row.slug)
    refusal = refusal_of(form)
    people = people_in(body)
    context = {
        **tabs.page_of(row, "people", {"label": _("Responsibilities")}),
        "form": form,
        "columns": [{"party": party, "label": party_label(party, people)} for party in body["columns"]],
        "lines": lines_of(body, people, stages),
        "stages": stages.items(),
        "letters": LETTER_CHOICES,
        "number": number,
        "allowed": allowed,
        "theirs": _difference(request, current, row) if refusal is not None and refusal.code == "raci.conflict" else None,
        "versions": _versions(request, row, stages),
        "known_people": User.objects.visible_to(request.actor).active().order_by("name", "pk")[:200],
    }
    return render(request, "usecases/responsibilities.html", context, status=status_of(form))


def _difference(request: PersonRequest, current: ResponsibilityMatrix | None, row: UseCase) -> list[Mapping[str, str]]:
    """What the newest version changed: shown to who wanted to save another one over it."""
    rows = ResponsibilityMatrix.objects.visible_to(request.actor).filter(scope=row.public_id)
    before = rows.filter(number=current.number - 1).first() if current else None
    return told_changes(matrix_of(before), matrix_of(current), stage_titles())


def _versions(request: PersonRequest, row: UseCase, stages: Mapping[str, str]) -> list[dict[str, Any]]:
    """The last versions, newest first, each with what it changed."""
    rows = list(
        ResponsibilityMatrix.objects.visible_to(request.actor)
        .filter(scope=row.public_id)
        .select_related("created_by")
        .order_by("-number")[: MOST_VERSIONS + 1]
    )
    found = []
    for at, version in enumerate(rows[:MOST_VERSIONS]):
        before = rows[at + 1] if at + 1 < len(rows) else None
        found.append({"version": version, "changes": told_changes(matrix_of(before), matrix_of(version), stages)})
    return found


def told_changes(before: raci.Matrix, now: raci.Matrix, stages: Mapping[str, str]) -> list[Mapping[str, str]]:
    """Changes as `components/diff.html` takes them."""
    people = people_in({"columns": [*before.columns, *now.columns]})
    found: list[Mapping[str, str]] = []
    for change in raci.changes(before, now):
        title = activity_title(change.key, change.title)
        told = {"before": stages.get(change.before, change.before), "after": stages.get(change.after, change.after)}
        kind = "added" if not change.before else "removed" if not change.after else "changed"
        path = f"{title} · {party_label(change.party, people)}" if change.party else title
        found.append({"path": path, "change": kind, **told})
    return found


@portal_page()
def responsibility_check(request: PersonRequest, slug: str) -> HttpResponse:
    """The self-test: what cannot work with the people as they are, and what each person cannot approve."""
    row = use_case_of(request, slug)
    here = situation_of(row.public_id)
    found = told(here, check(here.situation))
    groups = [(severity, [item for item in found if item.severity == severity]) for severity in SEVERITIES]
    context = {
        **tabs.page_of(row, "people", {"label": _("Self-test")}),
        "groups": [(severity, items) for severity, items in groups if items],
        "asked": len(here.asked),
        "activities": len(here.matrix.rows),
        "barred": barred(here),
    }
    return render(request, "usecases/responsibility_check.html", context)


def responsibilities_in_short(here: Here, rules: InForce) -> dict[str, Any]:
    """What the people tab shows: the matrix to read, how many things do not work, and what nobody may approve."""
    stages, people = stage_titles(rules), here.people
    findings = check(here.situation)
    return {
        "matrix": _by_stage(here, stages, people),
        "columns": [party_label(party, people) for party in here.matrix.columns],
        "matrix_version": here.version,
        "faults": sum(item.severity == "fault" for item in findings),
        "warnings": sum(item.severity == "warning" for item in findings),
        "barred": barred(here),
    }


def _by_stage(here: Here, stages: Mapping[str, str], people: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Activities with who does what, in words and by stage."""
    found = []
    for key in dict.fromkeys([*stages, *(item.stage for item in here.matrix.rows)]):
        rows = [item for item in here.matrix.rows if item.stage == key]
        lines = [
            {
                "title": activity_title(item.key, item.title),
                "cells": [
                    {"label": party_label(party, people), "letter": item.letters.get(party, "")} for party in here.matrix.columns
                ],
            }
            for item in rows
        ]
        if lines:
            found.append({"stage": stages.get(key, key), "rows": lines})
    return found
