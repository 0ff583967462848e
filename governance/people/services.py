"""Accounts, teams and roles: every change, with its event."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid, NotAllowed
from foundation.permissions import require
from foundation.services import validate
from governance.people.models import Membership, RoleGrant, Team, User
from governance.people.permissions import may_administer, may_grant
from governance.people.roles import ROLES, role_label

USER_CREATED = audit.kind("people.user.created", _("Account created"))
USER_DEACTIVATED = audit.kind("people.user.deactivated", _("Account closed"))
PREFERENCES_SET = audit.kind("people.user.preferences_set", _("Preferences set"))
TEAM_CREATED = audit.kind("people.team.created", _("Team created"))
ROLE_GRANTED = audit.kind("people.role.granted", _("Role given"))
ROLE_ENDED = audit.kind("people.role.ended", _("Role ended"))


def create_user(*, actor: Actor, username: str, name: str, email: str, password: str | None = None, language: str = "en") -> User:
    """Open an account. Without a password the person signs in through single sign-on only.

    Raises NotAllowed unless the actor is an administrator; Invalid for bad fields; Conflict when the name or address is taken.
    """
    require(may_administer(actor))
    user = User(username=username, name=name.strip(), email=email.strip().lower(), language=language)
    if password is None:
        user.set_unusable_password()
    else:
        check_password(user, password)
        user.set_password(password)
    validate(user)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            audit.record(actor, USER_CREATED, user, {"username": username}, personal={"name": user.name, "email": user.email})
    except IntegrityError as error:
        raise Conflict(_("There is an account with this user name or e-mail address already."), code="user.exists") from error
    return user


def check_password(user: User, password: str) -> None:
    """Raise Invalid with every rule of the password policy that is not met."""
    from django.contrib.auth.password_validation import validate_password

    try:
        validate_password(password, user)
    except ValidationError as error:
        problems = [FieldError("password", str(item.code), "; ".join(item.messages)) for item in error.error_list]
        raise Invalid(_("This password cannot be used."), errors=problems) from error


def set_preferences(*, actor: Actor, language: str, theme: str) -> User:
    """Set how pages look for the actor's own person. Raises NotAllowed for a token that is nobody, Invalid for a value unknown."""
    user = actor.user
    if not actor.is_person or user is None:
        raise NotAllowed(_("Only a person has preferences."))
    if language not in dict(settings.LANGUAGES):
        raise Invalid(
            _("There is no language %(code)s here.") % {"code": language}, errors=[FieldError("language", "unknown", language)]
        )
    user.language, user.theme = language, theme
    validate(user)
    with transaction.atomic():
        user.save(update_fields=["language", "theme"])
        audit.record(actor, PREFERENCES_SET, user, {"language": language, "theme": theme})
    return user


def deactivate_user(*, actor: Actor, user: User) -> None:
    """Close an account. What the person signed stays signed; open requests stop counting on them at once."""
    require(may_administer(actor))
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, closed_at=clock.now()):
            raise Conflict(_("This account is closed already."), code="user.closed")
        user.refresh_from_db()
        audit.record(actor, USER_DEACTIVATED, user)


def create_team(*, actor: Actor, slug: str, title: str, members: list[User] | None = None) -> Team:
    """Found a team. Raises Conflict when the slug is taken."""
    require(may_administer(actor))
    team = Team(slug=slug, title=title.strip())
    validate(team)
    try:
        with transaction.atomic():
            team.save(force_insert=True)
            for user in members or []:
                Membership.objects.create(team=team, user=user, starts_at=clock.now())
            audit.record(actor, TEAM_CREATED, team, {"slug": slug, "members": sorted(user.public_id for user in members or [])})
    except IntegrityError as error:
        raise Conflict(_("There is a team %(slug)s already.") % {"slug": slug}, code="team.exists") from error
    return team


def grant_role(*, actor: Actor, user: User, role: str, scope: str = "", reason: str = "") -> RoleGrant:
    """Give a role, for one use case (its public id) or, with no scope, everywhere.

    Raises NotAllowed, Invalid for a role that does not exist, Conflict when the person holds it there already.
    """
    require(may_grant(actor, role=role, scope=scope, user=user))
    return _grant(actor, user, role, scope, reason)


def grant_role_to_founder(*, actor: Actor, user: User, role: str, scope: str) -> RoleGrant:
    """The one role that is not given by somebody else: who opens a use case leads it. Called by that service only."""
    return _grant(actor, user, role, scope, "")


def _grant(actor: Actor, user: User, role: str, scope: str, reason: str) -> RoleGrant:
    if role not in ROLES:
        raise Invalid(_("There is no role %(role)s.") % {"role": role}, errors=[FieldError("role", "unknown", ", ".join(ROLES))])
    if not user.is_active:
        raise Conflict(_("%(name)s cannot sign in any more.") % {"name": user}, code="user.closed")
    row = RoleGrant(user=user, role=role, scope=scope, starts_at=clock.now(), granted_by=actor.user, reason=reason.strip())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(
                actor, ROLE_GRANTED, row, {"to": user.public_id, "role": role, "scope": scope}, personal={"reason": row.reason}
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s holds the role %(role)s here already.") % {"name": user, "role": role_label(role)}, code="grant.exists"
        ) from error
    return row


def end_role(*, actor: Actor, grant: RoleGrant, reason: str) -> RoleGrant:
    """End a grant now. What was decided under it stays decided; what is open stops counting on it."""
    require(may_grant(actor, role=grant.role, scope=grant.scope, user=None))
    with transaction.atomic():
        if not RoleGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=clock.now(), end_reason=reason.strip()[:200]):
            raise Conflict(_("This role was ended already."), code="grant.ended")
        grant.refresh_from_db()
        audit.record(
            actor,
            ROLE_ENDED,
            grant,
            {"from": grant.user.public_id, "role": grant.role},
            personal={"reason": reason.strip()[:200]},
        )
    return grant
