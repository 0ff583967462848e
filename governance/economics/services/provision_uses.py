"""What a provision really used and cost, month by month: entered, sent by a pipeline, or out of a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import decimal_text
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.economics.models import ProvisionRequest, ProvisionUse
from governance.economics.permissions.provisions import may_record_use
from governance.economics.provision_costs import month_of
from governance.economics.services.budgets import MOVED
from governance.economics.services.provisions import lock_money, locked_provision
from governance.economics.services.unseen import refuse_unseen

RECORDED = audit.kind("economics.provision_use.recorded", _("Use of a provision recorded"))
COLUMNS = ("month", "quantity", "unit", "amount", "reference", "note")
NEEDED = ("month", "amount")
MOST_ROWS = 2_000
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of recording: the row, and whether it is new or was taken in before."""

    use: ProvisionUse
    is_new: bool


def record_use(
    *,
    actor: Actor,
    provision: ProvisionRequest,
    month: date,
    amount: Decimal,
    quantity: Decimal = Decimal(0),
    unit: str = "",
    source: str = ProvisionUse.Source.ENTERED,
    reference: str = "",
    note: str = "",
) -> Taken:
    """Write down what was used and paid in a month, in the currency of the budget. A correction is a row of its own, perhaps negative.

    The same `reference` of a `source` is taken in once: said again it changes nothing. Raises NotAllowed; Invalid for a month outside
    the time of the provision, and for a correction of more than was recorded; Conflict where the reference is known with other figures.
    """
    require(may_record_use(actor, provision))
    row = ProvisionUse(
        provision=provision,
        month=month_of(month),
        quantity=quantity,
        unit=unit.strip(),
        amount=amount,
        source=source,
        reference=reference.strip(),
        note=note.strip(),
        recorded_by=actor.user,
        recorded_at=clock.now(),
    )
    validate(row)
    refuse_unseen({"unit": row.unit, "reference": row.reference, "note": row.note})
    _check_month(row)
    with transaction.atomic():
        budget = lock_money(provision)
        locked_provision(provision)
        known = ProvisionUse.objects.filter(provision=provision, source=source, reference=row.reference).first()
        if row.reference and known is not None:
            if (known.month, known.quantity, known.amount) != (row.month, row.quantity, row.amount):
                said = _("%(reference)s was taken in already, with other figures. Send what differs as a correction.")
                raise Conflict(said % {"reference": row.reference}, code="provision_use.known")
            return Taken(known, False)
        _check_sum(row)
        row.save(force_insert=True)
        data = {"month": row.month, "amount": row.amount, "source": row.source, "provision": provision.public_id}
        audit.record(actor, RECORDED, row, data, personal={"note": row.note} if row.note else None)
        outbox.publish(actor, MOVED, budget)
    return Taken(row, True)


def import_uses(*, actor: Actor, provision: ProvisionRequest, content: bytes) -> list[Taken]:
    """Take in a CSV file with the columns of COLUMNS: all of it, or nothing.

    Months are written 2027-01. Raises NotAllowed; Invalid naming each cell that is wrong by its row, the first row being the heading.
    """
    require(may_record_use(actor, provision))
    rows = _rows(content)
    problems: list[FieldError] = []
    taken: list[Taken] = []
    with transaction.atomic():
        for number, fields in rows:
            try:
                taken.append(
                    record_use(actor=actor, provision=provision, source=ProvisionUse.Source.IMPORTED, **_read(fields, number))
                )
            except Invalid as error:
                problems += [FieldError(_cell(number, item.field), item.code, item.message) for item in error.errors]
            except Conflict as error:
                problems.append(FieldError(_cell(number, "reference"), error.code, str(error.detail)))
        if problems:
            raise Invalid(_("Nothing was taken in. Mend these cells and send the file again."), errors=problems[:100])
    return taken


def _cell(number: int, field: str) -> str:
    return field if field.startswith("row ") else f"row {number}, {field}"


def _rows(content: bytes) -> list[tuple[int, Mapping[str, str]]]:
    if len(content) > MOST_BYTES:
        raise _wrong("file", "too_large", _("A file has at most %(most)s bytes.") % {"most": MOST_BYTES})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong("file", "encoding", _("This is not UTF-8 text. Save it as CSV in UTF-8.")) from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        odd = sorted(set(names) - set(COLUMNS))
        if odd or not set(NEEDED) <= set(names) or len(set(names)) != len(names):
            said = _("The first row names the columns, each once: month and amount, and perhaps quantity, unit, reference, note.")
            raise _wrong("file", "columns", said)
        found: list[tuple[int, Mapping[str, str]]] = [
            (number, _named(names, row)) for number, row in enumerate(reader, 2) if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise _wrong("file", "csv", _("Not readable as CSV: %(detail)s") % {"detail": error}) from error
    if not 1 <= len(found) <= MOST_ROWS:
        raise _wrong("file", "count", _("A file has between 1 and %(most)s rows.") % {"most": MOST_ROWS})
    return found


def _named(names: list[str], row: list[str]) -> dict[str, Any]:
    """The cells by their columns; those that no column is above stand under None."""
    found: dict[Any, Any] = dict(zip_longest(names, row[: len(names)]))
    return found | ({None: row[len(names) :]} if len(row) > len(names) else {})


def _read(fields: Mapping[str, Any], number: int) -> dict[str, Any]:
    """One row as `record_use` takes it."""
    if None in fields:
        raise _wrong(f"row {number}", "cells", _("This row has more cells than there are columns."))
    said = {name: (fields.get(name) or "").strip() for name in COLUMNS}
    try:
        month = date.fromisoformat(f"{said['month'][:7]}-01")
    except ValueError:
        raise _wrong("month", "invalid", _("Write a month as a year and a month, such as 2027-01.")) from None
    return {
        "month": month,
        "amount": _decimal("amount", said["amount"]),
        "quantity": _decimal("quantity", said["quantity"] or "0"),
        "unit": said["unit"],
        "reference": said["reference"],
        "note": said["note"],
    }


def _decimal(field: str, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found.adjusted() > 15:
        raise _wrong(field, "invalid", _("Write a plain number with a point, such as 1250.50."))
    return found


def _check_month(row: ProvisionUse) -> None:
    first, last = month_of(row.provision.from_date), month_of(row.provision.until_date)
    if not first <= row.month <= last:
        said = _("It is provided from %(first)s to %(last)s, so nothing can have been used in that month.")
        raise _wrong("month", "range", said % {"first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"})
    if row.month > clock.now().date():
        raise _wrong(
            "month", "future", _("%(month)s has not begun, so nothing was used in it yet.") % {"month": f"{row.month:%Y-%m}"}
        )


def _check_sum(row: ProvisionUse) -> None:
    """A correction takes back what was recorded, and no more: below nothing it would be money that the budget does not have."""
    spent = ProvisionUse.objects.filter(provision=row.provision).aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if row.amount < 0 and spent + row.amount < 0:
        said = _("Only %(spent)s was recorded so far, so no more than that can be taken back.")
        raise _wrong("amount", "range", said % {"spent": decimal_text(spent)})


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
