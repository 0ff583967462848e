"""What a use case rests on that is no package: weights that others trained, models of vendors, services over a network."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.people.models import User
from governance.usecases.models import UseCase


class ExternalServiceQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))

    def in_use(self, at: datetime | None = None) -> Self:
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at or clock.now()))


class ExternalService(PublicIdModel):
    """One of them, with what has to be known before it goes wrong. Written once: other terms or another region are another row."""

    class Kind(models.TextChoices):
        WEIGHTS = "weights", _("Pretrained weights")
        VENDOR_MODEL = "vendor_model", _("Model of a vendor")
        CLOUD_API = "cloud_api", _("Service over a network")

    public_id_prefix = "ext"
    audit_fields = (
        "use_case", "kind", "name", "version", "digest", "operator", "terms", "licence", "data_sent", "regions", "exit_plan",
        "replaces", "ended_at",
    )  # fmt: skip

    use_case = models.ForeignKey(UseCase, models.PROTECT, related_name="external_services")
    kind = models.CharField(_("Kind"), max_length=14, choices=Kind.choices)
    name = models.CharField(_("Name"), max_length=200)
    version = models.CharField(_("Version"), max_length=200, blank=True)
    digest = models.CharField(_("Digest"), max_length=71, blank=True)  # of weights
    operator = models.CharField(_("Who runs or made it"), max_length=200)
    terms = models.CharField(_("Terms"), max_length=500, blank=True)  # an address
    licence = models.CharField(_("Licence"), max_length=200, blank=True)
    data_sent = models.TextField(_("Which data is sent there"), validators=[MaxLengthValidator(4000)], blank=True)
    regions = models.JSONField(_("Where it runs"), default=list, blank=True)
    exit_plan = models.TextField(_("What happens when it ends"), validators=[MaxLengthValidator(4000)], blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, null=True, blank=True)

    objects = ExternalServiceQuerySet.as_manager()

    def state(self, at: datetime | None = None) -> str:
        """active or ended, at `at` (now)."""
        return "ended" if self.ended_at is not None and self.ended_at <= (at or clock.now()) else "active"

    def audit_scope(self) -> str:
        return self.use_case.public_id

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()
