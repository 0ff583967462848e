"""What happens around every request: an id, a content security policy, an actor, and problems in one form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation import actor as actors
from foundation.errors import worded
from foundation.identity import proven_at
from foundation.problems import problem_body

Next = Callable[[HttpRequest], HttpResponse]
OF_THE_BODY = ("content-length", "content-encoding", "content-disposition", "etag", "last-modified")  # and not of the answer
REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,60}$")


class RequestIdMiddleware:
    """Give each request an id (or take the caller's) for logs, the audit log and error messages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-Id", "")
        request.id = offered if REQUEST_ID.match(offered) else secrets.token_hex(12)  # type: ignore[attr-defined] # our own attribute
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)  # type: ignore[attr-defined] # set above
        response = in_one_form(request, self.get_response(request))
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined] # set above
        return response


def in_one_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Under /api/ every error is a problem, also one that Django answered before it reached us (a wrong host, say)."""
    is_problem = response.get("Content-Type", "").startswith("application/problem+json")
    if response.status_code < 400 or is_problem or not request.path.startswith("/api/"):
        return response
    body = problem_body(request, response.status_code, _("The server did not accept this request."), "refused")
    problem = JsonResponse(body, status=response.status_code, content_type="application/problem+json")
    for name, value in response.headers.items():
        if name.lower() not in OF_THE_BODY:
            problem.setdefault(name, value)
    return problem


class ContentSecurityPolicyMiddleware:
    """Only our own files and scripts with this answer's nonce run. `request.csp_nonce` is what templates use."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined] # read by templates and django-htmx
        response = self.get_response(request)
        response.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{request.csp_nonce}'; style-src 'self'; img-src 'self' data:; "  # type: ignore[attr-defined] # set above
            "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        )
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class ActorMiddleware:
    """`request.actor` for pages: the signed-in person, or None. The API sets its own after authentication."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        request.actor = (  # type: ignore[attr-defined] # our own attribute
            actors.person(user, request_id=request.id, auth_at=proven_at(request))  # type: ignore[attr-defined] # set above
            if user.is_authenticated
            else None
        )
        return self.get_response(request)


class ProblemMiddleware:
    """What services raise becomes a page that says what happened and what to do; the API has its own handler."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            # No text of ours holds one, and PostgreSQL refuses to look for it.
            raise BadRequest("NUL in the address")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = worded(exception)
        if error is None or request.path.startswith("/api/"):
            return None
        if error.status == 404:
            raise Http404(str(error.detail)) from exception
        template = "403.html" if error.status == 403 else "problem.html"
        return render(request, template, {"problem": error, "reason": error.detail}, status=error.status)
