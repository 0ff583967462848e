"""Writing down what a use case costs and brings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import decimal_text, digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.economics.components import component_body
from governance.economics.models import Case, Snapshot
from governance.economics.permissions import may_write
from governance.economics.selectors import current_snapshot
from governance.usecases.models import UseCase

OPENED = audit.kind("economics.case.opened", _("Cost-benefit case opened"))
WRITTEN = audit.kind("economics.snapshot.written", _("Costs and benefits written"))
LONGEST_HORIZON = 50
MOST_LINES = 200
LOWEST_RATE = Decimal("-0.5")  # lower ones blow far flows up beyond meaning
HIGHEST_RATE = Decimal(10)
MOST_DIGITS = 18
MOST_PLACES = 6
KEY = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
FIELDS = {"key", "title", "kind", "quantity", "unit", "unit_price", "from_period", "to_period"}


def write_snapshot(
    *,
    actor: Actor,
    use_case: UseCase,
    horizon: int,
    discount_rate: Decimal,
    real_or_nominal: str,
    lines: Sequence[Mapping[str, Any]],
    currency: str = "",
    period: str = Snapshot.Period.YEAR,
    note: str = "",
    based_on: int | None = None,
) -> Snapshot:
    """Write costs and benefits down anew; the first time opens the case. The same content changes nothing, whatever the note.

    Each line has key, title, kind, quantity, unit, unit_price, from_period and perhaps to_period (else it falls once).
    `based_on` is the number of the snapshot its author had before them (0: none); without it nobody asks.
    Raises NotAllowed; Invalid with a path for each field that is wrong; Conflict when the case is kept in another currency or
    somebody wrote a snapshot meanwhile.
    """
    require(may_write(actor, use_case))
    _check_frame(horizon, discount_rate)
    row = Snapshot(
        period=period,
        horizon=horizon,
        discount_rate=discount_rate,
        real_or_nominal=real_or_nominal,
        lines=_checked_lines(lines, horizon),
        note=note.strip(),
        created_by=actor.user,
    )
    validate(row, exclude=("case", "number", "digest", "lines", "created_at"))
    try:
        with transaction.atomic():
            row.case = _case(actor, use_case, currency)
            row.digest = digest(component_body(row))
            current = current_snapshot(use_case)
            if current is not None and current.digest == row.digest:
                return current
            row.number, row.created_at = (current.number if current else 0) + 1, clock.now()
            if based_on is not None and based_on != row.number - 1:
                raise Conflict(_("Somebody wrote a new snapshot meanwhile. Look at it first."), code="economics.conflict")
            row.save(force_insert=True)
            audit.record(actor, WRITTEN, row, {"number": row.number, "digest": row.digest}, personal={"note": row.note})
            outbox.publish(actor, "economics.snapshot.written", use_case, {"number": row.number, "digest": row.digest})
    except IntegrityError as error:
        raise Conflict(_("Somebody wrote a new snapshot meanwhile. Look at it first."), code="economics.conflict") from error
    return row


def _case(actor: Actor, use_case: UseCase, currency: str) -> Case:
    """The case, locked so that snapshots are written one after the other; opened when there is none."""
    known = Case.objects.select_for_update().select_related("use_case").filter(use_case=use_case).first()
    if known is not None:
        if currency and currency != known.currency:
            raise Conflict(_("This case is kept in %(currency)s.") % {"currency": known.currency}, code="economics.currency")
        return known
    row = Case(use_case=use_case, currency=currency, created_by=actor.user, created_at=clock.now())
    validate(row)
    row.save(force_insert=True)
    audit.record(actor, OPENED, row, {"currency": currency})
    return row


def _check_frame(horizon: int, discount_rate: Decimal) -> None:
    problems = []
    if not 0 <= horizon <= LONGEST_HORIZON:
        why = _("The horizon is between 0 and %(most)s periods.") % {"most": LONGEST_HORIZON}
        problems.append(FieldError("horizon", "range", why))
    if not discount_rate.is_finite() or not LOWEST_RATE <= discount_rate <= HIGHEST_RATE:
        why = _("The discount rate lies between %(lowest)s and %(highest)s; ten per cent is 0.1.") % {
            "lowest": LOWEST_RATE,
            "highest": HIGHEST_RATE,
        }
        problems.append(FieldError("discount_rate", "range", why))
    if problems:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=problems)


def _checked_lines(lines: Sequence[Mapping[str, Any]], horizon: int) -> list[dict[str, Any]]:
    """The lines as they are stored: decimals as normalised texts. Raises Invalid with every problem."""
    if not 1 <= len(lines) <= MOST_LINES:
        why = _("A case has between 1 and %(most)s lines.") % {"most": MOST_LINES}
        raise Invalid(why, errors=[FieldError("lines", "count", why)])
    problems: list[FieldError] = []
    stored: list[dict[str, Any]] = []
    seen: set[str] = set()
    for position, line in enumerate(lines):
        found = [
            FieldError(f"lines[{position}].{field}", code, str(why)) for field, code, why in _line_problems(line, horizon, seen)
        ]
        problems += found
        if not found:
            stored.append(_stored(line))
    if problems:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=problems)
    return stored


def _line_problems(line: Mapping[str, Any], horizon: int, seen: set[str]) -> Iterator[tuple[str, str, Any]]:
    for name in sorted(set(line) - FIELDS):
        yield name, "unknown", _("There is no such field.")
    key = str(line.get("key", ""))
    if not KEY.fullmatch(key):
        yield "key", "invalid", _("A key has small letters, digits and _ . - and starts with a letter.")
    elif key in seen:
        yield "key", "duplicate", _("Give each line a key of its own.")
    seen.add(key)
    for name, most in (("title", 120), ("unit", 40)):
        text = str(line.get(name, "")).strip()
        if len(text) > most or (name == "title" and not text) or "\0" in text:
            yield name, "invalid", _("Write a text of at most %(most)s characters.") % {"most": most}
    if line.get("kind") not in ("cost", "benefit"):
        yield "kind", "invalid", _("A line is a cost or a benefit.")
    for name in ("quantity", "unit_price"):
        if _amount(line.get(name)) is None:
            why = _("Write a number that is not negative, with at most %(digits)s digits, %(places)s of them after the point.")
            yield name, "invalid", why % {"digits": MOST_DIGITS, "places": MOST_PLACES}
    first, last = line.get("from_period"), line.get("to_period", line.get("from_period"))
    if not isinstance(first, int) or not isinstance(last, int) or not 0 <= first <= last <= horizon:
        yield (
            "from_period",
            "range",
            _("A line lies within periods 0 to %(horizon)s and does not end before it begins.") % {"horizon": horizon},
        )


def _amount(value: Any) -> Decimal | None:
    """A decimal that is finite, not negative and within the digits that are kept; else None."""
    if isinstance(value, bool | float) or value is None:
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    if not number.is_finite() or number < 0:
        return None
    if number == 0:
        return Decimal(0)
    if not -MOST_PLACES <= number.adjusted() < MOST_DIGITS - MOST_PLACES:
        return None  # before it is written out: 1E+999999 would fill the memory
    text = decimal_text(number)
    return Decimal(text) if len(text.partition(".")[2]) <= MOST_PLACES else None


def _stored(line: Mapping[str, Any]) -> dict[str, Any]:
    first = line["from_period"]
    return {
        "key": line["key"],
        "title": str(line["title"]).strip(),
        "kind": line["kind"],
        "quantity": decimal_text(_amount(line["quantity"]) or Decimal(0)),
        "unit": str(line.get("unit", "")).strip(),
        "unit_price": decimal_text(_amount(line["unit_price"]) or Decimal(0)),
        "from_period": first,
        "to_period": line.get("to_period", first),
    }
