"""Approving many at once, where the policy says that a step may be answered so. Each answer stands for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from approvals.models import Ballot, Request
from approvals.permissions import may_vote_at_all
from approvals.selectors.standing import policy_of
from approvals.services.ballots import cast_ballot
from foundation.actor import Actor
from foundation.errors import CountersignError, FieldError, Invalid, Missing, NotAllowed
from foundation.permissions import require
from governance.people.models import User

MOST = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """One approval: of which request (public id) and step, over which digest."""

    request: str
    step: str
    digest: str
    comment: str = ""
    on_behalf_of: User | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: the ballot, or why there is none."""

    wanted: Wanted
    ballot: Ballot | None = None
    refusal: CountersignError | None = None


def approve_many(*, actor: Actor, wanted: Sequence[Wanted]) -> list[Outcome]:
    """Cast each of these approvals by itself, in their order: one that is refused keeps none of the others back.

    Each is a ballot like any other, in a transaction of its own, over the digest that was on the screen. Raises NotAllowed for who
    is no person, and Invalid for too many or none.
    """
    require(may_vote_at_all(actor))
    if not 1 <= len(wanted) <= MOST:
        said = _("Between 1 and %(most)s at once.") % {"most": MOST}
        raise Invalid(said, code="bulk.number", errors=[FieldError("items", "number", said)])
    rows = Request.objects.visible_to(actor).select_related("policy_version__policy", "use_case", "submitter", "environment")
    found = {row.public_id: row for row in rows.filter(public_id__in={item.request for item in wanted})}
    return [_one(actor, found.get(item.request), item) for item in wanted]


def _one(actor: Actor, row: Request | None, item: Wanted) -> Outcome:
    try:
        if row is None:
            raise Missing(_("There is no such request, or you may not see it."))
        _check_bulk(row, item.step)
        ballot = cast_ballot(
            actor=actor,
            request=row,
            step=item.step,
            verdict=Ballot.Verdict.APPROVE,
            digest=item.digest,
            comment=item.comment,
            on_behalf_of=item.on_behalf_of,
        )
    except CountersignError as refusal:
        return Outcome(item, refusal=refusal)
    return Outcome(item, ballot)


def _check_bulk(row: Request, key: str) -> None:
    """A step that the policy does not have is refused by whoever takes the ballot."""
    step = policy_of(row.policy_version).step(key)
    if step is not None and not step.bulk:
        said = _("The policy wants this step to be judged by itself: open the request, and answer there.")
        raise NotAllowed(said, code="ballot.not_in_bulk")
