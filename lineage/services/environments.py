"""The places where things run."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict
from foundation.permissions import require
from foundation.services import validate
from lineage.models import Environment
from lineage.permissions import may_manage_environments

CREATED = audit.kind("lineage.environment.created", _("Environment created"))


def create_environment(*, actor: Actor, slug: str, title: str) -> Environment:
    """Name a place where versions can run. Raises NotAllowed, Invalid, or Conflict when the slug is taken."""
    require(may_manage_environments(actor))
    row = Environment(slug=slug, title=title.strip(), created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, CREATED, row, {"slug": slug})
    except IntegrityError as error:
        raise Conflict(_("There is an environment %(slug)s already.") % {"slug": slug}, code="environment.exists") from error
    return row
