"""Answering: ballots in one's own name and in another's place, signatures, conditions, and objections that are set aside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals import evaluation, subjects
from approvals.models import Ballot, Condition, Dismissal, Request
from approvals.permissions import may_dismiss, may_vote_at_all
from approvals.policy import Step
from approvals.selectors.standing import Standing, conditions_of, speaker_of, standing_of, subject_of
from approvals.services.decisions import conclude, contributors_of, lock_open, text_of
from approvals.services.refusals import moved_on, refuse
from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import timestamp
from foundation.errors import Conflict, FieldError, Invalid, NotAllowed
from foundation.permissions import ALLOWED, Decision, Denied, require
from governance.people.models import Delegation, RoleGrant, User
from governance.people.selectors import holds

VOTED = audit.kind("approvals.ballot.cast", _("Ballot cast"))
DISMISSED = audit.kind("approvals.ballot.dismissed", _("Objection set aside"))
CONDITION_SET = audit.kind("approvals.condition.set", _("Condition set"))
CONDITION_MET = audit.kind("approvals.condition.met", _("Condition met"))
SIGNATURE_LASTS = timedelta(minutes=5)
LONGEST_CONDITION = timedelta(days=180)
SIGNED = (Ballot.Verdict.APPROVE, Ballot.Verdict.REJECT)  # what a step with signatures wants signed
STILL_SAID = ("abstained", "counted_elsewhere")  # ballots that do not count, and would not if they were cast again


def cast_ballot(
    *,
    actor: Actor,
    request: Request,
    step: str,
    verdict: str,
    digest: str,
    comment: str = "",
    on_behalf_of: User | None = None,
    meaning: str = "",
    condition: tuple[str, datetime] | None = None,
) -> Ballot:
    """Say something about one step, over the digest that was on the screen. Saying the same twice is saying it once.

    `on_behalf_of`: in whose place. `meaning`: of `Ballot.Meaning`, for a step that wants a signature; the person has to have proved
    who they are within the last five minutes. `condition`: what has to be done until when, else the approval ends by itself.
    Raises NotAllowed with the reason; Conflict when the request is closed or has changed since it was read (the error names the
    components); Invalid for an unknown verdict or meaning, an objection without a word why, or a condition that is none.
    """
    require(may_vote_at_all(actor))
    comment = text_of(comment)
    principal = None if on_behalf_of == actor.user else on_behalf_of
    condition = _sound(verdict, comment, meaning, condition)
    with transaction.atomic():
        row = lock_open(request)
        subject = subject_of(row)
        adapter = subjects.adapter_for(row.subject_type)
        judged = adapter.judged(subject)
        row.contributors = contributors_of(row.contributors, row.subject_type, subject, row.line)
        standing = standing_of(row, subject=subject, judged=judged)
        if digest != judged.digest:
            raise moved_on(row, standing, digest)
        said = (verdict, comment, meaning, [condition] if condition else [])
        repeated = _already_said(standing, actor, step, principal, said)
        if repeated is not None:
            return repeated
        refuse(standing, actor, step, verdict, principal)
        policy_step = standing.policy.step(step)
        signed_at = _signature(actor, policy_step, verdict, meaning)
        if condition is not None and not standing.policy.conditional:
            raise NotAllowed(_("This policy wants a plain yes or no: it has no conditions."), code="ballot.unconditional")
        grant, delegation = _authority(standing, policy_step, actor, principal)
        covers = policy_step.covers if policy_step else ()
        ballot = Ballot(
            request=row,
            round=row.round,
            step=step,
            human=actor.user,
            verdict=verdict,
            comment=comment,
            components={name: judged.digests[name] for name in covers if name in judged.digests},
            manifest_digest=judged.digest,
            step_digest=policy_step.digest if policy_step else "",
            grant=grant,
            principal=principal,
            delegation=delegation,
            meaning=meaning,
            auth=actor.auth,
            auth_at=signed_at,
            at=clock.now(),
        )
        ballot.save(force_insert=True)
        row.save(update_fields=["contributors"])
        audit.record(actor, VOTED, ballot, _told(standing, ballot), personal={"comment": comment})
        if condition is not None:
            _set_condition(actor, ballot, *condition)
        outbox.publish(actor, "approvals.ballot.cast", row, {"step": step, "verdict": verdict, "ballot": ballot.public_id})
        conclude(actor, row, subject, judged)
    return ballot


def _sound(verdict: str, comment: str, meaning: str, condition: tuple[str, datetime] | None) -> tuple[str, datetime] | None:
    """Raise Invalid for what is wrong whatever the request is; the condition as it will be kept."""
    if verdict not in Ballot.Verdict.values:
        raise Invalid(
            _("A verdict is one of: %(all)s.") % {"all": ", ".join(Ballot.Verdict.values)},
            errors=[FieldError("verdict", "unknown", verdict)],
        )
    if verdict in evaluation.BLOCKS and not comment:
        raise _invalid("comment", "required", _("Say what would have to change: somebody has to act on it."))
    if meaning and meaning not in Ballot.Meaning.values:
        said = _("A signature means one of: %(all)s.") % {"all": ", ".join(Ballot.Meaning.values)}
        raise _invalid("meaning", "unknown", said, code="ballot.meaning")
    if meaning == Ballot.Meaning.APPROVED and verdict != Ballot.Verdict.APPROVE:
        raise _invalid("meaning", "contradiction", _("Who does not approve cannot sign that they do."), code="ballot.meaning")
    if condition is None:
        return None
    text, due_at = condition
    text = text_of(text, "condition", required=_("Say what has to be done."))
    now = clock.now()
    if verdict != Ballot.Verdict.APPROVE:
        raise _invalid("condition", "not_an_approval", _("Only an approval can have a condition."))
    if due_at.tzinfo is None or not now < due_at <= now + LONGEST_CONDITION:
        said = _("A condition is due in the future, within %(days)s days.") % {"days": LONGEST_CONDITION.days}
        raise _invalid("due_at", "out_of_range", said)
    return text, due_at


def _invalid(field: str, problem: str, said: Any, code: str = "") -> Invalid:
    return Invalid(said, code=code, errors=[FieldError(field, problem, said)])


def _already_said(standing: Standing, actor: Actor, step: str, principal: User | None, said: tuple[Any, ...]) -> Ballot | None:
    """The last word of whoever it is for, if it is this person's, says exactly this about exactly these bytes in this round, and
    still has the effect that it would have now."""
    speaker = principal.pk if principal is not None else actor.user.pk
    theirs = [row for row in standing.ballots.values() if row.step == step and speaker_of(row) == speaker]
    last = theirs[-1] if theirs else None
    if last is None or last.human_id != actor.user.pk or last.request_id != standing.request.pk:
        return None
    if last.round != standing.request.round or last.manifest_digest != standing.digest:
        return None
    if any(item.ballot.id == last.public_id and item.why not in STILL_SAID for item in standing.verdict.ignored):
        return None
    before = (last.verdict, last.comment, last.meaning, [(item.text, item.due_at) for item in conditions_of(last)])
    return last if before == said else None


def _signature(actor: Actor, step: Step | None, verdict: str, meaning: str) -> datetime | None:
    """When the person proved who they are, for a step that wants that signed; raises NotAllowed where it is not, or not freshly."""
    if step is None or step.signature != "reauth" or verdict not in SIGNED:
        return None
    if actor.auth_at is None:
        raise NotAllowed(
            _("This step wants a signature: sign in with a browser, and say there who you are. A token cannot sign."),
            code="ballot.signature_needed",
        )
    if clock.now() - actor.auth_at > SIGNATURE_LASTS:
        minutes = {"minutes": SIGNATURE_LASTS // timedelta(minutes=1)}
        said = _("This step wants a signature: say again who you are. That holds for %(minutes)s minutes.") % minutes
        raise NotAllowed(said, code="ballot.signature_needed")
    if not meaning:
        raise NotAllowed(_("This step wants a signature: say what yours means."), code="ballot.meaning")
    return actor.auth_at


def _authority(
    standing: Standing, step: Step | None, actor: Actor, principal: User | None
) -> tuple[RoleGrant | None, Delegation | None]:
    """The grant that makes a ballot valid, the principal's where there is one, and what lets the person act in their place.

    None of them for what needs none: taking back what was said.
    """
    if step is None:
        return None, None
    roles = [step.role, *([step.escalate_to] if step.escalate_to and step.key in standing.escalated else [])]
    whose = principal.public_id if principal is not None else actor.id
    for role in roles:
        if whose not in standing.eligibility.holders.get(role, ()):
            continue
        grant = standing.grants.get(role, {}).get(whose)  # none for a seat, which nobody is granted
        if principal is None:
            return grant, None
        delegation = standing.delegation(actor.id, whose, [role])
        if delegation is not None:
            return grant, delegation
    return None, None


def _told(standing: Standing, ballot: Ballot) -> Mapping[str, Any]:
    """What the log says of a ballot. What is the case for few of them stands there only then."""
    row = standing.request
    told: dict[str, Any] = {
        "request": row.public_id,
        "round": row.round,
        "step": ballot.step,
        "verdict": ballot.verdict,
        "components": ballot.components,
        "digest": ballot.manifest_digest,
        "policy": standing.policy.digest,
        "step_digest": ballot.step_digest,
        "contributors": row.contributors,
    }
    if ballot.principal is not None:
        delegation = ballot.delegation.public_id if ballot.delegation is not None else ""
        told |= {"on_behalf_of": ballot.principal.public_id, "delegation": delegation}
    if ballot.meaning:
        told["meaning"] = ballot.meaning
    if ballot.auth_at is not None:
        told["auth_at"] = timestamp(ballot.auth_at)
    return told


# Conditions ----------------------------------------------------------------------------------------------------------


def _set_condition(actor: Actor, ballot: Ballot, text: str, due_at: datetime) -> None:
    condition = Condition(ballot=ballot, text=text, due_at=due_at, created_at=clock.now())
    condition.save(force_insert=True)
    data = {"ballot": ballot.public_id, "request": ballot.request.public_id, "due_at": due_at}
    audit.record(actor, CONDITION_SET, condition, data, personal={"text": text})


def meet_condition(*, actor: Actor, condition: Condition, evidence: str) -> Condition:
    """Confirm that what an approval depends on was done. Confirming it twice is confirming it once.

    Only who set it, or somebody who could have judged the step and made no part of it. Raises NotAllowed; Invalid without evidence;
    Conflict when it is too late.
    """
    require(may_vote_at_all(actor))
    evidence = text_of(evidence, "evidence", required=_("Say what shows that it was done."))
    with transaction.atomic():
        row = (
            Condition.objects.select_for_update(of=("self",))
            .select_related("ballot__request__use_case", "ballot__request__submitter", "ballot__request__policy_version__policy")
            .get(pk=condition.pk)
        )
        require(may_confirm(actor, row))
        if row.met_at is not None:
            return row
        if row.missed_at is not None or row.due_at <= clock.now():
            raise Conflict(_("The time for this is over. Ask for approval again."), code="condition.missed")
        row.met_at, row.met_by, row.evidence = clock.now(), actor.user, evidence
        row.save(update_fields=["met_at", "met_by", "evidence"])
        data = {"ballot": row.ballot.public_id, "request": row.ballot.request.public_id}
        audit.record(actor, CONDITION_MET, row, data, personal={"evidence": evidence})
        outbox.publish(actor, "approvals.condition.met", row, data)
    return row


def may_confirm(actor: Actor, condition: Condition) -> Decision:
    """Whoever set it, and who could have judged the step without a part in what it is about."""
    ballot, user = condition.ballot, actor.user
    if user is not None and user.pk in (ballot.human_id, ballot.principal_id):
        return ALLOWED
    step = next((item for item in ballot.request.policy_version.body["steps"] if item["key"] == ballot.step), None)
    if not actor.is_person or step is None or not holds(actor, step["role"], scope=ballot.request.scope):
        said = _("Only who set the condition, or somebody else who could have judged this step, can confirm it.")
        return Denied(said, code="condition.not_yours")
    if _has_a_part(ballot.request, user, ballot.step):
        said = _("You asked for this approval or made part of what it is about. Somebody else has to confirm it.")
        return Denied(said, code="condition.contributor")
    return ALLOWED


# Objections that are set aside ---------------------------------------------------------------------------------------


def dismiss_block(*, actor: Actor, ballot: Ballot, reason: str) -> Dismissal:
    """Set somebody's objection aside, with a reason that everybody can read. The ballot stays on record.

    For the project lead or an administrator, who neither asked for the approval nor made what the step judges, and never for one's
    own objection: that is taken back instead. Raises NotAllowed; Invalid without a reason; Conflict when it blocks nothing.
    """
    reason = text_of(reason, "reason", required=_("Say why: whoever objected will want to know."))
    blocked = Request.objects.open().filter(Q(pk=ballot.request_id) | Q(inherited__ballot=ballot)).distinct().first()
    require(may_dismiss(actor, blocked or ballot.request))
    if blocked is None:
        raise Conflict(_("This does not block anything any more."), code="ballot.no_block")
    with transaction.atomic():
        row = lock_open(blocked)
        subject = subject_of(row)
        row.contributors = contributors_of(row.contributors, row.subject_type, subject, row.line)
        require(may_set_aside(actor, row, ballot))
        standing = standing_of(row, subject=subject)
        if all(block.id != ballot.public_id for block in standing.verdict.blocks):
            raise Conflict(_("This does not block anything any more."), code="ballot.no_block")
        dismissal = Dismissal(ballot=ballot, by=actor.user, reason=reason, at=clock.now())
        dismissal.save(force_insert=True)
        row.save(update_fields=["contributors"])
        data = {"ballot": ballot.public_id, "request": row.public_id, "step": ballot.step}
        audit.record(actor, DISMISSED, dismissal, data, personal={"reason": reason})
        outbox.publish(actor, "approvals.ballot.dismissed", row, data)
        conclude(actor, row, subject, standing.judged)
    return dismissal


def may_set_aside(actor: Actor, row: Request, ballot: Ballot) -> Decision:
    """Who may dismiss objections here at all, unless it is their own or they have a part in what it is about."""
    allowed = may_dismiss(actor, row)
    if isinstance(allowed, Denied):
        return allowed
    if actor.user.pk in (ballot.human_id, ballot.principal_id):
        return Denied(_("This objection is your own: take it back instead."), code="ballot.own_block")
    if _has_a_part(row, actor.user, ballot.step):
        said = _("You asked for this approval or made part of what it is about. Somebody else has to decide that.")
        return Denied(said, code="ballot.dismiss_contributor")
    return ALLOWED


def _has_a_part(row: Request, user: User, step: str) -> bool:
    """Whether somebody asked for the approval, or made part of what the step judges: of anything, where the step is no more."""
    if user.pk == row.submitter_id:
        return True
    found = next((item for item in row.policy_version.body["steps"] if item["key"] == step), None)
    covers = found["covers"] if found is not None else row.contributors
    return any(user.public_id in row.contributors.get(name, ()) for name in covers)
