"""The matrix of responsibilities: written as a new version each time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from governance.people import raci
from governance.people.models import ResponsibilityMatrix, User
from governance.people.permissions import may_arrange_responsibilities
from governance.people.responsibilities import is_person
from governance.people.roles import ROLES
from governance.people.shipped import activity_titles

MATRIX_WRITTEN = audit.kind("people.responsibilities.written", _("Responsibilities written"))


def write_matrix(
    *,
    actor: Actor,
    scope: str,
    body: Mapping[str, Any],
    stages: Collection[str] | None = None,
    based_on: int | None = None,
) -> ResponsibilityMatrix:
    """Write who does, answers for, is asked and is told, as a new version. The same again changes nothing and returns what is there.

    `stages`: the keys that there are. `based_on` is the number of the version that its author had before them (0: the shipped one);
    without it nobody asks. Raises NotAllowed; Invalid naming each cell that is wrong; Conflict when somebody wrote a version meanwhile.
    """
    require(may_arrange_responsibilities(actor, scope=scope))
    matrix = _read(body, stages)
    current = ResponsibilityMatrix.objects.filter(scope=scope).order_by("-number").first()
    number = current.number if current else 0
    said = digest(matrix.body())
    if current is not None and current.digest == said:
        return current
    meanwhile = Conflict(_("Somebody changed the responsibilities meanwhile. Look at theirs first."), code="raci.conflict")
    if based_on is not None and based_on != number:
        raise meanwhile
    row = ResponsibilityMatrix(scope=scope, number=number + 1, body=matrix.body(), digest=said)
    row.created_by, row.created_at = actor.user, clock.now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, MATRIX_WRITTEN, row, {"number": row.number, "digest": said})
            outbox.publish(actor, "people.responsibilities.written", row, {"scope": scope, "number": row.number})
    except IntegrityError as error:
        raise meanwhile from error
    return row


def _read(body: Mapping[str, Any], stages: Collection[str] | None) -> raci.Matrix:
    try:
        matrix = raci.read(body, roles=ROLES, stages=stages, shipped=activity_titles("en"))
    except raci.MatrixError as error:
        found = [FieldError(item.path, item.code, gettext(raci.MESSAGES[item.code]) % item.params) for item in error.problems]
        raise Invalid(_("The responsibilities cannot be kept like this."), errors=found) from error
    named = {party for party in matrix.columns if is_person(party)}
    known = set(User.objects.filter(public_id__in=named).values_list("public_id", flat=True))
    if missing := sorted(named - known):
        why = gettext(raci.MESSAGES["party"]) % {"value": missing[0]}
        raise Invalid(why, errors=[FieldError("columns", "party", why)])
    return matrix
