"""Simulations and scenarios, told to the rest of the product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the app is ready."""
    from foundation import objects
    from governance.economics import panels
    from governance.economics.models import Simulation
    from governance.economics.services import simulations  # noqa: F401 - the handler of its jobs, and its kinds of event
    from governance.economics.views import scenarios as scenarios_views

    objects.register(
        Simulation,
        name="simulation",
        label=_("Simulation of a case"),
        url=lambda row: f"/use-cases/{row.snapshot.case.use_case.slug}/cost-benefit/simulation/?run={row.public_id}",
        related=("snapshot__case__use_case",),
    )
    panels.register(90, template="economics/ways_card.html", content=scenarios_views.ways_content)
