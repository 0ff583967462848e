"""A model version to an environment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext_lazy as _

from approvals.envelopes import LimitsError, facts_of, kept, parse_limits
from approvals.models.requests import Decision
from approvals.subjects import Before, Judged, Subject
from approvals.subjects.facts import facts_from, version_facts
from foundation import clock
from foundation.actor import Actor
from foundation.errors import Missing
from governance.people.models import User
from governance.usecases.models import UseCase
from lineage.models import Component, ComponentBody, Environment, ModelVersion
from lineage.selectors.authors import authors_of, emails_between
from lineage.selectors.manifest import manifest_of
from lineage.selectors.manifests import manifest_digests
from lineage.services.components import keep_body

FROM_GIT = ("code", "model", "dependencies", "runtime")


class ModelVersionSubject(Subject):
    """Judged by its manifest; built by the authors and committers since the version that was approved before it."""

    type = "model_version"
    purposes = ("deployment", "rollback")
    wants_environment = True
    moved_by = (
        "usecases.use_case.changed",
        "usecases.definition.written",
        "economics.case.opened",
        "economics.snapshot.written",
        "dictionary.version.approved",
        "dictionary.proposal.approved",
        "dictionary.binding.made",
        "dictionary.binding.ended",
        "lineage.model_version.verified",
        "lineage.model_version.measured",
    )

    def find(self, actor: Actor, public_id: str) -> ModelVersion:
        row = ModelVersion.objects.visible_to(actor).select_related("use_case", "repository").filter(public_id=public_id).first()
        if row is None:
            raise Missing(_("There is no such model version, or you may not see it."))
        return row

    def use_case(self, subject: ModelVersion) -> UseCase:
        return subject.use_case

    def line(self, subject: ModelVersion, environment: Environment | None) -> str:
        return f"model_version:{subject.name}:{environment.slug if environment else ''}"

    def judged(self, subject: ModelVersion) -> Judged:
        manifest = manifest_of(subject)
        return Judged(manifest.digests, manifest.bodies, manifest.digest, manifest.sources)

    def gather(self, ids: Collection[str]) -> dict[str, tuple[Any, Mapping[str, str]]]:
        rows = list(ModelVersion.objects.filter(public_id__in=ids).select_related("use_case", "repository"))
        digests = manifest_digests(rows)
        return {row.public_id: (row, digests[row.pk]) for row in rows}

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        return {row.public_id: row.label for row in ModelVersion.objects.filter(public_id__in=ids)}

    def before(self, subject: ModelVersion) -> Before | None:
        """The version of that name that was pushed before."""
        earlier = ModelVersion.objects.filter(name=subject.name, pk__lt=subject.pk).order_by("-pk").values("pk")[:1]
        stored = list(Component.objects.filter(model_version=Subquery(earlier)).select_related("model_version").order_by("pk"))
        if not stored:
            return None
        row = stored[0].model_version
        return Before(row.label, self.url(row), {item.name: item.content_id for item in stored}, id=row.public_id)

    def keep(self, judged: Judged) -> None:
        for name in ("use_case", "dictionary", "economics"):  # the others are kept when the version is registered
            keep_body(name, judged.bodies[name])

    def contributors(self, subject: ModelVersion, since: ModelVersion | None) -> dict[str, set[str]]:
        by_component = authors_of(subject)
        emails = emails_between(subject, since.commit if since else None)
        people = set(User.objects.filter(email__in=emails).values_list("public_id", flat=True))
        for name in FROM_GIT:
            by_component.setdefault(name, set()).update(people)
        return by_component

    def bound(self, subject: ModelVersion) -> dict[str, str]:
        return {"commit": subject.commit, "artifact_sha256": subject.artifact_sha256}

    def facts(self, subject: ModelVersion, environment: Environment | None) -> dict[str, Any]:
        return version_facts([subject])[subject.public_id]

    def facts_over(self, subject: ModelVersion, environment: Environment | None, judged: Judged) -> dict[str, Any]:
        return self.facts(subject, environment) if judged.sources is None else facts_from(subject, judged.sources)

    def facts_of(self, subjects: Collection[ModelVersion]) -> dict[str, dict[str, Any]]:
        return version_facts(list(subjects))

    def within(self, subject: ModelVersion, since: ModelVersion, limits: Mapping[str, Any]) -> bool:
        """Whether the version keeps to the limits, measured from the bytes of `since` that were approved.

        What has no approval, or limits that cannot be read, hold nothing: unknown is never within. Which components may differ
        at all is the caller's to judge.
        """
        decision = Decision.objects.filter(request__subject_id=since.public_id).order_by("-pk").first()
        if decision is None:
            return False
        try:
            read = parse_limits(limits)
        except LimitsError:
            return False
        now = self.judged(subject)
        wanted = {digest: name for name, digest in decision.manifest.items()}
        bodies = {wanted[row.digest]: row.body for row in ComponentBody.objects.filter(digest__in=wanted)}
        baseline = facts_of(decision.manifest, bodies, since.created_at)
        candidate = facts_of(now.digests, now.bodies, subject.created_at)
        moving = [name for name, digest in now.digests.items() if decision.manifest.get(name) != digest]
        return kept(read, moving, baseline, candidate, clock.now())

    def title(self, subject: Any) -> str:
        return str(subject.label)

    def url(self, subject: Any) -> str:
        return f"/models/{subject.public_id}/"
