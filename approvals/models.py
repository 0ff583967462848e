"""Judgement: policies, requests, ballots, decisions, gates, and what gates answered.

Ballots, decisions, policy versions and answers are written once. The state of an open request is computed from them
(`approvals.evaluation`); the column is a cache of it.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import RoleGrant, User
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, actor: Actor) -> Self:
        """Rules are known to everybody they bind."""
        return self


class Policy(PublicIdModel):
    """A named rule of who has to agree. What it says is in its versions."""

    public_id_prefix = "pl"
    audit_fields = ("key", "title")

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    objects = PolicyQuerySet.as_manager()

    def current_version(self) -> PolicyVersion | None:
        return self.versions.order_by("-number").first()

    def __str__(self) -> str:
        return self.title


class PolicyVersionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self


class PolicyVersion(PublicIdModel):
    """What a policy said from then on. Open requests keep the version they were opened under."""

    public_id_prefix = "pv"
    audit_fields = ("policy", "number", "digest", "text")

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()  # as its author wrote it, comments included
    body = models.JSONField()
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_numbered_once")]

    def __str__(self) -> str:
        return f"{self.policy.key} {self.number}"


class GateQuerySet(models.QuerySet["Gate"]):
    def visible_to(self, actor: Actor) -> Self:
        return self


class Gate(PublicIdModel):
    """What stands before an environment: its policy, and whether a refusal prevents, warns or is only recorded."""

    class Mode(models.TextChoices):
        PREVENT = "prevent", _("Prevents")
        WARN = "warn", _("Warns")
        RECORD = "record", _("Records")

    public_id_prefix = "gt"
    audit_fields = ("environment", "policy", "mode")

    environment = models.OneToOneField(Environment, models.PROTECT, related_name="gate")
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="gates")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.PREVENT)

    objects = GateQuerySet.as_manager()

    def __str__(self) -> str:
        return self.environment.slug


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> Self:
        return self.filter(state=Request.State.OPEN)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class Request(PublicIdModel):
    """Somebody asks for something to be agreed to.

    open → approved | rejected | withdrawn | expired | superseded; approved → revoked. Closed requests never reopen.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        SUPERSEDED = "superseded", _("Superseded")
        REVOKED = "revoked", _("Revoked")

    class Purpose(models.TextChoices):
        DEPLOYMENT = "deployment", _("Deployment")

    public_id_prefix = "rq"
    audit_fields = ("subject_id", "purpose", "line", "round", "state", "submitter")

    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    environment = models.ForeignKey(Environment, models.PROTECT, null=True, related_name="requests")
    line = models.CharField(max_length=300)  # what follows one another: all versions of one model for one environment
    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="requests")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="requests")
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")  # whose ballots may carry over
    round = models.PositiveSmallIntegerField(default=1)
    submitter = models.ForeignKey(User, models.PROTECT, related_name="requests")
    comment = models.TextField(blank=True)
    contributors = models.JSONField(default=dict)  # component -> public ids of people; only grows
    manifest = models.JSONField(default=dict)  # component -> digest at the last write: a cache while open, the record once closed
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "purpose"], condition=Q(closed_at=None), name="request_open_once_per_line"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="request_closed_when_not_open",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "purpose", "-id"], name="request_by_line"),
            models.Index(fields=["subject_id", "environment", "-id"], name="request_by_subject"),
        ]

    def audit_scope(self) -> str:
        return self.use_case.public_id


class BallotQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(request__in=Request.objects.visible_to(actor))


class Ballot(PublicIdModel):
    """What one person said about one step, over exactly these digests. Never changed; a later ballot may take its place."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approve")
        ABSTAIN = "abstain", _("Abstain")
        REQUEST_CHANGES = "request_changes", _("Ask for changes")
        REJECT = "reject", _("Reject")
        RETRACT = "retract", _("Take back")

    public_id_prefix = "bl"
    audit_fields = (
        "request",
        "round",
        "step",
        "human",
        "verdict",
        "comment",
        "components",
        "step_digest",
        "manifest_digest",
        "grant",
        "at",
        "auth",
    )

    request = models.ForeignKey(Request, models.PROTECT, related_name="ballots")
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=60)
    human = models.ForeignKey(User, models.PROTECT, related_name="ballots")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    comment = models.TextField(blank=True)
    components = models.JSONField()  # component -> digest that was on the screen
    manifest_digest = models.CharField(max_length=71)
    step_digest = models.CharField(max_length=71)
    grant = models.ForeignKey(RoleGrant, models.PROTECT, null=True, related_name="+")  # the role that made it valid
    auth = models.CharField(max_length=20)
    at = models.DateTimeField()

    objects = BallotQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["request", "id"], name="ballot_by_request")]

    def audit_scope(self) -> str:
        return self.request.use_case.public_id


class InheritedBallot(models.Model):
    """A ballot of an earlier version's request that this one may count: decided when the request was opened."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="inherited")
    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="+")

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "ballot"], name="ballot_inherited_once")]


class DecisionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(request__in=Request.objects.visible_to(actor))


class Decision(PublicIdModel):
    """An approval, frozen: who, in which role, over which bytes. It can end, and never change."""

    public_id_prefix = "dc"
    audit_fields = (
        "request",
        "manifest",
        "manifest_digest",
        "ballots",
        "policy_digest",
        "commit",
        "artifact_sha256",
        "decided_at",
        "valid_until",
        "revoked_at",
    )

    request = models.OneToOneField(Request, models.PROTECT, related_name="decision")
    manifest = models.JSONField()
    manifest_digest = models.CharField(max_length=71)
    ballots = models.JSONField()
    policy_digest = models.CharField(max_length=71)
    commit = models.CharField(max_length=40, blank=True)
    artifact_sha256 = models.CharField(max_length=71, blank=True)
    decided_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = DecisionQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.request.use_case.public_id


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(model_version__in=ModelVersion.objects.visible_to(actor))


class Evaluation(PublicIdModel):
    """A question put to a gate: may these bytes go there? Reading it again asks again."""

    public_id_prefix = "ev"
    audit_fields = ("gate", "model_version", "commit", "artifact_sha256", "purpose")

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="evaluations")
    model_version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="evaluations")
    commit = models.CharField(max_length=64, blank=True)
    artifact_sha256 = models.CharField(max_length=71, blank=True)
    purpose = models.CharField(max_length=20, default="deployment")
    asked_by = models.CharField(max_length=60)  # public id of a person or token
    asked_by_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField()

    objects = EvaluationQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.model_version.use_case.public_id


class Answer(models.Model):
    """One numbered answer to an evaluation, exactly as it was given. A new one is kept when the answer changes."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField()
    decision = models.CharField(max_length=10)
    inputs_digest = models.CharField(max_length=71)
    body = models.JSONField()
    answered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    objects: Any = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "number"], name="answer_numbered_once")]
