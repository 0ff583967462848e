"""Data sets: there as soon as somebody names them, described by who fills them."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.models import Dataset
from governance.dictionary.permissions import may_bind
from governance.people.models import Team

NAMED = audit.kind("dictionary.dataset.named", _("Data set named"))
DESCRIBED = audit.kind("dictionary.dataset.described", _("Data set described"))


def named_dataset(*, actor: Actor, name: str) -> Dataset:
    """The data set of that name, which comes into being if it is new. Raises NotAllowed; Invalid for a bad name."""
    require(may_bind(actor))
    found = Dataset.objects.filter(name=name).first()
    if found is not None:
        return found
    row = Dataset(name=name, created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, NAMED, row, {"name": name})
    except IntegrityError:
        return Dataset.objects.get(name=name)  # somebody named it at the same moment
    return row


def describe_dataset(
    *, actor: Actor, dataset: Dataset, title: str = "", description: str = "", kind: str = Dataset.Kind.TABLE,
    team: Team | None = None, uri: str = "", format: str = "",
) -> Dataset:  # fmt: skip
    """Say what a data set is, who fills it and where it lies. The same again changes nothing. Raises NotAllowed; Invalid; Conflict when
    its kind would change although columns of it are bound."""
    require(may_bind(actor))
    with transaction.atomic():
        row = Dataset.objects.select_for_update().get(pk=dataset.pk)
        said = {
            "title": title.strip(),
            "description": description.strip(),
            "kind": kind,
            "team": team,
            "uri": uri.strip(),
            "format": format.strip(),
        }
        changed = [name for name, value in said.items() if getattr(row, name) != value]
        if not changed:
            return row
        if "kind" in changed and kind != Dataset.Kind.TABLE and row.bindings.live().exists():
            raise Conflict(_("Columns of this data set are bound, so it is a table."), code="dataset.columns")
        for name, value in said.items():
            setattr(row, name, value)
        validate(row)
        row.save(update_fields=changed)
        audit.record(actor, DESCRIBED, row, {"changed": changed})
    return row
