"""Opening dictionaries, and naming who looks after an element."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.models import DataElement, Dictionary
from governance.dictionary.permissions import may_keep
from governance.people.models import Team, User

CREATED = audit.kind("dictionary.dictionary.created", _("Dictionary created"))
STEWARD = audit.kind("dictionary.element.steward_named", _("Steward named"))

RESERVED = frozenset({"features"})  # pages of their own below /dictionary/


def create_dictionary(
    *, actor: Actor, slug: str, title: str, purpose: str = "", team: Team | None = None, language: str = "en"
) -> Dictionary:
    """Open a dictionary. Raises NotAllowed; Invalid for bad fields; Conflict when the slug is taken."""
    require(may_keep(actor))
    if slug in RESERVED:
        why = _("This word is taken by the portal itself. Choose another.")
        raise Invalid(why, errors=[FieldError("slug", "reserved", why)])
    row = Dictionary(
        slug=slug, title=title.strip(), purpose=purpose.strip(), team=team, language=language, created_by=actor.user, created_at=clock.now()
    )  # fmt: skip
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, CREATED, row, {"slug": slug}, personal={"title": row.title})
    except IntegrityError as error:
        raise Conflict(_("There is a dictionary %(slug)s already.") % {"slug": slug}, code="dictionary.exists") from error
    return row


def set_steward(*, actor: Actor, element: DataElement, steward: User | None) -> DataElement:
    """Say who looks after an element: they approve what changes it. The same again changes nothing. Raises NotAllowed."""
    require(may_keep(actor))
    with transaction.atomic():
        row = DataElement.objects.select_for_update(of=("self",)).select_related("dictionary").get(pk=element.pk)
        if row.steward_id == (steward.pk if steward else None):
            return row
        row.steward = steward
        row.save(update_fields=["steward"])
        audit.record(actor, STEWARD, row, {"key": row.key, "steward": steward.public_id if steward else None})
    return row
