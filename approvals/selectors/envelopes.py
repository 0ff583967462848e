"""Envelopes: which one is in force, whether a version is inside, and what one would have let in so far."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef

from approvals.envelopes import Limits, Line, Past, Tried, VersionFacts, facts_of, lines, parse_limits, tried
from approvals.models import Answer, Decision, Envelope, Request, Waiver
from foundation import clock
from foundation.actor import Actor
from foundation.canonical import canonical_json
from lineage.models import ComponentBody, Environment, ModelVersion
from lineage.selectors.manifest import Manifest
from lineage.selectors.manifests import manifest_digests

MOST_TRIED = 50
STATED = ("model", "data")  # the components whose contents limits speak of


@dataclass(frozen=True, slots=True)
class Proof:
    """A version against the envelope in force: every limit as a line."""

    envelope: Envelope
    lines: tuple[Line, ...]

    @property
    def inside(self) -> bool:
        return all(line.ok is True for line in self.lines)

    @property
    def broken(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.ok is not True)

    def body(self) -> list[dict[str, Any]]:
        """The lines as gate answers and the API show them."""
        return [line.as_mapping() for line in self.lines]


@dataclass(frozen=True, slots=True)
class Trial:
    """What past versions say about limits: the baseline itself, and each version before it, newest first."""

    baseline: Tried
    versions: tuple[Tried, ...]
    more: bool = False  # there are older ones, which nobody tried

    @property
    def inside(self) -> int:
        return sum(item.inside for item in self.versions)

    @property
    def regretted(self) -> int:
        """How many would have gone in unasked although they failed later."""
        return sum(item.regretted for item in self.versions)


@lru_cache(maxsize=256)
def _limits(body: bytes) -> Limits:
    return parse_limits(json.loads(body))


def limits_of(envelope: Envelope) -> Limits:
    """The limits as a value; read once per process."""
    return _limits(canonical_json(envelope.body))


def in_force(at: datetime) -> Any:
    """Envelopes that hold at `at`: agreed to, neither ended nor run out, and their decision not revoked."""
    standing = Decision.objects.filter(public_id=OuterRef("approval"), revoked_at=None)
    return Envelope.objects.live(at).filter(Exists(standing))


def proof_for(model_version: ModelVersion, environment: Environment, manifest: Manifest, now: datetime) -> Proof | None:
    """The version against the envelope in force for its model there, or None where there is none.

    Two queries; one where there is no envelope. It says nothing of what people said about this very version: a rejection wins.
    """
    rows = in_force(now).filter(model_name=model_version.name, environment=environment, use_case=model_version.use_case)
    envelope = rows.select_related("baseline").order_by("-approved_at", "-pk").first()
    if envelope is None:
        return None
    candidate = facts_of(manifest.digests, manifest.bodies, model_version.created_at)
    return Proof(envelope, lines(limits_of(envelope), _baseline_facts(envelope), candidate, now))


def _baseline_facts(envelope: Envelope) -> VersionFacts:
    """The baseline as it was when the envelope was written: figures that came later change nothing."""
    wanted = {envelope.baseline_manifest[name]: name for name in STATED if name in envelope.baseline_manifest}
    bodies = {wanted[row.digest]: row.body for row in ComponentBody.objects.filter(digest__in=wanted)}
    return facts_of(envelope.baseline_manifest, bodies, envelope.baseline.created_at)


def trial(limits: Limits, baseline: ModelVersion, environment: Environment, *, before: datetime | None = None) -> Trial:
    """Which past versions of the model would have been inside, and which of those failed. About a dozen queries, however many.

    Definition, column meanings and case are taken as they are today on both sides: a version is not tried by what the registers
    said on another day. `before` leaves out versions that were registered later.
    """
    rows = ModelVersion.objects.filter(name=baseline.name, use_case=baseline.use_case).exclude(pk=baseline.pk)
    if before is not None:
        rows = rows.filter(created_at__lte=before)
    found = list(rows.select_related("use_case").order_by("-pk")[: MOST_TRIED + 1])
    versions = found[:MOST_TRIED]
    facts = _facts([baseline, *versions])
    failures = failures_of([row.public_id for row in versions], environment)
    past = [Past(row.public_id, row.label, facts[row.pk], failures.get(row.public_id, ())) for row in versions]
    itself = Past(baseline.public_id, baseline.label, facts[baseline.pk])
    first, *others = tried(limits, facts[baseline.pk], [itself, *past], clock.now())
    return Trial(first, tuple(others), more=len(found) > MOST_TRIED)


def trial_of(envelope: Envelope) -> Trial:
    """The trial of a written envelope, over the versions that were there when it was written."""
    return trial(limits_of(envelope), envelope.baseline, envelope.environment, before=envelope.created_at)


def _facts(versions: Sequence[ModelVersion]) -> dict[int, VersionFacts]:
    """Facts of versions by primary key, as they are now. Eight queries."""
    digests = manifest_digests(versions)
    wanted = {found[name] for found in digests.values() for name in STATED if name in found}
    bodies = {row.digest: row.body for row in ComponentBody.objects.filter(digest__in=wanted)}
    return {
        row.pk: facts_of(
            digests[row.pk],
            {name: bodies[digests[row.pk][name]] for name in STATED if digests[row.pk].get(name) in bodies},
            row.created_at,
        )
        for row in versions
    }


def version_facts(version: ModelVersion) -> VersionFacts:
    """What limits can speak of in a version, as it is now."""
    return _facts([version])[version.pk]


def failures_of(ids: Collection[str], environment: Environment) -> dict[str, tuple[str, ...]]:
    """What spoke against versions there, by public id: a rejection, a revoked decision, a waiver found not justified."""
    found: dict[str, set[str]] = defaultdict(set)
    asked = Request.objects.filter(subject_type="model_version", subject_id__in=ids, environment=environment)
    for subject, state, revoked in asked.values_list("subject_id", "state", "decision__revoked_at"):
        if state == Request.State.REJECTED:
            found[subject].add("rejected")
        if state == Request.State.REVOKED or revoked is not None:
            found[subject].add("revoked")
    unjustified = Waiver.objects.filter(request__in=asked, review=Waiver.Review.UNJUSTIFIED)
    for subject in unjustified.values_list("request__subject_id", flat=True):
        found[subject].add("waiver_unjustified")
    return {subject: tuple(sorted(codes)) for subject, codes in found.items()}


@dataclass(frozen=True, slots=True)
class Since:
    """A version registered since the envelope was agreed to. `let_in`: when a gate first allowed it as inside, if one did."""

    version: ModelVersion
    tried: Tried
    let_in: datetime | None


def since_approval(envelope: Envelope) -> list[Since]:
    """Versions of the model since then, newest first: which are inside, and which a gate let in under this very envelope."""
    if envelope.approved_at is None:
        return []
    rows = ModelVersion.objects.filter(name=envelope.model_name, use_case=envelope.use_case, created_at__gte=envelope.approved_at)
    if envelope.ended_at is not None:
        rows = rows.filter(created_at__lte=envelope.ended_at)
    versions = list(rows.exclude(pk=envelope.baseline_id).select_related("use_case").order_by("-pk")[:MOST_TRIED])
    if not versions:
        return []
    facts, let_in = _facts(versions), _let_in(envelope, versions)
    past = [Past(row.public_id, row.label, facts[row.pk]) for row in versions]
    results = tried(limits_of(envelope), _baseline_facts(envelope), past, clock.now())
    return [Since(row, item, let_in.get(row.pk)) for row, item in zip(versions, results, strict=True)]


def _let_in(envelope: Envelope, versions: Iterable[ModelVersion]) -> Mapping[int, datetime]:
    """When a gate first answered allow with this envelope as its evidence, by version."""
    answers = Answer.objects.filter(
        evaluation__model_version__in=list(versions),
        evaluation__gate__environment=envelope.environment,
        decision="allow",
        answered_at__gte=envelope.approved_at,
    )
    found: dict[int, datetime] = {}
    for version, body, at in answers.order_by("pk").values_list("evaluation__model_version_id", "body", "answered_at"):
        if version not in found and _rests_on(body, envelope.public_id):
            found[version] = at
    return found


def _rests_on(body: Mapping[str, Any], envelope: str) -> bool:
    return any(
        check["code"] == "approval.envelope"
        and check["status"] == "pass"
        and any(item.get("id") == envelope for item in check["evidence"])
        for check in body["checks"]
    )


def envelopes_of(actor: Actor) -> Any:
    """Those the actor may see, with what a list needs: `revoked` says that their decision was taken back."""
    revoked = Decision.objects.filter(public_id=OuterRef("approval"), revoked_at__isnull=False)
    rows = Envelope.objects.visible_to(actor).select_related(
        "use_case", "environment", "baseline__use_case", "created_by", "ended_by"
    )
    return rows.annotate(revoked=Exists(revoked))


def state_of(envelope: Envelope, now: datetime) -> str:
    """draft, active, ended, expired or revoked. Reads the decision unless the row came from `envelopes_of`."""
    if envelope.ended_at is not None and envelope.ended_at <= now:
        return "ended"
    if envelope.approved_at is None:
        return "draft"
    revoked = getattr(envelope, "revoked", None)
    if revoked is None:
        revoked = Decision.objects.filter(public_id=envelope.approval, revoked_at__isnull=False).exists()
    if revoked:
        return "revoked"
    return "expired" if envelope.valid_until is not None and envelope.valid_until <= now else "active"


def request_about(envelope: Envelope, actor: Actor) -> Request | None:
    """The newest request about an envelope that the actor may see."""
    rows = Request.objects.visible_to(actor).filter(subject_type="envelope", subject_id=envelope.public_id)
    return rows.order_by("-pk").first()
