"""What people are told about verified sources: that one waits for a second person, and that one runs out soon."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from governance.dependencies.models import Source
from governance.dependencies.review_permissions import security
from governance.people import notices
from governance.people.services import tell

WARN_BEFORE = timedelta(days=14)

TO_CONFIRM = notices.kind(
    "dependencies.source.to_confirm",
    _("A verified source waits to be confirmed"),
    _("%(who)s proposes to trust “%(title)s”. A second person confirms it or declines."),
)
ENDING = notices.kind(
    "dependencies.source.ending",
    _("A verified source runs out soon"),
    _("Within %(days)s days “%(title)s” is not trusted any more. What rests on it is uncovered from then on."),
)


def added(actor: Actor, row: Source) -> None:
    others = [user for user in security() if user != actor.user]
    data = {"who": actor.label, "title": row.title}
    tell(others, TO_CONFIRM, key=f"{TO_CONFIRM.code}:{row.public_id}", url=_url(row), data=data, subject_id=row.public_id)


def warn_of_ends() -> int:
    """Tell who answers for a source, and security, that it ends within WARN_BEFORE. How many sources that were.

    Nobody is told twice, however often this runs: the key of a notice is its source.
    """
    now = clock.now()
    rows = list(Source.objects.live(now).filter(ended_at=None, ends_at__lte=now + WARN_BEFORE).select_related("owner"))
    reviewers = security() if rows else []
    for row in rows:
        people = {user.pk: user for user in (row.owner, *reviewers)}.values()
        data = {"title": row.title, "days": str(WARN_BEFORE.days)}
        tell(people, ENDING, key=f"{ENDING.code}:{row.public_id}", url=_url(row), data=data, subject_id=row.public_id)
    return len(rows)


def _url(row: Source) -> str:
    return f"/dependencies/sources/{row.public_id}/"
