"""Roles of people: giving and ending them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people.models import RoleGrant, TrainingRecord, TrainingRule, User
from governance.people.permissions import may_grant
from governance.people.roles import ROLES, role_label

ROLE_GRANTED = audit.kind("people.role.granted", _("Role given"))
ROLE_ENDED = audit.kind("people.role.ended", _("Role ended"))
ROLE_CHANGED = "people.role.changed"  # news for rooms that count on who holds what; no role means all of this person's
CLOCKS_DIFFER = timedelta(minutes=5)  # between machines


def grant_role(
    *,
    actor: Actor,
    user: User,
    role: str,
    scope: str = "",
    reason: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> RoleGrant:
    """Give a role over [starts_at, ends_at), for one use case (its public id) or, with no scope, everywhere.

    Without times from now, until somebody ends it. Raises NotAllowed; Invalid for a role that does not exist or times that make no
    sense; Conflict when the person holds it there for part of that time already, or cannot show a training that the role asks for.
    """
    require(may_grant(actor, role=role, scope=scope, user=user))
    return give(actor, RoleGrant(user=user, role=role, scope=scope, reason=reason), not_before_now(starts_at), ends_at)


def grant_role_to_founder(*, actor: Actor, user: User, role: str, scope: str) -> RoleGrant:
    """The one role that is not given by somebody else: who opens a use case leads it. Called by that service only.

    No training is asked for: nothing gates the lab.
    """
    return give(actor, RoleGrant(user=user, role=role, scope=scope), untrained=True)


def give(
    actor: Actor,
    row: RoleGrant,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    *,
    untrained: bool = False,
) -> RoleGrant:
    """Write a grant that was allowed. For the services of roles and teams only: it asks for no permission."""
    row.starts_at, row.ends_at, row.granted_by = starts_at or clock.now(), ends_at, actor.user
    row.reason = row.reason.strip()
    check_times(row.role, row.starts_at, row.ends_at)
    if not row.user.is_active:
        raise Conflict(_("%(name)s cannot sign in any more.") % {"name": row.user}, code="user.closed")
    if not untrained:
        require_training(row.user, row.role)
    validate(row)
    held = Conflict(
        _("%(name)s holds the role %(role)s here already.") % {"name": row.user, "role": role_label(row.role)},
        code="grant.exists",
    )
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=row.user.pk)  # one at a time per person, or overlaps slip past each other
            if _overlapping(row).exists():
                raise held
            row.save(force_insert=True)
            until = {"until": row.ends_at} if row.ends_at else {}
            through = {"through": row.through.public_id} if row.through else {}
            audit.record(
                actor,
                ROLE_GRANTED,
                row,
                {"to": row.user.public_id, "role": row.role, "scope": row.scope, **until, **through},
                personal={"reason": row.reason},
            )
            _tell_others(actor, row)
    except IntegrityError as error:
        raise held from error
    return row


def not_before_now(starts_at: datetime | None) -> datetime | None:
    """A beginning, where it is still to come; None, which is now, for one that was now by the clock of whoever sent it.

    Raises Invalid for one that is over: who held what then is told from grants, and nobody writes that anew.
    """
    now = clock.now()
    if starts_at is None or starts_at >= now:
        return starts_at
    if starts_at >= now - CLOCKS_DIFFER:
        return None
    why = _("A role cannot begin in the past. Leave its beginning out, and it holds from now on.")
    raise Invalid(why, errors=[FieldError("starts_at", "past", why)])


def check_times(role: str, starts_at: datetime, ends_at: datetime | None) -> None:
    """Raise Invalid for a role that does not exist, or an end that is no later than the beginning or over already."""
    if role not in ROLES:
        raise Invalid(_("There is no role %(role)s.") % {"role": role}, errors=[FieldError("role", "unknown", ", ".join(ROLES))])
    if ends_at is not None and ends_at <= max(starts_at, clock.now()):
        why = _("The end lies before the beginning, or is over already.")
        raise Invalid(why, errors=[FieldError("ends_at", "order", why)])


def require_training(user: User, role: str) -> None:
    """Raise Conflict unless the person can show, today, every training that the role asks for."""
    rules = list(TrainingRule.objects.in_force().filter(role=role).order_by("training"))
    if not rules:
        return
    shown = set(TrainingRecord.objects.valid().filter(user=user).values_list("training", flat=True))
    if missing := [rule.title for rule in rules if rule.training not in shown]:
        raise Conflict(
            _("%(name)s cannot be given the role %(role)s yet: there is no valid evidence of %(training)s.")
            % {"name": user, "role": role_label(role), "training": ", ".join(missing)},
            code="grant.training",
        )


def _overlapping(row: RoleGrant) -> QuerySet[RoleGrant]:
    """Grants of the same kind that hold during a part of the same time; those that came with a team are another kind."""
    same = RoleGrant.objects.filter(user=row.user, role=row.role, scope=row.scope, through=row.through, ended_at=None)
    same = same.filter(Q(ends_at=None) | Q(ends_at__gt=row.starts_at))
    return same if row.ends_at is None else same.filter(starts_at__lt=row.ends_at)


def end_role(*, actor: Actor, grant: RoleGrant, reason: str) -> RoleGrant:
    """End a grant now. What was decided under it stays decided; what is open stops counting on it.

    Raises NotAllowed; Conflict when it was ended already, or came with a team: then the team's role is ended, or the membership.
    """
    require(may_grant(actor, role=grant.role, scope=grant.scope, user=None))
    if grant.through is not None:
        raise Conflict(
            _("%(name)s holds this role as a member of %(team)s. End the role of the team, or take them out of it.")
            % {"name": grant.user, "team": grant.through.team},
            code="grant.team",
        )
    return take(actor, grant, reason)


def take(actor: Actor, grant: RoleGrant, reason: str) -> RoleGrant:
    """End a grant that may be ended. For the services of roles and teams only: it asks for no permission.

    One that has not begun ends when it would have begun, and so never holds.
    """
    with transaction.atomic():
        RoleGrant.objects.select_for_update().get(pk=grant.pk)  # it ends after whatever is being decided under it
        ended = max(clock.now(), grant.starts_at)
        if not RoleGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=ended, end_reason=reason.strip()[:200]):
            raise Conflict(_("This role was ended already."), code="grant.ended")
        grant.refresh_from_db()
        audit.record(
            actor,
            ROLE_ENDED,
            grant,
            {"from": grant.user.public_id, "role": grant.role},
            personal={"reason": reason.strip()[:200]},
        )
        _tell_others(actor, grant)
    return grant


def _tell_others(actor: Actor, grant: RoleGrant) -> None:
    news = {"user": grant.user.public_id, "role": grant.role, "scope": grant.scope, "ended": grant.ended_at is not None}
    outbox.publish(actor, ROLE_CHANGED, grant, news)
