"""What people were told."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.people.models.accounts import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def visible_to(self, actor: Actor) -> Self:
        """One's own, and nobody else's."""
        return self.filter(user=actor.user) if actor.is_person else self.none()


class Notice(PublicIdModel):
    """Something a person should know, in the portal and perhaps by e-mail. It informs: nothing depends on its having arrived."""

    public_id_prefix = "nt"

    user = models.ForeignKey(User, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)  # of `governance.people.notices`, which words it in the reader's language
    key = models.CharField(max_length=200)  # what it is about, so that the same news is told once
    subject_id = models.CharField(max_length=60, blank=True)
    scope = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=300)
    data: Any = models.JSONField(default=dict)  # what the words need: names and times, as texts
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_told_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_by_user"),
            models.Index(fields=["created_at"], name="notice_unmailed", condition=Q(mailed_at=None)),
        ]
