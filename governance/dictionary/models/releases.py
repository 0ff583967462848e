"""Releases: a dictionary as it was at one moment, in order and signed."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Subquery

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.dictionary.models.elements import Dictionary
from governance.people.models import User, from_inside


class ReleaseQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def newest(self) -> Self:
        """The last release of each dictionary."""
        last = Release.objects.filter(dictionary=OuterRef("dictionary")).order_by("-number").values("number")[:1]
        return self.filter(number=Subquery(last))


class Release(PublicIdModel):
    """The versions in force of all elements of a dictionary, ordered by key, under one Merkle root that is signed.

    `entries`: `[{"element", "number", "semver", "digest", "reads_as"}]`. `note` is the signed statement, once
    the worker has signed it.
    """

    public_id_prefix = "dr"

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    semver = models.CharField(max_length=20)
    entries = models.JSONField()
    root = models.CharField(max_length=71)
    note = models.TextField(null=True)
    words = models.CharField(max_length=2000, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dictionary", "number"], name="release_numbered_once")]

    def audit_state(self) -> dict[str, Any]:
        return {"dictionary": self.dictionary.public_id, "number": self.number, "root": self.root}

    @property
    def label(self) -> str:
        return f"{self.dictionary.slug}@{self.number}"

    def __str__(self) -> str:
        return f"{self.dictionary} · {self.number}"
