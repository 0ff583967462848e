"""What a release can be reviewed for beside what ships: criteria that the organisation made its own."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.models import PublicIdModel
from governance.dependencies.models.packages import AppendOnlyFromInsideQuerySet
from governance.people.models import User


class Criterion(PublicIdModel):
    """A word that reviews, sources and exemptions may state. Written once, and ended by retiring it.

    What it implies never changes, so what an old review says never does. Retired, it is stated no more and goes on meaning what it
    meant; its key is never used again.
    """

    public_id_prefix = "cri"
    audit_fields = ("key", "title", "description", "implies", "retired_at")

    key = models.CharField(max_length=40, unique=True)  # lower-case letters, digits, hyphens: it stands in policies and addresses
    title = models.CharField(_("Name"), max_length=120)
    description = models.TextField(_("What a reviewer has done"), validators=[MaxLengthValidator(2000)])
    implies = models.JSONField(default=list, blank=True)  # keys of criteria that were in force when it was written
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title
