"""What people are told about reviews: that one is asked for, waits for a second person, counts, came back, or runs out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from governance.dependencies.models import Requester, Review, ReviewRequest
from governance.dependencies.review_permissions import security
from governance.dependencies.review_sheet import contributors
from governance.people import notices
from governance.people.models import User
from governance.people.services import tell

WARN_BEFORE = timedelta(days=14)

ASKED = notices.kind("dependencies.review.asked", _("A review is asked for"), _("%(who)s asks for a review of %(release)s."))
TO_CONFIRM = notices.kind(
    "dependencies.review.to_confirm",
    _("A review waits to be confirmed"),
    _("%(who)s prepared the review of %(release)s. Somebody else of security confirms it or sends it back."),
)
CONFIRMED = notices.kind(
    "dependencies.review.confirmed",
    _("A review counts"),
    _("%(who)s confirmed the review of %(release)s. From now on it counts for everybody who uses it."),
)
COVERED = notices.kind(
    "dependencies.review.covered",
    _("What you asked for is reviewed"),
    _("%(release)s is reviewed for all that was asked: nothing is missing any more."),
)
SENT_BACK = notices.kind(
    "dependencies.review.sent_back",
    _("A review came back"),
    _("%(who)s sent the review of %(release)s back. Their reason stands there, and a draft goes on from it."),
)
WITHDRAWN = notices.kind(
    "dependencies.review.withdrawn",
    _("A review was withdrawn"),
    _("%(who)s withdrew the review of %(release)s. What rested on it is uncovered again."),
)

ENDING = notices.kind(
    "dependencies.review.ending",
    _("A review runs out soon"),
    _("Within %(days)s days the review of %(release)s does not count any more. What rests on it is uncovered from then on."),
)


def asked(actor: Actor, row: ReviewRequest) -> None:
    """Once for a version, however many need it: who joins later is named on the request."""
    _tell(security(), ASKED, actor, row.public_id, str(row), f"/dependencies/review-requests/{row.public_id}/")


def prepared(actor: Actor, row: Review) -> None:
    """To those of security who may confirm it: nobody who worked on it."""
    worked = {user.pk for user in _who_worked_on(row)}
    _tell([user for user in security() if user.pk not in worked], TO_CONFIRM, actor, row.public_id, str(row.release), _url(row))


def confirmed(actor: Actor, row: Review, closed: Iterable[ReviewRequest]) -> None:
    _tell(_who_worked_on(row), CONFIRMED, actor, row.public_id, str(row.release), _url(row))
    for request in closed:
        asking = Requester.objects.filter(request=request).select_related("user").order_by("pk")
        people = [asker.user for asker in asking]
        _tell(people, COVERED, actor, request.public_id, str(request), f"/dependencies/review-requests/{request.public_id}/")


def sent_back(actor: Actor, row: Review, draft: Review) -> None:
    _tell(_who_worked_on(row), SENT_BACK, actor, row.public_id, str(row.release), _url(draft))


def withdrawn(actor: Actor, row: Review) -> None:
    people = [*_who_worked_on(row), *([row.confirmed_by] if row.confirmed_by is not None else [])]
    _tell(people, WITHDRAWN, actor, row.public_id, str(row.release), _url(row))


def warn_of_ends() -> int:
    """Tell security and who worked on a review that it runs out within WARN_BEFORE. How many reviews that were.

    Nobody is told twice, however often this runs: the key of a notice is its review.
    """
    now = clock.now()
    rows = list(
        Review.objects.live(now).filter(expires_at__lte=now + WARN_BEFORE).select_related("release__package", "prepared_by")
    )
    reviewers = security() if rows else []
    for row in rows:
        people = {user.pk: user for user in (*_who_worked_on(row), *reviewers)}.values()
        data = {"release": str(row.release), "days": str(WARN_BEFORE.days)}
        tell(people, ENDING, key=f"{ENDING.code}:{row.public_id}", url=_url(row), data=data, subject_id=row.public_id)
    return len(rows)


def _who_worked_on(row: Review) -> list[User]:
    """Who prepared it, and who judged its points."""
    judged = User.objects.filter(public_id__in=contributors(row.points)).exclude(pk=row.prepared_by_id).order_by("pk")
    return [*([row.prepared_by] if row.prepared_by is not None else []), *judged]


def _url(row: Review) -> str:
    return f"/dependencies/reviews/{row.public_id}/"


def _tell(users: Iterable[User], kind: notices.Kind, actor: Actor, about: str, release: str, url: str) -> None:
    """Once each, and nobody what they did themselves."""
    people = {user.pk: user for user in users if user != actor.user}.values()
    tell(people, kind, key=f"{kind.code}:{about}", url=url, data={"who": actor.label, "release": release}, subject_id=about)
