"""The draft of a case: where it is, who did what to it, and where each problem is put right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from foundation import audit
from foundation.models import AuditEvent
from governance.economics.models import CaseDraft
from governance.economics.plan import Plan
from governance.economics.plan.problems import Problem
from governance.people.models import User
from governance.usecases.models import UseCase

LOOKED_BACK = 200  # events among which changes of the draft are looked for
KIND = "economics.draft."


def draft_of(use_case: UseCase) -> CaseDraft | None:
    """The draft of the use case with its case and who last changed it, or None. One query."""
    row: CaseDraft | None = (
        CaseDraft.objects.filter(case__use_case=use_case).select_related("case__use_case", "edited_by").first()
    )
    return row


def owners_of(plans: Iterable[Plan]) -> dict[str, str]:
    """The names of the people that lines name, by public id. One query."""
    wanted = {line.owner for plan in plans for line in plan.lines if line.owner}
    if not wanted:
        return {}
    return {user.public_id: str(user) for user in User.objects.filter(public_id__in=wanted)}


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of the draft, as the log has it."""

    event: AuditEvent
    what: str
    line: str  # key of the line, empty for what is none
    revision: int


def changes_since(draft: CaseDraft, revision: int) -> list[Changed]:
    """What was done to the draft after that revision, newest first. One query."""
    events = AuditEvent.objects.filter(subject_id=draft.case.public_id, kind__startswith=KIND).order_by("-pk")[:LOOKED_BACK]
    found = []
    for event in events:
        data = json.loads(bytes(event.body))["data"]
        if data["revision"] <= revision or event.kind.endswith((".begun", ".discarded")):
            break  # what is older belongs to another draft, or was seen
        found.append(Changed(event, audit.label_of(event.kind), str(data.get("line", "")), data["revision"]))
    return found


# Where a problem is put right ------------------------------------------------------------------------------------------------

Place = Callable[[UseCase, Plan, str], str]
_places: dict[str, Place] = {}
_FIELDS = {"quantity_range": "quantity_low", "unit_price_range": "unit_price_low"}  # of a path → of the form


def register_place(part: str, place: Place) -> None:
    """Where problems of a part of the plan, such as `scenarios`, are put right: `place` gives the address for a path."""
    _places[part] = place


def place_of(use_case: UseCase, plan: Plan, problem: Problem) -> str:
    """The address at which a problem is put right, with the field."""
    part, _dot, rest = problem.path.partition(".")
    if part in _places:
        return _places[part](use_case, plan, problem.path)
    if part != "lines":
        return reverse("draft_frame", args=[use_case.slug]) + f"#id_{frame_field(problem.path)}"
    place, _dot, field = rest.partition(".")
    if not plan.lines:
        return reverse("draft_line_new", args=[use_case.slug])
    if not place.isdigit() or int(place) >= len(plan.lines):
        return reverse("draft", args=[use_case.slug]) + "#lines"
    return reverse("draft_line", args=[use_case.slug, plan.lines[int(place)].key]) + f"#id_{line_field(field)}"


def line_field(path: str) -> str:
    """The field of the form of a line in which the value at this path stands."""
    first, _dot, rest = path.partition(".")
    if rest in ("low", "high") and first in _FIELDS:
        return f"{first.removesuffix('_range')}_{rest}"
    return _FIELDS.get(first, first)


def frame_field(path: str) -> str:
    """The same of the form of the frame."""
    parts = path.split(".")
    if parts[0] == "discount":
        return "steps" if parts[1:2] == ["steps"] else {"prices": "rate_prices", "source": "rate_source"}.get(parts[-1], "steps")
    if parts[0] == "inflation":
        return "inflation_source" if parts[-1] == "source" else "inflation"
    return parts[0]


def of_line(plan: Plan, key: str, problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """What is wrong with one line, as (field of its form, words)."""
    at = next((place for place, line in enumerate(plan.lines) if line.key == key), None)
    under = f"lines.{at}."
    return [(line_field(item.path.removeprefix(under)), item.message) for item in problems if item.path.startswith(under)]


def problems_told(use_case: UseCase, plan: Plan, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Each problem with the name of its line, in words, and where it is put right."""
    found = []
    for problem in problems:
        parts = problem.path.split(".")
        at = int(parts[1]) if parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit() else None
        line = plan.lines[at] if at is not None and at < len(plan.lines) else None
        found.append(
            {
                "line": (line.title or line.key) if line else "",
                "field": (parts[2] if line and len(parts) > 2 else parts[0]),
                "text": problem.message,
                "url": place_of(use_case, plan, problem),
            }
        )
    return found
