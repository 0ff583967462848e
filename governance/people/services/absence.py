"""Absence: who acts in whose place, from when until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, objects, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people import notices
from governance.people.models import Delegation, User
from governance.people.permissions import may_delegate, may_end_delegation
from governance.people.roles import ROLES, role_label
from governance.people.selectors import lends
from governance.people.services.notices import tell


def _in_words(data: dict[str, str]) -> Mapping[str, Any]:
    """Role and times of a notice in the reader's language."""
    times = {name: formats.date_format(datetime.fromisoformat(data[name]), "DATETIME_FORMAT") for name in ("start", "end")}
    return {**data, **times, "role": role_label(data["role"]) if data["role"] else _("every role")}


DELEGATION_CREATED = audit.kind("people.delegation.created", _("Deputy named"))
DELEGATION_ENDED = audit.kind("people.delegation.ended", _("Deputy ended early"))
DELEGATION_CHANGED = (
    "people.delegation.changed"  # news for rooms that count on who may act; comes when it begins, and when it ends
)
LONGEST = timedelta(days=92)
NAMED = notices.kind(
    "people.deputy_named",
    _("Deputy named"),
    _("%(delegate)s acts for %(principal)s (%(role)s) from %(start)s until %(end)s UTC."),
    words=_in_words,
)
ENDED = notices.kind(
    "people.deputy_ended",
    _("Deputy ended early"),
    _("%(delegate)s no longer acts for %(principal)s (%(role)s)."),
    words=_in_words,
)


def delegate(
    *,
    actor: Actor,
    principal: User,
    delegate: User,
    role: str = "",
    scope: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime,
    reason: str = "",
) -> Delegation:
    """Let `delegate` act in the place of `principal` over [starts_at, ends_at), from now on when no start is given.

    Without a role it is for every role the principal holds, without a scope (public id of a use case) for wherever they hold it.
    Raises NotAllowed when the actor may not arrange this; Invalid when role, people or times make no sense; Conflict when the same
    role is lent in the same place for an overlapping time: two deputies would both count.
    """
    require(may_delegate(actor, principal=principal, delegate=delegate, role=role, scope=scope))
    now = clock.now()
    starts_at = starts_at or now
    _check_people(principal, delegate)
    _check_reach(actor, principal, role, scope)
    _check_times(now, starts_at, ends_at)
    row = Delegation(
        principal=principal,
        delegate=delegate,
        role=role,
        scope=scope,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        created_by=actor.user,
        created_at=now,
    )
    validate(row)
    with transaction.atomic():
        # One at a time per principal, or overlaps slip past each other.
        User.objects.select_for_update().get(pk=principal.pk)
        same = Delegation.objects.filter(
            principal=principal, role=role, scope=scope, starts_at__lt=ends_at, ends_at__gt=starts_at
        )
        if (other := same.filter(ended_at=None).select_related("delegate").first()) is not None:
            raise Conflict(
                _("%(name)s acts here already for part of that time. End that first.") % {"name": other.delegate},
                code="delegation.overlap",
            )
        row.save(force_insert=True)
        audit.record(actor, DELEGATION_CREATED, row, _facts(row), personal={"reason": row.reason})
        _tell_others(actor, row, at=starts_at)
        _tell_others(actor, row, at=ends_at)
        _tell_both(actor, row, NAMED)
    return row


def end_delegation(*, actor: Actor, delegation: Delegation, reason: str = "") -> Delegation:
    """End it now, before its time or before it began. What the deputy signed stays signed under it; open requests stop counting on it.

    Raises NotAllowed; Conflict when it is over already.
    """
    require(may_end_delegation(actor, delegation))
    with transaction.atomic():
        Delegation.objects.select_for_update().get(pk=delegation.pk)  # it ends after whatever is being decided under it
        now = clock.now()
        if not Delegation.objects.filter(pk=delegation.pk, ended_at=None, ends_at__gt=now).update(ended_at=now):
            raise Conflict(_("This is over already."), code="delegation.over")
        delegation.refresh_from_db()
        audit.record(actor, DELEGATION_ENDED, delegation, _facts(delegation), personal={"reason": reason.strip()[:200]})
        _tell_others(actor, delegation)
        _tell_both(actor, delegation, ENDED)
    return delegation


def _check_people(principal: User, delegate: User) -> None:
    if principal == delegate:
        raise Invalid(_("Nobody stands in for themselves."), errors=[FieldError("delegate", "same", _("Choose somebody else."))])
    for field, person in (("principal", principal), ("delegate", delegate)):
        if not person.is_active:
            gone = _("%(name)s cannot sign in any more.") % {"name": person}
            raise Invalid(gone, errors=[FieldError(field, "closed", gone)])


def _check_reach(actor: Actor, principal: User, role: str, scope: str) -> None:
    """Only what the principal holds can be lent, on a use case that there is."""
    if scope and objects.resolve(scope, actor=actor) is None:
        raise Invalid(_("There is no such use case."), errors=[FieldError("scope", "unknown", scope)])
    if role and role not in ROLES:
        raise Invalid(_("There is no role %(role)s.") % {"role": role}, errors=[FieldError("role", "unknown", ", ".join(ROLES))])
    if not lends(principal, role=role, scope=scope):
        words = {"name": principal, "role": role_label(role)}
        none = _("%(name)s does not hold the role %(role)s here.") % words if role else _("%(name)s holds no role here.") % words
        raise Invalid(none, code="delegation.not_held", errors=[FieldError("role", "not_held", none)])


def _check_times(now: datetime, starts_at: datetime, ends_at: datetime) -> None:
    if starts_at < now:
        raise Invalid(_("This cannot begin in the past."), errors=[FieldError("starts_at", "past", _("Choose today or later."))])
    if ends_at <= starts_at:
        raise Invalid(
            _("The end is not after the beginning."),
            errors=[FieldError("ends_at", "order", _("Choose a time after the beginning."))],
        )
    if ends_at - starts_at > LONGEST:
        words = _("At most %(days)s days at a time.") % {"days": LONGEST.days}
        raise Invalid(words, errors=[FieldError("ends_at", "too_long", words)])


def _facts(row: Delegation) -> dict[str, object]:
    return {
        "principal": row.principal.public_id,
        "delegate": row.delegate.public_id,
        "role": row.role,
        "scope": row.scope,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }


def _tell_others(actor: Actor, row: Delegation, *, at: datetime | None = None) -> None:
    people = {"principal": row.principal.public_id, "delegate": row.delegate.public_id}
    outbox.publish(actor, DELEGATION_CHANGED, row, {**people, "role": row.role, "scope": row.scope}, at=at)


def _tell_both(actor: Actor, row: Delegation, kind: notices.Kind) -> None:
    """Who is concerned and did not do it themselves should know."""
    said = {
        "principal": str(row.principal),
        "delegate": str(row.delegate),
        "role": row.role,
        "start": row.starts_at.astimezone(UTC).isoformat(),
        "end": row.ends_at.astimezone(UTC).isoformat(),
    }
    both = [user for user in (row.principal, row.delegate) if user != actor.user]
    tell(
        both,
        kind,
        key=f"{kind.code}:{row.public_id}",
        url="/settings/absence/",
        data=said,
        subject_id=row.public_id,
        scope=row.scope,
    )
