"""Accounts: opening and closing them, and what people set for themselves."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid, NotAllowed
from foundation.permissions import require
from foundation.services import validate
from governance.people.models import User
from governance.people.permissions import may_administer
from governance.people.services.roles import ROLE_CHANGED

USER_CREATED = audit.kind("people.user.created", _("Account created"))
USER_DEACTIVATED = audit.kind("people.user.deactivated", _("Account closed"))
PREFERENCES_SET = audit.kind("people.user.preferences_set", _("Preferences set"))


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


def set_preferences(*, actor: Actor, language: str, theme: str, mail: str = "") -> User:
    """Set how pages look for the actor's own person, and when notices come by e-mail; without `mail` that stays as it is.

    Raises NotAllowed for a token that is nobody, Invalid for a value unknown.
    """
    user = actor.user
    if not actor.is_person or user is None:
        raise NotAllowed(_("Only a person has preferences."))
    if language not in dict(settings.LANGUAGES):
        raise Invalid(
            _("There is no language %(code)s here.") % {"code": language}, errors=[FieldError("language", "unknown", language)]
        )
    user.language, user.theme, user.mail = language, theme, mail or user.mail
    validate(user)
    with transaction.atomic():
        user.save(update_fields=["language", "theme", "mail"])
        audit.record(actor, PREFERENCES_SET, user, {"language": language, "theme": theme, "mail": user.mail})
    return user


def deactivate_user(*, actor: Actor, user: User) -> None:
    """Close an account. What the person signed stays signed; open requests stop counting on them at once."""
    require(may_administer(actor))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # it closes after whatever is being decided on their word
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, closed_at=clock.now()):
            raise Conflict(_("This account is closed already."), code="user.closed")
        user.refresh_from_db()
        audit.record(actor, USER_DEACTIVATED, user)
        outbox.publish(actor, ROLE_CHANGED, user, {"user": user.public_id, "role": "", "scope": "", "ended": True})
