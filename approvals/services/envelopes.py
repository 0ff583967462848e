"""Envelopes: written once, in force by an approval, over when somebody ends them or a newer one takes their place."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from approvals import subjects
from approvals.envelopes import COMPONENTS, Limits, LimitsError, as_mapping, bodies_of, parse_limits
from approvals.models import Decision, Envelope, Request
from approvals.permissions import may_request
from approvals.selectors.envelopes import trial
from approvals.services.requests import open_request
from approvals.wording_envelopes import line_text
from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion
from lineage.selectors.manifest import manifest_of

WRITTEN = audit.kind("approvals.envelope.written", _("Envelope written"))
APPROVED = audit.kind("approvals.envelope.approved", _("Envelope in force"))
ENDED = audit.kind("approvals.envelope.ended", _("Envelope ended"))
LONGEST_REASON = 10_000


def read_limits(body: Any) -> Limits:
    """Limits that an envelope may have. Raises Invalid with the place of each problem below `body`."""
    try:
        limits = parse_limits(body)
    except LimitsError as error:
        problems = [FieldError(f"body.{item.path}".rstrip("."), item.code, item.message) for item in error.problems]
        raise Invalid(_("These limits cannot be used; see errors."), code="envelope.limits", errors=problems) from error
    if not limits.moves:
        said = _("Say what may move. Without that, only the baseline itself would be inside.")
        raise Invalid(said, code="envelope.moves", errors=[FieldError("body.moves", "required", said)])
    if "model" in limits.moves and not limits.metrics:
        said = _("The model may move, so at least one figure needs a limit: else every model would be inside.")
        raise Invalid(said, code="envelope.unlimited", errors=[FieldError("body.metrics", "required", said)])
    return limits


def write_envelope(
    *, actor: Actor, use_case: UseCase, environment: Environment, baseline: ModelVersion, title: str, body: Any
) -> Envelope:
    """Write down what may change of a model without asking again. In force once a request about it was approved.

    The same limits over the same baseline again are the same envelope, while that has not ended.
    Raises NotAllowed; Invalid for limits that cannot be used or that the baseline itself breaks, and for a baseline that is of
    another use case or that nobody approved there.
    """
    require(may_request(actor, use_case))
    limits = read_limits(body)
    if baseline.use_case_id != use_case.pk:
        raise _at_baseline(_("The baseline is a version of another use case."), "other_use_case")
    if not _approved_there(baseline, environment):
        said = _("%(version)s was not approved for %(environment)s. An envelope says how far one may go from what was.")
        raise _at_baseline(said % {"version": baseline.label, "environment": environment.title}, "not_approved")
    manifest = dict(manifest_of(baseline).digests)
    broken = trial(limits, baseline, environment).baseline.broken
    if broken:
        problems = [FieldError("body", "baseline_outside", line_text(line)) for line in broken]
        raise Invalid(
            _("The baseline itself is outside of these limits; see errors."), code="envelope.baseline_outside", errors=problems
        )
    with transaction.atomic():
        mark = digest(bodies_of(baseline.name, environment.slug, manifest, limits)["envelope"])
        same = Envelope.objects.filter(use_case=use_case, digest=mark, baseline=baseline, ended_at=None).order_by("-pk").first()
        if same is not None:
            return same  # type: ignore[no-any-return] # untyped rows
        row = Envelope(
            use_case=use_case,
            environment=environment,
            model_name=baseline.name,
            title=title.strip(),
            baseline=baseline,
            baseline_manifest=manifest,
            body=as_mapping(limits),
            digest=mark,
            created_by=actor.user,
            created_at=clock.now(),
        )
        validate(row)
        row.save(force_insert=True)
        audit.record(
            actor,
            WRITTEN,
            row,
            {
                "model": row.model_name,
                "environment": environment.slug,
                "baseline": baseline.public_id,
                "digest": row.digest,
                "moves": [name for name in COMPONENTS if name in limits.moves],
            },
            personal={"title": row.title},
        )
        outbox.publish(actor, "approvals.envelope.written", row)
    return row


def write_and_ask(*, actor: Actor, comment: str = "", **wanted: Any) -> Request:
    """Write an envelope, as `write_envelope` does, and ask for its approval; both or neither."""
    with transaction.atomic():
        row = write_envelope(actor=actor, **wanted)
        return open_request(
            actor=actor,
            subject_type="envelope",
            subject_id=row.public_id,
            purpose=Request.Purpose.DEPLOYMENT,
            environment=row.environment,
            comment=comment,
        )


def _at_baseline(said: Any, code: str) -> Invalid:
    return Invalid(said, code=f"envelope.{code}", errors=[FieldError("baseline", code, said)])


def _approved_there(baseline: ModelVersion, environment: Environment) -> bool:
    return Decision.objects.filter(
        request__subject_type="model_version",
        request__subject_id=baseline.public_id,
        request__environment=environment,
        request__purpose=Request.Purpose.DEPLOYMENT,
        revoked_at=None,
    ).exists()


def approve_envelope(*, actor: Actor, envelope: Envelope, decision: Decision) -> Envelope:
    """Put an envelope in force, as a decision about exactly this one says; inside the deciding transaction. Others of the same
    model and environment end.

    Raises Conflict when the decision is about something else or the envelope has ended.
    """
    with transaction.atomic():
        row = _locked(envelope)
        about = decision.request
        judged = subjects.adapter_for("envelope").judged(row)
        if (about.subject_type, about.subject_id) != ("envelope", row.public_id) or decision.manifest_digest != judged.digest:
            raise Conflict(_("This decision is not about this envelope."), code="envelope.other_decision")
        if row.ended_at is not None or row.approved_at is not None or decision.revoked_at is not None:
            raise Conflict(_("This envelope has ended, or was approved already."), code="envelope.over")
        before = Envelope.objects.select_for_update(of=("self",)).filter(
            model_name=row.model_name, environment_id=row.environment_id, approved_at__isnull=False, ended_at=None
        )
        for other in before.select_related("use_case"):
            _end(actor, other, _("Replaced by %(id)s.") % {"id": row.public_id}, replaced_by=row.public_id)
        row.approved_at = decision.decided_at
        row.approval = decision.public_id
        row.valid_until = decision.valid_until
        row.save(update_fields=["approved_at", "approval", "valid_until"])
        audit.record(actor, APPROVED, row, {"decision": decision.public_id, "digest": row.digest})
        outbox.publish(actor, "approvals.envelope.approved", row)
    return row


def end_envelope(*, actor: Actor, envelope: Envelope, reason: str) -> Envelope:
    """From now on every version has to be asked about again. What went in under it stays on record.

    Raises NotAllowed; Invalid without a reason; Conflict when it has ended, or while people are asked about it.
    """
    require(may_request(actor, envelope.use_case))
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        said = _("Say why, in at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    with transaction.atomic():
        row = _locked(envelope)
        if row.ended_at is not None:
            raise Conflict(_("This envelope has ended already."), code="envelope.over")
        if Request.objects.open().filter(subject_type="envelope", subject_id=row.public_id).exists():
            raise Conflict(_("People are being asked about this envelope. Take the request back first."), code="envelope.asked")
        _end(actor, row, reason)
    return row


def _end(actor: Actor, row: Envelope, reason: str, *, replaced_by: str = "") -> None:
    row.ended_at, row.ended_by, row.end_reason = clock.now(), actor.user, str(reason)
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    audit.record(actor, ENDED, row, {"replaced_by": replaced_by}, personal={"reason": row.end_reason})
    outbox.publish(actor, "approvals.envelope.ended", row)


def _locked(envelope: Envelope) -> Envelope:
    rows = Envelope.objects.select_for_update(of=("self",)).select_related("use_case", "environment", "baseline")
    return rows.get(pk=envelope.pk)  # type: ignore[no-any-return] # untyped rows
