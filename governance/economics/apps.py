from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EconomicsConfig(AppConfig):
    name = "governance.economics"
    label = "economics"

    def ready(self) -> None:
        from foundation import objects
        from governance.economics import conditions
        from governance.economics.models import Case, Snapshot
        from governance.economics.registering import actuals as actuals_registering
        from governance.economics.registering import provisions as provision_registering
        from governance.economics.registering import rates as rates_registering
        from governance.economics.registering import refusals as refusals_registering
        from governance.economics.registering import simulations as simulations_registering
        from governance.economics.registering import worth as worth_registering
        from governance.economics.views import cases as views
        from governance.usecases import tabs
        from governance.usecases.models import UseCase

        def page(use_case: UseCase) -> str:
            return f"/use-cases/{use_case.slug}/cost-benefit/"

        objects.register(
            Case, name="case", label=_("Cost-benefit case"), url=lambda row: page(row.use_case), related=("use_case",)
        )
        objects.register(
            Snapshot,
            name="snapshot",
            label=_("Costs and benefits"),
            url=lambda row: page(row.case.use_case),
            related=("case__use_case",),
        )
        conditions.register()
        actuals_registering.register()
        provision_registering.register()
        rates_registering.register()
        refusals_registering.register()
        worth_registering.register()
        simulations_registering.register()
        tabs.register("cost-benefit", _("Cost-benefit"), template="economics/tab.html", content=views.tab_content)
