"""Who is trusted for what: indexes, channels, publishers, packages and mirrors; and which licences may be used."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.models import PublicIdModel
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models.packages import AppendOnlyFromInsideQuerySet, FromInsideQuerySet
from governance.people.models import User

State = Literal["proposed", "waiting", "active", "expired", "ended"]


class SourceQuerySet(FromInsideQuerySet):
    def live(self, at: datetime | None = None) -> Self:
        at = at or clock.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), confirmed_at__lte=at, starts_at__lte=at, ends_at__gt=at)


class Source(PublicIdModel):
    """What comes from here is trusted for some criteria, from one instant to another. Written once, confirmed by another person, ended.

    A channel or an index may be trusted as a whole (`packages` empty); a publisher and a package only by exact names, on one index: a
    name that merely begins alike is another package, and what a trusted package depends on is not trusted by that. `presets`:
    capability → why it is expected of these packages, offered on their review sheets (native libraries of scikit-learn).
    A mirror vouches for nothing of its own: what is trusted on the index that it copies is trusted there too.
    """

    class Kind(models.TextChoices):
        INDEX = "index", _("Package index")
        CHANNEL = "channel", _("Channel")
        PUBLISHER = "publisher", _("Publisher")
        PACKAGE = "package", _("Package")
        MIRROR = "mirror", _("Mirror")

    public_id_prefix = "src"
    audit_fields = (
        "kind", "title", "ecosystem", "index", "publisher", "packages", "criteria", "presets", "owner", "reason", "starts_at",
        "ends_at", "operator", "mirror_of", "snapshot_on", "terms", "confirmed_at", "ended_at",
    )  # fmt: skip

    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(_("Name"), max_length=120)
    ecosystem = models.CharField(max_length=40, default=PYPI)
    index = models.CharField(_("Address of the index or channel"), max_length=500)  # normal form; "" never: say which
    publisher = models.CharField(_("Publisher"), max_length=200, blank=True)
    packages = models.JSONField(_("Packages"), default=list, blank=True)  # exact names; empty: all that come from there
    criteria = models.JSONField(default=list)
    presets = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")  # who answers for the trust
    reason = models.TextField(_("Why"), validators=[MaxLengthValidator(2000)])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    operator = models.CharField(_("Who runs it"), max_length=200, blank=True)  # of a mirror
    mirror_of = models.CharField(_("What it copies"), max_length=500, blank=True)  # of a mirror, in normal form
    snapshot_on = models.DateField(_("State of"), null=True, blank=True)  # of a mirror
    terms = models.CharField(_("Terms"), max_length=500, blank=True)  # of a mirror or a channel
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, null=True, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="source_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("created_by")), name="source_confirmed_by_another"
            ),
        ]

    def state(self, at: datetime | None = None) -> State:
        """Where it stands at `at` (now). Nobody keeps this: the time decides."""
        at = at or clock.now()
        if self.ended_at is not None and self.ended_at <= at:
            return "ended"
        if self.ends_at <= at:
            return "expired"
        if self.confirmed_at is None or self.confirmed_at > at:
            return "proposed"
        return "active" if self.starts_at <= at else "waiting"

    def __str__(self) -> str:
        return self.title


class LicenceRule(PublicIdModel):
    """Whether a licence may be used, from now until another rule about it is made. The newest one that was not ended holds."""

    class Answer(models.TextChoices):
        ALLOWED = "allowed", _("May be used")
        DENIED = "denied", _("May not be used")

    public_id_prefix = "lic"
    audit_fields = ("licence", "answer", "reason", "ended_at")

    licence = models.CharField(_("Licence"), max_length=120)  # one SPDX id, with its exception where it has one
    answer = models.CharField(max_length=8, choices=Answer.choices)
    reason = models.CharField(_("Why"), max_length=500)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence"], condition=Q(ended_at=None), name="licence_rule_one_in_force")]

    def __str__(self) -> str:
        return self.licence
