"""Training: which roles ask for it, and the evidence that people can show."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people.models import TrainingRecord, TrainingRule, User
from governance.people.permissions import may_administer, may_record_training

RULE_SET = audit.kind("people.training.asked", _("Training asked for"))
RULE_ENDED = audit.kind("people.training.no_longer_asked", _("Training no longer asked for"))
RECORDED = audit.kind("people.training.recorded", _("Training recorded"))
WITHDRAWN = audit.kind("people.training.withdrawn", _("Training record withdrawn"))
DOCUMENT = re.compile(r"do_[A-Za-z0-9]{1,37}")


def ask_for_training(*, actor: Actor, role: str, training: str, title: str, valid_days: int | None = None) -> TrainingRule:
    """From now on a role is given only to people who can show this training. Grants that stand are not ended: the self-test tells.

    Raises NotAllowed unless the actor is an administrator; Invalid; Conflict when the role asks for it already.
    """
    require(may_administer(actor))
    row = TrainingRule(role=role, training=training.strip(), title=title.strip(), valid_days=valid_days)
    row.starts_at, row.set_by = clock.now(), actor.user
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, RULE_SET, row, {"role": role, "training": row.training, "valid_days": valid_days})
    except IntegrityError as error:
        raise Conflict(_("This role asks for this training already."), code="training.exists") from error
    return row


def end_training_rule(*, actor: Actor, rule: TrainingRule) -> TrainingRule:
    """The role does not ask for this training any more."""
    require(may_administer(actor))
    with transaction.atomic():
        if not TrainingRule.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=clock.now()):
            raise Conflict(_("This was ended already."), code="training.ended")
        rule.refresh_from_db()
        audit.record(actor, RULE_ENDED, rule, {"role": rule.role, "training": rule.training})
    return rule


def record_training(
    *, actor: Actor, user: User, training: str, completed_on: date, evidence: str, expires_on: date | None = None
) -> TrainingRecord:
    """Put evidence of a training on record. Without an end it counts as long as the rule says; without a rule, for good.

    Raises NotAllowed for one's own; Invalid for a day that is still to come or evidence that is neither an address nor a document.
    """
    require(may_record_training(actor, user=user))
    evidence = evidence.strip()
    problems = []
    if completed_on > clock.now().date():
        problems.append(FieldError("completed_on", "future", _("A training that is still to come is no evidence.")))
    if expires_on is not None and expires_on <= completed_on:
        problems.append(FieldError("expires_on", "order", _("It runs out before it was completed.")))
    if not _is_evidence(evidence):
        words = _("Give the address of the certificate, https://…, or the id of a document here, do_….")
        problems.append(FieldError("evidence", "invalid", words))
    if problems:
        raise Invalid(_("This is no evidence yet."), errors=problems)
    if expires_on is None:
        expires_on = _runs_out(training.strip(), completed_on)
    row = TrainingRecord(
        user=user, training=training.strip(), completed_on=completed_on, expires_on=expires_on, evidence=evidence
    )
    row.recorded_by, row.recorded_at = actor.user, clock.now()
    validate(row)
    with transaction.atomic():
        row.save(force_insert=True)
        about: dict[str, Any] = {"of": user.public_id, "training": row.training, "completed_on": str(completed_on)}
        audit.record(actor, RECORDED, row, {**about, "expires_on": str(expires_on) if expires_on else None})
    return row


def withdraw_training(*, actor: Actor, record: TrainingRecord) -> TrainingRecord:
    """Say that evidence was wrong. It stays on record and counts no more."""
    require(may_record_training(actor, user=record.user))
    with transaction.atomic():
        if not TrainingRecord.objects.filter(pk=record.pk, withdrawn_at=None).update(withdrawn_at=clock.now()):
            raise Conflict(_("This was withdrawn already."), code="training.withdrawn")
        record.refresh_from_db()
        audit.record(actor, WITHDRAWN, record, {"of": record.user.public_id, "training": record.training})
    return record


def _runs_out(training: str, completed_on: date) -> date | None:
    rules = TrainingRule.objects.in_force().filter(training=training)
    days = [rule.valid_days for rule in rules if rule.valid_days is not None]
    return completed_on + timedelta(days=min(days)) if days else None


def _is_evidence(text: str) -> bool:
    if DOCUMENT.fullmatch(text):
        return True
    try:
        URLValidator(schemes=["https", "http"])(text)
    except ValidationError:
        return False
    return True
