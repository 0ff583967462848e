"""Criteria of the organisation's own: defined once, stated by reviews, sources and exemptions, and retired."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.models import Criterion
from governance.dependencies.permissions import may_keep_criteria
from governance.dependencies.review_graph import SHIPPED
from governance.dependencies.selectors.criteria import not_offered

DEFINED = audit.kind("dependencies.criterion.defined", _("Criterion for reviews defined"))
RETIRED = audit.kind("dependencies.criterion.retired", _("Criterion for reviews retired"))
KEY = re.compile(r"[a-z0-9-]{2,40}")
LONGEST_WHY = 500


def define_criterion(*, actor: Actor, key: str, title: str, description: str, implies: Iterable[str] = ()) -> Criterion:
    """Say what else packages may be reviewed for, and which criteria it includes. From now on it may be stated; nothing demands it yet.

    Raises NotAllowed; Invalid naming each field: the key is one that no criterion has or ever had, and what it implies may be stated now.
    """
    require(may_keep_criteria(actor))
    row = Criterion(
        key=key.strip(),
        title=title.strip(),
        description=description.strip(),
        implies=sorted(set(implies)),
        created_by=actor.user,
        created_at=clock.now(),
    )
    if errors := [*_of_the_key(row.key), *_of_what_it_implies(row.implies)]:
        raise Invalid(_("This criterion cannot be defined; see errors."), errors=errors)
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, DEFINED, row, {"key": row.key, "implies": row.implies})
            outbox.publish(actor, "dependencies.criterion.defined", row, {"key": row.key})
    except IntegrityError as error:
        if not Criterion.objects.filter(key=row.key).exists():
            raise
        taken = _taken(row.key)  # by somebody who defined it at the same moment
        raise Invalid(taken.message, errors=[taken]) from error
    return row


def retire_criterion(*, actor: Actor, criterion: Criterion, reason: str) -> Criterion:
    """Nobody states it from now on. What was stated with it goes on meaning what it meant, and its key is never used again.

    Raises NotAllowed; Invalid without a reason; Conflict when it is retired already.
    """
    require(may_keep_criteria(actor))
    if not reason.strip() or len(reason.strip()) > LONGEST_WHY:
        said = _("Say why, in at most %(most)s characters.") % {"most": LONGEST_WHY}
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    with transaction.atomic():
        row: Criterion = Criterion.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=criterion.pk)
        if row.retired_at is not None:
            raise Conflict(_("This criterion is retired already."), code="criterion.over")
        row.retired_at = clock.now()
        row.save(update_fields=["retired_at"])
        audit.record(actor, RETIRED, row, {"key": row.key}, personal={"reason": reason.strip()})
        outbox.publish(actor, "dependencies.criterion.retired", row, {"key": row.key})
    return row


def _of_the_key(key: str) -> list[FieldError]:
    if not KEY.fullmatch(key):
        said = _("Write 2 to 40 lower-case letters, digits and hyphens, such as no-personal-data.")
        return [FieldError("key", "invalid", said)]
    return [_taken(key)] if key in SHIPPED or Criterion.objects.filter(key=key).exists() else []


def _taken(key: str) -> FieldError:
    return FieldError("key", "taken", _("There is or was a criterion %(key)s. Choose another short name.") % {"key": key})


def _of_what_it_implies(names: Iterable[str]) -> list[FieldError]:
    wrong, offered = not_offered(names)
    if not wrong:
        return []
    said = _("“%(name)s” is no criterion. There are: %(known)s.") % {"name": wrong[0][:200], "known": ", ".join(offered)}
    return [FieldError("implies", "unknown", said)]
