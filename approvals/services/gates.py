"""Putting a question to a gate, and keeping what it answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals.checks.base import Context, Level, Result, declared
from approvals.gate import decide
from approvals.models import Answer, Decision, Envelope, Evaluation, Gate, Request, Waiver
from approvals.permissions import may_ask_gate
from approvals.selectors.gates import read_context
from approvals.services.requests import settle_if_final
from foundation import audit, clock
from foundation.actor import Actor, system
from foundation.canonical import canonical_json, digest, timestamp
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from lineage.models import ModelVersion
from lineage.provenance import Malformed, full_sha, sha256_text

ANSWERED = audit.kind("approvals.gate.answered", gettext_lazy("Gate answered"))
ALLOW_LASTS = timedelta(hours=24)
ATTEMPTS = 3
PURPOSES = (Request.Purpose.DEPLOYMENT.value, Request.Purpose.ROLLBACK.value)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A check's answer with the weight the policy gives it."""

    result: Result
    blocking: bool

    @property
    def status(self) -> str:
        return self.result.status


@dataclass(frozen=True, slots=True)
class Asked:
    """An evaluation with its newest answer, and whether this question changed it."""

    evaluation: Evaluation
    answer: Answer
    changed: bool


def evaluate_gate(
    *,
    actor: Actor,
    gate: Gate,
    model_version: ModelVersion,
    commit: str = "",
    artifact_sha256: str = "",
    purpose: str = "deployment",
) -> Asked:
    """Ask whether these bytes may go there. The same question of the same caller is one evaluation with numbered answers.

    Raises NotAllowed; Invalid for a commit that is not 40 hex digits or a digest that is none. A denial is an answer.
    """
    require(may_ask_gate(actor, model_version.use_case))
    if purpose not in PURPOSES:
        raise Invalid(_("A gate is asked about: %(all)s.") % {"all": ", ".join(PURPOSES)}, code="gate.purpose")
    try:
        commit = full_sha(commit) if commit else ""
        artifact_sha256 = sha256_text(artifact_sha256, "artifact_sha256")
    except Malformed as error:
        raise Invalid(error.message, code=error.code, errors=[FieldError(error.field, error.code, error.message)]) from error
    question = {
        "gate": gate,
        "model_version": model_version,
        "commit": commit,
        "artifact_sha256": artifact_sha256,
        "purpose": purpose,
    }

    def ask() -> Asked:
        same = {f"evaluation__{name}": value for name, value in {**question, "asked_by": actor.id}.items()}
        last = Answer.objects.filter(**same).select_related("evaluation").order_by("-evaluation_id", "-number").first()
        if last is not None:
            row = last.evaluation
            row.gate, row.model_version = gate, model_version  # known already, with what hangs on them
        else:
            row = Evaluation(**question, asked_by=actor.id, asked_by_label=actor.label, asked_at=clock.now())
        return _answer(actor, row, last)

    return _in_turn(ask)


def ask_again(*, actor: Actor, evaluation: Evaluation) -> Asked:
    """Ask an evaluation's question anew. An answer that is as before is not kept twice."""
    require(may_ask_gate(actor, evaluation.model_version.use_case))
    return _in_turn(lambda: _answer(actor, evaluation, evaluation.answers.order_by("-number").first()))


def _in_turn(ask: Callable[[], Asked]) -> Asked:
    """Two who ask at the same moment give their answers the same number: the later one looks again, and finds the other's.

    Raises Conflict, which is no decision, when that does not help.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return ask()
        except IntegrityError:
            log.info("gate.asked_at_once")
            if connection.in_atomic_block:
                break  # the caller's transaction is lost with this one
    said = _("This question is being answered for somebody else. Ask again in a moment.")
    raise Conflict(said, code="gate.race", extra={"retry_after": 1})


def _answer(actor: Actor, row: Evaluation, last: Answer | None) -> Asked:
    """Weigh the checks, and keep the answer unless the last one was the same. Only that is in a transaction: most questions are
    asked again and answered as before, and what is read needs none."""
    context = context_of(row)
    weighed = weigh(context)
    decision = decide(weighed)
    inputs = _inputs_digest(context, weighed, decision)
    if last is not None and last.inputs_digest == inputs and last.body["html_url"] == _address(row) and _holds(last, context.now):
        return Asked(row, last, changed=False)
    expires = _expiry(context, weighed) if decision == "allow" else None
    answer = Answer(
        evaluation=row,
        number=(last.number if last else 0) + 1,
        decision=decision,
        inputs_digest=inputs,
        body=_body(row, context, weighed, decision, inputs, expires),
        answered_at=context.now,
        expires_at=expires,
    )
    with transaction.atomic(savepoint=False):
        if decision != "allow" or _still_stands(context):
            _keep(actor, row, answer, context, weighed)
            return Asked(row, answer, changed=True)
    return _answer(actor, row, last)  # what it would have rested on was taken back while it was weighed


def _still_stands(context: Context) -> bool:
    """Whether what an allow rests on has not been taken back since it was read, now that it is locked: whoever takes it back comes
    either before the answer, which then is another one, or after it."""
    rests_on: list[Any] = [(Decision, context.decision, {"revoked_at": None}), (Waiver, context.waiver, {"ended_at": None})]
    if context.inside is not None:
        rests_on.append((Envelope, context.inside.envelope, {"ended_at": None}))
    return all(
        model.objects.select_for_update(no_key=True).filter(pk=row.pk, **stands).values_list("pk", flat=True).first()
        for model, row, stands in rests_on
        if row is not None
    )


def _keep(actor: Actor, row: Evaluation, answer: Answer, context: Context, weighed: list[Weighed]) -> None:
    """Write the answer down, and what it rests on into the log."""
    if row._state.adding:
        row.save(force_insert=True)
        answer.evaluation = row
    answer.save(force_insert=True)
    audit.record(
        actor,
        ANSWERED,
        row,
        {
            "number": answer.number,
            "decision": answer.decision,
            "gate": row.gate.environment.slug,
            "model_version": row.model_version.public_id,
            "commit": row.commit,
            "artifact": row.artifact_sha256,
            "inputs": answer.inputs_digest,
            "policy": context.policy.digest,
            "not_passed": {item.result.code: item.result.status for item in weighed if item.result.status != "pass"},
            **({"waiver": context.waiver.public_id} if context.waiver is not None and _by(weighed, "waiver") else {}),
        },
    )


def _address(row: Evaluation) -> str:
    """Where people read it. An answer whose links lead to an address that the installation has left is given anew."""
    return f"{settings.BASE_URL}/gates/{row.public_id}/"


def _holds(answer: Answer, now: datetime) -> bool:
    return answer.expires_at is None or answer.expires_at > now


def _by(weighed: list[Weighed], because: str) -> bool:
    return any(item.result.because == because for item in weighed)


def _expiry(context: Context, weighed: list[Weighed]) -> datetime:
    """An allow lasts a day, and never longer than what it rests on: the approval, the envelope, the waiver, or what a check that
    counts says of its time."""
    ends = [context.now + ALLOW_LASTS]
    ends += [item.result.due_at for item in weighed if item.result.because and item.result.due_at is not None]
    ends += [item.result.until for item in weighed if item.blocking and item.result.until is not None]
    decision = context.decision
    if decision is not None and decision.valid_until is not None:
        ends.append(decision.valid_until if decision.valid_until > context.now else context.rollback_until or context.now)
    return min(ends)


def context_of(row: Evaluation) -> Context:
    """Read what the checks look at. An open request whose verdict has become final is settled on the way."""
    context = read_context(row)
    standing = context.standing
    if standing is not None and standing.is_open and standing.verdict.state != "open":
        settle_if_final(actor=system("gate"), request=standing.request)
        return read_context(row)
    return context


def weigh(context: Context) -> list[Weighed]:
    """Run every check. One that breaks answers unknown, with its name, and never allows."""
    found: list[Weighed] = []
    for check in declared():
        level: Level = check.level if check.fixed else context.policy.checks.get(check.code, check.level)
        if level == "off":
            continue
        try:
            results = list(check.run(context))
        except Exception:
            log.exception("gate.check_failed", check=check.code, model_version=context.model_version.public_id)
            broken = Result(
                check.code, "unknown", _("This check could not be carried out"), _("The error is in the server's log.")
            )
            results = [broken]
        found += [Weighed(result, level == "blocking") for result in results]
    return found


def _inputs_digest(context: Context, weighed: list[Weighed], decision: str) -> str:
    """The digest of what the answer follows from: same inputs under the same policy, same decision."""
    request, decided = context.request, context.decision
    return digest(
        {
            "policy": context.policy.digest,
            "mode": context.gate.mode,
            "manifest": context.manifest.digest,
            "commit": context.commit,
            "artifact": context.artifact_sha256,
            "request": [request.public_id, request.round, request.state] if request else [],
            "verdict": context.standing.verdict.as_mapping() if context.standing else {},
            "decision": [decided.public_id, decided.valid_until, decided.revoked_at] if decided else [],
            "waivers": [[row.public_id, row.ended_at, row.reviewed_at] for row in context.waivers],
            "envelope": context.inside.envelope.public_id if context.inside is not None else "",
            "conditions": [[row.public_id, row.met_at] for row in context.conditions],
            "checks": [
                [
                    item.result.code,
                    item.result.status,
                    item.blocking,
                    item.result.because,
                    item.result.due_at,
                    sorted(actor["id"] for actor in item.result.actors),
                    *([item.result.rests_on] if item.result.rests_on else []),
                ]
                for item in weighed
            ],
            "answer": decision,
        }
    )


def _body(
    row: Evaluation, context: Context, weighed: list[Weighed], decision: str, inputs: str, expires: datetime | None
) -> dict[str, Any]:
    body = {
        "id": row.public_id,
        "gate": row.gate.environment.slug,
        "decision": decision,
        "mode": row.gate.mode,
        "enforced": row.gate.mode == Gate.Mode.PREVENT,
        "summary": summary(weighed, decision, expires),
        "subject": {
            "model_version": row.model_version.public_id,
            "name": row.model_version.name,
            "version": row.model_version.version,
            "commit": row.commit or row.model_version.commit,
            "artifact_sha256": row.artifact_sha256,
            "manifest_digest": context.manifest.digest,
        },
        "purpose": row.purpose,
        "checks": [check_body(item) for item in weighed],
        "policy": _policy(context),
        "inputs_digest": inputs,
        "evaluated_at": timestamp(context.now),
        "expires_at": timestamp(expires) if expires else None,
        "checkpoint": context.checkpoint,
        "html_url": _address(row),
    }
    return json.loads(canonical_json(body))


def _policy(context: Context) -> dict[str, Any]:
    version = context.policy_version
    return {"key": version.policy.key, "version": version.number, "digest": version.digest}


def summary(weighed: list[Weighed], decision: str, expires: datetime | None = None) -> str:
    """One line for a log."""
    total = len(weighed)
    failing = sum(item.blocking and item.status == "fail" for item in weighed)
    waiting = sum(item.blocking and item.status in ("pending", "unknown") for item in weighed)
    if decision == "deny":
        return ngettext("%(n)s of %(total)s checks fails", "%(n)s of %(total)s checks fail", failing) % {
            "n": failing,
            "total": total,
        }
    if decision == "pending":
        return ngettext("%(n)s of %(total)s checks needs a person", "%(n)s of %(total)s checks need a person", waiting) % {
            "n": waiting,
            "total": total,
        }
    if _by(weighed, "waiver"):
        return _("Allowed by a break-glass waiver only, until %(when)s") % {"when": timestamp(expires) if expires else ""}
    if _by(weighed, "envelope"):
        return _("Allowed: inside of an envelope that was agreed to")
    return _("All checks that block pass")


def check_body(item: Weighed) -> dict[str, Any]:
    """One check as the API shows it. What is no pass names who can act and where, or says that it is stuck."""
    result = item.result
    body: dict[str, Any] = {
        "code": result.code,
        "status": result.status,
        "blocking": item.blocking,
        "title": str(result.title),
        "detail": str(result.detail),
        "actors": result.actors,
        "action": {"label": result.action["label"], "url": settings.BASE_URL + result.action["path"]} if result.action else None,
        "evidence": result.evidence,
        "since": timestamp(result.since) if result.since else None,
        "due_at": timestamp(result.due_at) if result.due_at else None,
    }
    if result.status != "pass" and (not any(actor["type"] == "user" for actor in result.actors) or not result.action):
        body["stuck"] = True
    return body
