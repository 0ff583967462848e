from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import checks, subjects
        from approvals.models import Ballot, Decision, Evaluation, Gate, Policy, PolicyVersion, Request
        from approvals.subjects.model_version import ModelVersionSubject
        from foundation import objects

        subjects.register(ModelVersionSubject())
        checks.load()
        objects.register(Policy, name="policy", label=_("Policy"), url=lambda row: f"/settings/policies/{row.key}/")
        objects.register(PolicyVersion, name="policy_version", label=_("Policy version"), url=lambda row: f"/settings/policies/{row.policy.key}/")
        objects.register(Gate, name="gate", label=_("Gate"), url=lambda row: "/settings/environments/")
        objects.register(Request, name="request", label=_("Request"), url=lambda row: f"/requests/{row.public_id}/")
        objects.register(Ballot, name="ballot", label=_("Ballot"), url=lambda row: f"/requests/{row.request.public_id}/")
        objects.register(Decision, name="decision", label=_("Decision"), url=lambda row: f"/requests/{row.request.public_id}/")
        objects.register(Evaluation, name="evaluation", label=_("Gate answer"), url=lambda row: f"/gates/{row.public_id}/")
