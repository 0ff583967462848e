"""Idempotency-Key: the same POST sent again gets the same answer and does nothing again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, CountersignError, Invalid
from foundation.models import IdempotencyRecord

IN_FLIGHT = timedelta(seconds=60)  # after that the first attempt is taken for dead
LONGEST_KEY = 200
ATTEMPTS = 3


class OtherBody(CountersignError):
    """The key was used before, with another body."""

    status = 422
    default_code = "idempotency.other_body"


class InFlight(Conflict):
    """The first request with this key has not been answered yet."""

    default_code = "idempotency.in_flight"


def once(
    *, principal: str, key: str, method: str, path: str, body: bytes, act: Callable[[], tuple[int, Any]]
) -> tuple[int, Any, bool]:
    """Run `act` unless this key was answered before; its status and JSON body, and whether it was a replay.

    An answer of 500 or more, or an exception, frees the key again: nothing was decided, so asking again is right.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(
            _("An Idempotency-Key has between 1 and %(most)s printable characters.") % {"most": LONGEST_KEY},
            code="idempotency.key",
        )
    fingerprint = digest_bytes(f"{method} {path}\n".encode() + body)
    record, mine = _claimed(principal, key, fingerprint)
    if not mine:
        if record.fingerprint != fingerprint:
            raise OtherBody(_("This Idempotency-Key was used for another request. Use a new key for a new request."))
        if record.status is not None:
            return record.status, record.body, True
        stale = IdempotencyRecord.objects.filter(pk=record.pk, status=None, started_at__lt=clock.now() - IN_FLIGHT)
        if not stale.update(started_at=clock.now()):
            raise _in_flight()
    try:
        status, answer = act()
    except BaseException:
        IdempotencyRecord.objects.filter(pk=record.pk).delete()
        raise
    if status >= 500:
        IdempotencyRecord.objects.filter(pk=record.pk).delete()
    else:
        IdempotencyRecord.objects.filter(pk=record.pk).update(status=status, body=answer)
    return status, answer, False


def _claimed(principal: str, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    """The record of this key, and whether it is ours: made just now.

    Somebody else's may be freed again between finding the key taken and reading whose it is, and then the key can be had.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                made = IdempotencyRecord.objects.create(
                    principal=principal, key=key, fingerprint=fingerprint, started_at=clock.now()
                )
                return made, True
        except IntegrityError:
            found = IdempotencyRecord.objects.filter(principal=principal, key=key).first()
            if found is not None:
                return found, False
    raise _in_flight()


def _in_flight() -> InFlight:
    return InFlight(_("The same request is being worked on. Ask again in a moment."), extra={"retry_after": 2})
