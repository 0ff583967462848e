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
from governance.people.roles import role_label


def refuse(standing: Standing, actor: Actor, step: str, verdict: Any) -> None:
    """Raise unless the engine lets this person say this now."""
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
    )
    if code is None:
        return
    found = standing.policy.step(step)
    text = refusal_text(code, role_label(found.role) if found else "")
    if code in ("not_a_step", "waiting", "nothing_to_retract"):
        raise Conflict(text, code=f"ballot.{code}")
    raise NotAllowed(text, code=f"ballot.{code}")


def refusal_text(code: str, role: str) -> str:
    """Why somebody may not vote, in words for them."""
    texts = {
        "not_a_step": _("This policy has no such step."),
        "waiting": _("This step is not open yet: an earlier one has to be met first."),
        "no_role": _("You do not hold the role %(role)s here.") % {"role": role},
        "contributor": _("You made part of what this step judges. Somebody else has to judge it."),
        "submitter": _("You asked for this approval. Somebody else has to give it."),
        "nothing_to_retract": _("You have no ballot on this step that could be taken back."),
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
