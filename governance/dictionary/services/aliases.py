"""What a team, a language or everybody calls an element. Names are no part of what it means, so they need no approval."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.elements import read_element
from governance.dictionary.models import Alias, DataElement
from governance.dictionary.naming import normal
from governance.dictionary.permissions import may_bind
from governance.dictionary.wording import problem_told
from governance.people.models import Team

ADDED = audit.kind("dictionary.alias.added", _("Alias added"))
ENDED = audit.kind("dictionary.alias.ended", _("Alias ended"))


def add_alias(
    *, actor: Actor, element: DataElement, term: str, team: Team | None = None, locale: str = "", source: str = ""
) -> Alias:
    """Say what somebody calls an element. The same again changes nothing.

    Raises NotAllowed; Invalid for bad fields; Conflict when the term means another element already to the same people.
    """
    require(may_bind(actor))
    said = {"term": term, "locale": locale, "source": source}
    value, problems = read_element({"key": "a", "logical_type": "string", "aliases": [said]})
    if value is None:
        errors = [FieldError(item.path.removeprefix("aliases[0].") or "term", item.code, problem_told(item)) for item in problems]
        raise Invalid(_("This name cannot be used; see errors."), errors=errors)
    alias = value.aliases[0]
    if not (norm := normal(alias.term)):
        why = _("A name has letters or digits.")
        raise Invalid(why, errors=[FieldError("term", "invalid", why)])
    row = Alias(
        element=element,
        dictionary=element.dictionary,
        term=alias.term,
        norm=norm[:120],
        team=team,
        locale=alias.locale,
        source=alias.source,
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    known = (
        Alias.objects.filter(dictionary=element.dictionary, team=team, norm=row.norm, ended_at=None)
        .select_related("element")
        .first()
    )
    if known is not None and known.element_id == element.pk:
        return known
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, ADDED, row, {"element": element.public_id, "term": row.term, "team": team.slug if team else None})
    except IntegrityError as error:
        raise Conflict(
            _("“%(term)s” means another element of this dictionary already.") % {"term": row.term}, code="alias.taken"
        ) from error
    return row


def end_alias(*, actor: Actor, alias: Alias) -> Alias:
    """Stop calling it so. Raises NotAllowed; Conflict when it was ended already."""
    require(may_bind(actor))
    with transaction.atomic():
        row = Alias.objects.select_for_update(of=("self",)).select_related("element").get(pk=alias.pk)
        if row.ended_at is not None:
            raise Conflict(_("This name was ended already."), code="alias.ended")
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        audit.record(actor, ENDED, row, {"term": row.term})
    return row
