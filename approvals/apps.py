from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import checks, panels, subjects, tabs
        from approvals.models import Ballot, Decision, Evaluation, Gate, Policy, PolicyVersion, Request
        from approvals.subjects.model_version import ModelVersionSubject
        from foundation import objects

        subjects.register(ModelVersionSubject())
        checks.load()
        tabs.register()
        panels.register()
        objects.register(Policy, name="policy", label=_("Policy"), url=lambda row: f"/settings/policies/{row.key}/")
        objects.register(
            PolicyVersion,
            name="policy_version",
            label=_("Policy version"),
            url=lambda row: f"/settings/policies/{row.policy.key}/",
            related=("policy",),
        )
        objects.register(Gate, name="gate", label=_("Gate"), url=lambda row: "/settings/environments/", related=("environment",))

        def asked(row: Request) -> str:
            """`churn-model → production`: its line without the type, since looking up the subject would cost a query each."""
            return row.line.partition(":")[2].replace(":", " → ")

        def page(row: Request) -> str:
            return f"/requests/{row.public_id}/"

        objects.register(Request, name="request", label=_("Request"), title=asked, url=page)
        objects.register(
            Ballot,
            name="ballot",
            label=_("Ballot"),
            title=lambda row: asked(row.request),
            url=lambda row: page(row.request),
            related=("request",),
        )
        objects.register(
            Decision,
            name="decision",
            label=_("Decision"),
            title=lambda row: asked(row.request),
            url=lambda row: page(row.request),
            related=("request",),
        )
        objects.register(
            Evaluation,
            name="evaluation",
            label=_("Gate answer"),
            title=lambda row: f"{row.model_version.label} → {row.gate.environment.slug}",
            url=lambda row: f"/gates/{row.public_id}/",
            related=("model_version", "gate__environment"),
        )
