"""What is judged, for this reader: their own parts first, in the order of their role, and what changed in its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from approvals.readable import MOST_ROWS
from approvals.selectors.bases import Bases, OwnBase
from approvals.selectors.packet import Part, parts_of
from approvals.selectors.standing import Standing
from approvals.showing.worth import worth_told
from foundation.actor import Actor

MOST_LINES = 3
FIRST = {  # what a role looks at first
    "business_owner": ("use_case", "economics", "model"),
    "budget_holder": ("provision", "budget", "economics", "use_case"),
    "client_representative": ("use_case", "model"),
    "security_reviewer": ("dependencies", "ruling", "runtime", "code"),
    "model_validator": ("model", "data", "code"),
    "lead_data_scientist": ("model", "data", "code"),
    "data_governance": ("dictionary", "dictionary_change", "data"),
    "operations": ("runtime", "dependencies"),
}
IN_FIGURES = frozenset({"model_validator", "lead_data_scientist", "data_scientist", "ml_engineer", "data_engineer"})


@dataclass(frozen=True, slots=True)
class Headline:
    """A part that changed, in a few lines."""

    part: Part
    lines: list[str]
    more: int


def judged_for(standing: Standing, actor: Actor, bases: Bases, asked: Collection[str]) -> dict[str, Any]:
    """`asked`: keys of the steps that this reader may act on."""
    steps = [step for step in standing.verdict.steps if step.key in asked]
    held = [role for role, people in standing.eligibility.holders.items() if actor.id in people]
    roles = list(dict.fromkeys([*(step.role for step in steps), *held]))
    parts = parts_of(standing, bases.base, yours=asked, actor=actor)
    parts.sort(key=lambda part: (not part.yours, not part.steps, _rank(part.name, roles)))
    in_figures = not roles or bool(IN_FIGURES & set(roles))
    for part in parts:
        if part.name == "model" and part.view:
            part.view["in_words"] = not in_figures and bool(part.view.get("counts"))
    changed = [part for part in parts if part.change == "changed"]
    theirs = [part for part in changed if part.yours] if asked else changed
    return {
        "parts": parts,
        "headlines": [_headline(part, in_figures) for part in theirs],
        "elsewhere": len(changed) - len(theirs),
        "unchanged": _unchanged(parts, bases, asked),
        "base": bases.base,
        "bases": _choices(bases),
        "worth": worth_told(standing),
    }


def _rank(name: str, roles: Iterable[str]) -> int:
    order = next((FIRST[role] for role in roles if role in FIRST), ())
    return order.index(name) if name in order else len(order)


def _unchanged(parts: list[Part], bases: Bases, asked: Collection[str]) -> str:
    """Said where there is something to compare with and nothing of theirs differs."""
    compared = [part for part in parts if part.change in ("same", "changed") and (part.yours or not asked)]
    if not compared or any(part.change != "same" for part in parts if part.yours or not asked):
        return ""
    if isinstance(bases.base, OwnBase):
        return _("Nothing that you judge has changed since you approved it.")
    return _("Nothing that you judge has changed since then.") if asked else _("Nothing has changed since then.")


def _choices(bases: Bases) -> list[dict[str, Any]]:
    """Links to compare with something else; none where there is only one thing."""
    labels = {
        "mine": _("since you approved"),
        "approval": _("since the last approval"),
        "forerunner": _("since the version before"),
    }
    if bases.by_name.get("approval") is not None and bases.by_name["approval"].kind == "request":
        labels["approval"] = _("since the last request")
    names = [name for name in bases.by_name if bases.by_name[name].kind != "nothing"]
    if len(names) < 2:
        return []
    return [{"name": name, "label": labels[name], "current": name == bases.chosen} for name in names]


# What changed, in a few lines ----------------------------------------------------------------------------------------


def _headline(part: Part, in_figures: bool) -> Headline:
    lines = _lines(part, in_figures)
    return Headline(part, lines[:MOST_LINES], max(len(lines) - MOST_LINES, 0))


def _lines(part: Part, in_figures: bool) -> list[str]:
    if part.form:
        return _rows(part)
    if part.name == "model":
        return _model(part, in_figures)
    if part.name == "dependencies":
        return [_package(item) for item in part.packages]
    if part.name == "economics" and part.view.get("npv_before"):
        words = {"before": part.view["npv_before"], "now": part.view["npv"], "currency": part.view["currency"]}
        return [_("Net present value: %(before)s → %(now)s %(currency)s") % words]
    if part.name == "code":
        return [change.path for change in part.paths]
    return _rows(part)


def _model(part: Part, in_figures: bool) -> list[str]:
    """Errors in people for those who judge what it brings; figures for those who validate."""
    counts = list(part.view.get("counts", ()))
    metrics = [
        _("%(name)s: %(before)s → %(now)s (%(delta)s)")
        % {"name": _metric(item), "before": item["before"], "now": item["value"], "delta": item["delta"]}
        for item in part.view.get("metrics", ())
        if item["delta"] not in ("", "=")
    ]
    settings = [
        _("%(name)s: %(before)s → %(now)s") % {"name": item["name"], "before": item["before"] or "–", "now": item["value"]}
        for item in part.view.get("params", ())
        if item["changed"]
    ]
    if in_figures:
        return [*metrics, *settings]
    return counts or [*metrics, *settings]


def _metric(item: dict[str, Any]) -> str:
    return f"{item['name']} ({item['dataset']})" if item["dataset"] else str(item["name"])


def _package(item: Any) -> str:
    words = {"name": item.name, "before": item.before, "after": item.after}
    if item.change == "added":
        return _("%(name)s %(after)s is new") % words
    if item.change == "removed":
        return _("%(name)s is gone") % words
    if item.same_version:
        return _("%(name)s %(after)s: other files") % words
    return _("%(name)s: %(before)s → %(after)s") % words


def _rows(part: Part) -> list[str]:
    said = []
    for row in part.rows[:MOST_ROWS]:
        words = {"name": row["path"], "before": _short(row["before"]), "now": _short(row["after"])}
        if row["change"] == "added":
            said.append(_("%(name)s is new: %(now)s") % words)
        elif row["change"] == "removed":
            said.append(_("%(name)s is gone") % words)
        else:
            said.append(_("%(name)s: %(before)s → %(now)s") % words)
    return said


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "…"
