"""Copies of data sets: registered with what their columns mean, and ended when they are deleted."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.models import Copy, Dataset, Dictionary
from governance.dictionary.permissions import may_bind
from governance.dictionary.selectors.legends import legend_of
from governance.people.models import Team

REGISTERED = audit.kind("dictionary.copy.registered", _("Copy of a data set registered"))
ENDED = audit.kind("dictionary.copy.ended", _("Copy of a data set deleted"))


def register_copy(
    *,
    actor: Actor,
    dictionary: Dictionary,
    dataset: Dataset,
    holder: str,
    place: str,
    purpose: str = "",
    team: Team | None = None,
    made_on: date | None = None,
    until: date | None = None,
) -> Copy:
    """Say that somebody keeps a copy of a data set, as it is now. What its columns mean is written down with it.

    Raises NotAllowed; Invalid for bad fields; Conflict when no column of the data set has an approved meaning: such a copy has no
    legend, and nobody could tell when it is stale.
    """
    require(may_bind(actor))
    today = clock.now().date()
    made_on = made_on or today
    for field, day, code, why in (
        ("made_on", made_on, "future", _("A copy was made today or before.")),
        ("until", until, "past", _("This day is over. Give a later one, or none.")),
    ):
        if day is not None and (day > today if field == "made_on" else day < today):
            raise Invalid(why, errors=[FieldError(field, code, why)])
    legend = legend_of(dictionary, dataset)
    if not legend.columns:
        raise Conflict(
            _("No column of %(dataset)s has an approved meaning yet.") % {"dataset": dataset.name}, code="copy.no_legend"
        )
    row = Copy(
        dictionary=dictionary,
        dataset=dataset,
        team=team,
        holder=holder.strip(),
        place=place.strip(),
        purpose=purpose.strip(),
        made_on=made_on,
        until=until,
        release=legend.release,
        columns={
            column.name: {"element": column.element, "version": column.version, "digest": column.digest}
            for column in legend.columns
        },
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    with transaction.atomic():
        row.save(force_insert=True)
        details = {"dictionary": dictionary.slug, "dataset": dataset.name, "columns": len(row.columns)}
        audit.record(actor, REGISTERED, row, details, personal={"holder": row.holder, "place": row.place, "purpose": row.purpose})
        outbox.publish(actor, REGISTERED.code, row, {"dataset": dataset.name})
    return row


def end_copy(*, actor: Actor, copy: Copy, because: str = "") -> Copy:
    """Say that a copy was deleted. Raises NotAllowed; Conflict when that was said already."""
    require(may_bind(actor))
    with transaction.atomic():
        row = Copy.objects.select_for_update(of=("self",)).select_related("dictionary", "dataset", "team").get(pk=copy.pk)
        if row.ended_at is not None:
            raise Conflict(_("This copy was deleted already."), code="copy.ended")
        row.ended_at, row.ended_because, row.ended_by = clock.now(), because.strip()[:500], actor.user
        row.save(update_fields=["ended_at", "ended_because", "ended_by"])
        audit.record(actor, ENDED, row, {"dataset": row.dataset.name}, personal={"because": row.ended_because})
        outbox.publish(actor, ENDED.code, row, {"dataset": row.dataset.name})
    return row
