"""Bells of this room."""

from __future__ import annotations

from celery import shared_task

from foundation import actor as actors
from governance.dependencies.services import advisories, rescan_old, ruling_news


@shared_task(name="dependencies.refresh_advisories")
def refresh_advisories() -> None:
    """Does nothing unless the settings name a feed."""
    advisories.refresh_advisories()


@shared_task(name="dependencies.rescan_old")
def rescan() -> None:
    """A few at a time: a newer scanner finds other points, and what was judged by the older one is compared with them."""
    rescan_old(actor=actors.system("scanner"))


@shared_task(name="dependencies.warn_of_rulings")
def warn_of_rulings() -> None:
    """Tell of rulings that run out within two weeks. What was told of is marked: doubled or lost it does no harm."""
    ruling_news.warn_of_ends()
