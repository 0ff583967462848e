"""What the product is told of known flaws when it starts: their objects, who hears of new ones, and how large a feed may be."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import objects, outbox
from governance.dependencies.models import AdvisoryImport, AdvisorySnapshot
from governance.dependencies.services import advisories, advisory_news
from governance.usecases import uploads


def connect() -> None:
    """Called once, when the app is ready."""
    objects.register(
        AdvisoryImport,
        name="advisory_import",
        label=_("Import of known flaws"),
        url=lambda row: f"/dependencies/advisories/imports/{row.public_id}/",
    )
    objects.register(
        AdvisorySnapshot,
        name="advisory_snapshot",
        label=_("State of known flaws"),
        url=lambda row: "/dependencies/advisories/",
    )
    outbox.subscribe(advisories.IMPORTED.code, advisory_news.on_imported)
    for address in ("/dependencies/advisories/imports/", "/api/v1/advisory-imports"):
        uploads.larger_at(address, advisories.LARGEST_FILE)
