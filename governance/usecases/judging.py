"""What risk and stack tell the rest of the portal about themselves. Called once, when the app is ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation import objects
from governance.usecases import judged_conditions, tabs, views
from governance.usecases.models import (
    Platform,
    PlatformOffer,
    RiskAssessment,
    RiskOverride,
    RiskQuestionnaire,
    StackDeviation,
    StackNeed,
)


def register() -> None:
    objects.register(
        RiskQuestionnaire,
        name="risk_questionnaire",
        label=_("Risk questionnaire"),
        url=lambda row: f"/settings/risk/{row.number}/",
    )
    objects.register(
        RiskAssessment,
        name="risk_assessment",
        label=_("Risk"),
        url=lambda row: f"/use-cases/{row.use_case.slug}/risk/",
        related=("use_case",),
    )
    objects.register(
        RiskOverride,
        name="risk_override",
        label=_("Risk tier by two people"),
        url=lambda row: f"/use-cases/{row.use_case.slug}/risk/",
        related=("use_case",),
    )
    objects.register(
        Platform,
        name="platform",
        label=_("Platform"),
        url=lambda row: f"/settings/platforms/{row.slug}/",
        search=lambda row: [row.title, row.slug],
    )
    objects.register(
        PlatformOffer,
        name="platform_offer",
        label=_("What a platform offers"),
        url=lambda row: f"/settings/platforms/{row.platform.slug}/",
        related=("platform",),
    )
    objects.register(
        StackNeed,
        name="stack_need",
        label=_("What it needs to run"),
        url=lambda row: f"/use-cases/{row.use_case.slug}/stack/",
        related=("use_case",),
    )
    objects.register(
        StackDeviation,
        name="stack_deviation",
        label=_("Deviation from a platform"),
        url=lambda row: f"/use-cases/{row.use_case.slug}/stack/",
        related=("use_case", "platform"),
    )
    judged_conditions.register()
    tabs.register_card(30, template="usecases/risk_card.html", content=views.risk_card)
    tabs.register_card(35, template="usecases/stack_card.html", content=views.stack_card)
