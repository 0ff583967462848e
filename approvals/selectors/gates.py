"""What a gate's checks look at, read in as few queries as can be: a question is put often, and mostly answered as before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from approvals import evaluation
from approvals.checks.base import ROLLBACK_LASTS, Context, Grants
from approvals.models import Answer, Ballot, Condition, Decision, Envelope, Evaluation, InheritedBallot, Request, Waiver
from approvals.policy import Policy
from approvals.selectors.envelopes import proof_for
from approvals.selectors.frozen import frozen_steps
from approvals.selectors.standing import Standing, policy_of, standing_of
from approvals.subjects import Judged
from foundation import clock
from foundation.errors import Invalid
from foundation.models import AuditCheckpoint
from governance.people.selectors import holders
from lineage.models import ModelVersion, ProvenanceFact
from lineage.selectors.manifest import Manifest, manifest_of

State = Request.State
LAPSED = (State.WITHDRAWN, State.EXPIRED, State.SUPERSEDED)
NEWEST = 20  # requests about one version for one environment that are looked through


def read_context(row: Evaluation) -> Context:
    """Everything the checks look at, as it is now. Raises Invalid for a gate whose policy has no version in force."""
    version, now = row.model_version, clock.now()
    manifest = manifest_of(version)
    request = _answering(row, manifest, now)
    if request is not None:
        policy_version = request.policy_version
    else:
        current = row.gate.policy.current_version()
        if current is None:
            raise Invalid(_("This gate's policy has no version yet."), code="gate.no_policy")
        policy_version = current
    policy = policy_of(policy_version)
    decision: Decision | None = getattr(request, "decision", None)
    standing = _standing(request, decision, policy, version, manifest)
    facts = list(_facts(row, now))
    checkpoint = facts[0].checkpoint if facts else _newest_checkpoint().values_list("note", flat=True).first()
    any_envelope = facts[0].any_envelope if facts else True

    def read_grants() -> Grants:
        live = standing is not None and standing.is_open
        return standing.grants if standing is not None and live else holders(scope=version.use_case.public_id, at=now)

    return Context(
        gate=row.gate,
        model_version=version,
        commit=row.commit,
        artifact_sha256=row.artifact_sha256,
        purpose=row.purpose,
        policy=policy,
        policy_version=policy_version,
        manifest=manifest,
        request=request,
        standing=standing,
        decision=decision,
        facts={fact.key: fact for fact in facts},  # ordered by age: the newest of a key stays
        now=now,
        read_grants=read_grants,
        read_proof=lambda: proof_for(version, row.gate.environment, manifest, now) if any_envelope else None,
        waivers=_waivers(request),
        conditions=_conditions(request, standing, decision),
        # Where nothing is due there is nothing to say of time but since when it waits, and the request tells that.
        clocks=standing.clocks if standing is not None and standing.is_open and standing.request.due_at is not None else {},
        ran_before=_ran_before(row, request, policy, manifest, now),
        checkpoint=checkpoint,
    )


def _facts(row: Evaluation, now: datetime) -> Any:
    """What is known about the version. Beside it, for want of a query of their own: the newest checkpoint of the log, which every
    answer carries, and whether there is an envelope to look at."""
    version = row.model_version
    envelopes = Envelope.objects.live(now).filter(model_name=version.name, environment=row.gate.environment)
    note = Subquery(_newest_checkpoint().values("note")[:1])
    return ProvenanceFact.objects.filter(model_version=version).annotate(checkpoint=note, any_envelope=Exists(envelopes))


def _newest_checkpoint() -> Any:
    return AuditCheckpoint.objects.order_by("-size")


def _standing(
    request: Request | None, decision: Decision | None, policy: Policy, version: ModelVersion, manifest: Manifest
) -> Standing | None:
    """Where the request stands, where that matters: an approval is told by its record, unless that leaves something open."""
    if request is None or request.state not in (State.OPEN, State.REJECTED, State.APPROVED):
        return None
    if request.state == State.APPROVED and decision is not None and frozen_steps(policy, decision) is not None:
        return None
    return standing_of(
        request, subject=version, judged=Judged(manifest.digests, manifest.bodies, manifest.digest, manifest.sources)
    )


# Which request answers -----------------------------------------------------------------------------------------------


def _answering(row: Evaluation, manifest: Manifest, now: datetime) -> Request | None:
    """The request that answers for this version here: one that is open or was decided before one that lapsed, then the newest.

    Who asks again before an approval has run out does not lose it meanwhile, unless somebody objects to the new request.
    """
    rollback = row.purpose == Request.Purpose.ROLLBACK
    purposes = [Request.Purpose.DEPLOYMENT, Request.Purpose.ROLLBACK] if rollback else [row.purpose]
    unsettled = Waiver.objects.filter(request__subject_id=OuterRef("subject_id"), environment=OuterRef("environment")).filter(
        Q(expires_at__gt=now) | Q(reviewed_at=None)
    )
    taken_over = InheritedBallot.objects.filter(request=OuterRef(OuterRef("pk"))).values("ballot")
    conditional = Condition.objects.filter(Q(ballot__request=OuterRef("pk")) | Q(ballot__in=taken_over))
    rows = list(
        Request.objects.filter(subject_id=row.model_version.public_id, environment=row.gate.environment, purpose__in=purposes)
        .select_related("use_case", "submitter", "policy_version__policy", "environment", "decision")
        .annotate(any_waiver=Exists(unsettled), any_condition=Exists(conditional))
        .order_by("-pk")[:NEWEST]
    )
    decided = [found for found in rows if found.state not in LAPSED]
    first = decided[0] if decided else rows[0] if rows else None
    if first is None or first.state != State.OPEN or len(decided) == 1:
        return first
    earlier = decided[1]
    if earlier.state == State.APPROVED and _holds(earlier, manifest, now, rollback) and not _objected(first):
        return earlier
    return first


def _holds(request: Request, manifest: Manifest, now: datetime, rollback: bool) -> bool:
    found: Decision | None = getattr(request, "decision", None)
    if found is None or found.revoked_at is not None or found.manifest_digest != manifest.digest:
        return False
    until = found.valid_until
    return until is None or now < (until + ROLLBACK_LASTS if rollback else until)


def _objected(request: Request) -> bool:
    """Whether anybody ever objected to an open request. Whether that still stands is for its standing to say, not for this."""
    return Ballot.objects.filter(request=request, verdict__in=evaluation.BLOCKS).exists()


def _ran_before(row: Evaluation, request: Request | None, policy: Policy, manifest: Manifest, now: datetime) -> str:
    """For a rollback without an approval: the newest answer that let these very bytes in here, other than by broken glass.

    Only answers about a deployment: going back is no reason to go back for longer.
    """
    if row.purpose != Request.Purpose.ROLLBACK or (request is not None and request.state == State.APPROVED):
        return ""
    since = now - timedelta(days=policy.valid_for_days or 0) - ROLLBACK_LASTS
    allowed = Answer.objects.filter(
        evaluation__gate=row.gate,
        evaluation__model_version=row.model_version,
        evaluation__purpose=Request.Purpose.DEPLOYMENT,
        decision="allow",
        answered_at__gte=since,
    )
    for public_id, body in allowed.order_by("-pk").values_list("evaluation__public_id", "body")[:NEWEST]:
        glass = any(item["code"] == "waiver.break_glass" for item in body["checks"])
        if not glass and body["subject"]["manifest_digest"] == manifest.digest:
            return str(public_id)
    return ""


# What hangs on the request -------------------------------------------------------------------------------------------


def _waivers(request: Request | None) -> tuple[Waiver, ...]:
    if request is None or not request.any_waiver:  # type: ignore[attr-defined] # annotated
        return ()
    here = Waiver.objects.filter(request__subject_id=request.subject_id, environment=request.environment)
    return tuple(here.select_related("by", "request__submitter", "request__use_case").order_by("-expires_at")[:NEWEST])


def _conditions(request: Request | None, standing: Standing | None, decision: Decision | None) -> tuple[Condition, ...]:
    """What the approval depends on, or would: of an open request what is not done yet."""
    if standing is not None:
        return tuple(standing.conditions)
    if decision is None or request is None or not request.any_condition:  # type: ignore[attr-defined] # annotated
        return ()
    ballots = [item["ballot"] for item in decision.ballots]
    rows = Condition.objects.filter(ballot__public_id__in=ballots).select_related("ballot__human", "ballot__principal")
    return tuple(rows.order_by("due_at", "pk"))
