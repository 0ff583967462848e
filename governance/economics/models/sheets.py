"""Spreadsheets of a case that somebody brought back."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.usecases.models import UseCase


class CaseSheetQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class CaseSheet(PublicIdModel):
    """A spreadsheet as it was sent: kept, so that what was looked at and what is taken over are the same bytes.

    What it would change is always reckoned anew, for the case may have moved since. `draft` names the draft it was taken into, which goes
    away once that is written down.
    """

    public_id_prefix = "esh"
    audit_fields = ("use_case", "sha256", "size", "draft", "revision", "taken_at")

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="case_sheets")
    file = models.FileField(upload_to="economics/%Y/%m/", max_length=300)
    name = models.CharField(_("File"), max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    draft = models.CharField(max_length=40, null=True, blank=True)
    revision = models.PositiveIntegerField(null=True, blank=True)

    objects = CaseSheetQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["use_case", "-id"], name="case_sheet_newest")]

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return self.name
