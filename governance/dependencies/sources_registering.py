"""Sources, rules about licences, external services and criteria made known to search, comments and the log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import objects
from governance.dependencies.models import Criterion, ExternalService, LicenceRule, Source
from governance.usecases import discussed


def register() -> None:
    """Called once, when the app is ready."""
    discussed.seen_through_the_use_case("src", "lic", "ext", "cri")
    objects.register(
        Source,
        name="source",
        label=_("Verified source"),
        url=lambda row: f"/dependencies/sources/{row.public_id}/",
        search=lambda row: [row.title, row.index, row.publisher, *row.packages],
    )
    objects.register(
        LicenceRule,
        name="licence_rule",
        label=_("Rule about a licence"),
        url=lambda row: "/dependencies/licences/",
    )
    objects.register(
        Criterion,
        name="criterion",
        label=_("Criterion for reviews"),
        url=lambda row: f"/dependencies/criteria/#criterion-{row.key}",
        search=lambda row: [row.title, row.key, row.description],
    )
    objects.register(
        ExternalService,
        name="external_service",
        label=_("External service"),
        url=lambda row: f"/use-cases/{row.use_case.slug}/dependencies/services/{row.public_id}/",
        related=("use_case",),
        search=lambda row: [str(row), row.operator, row.get_kind_display()],
    )
