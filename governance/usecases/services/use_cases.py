"""Opening and renaming use cases."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people import services as people
from governance.people.roles import PROJECT_LEAD
from governance.usecases.models import UseCase
from governance.usecases.permissions import may_define, may_open
from governance.usecases.services.near_words import remember_words

OPENED = audit.kind("usecases.use_case.opened", _("Use case opened"))
CHANGED = audit.kind("usecases.use_case.changed", _("Use case renamed"))
RESERVED = frozenset(
    {"new", "import", "board", "stuck", "export", "start"}
)  # `/use-cases/new/` is the page that opens one; the others are lists


def open_use_case(*, actor: Actor, slug: str, title: str, kind: str = UseCase.Kind.PRODUCT, lead: bool = True) -> UseCase:
    """Open a use case; who opens it becomes its project lead, unless it is opened for others (`lead=False`), as an import does.

    Raises NotAllowed; Invalid for bad fields; Conflict when the slug is taken.
    """
    require(may_open(actor))
    if slug in RESERVED:
        why = _("This word is taken by the portal itself. Choose another.")
        raise Invalid(why, errors=[FieldError("slug", "reserved", str(why))])
    row = UseCase(slug=slug, title=title.strip(), kind=kind, created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, OPENED, row, {"slug": slug, "kind": kind}, personal={"title": row.title})
            remember_words(row, None)
            if actor.user is not None and lead:
                people.grant_role_to_founder(actor=actor, user=actor.user, role=PROJECT_LEAD, scope=row.public_id)
    except IntegrityError as error:
        raise Conflict(_("There is a use case %(slug)s already.") % {"slug": slug}, code="use_case.exists") from error
    return row


def change_use_case(*, actor: Actor, use_case: UseCase, title: str | None = None, kind: str | None = None) -> UseCase:
    """Rename a use case or change its kind. Both belong to the component `use_case`, so approvals of it go stale.

    What is said already changes nothing and leaves no event.
    """
    require(may_define(actor, use_case))
    with transaction.atomic():
        row = UseCase.objects.select_for_update().get(pk=use_case.pk)
        before = (row.title, row.kind)
        row.title = row.title if title is None else title.strip()
        row.kind = row.kind if kind is None else kind
        if (row.title, row.kind) == before:
            return row
        validate(row)
        row.save(update_fields=["title", "kind"])
        audit.record(actor, CHANGED, row, {"kind": row.kind}, personal={"title": row.title})
        remember_words(row, row.current_definition())
    return row
