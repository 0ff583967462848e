from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LineageConfig(AppConfig):
    name = "lineage"

    def ready(self) -> None:
        from foundation import objects, outbox
        from governance.dependencies import usage
        from governance.usecases import newest, tabs
        from lineage.models import Environment, ModelVersion, Repository
        from lineage.selectors import builds
        from lineage.selectors.packages import PackageUsage
        from lineage.services import repositories, verification  # noqa: F401 - `repositories` declares its job
        from lineage.views import tab_content

        objects.register(Repository, name="repository", label=_("Repository"), url=lambda row: "/settings/repositories/")
        objects.register(
            ModelVersion, name="model_version", label=_("Model version"), url=lambda row: f"/models/{row.public_id}/"
        )
        objects.register(Environment, name="environment", label=_("Environment"), url=lambda row: "/settings/environments/")
        newest.builds_from(builds.newest_builds, builds.builds_of)
        usage.from_room(PackageUsage())
        tabs.register("models", _("Models"), template="lineage/tab.html", content=tab_content)
        outbox.subscribe("lineage.repository.synchronised", verification.on_synchronised)
