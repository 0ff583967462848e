"""What-ifs and replays in figures for programs and in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.evaluation import StepResult, Verdict
from approvals.foresight import Outcome, Replayed, StepAsked
from approvals.insights import Figures
from approvals.models import Request
from approvals.selectors.foresight import Replay, SideBySide, Tried
from approvals.selectors.standing import Standing
from approvals.selectors.whatif import WhatIf
from approvals.showing.insights import days
from approvals.wording import components_text, hint_text, ignored_text, reason_text
from foundation.canonical import timestamp
from foundation.templatetags.countersign import figure, state_look
from governance.people.roles import role_label

A_DAY = 86_400
MOST_NAMED = 3
FINAL = ("approved", "rejected")


# What-if -------------------------------------------------------------------------------------------------------------


def what_if_body(found: WhatIf) -> dict[str, Any]:
    """The verdict as if a request were opened now, and what that would mean for whom. There is no decision in it."""
    standing = found.standing
    row = standing.request
    before = found.before.request if found.before is not None else None
    return {
        "simulated": True,
        "gate": row.environment.slug if row.environment else None,
        "policy": {
            "key": found.version.policy.key,
            "version": None if found.draft else found.version.number,
            "digest": found.version.digest,
            "draft": found.draft,
        },
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "asked_already": row.public_id if found.asked_already else None,
        "digest": standing.digest,
        "manifest": dict(standing.digests),
        "changed": list(found.changed),
        "state": standing.verdict.state,
        "substate": standing.verdict.substate,
        "inherits_from": before.public_id if before is not None and not found.asked_already else None,
        "steps": [_step_body(standing, step, found) for step in standing.verdict.steps],
        "reopened": [step.key for step in found.reopened],
        "carried_over": [
            {
                "ballot": ballot.id,
                "step": step.key,
                "person": person_body(standing, ballot.principal or ballot.human),
                "from": ballot.inherited_from,
                "why": _why_carried(standing, step),
            }
            for step, ballot in found.carried
        ],
        "not_carried_over": [
            {
                "ballot": item.ballot.id,
                "step": item.ballot.step,
                "person": person_body(standing, item.ballot.principal or item.ballot.human),
                "from": item.ballot.inherited_from,
                "code": item.why,
                "components": list(item.components),
                "why": ignored_text(item),
            }
            for item in found.lost
        ],
        "unblock": [
            {"code": hint.code, "step": hint.step, "people": list(hint.people), "text": hint_text(hint, standing)}
            for hint in standing.verdict.unblock
        ],
    }


def _step_body(standing: Standing, step: StepResult, found: WhatIf) -> dict[str, Any]:
    return {
        "key": step.key,
        "title": step.title,
        "role": step.role,
        "state": step.state,
        "quorum": step.quorum,
        "have": step.have,
        "reopened": step in found.reopened,
        "waiting_on": [person_body(standing, human) for human in step.waiting_on],
        "reason": reason_text(step, standing),
    }


def person_body(standing: Standing, public_id: str) -> dict[str, str]:
    user = standing.person(public_id)
    return {"type": "user", "id": public_id, "display": str(user) if user else public_id}


def _why_carried(standing: Standing, step: StepResult) -> str:
    policy_step = standing.policy.step(step.key)
    covers = components_text(policy_step.covers if policy_step is not None else ())
    return _("Nothing that it judges has changed (%(components)s), nor has the question.") % {"components": covers}


# One request under a draft -------------------------------------------------------------------------------------------


def tried_body(found: Tried) -> dict[str, Any]:
    """Both verdicts, step by step."""
    row = found.standing.request
    return {
        "simulated": True,
        "request": row.public_id,
        "then": {
            **_verdict_body(found.then),
            "policy": {
                "key": row.policy_version.policy.key,
                "version": row.policy_version.number,
                "digest": found.standing.policy.digest,
            },
        },
        "now": {**_verdict_body(found.now), "policy": {"digest": found.draft.digest, "draft": True}},
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "then": _half_body(found.standing, step.then),
                "now": _half_body(found.standing, step.now),
                "changed": step.changed,
            }
            for step in found.steps
        ],
    }


def _verdict_body(verdict: Verdict) -> dict[str, Any]:
    return {"state": verdict.state, "substate": verdict.substate}


def _half_body(standing: Standing, step: StepResult | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "state": step.state,
        "role": step.role,
        "quorum": step.quorum,
        "have": step.have,
        "waiting_on": [person_body(standing, human) for human in step.waiting_on],
        "reason": reason_text(step, standing),
    }


def tried_rows(found: Tried) -> list[dict[str, Any]]:
    """The same for a table."""
    return [
        {
            "title": step.title,
            "then": _half_told(found.standing, step.then),
            "now": _half_told(found.standing, step.now),
            "note": _difference(step),
            "changed": step.changed,
        }
        for step in found.steps
    ]


def _half_told(standing: Standing, step: StepResult | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "state": step.state,
        "have": step.have,
        "need": step.quorum,
        "role": role_label(step.role),
        "people": standing.names(step.waiting_on),
        "reason": reason_text(step, standing),
    }


def _difference(step: SideBySide) -> str:
    if step.then is None:
        return _("A step of the draft: nobody was asked.")
    if step.now is None:
        return _("Not asked any more.")
    return _("Comes out differently.") if step.changed else ""


def tried_lead(found: Tried) -> str:
    words = {"then": overall_text(found.then).lower(), "now": overall_text(found.now).lower()}
    if words["then"] == words["now"]:
        return _("Under the draft it would stand as it does now: %(now)s.") % words
    return _("It stands at “%(then)s”. Under the draft it would stand at “%(now)s”.") % words


def overall_text(verdict: Verdict) -> str:
    return str(state_look(verdict.substate or verdict.state).label)


# A period under a draft ----------------------------------------------------------------------------------------------


def replay_body(found: Replay) -> dict[str, Any]:
    """Every request with what became of it and what would have, and the sums."""
    total = found.summary
    return {
        "simulated": True,
        "policy": {"digest": found.draft.digest, "draft": True},
        "from": timestamp(found.since),
        "to": timestamp(found.until),
        "hidden": found.hidden,
        "summary": {
            "requests": total.n,
            "same": total.same,
            "unknown": total.unknown,
            "outcomes": [{"then": then, "now": now, "n": n} for (then, now), n in total.outcomes.items()],
            "decided_both_times": total.then.n,
            "waiting_days": {"then": _figures_body(total.then), "now": _figures_body(total.now)},
            "sooner": total.sooner,
            "days_saved": round(total.saved.total_seconds() / A_DAY, 2),
            "ballots_saved": total.spared,
            "waiting_for": [{"step": step, "role": role, "n": n} for (step, role), n in total.waiting_for.items()],
        },
        "results": [_replayed_body(row) for _request, row in found.rows],
    }


def _figures_body(found: Figures) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 2)

    return {"n": found.n, "median": rounded(found.median), "p90": rounded(found.p90), "too_few": found.too_few}


def _replayed_body(row: Replayed) -> dict[str, Any]:
    return {
        "request": row.id,
        "html_url": f"{settings.BASE_URL}/requests/{row.id}/",
        "opened_at": timestamp(row.opened_at),
        "then": _outcome_body(row.then),
        "now": _outcome_body(row.now),
        "same": row.same,
        "why": row.why or None,
        "days_saved": round(row.saved.total_seconds() / A_DAY, 2) if row.saved is not None else None,
        "ballots_saved": row.spared,
        "steps_gone": [step.key for step in row.gone],
        "steps_new": [step.key for step in row.new],
        "waiting_for": [{"step": step.key, "role": step.role, "state": step.state} for step in row.waiting],
        "moments_left_out": row.doubtful,
    }


def _outcome_body(outcome: Outcome) -> dict[str, Any]:
    return {"state": outcome.state, "at": timestamp(outcome.at) if outcome.at is not None else None}


def consequence(found: Replay) -> str:
    """What the draft would have meant, in one paragraph."""
    total = found.summary
    if not total.n:
        return _("No request was opened under this policy in that time, so there is nothing to try the draft on.")
    same = ngettext(
        "Of %(n)s request, %(same)s would have ended the same.", "Of %(n)s requests, %(same)s would have ended the same.", total.n
    )
    parts = [same % {"n": figure(total.n), "same": figure(total.same)}]
    parts += [_would_wait(found)] if total.waiting_for else []
    parts += [
        ngettext("%(n)s cannot be told from the records.", "%(n)s cannot be told from the records.", total.unknown)
        % {"n": figure(total.unknown)}
    ] * bool(total.unknown)
    then, now = total.then.median, total.now.median
    decided = sum(row.then.state in FINAL for _request, row in found.rows)
    if then is not None and now is not None and (total.then.n == decided or not total.then.too_few):
        words = {"then": days(then), "now": days(now)}
        shorter = _("The median wait would fall from %(then)s to %(now)s.") % words
        parts.append(
            shorter if total.sooner and words["then"] != words["now"] else _("The median wait would stay at %(then)s.") % words
        )
    if total.spared:
        parts.append(
            ngettext("%(n)s ballot would not have been needed.", "%(n)s ballots would not have been needed.", total.spared)
            % {"n": figure(total.spared)}
        )
    return " ".join(parts)


def _would_wait(found: Replay) -> str:
    rows = [row for _request, row in found.rows if row.now.state == "open" and row.then.state != "open"]
    if not rows:
        return ""
    titles: dict[str, None] = dict.fromkeys(step.title for row in rows for step in row.waiting)
    names = list(titles)[:MOST_NAMED]
    said = ngettext("%(n)s would still wait for: %(steps)s.", "%(n)s would still wait for: %(steps)s.", len(rows))
    return said % {"n": figure(len(rows)), "steps": ", ".join(names) + ("…" if len(titles) > MOST_NAMED else "")}


def partial_text(found: Replay) -> str:
    """What is said when somebody may not see everything."""
    if not found.hidden:
        return ""
    said = ngettext(
        "%(n)s request of that time belongs to a use case that you do not see. It is not counted here.",
        "%(n)s requests of that time belong to use cases that you do not see. They are not counted here.",
        found.hidden,
    )
    return said % {"n": figure(found.hidden)}


def replay_rows(found: Replay, limit: int) -> list[tuple[Request, Replayed]]:
    """What a table shows, at most `limit` rows: what comes out differently first, then what would have been decided sooner."""
    return sorted(found.rows, key=lambda item: (item[1].same, not item[1].saved))[:limit]


def replayed_told(request: Request, row: Replayed, title: str) -> dict[str, Any]:
    """One row of it in words."""
    return {
        "request": request,
        "title": title,
        "then": row.then,
        "now": row.now,
        "same": row.same,
        "saved": days(row.saved.total_seconds() / A_DAY) if row.saved else "",
        "notes": _notes(row),
    }


def _notes(row: Replayed) -> list[str]:
    notes = []
    if row.waiting and row.then.state != "open":
        notes.append(_("Would still wait for %(steps)s.") % {"steps": _steps_text(row.waiting)})
    if row.gone:
        notes.append(_("Not asked any more: %(steps)s.") % {"steps": ", ".join(step.title for step in row.gone)})
    if row.new and not row.waiting:
        notes.append(_("Newly asked: %(steps)s.") % {"steps": ", ".join(step.title for step in row.new)})
    if row.why == "record":
        notes.append(_("The records do not explain how it ended."))
    if row.why == "missing_fact":
        notes.append(_("The draft asks for a fact that was not recorded at the time."))
    return notes


def _steps_text(steps: Sequence[StepAsked]) -> str:
    return ", ".join(f"{step.title} ({role_label(step.role)})" for step in steps)
