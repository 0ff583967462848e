"""Policies and their immutable versions: written by one person, confirmed by another; and what they stand before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from approvals import subjects
from approvals.models import Decision, Gate, Policy, PolicyVersion, Request, SubjectPolicy
from approvals.permissions import may_write_policies
from approvals.policy import Policy as PolicyValue
from approvals.policy import as_mapping, dump
from approvals.selectors.policies import draft_of
from approvals.services.decisions import text_of
from foundation import audit, clock, outbox
from foundation.actor import Actor, system
from foundation.canonical import canonical_json
from foundation.errors import Conflict, FieldError, Invalid, NotAllowed
from foundation.permissions import require
from foundation.services import validate
from governance.usecases.selectors import threads
from lineage.models import Environment
from lineage.services.environments import create_environment

WRITTEN = audit.kind("approvals.policy.written", _("Policy version written"))
CREATED = audit.kind("approvals.policy.created", _("Policy created"))
PUBLISHED = audit.kind("approvals.policy.published", _("Policy version published"))
WITHDRAWN = audit.kind("approvals.policy.withdrawn", _("Policy version withdrawn"))
GATE_SET = audit.kind("approvals.gate.set", _("Gate set up"))
SUBJECT_SET = audit.kind("approvals.subject_policy.set", _("Policy for a type of subject set"))

FOLDER = Path(__file__).resolve().parent.parent / "shipped"
SHIPPED = {  # type of subject → the policy that governs it until somebody sets another
    "policy_version": "policy-publication",
    "use_case_definition": "definition-sign-off",
    "document": "document-sign-off",
    "dictionary_proposal": "dictionary-change",
    "data_use": "data-use",
    "ruling": "ruling",
    "economics_snapshot": "economics-snapshot",
    "provision_request": "provision-request",
}


def write_policy(*, actor: Actor, key: str, source: str | dict[str, Any], note: str = "") -> PolicyVersion:
    """Write a version of a policy, making the policy if it is new. The same content as the newest version is that version.

    The very first version of a policy replaces nothing and is in force at once; each later one is a draft until others have
    confirmed it (`publish_version`). `source` is YAML text or a mapping, `note` says what is different and why.
    Raises NotAllowed; Invalid naming every problem with its line.
    """
    require(may_write_policies(actor))
    policy = draft_of(source)
    text = source if isinstance(source, str) else dump(policy)
    note = text_of(note, "note")
    if key in SHIPPED.values():
        _shipped(key)  # what ships is its first version, so that nobody can put something else there alone
    try:
        with transaction.atomic():
            row = Policy.objects.select_for_update().filter(key=key).first() or _create(actor, key, policy.title)
            return _write(actor, row, policy, text, note)
    except IntegrityError as error:
        raise Conflict(_("Somebody wrote this policy at the same moment. Look at it first."), code="policy.race") from error


def _create(actor: Actor, key: str, title: str) -> Policy:
    row = Policy(key=key, title=title, created_at=clock.now())
    validate(row)
    row.save(force_insert=True)
    audit.record(actor, CREATED, row, {"key": key})
    return row


def _write(actor: Actor, row: Policy, policy: PolicyValue, text: str, note: str) -> PolicyVersion:
    newest = row.versions.order_by("-number").first()
    if newest is not None and newest.digest == policy.digest and newest.withdrawn_at is None:
        return newest  # type: ignore[no-any-return] # untyped rows
    now = clock.now()
    version = PolicyVersion(
        policy=row,
        number=(newest.number if newest else 0) + 1,
        text=text,
        body=json.loads(canonical_json(as_mapping(policy))),
        digest=policy.digest,
        created_by=actor.user,
        created_at=now,
        note=note,
        published_at=None if newest else now,
        approval=None if newest else "",
    )
    version.save(force_insert=True)
    data = {"policy": row.key, "number": version.number, "digest": version.digest, "in_force": newest is None}
    audit.record(actor, WRITTEN, version, data, personal={"note": note})
    return version


def _shipped(key: str) -> Policy:
    """A policy that ships with the product, written down by the installation when it is first needed."""
    found = Policy.objects.filter(key=key).first()
    if found is not None:
        return found
    text = (FOLDER / f"{key}.yaml").read_text(encoding="utf-8")
    setup, value = system("setup"), draft_of(text)
    try:
        with transaction.atomic():
            row = _create(setup, key, value.title)
            _write(setup, row, value, text, "")
            return row
    except IntegrityError:
        return Policy.objects.get(key=key)  # somebody needed it at the same moment


def publish_version(*, actor: Actor, version: PolicyVersion, decision: Decision) -> PolicyVersion:
    """Put a draft in force. Only the approval of a request about this very version can: its adapter calls this when it is given.

    Raises NotAllowed for a decision that is not that; Conflict for a version that is published or withdrawn already.
    """
    request = decision.request
    judged = subjects.adapter_for("policy_version").judged(version)
    about = (request.subject_type, request.subject_id, decision.manifest_digest)
    if about != ("policy_version", version.public_id, judged.digest):
        raise NotAllowed(_("What was approved is something else than this version."), code="policy.other_decision")
    if request.state != Request.State.APPROVED or decision.revoked_at is not None:
        raise NotAllowed(_("This version was not approved, or not any more."), code="policy.not_approved")
    with transaction.atomic():
        row: PolicyVersion = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy").get(pk=version.pk)
        if row.published_at is not None or row.withdrawn_at is not None:
            raise Conflict(_("This version is published or withdrawn already."), code="policy.not_a_draft")
        row.published_at, row.approval = clock.now(), decision.public_id
        row.save(update_fields=["published_at", "approval"])
        data = {"policy": row.policy.key, "number": row.number, "digest": row.digest, "decision": decision.public_id}
        unresolved = threads.about(actor, [row.public_id]).open().count()
        audit.record(actor, PUBLISHED, row, {**data, "open_comments": unresolved})
        outbox.publish(actor, "approvals.policy.published", row, data)
    return row


def withdraw_version(*, actor: Actor, version: PolicyVersion, reason: str) -> PolicyVersion:
    """Take a version out of force because it is unsafe. Open requests under it are blocked until they are moved to another one.

    One administrator can do this alone, since it must not wait. Where an earlier version is not withdrawn, that one is in force
    again: it had been confirmed in its time. Raises NotAllowed; Invalid without a reason; Conflict if it was withdrawn already.
    """
    require(may_write_policies(actor))
    reason = text_of(reason, "reason", required=_("Say why: requests under this version will be blocked."))
    with transaction.atomic():
        row: PolicyVersion = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy").get(pk=version.pk)
        if row.withdrawn_at is not None:
            raise Conflict(_("This version was withdrawn already."), code="policy.withdrawn")
        _take_out_of_force(actor, row, reason)
    return row


def withdraw_revoked(*, actor: Actor, version: PolicyVersion, decision: Decision, reason: str) -> None:
    """The publication was revoked, so the version is not confirmed any more. Called by the revocation alone, in its transaction."""
    row: PolicyVersion = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy").get(pk=version.pk)
    if row.approval == decision.public_id and decision.revoked_at is not None and row.withdrawn_at is None:
        _take_out_of_force(actor, row, reason)


def _take_out_of_force(actor: Actor, row: PolicyVersion, reason: str) -> None:
    row.withdrawn_at, row.withdrawn_by, row.withdraw_reason = clock.now(), actor.user, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    blocked = list(Request.objects.open().filter(policy_version=row).order_by("pk").values_list("public_id", flat=True))
    data = {"policy": row.policy.key, "number": row.number, "digest": row.digest, "blocked": blocked}
    audit.record(actor, WITHDRAWN, row, data, personal={"reason": reason})
    outbox.publish(actor, "approvals.policy.withdrawn", row, data)


# Which policy governs what -------------------------------------------------------------------------------------------


def policy_for(adapter: subjects.Adapter, subject: Any, purpose: str, environment: Environment | None) -> PolicyVersion:
    """The version in force that says who has to agree: that of the environment's gate for what goes to one, else the one set for
    the type of subject and purpose, else the one that ships. Raises Invalid where there is none."""
    if adapter.wants_environment:
        gate = Gate.objects.filter(environment=environment).select_related("policy").first() if environment else None
        version = gate.policy.current_version() if gate else None
        if version is None:
            said = _("This environment has no gate, so nobody can say who would have to agree.")
            raise Invalid(said, code="request.no_gate")
        return version
    if environment is not None:
        raise Invalid(_("This goes to no environment: leave that out."), code="request.environment")
    policy = governing(adapter.type, purpose)
    version = policy.current_version() if policy is not None else None
    if version is None:
        raise Invalid(_("No policy is in force for this, so nobody can say who would have to agree."), code="request.no_policy")
    return version


def governing(subject_type: str, purpose: str) -> Policy | None:
    """The policy for a type of subject that goes to no environment; one that ships is written down when it is first needed."""
    row = SubjectPolicy.objects.filter(subject_type=subject_type, purpose=purpose).select_related("policy").first()
    if row is not None:
        return row.policy
    return _shipped(SHIPPED[subject_type]) if subject_type in SHIPPED else None


def set_gate(*, actor: Actor, slug: str, title: str, mode: str, policy: Policy) -> Gate:
    """Put a policy before an environment, making the environment if it is new.

    A gate that stands is given another policy only if a second person confirmed that policy's version in force; the first policy
    of a gate, and how hard it stops (`mode`), are one administrator's to set, and the log and every answer say which they are.
    Raises NotAllowed, Invalid; Conflict for a policy nobody has confirmed.
    """
    require(may_write_policies(actor))
    with transaction.atomic():
        environment = Environment.objects.filter(slug=slug).first() or create_environment(actor=actor, slug=slug, title=title)
        gate = Gate.objects.select_for_update().filter(environment=environment).first() or Gate(environment=environment)
        if gate.pk and gate.policy_id == policy.pk and gate.mode == mode:
            return gate
        if gate.pk and gate.policy_id != policy.pk:
            _want_confirmed(policy)
        gate.policy, gate.mode = policy, mode
        validate(gate, exclude=("environment",))
        gate.save()
        audit.record(actor, GATE_SET, gate, {"environment": slug, "policy": policy.key, "mode": mode})
    return gate


def set_subject_policy(*, actor: Actor, subject_type: str, purpose: str, policy: Policy) -> SubjectPolicy:
    """Say which policy governs a type of subject that goes to no environment. Where one governs it already, only one whose version
    in force a second person confirmed can take its place. Raises NotAllowed, Invalid; Conflict for one nobody has confirmed."""
    require(may_write_policies(actor))
    adapter = subjects.adapter_for(subject_type)
    if purpose not in adapter.purposes or adapter.wants_environment:
        said = _("No policy can be set for this: it goes to an environment, whose gate has one, or nobody asks for it.")
        raise Invalid(said, errors=[FieldError("purpose", "unknown", purpose)])
    with transaction.atomic():
        before = governing(subject_type, purpose)
        row = SubjectPolicy.objects.select_for_update().filter(subject_type=subject_type, purpose=purpose).first()
        if row is not None and row.policy_id == policy.pk:
            return row
        if before is not None and before.pk != policy.pk:
            _want_confirmed(policy)
        row = row or SubjectPolicy(subject_type=subject_type, purpose=purpose)
        row.policy = policy
        validate(row)
        row.save()
        audit.record(actor, SUBJECT_SET, row, {"subject_type": subject_type, "purpose": purpose, "policy": policy.key})
    return row


def _want_confirmed(policy: Policy) -> None:
    """What stands before something is replaced by what two people agreed to, or one could write a lax policy and put it there."""
    version = policy.current_version()
    if version is None or not version.approval:
        said = _("Nobody but its author has confirmed this policy. Write a version of it and have that confirmed first.")
        raise Conflict(said, code="policy.unconfirmed")
