"""What was shown at the end of a sprint, to whom, what people said about it, and what became of that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.usecases.models.documents import Document
from governance.usecases.models.use_cases import UseCase


class IncrementQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.shared_with(actor))


class Increment(PublicIdModel):
    """One showing of the work: what there was to see, and when. Never edited; who saw it and what they said is added below it."""

    class Source(models.TextChoices):
        PERSON = "person", _("A person")
        CI = "ci", _("The pipeline")

    public_id_prefix = "ic"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="increments")
    number = models.PositiveIntegerField()
    title = models.CharField(_("Title"), max_length=200)
    shown = models.TextField(_("What was shown"))
    shown_at = models.DateTimeField(_("When"))
    model_version = models.CharField(_("Model version"), max_length=40, blank=True)  # public id; the room is above this one
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.PERSON)
    key = models.CharField(max_length=200, blank=True)  # by which a pipeline names its run, so that a second try adds nothing
    digest = models.CharField(max_length=71)
    said_by = models.CharField(max_length=200)  # the person or token, as it was called then
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = IncrementQuerySet.as_manager()
    is_new = False  # on the row that a service has written just now, rather than found

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use_case", "number"], name="increment_numbered_once"),
            models.UniqueConstraint(fields=["use_case", "key"], condition=~Q(key=""), name="increment_once_per_key"),
        ]
        indexes = [models.Index(fields=["use_case", "-shown_at"], name="increment_by_time")]

    @property
    def from_ci(self) -> bool:
        return self.source == self.Source.CI

    def content(self, attachments: Iterable[Attachment]) -> dict[str, Any]:
        """What there was to see; `digest` is taken over it."""
        return {
            "title": self.title,
            "shown": self.shown,
            "shown_at": self.shown_at,
            "model_version": self.model_version,
            "source": self.source,
            "key": self.key,
            "attachments": [attachment.content() for attachment in attachments],
        }

    def audit_state(self) -> dict[str, Any]:
        """With everybody it was shown to, who may come later than the increment itself."""
        return {
            "use_case": self.use_case.public_id,
            "number": self.number,
            "digest": self.digest,
            "showings": [showing.content() for showing in self.showings.select_related("user").order_by("pk")],
        }

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.title} · {self.number}"


class Showing(models.Model):
    """One person to whom an increment was shown, or who was asked to look: with an account here, or by name."""

    class Part(models.TextChoices):
        INVITED = "invited", _("Invited")
        ATTENDED = "attended", _("Was there")
        SEEN = "seen", _("Looked at it here")

    increment = models.ForeignKey(Increment, models.PROTECT, related_name="showings")
    part = models.CharField(max_length=8, choices=Part.choices)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)  # of somebody without an account
    role = models.CharField(max_length=40, blank=True)  # in which they were asked, where they were asked by role
    created_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["increment", "part", "user"], condition=Q(user__isnull=False), name="showing_once_per_person"
            ),
            models.UniqueConstraint(fields=["increment", "part", "name"], condition=Q(user=None), name="showing_once_per_name"),
            models.CheckConstraint(
                condition=(Q(user=None) & ~Q(name="")) | Q(user__isnull=False, name=""), name="showing_to_a_person_or_a_name"
            ),
        ]
        indexes = [models.Index(fields=["user", "part"], name="showing_by_person")]

    def __str__(self) -> str:
        return self.name or str(self.user)

    @property
    def display(self) -> str:
        return str(self)

    def content(self) -> dict[str, str]:
        return {"part": self.part, "who": self.user.public_id if self.user else self.name, "role": self.role}


class AttachmentQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(increment__in=Increment.objects.visible_to(actor))


class Attachment(PublicIdModel):
    """What an increment brings along: a version of a document, an address, or a picture."""

    public_id_prefix = "at"

    increment = models.ForeignKey(Increment, models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="attached_to")
    url = models.URLField(_("Address"), max_length=2048, blank=True)
    picture = models.FileField(upload_to="increments/%Y/%m/", max_length=300, blank=True)
    name = models.CharField(max_length=255, blank=True)  # of the picture, as it was called where it came from
    media_type = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=71, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["increment", "position"], name="attachment_position_once")]

    def content(self) -> dict[str, Any]:
        return {"document": self.document.public_id if self.document else "", "url": self.url, "sha256": self.sha256}


class FeedbackQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(increment__in=Increment.objects.visible_to(actor))


class Feedback(PublicIdModel):
    """What somebody said about an increment. Never edited; what became of it is added below it."""

    class Kind(models.TextChoices):
        IDEA = "idea", _("Idea")
        PROBLEM = "problem", _("Problem")
        PRAISE = "praise", _("Praise")
        QUESTION = "question", _("Question")

    public_id_prefix = "fb"

    increment = models.ForeignKey(Increment, models.PROTECT, related_name="feedback")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("What was said"))
    said_by = models.CharField(max_length=120, blank=True)  # somebody else than who wrote it down, by name
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["increment", "number"], name="feedback_numbered_once")]

    @property
    def voice(self) -> str:
        """Whose opinion it is."""
        return self.said_by or str(self.created_by)

    def audit_state(self) -> dict[str, Any]:
        """With everything that became of it."""
        return {
            "increment": self.increment.public_id,
            "number": self.number,
            "kind": self.kind,
            "text": self.text,
            "said_by": self.said_by,
            "outcomes": [outcome.content() for outcome in self.outcomes.select_related("duplicate_of").order_by("pk")],
        }

    def audit_scope(self) -> str:
        return self.increment.use_case.public_id

    def __str__(self) -> str:
        return f"{self.increment.title} · {self.number}"


class FeedbackOutcome(models.Model):
    """What became of something that was said. The last one counts; the others stay."""

    class What(models.TextChoices):
        DONE = "done", _("Done")
        PLANNED = "planned", _("Planned")
        DECLINED = "declined", _("Declined")
        DUPLICATE = "duplicate", _("Said before")

    feedback = models.ForeignKey(Feedback, models.PROTECT, related_name="outcomes")
    what = models.CharField(_("What became of it"), max_length=10, choices=What.choices)
    reason = models.TextField(_("In a sentence"), blank=True)
    url = models.URLField(_("Address"), max_length=2048, blank=True)
    duplicate_of = models.ForeignKey(Feedback, models.PROTECT, null=True, related_name="duplicates")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what="declined", reason=""), name="outcome_declined_with_a_reason"),
            models.CheckConstraint(
                condition=Q(what="duplicate", duplicate_of__isnull=False) | (~Q(what="duplicate") & Q(duplicate_of=None)),
                name="outcome_duplicate_of_something",
            ),
        ]

    def content(self) -> dict[str, str]:
        same = self.duplicate_of.public_id if self.duplicate_of else ""
        return {"what": self.what, "reason": self.reason, "url": self.url, "duplicate_of": same}
