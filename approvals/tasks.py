"""Bells of the approvals room."""

from __future__ import annotations

from celery import shared_task

from approvals.services import requests


@shared_task(name="approvals.expire_requests")
def expire_requests() -> None:
    requests.expire_due()
