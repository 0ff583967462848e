"""Who has to agree: policies, their immutable versions, and the gates and subjects they stand before."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User, from_inside
from lineage.models import Environment


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, actor: Actor) -> Self:
        """Rules are known to everybody they bind, inside."""
        return self.filter(from_inside(actor))


class Policy(PublicIdModel):
    """A named rule of who has to agree. What it says is in its versions."""

    public_id_prefix = "pl"
    audit_fields = ("key", "title")

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    objects = PolicyQuerySet.as_manager()

    def current_version(self) -> PolicyVersion | None:
        """The version in force: the last that was published, and not withdrawn since."""
        return self.versions.in_force().order_by("-published_at", "-number").first()  # type: ignore[no-any-return] # untyped rows

    def __str__(self) -> str:
        return self.title


class PolicyVersionQuerySet(AppendOnlyQuerySet):
    def in_force(self) -> Self:
        return self.filter(published_at__isnull=False, withdrawn_at=None)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class PolicyVersion(PublicIdModel):
    """What a policy says. A draft until a second person has confirmed it; open requests keep the version they were opened under.

    draft → in force → replaced | withdrawn. A withdrawn version is unsafe: open requests under it are blocked until they are
    moved to another one.
    """

    public_id_prefix = "pv"
    audit_fields = ("policy", "number", "digest", "text")

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()  # as its author wrote it, comments included
    body = models.JSONField()
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    note = models.TextField(blank=True)  # what is different, and why
    published_at = models.DateTimeField(null=True)
    approval = models.CharField(
        max_length=40, null=True
    )  # public id of the decision that published it; blank: nothing to replace
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdraw_reason = models.TextField(null=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_numbered_once")]

    def audit_state(self) -> dict[str, Any]:
        """What happened to the version is vouched for from the moment it happens."""
        state = super().audit_state()
        if self.approval:
            state |= {"published_at": self.published_at, "approval": self.approval}
        if self.withdrawn_at is not None:
            state["withdrawn_at"] = self.withdrawn_at
        period = self.comment_periods.order_by("-pk").first()
        return state | ({"comments_until": period.until} if period is not None else {})

    def __str__(self) -> str:
        return f"{self.policy.key} {self.number}"


class CommentPeriod(models.Model):
    """A draft lies open for comment until then, to the people whom it would bind. The newest row says until when."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="comment_periods")
    until = models.DateTimeField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    invited = models.PositiveIntegerField()  # how many people were told

    objects = AppendOnlyQuerySet.as_manager()


class SubjectPolicyQuerySet(models.QuerySet["SubjectPolicy"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class SubjectPolicy(PublicIdModel):
    """Which policy governs a type of subject that goes to no environment: definitions, documents, policies themselves."""

    public_id_prefix = "sp"
    audit_fields = ("subject_type", "purpose", "policy")

    subject_type = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="subjects")

    objects = SubjectPolicyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_type", "purpose"], name="subject_policy_once")]

    def __str__(self) -> str:
        return f"{self.subject_type}: {self.policy.key}"


class GateQuerySet(models.QuerySet["Gate"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


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
