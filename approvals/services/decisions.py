"""What a request comes to: how it is closed, the decision that is frozen then, and how one ends.

Nothing here approves because time has passed. A verdict is approved by ballots alone, and a ballot counts only in the role in which
it was cast, under the delegation under which it was cast, over the bytes that it was cast on: an escalation, a new absence or
another clock widens who may speak, and never makes count what was said before. So `settle_if_final`, which nobody's ballot calls,
closes only what people have agreed to, when what is judged became again what they agreed to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals import evaluation, subjects
from approvals.facts import as_json
from approvals.models import Condition, Decision, Request
from approvals.permissions import may_revoke
from approvals.selectors import freshness
from approvals.selectors.seats import seats_of
from approvals.selectors.standing import Standing, standing_of, subject_of
from approvals.services import clocks
from approvals.subjects import Judged
from foundation import audit, clock, outbox
from foundation.actor import Actor, system
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from governance.people.models import RoleGrant, User
from governance.people.selectors import delegations_in_force

APPROVED = audit.kind("approvals.request.approved", _("Approved"))
DECIDED = audit.kind("approvals.decision.made", _("Decision frozen"))
REJECTED = audit.kind("approvals.request.rejected", _("Rejected"))
REVOKED = audit.kind("approvals.request.revoked", _("Approval revoked"))
ENDED = audit.kind("approvals.decision.revoked", _("Decision revoked"))
MISSED = audit.kind("approvals.condition.missed", _("Condition missed"))
LONGEST_COMMENT = 10_000
State = Request.State


def conclude(actor: Actor, row: Request, subject: Any, judged: Judged | None = None) -> Standing:
    """The end of every command on an open request, in its transaction: evaluate it, keep what is judged and what that follows from
    on the record, close it if the verdict is final, and set its clocks. Returns where it stands."""
    adapter = subjects.adapter_for(row.subject_type)
    judged = judged or adapter.judged(subject)
    standing = standing_of(row, subject=subject, judged=judged, complete=True)
    while standing.verdict.state == "approved" and not _still_held(standing):
        standing = standing_of(row, subject=subject, judged=judged, complete=True)
    adapter.keep(judged)
    row.manifest = dict(standing.digests)
    row.facts = as_json(standing.facts, standing.standard_change)
    row.judged_event = freshness.stamp()
    row.save(update_fields=["manifest", "facts", "judged_event"])
    _settle(actor, standing, subject)
    clocks.keep(standing)
    return standing


def _still_held(standing: Standing) -> bool:
    """Whether everybody who counts still holds the role, and the delegation, under which they do, now that these rows are locked.

    Who ends one of them meanwhile comes either before the decision, which then does not rest on it, or after it.
    """
    grants, delegations, seats = set(), set(), set()
    for result in standing.verdict.steps:
        for ballot in result.approved_by:
            role = ballot.role or result.role
            grant = standing.grants.get(role, {}).get(ballot.voice)
            if grant is not None:
                grants.add(grant.pk)
            else:
                seats.add((role, ballot.voice))
            if (lent := standing.delegation(ballot.human, ballot.voice, [role])) is not None:
                delegations.add(lent.pk)
    held = (
        RoleGrant.objects.live().filter(pk__in=grants).select_related("user").select_for_update(of=("self", "user"), no_key=True)
    )
    if len(held.order_by("pk")) != len(grants) or (seats and not _still_seated(standing, seats)):
        return False
    if not delegations:
        return True
    lasting = delegations_in_force().filter(pk__in=delegations).select_for_update(of=("self", "delegate"), no_key=True)
    return len(lasting.order_by("pk")) == len(delegations)


def _still_seated(standing: Standing, seats: set[tuple[str, str]]) -> bool:
    """Whether those who count because the change touches them still are asked for it, now that nobody of them can leave."""
    people = User.objects.filter(public_id__in=[voice for _role, voice in seats]).order_by("pk")
    list(people.select_for_update(no_key=True))
    now = seats_of([standing.facts], clock.now()).holders
    return all(voice in now.get(role, ()) for role, voice in seats)


def _settle(actor: Actor, standing: Standing, subject: Any) -> None:
    """Close a request whose verdict is final: freeze the decision and let it have its effect, or the rejection."""
    row, verdict = standing.request, standing.verdict
    if row.state != State.OPEN or verdict.state == "open":
        return
    adapter = subjects.adapter_for(row.subject_type)
    if verdict.state == "rejected":
        against = [ballot for ballot in verdict.blocks if ballot.verdict == "reject"]
        close(actor, row, State.REJECTED, REJECTED, {"by": [ballot.human for ballot in against]})
        agreed = [standing.ballots[ballot.id] for step in verdict.steps for ballot in step.approved_by]
        adapter.reject(actor=actor, subject=subject, request=row, against=standing.ballots[against[0].id], agreed=agreed)
        return
    now = clock.now()
    days = standing.policy.valid_for_days
    decision = Decision(
        request=row,
        manifest=dict(standing.digests),
        manifest_digest=standing.digest,
        ballots=[
            _frozen(standing, step.key, ballot) for step in verdict.steps if step.state == "met" for ballot in step.approved_by
        ],
        policy_digest=standing.policy.digest,  # of the policy as it was written, whoever was asked under it
        decided_at=now,
        valid_until=now + timedelta(days=days) if days else None,
        facts=row.facts,
        **adapter.bound(subject),
    )
    decision.save(force_insert=True)
    close(actor, row, State.APPROVED, APPROVED, {"digest": standing.digest, "decision": decision.public_id}, at=now)
    audit.record(
        actor,
        DECIDED,
        decision,
        {
            "request": row.public_id,
            "digest": standing.digest,
            "ballots": [item["ballot"] for item in decision.ballots],
            "commit": decision.commit,
            "artifact": decision.artifact_sha256,
            "facts": row.facts,
            "not_asked": [step.key for step in verdict.steps if step.state == "not_applicable"],
        },
    )
    adapter.apply(actor=actor, subject=subject, decision=decision)


def _frozen(standing: Standing, step: str, ballot: evaluation.Ballot) -> dict[str, Any]:
    row = standing.ballots[ballot.id]
    frozen = {
        "step": step,
        "ballot": ballot.id,
        "human": ballot.human,
        "name": str(row.human),
        "grant": row.grant.public_id if row.grant else "",
        "inherited_from": ballot.inherited_from or "",
    }
    if row.principal is not None:
        frozen |= {"principal": row.principal.public_id, "principal_name": str(row.principal)}
    return frozen


def settle_if_final(*, actor: Actor, request: Request) -> None:
    """Close an open request that became final without a ballot, as when what was judged is again what people approved."""
    with transaction.atomic():
        row = locked(request)
        if row.state != State.OPEN:
            return  # somebody closed it meanwhile
        subject = subject_of(row)
        row.contributors = contributors_of(row.contributors, row.subject_type, subject, row.line)
        row.save(update_fields=["contributors"])
        conclude(actor, row, subject)


# Ending ---------------------------------------------------------------------------------------------------------------


def revoke(*, actor: Actor, request: Request, reason: str) -> Request:
    """Take an approval back. What was agreed to stays on record; a new request has to be agreed to anew by everybody.

    Raises NotAllowed; Invalid without a reason; Conflict for a request that is not approved.
    """
    require(may_revoke(actor, request))
    reason = text_of(reason, "reason", required=_("Say why: those who rely on the approval will ask."))
    with transaction.atomic():
        row = locked(request)
        if row.state != State.APPROVED:
            said = _("Only an approval can be revoked. This request: %(state)s.") % {"state": row.get_state_display()}
            raise Conflict(said, code="request.not_approved")
        _end(actor, Decision.objects.select_for_update().get(request=row), row, reason, {})
        _look_again(row)
    return row


def _end(actor: Actor, decision: Decision, row: Request, reason: str, data: dict[str, Any]) -> None:
    decision.revoked_at, decision.revoked_by, decision.revoke_reason = clock.now(), actor.user, reason
    decision.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    row.state = State.REVOKED
    row.save(update_fields=["state"])
    data = {"decision": decision.public_id, "digest": decision.manifest_digest, **data}
    audit.record(actor, REVOKED, row, data, personal={"reason": reason})
    audit.record(actor, ENDED, decision, {"request": row.public_id})
    subjects.adapter_for(row.subject_type).undo(actor=actor, subject=subject_of(row), decision=decision, reason=reason)
    outbox.publish(actor, "approvals.request.revoked", row, data)
    clocks.keep(standing_of(row))


def _look_again(revoked: Request) -> None:
    """An open request of the same line is measured against another approval from now on, and took ballots over from this one."""
    for row in Request.objects.open().filter(line=revoked.line, purpose=revoked.purpose):
        standing = standing_of(row, complete=True)
        row.manifest, row.facts = dict(standing.digests), as_json(standing.facts, standing.standard_change)
        row.save(update_fields=["manifest", "facts"])
        clocks.keep(standing)


def revoke_for_missed_conditions() -> int:
    """End the approvals whose conditions were not met in time; how many conditions were missed. Called by the tick.

    A gate refuses from the due time on, whether this has run or not.
    """
    missed = 0
    due = Condition.objects.filter(due_at__lte=clock.now(), met_at=None, missed_at=None)
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            condition = due.select_for_update(of=("self",)).select_related("ballot__request__use_case").filter(pk=pk).first()
            if condition is not None:
                _miss(condition)
                missed += 1
    return missed


def _miss(condition: Condition) -> None:
    actor = system("deadlines")
    condition.missed_at = clock.now()
    condition.save(update_fields=["missed_at"])
    ballot = condition.ballot
    ended = [row for row in live_decisions().filter(_resting_on(ballot.request_id, ballot.pk)) if _names(row, ballot.public_id)]
    data = {"ballot": ballot.public_id, "request": ballot.request.public_id, "ended": [row.public_id for row in ended]}
    audit.record(actor, MISSED, condition, data)
    for decision in ended:
        row = locked(decision.request)
        if row.state == State.APPROVED:
            _end(actor, decision, row, condition.text, {"condition": condition.public_id})
    outbox.publish(actor, "approvals.condition.missed", condition, data)


def live_decisions() -> Any:
    """Approvals that hold now: not revoked, and not run out."""
    running = Q(valid_until=None) | Q(valid_until__gt=clock.now())
    return Decision.objects.filter(running, revoked_at=None, request__state=State.APPROVED).select_related("request__use_case")


def _resting_on(request: int, ballot: int) -> Q:
    return Q(request=request) | Q(request__in=Request.objects.filter(inherited__ballot=ballot))


def _names(decision: Decision, ballot: str) -> bool:
    return any(item["ballot"] == ballot for item in decision.ballots)


def decisions_resting_on(user: User) -> list[Decision]:
    """Approvals in force that count on what this person said, or what somebody said in their place: what to look at when they
    leave. Newest first."""
    spoke = Q(ballots__human=user) | Q(ballots__principal=user)
    took_over = Q(inherited__ballot__human=user) | Q(inherited__ballot__principal=user)
    found = live_decisions().filter(request__in=Request.objects.filter(spoke | took_over)).order_by("-pk")
    return [row for row in found if any(user.public_id in (item["human"], item.get("principal")) for item in row.ballots)]


# What the commands share ---------------------------------------------------------------------------------------------


def locked(request: Request) -> Request:
    return (
        Request.objects.select_for_update(of=("self",))
        .select_related("use_case", "submitter", "policy_version__policy", "environment")
        .get(pk=request.pk)
    )


def lock_open(request: Request) -> Request:
    """The request, locked. Raises Conflict when it is closed."""
    row = locked(request)
    if row.state != State.OPEN:
        raise Conflict(_("This request is closed: %(state)s.") % {"state": row.get_state_display()}, code="request.closed")
    return row


def close(
    actor: Actor,
    row: Request,
    state: State,
    kind: audit.EventKind,
    data: dict[str, Any],
    *,
    at: datetime | None = None,
    personal: dict[str, str] | None = None,
) -> None:
    row.state = state
    row.closed_at = at or clock.now()
    row.save(update_fields=["state", "closed_at"])
    audit.record(actor, kind, row, data, personal=personal)
    outbox.publish(actor, f"approvals.request.{state}", row)


def contributors_of(known: dict[str, list[str]], subject_type: str, subject: Any, line: str) -> dict[str, list[str]]:
    """Who made what, in union with what was known: the set of a request only grows.

    Counted from the subject that was approved before this one was first asked for, and is older: who goes back to an earlier one
    has not become somebody who did not make it.
    """
    adapter = subjects.adapter_for(subject_type)
    asked = Request.objects.filter(line=line, subject_id=subject.public_id).order_by("pk").values_list("pk", flat=True).first()
    before = Request.objects.filter(line=line, state=State.APPROVED).exclude(subject_id=subject.public_id)
    last = (before if asked is None else before.filter(pk__lt=asked)).order_by("-pk").first()
    since = subject_of(last) if last is not None else None
    found = adapter.contributors(subject, since if since is not None and since.pk < subject.pk else None)
    return {name: sorted(set(known.get(name, [])) | found.get(name, set())) for name in sorted({*known, *found})}


def text_of(value: str, field: str = "comment", *, required: Any = "") -> str:
    """What somebody wrote, without the space around it. `required`: what to say where nothing was written."""
    value = value.strip()
    if required and not value:
        raise Invalid(required, errors=[FieldError(field, "required", required)])
    if len(value) > LONGEST_COMMENT:
        said = _("A comment has at most %(most)s characters.") % {"most": LONGEST_COMMENT}
        raise Invalid(said, errors=[FieldError(field, "too_long", said)])
    if "\x00" in value:
        raise Invalid(_("A comment cannot hold a NUL character."), errors=[FieldError(field, "control", "NUL")])
    return value
