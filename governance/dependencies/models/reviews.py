"""Reviews of releases, and what people ask to have reviewed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.canonical import digest
from foundation.models import PublicIdModel
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI
from governance.dependencies.models.packages import ArtifactScan, FromInsideQuerySet, Release
from governance.people.models import User

State = Literal["draft", "prepared", "live", "expired", "withdrawn", "superseded", "discarded"]


class ReviewQuerySet(FromInsideQuerySet):
    def live(self, at: datetime | None = None) -> Self:
        """Confirmed by somebody else, and neither over nor taken back at `at` (now). Half-open: at the end itself it is absent."""
        at = at or clock.now()
        return self.filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gt=at),
            Q(superseded_at=None) | Q(superseded_at__gt=at),
            confirmed_at__lte=at,
            expires_at__gt=at,
            discarded_at=None,
        ).exclude(prepared_by=F("confirmed_by"))

    def drafts(self) -> Self:
        return self.filter(prepared_at=None, discarded_at=None)

    def waiting(self, at: datetime | None = None) -> Self:
        """Prepared, and not confirmed, sent back, withdrawn or run out at `at` (now)."""
        at = at or clock.now()
        return self.filter(prepared_at__lte=at, expires_at__gt=at, confirmed_at=None, discarded_at=None, withdrawn_at=None)


class Review(PublicIdModel):
    """Somebody looked at a release, in full or from another one, and says what it is good for; somebody else confirms that.

    While it is a draft its columns may change. From `prepared_at` on it is written: it is confirmed, sent back (a new draft), withdrawn,
    or superseded by another, never edited. `points`: key of the point → {"verdict": expected | refused | unreachable, "why", "by",
    "forms", "count", "carried"}: who judged it, how it was written then, and the public id of the review it was carried over from.
    A review that says `fail` counts as soon as it is prepared. `follows` is the one that was sent back and is worked on here.
    """

    class Verdict(models.TextChoices):
        PASS = "pass", _("Passes")
        FAIL = "fail", _("Fails")

    class Thoroughness(models.TextChoices):
        POINTS = "points", _("The points only")
        READ = "read", _("All of the code, once")
        STUDIED = "studied", _("All of the code, with its tests and native parts")

    public_id_prefix = "rev"

    release = models.ForeignKey(Release, models.PROTECT, related_name="reviews")
    base = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="reviews_from_it")
    scan = models.ForeignKey(ArtifactScan, models.PROTECT, related_name="+")  # what was on the screen
    base_scan = models.ForeignKey(
        ArtifactScan, models.PROTECT, null=True, blank=True, related_name="+"
    )  # and what it was held against
    criteria = models.JSONField(default=list)  # names of criteria
    verdict = models.CharField(max_length=4, choices=Verdict.choices, default=Verdict.PASS)
    thoroughness = models.CharField(max_length=8, choices=Thoroughness.choices, default=Thoroughness.POINTS)
    points = models.JSONField(default=dict, blank=True)
    left_out = models.TextField(_("What was left out"), blank=True, validators=[MaxLengthValidator(4000)])
    notes = models.TextField(_("Notes"), blank=True, validators=[MaxLengthValidator(8000)])
    evidence = models.JSONField(default=list, blank=True)  # [{"label", "url"}]
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    # Written once
    prepared_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    content_digest = models.CharField(max_length=71, blank=True)  # over what was prepared: what is confirmed is this
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    sent_back_because = models.TextField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)  # when the one that supersedes it was confirmed
    discarded_at = models.DateTimeField(null=True, blank=True)  # a draft that came to nothing, or was sent back

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("prepared_by")), name="review_confirmed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(
                    prepared_at__isnull=False,
                    prepared_by__isnull=False,
                    expires_at__isnull=False,
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                ),
                name="review_confirmed_once_prepared",
            ),
            models.CheckConstraint(condition=Q(base=None) | ~Q(base=F("release")), name="review_from_another_release"),
        ]
        indexes = [models.Index(fields=["release", "-id"], name="review_of_release")]

    def state(self, at: datetime | None = None) -> State:
        """Where it stands at `at` (now). Nobody keeps this: the columns and the time decide."""
        at = at or clock.now()
        if self.withdrawn_at is not None and self.withdrawn_at <= at:
            return "withdrawn"
        if self.discarded_at is not None:
            return "discarded"
        if self.superseded_at is not None and self.superseded_at <= at:
            return "superseded"
        if self.prepared_at is None:
            return "draft"
        if self.expires_at is not None and self.expires_at <= at:
            return "expired"
        return "prepared" if self.confirmed_at is None else "live"

    def content(self) -> dict[str, Any]:
        """What is confirmed: no id, no date."""
        return {
            "format": "countersign/dependency-review/1",
            "release": self.release.source_digest,
            "version": f"{self.release.package}@{self.release.version}",
            "base": self.base.source_digest if self.base is not None else None,
            "scan": self.scan.facts_digest,
            "base_scan": self.base_scan.facts_digest if self.base_scan is not None else None,
            "criteria": sorted(self.criteria),
            "verdict": self.verdict,
            "thoroughness": self.thoroughness,
            "points": self.points,
            "left_out": self.left_out,
            "notes": self.notes,
            "evidence": self.evidence,
            "expires_at": self.expires_at,
        }

    def audit_state(self) -> dict[str, Any]:
        return {
            "content": digest(self.content()),
            "prepared_by": self.prepared_by.public_id if self.prepared_by is not None else None,
            "prepared_at": self.prepared_at,
            "confirmed_by": self.confirmed_by.public_id if self.confirmed_by is not None else None,
            "confirmed_at": self.confirmed_at,
            "withdrawn_at": self.withdrawn_at,
            "superseded_at": self.superseded_at,
            "discarded_at": self.discarded_at,
        }

    def __str__(self) -> str:
        return f"{self.base.version} → {self.release}" if self.base is not None else str(self.release)


class ReviewRequest(PublicIdModel):
    """A version that somebody needs reviewed, whoever asks: one row, many requesters. Closed when the version is covered, or taken back."""

    public_id_prefix = "rvq"
    audit_fields = ("ecosystem", "name", "version", "criteria", "closed_at")

    ecosystem = models.CharField(max_length=40, default=PYPI)
    name = models.CharField(max_length=LONGEST_NAME)
    version = models.CharField(max_length=LONGEST_NAME)
    criteria = models.JSONField(default=list)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=500, null=True, blank=True)

    objects = FromInsideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ecosystem", "name", "version"], condition=Q(closed_at=None), name="review_request_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Requester(models.Model):
    """One of those who need it, for which use case (its public id) and why."""

    request = models.ForeignKey(ReviewRequest, models.PROTECT, related_name="requesters")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    use_case = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "user", "use_case"], name="requester_once")]
