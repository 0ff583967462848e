"""Bells of this room."""

from __future__ import annotations

from celery import shared_task

from foundation import actor as actors
from governance.dependencies.services import advisories, rescan_old, review_news, ruling_news, source_news


@shared_task(name="dependencies.refresh_advisories")
def refresh_advisories() -> None:
    """Does nothing unless the settings name a feed."""
    advisories.refresh_advisories()


@shared_task(name="dependencies.rescan_old")
def rescan() -> None:
    """A few at a time: a newer scanner finds other points, and what was judged by the older one is compared with them."""
    rescan_old(actor=actors.system("scanner"))


@shared_task(name="dependencies.warn_of_ends")
def warn_of_ends() -> None:
    """Tell of rulings, verified sources and reviews that run out within two weeks. Who was told is remembered: doubled or lost it does no harm."""
    ruling_news.warn_of_ends()
    source_news.warn_of_ends()
    review_news.warn_of_ends()
