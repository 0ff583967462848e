"""Who calls the API, and how far the credential reaches. (Apart from `api.py`, because DRF imports it while it loads itself.)"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, permissions, throttling
from rest_framework.request import Request

from foundation import actor as actors
from foundation import tokens
from foundation.actor import Actor
from foundation.errors import NotAllowed
from foundation.identity import proven_at
from foundation.permissions import require


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer cs_…`: a personal token acts as its person, a service token in its own name."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _space, secret = header.partition(" ")
        if scheme.lower() != "bearer":
            raise exceptions.AuthenticationFailed(_("Use the header Authorization: Bearer followed by a token."))
        actor = tokens.actor_for(secret.strip(), request_id=request._request.id)  # type: ignore[attr-defined] # set by middleware
        if actor is None:
            request._request.failed_token = True  # type: ignore[attr-defined] # read by FailedTokenThrottle
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or revoked."))
        request._request.actor = actor  # type: ignore[attr-defined] # our own attribute
        return actor.user, actor

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Countersign"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The portal's session, with CSRF, works on every endpoint too."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        django_request: Any = request._request  # its id was set by middleware
        return found[0], actors.person(found[0], request_id=django_request.id, auth_at=proven_at(django_request))


class ScopePermission(permissions.BasePermission):
    """A service token reaches only what its scopes name; an endpoint that names none is closed to it.

    An endpoint may name two, `one or other`: either will do.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        actor: Any = request.auth  # an Actor: our authenticators put it there
        if not isinstance(actor, Actor) or not actor.is_service or not hasattr(view, (request.method or "").lower()):
            return True  # a method that nobody has is answered with 405, whoever asks
        scope = getattr(view, "scopes", {}).get("GET" if request.method in ("HEAD", "OPTIONS") else request.method)
        if scope is None:
            raise NotAllowed(_("A service token cannot do this: it needs a person."), code="token.person_needed")
        decisions = [actor.has_scope(name) for name in scope.split(" or ")]
        if not any(decisions):
            require(decisions[0])
        return True


class FailedTokenThrottle(throttling.SimpleRateThrottle):
    """Guessing tokens is slow: after 60 refused ones in a minute an address has to wait."""

    scope = "failed_token"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def allow_request(self, request: Request, view: Any) -> bool:
        return True  # successful calls never count; see `problem_handler`

    @classmethod
    def count_failure(cls, request: Request) -> bool:
        """Note a refused token; False when there were too many."""
        nobody: Any = None  # the parent does not look at the view
        return super().allow_request(cls(), request, nobody)
