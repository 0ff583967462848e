"""Breaking glass: what may go there for some hours although the chain is not complete, and the review that follows always.

A waiver goes over what is missing, and never over what somebody said: not over a refusal, not over changes asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.due_times import after
from approvals.models import Request, Waiver
from approvals.policy import BreakGlass
from approvals.selectors.standing import Standing, policy_of, standing_of, subject_of
from approvals.selectors.surroundings import Grants
from approvals.services.ballots import SIGNATURE_LASTS
from approvals.services.clocks.keeping import DONE, Calendars, without_waiver
from approvals.services.decisions import lock_open
from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid, NotAllowed
from foundation.permissions import ALLOWED, Decision, Denied, require
from governance.people.roles import ADMINISTRATOR, PROJECT_LEAD, role_label
from governance.people.selectors import holders, holds
from lineage.models import ModelVersion

OPENED = audit.kind("approvals.waiver.opened", _("Glass broken"))
ENDED = audit.kind("approvals.waiver.ended", _("Waiver ended early"))
REVIEWED = audit.kind("approvals.waiver.reviewed", _("Waiver reviewed"))
MOST_HOURS = 24
LONGEST_REASON = 10_000
LONGEST_INCIDENT = 200


# Who may -------------------------------------------------------------------------------------------------------------


def may_break_glass(actor: Actor, request: Request) -> Decision:
    """Whom the policy names for it, in person. That they have just proved who they are is asked when they do it."""
    if not actor.is_person:
        return Denied(_("Only a person can break glass. A service token never does."), code="waiver.person_needed")
    allowed = policy_of(request.policy_version).break_glass
    if allowed is None:
        return Denied(_("Under this policy nobody can break glass."), code="waiver.not_provided")
    if holds(actor, *allowed.roles, scope=request.scope):
        return ALLOWED
    roles = ", ".join(role_label(role) for role in allowed.roles)
    return Denied(_("Only these roles can break glass: %(roles)s.") % {"roles": roles}, code="waiver.role")


def may_review(actor: Actor, waiver: Waiver, grants: Grants | None = None) -> Decision:
    """Somebody who would have had to agree: who holds the role of a step that was passed over.

    An administrator where nobody of them is left. Never who broke the glass, and never who asked for the approval. `grants`: who
    holds which role there now, from a caller that has read it.
    """
    if not actor.is_person:
        return Denied(_("Only a person can review a waiver."), code="waiver.person_needed")
    if actor.user in (waiver.by, waiver.request.submitter):
        return Denied(_("Who broke the glass, or asked for the approval, does not review it."), code="waiver.own")
    if actor.id in reviewers_of(waiver, grants):
        return ALLOWED
    return Denied(_("Only somebody whose step was passed over can review this."), code="waiver.role")


def reviewers_of(waiver: Waiver, grants: Grants | None = None) -> frozenset[str]:
    """Public ids of the people who can review a waiver now. One query, or none with `grants`."""
    grants = holders(scope=waiver.request.scope) if grants is None else grants
    policy = policy_of(waiver.request.policy_version)
    roles = {step.role for step in policy.steps if step.key in waiver.skipped}
    barred = {waiver.by.public_id, waiver.request.submitter.public_id}
    found = {person for role in roles for person in grants.get(role, {})} - barred
    return frozenset(found or set(grants.get(ADMINISTRATOR, {})) - barred)


def may_end(actor: Actor, waiver: Waiver, grants: Grants | None = None) -> Decision:
    """Who opened it, and whoever could review it."""
    if actor.is_person and actor.user == waiver.by:
        return ALLOWED
    return may_review(actor, waiver, grants)


# Opening -------------------------------------------------------------------------------------------------------------


def open_waiver(*, actor: Actor, request: Request, reason: str, incident: str = "", hours: int | None = None) -> Waiver:
    """Let exactly these bytes pass the gate of their environment for some hours, although people are missing.

    Bound to the manifest as it is now, to commit, artifact and environment. Everybody who was passed over is told, and one of them
    reviews it afterwards. `hours`: at most what the policy allows, which is also what holds when none are stated.
    Raises NotAllowed, with code `waiver.signature_needed` when the person has not proved who they are within five minutes; Invalid
    for a reason or hours that will not do, and for what goes to no environment; Conflict when the request is closed, when somebody
    objects, when its policy was withdrawn, when one is in force already, or while a review is overdue: of another waiver of this
    person, or for this use case.
    """
    require(may_break_glass(actor, request))
    signed_at = _signed_at(actor)
    allowed = policy_of(request.policy_version).break_glass
    if allowed is None:
        raise NotAllowed(_("Under this policy nobody can break glass."), code="waiver.not_provided")
    reason, incident = _words(reason, incident)
    hours = _hours(hours, allowed)
    with transaction.atomic():
        row = lock_open(request)
        subject = _subject(row)
        standing = standing_of(row)
        now = clock.now()
        _check_standing(standing)
        _check_others(actor, row, standing)
        waiver = Waiver(
            request=row,
            environment=row.environment,
            manifest_digest=standing.digest,
            commit=subject.commit,
            artifact_sha256=subject.artifact_sha256,
            by=actor.user,
            reason=reason,
            incident=incident,
            skipped=skipped_by(standing),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
            auth=actor.auth,
            auth_at=signed_at,
            review_due_at=after(now, allowed.review_within, Calendars().of(PROJECT_LEAD)[2]),
        )
        waiver.save(force_insert=True)
        audit.record(
            actor,
            OPENED,
            waiver,
            {
                "request": row.public_id,
                "environment": waiver.environment.slug,
                "digest": waiver.manifest_digest,
                "commit": waiver.commit,
                "artifact": waiver.artifact_sha256,
                "expires_at": waiver.expires_at,
                "review_due_at": waiver.review_due_at,
                "auth_at": waiver.auth_at,
                "skipped": waiver.skipped,
            },
            personal={"reason": reason, "incident": incident},
        )
        outbox.publish(actor, "approvals.waiver.opened", waiver, {"request": row.public_id})
    return waiver


def _signed_at(actor: Actor) -> datetime:
    if actor.auth_at is None or actor.auth_at <= clock.now() - SIGNATURE_LASTS:
        said = _("Confirm who you are first: enter your password again. It has to be less than five minutes ago.")
        raise NotAllowed(said, code="waiver.signature_needed")
    return actor.auth_at


def _words(reason: str, incident: str) -> tuple[str, str]:
    reason, incident = reason.strip(), incident.strip()
    problems = []
    if not reason:
        problems.append(FieldError("reason", "required", _("Say why this cannot wait: it will be reviewed.")))
    if len(reason) > LONGEST_REASON:
        problems.append(FieldError("reason", "too_long", _("At most %(most)s characters.") % {"most": LONGEST_REASON}))
    if len(incident) > LONGEST_INCIDENT:
        problems.append(FieldError("incident", "too_long", _("At most %(most)s characters.") % {"most": LONGEST_INCIDENT}))
    if "\x00" in reason + incident:
        problems.append(FieldError("reason", "control", _("A text cannot hold a NUL character.")))
    if problems:
        raise Invalid(_("The waiver cannot be opened like this; see errors."), code="waiver.invalid", errors=problems)
    return reason, incident


def _hours(hours: int | None, allowed: BreakGlass) -> int:
    most = min(allowed.hours, MOST_HOURS)
    if hours is None:
        return most
    if isinstance(hours, bool) or not 1 <= hours <= most:
        said = _("Between 1 and %(most)s hours.") % {"most": most}
        raise Invalid(said, code="waiver.hours", errors=[FieldError("hours", "range", said)])
    return hours


def _subject(row: Request) -> ModelVersion:
    subject = subject_of(row)
    if row.environment is None or not isinstance(subject, ModelVersion):
        said = _("Glass is broken for a model version on its way to an environment. Here nothing would pass because of it.")
        raise Invalid(said, code="waiver.environment_needed")
    return subject


def _check_standing(standing: Standing) -> None:
    if standing.request.policy_version.withdrawn_at is not None:
        said = _("The policy of this request was withdrawn as unsafe. It has to be moved to another version first.")
        raise Conflict(said, code="waiver.withdrawn")
    if standing.verdict.blocks:
        people = ", ".join(map(str, standing.names({ballot.human for ballot in standing.verdict.blocks})))
        said = _("%(people)s objected. Glass is broken over what is missing, never over an objection.")
        raise Conflict(said % {"people": people}, code="waiver.objection")


def _check_others(actor: Actor, row: Request, standing: Standing) -> None:
    now = clock.now()
    others = Waiver.objects.filter(Q(by=actor.user) | Q(request__use_case=row.use_case))
    late = others.filter(reviewed_at=None, review_due_at__lte=now).select_related("by").order_by("pk").first()
    if late is not None:
        said = _("The review of the waiver of %(name)s of %(day)s is overdue. Before that there is no second one.")
        words = {"name": late.by, "day": late.created_at.strftime("%Y-%m-%d")}
        raise Conflict(said % words, code="waiver.review_overdue", extra={"waiver": late.public_id})
    same = Waiver.objects.live(now).filter(request=row, manifest_digest=standing.digest).order_by("-expires_at").first()
    if same is not None:
        until = {"when": same.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
        raise Conflict(
            _("A waiver for this is in force until %(when)s.") % until, code="waiver.live", extra={"waiver": same.public_id}
        )


def skipped_by(standing: Standing) -> dict[str, list[str]]:
    """Step → public ids of those who would have had to agree: who may act on it, less whoever has no say in it."""
    found = {}
    for result in without_waiver(standing).steps:
        step = standing.policy.step(result.key)
        if step is None or result.state in DONE:
            continue
        asked = set(result.waiting_on) or set(standing.eligibility.holders.get(step.role, ()))
        if "contributors" in step.exclude:
            asked -= {human for name in step.covers for human in standing.eligibility.contributors.get(name, ())}
        if {"contributors", "submitter"} & set(step.exclude):
            asked -= {standing.request.submitter.public_id}
        found[step.key] = sorted(asked | {delegate for delegate, _principal in result.delegates})
    return found


# Ending and reviewing ------------------------------------------------------------------------------------------------


def end_waiver(*, actor: Actor, waiver: Waiver, reason: str = "") -> Waiver:
    """End it before its time. The review is still owed. Raises NotAllowed; Conflict when it is over already."""
    require(may_end(actor, waiver))
    with transaction.atomic():
        row, now = _locked_waiver(waiver), clock.now()
        if row.ended_at is not None or row.expires_at <= now:
            raise Conflict(_("This waiver is over already."), code="waiver.over")
        row.ended_at, row.ended_by = now, actor.user
        row.save(update_fields=["ended_at", "ended_by"])
        audit.record(actor, ENDED, row, {"request": row.request.public_id}, personal={"reason": reason.strip()[:LONGEST_REASON]})
        outbox.publish(actor, "approvals.waiver.ended", row, {"request": row.request.public_id})
    return row


def review_waiver(*, actor: Actor, waiver: Waiver, verdict: str, comment: str) -> Waiver:
    """Say afterwards whether it was right to break the glass. Once; `unjustified` ends a waiver that is still in force.

    Raises NotAllowed; Invalid for another verdict or without a comment; Conflict when it was reviewed already.
    """
    require(may_review(actor, waiver))
    comment = comment.strip()
    problems = []
    if verdict not in Waiver.Review.values:
        problems.append(FieldError("verdict", "unknown", ", ".join(Waiver.Review.values)))
    if not comment:
        problems.append(FieldError("comment", "required", _("Say what you looked at and why you judge so.")))
    if problems or len(comment) > LONGEST_REASON or "\x00" in comment:
        raise Invalid(_("The review cannot be recorded like this; see errors."), code="waiver.review", errors=problems)
    with transaction.atomic():
        row, now = _locked_waiver(waiver), clock.now()
        if row.reviewed_at is not None:
            raise Conflict(_("This waiver was reviewed already."), code="waiver.reviewed")
        row.reviewed_at, row.reviewed_by, row.review, row.review_comment = now, actor.user, verdict, comment
        ends = verdict == Waiver.Review.UNJUSTIFIED and row.ended_at is None and row.expires_at > now
        if ends:
            row.ended_at, row.ended_by = now, actor.user
        row.save(update_fields=["reviewed_at", "reviewed_by", "review", "review_comment", "ended_at", "ended_by"])
        audit.record(
            actor,
            REVIEWED,
            row,
            {"request": row.request.public_id, "review": verdict, "ended": ends},
            personal={"comment": comment},
        )
        outbox.publish(actor, "approvals.waiver.reviewed", row, {"request": row.request.public_id, "review": verdict})
    return row


def _locked_waiver(waiver: Waiver) -> Waiver:
    rows = Waiver.objects.select_for_update(of=("self",)).select_related("request__submitter", "request__use_case", "by")
    return rows.get(pk=waiver.pk)  # type: ignore[no-any-return] # untyped rows
