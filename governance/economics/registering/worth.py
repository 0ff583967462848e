"""What versions of a model are worth, told to the rest of the product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the app is ready."""
    from foundation import objects
    from governance.economics import drafts_drivers
    from governance.economics.models import Revaluation
    from governance.economics.services import worth  # noqa: F401 - declares its kind of event
    from governance.economics.views import drivers as driver_views

    drafts_drivers.register(driver_views.page)
    objects.register(
        Revaluation,
        name="revaluation",
        label=_("Worth of a version"),
        title=lambda row: row.label,
        url=lambda row: f"/models/{row.model_version}/#worth",
        related=("baseline__case__use_case",),
    )
