"""Known flaws, as they were imported. Data, not decisions: what a flaw means for a model is found when somebody asks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.models import Job, PublicIdModel
from governance.dependencies.models.packages import AppendOnlyFromInsideQuerySet, FromInsideQuerySet
from governance.people.models import User


class AdvisorySnapshot(PublicIdModel):
    """What is known after one import, and of which bytes that was. Every answer names the one it rests on.

    A file may be the feed of one ecosystem among several. `ecosystems`: ecosystem → {"count": records about it, "newest": instant of the
    newest change in the feed that last brought them, "imported_at"}. `newest` is the oldest of these: data that one feed brought today
    makes that of another no newer.
    """

    public_id_prefix = "ads"
    audit_fields = ("digest", "source", "count", "newest", "refused", "imported_at")

    digest = models.CharField(max_length=71)  # over the bytes
    source = models.CharField(_("From"), max_length=500)  # an address without credentials, or the name of a file
    count = models.PositiveIntegerField()  # records that hold now, withdrawn ones too
    newest = models.CharField(max_length=40, blank=True)  # an instant, as written; empty where a feed does not tell
    ecosystems = models.JSONField(default=dict, blank=True)
    refused = models.PositiveIntegerField(default=0)
    told = models.JSONField(default=list, blank=True)  # the first records that could not be read: [{"name", "code", "params"}]
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    imported_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    imported_at = models.DateTimeField()

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    def __str__(self) -> str:
        return self.newest or self.source


class Advisory(models.Model):
    """One record, as it was from one import until another one changed it: an answer of last spring can be found again.

    `group` is the key of the flaw it is about, `aliases` all names that the flaw goes by; `said_aliases` are those of this record alone.
    Of the records of a flaw one leads: it stands for the flaw in lists, with the worst severity among them. Withdrawn ones are kept,
    and have no spans.
    """

    identifier = models.CharField(max_length=100)
    group = models.CharField(max_length=100)
    aliases = models.JSONField(default=list)
    said_aliases = models.JSONField(default=list)
    leads = models.BooleanField(default=True)
    ecosystems = models.JSONField(default=list)  # of what is affected
    summary = models.TextField(blank=True)
    severity = models.CharField(max_length=10, blank=True)
    worst = models.CharField(max_length=10, blank=True)
    published = models.CharField(max_length=40, blank=True)
    modified = models.CharField(max_length=40, blank=True)
    withdrawn = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=71)  # over what the record says, so that an import finds what changed
    since = models.ForeignKey(AdvisorySnapshot, models.PROTECT, related_name="+")
    until = models.ForeignKey(AdvisorySnapshot, models.PROTECT, null=True, blank=True, related_name="+")  # the first without it

    objects = FromInsideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identifier"], condition=Q(until=None), name="advisory_one_in_force"),
        ]
        indexes = [
            models.Index(fields=["group"], name="advisory_by_group"),
            models.Index(fields=["-modified", "-id"], name="advisory_newest", condition=Q(until=None, leads=True)),
        ]

    def __str__(self) -> str:
        return self.identifier


class AdvisorySpan(models.Model):
    """Versions of a package that have the flaw: the fields of `advisories.Span`, kept as long as the record they are of.

    `identifier`, `group`, `since` and `until` are those of the record: an answer reads thousands of spans, and no record with each.
    """

    advisory = models.ForeignKey(Advisory, models.PROTECT, related_name="spans")
    identifier = models.CharField(max_length=100)
    group = models.CharField(max_length=100)
    since = models.ForeignKey(AdvisorySnapshot, models.PROTECT, related_name="+", db_index=False)
    until = models.ForeignKey(AdvisorySnapshot, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    ecosystem = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    low = models.TextField()
    high = models.TextField()
    high_included = models.BooleanField(default=False)
    fixed = models.CharField(max_length=200, blank=True)
    commits = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["ecosystem", "name"], name="advisory_span_of_package")]


class AdvisoryImport(PublicIdModel):
    """A file or an address to import from: asked for, carried out by a job, or refused with the reason.

    The file is kept until it was imported; what it said is in the records then.
    """

    public_id_prefix = "adi"
    audit_fields = ("source", "sha256", "confirmed", "finished_at")

    source = models.CharField(max_length=500)
    file = models.FileField(upload_to="advisories/%Y/%m/", max_length=300, blank=True)
    sha256 = models.CharField(max_length=71, blank=True)
    confirmed = models.BooleanField(default=False)  # somebody said that it may have far fewer records than the last
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+")
    failure = models.CharField(max_length=500, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    snapshot = models.ForeignKey(AdvisorySnapshot, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = FromInsideQuerySet.as_manager()

    def __str__(self) -> str:
        return self.source
