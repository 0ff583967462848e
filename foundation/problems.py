"""Every error under /api/ as RFC 9457 `application/problem+json`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

from foundation.authentication import FailedTokenThrottle
from foundation.errors import FieldError, worded

log = structlog.get_logger(__name__)


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Every error under /api/ as RFC 9457 `application/problem+json`."""
    request: Request = context["request"]
    headers: dict[str, str] = {}
    if (told := worded(error)) is not None:
        problem = problem_body(request, told.status, str(told.detail), told.code, told.errors, told.extra)
        if "retry_after" in told.extra:
            headers["Retry-After"] = str(told.extra["retry_after"])
    elif isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(error.detail, error.get_codes()))
        problem = problem_body(request, 400, _("Some of what was sent cannot be used; see errors."), "invalid", errors)
    elif isinstance(error, exceptions.APIException):
        problem, headers = _api_exception(error, request)
    elif isinstance(error, Http404):
        problem = problem_body(request, 404, _("There is no such thing, or you may not see it."), "not_found")
    elif isinstance(error, PermissionDenied):
        problem = problem_body(request, 403, str(error) or _("You may not do this."), "not_allowed")
    else:
        log.exception("api.failed", path=request.path)
        problem = problem_body(request, 500, _("Something went wrong on our side. Nothing was changed."), "error")
    # Not a Response of REST framework: that would be written by the view's renderer, which may speak YAML or HTML.
    return JsonResponse(
        problem,
        status=problem["status"],
        headers=headers,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _api_exception(error: exceptions.APIException, request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    headers = {}
    status = error.status_code
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="Countersign"'
        status = 401
        if getattr(request._request, "failed_token", False) and not FailedTokenThrottle.count_failure(request):
            return problem_body(request, 429, _("Too many refused tokens from this address. Wait a minute."), "throttled"), {
                "Retry-After": "60"
            }
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    return problem_body(request, status, force_str(error.detail), str(error.get_codes())), headers


def problem_body(
    request: Any, status: int, detail: str, code: str, errors: Any = (), extra: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The members of a problem; `type` is stable and leads to the documentation of the code."""
    django_request = getattr(request, "_request", request)
    return {
        "type": f"urn:countersign:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": django_request.get_full_path(),
        "code": code,
        "request_id": getattr(django_request, "id", ""),
        "errors": [item.as_mapping() if isinstance(item, FieldError) else item for item in errors],
        **(extra or {}),
    }


def _field_errors(detail: Any, codes: Any, path: str = "") -> Any:
    if isinstance(detail, dict):
        for name, value in detail.items():
            if isinstance(name, int):  # the place in a list
                inner = f"{path}[{name}]"
            else:
                inner = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from _field_errors(value, codes[name], inner)
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            inner = path if not isinstance(value, dict | list) else f"{path}[{index}]"
            yield from _field_errors(value, codes[index], inner)
    else:
        yield {"field": path, "code": str(codes), "message": str(detail)}
