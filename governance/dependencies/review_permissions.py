"""Who prepares reviews, who confirms them, and who may never confirm this one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.dependencies.models import Review, ReviewRequest
from governance.dependencies.review_sheet import contributors
from governance.people.models import RoleGrant, User
from governance.people.roles import BUILDERS
from governance.people.selectors import delegations_in_force

SECURITY = "security_reviewer"
PREPARERS = BUILDERS | {SECURITY}


def may_prepare_review(actor: Actor) -> Decision:
    """Who builds with packages, on whatever use case, and security: a review counts everywhere, so it may be prepared anywhere."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if actor.user is None:
        return Denied(_("A review is prepared by a person."))
    grants = RoleGrant.objects.live().filter(user=actor.user, role__in=PREPARERS)
    if (grants.covering(actor.bound_to) if actor.bound_to else grants).exists():
        return ALLOWED
    return Denied(
        _("Only data engineers, data scientists, ML engineers, project leads and security reviewers can prepare a review.")
    )


def may_judge_reviews(actor: Actor, *, voices: Sequence[User] | None = None) -> Decision:
    """Security reviewers, on whatever use case, and who stands in for one. `voices` spares two queries where they are at hand."""
    if not actor.is_person or actor.user is None:
        return Denied(_("Only a person can judge a review."))
    if voices_of(actor) if voices is None else voices:
        return ALLOWED
    return Denied(_("Only a security reviewer can do this."))


def may_confirm_review(actor: Actor, review: Review, *, voices: Sequence[User] | None = None) -> Decision:
    """A security reviewer who neither prepared it nor judged one of its points, in their own name or in that of somebody like that."""
    voices = voices_of(actor) if voices is None else voices
    if not (allowed := may_judge_reviews(actor, voices=voices)):
        return allowed
    if actor.user.pk == review.prepared_by_id:
        return Denied(_("You prepared this review, so somebody else has to confirm it."), code="review.four_eyes")
    judged = contributors(review.points)
    if actor.user.public_id in judged:
        return Denied(_("You judged points of this review, so somebody else has to confirm it."), code="review.four_eyes")
    if any(user.pk != review.prepared_by_id and user.public_id not in judged for user in voices):
        return ALLOWED
    return Denied(
        _("You stand in for somebody who worked on this review, so you cannot confirm it in their place."),
        code="review.four_eyes",
    )


def may_send_back(actor: Actor, review: Review) -> Decision:
    """Security, and whoever prepared it: to go on working on it. That something is dangerous is not taken back by who said so alone."""
    if actor.is_person and actor.user is not None and actor.user.pk == review.prepared_by_id:
        if review.verdict == Review.Verdict.FAIL:
            return Denied(
                _("You said that this release fails, so somebody else has to agree that it does not."), code="review.four_eyes"
            )
        return ALLOWED
    return may_judge_reviews(actor)


def may_withdraw_review(actor: Actor, review: Review) -> Decision:
    """Security; of a review that says `fail`, somebody else than who said it: without it the release may count as covered again."""
    if not (allowed := may_judge_reviews(actor)):
        return allowed
    if review.verdict == Review.Verdict.FAIL and actor.user.pk == review.prepared_by_id:
        return Denied(
            _("You said that this release fails, so somebody else has to agree that it does not."), code="review.four_eyes"
        )
    return ALLOWED


def may_discard_review(actor: Actor, review: Review) -> Decision:
    """Who began the draft, and security."""
    if not (allowed := may_prepare_review(actor)):
        return allowed
    if actor.user.pk == review.created_by_id or may_judge_reviews(actor):
        return ALLOWED
    return Denied(_("Only whoever began this review and security can discard it."))


def may_ask_review(actor: Actor) -> Decision:
    """Anybody inside, and a service token that may ask for approvals: to ask is no judgement."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if actor.user is None:
        return Denied(_("A review is asked for by a person."))
    return ALLOWED


def may_close_request(actor: Actor, request: ReviewRequest) -> Decision:
    """Security; and whoever asked, as long as nobody else did."""
    if may_judge_reviews(actor):
        return ALLOWED
    if not (allowed := may_ask_review(actor)):
        return allowed
    asked = set(request.requesters.values_list("user", flat=True))
    if asked == {actor.user.pk}:
        return ALLOWED
    return Denied(_("Others asked for this too, so only security can take it back."))


def security(scope: str = "") -> list[User]:
    """The people who hold the role of security reviewer, there or (empty) anywhere, by name. One query."""
    grants = RoleGrant.objects.live().filter(role=SECURITY).select_related("user")
    found = (grants.covering(scope) if scope else grants).order_by("pk")
    return sorted({grant.user for grant in found}, key=lambda user: (str(user), user.pk))


def voices_of(actor: Actor) -> list[User]:
    """In whose name somebody may speak as security: their own, and that of people they stand in for. Two queries."""
    if not actor.is_person or actor.user is None:
        return []
    user = actor.user
    lent = delegations_in_force().filter(Q(role="") | Q(role=SECURITY), delegate=user)
    people = {user.pk: user, **{row.principal.pk: row.principal for row in lent}}
    holding = RoleGrant.objects.live().filter(user__in=people, role=SECURITY).values_list("user", flat=True)
    return [people[pk] for pk in sorted(set(holding))]
