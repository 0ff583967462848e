"""Asking for approval and answering: the commands that move a request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from approvals import evaluation, subjects
from approvals.models import Ballot, Decision, Gate, InheritedBallot, Request
from approvals.permissions import may_request, may_vote_at_all, may_withdraw
from approvals.selectors.standing import Standing, ballots_of, policy_of, standing_of, subject_of
from approvals.services.refusals import moved_on, refuse
from foundation import audit, clock, outbox
from foundation.actor import Actor, system
from foundation.errors import Conflict, FieldError, Invalid, NotAllowed
from foundation.permissions import require
from lineage.models import Environment

OPENED = audit.kind("approvals.request.opened", _("Approval asked for"))
VOTED = audit.kind("approvals.ballot.cast", _("Ballot cast"))
APPROVED = audit.kind("approvals.request.approved", _("Approved"))
DECIDED = audit.kind("approvals.decision.made", _("Decision frozen"))
REJECTED = audit.kind("approvals.request.rejected", _("Rejected"))
WITHDRAWN = audit.kind("approvals.request.withdrawn", _("Request withdrawn"))
RESUBMITTED = audit.kind("approvals.request.resubmitted", _("Request put forward again"))
SUPERSEDED = audit.kind("approvals.request.superseded", _("Request superseded by a newer version"))
EXPIRED = audit.kind("approvals.request.expired", _("Request lapsed"))
LONGEST_COMMENT = 10_000
State = Request.State


def open_request(
    *, actor: Actor, subject_type: str, subject_id: str, purpose: str, environment: Environment | None, comment: str = ""
) -> Request:
    """Ask for approval. An open request of the same line is superseded; its ballots, and those of the last request that
    was not rejected, carry over where nothing they cover has changed. The same question again gives the same request.

    Raises Missing, NotAllowed; Invalid when the environment has no gate or the purpose does not fit.
    """
    adapter = subjects.adapter_for(subject_type)
    subject = adapter.find(actor, subject_id)
    use_case = adapter.use_case(subject)
    require(may_request(actor, use_case))
    if purpose not in adapter.purposes:
        raise Invalid(_("This can be asked for: %(all)s.") % {"all": ", ".join(adapter.purposes)}, code="request.purpose")
    version = _policy_version(environment)
    submitter = actor.user
    if submitter is None:
        raise NotAllowed(_("A request needs a person who stands behind it."), code="request.submitter")
    line = adapter.line(subject, environment)
    now = clock.now()
    policy = policy_of(version)
    try:
        with transaction.atomic():
            before = Request.objects.select_for_update().filter(line=line, purpose=purpose, closed_at=None).first()
            if before is not None and before.subject_id == subject_id:
                return before
            if before is not None:
                _close(actor, before, State.SUPERSEDED, SUPERSEDED, {"by": subject_id})
            predecessor = Request.objects.filter(line=line, purpose=purpose).exclude(state=State.REJECTED).order_by("-pk").first()
            judged = adapter.judged(subject)
            adapter.keep(judged)
            row = Request(
                subject_type=subject_type,
                subject_id=subject_id,
                purpose=purpose,
                environment=environment,
                line=line,
                use_case=use_case,
                policy_version=version,
                predecessor=predecessor,
                submitter=submitter,
                comment=_text(comment),
                contributors=_contributors({}, adapter, subject, line),
                manifest=dict(judged.digests),
                opened_at=now,
                lapses_at=now + timedelta(days=policy.open_for_days) if policy.open_for_days else None,
            )
            row.save(force_insert=True)
            inherited = _inherit(row, predecessor)
            audit.record(
                actor,
                OPENED,
                row,
                {
                    "subject": subject_id,
                    "environment": environment.slug if environment else "",
                    "digest": judged.digest,
                    "policy": version.digest,
                    "inherits_from": predecessor.public_id if predecessor else "",
                    "inherited": inherited,
                    "contributors": row.contributors,
                },
                personal={"comment": row.comment},
            )
            outbox.publish(actor, "approvals.request.opened", row)
            settle(actor, standing_of(row, subject=subject, judged=judged), subject)
    except IntegrityError as error:
        raise Conflict(_("Somebody asked for the same at the same moment. Look again."), code="request.race") from error
    return row


def _policy_version(environment: Environment | None) -> Any:
    gate = Gate.objects.filter(environment=environment).select_related("policy").first() if environment else None
    version = gate.policy.current_version() if gate else None
    if version is None:
        raise Invalid(_("This environment has no gate, so nobody can say who would have to agree."), code="request.no_gate")
    return version


def _inherit(row: Request, predecessor: Request | None) -> list[str]:
    """Take over the last word of each person on each step of the predecessor, whatever it inherited included."""
    if predecessor is None:
        return []
    last: dict[tuple[str, int], Ballot] = {}
    for ballot in ballots_of(predecessor):
        if ballot.request_id != predecessor.pk or ballot.round == predecessor.round:
            last[ballot.step, ballot.human_id] = ballot
    kept = [ballot for ballot in last.values() if ballot.verdict != Ballot.Verdict.RETRACT]
    InheritedBallot.objects.bulk_create([InheritedBallot(request=row, ballot=ballot) for ballot in kept])
    return [ballot.public_id for ballot in kept]


def _contributors(known: dict[str, list[str]], adapter: subjects.Adapter, subject: Any, line: str) -> dict[str, list[str]]:
    """Who made what, in union with what was known: the set of a request only grows."""
    last = Request.objects.filter(line=line, state=State.APPROVED).exclude(subject_id=subject.public_id).order_by("-pk").first()
    since = subject_of(last) if last is not None else None
    found = adapter.contributors(subject, since)
    return {name: sorted(set(known.get(name, [])) | found.get(name, set())) for name in sorted({*known, *found})}


def cast_ballot(*, actor: Actor, request: Request, step: str, verdict: str, digest: str, comment: str = "") -> Ballot:
    """Say something about one step, over the digest that was on the screen. Saying the same twice is saying it once.

    Raises NotAllowed with the reason; Conflict when the request is closed or has changed since it was read (the error
    names the components); Invalid for an unknown verdict, or an objection without a word why.
    """
    require(may_vote_at_all(actor))
    comment = _text(comment)
    if verdict not in Ballot.Verdict.values:
        raise Invalid(
            _("A verdict is one of: %(all)s.") % {"all": ", ".join(Ballot.Verdict.values)},
            errors=[FieldError("verdict", "unknown", verdict)],
        )
    if verdict in evaluation.BLOCKS and not comment:
        said = _("Say what would have to change: somebody has to act on it.")
        raise Invalid(said, errors=[FieldError("comment", "required", said)])
    with transaction.atomic():
        row = _lock_open(request)
        subject = subject_of(row)
        adapter = subjects.adapter_for(row.subject_type)
        judged = adapter.judged(subject)
        row.contributors = _contributors(row.contributors, adapter, subject, row.line)
        standing = standing_of(row, subject=subject, judged=judged)
        if digest != judged.digest:
            raise moved_on(row, standing, digest)
        repeated = _already_said(standing, actor, step, verdict, comment)
        if repeated is not None:
            return repeated
        refuse(standing, actor, step, verdict)
        policy_step = standing.policy.step(step)
        held = standing.grants.get(policy_step.role, {}).get(actor.id) if policy_step else None
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
            grant=held,
            auth=actor.auth,
            at=clock.now(),
        )
        ballot.save(force_insert=True)
        adapter.keep(judged)
        row.manifest = dict(judged.digests)
        row.save(update_fields=["contributors", "manifest"])
        audit.record(
            actor,
            VOTED,
            ballot,
            {
                "request": row.public_id,
                "round": row.round,
                "step": step,
                "verdict": verdict,
                "components": ballot.components,
                "digest": judged.digest,
                "policy": standing.policy.digest,
                "step_digest": ballot.step_digest,
                "contributors": row.contributors,
            },
            personal={"comment": comment},
        )
        outbox.publish(actor, "approvals.ballot.cast", row, {"step": step, "verdict": verdict})
        settle(actor, standing_of(row, subject=subject, judged=judged), subject)
    return ballot


def settle(actor: Actor, standing: Standing, subject: Any) -> None:
    """Close a request whose verdict is final: freeze the decision, or the rejection. Inside the caller's transaction."""
    row, verdict = standing.request, standing.verdict
    if row.state != State.OPEN or verdict.state == "open":
        return
    if verdict.state == "rejected":
        _close(
            actor,
            row,
            State.REJECTED,
            REJECTED,
            {"by": [ballot.human for ballot in verdict.blocks if ballot.verdict == "reject"]},
        )
        return
    now = clock.now()
    days = standing.policy.valid_for_days
    decision = Decision(
        request=row,
        manifest=dict(standing.digests),
        manifest_digest=standing.digest,
        ballots=[_frozen(standing, step.key, ballot) for step in verdict.steps for ballot in step.approved_by],
        policy_digest=standing.policy.digest,
        decided_at=now,
        valid_until=now + timedelta(days=days) if days else None,
        **subjects.adapter_for(row.subject_type).bound(subject),
    )
    decision.save(force_insert=True)
    row.manifest = dict(standing.digests)
    _close(actor, row, State.APPROVED, APPROVED, {"digest": standing.digest, "decision": decision.public_id}, at=now)
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
        },
    )


def settle_if_final(*, actor: Actor, request: Request) -> None:
    """Close an open request that became final without a ballot, as when what was judged is again what people approved."""
    with transaction.atomic():
        row = _locked(request)
        if row.state != State.OPEN:
            return  # somebody closed it meanwhile
        subject = subject_of(row)
        adapter = subjects.adapter_for(row.subject_type)
        row.contributors = _contributors(row.contributors, adapter, subject, row.line)
        row.save(update_fields=["contributors"])
        settle(actor, standing_of(row, subject=subject), subject)


def _frozen(standing: Standing, step: str, ballot: evaluation.Ballot) -> dict[str, Any]:
    row = standing.ballots[ballot.id]
    return {
        "step": step,
        "ballot": ballot.id,
        "human": ballot.human,
        "name": str(row.human),
        "grant": row.grant.public_id if row.grant else "",
        "inherited_from": ballot.inherited_from or "",
    }


def withdraw(*, actor: Actor, request: Request, reason: str = "") -> Request:
    """Take a request back. What was said stays on record."""
    require(may_withdraw(actor, request))
    with transaction.atomic():
        row = _lock_open(request)
        _close(actor, row, State.WITHDRAWN, WITHDRAWN, {}, personal={"reason": _text(reason)})
    return row


def resubmit(*, actor: Actor, request: Request, comment: str) -> Request:
    """Put a request forward again after changes were asked for: a new round, in which earlier ballots are history."""
    require(may_withdraw(actor, request))
    with transaction.atomic():
        row = _lock_open(request)
        subject = subject_of(row)
        adapter = subjects.adapter_for(row.subject_type)
        judged = adapter.judged(subject)
        adapter.keep(judged)
        row.round += 1
        row.comment = _text(comment)
        row.manifest = dict(judged.digests)
        row.contributors = _contributors(row.contributors, adapter, subject, row.line)
        row.save(update_fields=["round", "comment", "manifest", "contributors"])
        audit.record(actor, RESUBMITTED, row, {"round": row.round, "digest": judged.digest}, personal={"comment": row.comment})
        settle(actor, standing_of(row, subject=subject, judged=judged), subject)
    return row


def expire_due() -> int:
    """Close open requests whose time is over; how many. Lapsing is neutral: it says nothing about the subject."""
    closed = 0
    for pk in Request.objects.open().filter(lapses_at__lte=clock.now()).values_list("pk", flat=True):
        with transaction.atomic():
            row = Request.objects.select_for_update().filter(pk=pk, state=State.OPEN, lapses_at__lte=clock.now()).first()
            if row is not None:
                _close(system("deadlines"), row, State.EXPIRED, EXPIRED, {})
                closed += 1
    return closed


# What the commands share ---------------------------------------------------------------------------------------------


def _locked(request: Request) -> Request:
    return (
        Request.objects.select_for_update(of=("self",))
        .select_related("use_case", "submitter", "policy_version__policy", "environment")
        .get(pk=request.pk)
    )


def _lock_open(request: Request) -> Request:
    row = _locked(request)
    if row.state != State.OPEN:
        raise Conflict(_("This request is closed: %(state)s.") % {"state": row.get_state_display()}, code="request.closed")
    return row


def _close(
    actor: Actor,
    row: Request,
    state: State,
    kind: audit.EventKind,
    data: dict[str, Any],
    *,
    at: Any = None,
    personal: dict[str, str] | None = None,
) -> None:
    row.state = state
    row.closed_at = at or clock.now()
    row.save(update_fields=["state", "closed_at", "manifest"])
    audit.record(actor, kind, row, data, personal=personal)
    outbox.publish(actor, f"approvals.request.{state}", row)


def _already_said(standing: Standing, actor: Actor, step: str, verdict: str, comment: str) -> Ballot | None:
    """The person's last ballot on the step, if it said exactly this about exactly these bytes in this round."""
    mine = [row for row in standing.ballots.values() if row.step == step and row.human_id == actor.user.pk]
    last = mine[-1] if mine else None
    if last is None or last.request_id != standing.request.pk or last.round != standing.request.round:
        return None
    same = (last.verdict, last.comment, last.manifest_digest) == (verdict, comment, standing.digest)
    return last if same else None


def _text(value: str) -> str:
    value = value.strip()
    if len(value) > LONGEST_COMMENT:
        said = _("A comment has at most %(most)s characters.") % {"most": LONGEST_COMMENT}
        raise Invalid(said, errors=[FieldError("comment", "too_long", said)])
    if "\x00" in value:
        raise Invalid(_("A comment cannot hold a NUL character."), errors=[FieldError("comment", "control", "NUL")])
    return value
