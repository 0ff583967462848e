"""Changes of meaning that somebody proposes together, and what became of them."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.dictionary.models.elements import DataElement, Dictionary, ElementVersion
from governance.people.models import User, from_inside


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def open(self) -> Self:
        """Those of which nothing became yet."""
        return self.filter(approved_at=None, withdrawn_at=None)


class Proposal(PublicIdModel):
    """A bundle of changes across elements and dictionaries: approved as a whole, or not at all.

    Where it stands is what its request says; the columns here are written once, when it ends.
    """

    public_id_prefix = "pp"

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="proposals")  # where it is kept
    title = models.CharField(_("Title"), max_length=120)
    rationale = models.TextField(_("Why"), validators=[MaxLengthValidator(4000)])
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approval = models.CharField(max_length=40, null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["dictionary", "-id"], name="proposal_by_dictionary")]

    @property
    def is_open(self) -> bool:
        return self.approved_at is None and self.withdrawn_at is None

    def live_changes(self) -> models.QuerySet[Change]:
        """What it changes, in the order of elements."""
        rows = self.changes.filter(taken_out_at=None).select_related(
            "element__dictionary", "version__element", "version__created_by", "based_on__element", "replaced_by__dictionary"
        )
        return rows.order_by("element__dictionary__slug", "element__key")

    def content(self) -> dict[str, Any]:
        """What people judge: no id, no author, no date. `in_force` is there, so that a change approved meanwhile is seen."""
        return {
            "format": "countersign/dictionary-proposal/1",
            "title": self.title,
            "rationale": self.rationale,
            "changes": sorted((change.content() for change in self.live_changes()), key=lambda item: item["element"]),
        }

    def audit_state(self) -> dict[str, Any]:
        return {
            "dictionary": self.dictionary.public_id,
            "withdrawn_at": self.withdrawn_at,
            "approval": self.approval,
            "content": self.content(),
        }

    def __str__(self) -> str:
        return self.title


class Change(models.Model):
    """One element in a proposal: added, meant otherwise from then on, or retired. Taken out rather than changed."""

    class Kind(models.TextChoices):
        ADD = "add", _("New element")
        CHANGE = "change", _("Changed meaning")
        RETIRE = "retire", _("Retired")

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    element = models.ForeignKey(DataElement, models.PROTECT, related_name="changes")
    version = models.ForeignKey(ElementVersion, models.PROTECT, null=True, blank=True, related_name="changes")  # the draft
    based_on = models.ForeignKey(
        ElementVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )  # in force when it was written
    meaning_changed = models.BooleanField(null=True, blank=True)  # the proposer's answer
    replaced_by = models.ForeignKey(DataElement, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    taken_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "element"], condition=Q(taken_out_at=None), name="change_once_per_element"
            ),
            models.CheckConstraint(condition=Q(kind="retire") | Q(version__isnull=False), name="change_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.element}"

    def content(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "element": self.element.path,
            "version": self.version.digest if self.version else None,
            "based_on": self.based_on.digest if self.based_on else None,
            "meaning_changed": self.meaning_changed,
            "replaced_by": self.replaced_by.path if self.replaced_by else None,
        }
