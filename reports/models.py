"""Reports that somebody asked for, and what was made of it. How far the making is, the job knows."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import Job, PublicIdModel
from governance.people.models import User, from_inside
from governance.people.roles import ADMINISTRATOR
from governance.people.selectors import holds
from governance.usecases.models import UseCase

AUDITOR = "auditor"


def reads_whole_log(actor: Actor) -> bool:
    """Whether the actor may see every event there is: auditors and administrators of the whole organisation."""
    return holds(actor, AUDITOR, ADMINISTRATOR)


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor: Actor) -> Self:
        """Through the use case; on a dictionary or a lock file everybody inside; over the whole log only those who may read all of it.

        Nobody from outside sees one on dependencies or money, whatever it is about. A portfolio shows what its reader may see, so it
        is for who asked for it: not for a token of theirs that is bound to one use case.
        """
        inside = (Report.Kind.DEPENDENCIES, Report.Kind.ECONOMICS)
        through = Q(use_case__in=UseCase.objects.visible_to(actor)) & (~Q(kind__in=inside) | from_inside(actor))
        own = Q(pk__in=())
        if actor.user and not actor.bound_to:
            own = Q(kind=Report.Kind.PORTFOLIO, requested_by=actor.user) & from_inside(actor)
        shared = Q(kind__in=(Report.Kind.DICTIONARY_RELEASE, Report.Kind.DEPENDENCIES), use_case=None) & from_inside(actor)
        everything = Q(use_case=None) if reads_whole_log(actor) else shared
        return self.filter(through | everything | own)


class Report(PublicIdModel):
    """What was asked for, written once; and the digests of what was made, each set once when it is finished.

    The state is the job's: there is no second one that could say something else.
    """

    class Kind(models.TextChoices):
        USE_CASE = "use_case", _("Audit report of a use case")
        MODEL_VERSION = "model_version", _("Release record of a model version")
        REQUEST = "request", _("Record of one request for approval")
        DEPENDENCIES = "dependencies", _("Dependencies and their review")
        DICTIONARY_RELEASE = "dictionary_release", _("Release of a dictionary")
        ECONOMICS = "economics", _("Costs and benefits of a use case")
        PORTFOLIO = "portfolio", _("Portfolio of use cases")
        AUDIT_LOG = "audit_log", _("Extract of the audit log")

    public_id_prefix = "rp"
    RESULTS: ClassVar[tuple[str, ...]] = (
        "content_at",
        "inputs_digest",
        "content_sha256",
        "content_bytes",
        "file_sha256",
        "html_sha256",
        "bundle_sha256",
        "pages",
        "finished_at",
    )
    audit_fields = ("kind", "scope", "language", "as_of", "requested_by", "requested_at", *RESULTS)

    kind = models.CharField(_("Kind"), max_length=20, choices=Kind.choices)
    scope = models.CharField(_("About"), max_length=60, blank=True)  # slug of a use case or public id; empty for the whole log
    title = models.CharField(max_length=200)  # what it is about, as it was called when the report was asked for
    use_case = models.ForeignKey(UseCase, models.PROTECT, null=True, related_name="reports")
    language = models.CharField(_("Language"), max_length=10, choices=settings.LANGUAGES)
    as_of = models.DateTimeField(_("As of"), null=True)  # empty: the moment at which the work on it begins
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="reports")
    requested_at = models.DateTimeField()
    job = models.OneToOneField(Job, models.PROTECT, related_name="report")

    content_at = models.DateTimeField(null=True)  # the instant whose records it shows
    inputs_digest = models.CharField(max_length=71, null=True)
    content_sha256 = models.CharField(
        max_length=71, null=True
    )  # over the first `content_bytes` of the PDF: all but the signature
    content_bytes = models.BigIntegerField(null=True)
    file_sha256 = models.CharField(max_length=71, null=True)  # over the whole signed PDF
    html_sha256 = models.CharField(max_length=71, null=True)
    bundle_sha256 = models.CharField(max_length=71, null=True)
    pages = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["use_case", "-id"], name="report_by_use_case")]

    def audit_scope(self) -> str:
        return self.use_case.public_id if self.use_case else ""

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def files(self) -> dict[str, str]:
        """Format → digest of each file that was made; empty until it is finished."""
        made = {"pdf": self.file_sha256, "html": self.html_sha256, "bundle": self.bundle_sha256}
        return {name: value for name, value in made.items() if value}

    def audit_state(self) -> dict[str, Any]:
        return {**super().audit_state(), "title": self.title}

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"
