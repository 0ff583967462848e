"""Somebody asks, people answer, a decision is frozen.

Ballots and decisions are written once. The state of an open request is computed from them (`approvals.evaluation`); the
column is a cache of it.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from approvals.models.policies import PolicyVersion
from foundation.actor import Actor
from foundation.canonical import timestamp
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import Delegation, RoleGrant, User, from_inside
from governance.usecases.models import UseCase
from lineage.models import Environment

SHARED_TYPES = ("use_case_definition", "document")  # what a client signs


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> Self:
        return self.filter(state=Request.State.OPEN)

    def visible_to(self, actor: Actor) -> Self:
        """Those about use cases the actor sees; what belongs to no use case (rules, say) is known to everybody it binds.

        A client sees the sign-off of what is shared with them, and no request about anything else.
        """
        mine = Q(use_case__in=UseCase.objects.visible_to(actor))
        if actor.bound_to:
            return self.filter(mine)
        shared = Q(subject_type__in=SHARED_TYPES, use_case__in=UseCase.objects.shared_with(actor))
        return self.filter(mine | shared | Q(use_case=None) & from_inside(actor))


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
        ROLLBACK = "rollback", _("Rollback")
        DEFINITION = "definition", _("Definition")
        CHANGE = "change", _("Change")
        USE = "use", _("Use of data")
        BASELINE = "baseline", _("Baseline")
        PROVISION = "provision", _("Provisioning")
        EXCEPTION = "exception", _("Exception")
        SIGNOFF = "signoff", _("Sign-off")
        PUBLISH = "publish", _("Publication")

    public_id_prefix = "rq"
    audit_fields = ("subject_id", "purpose", "line", "round", "state", "submitter")

    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    environment = models.ForeignKey(Environment, models.PROTECT, null=True, related_name="requests")
    line = models.CharField(max_length=300)  # what follows one another: all versions of one model for one environment
    use_case = models.ForeignKey(UseCase, models.PROTECT, null=True, related_name="requests")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="requests")
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")  # whose ballots may carry over
    round = models.PositiveSmallIntegerField(default=1)
    submitter = models.ForeignKey(User, models.PROTECT, related_name="requests")
    comment = models.TextField(blank=True)
    contributors = models.JSONField(default=dict)  # component -> public ids of people; only grows
    manifest = models.JSONField(default=dict)  # component -> digest at the last write: a cache while open, the record once closed
    facts = models.JSONField(default=dict)  # what conditions of steps were computed from, likewise
    judged_event = models.BigIntegerField(null=True)  # up to which event of the log `manifest` and `facts` are what was found
    due_at = models.DateTimeField(null=True)  # the earliest time at which a running step is due: a cache, for lists
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
            models.Index(fields=["due_at", "id"], name="request_open_by_due", condition=Q(closed_at=None)),
        ]

    @property
    def scope(self) -> str:
        """Where roles have to be held: the public id of the use case, or nothing for what belongs to everybody."""
        return self.use_case.public_id if self.use_case is not None else ""

    def audit_scope(self) -> str:
        return self.scope


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

    class Meaning(models.TextChoices):
        """What a signature says, as 21 CFR 11.50 wants it on record."""

        REVIEWED = "reviewed", _("I have reviewed this")
        APPROVED = "approved", _("I approve this")
        RESPONSIBLE = "responsible", _("I take responsibility for this")

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
    principal = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # in whose place; empty: their own
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, related_name="+")  # what let them
    meaning = models.CharField(max_length=20, choices=Meaning.choices, blank=True)
    auth = models.CharField(max_length=20)
    auth_at = models.DateTimeField(null=True)  # when the person proved who they are, for a step that wants it
    at = models.DateTimeField()

    objects = BallotQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["request", "id"], name="ballot_by_request"),
            models.Index(fields=["human", "-id"], name="ballot_by_human"),
        ]

    @property
    def speaks_for(self) -> User:
        """Whose vote it is: the person's own, or the principal's in whose place they act."""
        return self.principal or self.human

    def audit_state(self) -> dict[str, Any]:
        """A plain ballot says what it said before there were delegations and signatures; only then is there more to vouch for."""
        state = super().audit_state()
        if self.principal is not None and self.delegation is not None:
            state |= {"principal": self.principal.public_id, "delegation": self.delegation.public_id}
        if self.meaning:
            state["meaning"] = self.meaning
        if self.auth_at is not None:
            state["auth_at"] = timestamp(self.auth_at)
        return state

    def audit_scope(self) -> str:
        return self.request.scope


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
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # empty: a condition that was missed
    revoke_reason = models.TextField(null=True)
    facts = models.JSONField(default=dict)  # what the conditions of its steps were computed from

    objects = DecisionQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.request.scope


class DismissalQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(ballot__request__in=Request.objects.visible_to(actor))


class Dismissal(PublicIdModel):
    """An objection set aside by somebody who may, with the reason. The ballot stays on record; it does not block any more."""

    public_id_prefix = "ds"
    audit_fields = ("ballot", "by", "at")

    ballot = models.OneToOneField(Ballot, models.PROTECT, related_name="dismissal")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()

    objects = DismissalQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.ballot.request.scope


class ConditionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(ballot__request__in=Request.objects.visible_to(actor))


class Condition(PublicIdModel):
    """Agreed, provided that this is done by then. Missed, it revokes the approval it was attached to."""

    public_id_prefix = "cn"
    audit_fields = ("ballot", "text", "due_at", "met_at", "missed_at")

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="conditions")
    text = models.TextField()
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    evidence = models.TextField(null=True)  # what shows that it was done
    missed_at = models.DateTimeField(null=True)

    objects = ConditionQuerySet.as_manager()

    def audit_scope(self) -> str:
        return self.ballot.request.scope
