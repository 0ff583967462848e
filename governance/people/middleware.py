"""What a page owes to whoever signed in: their language, and that what it asks about them is asked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Next = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """The portal in the language of their account, unless this browser was told another one.

    Comes after authentication. The language switch sets a cookie, which `LocaleMiddleware` has followed by then.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user.is_authenticated:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined] # as LocaleMiddleware does
        return self.get_response(request)


class OncePerPageMiddleware:
    """A page that only shows asks the database once which roles its reader holds, however many of its parts want to know.

    `request.user` is read anew for each request, and nothing changes while a page is shown: what it remembers cannot be out of date.
    What changes something has it asked each time. Comes after authentication.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if request.method in ("GET", "HEAD") and user.is_authenticated:
            user.asked = {}
        return self.get_response(request)
