"""Pages that belong to no room: is it alive, which theme, and what to show when a form is stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from foundation import clock
from foundation.models import Heartbeat
from foundation.problems import problem_body
from foundation.templatetags.countersign import THEME_COOKIE, THEMES

WORKER_SILENT_AFTER = timedelta(seconds=60)


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, broker and worker answer: 200, or 503 with what does not."""
    parts = {"database": _database(), "broker": broker(), "worker": worker()}
    ready = all(value == "ok" for value in parts.values())
    return JsonResponse({"status": "ok" if ready else "unready", **parts}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def broker() -> str:
    from config import celery_app

    try:
        with celery_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:
        return type(error).__name__
    return "ok"


def worker() -> str:
    try:
        beat = Heartbeat.objects.filter(part="worker").first()
    except DatabaseError as error:
        return type(error).__name__
    if beat is None:
        return "never seen"
    silent = clock.now() - beat.at
    return "ok" if silent < WORKER_SILENT_AFTER else f"silent for {int(silent.total_seconds())} s"


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or as the system; in a cookie, so that the server renders the right one."""
    chosen = request.POST.get("theme", "")
    response = redirect(_back(request))
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=31_536_000, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.headers.get("Referer", "/")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()) else "/"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or came from elsewhere: say so, and lose nothing on the server."""
    if request.path.startswith("/api/"):
        body: dict[str, Any] = problem_body(
            request, 403, "The CSRF token is missing or wrong. Send the header X-CSRFToken.", "csrf"
        )
        return JsonResponse(body, status=403, content_type="application/problem+json")
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def api_not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any path under /api/ that is none."""
    return JsonResponse(
        problem_body(request, 404, "There is no such resource.", "not_found"), status=404, content_type="application/problem+json"
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """What an error nobody foresaw looks like: no detail, but the request id that the log has."""
    if request.path.startswith("/api/"):
        body = problem_body(request, 500, "Something went wrong on our side. Nothing was changed.", "error")
        return JsonResponse(body, status=500, content_type="application/problem+json")
    return render(request, "500.html", {"request_id": getattr(request, "id", "")}, status=500)
