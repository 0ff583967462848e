"""Rates as dated records: written down, taken over from what ships, ended with a reason, and taken over into a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid, Missing
from foundation.permissions import require
from foundation.services import validate
from governance.economics import rate_bodies
from governance.economics.models import CaseDraft, RateRecord
from governance.economics.permissions.cases import may_write
from governance.economics.permissions.rates import may_end_rate, may_record_rate
from governance.economics.plan import Plan
from governance.economics.services.budgets import because
from governance.economics.services.cases import SOME_WRONG
from governance.economics.services.drafts import change_draft
from governance.economics.shipped import in_words, shipped_biases, shipped_rate

RECORDED = audit.kind("economics.rate.recorded", _("Rate written down"))
ENDED = audit.kind("economics.rate.ended", _("Rate ended"))


def record_rate(
    *, actor: Actor, kind: str, key: str, title: str, body: Mapping[str, Any], source: str, dated: date, note: str = ""
) -> RateRecord:
    """Write a rate down as of a day. Cases copy it; it changes none that was written before.

    `body` as in a written plan: of a discount rate `steps` and `prices`, of inflation and exchange `rate`, of a bias `upper` and `lower`.
    The key of an exchange rate is `USD/EUR`: what one USD is in EUR. Raises NotAllowed; Invalid naming each field; Conflict where the
    same rate was written down for that day and not ended.
    """
    require(may_record_rate(actor))
    said = rate_bodies.Draft(kind, key.strip(), title.strip(), body, source.strip(), dated)
    _check(said)
    row = RateRecord(
        kind=said.kind,
        key=said.key,
        title=said.title,
        body=rate_bodies.body_of(rate_bodies.rate_of(said)),
        source=said.source,
        dated=dated,
        note=note.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            facts = {"kind": row.kind, "key": row.key, "dated": row.dated, "body": digest(row.body)}
            audit.record(actor, RECORDED, row, facts, personal={"note": row.note})
    except IntegrityError as error:
        why = _("This rate was written down for that day already. End that one, or state the day on which this one was set.")
        raise Conflict(why, code="rate.of_a_day_once") from error
    return row


def adopt_shipped(*, actor: Actor, kind: str, key: str) -> RateRecord:
    """Write down a discount rate or a table of optimism bias that ships, with its source and day. Raises as `record_rate` does;
    Missing for one that there is not."""
    require(may_record_rate(actor))
    language = get_language() or "en"
    if kind == RateRecord.Kind.DISCOUNT and (rate := shipped_rate(key)) is not None:
        body = rate_bodies.body_of(rate.discount())
        title, note, source, dated = rate.title, rate.note, rate.source, rate.dated
    elif kind == RateRecord.Kind.BIAS and (bias := next((one for one in shipped_biases() if one.key == key), None)) is not None:
        body = rate_bodies.body_of(bias.bias(language))
        title, note, source, dated = bias.title, bias.note, bias.source, bias.dated
    else:
        raise Missing(_("No such rate ships."), code="rate.not_shipped")
    return record_rate(
        actor=actor,
        kind=kind,
        key=key,
        title=in_words(title, language),
        body=body,
        source=source,
        dated=dated,
        note=in_words(note, language),
    )


def end_rate(*, actor: Actor, record: RateRecord, reason: str) -> RateRecord:
    """Take a rate out of force: nobody takes it over any more. Cases that have it keep it.

    Raises NotAllowed; Invalid without a reason.
    """
    require(may_end_rate(actor, record))
    reason = because("reason", reason)
    with transaction.atomic():
        row = RateRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
        require(may_end_rate(actor, row))
        row.ended_by, row.ended_at, row.ended_because = actor.user, clock.now(), reason
        row.save(update_fields=["ended_by", "ended_at", "ended_because"])
        audit.record(actor, ENDED, row, {"kind": row.kind, "key": row.key, "dated": row.dated}, personal={"reason": reason})
    return row


def take_rates(
    *, actor: Actor, draft: CaseDraft, revision: int, records: Sequence[RateRecord] = (), without: Sequence[str] = ()
) -> CaseDraft:
    """Copy records into a draft with their source and day, and take rates out of it by name: `exchange.USD`, `bias.software`,
    `inflation`. Those out of force are refused, and exchange rates into another currency.

    Raises NotAllowed; Invalid; Conflict when somebody changed the draft meanwhile.
    """
    require(may_write(actor, draft.case.use_case))
    currency = draft.case.currency
    wrong = [row for row in records if row.ended_at is not None or not rate_bodies.fits(row, currency)]
    if wrong:
        why = _("“%(title)s” was ended, or is not stated in %(currency)s.") % {"title": wrong[0].title, "currency": currency}
        raise Invalid(why, errors=[FieldError("records", "does_not_fit", why)])

    def change(plan: Plan) -> Plan:
        for name in without:
            plan = rate_bodies.without(plan, name)
        return rate_bodies.taken_over(plan, records)

    return change_draft(actor=actor, draft=draft, revision=revision, part="rates", change=change)


def _check(said: rate_bodies.Draft) -> None:
    errors = [FieldError(field, problem.code, problem.message) for field, problem in rate_bodies.problems_with(said)]
    told = {error.field for error in errors}
    if not said.title and "title" not in told:
        errors.append(FieldError("title", "required", _("Say what it is called.")))
    if not said.source:
        errors.append(FieldError("source", "required", _("Say who set it, and where that is written.")))
    if errors:
        raise Invalid(SOME_WRONG, errors=errors)
