"""The shared dictionary: a meaning is owned once, teams bind their columns to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from governance.people.models import Team, User, from_inside

KEY = RegexValidator(
    r"\A[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*\Z",
    _("A key has small letters, digits and _ . - between them, such as customer.signup_date."),
)


class DictionaryQuerySet(models.QuerySet["Dictionary"]):
    def visible_to(self, actor: Actor) -> Self:
        """Everybody inside may read what a column means."""
        return self.filter(from_inside(actor))


class Dictionary(PublicIdModel):
    """A set of elements that are kept together, such as all about customers."""

    public_id_prefix = "dct"
    audit_fields = ("slug", "title", "purpose")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=120)
    purpose = models.TextField(_("Purpose"), blank=True, validators=[MaxLengthValidator(2000)])
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DictionaryQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class DataElementQuerySet(models.QuerySet["DataElement"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def with_newest_version(self) -> Self:
        """Each element with a list `newest` of its newest version: two queries, however many elements."""
        return self.prefetch_related(Prefetch("versions", ElementVersion.objects.newest(), to_attr="newest"))


class DataElement(PublicIdModel):
    """Something that columns can hold. Its key is short, permanent and never given to something else."""

    public_id_prefix = "de"
    audit_fields = ("dictionary", "key", "name")

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="elements")
    key = models.CharField(_("Key"), max_length=80, validators=[KEY])
    name = models.CharField(_("Name"), max_length=120)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DataElementQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dictionary", "key"], name="element_key_once")]

    @property
    def path(self) -> str:
        """The element's full name, as it stands in manifests and legends: `dictionary/key`."""
        return f"{self.dictionary.slug}/{self.key}"

    def current_version(self) -> ElementVersion | None:
        """What the element means now."""
        return self.versions.order_by("-number").first()

    def __str__(self) -> str:
        return self.name


class ElementVersionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def newest(self, at: datetime | None = None) -> Self:
        """Only the newest version of each element, or the one that was the newest at `at`."""
        versions = ElementVersion.objects.filter(element=OuterRef("element"))
        if at is not None:
            versions = versions.filter(created_at__lte=at)
        return self.filter(number=Subquery(versions.order_by("-number").values("number")[:1]))


class ElementVersion(PublicIdModel):
    """What an element means, from then on. Never edited: a change is a new version."""

    class LogicalType(models.TextChoices):
        """The logical types of the Open Data Contract Standard."""

        STRING = "string", _("Text")
        INTEGER = "integer", _("Whole number")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("Yes or no")
        DATE = "date", _("Date")
        TIMESTAMP = "timestamp", _("Date and time")
        TIME = "time", _("Time of day")
        OBJECT = "object", _("Structure")
        ARRAY = "array", _("List")

    class SemanticType(models.TextChoices):
        IDENTIFIER = "identifier", _("Identifier")
        QUANTITY = "quantity", _("Quantity")
        MONEY = "money", _("Money")
        CATEGORY = "category", _("Category")
        TEMPORAL = "temporal", _("Point in time")
        TEXT = "text", _("Free text")
        FLAG = "flag", _("Flag")

    class Sensitivity(models.TextChoices):
        PUBLIC = "public", _("Public")
        INTERNAL = "internal", _("Internal")
        PERSONAL = "personal", _("Personal")
        SENSITIVE = "sensitive", _("Sensitive")

    public_id_prefix = "dev"

    element = models.ForeignKey(DataElement, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.TextField(_("Definition"), validators=[MaxLengthValidator(4000)])
    logical_type = models.CharField(_("Logical type"), max_length=10, choices=LogicalType.choices)
    semantic_type = models.CharField(_("Semantic type"), max_length=10, choices=SemanticType.choices, blank=True)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    null_meaning = models.TextField(_("Meaning of an empty value"), validators=[MaxLengthValidator(1000)], blank=True)
    sensitivity = models.CharField(_("Sensitivity"), max_length=10, choices=Sensitivity.choices, default=Sensitivity.INTERNAL)
    examples = models.JSONField(_("Examples"), default=list, blank=True)  # texts, in the order given
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = ElementVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["element", "number"], name="element_version_numbered_once")]

    def body(self) -> dict[str, Any]:
        """What this version says: no number, no dates, no author, no name. `digest` is taken over it."""
        return {
            "definition": self.definition,
            "logical_type": self.logical_type,
            "semantic_type": self.semantic_type,
            "unit": self.unit,
            "null_meaning": self.null_meaning,
            "sensitivity": self.sensitivity,
            "examples": self.examples,
        }

    def audit_state(self) -> dict[str, Any]:
        return {"element": self.element.public_id, "number": self.number, "digest": self.digest, "body": digest(self.body())}

    def __str__(self) -> str:
        return f"{self.element} · {self.number}"


class BindingQuerySet(models.QuerySet["Binding"]):
    def live(self, at: datetime | None = None) -> Self:
        """In force at `at` (now). Half-open, so a binding that replaces another never holds together with it."""
        at = at or clock.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), starts_at__lte=at)

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class Binding(PublicIdModel):
    """A team says that a column of its data holds this element, and how it differs. Ended, never deleted."""

    public_id_prefix = "bd"
    audit_fields = ("element", "team", "dataset", "column", "deviation", "starts_at", "ended_at")

    element = models.ForeignKey(DataElement, models.PROTECT, related_name="bindings")
    team = models.ForeignKey(Team, models.PROTECT, related_name="bindings")
    dataset = models.CharField(_("Data set"), max_length=200)
    column = models.CharField(_("Column"), max_length=200)
    deviation = models.TextField(_("Deviation"), validators=[MaxLengthValidator(2000)], blank=True)
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = BindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "dataset", "column"], condition=Q(ended_at=None), name="binding_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("starts_at")), name="binding_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["dataset", "column"], name="binding_by_column")]

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"
