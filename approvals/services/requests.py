"""Asking for approval: opening a request, taking it back, putting it forward again, moving it to other rules, letting it lapse."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from approvals import subjects
from approvals.models import Gate, InheritedBallot, PolicyVersion, Request, SubjectPolicy
from approvals.permissions import may_migrate, may_withdraw
from approvals.selectors.standing import policy_of, standing_of, subject_of
from approvals.selectors.surroundings import surroundings_of
from approvals.selectors.whatif import last_words
from approvals.services import clocks
from approvals.services.decisions import (
    LONGEST_COMMENT,
    State,
    close,
    conclude,
    contributors_of,
    lock_open,
    settle_if_final,
    text_of,
)
from approvals.services.policies import policy_for
from foundation import audit, clock, outbox
from foundation.actor import Actor, system
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.permissions import require
from lineage.models import Environment

__all__ = ["LONGEST_COMMENT", "expire_due", "migrate", "open_request", "resubmit", "settle_if_final", "withdraw"]

OPENED = audit.kind("approvals.request.opened", _("Approval asked for"))
WITHDRAWN = audit.kind("approvals.request.withdrawn", _("Request withdrawn"))
RESUBMITTED = audit.kind("approvals.request.resubmitted", _("Request put forward again"))
SUPERSEDED = audit.kind("approvals.request.superseded", _("Request superseded by a newer version"))
EXPIRED = audit.kind("approvals.request.expired", _("Request lapsed"))
MIGRATED = audit.kind("approvals.request.migrated", _("Request moved to another version of its policy"))


def open_request(
    *, actor: Actor, subject_type: str, subject_id: str, purpose: str, environment: Environment | None, comment: str = ""
) -> Request:
    """Ask for approval. An open request of the same line is superseded; its ballots, and those of the last request that
    was not rejected, carry over where nothing they cover has changed. The same question again gives the same request.

    Going back to an earlier version (`rollback`) is asked as going forward is, in a line of its own.
    Raises Missing, NotAllowed; Invalid when nothing says who would have to agree, or the purpose does not fit.
    """
    adapter = subjects.adapter_for(subject_type)
    subject = adapter.find(actor, subject_id)
    use_case = adapter.use_case(subject)
    require(adapter.may_request(actor, subject))
    if purpose not in adapter.purposes:
        raise Invalid(_("This can be asked for: %(all)s.") % {"all": ", ".join(adapter.purposes)}, code="request.purpose")
    submitter = actor.user
    if submitter is None:
        raise NotAllowed(_("A request needs a person who stands behind it."), code="request.submitter")
    version = policy_for(adapter, subject, purpose, environment)
    line = adapter.line(subject, environment)
    now = clock.now()
    policy = policy_of(version)
    try:
        with transaction.atomic():
            before = Request.objects.select_for_update().filter(line=line, purpose=purpose, closed_at=None).first()
            if before is not None and before.subject_id == subject_id:
                return before
            if before is not None:
                close(actor, before, State.SUPERSEDED, SUPERSEDED, {"by": subject_id})
                clocks.keep(standing_of(before))
            predecessor = Request.objects.filter(line=line, purpose=purpose).exclude(state=State.REJECTED).order_by("-pk").first()
            judged = adapter.judged(subject)
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
                comment=text_of(comment),
                contributors=contributors_of({}, subject_type, subject, line),
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
            conclude(actor, row, subject, judged)
    except IntegrityError as error:
        raise Conflict(_("Somebody asked for the same at the same moment. Look again."), code="request.race") from error
    return row


def _inherit(row: Request, predecessor: Request | None) -> list[str]:
    kept = last_words(row, predecessor, surroundings_of(row, clock.now())) if predecessor is not None else []
    InheritedBallot.objects.bulk_create([InheritedBallot(request=row, ballot=ballot) for ballot in kept])
    return [ballot.public_id for ballot in kept]


def withdraw(*, actor: Actor, request: Request, reason: str = "") -> Request:
    """Take a request back. What was said stays on record."""
    require(may_withdraw(actor, request))
    with transaction.atomic():
        row = lock_open(request)
        close(actor, row, State.WITHDRAWN, WITHDRAWN, {}, personal={"reason": text_of(reason)})
        clocks.keep(standing_of(row))
    return row


def resubmit(*, actor: Actor, request: Request, comment: str) -> Request:
    """Put a request forward again after changes were asked for: a new round, in which earlier ballots are history."""
    require(may_withdraw(actor, request))
    with transaction.atomic():
        row = lock_open(request)
        subject = subject_of(row)
        judged = subjects.adapter_for(row.subject_type).judged(subject)
        row.round += 1
        row.comment = text_of(comment)
        row.contributors = contributors_of(row.contributors, row.subject_type, subject, row.line)
        row.save(update_fields=["round", "comment", "contributors"])
        data = {"round": row.round, "digest": judged.digest}
        audit.record(actor, RESUBMITTED, row, data, personal={"comment": row.comment})
        outbox.publish(actor, "approvals.request.resubmitted", row, {"round": row.round})
        conclude(actor, row, subject, judged)
    return row


def migrate(*, actor: Actor, request: Request, version: PolicyVersion) -> Request:
    """Move an open request to another version of its policy, or to the policy that governs it by now. Ballots stay; those on steps
    that are the same count on, and how long the request stays open is as it was.

    Raises NotAllowed; Conflict when the request is closed, and for a version that is not in force or has nothing to do with it.
    """
    require(may_migrate(actor))
    with transaction.atomic():
        row = lock_open(request)
        before = row.policy_version
        if before.pk == version.pk:
            return row
        if version.published_at is None or version.withdrawn_at is not None:
            raise Conflict(_("This version of the policy is not in force."), code="request.version_not_in_force")
        if version.policy_id not in (before.policy_id, _governing(row)):
            said = _("This policy does not govern the request: neither is it its own, nor the one that stands there now.")
            raise Conflict(said, code="request.other_policy")
        subject = subject_of(row)
        row.policy_version = version
        row.contributors = contributors_of(row.contributors, row.subject_type, subject, row.line)
        row.save(update_fields=["policy_version", "contributors"])
        data = {"from": before.digest, "to": version.digest, "policy": version.policy.key, "number": version.number}
        audit.record(actor, MIGRATED, row, data)
        outbox.publish(actor, "approvals.request.migrated", row, data)
        conclude(actor, row, subject)
    return row


def _governing(row: Request) -> int | None:
    """The policy, by primary key, that a new request of this kind would be under."""
    gates = Gate.objects.filter(environment=row.environment_id) if row.environment_id else None
    found = gates if gates is not None else SubjectPolicy.objects.filter(subject_type=row.subject_type, purpose=row.purpose)
    return found.values_list("policy_id", flat=True).first()


def expire_due() -> int:
    """Close open requests whose time is over; how many. Lapsing is neutral: it says nothing about the subject."""
    closed = 0
    for pk in Request.objects.open().filter(lapses_at__lte=clock.now()).values_list("pk", flat=True):
        with transaction.atomic():
            row = Request.objects.select_for_update().filter(pk=pk, state=State.OPEN, lapses_at__lte=clock.now()).first()
            if row is not None:
                close(system("deadlines"), row, State.EXPIRED, EXPIRED, {})
                clocks.keep(standing_of(row))
                closed += 1
    return closed
