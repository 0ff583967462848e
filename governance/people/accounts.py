"""How django-allauth fits in: nobody signs up alone, and signing in and its failures are audited through its signals."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, user_logged_in, user_logged_out
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit

SIGNED_IN = audit.kind("people.user.signed_in", _("Signed in"))
SIGNED_OUT = audit.kind("people.user.signed_out", _("Signed out"))
PASSWORD_CHANGED = audit.kind("people.user.password_changed", _("Password changed"))
SECOND_FACTOR_ADDED = audit.kind("people.user.second_factor_added", _("Second factor added"))
SECOND_FACTOR_REMOVED = audit.kind("people.user.second_factor_removed", _("Second factor removed"))


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by an administrator or come from single sign-on."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on may only lead to an account that exists, found by the verified e-mail address."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False


def _record(kind: audit.EventKind, request: Any, user: Any, data: dict[str, Any] | None = None) -> None:
    if user is None or not hasattr(user, "public_id"):
        return
    with transaction.atomic():
        audit.record(actors.person(user, request_id=getattr(request, "id", "")), kind, user, data)


def connect() -> None:
    """Listen to the library's own writes: login and second factors are the one place where signals are used."""

    def signed_in(request: Any, user: Any, **kwargs: Any) -> None:
        _record(SIGNED_IN, request, user)

    def signed_out(request: Any, user: Any, **kwargs: Any) -> None:
        _record(SIGNED_OUT, request, user)

    def changed(request: Any, user: Any, **kwargs: Any) -> None:
        _record(PASSWORD_CHANGED, request, user)

    def added(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
        _record(SECOND_FACTOR_ADDED, request, user, {"type": authenticator.type})

    def removed(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
        _record(SECOND_FACTOR_REMOVED, request, user, {"type": authenticator.type})

    for signal, receiver in (
        (user_logged_in, signed_in),
        (user_logged_out, signed_out),
        (password_changed, changed),
        (authenticator_added, added),
        (authenticator_removed, removed),
    ):
        signal.connect(receiver, weak=False, dispatch_uid=f"people.{receiver.__name__}")
