"""The one sentence under a request's title: may it go, and if not, whose move is it?"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.models import Condition, Request
from approvals.permissions import may_migrate
from approvals.selectors.inbox import movers
from approvals.selectors.standing import Standing
from approvals.showing.people import acting_text, name_of
from approvals.wording import people_text
from foundation import clock
from foundation.actor import Actor
from foundation.templatetags.countersign import duration_words
from governance.people.roles import role_label


def lead_of(standing: Standing, actor: Actor, conditions: Sequence[Condition] = ()) -> str:
    """`conditions`: what an approval still depends on."""
    if not standing.is_open:
        return _closed(standing, conditions)
    said = _whose_move(standing, actor)
    if standing.waiver is None:
        return said
    left = {"span": duration_words(standing.waiver.expires_at - clock.now()), "name": standing.waiver.by}
    glass = _("%(name)s broke glass: it may pass for another %(span)s.") % left
    return f"{glass} {said}"


def _whose_move(standing: Standing, actor: Actor) -> str:
    row, verdict = standing.request, standing.verdict
    if standing.eligibility.withdrawn:
        if may_migrate(actor):
            return _("It is your move: the version of the policy was withdrawn as unsafe. Move the request to another one.")
        return _("The version of the policy was withdrawn as unsafe. An administrator has to move this request to another one.")
    mine = [step.title for step in verdict.steps if actor.id in step.waiting_on]
    moves = [_("It is your move: %(steps)s.") % {"steps": ", ".join(mine)}] if mine else []
    moves += _in_another_place(standing, actor)
    if moves:
        return " ".join(moves)
    if verdict.substate == "changes_requested":
        if actor.user == row.submitter:
            return _("It is your move: somebody asked for changes.")
        names = people_text(movers(standing))
        return _("Changes were asked for. The next move is with %(people)s.") % {"people": names}
    people = movers(standing)
    if not people:
        if verdict.reason is not None and verdict.reason.code == "no_step_applies":
            return _("No step of the policy applies to this, so nobody can agree to it.")
        return _("Nobody can move this forward as it stands. Below is what would.")
    return " ".join([_("Waiting for %(people)s.") % {"people": people_text(people)}, *_widened(standing)])


def _in_another_place(standing: Standing, actor: Actor) -> list[str]:
    """`You act for Ada Berger until Friday: Security review.` for each person in whose place it is their move."""
    steps: dict[str, list[str]] = {}
    roles: dict[str, tuple[str, ...]] = {}
    for step in standing.verdict.steps:
        for delegate, principal in step.delegates:
            if delegate == actor.id:
                steps.setdefault(principal, []).append(step.title)
                roles[principal] = step.roles
    said = []
    for principal, titles in steps.items():
        delegation = standing.delegation(actor.id, principal, roles[principal])
        if delegation is not None:
            said.append(f"{acting_text(delegation)}: {', '.join(titles)}.")
    return said


def _widened(standing: Standing) -> list[str]:
    """Who can act beside those who were asked: deputies, and roles that a step was escalated to."""
    pairs = dict.fromkeys(pair for step in standing.verdict.steps for pair in step.delegates)
    said = [
        _("%(delegate)s can act for %(principal)s.")
        % {"delegate": name_of(standing, delegate), "principal": name_of(standing, principal)}
        for delegate, principal in pairs
    ]
    escalated = [step for step in standing.verdict.steps if step.escalated and step.waiting_on]
    roles = dict.fromkeys(role_label(role) for step in escalated for role in step.roles if role != step.role)
    if roles:
        said.append(_("It was escalated, so this role can act as well: %(roles)s.") % {"roles": ", ".join(roles)})
    return said


def _closed(standing: Standing, conditions: Sequence[Condition]) -> str:
    row = standing.request
    decision = getattr(row, "decision", None)
    if row.state == Request.State.APPROVED:
        if decision is not None and decision.valid_until and decision.valid_until <= clock.now():
            return _("It was approved, and the approval has run out.")
        waiting = [item for item in conditions if item.met_at is None]
        if waiting:
            said = ngettext(
                "Everybody who had to agree has agreed, on a condition that is not met yet.",
                "Everybody who had to agree has agreed, on %(count)s conditions that are not met yet.",
                len(waiting),
            )
            return said % {"count": len(waiting)}
        return _("Everybody who had to agree has agreed.")
    if row.state == Request.State.REJECTED:
        people = standing.names({ballot.human for ballot in standing.verdict.blocks if ballot.verdict == "reject"})
        return _("Rejected by %(people)s. A new version can be put forward.") % {"people": people_text(people)}
    if row.state == Request.State.REVOKED and decision is not None:
        if decision.revoked_by is None:
            return _("It had been approved on a condition that was not met in time, so the approval ended.")
        return _("It had been approved, and %(name)s revoked the approval.") % {"name": decision.revoked_by}
    texts = {
        Request.State.WITHDRAWN: _("It was taken back. Nobody has to do anything."),
        Request.State.EXPIRED: _("Nobody decided in time. It can be asked for again; what was agreed to carries over."),
        Request.State.SUPERSEDED: _("A newer version took its place. Nobody has to do anything here."),
        Request.State.REVOKED: _("It had been approved, and the approval was revoked."),
    }
    return texts[Request.State(row.state)]
