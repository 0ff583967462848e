"""Bells of this room: lost or doubled they do no harm."""

from __future__ import annotations

from celery import shared_task

from governance.people import mailing


@shared_task(name="people.mail_notices")
def mail_notices() -> None:
    mailing.mail_notices()
