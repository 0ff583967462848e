"""Notices by e-mail: who gets which when, and that nobody gets one twice.

`mailed_at` says that nothing is left to be mailed about a notice: sent, read in the portal first, too old, or never wanted. It is set
before a mail is sent, by a conditional update: of two workers one finds nothing to send. A mail that could not be sent is given back;
one whose worker was killed while sending is not, for twice is worse than once in the portal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from foundation import clock
from governance.people import notices
from governance.people.hours import instant_of, local_date
from governance.people.models import Notice, User
from governance.people.selectors import calendar_for

log = structlog.get_logger(__name__)

TOO_OLD = timedelta(days=3)  # a mail that could not be sent for so long helps nobody any more
AGAIN_AFTER = timedelta(minutes=10)
DAILY_AT = time(8)  # by the clocks of the default calendar
AT_ONCE = 50  # notices in one mail
PEOPLE_AT_ONCE = 500
FAILURES_IN_A_ROW = 3  # then it is the mail server, and the next run tries again


def wants_mail(user: User) -> bool:
    """Whether e-mail about notices goes to this person at all: the installation sends some, and they did not say never."""
    return bool(settings.NOTICES_BY_MAIL and user.is_active and user.mail != User.Mail.NONE)


def mail_notices() -> int:
    """Send what waits: to those who want each notice at once, and the day's digests after eight in the morning. How many mails."""
    now = clock.now()
    waiting = Notice.objects.filter(mailed_at=None)
    _settle(waiting, now)
    if not settings.NOTICES_BY_MAIL:
        return 0
    due = waiting.filter(Q(user__mail=User.Mail.EACH) | Q(user__mail=User.Mail.DAILY, created_at__lt=digest_time(now)))
    sent = failed = 0
    for user in User.objects.filter(pk__in=due.values("user")).order_by("pk")[:PEOPLE_AT_ONCE]:
        if cache.get(_resting(user)):
            continue
        outcome = _mail(user, due.filter(user=user), now)
        sent += outcome is True
        failed = failed + 1 if outcome is False else 0
        if failed == FAILURES_IN_A_ROW:
            break
    return sent


def digest_time(now: datetime) -> datetime:
    """The last eight o'clock by the default calendar: a digest holds what was told before it."""
    zone = calendar_for().zone
    today = instant_of(datetime.combine(local_date(now, zone), DAILY_AT), zone)
    return today if today <= now else instant_of(datetime.combine(local_date(now, zone) - timedelta(days=1), DAILY_AT), zone)


def _settle(waiting: QuerySet[Notice], now: datetime) -> None:
    """Take off the pile what is not to be mailed, or no longer."""
    unwanted = Q(user__mail=User.Mail.NONE) | Q(user__is_active=False) | ~Q(read_at=None) | Q(created_at__lt=now - TOO_OLD)
    gone = waiting.filter(unwanted) if settings.NOTICES_BY_MAIL else waiting
    Notice.objects.filter(pk__in=list(gone.values_list("pk", flat=True)[:5000])).update(mailed_at=now)


def _mail(user: User, waiting: QuerySet[Notice], now: datetime) -> bool | None:
    """One mail with what waits for this person. True when it went out, False when it could not, None when nothing was left to send."""
    claimed = [
        row
        for row in waiting.order_by("pk")[:AT_ONCE]
        if Notice.objects.filter(pk=row.pk, mailed_at=None, read_at=None).update(mailed_at=now)
    ]
    if not claimed:
        return None
    try:
        with translation.override(user.language):
            message_of(user, claimed).send()
    except Exception:
        log.warning("people.mail_failed", user=user.public_id, notices=len(claimed), exc_info=True)
        Notice.objects.filter(pk__in=[row.pk for row in claimed]).update(mailed_at=None)
        cache.set(_resting(user), True, AGAIN_AFTER.total_seconds())
        return False
    return True


def message_of(user: User, rows: Sequence[Notice]) -> EmailMessage:
    """The mail, as plain text in the language that is active now: one notice with its own subject, or several together."""
    if len(rows) == 1:
        subject = notices.subject_of(rows[0])
    else:
        subject = _("Countersign: %(number)s notices") % {"number": len(rows)}
    items = [{"text": notices.text_of(row), "url": absolute(row.url)} for row in rows]
    context: dict[str, Any] = {"user": user, "items": items, "preferences": absolute("/settings/profile/")}
    text = render_to_string("people/notices_mail.txt", context)
    return EmailMessage(subject, text, to=[user.email], headers={"Auto-Submitted": "auto-generated"})


def absolute(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else f"{settings.BASE_URL}{url}"


def _resting(user: User) -> str:
    return f"people.mail.resting.{user.pk}"
