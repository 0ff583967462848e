"""An envelope for an environment: agreed to by the very people who approve releases there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals import subjects
from approvals.envelopes import bodies_of
from approvals.models import Decision, Envelope
from approvals.permissions import may_request
from approvals.selectors.envelopes import envelopes_of, limits_of
from approvals.subjects import Before, Judged, Subject
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Invalid, Missing
from foundation.permissions import Decision as Permission
from foundation.permissions import Denied
from lineage.models import Environment


class EnvelopeSubject(Subject):
    """Judged by components of the names that a release has, so that each step of the gate's policy has what it covers."""

    type = "envelope"
    purposes = ("deployment",)
    wants_environment = True
    moved_by = ()  # written once

    def find(self, actor: Actor, public_id: str) -> Envelope:
        row = envelopes_of(actor).filter(public_id=public_id).first()
        if row is None:
            raise Missing(_("There is no such envelope, or you may not see it."))
        return row  # type: ignore[no-any-return] # untyped rows

    def may_request(self, actor: Actor, subject: Envelope) -> Permission:
        if subject.ended_at is not None or subject.approved_at is not None:
            return Denied(_("This envelope was agreed to already, or has ended. Write another one."), code="envelope.over")
        return may_request(actor, subject.use_case)

    def line(self, subject: Envelope, environment: Environment | None) -> str:
        """Raises Invalid for an environment that the envelope is not for: it would be agreed to by the wrong people."""
        if environment is None or environment.pk != subject.environment_id:
            raise Invalid(
                _("This envelope is for %(environment)s.") % {"environment": subject.environment.title},
                code="envelope.environment",
            )
        return f"envelope:{subject.model_name}:{environment.slug}"

    def judged(self, subject: Envelope) -> Judged:
        bodies = bodies_of(subject.model_name, subject.environment.slug, subject.baseline_manifest, limits_of(subject))
        digests = {name: digest(body) for name, body in bodies.items()}
        return Judged(digests, bodies, digest(digests))

    def gather(self, ids: Collection[str]) -> dict[str, tuple[Any, Mapping[str, str]]]:
        rows = Envelope.objects.filter(public_id__in=ids).select_related("use_case", "environment", "baseline")
        return {row.public_id: (row, self.judged(row).digests) for row in rows}

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        return {row.public_id: self.title(row) for row in Envelope.objects.filter(public_id__in=ids)}

    def before(self, subject: Envelope) -> Before | None:
        """The envelope of that model and environment that was written before."""
        rows = Envelope.objects.filter(model_name=subject.model_name, environment_id=subject.environment_id, pk__lt=subject.pk)
        row = rows.select_related("environment").order_by("-pk").first()
        if row is None:
            return None
        judged = self.judged(row)
        return Before(self.title(row), self.url(row), judged.digests, judged.bodies)

    def contributors(self, subject: Envelope, since: Any | None) -> dict[str, set[str]]:
        """Who wrote the envelope made every part of it; and who made the baseline does not judge how far it may move."""
        made: Mapping[str, set[str]] = subjects.adapter_for("model_version").contributors(subject.baseline, None)
        author = subject.created_by.public_id
        return {name: {author, *made.get(name, ())} for name in (*subject.baseline_manifest, "envelope")}

    def facts(self, subject: Envelope, environment: Environment | None) -> dict[str, Any]:
        """Those of the baseline: what may move from it is as risky, and reads the same data."""
        return subjects.adapter_for("model_version").facts(subject.baseline, environment)

    def facts_of(self, subjects_: Collection[Envelope]) -> dict[str, dict[str, Any]]:
        known = subjects.adapter_for("model_version").facts_of([row.baseline for row in subjects_])
        return {row.public_id: known[row.baseline.public_id] for row in subjects_}

    def apply(self, *, actor: Actor, subject: Envelope, decision: Decision) -> None:
        from approvals.services.envelopes import approve_envelope  # it asks this adapter what was judged

        approve_envelope(actor=actor, envelope=subject, decision=decision)

    def title(self, subject: Any) -> str:
        return str(_("%(title)s (envelope of %(model)s)") % {"title": subject.title, "model": subject.model_name})

    def url(self, subject: Any) -> str:
        return f"/envelopes/{subject.public_id}/"
