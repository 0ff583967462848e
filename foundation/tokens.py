"""API tokens: `cs_` + id + `_` + secret. Only SHA-256 of the whole is stored: the secret has 256 bits, so no slow hash is needed."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor, person, service
from foundation.errors import FieldError, Invalid, NotAllowed
from foundation.models import Token

CREATED = audit.kind("foundation.token.created", _("Token created"))
REVOKED = audit.kind("foundation.token.revoked", _("Token revoked"))
PATTERN = re.compile(r"cs_[A-Za-z0-9_-]{43}\Z")
LONGEST_DAYS = 366
LONGEST_NAME = 100


def create(
    *, actor: Actor, name: str, owner: Any, kind: Token.Kind, scopes: Sequence[str] = (), scope: str = "", days: int = 90
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is shown this once.

    Raises Invalid for an unknown scope, an empty or endless name or a life outside 1 to 366 days; NotAllowed when the actor makes
    a token for somebody else (the system may, at setup).
    """
    if actor.kind != "system" and actor.user != owner:
        raise NotAllowed(_("A token can only be made by the person it belongs to."))
    if actor.is_service:
        raise NotAllowed(_("A service token cannot make tokens."))
    problems = [
        FieldError("scopes", "unknown", _("There is no scope %(scope)s.") % {"scope": s}) for s in scopes if s not in Token.SCOPES
    ]
    if not name.strip():
        problems.append(FieldError("name", "required", _("Give the token a name that says what uses it.")))
    if len(name.strip()) > LONGEST_NAME:
        problems.append(
            FieldError("name", "too_long", _("A token's name has at most %(most)s characters.") % {"most": LONGEST_NAME})
        )
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(FieldError("days", "range", _("A token lives between 1 and %(most)s days.") % {"most": LONGEST_DAYS}))
    if kind == Token.Kind.SERVICE and not scopes:
        problems.append(FieldError("scopes", "required", _("A service token needs at least one scope.")))
    if problems:
        raise Invalid(_("The token cannot be made."), code="token.invalid", errors=problems)
    secret = "cs_" + secrets.token_urlsafe(32)
    now = clock.now()
    token = Token(
        name=name.strip(),
        kind=kind,
        owner=owner,
        scopes=sorted(set(scopes)),
        scope=scope,
        secret_digest=_digest(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    with transaction.atomic():
        token.save(force_insert=True)
        audit.record(actor, CREATED, token, {"kind": kind, "scopes": token.scopes, "bound_to": scope, "days": days})
    return token, secret


def revoke(*, actor: Actor, token: Token) -> None:
    """End a token now. Doing so again changes nothing."""
    if actor.kind != "system" and actor.user != token.owner:
        raise NotAllowed(_("Only its owner can revoke a token."))
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
            token.refresh_from_db()
            audit.record(actor, REVOKED, token)


def actor_for(secret: str, *, request_id: str) -> Actor | None:
    """Who presents this secret, or None when nobody may with it: unknown, expired, revoked, or its owner has left."""
    if not PATTERN.match(secret):
        return None
    token = Token.objects.live().select_related("owner").filter(secret_digest=_digest(secret), owner__is_active=True).first()
    if token is None:
        return None
    now = clock.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=10):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    if token.kind == Token.Kind.PERSONAL:
        return person(token.owner, request_id=request_id, auth="token", token=token)
    return service(token, request_id=request_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
