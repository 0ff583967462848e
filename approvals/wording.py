"""The engine's codes in words for people. The engine itself speaks no language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.evaluation import Hint, Ignored, StepResult
from governance.people.roles import role_label


def people_text(users: Iterable[Any]) -> str:
    return ", ".join(str(user) for user in users)


def reason_text(step: StepResult, standing: Any) -> str:
    """Why a step is not met, in one sentence; nothing for a step that simply waits for somebody."""
    reason = step.reason
    if reason is None:
        return ""
    role = role_label(step.role)
    if reason.code == "after":
        titles = {result.key: result.title for result in standing.verdict.steps}
        return _("Opens after: %(steps)s.") % {"steps": ", ".join(titles[key] for key in reason.steps)}
    if reason.code == "missing_component":
        return _("Nothing to judge: %(components)s is missing.") % {"components": ", ".join(reason.components)}
    excluded = people_text(standing.names(reason.excluded))
    if reason.code == "no_holder":
        said = _("Nobody holds the role %(role)s here who may approve this.") % {"role": role}
        return f"{said} {_('Excluded, because they made part of it: %(people)s.') % {'people': excluded}}" if excluded else said
    if reason.code == "needed_elsewhere":
        return _("Those who could approve this are needed by other steps, and nobody counts twice.")
    said = ngettext(
        "%(quorum)s approvals are needed; %(count)s person could give one.",
        "%(quorum)s approvals are needed; %(count)s people could give one.",
        len(reason.eligible),
    ) % {"quorum": reason.quorum, "count": len(reason.eligible)}
    return f"{said} {_('Excluded, because they made part of it: %(people)s.') % {'people': excluded}}" if excluded else said


def component_label(name: str) -> str:
    """A manifest component's name in the reader's language."""
    labels = {
        "use_case": _("use case"),
        "code": _("code"),
        "model": _("model"),
        "data": _("data"),
        "dictionary": _("column meanings"),
        "dependencies": _("dependencies"),
        "runtime": _("runtime"),
        "economics": _("cost and benefit"),
    }
    return labels.get(name, name)


def components_text(names: Iterable[str]) -> str:
    return ", ".join(component_label(name) for name in names)


def ignored_text(row: Ignored) -> str:
    """Why a ballot does not count."""
    texts = {
        "stale": _("Judged an earlier version; changed since: %(components)s.") % {"components": components_text(row.components)},
        "policy_changed": _("Answered a step that the policy has changed since."),
        "role_lost": _("Does not hold the role any more."),
        "contributor": _("Made part of what is judged."),
        "superseded": _("A later ballot took its place."),
        "retracted": _("Taken back."),
        "earlier_round": _("Belongs to an earlier round."),
        "not_eligible_when_cast": _("Was not entitled when voting."),
        "abstained": _("Abstained: recorded, and counts for nothing."),
        "unknown_step": _("The policy has no such step any more."),
        "counted_elsewhere": _("Counts for another step: nobody counts twice."),
    }
    return texts.get(row.why, row.why)


def hint_text(hint: Hint, standing: Any) -> str:
    """One thing that would bring the request forward."""
    people = people_text(standing.names(hint.people))
    titles = {result.key: result.title for result in standing.verdict.steps}
    words = {
        "people": people,
        "step": titles.get(hint.step or "", hint.step or ""),
        "role": role_label(hint.role or ""),
        "left": hint.quorum_left,
        "components": components_text(hint.components),
    }
    texts = {
        "approve": _("%(step)s: %(people)s can approve."),
        "review_again": _("%(step)s: %(people)s approved an earlier version and can look at the difference (%(components)s)."),
        "take_over": _("%(step)s: if %(people)s approved it, somebody would be free for another step."),
        "grant_role": _("%(step)s: %(left)s more people need the role %(role)s."),
        "provide_component": _("%(step)s: %(components)s has to be provided."),
        "retract_or_resubmit": _(
            "%(people)s asked for changes: they take it back, or the submitter puts the request forward again."
        ),
        "resubmit": _("It was rejected. A new version or a new request is needed."),
    }
    return texts.get(hint.code, hint.code) % words


def why_you(turn: Any) -> str:
    """Why a step is in somebody's inbox."""
    use_case = turn.standing.request.use_case
    if turn.why == "asked_for_changes":
        return _("You asked for this approval, and somebody wants changes.")
    if turn.why == "review_again":
        return _("You approved an earlier version; %(components)s changed since.") % {"components": components_text(turn.changed)}
    return _("You hold the role %(role)s for %(use_case)s.") % {"role": role_label(turn.role), "use_case": use_case}
