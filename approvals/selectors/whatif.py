"""What a change would re-open, before anything is asked for. Reads what opening a request reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals import subjects
from approvals.evaluation import Ignored, StepResult
from approvals.facts import facts_of, standard_change_of
from approvals.models import Ballot, Gate, PolicyVersion, Request
from approvals.permissions import may_ask_gate
from approvals.policy import Policy
from approvals.selectors.foresight import unsaved_version
from approvals.selectors.standing import (
    Standing,
    assembled,
    ballots_of,
    is_set_aside,
    policy_of,
    speaker_of,
    standing_of,
)
from approvals.selectors.surroundings import PeopleHere, Surroundings, by_role, revoked_before, since_of, voided_by
from approvals.services.decisions import contributors_of
from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import FieldError, Invalid, NotAllowed
from foundation.permissions import require
from governance.people.models import RoleGrant
from governance.people.selectors import delegations_in_force
from lineage.models import ModelVersion


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The verdict as if a request were opened now. `before`: where the request stands from which ballots would carry over.

    `carried`: ballots of it that would count; `lost`: those that would not, and why. `reopened`: steps that are met there, and
    would be asked again. `asked_already`: there is an open request about exactly this, so nothing would be opened.
    """

    standing: Standing
    before: Standing | None
    version: PolicyVersion
    draft: bool
    changed: tuple[str, ...]
    carried: Sequence[tuple[StepResult, Any]]
    lost: Sequence[Ignored]
    reopened: Sequence[StepResult]
    asked_already: bool


def what_if(
    actor: Actor,
    gate: Gate,
    model_version: ModelVersion,
    *,
    manifest: Mapping[str, str] | None = None,
    changed: Collection[str] = (),
    policy: Policy | None = None,
    purpose: str = Request.Purpose.DEPLOYMENT,
) -> WhatIf:
    """Which steps this version would re-open, for whom, and what would carry over, if it were put forward now by this actor.

    `manifest`: digests that some components would have; `changed`: components that would be other ones, whatever they are. With
    neither it is the version as it stands. `policy`: a draft in place of the gate's policy. Raises NotAllowed; Invalid for a
    component that does not exist, or a gate without a policy in force. Nothing is written.
    """
    adapter = subjects.adapter_for("model_version")
    require(may_ask_gate(actor, model_version.use_case))
    if actor.user is None:
        raise NotAllowed(_("A request needs a person who stands behind it."), code="request.submitter")
    version = unsaved_version(gate.policy, policy) if policy is not None else gate.policy.current_version()
    if version is None:
        raise Invalid(_("This environment has no gate, so nobody can say who would have to agree."), code="request.no_gate")
    subject = adapter.find(actor, model_version.public_id)
    is_now = adapter.judged(subject).digests
    digests = _digests(is_now, manifest or {}, changed)
    line = adapter.line(subject, gate.environment)
    asked = _asked_about(line, purpose)
    there = next((row for row in asked if row.closed_at is None and row.subject_id == subject.public_id), None)
    same = there is not None and dict(digests) == dict(is_now) and policy is None
    predecessor = next((row for row in asked if row.state != Request.State.REJECTED), None)
    before = standing_of(predecessor) if predecessor is not None else None
    if same and there is not None:
        standing = standing_of(there, subject=subject)
    else:
        standing = _opened(actor, gate, version, subject, line, purpose, digests, predecessor)
    return WhatIf(
        standing=standing,
        before=before,
        version=version,
        draft=policy is not None,
        changed=tuple(name for name in digests if digests[name] != is_now.get(name)),
        carried=[
            (step, ballot)
            for step in standing.verdict.steps
            for ballot in step.approved_by
            if same or ballot.inherited_from is not None
        ],
        lost=[item for item in standing.verdict.ignored if item.ballot.verdict == "approve"],
        reopened=_reopened(before, standing),
        asked_already=same,
    )


def _digests(is_now: Mapping[str, str], manifest: Mapping[str, str], changed: Collection[str]) -> dict[str, str]:
    unknown = [name for name in (*manifest, *changed) if name not in is_now]
    if unknown:
        said = _("There is no component %(name)s. Components: %(all)s.") % {"name": unknown[0], "all": ", ".join(is_now)}
        field = "manifest" if unknown[0] in manifest else "changed"
        raise Invalid(said, code="simulate.component", errors=[FieldError(field, "unknown", said)])
    made_up = {name: digest({"simulated": name, "instead_of": is_now[name]}) for name in changed}
    return {**is_now, **made_up, **manifest}


def _asked_about(line: str, purpose: str) -> list[Request]:
    """Requests of the line, newest first: as many as opening one looks at, which is the open one and the last not rejected."""
    rows = Request.objects.filter(line=line, purpose=purpose).select_related(
        "use_case", "submitter", "environment", "policy_version__policy", "predecessor"
    )
    still_open = rows.filter(closed_at=None).first()
    last = rows.exclude(state=Request.State.REJECTED).order_by("-pk").first()
    found = {row.pk: row for row in (still_open, last) if row is not None}
    return sorted(found.values(), key=lambda row: -row.pk)


def _opened(
    actor: Actor,
    gate: Gate,
    version: PolicyVersion,
    subject: ModelVersion,
    line: str,
    purpose: str,
    digests: Mapping[str, str],
    predecessor: Request | None,
) -> Standing:
    """Where a request would stand that is opened now; it is not stored."""
    adapter = subjects.adapter_for("model_version")
    now = clock.now()
    row = Request(
        subject_type=adapter.type,
        subject_id=subject.public_id,
        purpose=purpose,
        environment=gate.environment,
        line=line,
        use_case=adapter.use_case(subject),
        policy_version=version,
        predecessor=predecessor,
        submitter=actor.user,
        contributors=contributors_of({}, adapter.type, subject, line),
        manifest=dict(digests),
        opened_at=now,
    )
    around = Surroundings(
        PeopleHere(
            by_role(RoleGrant.objects.live(now).covering(row.scope).select_related("user").order_by("scope", "pk")),
            list(delegations_in_force(now).covering(row.scope).order_by("pk")),
        ),
        voided=voided_by(revoked_before([line], now).filter(request__purpose=purpose)),
    )
    since = since_of(row)
    facts = facts_of(row, subject, digests, since)
    known = (facts, standard_change_of(row, policy_of(version), subject, digests, since))
    return assembled(row, digests, digest(dict(digests)), last_words(row, predecessor, around), around, now, known=known)


def last_words(row: Request, predecessor: Request | None, around: Surroundings) -> list[Ballot]:
    """What carries over into `row`: the last word on each step of everybody who has a voice in the predecessor, whatever it inherited
    included. Left behind is what was taken back or set aside."""
    if predecessor is None:
        return []
    now = clock.now()
    last: dict[tuple[str, int], Ballot] = {}
    for ballot in ballots_of(predecessor):
        if ballot.request_id != predecessor.pk or ballot.round == predecessor.round:
            last[ballot.step, speaker_of(ballot)] = ballot
    return [
        ballot
        for ballot in last.values()
        if ballot.verdict != Ballot.Verdict.RETRACT and not is_set_aside(ballot, row, around, now)
    ]


def _reopened(before: Standing | None, standing: Standing) -> list[StepResult]:
    """Steps that were met where the ballots come from, and would want somebody's approval again. A step whose approvals all carry
    over, and that only waits for another one, wants nobody's."""
    met = {step.key for step in before.verdict.steps if step.state == "met"} if before is not None else set()
    return [
        step
        for step in standing.verdict.steps
        if step.key in met and step.state not in ("met", "not_applicable") and step.have < step.quorum
    ]
