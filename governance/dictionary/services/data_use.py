"""Use of data: asked for, taken back, ended. The only door to "approved" is a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.models import Dataset, DatasetVersion, DataUse
from governance.dictionary.permissions import may_ask_data_use, may_end_data_use
from governance.dictionary.services.datasets import named_dataset
from governance.usecases.models import UseCase

ASKED = audit.kind("dictionary.data_use.asked", _("Use of data asked for"))
WITHDRAWN = audit.kind("dictionary.data_use.withdrawn", _("Use of data withdrawn"))
APPROVED = audit.kind("dictionary.data_use.approved", _("Use of data approved"))
ENDED = audit.kind("dictionary.data_use.ended", _("Use of data ended"))
COMPONENT = "data_use"
LONGEST_USE = timedelta(days=1830)  # five years: who needs data for longer asks again
MOST_PLACES = 20
LONGEST_PLACE = 200


class Decided(Protocol):
    """A frozen approval, as the room of approvals hands it down: its id, when it was made, over which digests, until when it holds."""

    @property
    def public_id(self) -> str: ...
    @property
    def decided_at(self) -> datetime: ...
    @property
    def valid_until(self) -> datetime | None: ...
    @property
    def manifest(self) -> Mapping[str, str]: ...


def ask_data_use(
    *,
    actor: Actor,
    use_case: UseCase,
    dataset: Dataset | str,
    version: DatasetVersion | int | None = None,
    purpose: str,
    basis: str,
    basis_words: str,
    places: Sequence[str],
    until: datetime,
    copies: str = "",
) -> DataUse:
    """Write down which data a use case wants to use, for what, why that is lawful, where it may lie, and until when.

    Nothing may be used by that: somebody asks for its approval next. `dataset` may be a name, which comes into being if it is new.
    Without `version` (or its number) every version of the data set is meant. The same again, while it is not over, is that ask.
    Raises NotAllowed; Invalid naming each field.
    """
    require(may_ask_data_use(actor, use_case))
    with transaction.atomic():
        known = dataset if isinstance(dataset, Dataset) else _named(actor, dataset)
        state = _numbered(known, version) if isinstance(version, int) else version
        return _ask(
            actor, use_case, known, state, purpose=purpose, basis=basis, basis_words=basis_words, places=places, until=until,
            copies=copies,
        )  # fmt: skip


def _named(actor: Actor, name: str) -> Dataset:
    """The data set of that name. Only who builds with data brings one into being."""
    return Dataset.objects.filter(name=name).first() or named_dataset(actor=actor, name=name)


def _numbered(dataset: Dataset, number: int) -> DatasetVersion:
    found = DatasetVersion.objects.filter(dataset=dataset, number=number).select_related("dataset").first()
    if found is None:
        why = _("This is no version of the data set.")
        raise Invalid(why, errors=[FieldError("version", "unknown", why)])
    return found  # type: ignore[no-any-return] # untyped rows


def _ask(
    actor: Actor,
    use_case: UseCase,
    dataset: Dataset,
    version: DatasetVersion | None,
    *,
    purpose: str,
    basis: str,
    basis_words: str,
    places: Sequence[str],
    until: datetime,
    copies: str,
) -> DataUse:
    now = clock.now()
    row = DataUse(
        dataset=dataset,
        version=version,
        use_case=use_case,
        purpose=purpose.strip(),
        basis=basis,
        basis_words=basis_words.strip(),
        places=list(dict.fromkeys(place.strip() for place in places if place.strip())),
        copies=copies.strip(),
        until=until,
        created_by=actor.user,
        created_at=now,
    )
    _check(row, now)
    validate(row)
    UseCase.objects.select_for_update(of=("self",)).get(pk=use_case.pk)  # one at a time, or the same is asked for twice
    asked = DataUse.objects.filter(use_case=use_case, dataset=dataset, until=until)
    for known in asked.select_related("dataset", "use_case", "version"):
        if known.state(now) in ("proposed", "active") and known.content() == row.content():
            return known
    row.save(force_insert=True)
    data = {"dataset": dataset.name, "version": version.number if version else None, "basis": basis, "until": until}
    said = {"purpose": row.purpose, "basis_words": row.basis_words, "copies": row.copies}
    audit.record(actor, ASKED, row, data, personal={name: value for name, value in said.items() if value})
    outbox.publish(actor, "dictionary.data_use.asked", row, {"dataset": dataset.name})
    return row


def _check(row: DataUse, now: datetime) -> None:
    errors: list[FieldError] = []
    if row.version is not None and row.version.dataset_id != row.dataset_id:
        errors.append(FieldError("version", "unknown", _("This is no version of the data set.")))
    if not row.places:
        errors.append(FieldError("places", "required", _("Say where the data may lie.")))
    elif len(row.places) > MOST_PLACES or any(len(place) > LONGEST_PLACE or "\x00" in place for place in row.places):
        said = _("Name at most %(most)s places, each in at most %(longest)s characters.")
        errors.append(FieldError("places", "too_long", said % {"most": MOST_PLACES, "longest": LONGEST_PLACE}))
    if not now < row.until <= now + LONGEST_USE:
        errors.append(FieldError("until", "range", _("Choose a time that is still to come, at most five years ahead.")))
    if errors:
        raise Invalid(_("This cannot be asked for; see errors."), errors=errors)


def withdraw_data_use(*, actor: Actor, use: DataUse, reason: str) -> DataUse:
    """Take back an ask on which nobody decided yet. Raises NotAllowed; Invalid without a reason; Conflict when it is over."""
    require(may_end_data_use(actor, use))
    reason = _reason(reason)
    with transaction.atomic():
        row = _locked(use)
        if row.withdrawn_at is not None:
            raise Conflict(_("This was withdrawn already."), code="data_use.over")
        if row.approved_at is not None:
            raise Conflict(_("This was approved. End it instead."), code="data_use.approved")
        row.withdrawn_at, row.withdrawn_because = clock.now(), reason
        row.save(update_fields=["withdrawn_at", "withdrawn_because"])
        audit.record(actor, WITHDRAWN, row, {}, personal={"reason": reason})
        outbox.publish(actor, "dictionary.data_use.withdrawn", row, {"dataset": row.dataset.name})
    return row


def end_data_use(*, actor: Actor, use: DataUse, reason: str) -> DataUse:
    """End a use that was approved, from this moment on. Raises NotAllowed; Invalid without a reason; Conflict when it is over."""
    require(may_end_data_use(actor, use))
    reason = _reason(reason)
    with transaction.atomic():
        row = _locked(use)
        if row.state() != "active":
            raise Conflict(_("Only a use that is approved and not over can be ended."), code="data_use.over")
        _end(actor, row, reason, {})
    return row


def approve_data_use(*, actor: Actor, use: DataUse, decision: Decided) -> DataUse:
    """Write down that the use was agreed to: called by the room of approvals, inside the deciding transaction.

    There is no permission to ask for: the decision is it. Raises Conflict when it is about other content, or when the ask is over.
    """
    with transaction.atomic():
        row = _locked(use)
        if row.approval == decision.public_id:
            return row
        if row.withdrawn_at is not None:
            raise Conflict(_("This use of data was withdrawn."), code="data_use.over")
        if row.approval is not None:
            raise Conflict(_("This use of data was decided on already. Ask for it anew."), code="data_use.over")
        if row.until <= decision.decided_at:
            raise Conflict(_("The time it was asked for is over. Ask for it anew."), code="data_use.over")
        if decision.manifest.get(COMPONENT) != digest(row.content()):
            raise Conflict(
                _("The decision is about other content than this. Nothing was approved."), code="data_use.other_content"
            )
        row.approved_at, row.approval, row.approved_until = decision.decided_at, decision.public_id, decision.valid_until
        row.save(update_fields=["approved_at", "approval", "approved_until"])
        audit.record(
            actor, APPROVED, row, {"decision": decision.public_id, "dataset": row.dataset.name, "until": row.holds_until}
        )
        outbox.publish(actor, "dictionary.data_use.approved", row, {"dataset": row.dataset.name})
    return row


def end_revoked_use(*, actor: Actor, use: DataUse, decision: Decided, reason: str) -> DataUse:
    """End a use because its approval was revoked: called by the room of approvals, inside that transaction."""
    with transaction.atomic():
        row = _locked(use)
        if row.approval == decision.public_id and row.ended_at is None:
            _end(actor, row, reason.strip()[:500], {"decision": decision.public_id})
    return row


def _end(actor: Actor, row: DataUse, reason: str, data: dict[str, Any]) -> None:
    row.ended_at, row.ended_because = clock.now(), reason
    row.save(update_fields=["ended_at", "ended_because"])
    audit.record(actor, ENDED, row, data, personal={"reason": reason} if reason else None)
    outbox.publish(actor, "dictionary.data_use.ended", row, {"dataset": row.dataset.name})


def _locked(use: DataUse) -> DataUse:
    rows = DataUse.objects.select_for_update(of=("self",)).select_related("dataset", "version", "use_case")
    return rows.get(pk=use.pk)


def _reason(text: str) -> str:
    if not text.strip():
        why = _("Say why, in a few words.")
        raise Invalid(why, errors=[FieldError("reason", "required", why)])
    return text.strip()[:500]
