"""Who does something: a value that every service wants. Services never see a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _

from foundation.permissions import ALLOWED, Decision, Denied

if TYPE_CHECKING:
    from foundation.models import Token


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a service token, or the system itself.

    `user` is the person; for a service token the person who owns it. `id` is the public id of the person or token.
    `request_id` ties together the events of one request; `auth` says how the actor proved who it is.
    """

    kind: Literal["user", "service", "system"]
    id: str
    label: str
    user: Any = None
    token: Token | None = None
    request_id: str = ""
    auth: str = ""
    auth_at: datetime | None = None  # when the person last proved who they are, by password or otherwise; None for tokens

    @property
    def is_person(self) -> bool:
        return self.kind == "user"

    @property
    def is_service(self) -> bool:
        return self.kind == "service"

    @property
    def bound_to(self) -> str:
        """The public id of the one thing a service token was made for, or nothing."""
        return self.token.scope if self.token is not None and self.is_service else ""

    def has_scope(self, scope: str) -> Decision:
        """Whether the actor's credential reaches that far. People are not limited by scopes, service tokens are."""
        if not self.is_service or self.token is None:
            return ALLOWED
        if scope in self.token.scopes or "admin" in self.token.scopes:
            return ALLOWED
        return Denied(_("This token does not carry the scope %(scope)s.") % {"scope": scope}, code="token.scope")

    def within(self, request_id: str) -> Actor:
        """The same actor, in another request."""
        return replace(self, request_id=request_id)


def person(
    user: Any, *, request_id: str = "", auth: str = "session", token: Token | None = None, auth_at: datetime | None = None
) -> Actor:
    return Actor("user", user.public_id, str(user), user=user, token=token, request_id=request_id, auth=auth, auth_at=auth_at)


def service(token: Token, *, request_id: str = "") -> Actor:
    return Actor("service", token.public_id, token.name, user=token.owner, token=token, request_id=request_id, auth="token")


def system(part: str, *, request_id: str = "") -> Actor:
    """The installation itself: `part` names which of its hands did it, such as `sealer` or `setup`."""
    return Actor("system", f"system:{part}", f"Countersign ({part})", request_id=request_id, auth="system")
