"""Drafts of policies, open for comment to the people whom they would bind, before anybody is asked to confirm them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from approvals.models import CommentPeriod, PolicyVersion
from approvals.permissions import may_write_policies
from approvals.selectors.drafts import people_bound_by
from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from governance.people import notices
from governance.people.services import tell

OPENED = audit.kind("approvals.policy.opened_for_comment", _("Draft of a policy opened for comment"))
LONGEST = timedelta(days=90)


def _in_words(data: dict[str, str]) -> dict[str, Any]:
    last = timezone.localtime(datetime.fromisoformat(data["until"]) - timedelta(seconds=1))
    return {**data, "until": formats.date_format(last, "SHORT_DATE_FORMAT")}


INVITED = notices.kind(
    "approvals.draft_for_comment",
    _("A rule that would bind you"),
    _("%(name)s asks what you think of a draft: %(title)s, version %(number)s. Comments are open until %(until)s."),
    words=_in_words,
)


def open_for_comment(*, actor: Actor, version: PolicyVersion, until: datetime) -> CommentPeriod:
    """Invite whoever holds a role that its steps name to say what they think of a draft. It binds nobody meanwhile.

    Saying another day is a new period: who was invited until another day is invited again. Comments are neither needed for a
    confirmation nor in its way. Raises NotAllowed; Invalid for a day that is past or too far; Conflict for what is no draft.
    """
    require(may_write_policies(actor))
    now = clock.now()
    if not now < until <= now + LONGEST:
        said = _("Choose a day that is still to come, at most %(days)s days from now.") % {"days": LONGEST.days}
        raise Invalid(said, errors=[FieldError("until", "range", said)])
    with transaction.atomic():
        row: PolicyVersion = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy").get(pk=version.pk)
        if row.published_at is not None or row.withdrawn_at is not None:
            raise Conflict(_("This version is no draft any more."), code="policy.not_a_draft")
        invited = [user for user in people_bound_by(row) if user != actor.user]
        period = CommentPeriod.objects.create(version=row, until=until, opened_by=actor.user, opened_at=now, invited=len(invited))
        data = {"policy": row.policy.key, "number": row.number, "digest": row.digest, "until": until, "invited": len(invited)}
        audit.record(actor, OPENED, row, data)
        tell(
            invited,
            INVITED,
            key=f"draft:{row.public_id}:{until.date().isoformat()}",
            url=f"/settings/policies/{row.policy.key}/?version={row.number}#talk-{row.public_id}",
            subject_id=row.public_id,
            data={
                "name": str(actor.user or actor.label),
                "title": row.policy.title,
                "number": str(row.number),
                "until": until.isoformat(),
            },
        )
    return period
