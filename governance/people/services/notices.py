"""Notices: telling people something, and their having read it.

None of this is audited: a notice is a convenience made of what is recorded elsewhere, proves nothing, and nothing depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.errors import NotAllowed
from governance.people.mailing import wants_mail
from governance.people.models import Notice, User
from governance.people.notices import Kind

log = structlog.get_logger(__name__)


def tell(
    users: User | Iterable[User],
    kind: Kind,
    *,
    key: str,
    url: str,
    data: Mapping[str, str] | None = None,
    subject_id: str = "",
    scope: str = "",
) -> None:
    """Tell people something once: the same key is told to nobody twice. In the caller's transaction; mail goes out after it.

    Only the caller knows what it tells of: it must not tell people of things that they may not see. Who left is told nothing.
    """
    told = [users] if isinstance(users, User) else list(users)
    now = clock.now()
    rows = [
        Notice(
            user=user,
            kind=kind.code,
            key=key[:200],
            subject_id=subject_id,
            scope=scope,
            url=url[:300],
            data={name: str(value) for name, value in (data or {}).items()},
            created_at=now,
            mailed_at=None if wants_mail(user) else now,  # no mail is wanted: settled from the start, so that none piles up
        )
        for user in told
        if user.is_active
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.mailed_at is None and row.user.mail == User.Mail.EACH for row in rows):
        transaction.on_commit(_ring)


def read_notices(*, actor: Actor, ids: Iterable[str] | None = None) -> int:
    """Mark the actor's own notices as read: those named by public id, or all of them. How many were unread.

    Others' notices are passed over as if they did not exist. Raises NotAllowed for a token that is nobody.
    """
    if not actor.is_person:
        raise NotAllowed(_("Only a person has notices."))
    rows = Notice.objects.visible_to(actor).unread()
    if ids is not None:
        rows = rows.filter(public_id__in=list(ids))
    return rows.update(read_at=clock.now())


def _ring() -> None:
    from governance.people import tasks

    try:
        tasks.mail_notices.delay()
    except Exception:
        log.warning("people.bell_failed", exc_info=True)
