"""Documents of a use case, in numbered versions."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import User
from governance.usecases.models.use_cases import UseCase


class DocumentQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.shared_with(actor))

    def with_newest(self) -> Self:
        """Each with the number of the newest version beside it, and with its withdrawal: lists ask once for all of them."""
        same = Document._base_manager.filter(use_case=OuterRef("use_case"), slug=OuterRef("slug")).order_by("-number")
        return self.select_related("withdrawal").annotate(newest_number=Subquery(same.values("number")[:1]))


class Document(PublicIdModel):
    """One version of a document: an uploaded file, or a link with what it led to. Never edited; a newer number supersedes it."""

    public_id_prefix = "do"

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="documents")
    slug = models.SlugField(max_length=60)  # the same for all versions
    number = models.PositiveIntegerField()
    title = models.CharField(_("Title"), max_length=200)
    note = models.TextField(_("What is new"), blank=True)
    url = models.URLField(_("Address"), max_length=2048, blank=True)
    file = models.FileField(upload_to="documents/%Y/%m/", max_length=300, blank=True)
    name = models.CharField(max_length=255, blank=True)  # as it was called where it came from
    media_type = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=71, blank=True)  # of the file; blank for a link whose content nobody stated
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approval = models.CharField(max_length=40, null=True)  # public id of the decision that signed it

    objects = DocumentQuerySet.as_manager()
    is_new = False  # on the row that a service has written just now, rather than found

    class Meta:
        constraints = [models.UniqueConstraint(fields=["use_case", "slug", "number"], name="document_numbered_once")]

    def content(self) -> dict[str, Any]:
        """What a person judges who signs it; `digest` is taken over it."""
        return {"title": self.title, "url": self.url, "name": self.name, "sha256": self.sha256, "size": self.size}

    @property
    def superseded_by(self) -> int | None:
        """The number of the newest version, where that is another."""
        newest = (
            getattr(self, "newest_number", None) or self.use_case.documents.filter(slug=self.slug).aggregate(n=Max("number"))["n"]
        )
        return int(newest) if newest != self.number else None

    @property
    def withdrawn(self) -> DocumentWithdrawal | None:
        """Since when, and why, nobody is to rely on it any more."""
        return getattr(self, "withdrawal", None)

    def audit_state(self) -> dict[str, Any]:
        state = {"use_case": self.use_case.public_id, "slug": self.slug, "number": self.number, "digest": self.digest}
        if self.approval:
            state["approval"] = self.approval
        return {**state, "withdrawn": self.withdrawn.reason} if self.withdrawn else state

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.title} · {self.number}"


class DocumentWithdrawal(models.Model):
    """Somebody took a version back, and says why. The row and its bytes stay: what was decided over it can still be read."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="withdrawal")
    reason = models.TextField(_("Why it is withdrawn"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()
