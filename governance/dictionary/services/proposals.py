"""Proposals: opened, filled, brought up to date, split and withdrawn. What becomes of them is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.merging import merge
from governance.dictionary.models import Change, DataElement, Dictionary, ElementVersion, Proposal
from governance.dictionary.permissions import may_draft, may_edit_proposal
from governance.dictionary.services.elements import draft_version

OPENED = audit.kind("dictionary.proposal.opened", _("Proposal opened"))
CHANGED = audit.kind("dictionary.proposal.changed", _("Proposal changed"))
WITHDRAWN = audit.kind("dictionary.proposal.withdrawn", _("Proposal withdrawn"))
SPLIT = audit.kind("dictionary.proposal.split", _("Proposal split"))
MOST_CHANGES = 2000
MOVED = "dictionary.proposal.changed"


def open_proposal(*, actor: Actor, dictionary: Dictionary, title: str, rationale: str) -> Proposal:
    """Begin a proposal. Raises NotAllowed; Invalid for bad fields."""
    require(may_draft(actor))
    row = Proposal(
        dictionary=dictionary, title=title.strip(), rationale=rationale.strip(), created_by=actor.user, created_at=clock.now()
    )
    validate(row)
    with transaction.atomic():
        row.save(force_insert=True)
        audit.record(actor, OPENED, row, {"dictionary": dictionary.slug}, personal={"title": row.title})
    return row


def put_change(
    *,
    actor: Actor,
    proposal: Proposal,
    dictionary: Dictionary,
    key: str,
    said: Mapping[str, Any] | None,
    meaning_changed: bool | None = None,
    replaced_by: DataElement | None = None,
    based_on: int | None = None,
) -> Change:
    """Say what an element should mean once the proposal is approved; without `said`, that it should be retired.

    It takes the place of what the proposal said of the element before. The same again changes nothing. `based_on` is the number of the
    version in force that the author had before them, 0 for none: where another is in force by now, the change is kept over theirs, and
    is out of date (`rebase_change`). Without it nobody asks.
    Raises NotAllowed; Invalid; Conflict when the element is retired, or was written about at the same moment.
    """
    require(may_edit_proposal(actor, proposal))
    with transaction.atomic():
        row = _locked(actor, proposal)
        if said is None:
            element = DataElement.objects.filter(dictionary=dictionary, key=key, retired_at=None).first()
            if element is None:
                why = _("There is no such element that could be retired.")
                raise Invalid(why, errors=[FieldError("key", "unknown", why)])
            version = None
        else:
            version = draft_version(actor=actor, dictionary=dictionary, key=key, said=said)
            element = version.element
        return _put(actor, row, element, version, meaning_changed, replaced_by, _seen(element, based_on))


def _seen(element: DataElement, based_on: int | None) -> Change | None:
    """Stands for a change over a version that was in force once. Raises Invalid for one that never was."""
    if based_on is None:
        return None
    seen = element.versions.filter(number=based_on, approved_at__isnull=False).select_related("element").first()
    if seen is None and based_on != 0:
        why = _("That version was never in force.")
        raise Invalid(why, errors=[FieldError("based_on", "unknown", why)])
    return Change(based_on=seen)


def _put(
    actor: Actor,
    proposal: Proposal,
    element: DataElement,
    version: ElementVersion | None,
    meaning_changed: bool | None,
    replaced_by: DataElement | None,
    over: Change | None = None,
) -> Change:
    """`over`: a change that was written over another version than that in force, and stays over it."""
    current = over.based_on if over is not None else element.current_version()
    if version is not None and current is not None and version.digest == current.digest:
        raise Invalid(_("%(path)s says this already.") % {"path": element.path}, code="change.nothing")
    kind = Change.Kind.RETIRE if version is None else Change.Kind.CHANGE if current else Change.Kind.ADD
    row = Change(
        proposal=proposal,
        kind=kind,
        element=element,
        version=version,
        based_on=current,
        meaning_changed=meaning_changed if kind == Change.Kind.CHANGE else None,
        replaced_by=replaced_by,
        created_by=actor.user,
        created_at=clock.now(),
    )
    before = proposal.changes.filter(element=element, taken_out_at=None).first()
    if before is not None and before.content() == row.content():
        return before  # type: ignore[no-any-return] # untyped rows
    if before is None and proposal.changes.filter(taken_out_at=None).count() >= MOST_CHANGES:
        raise Invalid(_("A proposal has at most %(most)s changes.") % {"most": MOST_CHANGES}, code="changes.too_many")
    if before is not None:
        before.taken_out_at = row.created_at
        before.save(update_fields=["taken_out_at"])
    row.save(force_insert=True)
    _tell(actor, proposal, {"element": element.path, "kind": row.kind})
    return row


def take_out_change(*, actor: Actor, proposal: Proposal, element: DataElement) -> Proposal:
    """Leave an element out of the proposal. The draft stays, for another one. Raises NotAllowed; Conflict when it is not in it."""
    require(may_edit_proposal(actor, proposal))
    with transaction.atomic():
        row = _locked(actor, proposal)
        change = _change_of(row, element)
        change.taken_out_at = clock.now()
        change.save(update_fields=["taken_out_at"])
        _tell(actor, row, {"element": element.path, "kind": "taken_out"})
    return row


def answer_meaning(*, actor: Actor, proposal: Proposal, element: DataElement, meaning_changed: bool) -> Change:
    """Say whether a change of words changes what is meant. Raises NotAllowed; Conflict when the element is not in the proposal."""
    require(may_edit_proposal(actor, proposal))
    with transaction.atomic():
        row = _locked(actor, proposal)
        change = _change_of(row, element)
        return _put(actor, row, element, change.version, meaning_changed, change.replaced_by, change)


def rebase_change(*, actor: Actor, proposal: Proposal, element: DataElement, taking: Mapping[str, str] | None = None) -> Change:
    """Bring a change up to the version that is in force by now: what only one side changed is taken over as it is.

    `taking` says for each field that both changed whose word counts: `theirs` (what is in force) or `ours`.
    Raises NotAllowed; Conflict naming the fields that both changed and nobody settled, with what each side says.
    """
    require(may_edit_proposal(actor, proposal))
    with transaction.atomic():
        row = _locked(actor, proposal)
        change = _change_of(row, element)
        current = element.current_version()
        if change.version is None or current is None or change.based_on_id == current.pk:
            return _put(actor, row, element, change.version, change.meaning_changed, change.replaced_by)
        base = change.based_on.said if change.based_on else {}
        merged = merge(base, change.version.said, current.said, taking or {})
        if merged.conflicts:
            raise Conflict(
                _("Both changed %(fields)s of %(path)s. Say whose word counts.")
                % {"fields": ", ".join(sorted(item.field for item in merged.conflicts)), "path": element.path},
                code="proposal.conflict",
                extra={"conflicts": [item.as_mapping() for item in merged.conflicts]},
            )
        version = draft_version(actor=actor, dictionary=element.dictionary, key=element.key, said=merged.said)
        return _put(actor, row, element, version, change.meaning_changed, change.replaced_by)


def split_proposal(*, actor: Actor, proposal: Proposal, elements: Collection[DataElement], title: str) -> Proposal:
    """Move some of the changes into a proposal of their own, so that the rest can be agreed to without them.

    Raises NotAllowed; Invalid when all or none of them would move; Conflict when one of them is not in the proposal.
    """
    require(may_edit_proposal(actor, proposal))
    with transaction.atomic():
        row = _locked(actor, proposal)
        moving = [_change_of(row, element) for element in elements]
        if not moving or len(moving) == row.changes.filter(taken_out_at=None).count():
            raise Invalid(_("Choose some of the changes, not none and not all."), code="proposal.split")
        part = Proposal(
            dictionary=row.dictionary, title=title.strip(), rationale=row.rationale, split_from=row, created_by=actor.user, created_at=clock.now()
        )  # fmt: skip
        validate(part)
        part.save(force_insert=True)
        for change in moving:
            change.taken_out_at = part.created_at
            change.save(update_fields=["taken_out_at"])
            Change.objects.create(
                proposal=part, kind=change.kind, element=change.element, version=change.version, based_on=change.based_on,
                meaning_changed=change.meaning_changed, replaced_by=change.replaced_by, created_by=actor.user, created_at=part.created_at,
            )  # fmt: skip
        paths = [change.element.path for change in moving]
        audit.record(actor, SPLIT, part, {"from": row.public_id, "elements": paths}, personal={"title": part.title})
        _tell(actor, row, {"moved": paths, "to": part.public_id})
    return part


def withdraw_proposal(*, actor: Actor, proposal: Proposal, reason: str) -> Proposal:
    """End a proposal of which nothing became. Raises NotAllowed; Invalid without a reason."""
    require(may_edit_proposal(actor, proposal))
    if not reason.strip():
        why = _("Say why, in a few words.")
        raise Invalid(why, errors=[FieldError("reason", "required", why)])
    with transaction.atomic():
        row = _locked(actor, proposal)
        row.withdrawn_at, row.withdrawn_because = clock.now(), reason.strip()[:500]
        row.save(update_fields=["withdrawn_at", "withdrawn_because"])
        audit.record(actor, WITHDRAWN, row, {}, personal={"reason": row.withdrawn_because})
        outbox.publish(actor, "dictionary.proposal.withdrawn", row, {})
    return row


def _locked(actor: Actor, proposal: Proposal) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).select_related("dictionary").get(pk=proposal.pk)
    require(may_edit_proposal(actor, row))  # it may be over by now
    return row


def _change_of(proposal: Proposal, element: DataElement) -> Change:
    found = (
        proposal.changes.filter(element=element, taken_out_at=None)
        .select_related("element__dictionary", "version", "based_on")
        .first()
    )
    if found is None:
        raise Conflict(_("%(path)s is not in this proposal.") % {"path": element.path}, code="change.unknown")
    return found  # type: ignore[no-any-return] # untyped rows


def _tell(actor: Actor, proposal: Proposal, details: dict[str, Any]) -> None:
    audit.record(actor, CHANGED, proposal, details)
    outbox.publish(actor, MOVED, proposal, details)
