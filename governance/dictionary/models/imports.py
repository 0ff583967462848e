"""Files of other tools that were read into a dictionary: the file, what would become of each column, and what did."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import AppendOnlyQuerySet, Job, PublicIdModel
from governance.dictionary.models.elements import Dictionary
from governance.people.models import Team, User, from_inside


class DictionaryImportQuerySet(models.QuerySet["DictionaryImport"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(from_inside(actor))


class DictionaryImport(PublicIdModel):
    """A file that is to be read into a dictionary: first tried, then carried out or not. What it says becomes drafts in proposals.

    `told` names format and version as they were found. `counts`: outcome → lines; a cache of the lines below. `finished_at` is when
    it was carried out, and the moment from which its bindings hold. `failure` says why a job came to nothing.
    """

    public_id_prefix = "dim"
    audit_fields = ("dictionary", "team", "format", "sha256", "size", "created_by", "finished_at")

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="imports")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")  # whose columns these are
    file = models.FileField(upload_to="dictionaries/%Y/%m/", max_length=300)
    name = models.CharField(_("File"), max_length=255)  # as it was called where it came from
    format = models.CharField(max_length=20)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=71)
    title = models.CharField(_("Title of the proposal"), max_length=100, blank=True)
    mapping = models.JSONField(null=True, blank=True)  # heading → field, where a person decided
    told = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    plan = models.CharField(max_length=71, blank=True)  # digest of what would happen
    proposals = models.JSONField(default=list, blank=True)  # public ids of what was drafted
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # somebody said that it is to be carried out
    skip_errors = models.BooleanField(default=False)  # lines with errors are left out, rather than holding up the others
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DictionaryImportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["dictionary", "-id"], name="dictionary_import_newest")]

    def __str__(self) -> str:
        return self.name


class DictionaryImportLine(models.Model):
    """What becomes of one column, of an element without columns, or of a place that cannot be used."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        BOUND = "bound", _("Bound")
        SAME = "same", _("Unchanged")
        WARNING = "warning", _("To look at")
        ERROR = "error", _("Problem")

    run = models.ForeignKey(DictionaryImport, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    place = models.CharField(max_length=300, blank=True)  # in the file, as the format counts: `row 7`, `models[0].columns[2]`
    table = models.CharField(max_length=300, blank=True)
    column = models.CharField(max_length=300, blank=True)
    element = models.CharField(max_length=150, blank=True)  # dictionary/key
    said = models.JSONField(default=dict, blank=True)  # {"code", "params", "fields", "found_by"}

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="dictionary_import_line_once")]
        indexes = [models.Index(fields=["run", "outcome", "number"], name="dictionary_import_line_outcome")]
