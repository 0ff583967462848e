from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DependenciesConfig(AppConfig):
    name = "governance.dependencies"
    label = "dependencies"

    def ready(self) -> None:
        from foundation import objects, outbox
        from governance.dependencies import advisory_registering as advisories
        from governance.dependencies import conditions, sources_registering, views
        from governance.dependencies.models import Artifact, DependencySet, Package, Release, Review, ReviewRequest, Ruling
        from governance.dependencies.services import measuring
        from governance.dependencies.services.artifacts import LARGEST
        from governance.usecases import discussed, tabs, uploads

        discussed.seen_through_the_use_case("dps", "rev")
        objects.register(
            DependencySet,
            name="dependency_set",
            label=_("Lock file"),
            url=lambda row: f"/dependencies/{row.public_id}/",
            search=lambda row: [row.path, *row.requirements.values_list("name", flat=True)],
        )
        for address in ("/dependencies/artifacts/", "/api/v1/artifacts"):
            uploads.larger_at(address, LARGEST)
        objects.register(
            Package,
            name="package",
            label=_("Package"),
            url=lambda row: f"/dependencies/packages/{row.label}/",
            search=lambda row: [row.label],
        )
        objects.register(
            Release,
            name="release",
            label=_("Release"),
            url=lambda row: f"/dependencies/releases/{row.public_id}/",
            related=("package",),
            search=lambda row: [str(row)],
        )
        objects.register(
            Artifact, name="artifact", label=_("Artifact"), url=lambda row: f"/dependencies/artifacts/{row.public_id}/"
        )
        objects.register(
            Review,
            name="review",
            label=_("Review"),
            url=lambda row: f"/dependencies/reviews/{row.public_id}/",
            related=("release__package", "base"),
            search=lambda row: [str(row)],
        )
        objects.register(
            ReviewRequest,
            name="review_request",
            label=_("Request for a review"),
            url=lambda row: f"/dependencies/review-requests/{row.public_id}/",
            search=lambda row: [str(row)],
        )
        advisories.connect()
        discussed.seen_through_the_use_case("rul")
        objects.register(
            Ruling,
            name="ruling",
            label=_("Ruling"),
            url=lambda row: f"/dependencies/rulings/{row.public_id}/",
            search=lambda row: [str(row), row.advisory, *row.aliases, row.reason],
        )
        sources_registering.register()
        for topic in ("artifact.scanned", "review.confirmed", "review_request.asked"):
            outbox.subscribe(f"dependencies.{topic}", measuring.on_news)
        conditions.register()
        tabs.register("dependencies", _("Dependencies"), template="dependencies/tab.html", content=views.tab_content)
