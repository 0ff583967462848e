from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "approvals"

    def ready(self) -> None:
        from approvals import checks, conditions, obligations, panels, references, subscriptions, tabs, talk
        from approvals.models import (
            Ballot,
            Condition,
            Decision,
            Dismissal,
            Envelope,
            Evaluation,
            Gate,
            Policy,
            PolicyVersion,
            Request,
            SubjectPolicy,
            Waiver,
        )
        from approvals.running import running
        from approvals.subjects.registering import register_all
        from foundation import objects
        from lineage import readers

        register_all()
        checks.load()
        tabs.register()
        panels.register()
        talk.register()
        references.register()
        conditions.register()
        subscriptions.connect()
        obligations.register()
        readers.running_from(running)
        objects.register(
            Policy,
            name="policy",
            label=_("Policy"),
            url=lambda row: f"/settings/policies/{row.key}/",
            search=lambda row: [row.title, row.key],
        )
        objects.register(
            PolicyVersion,
            name="policy_version",
            label=_("Policy version"),
            url=lambda row: f"/settings/policies/{row.policy.key}/",
            related=("policy",),
            search=lambda row: [f"{row.policy.title} · {row.number}", row.policy.key, row.note, row.text],
        )
        objects.register(Gate, name="gate", label=_("Gate"), url=lambda row: "/settings/environments/", related=("environment",))

        objects.register(Envelope, name="envelope", label=_("Envelope"), url=lambda row: f"/envelopes/{row.public_id}/")

        def asked(row: Request) -> str:
            """`churn-model → production`: its line without the type, since looking up the subject would cost a query each."""
            return row.line.partition(":")[2].replace(":", " → ")

        def page(row: Request) -> str:
            return f"/requests/{row.public_id}/"

        objects.register(
            Request,
            name="request",
            label=_("Request"),
            title=asked,
            url=page,
            related=("use_case",),
            search=lambda row: [asked(row), row.comment, row.get_purpose_display()],
        )
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
            Dismissal,
            name="dismissal",
            label=_("Objection set aside"),
            title=lambda row: asked(row.ballot.request),
            url=lambda row: page(row.ballot.request),
            related=("ballot__request",),
        )
        objects.register(
            Condition,
            name="condition",
            label=_("Condition"),
            title=lambda row: asked(row.ballot.request),
            url=lambda row: page(row.ballot.request),
            related=("ballot__request",),
        )
        objects.register(SubjectPolicy, name="subject_policy", label=_("Policy for a type of subject"))
        objects.register(
            Waiver,
            name="waiver",
            label=_("Waiver"),
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
