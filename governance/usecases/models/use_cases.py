"""A use case: what somebody wants from a model, and the thread everything else hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.people.models import User
from governance.people.selectors import within_scopes_seen, within_scopes_shared

if TYPE_CHECKING:
    from governance.usecases.models.definitions import Definition


class UseCaseQuerySet(models.QuerySet["UseCase"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those the actor holds a live role on, or all for a role in the whole organisation.

        Not those that are shared with a client: whatever hangs on a use case hangs on this, and is closed to them.
        """
        return self.filter(within_scopes_seen(actor))

    def shared_with(self, actor: Actor) -> Self:
        """The same, and those whose documents, increments, definition and sign-off are shared with the actor as a client."""
        return self.filter(within_scopes_shared(actor))


class UseCase(PublicIdModel):
    """What somebody wants from a model, and the thread everything else hangs on."""

    class Kind(models.TextChoices):
        RESEARCH = "research", _("Research")
        PROTOTYPE = "prototype", _("Prototype")
        PRODUCT = "product", _("Product")

    public_id_prefix = "uc"
    audit_fields = ("slug", "title", "kind")

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=120)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices, default=Kind.PRODUCT)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    # Where its newest move led: a cache for lists, and what two people who move it at once meet over. Blank: it never moved.
    stage = models.CharField(max_length=40, blank=True, default="")
    stage_since = models.DateTimeField(null=True)

    objects = UseCaseQuerySet.as_manager()
    shared_only = False  # on a row that a page found for somebody who sees it as a client, and not from inside

    class Meta:
        indexes = [models.Index(fields=["stage", "id"], name="use_case_by_stage")]

    def audit_scope(self) -> str:
        return self.public_id

    def current_definition(self) -> Definition | None:
        """The newest definition, or None while nothing was written down."""
        return self.definitions.order_by("-number").prefetch_related("kpis").first()

    def __str__(self) -> str:
        return self.title
