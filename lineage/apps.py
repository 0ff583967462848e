from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LineageConfig(AppConfig):
    name = "lineage"

    def ready(self) -> None:
        from foundation import objects, outbox
        from governance.dependencies import usage
        from governance.dictionary import impact
        from governance.economics import model_versions
        from governance.economics import panels as case_panels
        from governance.usecases import authorship, discussed, newest, tabs
        from lineage import conditions, readers
        from lineage.models import Environment, KeptFile, ModelVersion, Repository
        from lineage.selectors import authors, builds, effort
        from lineage.selectors.packages import PackageUsage
        from lineage.selectors.worth import versions_known
        from lineage.services import repositories, verification, worth  # noqa: F401 - `repositories` declares its job
        from lineage.views import files_card, tab_content
        from lineage.worth_presenting import versions_part

        discussed.seen_through_the_use_case("mv")
        objects.register(
            Repository,
            name="repository",
            label=_("Repository"),
            url=lambda row: "/settings/repositories/",
            search=lambda row: [row.title, row.url],
        )
        objects.register(
            ModelVersion,
            name="model_version",
            label=_("Model version"),
            url=lambda row: f"/models/{row.public_id}/",
            related=("use_case",),
            search=lambda row: [row.label, row.commit, row.artifact_sha256, row.artifact_uri, row.repository_url],
        )
        objects.register(
            Environment,
            name="environment",
            label=_("Environment"),
            url=lambda row: "/settings/environments/",
            search=lambda row: [row.title, row.slug],
        )
        objects.register(
            KeptFile,
            name="kept_file",
            label=_("File of the repository"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/repository/files/",
            related=("use_case",),
        )
        newest.builds_from(builds.newest_builds, builds.builds_of)
        newest.full_builds_from(builds.newest_full_builds)
        authorship.authors_from(authors.newest_authors)
        conditions.register()
        effort.register()
        usage.from_room(PackageUsage())
        impact.register("model_version", _("Model versions"), readers.model_versions)
        tabs.register("models", _("Models"), template="lineage/tab.html", content=tab_content)
        tabs.register_card(70, template="lineage/files_card.html", content=files_card)
        outbox.subscribe("lineage.repository.synchronised", verification.on_synchronised)
        model_versions.versions_from(versions_known)
        case_panels.register(30, template="lineage/case_versions_part.html", content=versions_part)
        for topic in worth.OF_A_VERSION:
            outbox.subscribe(topic, worth.on_version)
        for topic in worth.OF_A_CASE:
            outbox.subscribe(topic, worth.on_baseline)
