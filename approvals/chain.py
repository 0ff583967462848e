"""The steps of a policy as a picture: what waits for what, with the same facts as a table. From the canonical body; no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.wording import components_text, condition_text
from foundation.drawing import layered, svg
from governance.people.roles import role_label

WIDTH = 190.0
GAP = 44.0


def chain_picture(body: Mapping[str, Any], *, key: str = "chain") -> dict[str, Any]:
    """What `components/figure.html` takes, and `remarks` to stand below it. `key` is unique in the page."""
    steps: Sequence[Mapping[str, Any]] = body.get("steps", ())
    title, summary = _("The chain"), summary_of(body)
    titles = {step["key"]: step["title"] for step in steps}
    timed = any("sla" in step for step in steps)
    layout = layered.arrange(
        [layered.Box(step["key"], WIDTH) for step in steps],
        [(before, step["key"]) for step in steps for before in step.get("after", ()) if before in titles],
        gap_x=GAP,
    )
    texts = {
        step["key"]: svg.NodeText(step["title"], asked_of(step), "warn" if step.get("applies_if") else "neutral")
        for step in steps
    }
    return {
        "title": title,
        "summary": summary,
        "remarks": remarks_of(steps),
        "svg": svg.graph(layout, texts, key=key, title=title, description=summary),
        "table": {
            "columns": [
                {"label": _("Step")},
                {"label": _("Asked of")},
                {"label": _("Opens after")},
                {"label": _("Judges")},
                {"label": _("Only when")},
                *([{"label": _("Answer within")}] if timed else []),
            ],
            "rows": [
                [
                    step["title"],
                    asked_of(step),
                    ", ".join(titles.get(name, name) for name in step.get("after", ())) or "–",
                    components_text(step.get("covers", ())),
                    condition_text(step.get("applies_if", {})) or _("always"),
                    *([times_text(step)] if timed else []),
                ]
                for step in steps
            ],
        },
    }


def remarks_of(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a box has no room for: which steps are asked only sometimes, and how long each may take."""
    said = []
    for step in steps:
        if step.get("applies_if"):
            words = {"step": step["title"], "conditions": condition_text(step["applies_if"])}
            said.append(_("%(step)s: asked only when %(conditions)s.") % words)
        if "sla" in step:
            said.append(_("%(step)s: within %(time)s.") % {"step": step["title"], "time": times_text(step)})
    return said


def asked_of(step: Mapping[str, Any]) -> str:
    """`Model validator`, or `2 × Model validator` where more than one has to agree."""
    each = {
        "each_steward": _("Each steward of what changes"),
        "each_reading_team": _("Each team that reads what breaks"),
    }
    role, quorum = each.get(step["role"]) or role_label(step["role"]), step.get("quorum", 1)
    return role if quorum == 1 else _("%(count)s × %(role)s") % {"count": quorum, "role": role}


def times_text(step: Mapping[str, Any]) -> str:
    """`2 working days; if that is passed by 1 working day, also Project lead`, or a dash for a step without a limit."""
    if "sla" not in step:
        return "–"
    escalate = step.get("escalate")
    if not escalate:
        return span_text(step["sla"])
    words = {"limit": span_text(step["sla"]), "more": span_text(escalate["after"]), "role": role_label(escalate["to"])}
    return _("%(limit)s; if that is passed by %(more)s, also %(role)s") % words


def span_text(said: str) -> str:
    """A span of working time as a policy's body has it, in the reader's language."""
    amount, _working, unit = said.split(" ")
    count = int(amount)
    if unit.startswith("day"):
        return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}
    if unit.startswith("hour"):
        return ngettext("%(count)s working hour", "%(count)s working hours", count) % {"count": count}
    return ngettext("%(count)s working minute", "%(count)s working minutes", count) % {"count": count}


def summary_of(body: Mapping[str, Any]) -> str:
    """How many have to agree, and how long the longest way through is."""
    steps: Sequence[Mapping[str, Any]] = body.get("steps", ())
    after = {step["key"]: step.get("after", ()) for step in steps}
    length: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in length:
            length[name] = 1 + max((depth(before) for before in after[name] if before in after), default=0)
        return length[name]

    longest = max((depth(name) for name in after), default=0)
    words = {
        "steps": ngettext("%(count)s step", "%(count)s steps", len(steps)) % {"count": len(steps)},
        "approvals": sum(step.get("quorum", 1) for step in steps),
        "longest": longest,
    }
    return _("%(steps)s, %(approvals)s approvals in all; at most %(longest)s after one another.") % words
