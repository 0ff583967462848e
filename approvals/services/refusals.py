"""Why a ballot is not taken: what the engine says, in words for the person, and what changed since they looked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals import evaluation
from approvals.models import Ballot, Request
from approvals.selectors.standing import Standing
from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest as digest_of
from foundation.errors import Conflict, NotAllowed
from governance.people.models import User
from governance.people.roles import role_label

STATE_OF_THINGS = ("not_a_step", "waiting", "nothing_to_retract", "not_applicable", "withdrawn")  # nobody could do it now


def refuse(standing: Standing, actor: Actor, step: str, verdict: Any, principal: User | None = None) -> None:
    """Raise unless the engine lets this person say this now, in their own name or in the principal's."""
    code = evaluation.may_vote(
        standing.policy,
        standing.digests,
        standing.engine_ballots,
        standing.eligibility,
        step,
        actor.id,
        clock.now(),
        standing.request.round,
        verdict=verdict,
        principal=principal.public_id if principal is not None else None,
        facts=standing.facts,
        standard_change=standing.standard_change,
    )
    if code is None:
        return
    found = standing.policy.step(step)
    text = refusal_text(code, role_label(found.role) if found else "", str(principal or ""))
    if code in STATE_OF_THINGS:
        raise Conflict(text, code=f"ballot.{code}")
    raise NotAllowed(text, code=f"ballot.{code}")


def refusal_text(code: str, role: str, principal: str = "") -> str:
    """Why somebody may not vote, in words for them. `principal`: the name of the person in whose place they want to."""
    names = {"role": role, "name": principal}
    texts = {
        "not_a_step": _("This policy has no such step."),
        "waiting": _("This step is not open yet: an earlier one has to be met first."),
        "no_role": _("You do not hold the role %(role)s here.") % names,
        "contributor": _("You made part of what this step judges. Somebody else has to judge it."),
        "submitter": _("You asked for this approval. Somebody else has to give it."),
        "nothing_to_retract": _("You have no ballot on this step that could be taken back."),
        "not_applicable": _("This step is not asked here, so there is nothing to say about it."),
        "withdrawn": _(
            "The version of the policy was withdrawn as unsafe. An administrator has to move this request to another one."
        ),
        "not_delegated": _("%(name)s has not asked you to act in their place here, or not for now.") % names,
        "principal_no_role": _("%(name)s does not hold the role %(role)s here, so nobody can act in it for them.") % names,
        "principal_contributor": _("%(name)s made part of what this step judges, so nobody can judge it in their place.") % names,
        "counted_before": _("You approved a step of this request already, and this one asks for somebody else."),
    }
    return str(texts[code])


def moved_on(row: Request, standing: Standing, seen: str) -> Conflict:
    """The 409 of somebody who voted on what is no longer there, naming what is different."""
    before = row.manifest
    if digest_of(dict(before)) != seen:  # older than the last write: what is known of it are the components that somebody judged
        last = Ballot.objects.filter(request=row, manifest_digest=seen).order_by("-pk").first()
        before = last.components if last else before
    changed = sorted(name for name, value in standing.digests.items() if name in before and before[name] != value)
    return Conflict(
        _("This changed after you opened it. Look at the difference, then decide."),
        code="ballot.digest",
        extra={
            "digest": standing.digest,
            "changed": changed,
            "difference": {name: [before[name], standing.digests[name]] for name in changed},
        },
    )
