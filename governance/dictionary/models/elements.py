"""Dictionaries, their elements, and the versions of what an element means."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.dictionary import elements
from governance.dictionary.elements import Element
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
    audit_fields = ("slug", "title", "purpose", "team", "language")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=120)
    purpose = models.TextField(_("Purpose"), blank=True, validators=[MaxLengthValidator(2000)])
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="dictionaries")  # who answers for it
    language = models.CharField(_("Language"), max_length=20, default="en")  # that its names and definitions are written in
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DictionaryQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class DataElementQuerySet(models.QuerySet["DataElement"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def with_versions(self, at: datetime | None = None) -> Self:
        """Each element with `in_force` (a list of at most one version) and `newest`: three queries, however many elements."""
        return self.prefetch_related(
            Prefetch("versions", ElementVersion.objects.in_force(at), to_attr="in_force"),
            Prefetch("versions", ElementVersion.objects.newest(), to_attr="newest"),
        )


class DataElement(PublicIdModel):
    """Something that columns can hold. Its key is short, permanent and never given to something else.

    `name` is a cache of what the version in force calls it (before any is approved: the newest), for lists and search.
    `legend` is its short permanent key, which travels with copies of data.
    """

    public_id_prefix = "de"
    audit_fields = ("dictionary", "key", "legend", "steward", "retired_at", "replaced_by")

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="elements")
    key = models.CharField(_("Key"), max_length=80, validators=[KEY])
    legend = models.CharField(max_length=16, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    steward = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="stewarded_elements")
    retired_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = DataElementQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dictionary", "key"], name="element_key_once")]

    @property
    def path(self) -> str:
        """The element's full name, as it stands in manifests and legends: `dictionary/key`."""
        return f"{self.dictionary.slug}/{self.key}"

    def current_version(self, at: datetime | None = None) -> ElementVersion | None:
        """What the element means now, or meant then; None while nothing was approved."""
        return ElementVersion.objects.filter(element=self).in_force(at).first()

    def newest_version(self) -> ElementVersion | None:
        """What was written last, approved or not."""
        return self.versions.order_by("-number").first()

    def __str__(self) -> str:
        return self.name


class ElementVersionQuerySet(models.QuerySet["ElementVersion"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def update(self, **kwargs: Any) -> int:
        raise TypeError("ElementVersion rows are never changed")

    def delete(self) -> Any:
        raise TypeError("ElementVersion rows are never deleted")

    def approved(self, at: datetime | None = None) -> Self:
        """Those that went through approval by `at` (now), and whose day has come."""
        at = at or clock.now()
        begun = Q(effective_from=None) | Q(effective_from__lte=at.date())
        return self.filter(begun, approved_at__lte=at)

    def in_force(self, at: datetime | None = None) -> Self:
        """Of each element what it means at `at` (now): the version approved last of those whose day has come, unless its last day is
        over: then it means nothing, and what it meant earlier does not come back."""
        lasting = Q(effective_until=None) | Q(effective_until__gte=(at or clock.now()).date())
        said = ElementVersion.objects.filter(element=OuterRef("element")).approved(at)
        return self.filter(lasting, pk=Subquery(said.order_by("-approved_at", "-number").values("pk")[:1]))

    def newest(self) -> Self:
        """Of each element what was written last, approved or not."""
        said = ElementVersion.objects.filter(element=OuterRef("element"))
        return self.filter(number=Subquery(said.order_by("-number").values("number")[:1]))


class ElementVersion(PublicIdModel):
    """What an element means, as somebody wrote it down. Never edited: a change is a new version.

    It is a draft until a decision approved it, and no import, no credential and no administrator gets around that.
    `said` are the plain values of `elements.as_mapping`; the columns beside it are an index over them. `reads_as` is the digest by
    which readers know it: the same as that of the version before where nothing changed that matters to a reader.
    """

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
    said = models.JSONField()
    digest = models.CharField(max_length=71)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    definition = models.TextField(_("Definition"), blank=True)
    logical_type = models.CharField(_("Logical type"), max_length=10, choices=LogicalType.choices)
    semantic_type = models.CharField(_("Semantic type"), max_length=10, choices=SemanticType.choices, blank=True)
    unit = models.CharField(_("Unit"), max_length=40, blank=True)
    sensitivity = models.CharField(_("Sensitivity"), max_length=10, choices=Sensitivity.choices, blank=True)
    effective_from = models.DateField(_("In force from"), null=True, blank=True)
    effective_until = models.DateField(_("In force until"), null=True, blank=True)  # the last day
    note = models.CharField(_("Where it came from"), max_length=200, blank=True)  # such as the file it was imported from
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once, by the decision
    semver = models.CharField(max_length=20, null=True, blank=True)
    reads_as = models.CharField(max_length=71, null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approval = models.CharField(max_length=40, null=True, blank=True)

    objects = ElementVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["element", "number"], name="element_version_numbered_once"),
            models.CheckConstraint(
                condition=Q(approved_at=None, reads_as=None) | Q(approved_at__isnull=False, reads_as__isnull=False),
                name="element_version_approved_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["element", "-approved_at", "-number"], name="element_version_in_force"),
            models.Index(fields=["reads_as"], name="element_version_by_reading"),
        ]

    @cached_property
    def value(self) -> Element:
        """What it says, as a value."""
        found, problems = elements.read_element({**self.said, "key": self.element.key})
        if found is None:
            raise ValueError(f"{self.public_id} cannot be read: {problems[0]}")
        return found

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None

    @property
    def null_meaning(self) -> str:
        """What an empty value means."""
        return str(self.said.get("null_meanings", {}).get("", ""))

    @property
    def examples(self) -> list[str]:
        return list(self.said.get("examples", []))

    def body(self) -> dict[str, Any]:
        """What `digest` is taken over: no number, no dates of writing, no author."""
        return elements.body(self.value)

    def name_in(self, language: str = "") -> str:
        """The name in a language (that of the page), or in the dictionary's own."""
        return self._text("name", language) or self.name

    def definition_in(self, language: str = "") -> str:
        return self._text("definition", language) or self.definition

    def _text(self, what: str, language: str) -> str:
        wanted = (language or get_language() or "").lower()
        for text in self.said.get("texts", []):
            locale = text["locale"].lower()
            if locale == wanted or (wanted and locale.split("-")[0] == wanted.split("-")[0]):
                return str(text.get(what, ""))
        return ""

    def other_words(self) -> list[str]:
        """What else it is found by: names and definitions in other languages, and what its codes and missing values mean."""
        texts = [word for text in self.said.get("texts", []) for word in (text.get("name", ""), text.get("definition", ""))]
        codes = [item.get("meaning", "") for item in self.said.get("domain", {}).get("values", [])[:200]]
        return [word for word in (*texts, *codes) if word]

    def audit_state(self) -> dict[str, Any]:
        return {
            "element": self.element.public_id,
            "number": self.number,
            "digest": self.digest,
            "body": elements.content_digest(self.value),
            "approval": self.approval,
        }

    def __str__(self) -> str:
        return f"{self.element} · {self.semver or self.number}"


class AliasQuerySet(models.QuerySet["Alias"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))

    def live(self, at: datetime | None = None) -> Self:
        at = at or clock.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), created_at__lte=at)


class Alias(PublicIdModel):
    """What somebody calls an element: a team, a language, or everybody. Ended, never deleted.

    `norm` is the term as it is looked up. Within a dictionary a team's term means one element.
    """

    public_id_prefix = "al"
    audit_fields = ("element", "term", "team", "locale", "ended_at")

    element = models.ForeignKey(DataElement, models.PROTECT, related_name="aliases")
    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="+")
    term = models.CharField(_("Term"), max_length=120)
    norm = models.CharField(max_length=120)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    locale = models.CharField(_("Language"), max_length=20, blank=True)
    source = models.CharField(_("Source"), max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AliasQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dictionary", "team", "norm"], condition=Q(ended_at=None, team__isnull=False), name="alias_of_team_once"
            ),
            models.UniqueConstraint(
                fields=["dictionary", "norm"], condition=Q(ended_at=None, team=None), name="alias_of_everybody_once"
            ),
        ]
        indexes = [models.Index(fields=["norm"], name="alias_by_norm")]

    def __str__(self) -> str:
        return self.term
