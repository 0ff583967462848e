from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsecasesConfig(AppConfig):
    name = "governance.usecases"
    label = "usecases"

    def ready(self) -> None:
        from foundation import objects
        from governance.usecases import tabs, views
        from governance.usecases.models import Definition, UseCase

        objects.register(UseCase, name="use_case", label=_("Use case"), url=lambda row: f"/use-cases/{row.slug}/")
        objects.register(
            Definition,
            name="definition",
            label=_("Definition"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/definitions/",
            related=("use_case",),
        )
        tabs.register("overview", _("Overview"), template="usecases/overview.html", content=views.overview_content)
        tabs.register("people", _("People"), template="usecases/people.html", content=views.people_content)
        tabs.register("history", _("History"), template="usecases/history.html", content=views.history_content)
