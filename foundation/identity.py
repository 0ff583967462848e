"""When somebody last proved who they are in this browser, and proving it again where a signature is wanted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid


def proven_at(request: HttpRequest) -> datetime | None:
    """When the person of this session last gave a password, a code or a key, or came from the sign-on of their company."""
    user: Any = request.user
    if not hasattr(request, "session"):
        return None  # a request without a browser behind it
    moments = [record["at"] for record in get_authentication_records(request, user) if isinstance(record.get("at"), int | float)]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def confirm_password(request: HttpRequest, password: str) -> Actor:
    """The actor of this request, having proved just now who they are. The session remembers it.

    Raises Invalid at the field `password` for a wrong one, after too many tries, and for accounts that have none.
    """
    user: Any = request.user
    if not user.has_usable_password():
        raise _refused(_("Your account has no password. Sign in again, and come back within five minutes."), "no_password")
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        raise _refused(_("Too many tries. Wait a minute."), "too_many")
    if not user.check_password(password):
        raise _refused(_("This is not your password."), "wrong")
    reauthenticate_by_password(request)
    return actors.person(user, request_id=request.id, auth="password", auth_at=proven_at(request))  # type: ignore[attr-defined] # set by middleware


def _refused(said: Any, code: str) -> Invalid:
    return Invalid(said, code=f"identity.{code}", errors=[FieldError("password", code, said)])
