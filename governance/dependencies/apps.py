from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DependenciesConfig(AppConfig):
    name = "governance.dependencies"
    label = "dependencies"

    def ready(self) -> None:
        from foundation import objects
        from governance.dependencies import conditions, views
        from governance.dependencies.models import DependencySet
        from governance.usecases import discussed, tabs

        discussed.seen_through_the_use_case("dps")
        objects.register(
            DependencySet,
            name="dependency_set",
            label=_("Lock file"),
            url=lambda row: f"/dependencies/{row.public_id}/",
            search=lambda row: [row.path, *row.requirements.values_list("name", flat=True)],
        )
        conditions.register()
        tabs.register("dependencies", _("Dependencies"), template="dependencies/tab.html", content=views.tab_content)
