"""Which licences may be used. A newer rule about a licence ends the one before; nothing is written over."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.licences import Licence, as_spdx, key_of, read_expression
from governance.dependencies.models import LicenceRule
from governance.dependencies.permissions import may_rule_licences
from governance.dependencies.shipped import LICENCES

RULED = audit.kind("dependencies.licence.ruled", _("Rule about a licence made"))
RULE_ENDED = audit.kind("dependencies.licence.ended", _("Rule about a licence ended"))
LONGEST_REASON = 500


def rule_licence(*, actor: Actor, licence: str, answer: str, reason: str) -> LicenceRule:
    """Say that a licence may be used or not, from now on, and why. The same again is the rule that is in force.

    `licence` is one SPDX id, with its exception where it has one, or what people write instead where that can mean only one.
    Raises NotAllowed; Invalid where it is no single licence, or without a reason.
    """
    require(may_rule_licences(actor))
    row = LicenceRule(
        licence=_one_licence(licence), answer=answer, reason=reason.strip(), created_by=actor.user, created_at=clock.now()
    )
    validate(row)
    with transaction.atomic():
        before = next((rule for rule in _in_force() if key_of(rule.licence) == key_of(row.licence)), None)
        if before is not None and (before.licence, before.answer, before.reason) == (row.licence, row.answer, row.reason):
            return before
        if before is not None:
            before.ended_at = row.created_at
            before.save(update_fields=["ended_at"])
        row.save(force_insert=True)
        said = {"licence": row.licence, "answer": row.answer, "before": before.answer if before is not None else None}
        states = {"licence_rule": {before.public_id: digest(before.audit_state())}} if before is not None else None
        audit.record(actor, RULED, row, said, personal={"reason": row.reason}, states=states)
        outbox.publish(actor, "dependencies.licence.ruled", row, {"licence": row.licence, "answer": row.answer})
    return row


def end_licence_rule(*, actor: Actor, rule: LicenceRule, reason: str) -> LicenceRule:
    """Say nothing of a licence any more: where it is used, the answer is unknown again.

    Raises NotAllowed; Invalid without a reason; Conflict when the rule is not in force.
    """
    require(may_rule_licences(actor))
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        said = _("Say why, in at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    with transaction.atomic():
        row = next((known for known in _in_force() if known.pk == rule.pk), None)
        if row is None:
            raise Conflict(_("This rule is not in force any more."), code="licence.over")
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        audit.record(actor, RULE_ENDED, row, {"licence": row.licence}, personal={"reason": reason.strip()})
        outbox.publish(actor, "dependencies.licence.ended", row, {"licence": row.licence})
    return row


def take_over_licences(*, actor: Actor) -> list[LicenceRule]:
    """Put the proposed list in force, but for licences of which somebody said something already. Each rule is an event of its own."""
    require(may_rule_licences(actor))
    with transaction.atomic():
        known = {key_of(rule.licence) for rule in _in_force()}
        wanted = [item for item in LICENCES if key_of(item.licence) not in known]
        return [rule_licence(actor=actor, licence=item.licence, answer=item.answer, reason=str(item.reason)) for item in wanted]


def _in_force() -> list[LicenceRule]:
    """Locked, so that of two rules about one licence that are made at once, one comes after the other."""
    return list(LicenceRule.objects.filter(ended_at=None).select_for_update().order_by("pk"))


def _one_licence(written: str) -> str:
    """The licence as the list of SPDX spells it. What is not on that list stays as it is: somebody may use it all the same."""
    expression = as_spdx(written)
    if not expression:
        said = _("Nobody can tell which licence that is. Write one id of the SPDX list, such as BSD-3-Clause.")
        raise Invalid(said, errors=[FieldError("licence", "invalid", said)])
    if not isinstance(read_expression(expression), Licence):
        said = _(
            "These are several licences. Make a rule about each: of a choice the best counts, of what holds together the worst."
        )
        raise Invalid(said, errors=[FieldError("licence", "several", said)])
    try:
        return str(canonicalize_license_expression(expression))
    except InvalidLicenseExpression:
        return expression
