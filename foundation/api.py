"""The API's manners: how lists are paged, how inputs are checked, how a POST is made safe to repeat.

Rooms build on `Endpoint`: parse with a serializer, call one service or selector, present.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import pagination, serializers, views
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from foundation import idempotency
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from foundation.errors import CountersignError, FieldError, Invalid, Missing
from foundation.visibility import comes_from_outside


class CursorPagination(pagination.CursorPagination):
    """`?cursor=&limit=`, newest first."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    cursor_query_param = "cursor"
    ordering = "-pk"

    def decode_cursor(self, request: Request) -> Any:
        """The place that `?cursor=` names. One that we did not make is unknown, and not an error of ours."""
        cursor = super().decode_cursor(request)
        place = getattr(cursor, "position", None)
        if place is not None and not (place.isascii() and place.isdigit() and len(place) < 19):
            raise NotFound(self.invalid_cursor_message)
        return cursor


class StrictSerializer(serializers.Serializer[Any]):
    """An input. A field that is not known is an error: a misspelt one must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(_("There is no such field."), code="unknown")] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class Endpoint(views.APIView):
    """One resource. `scopes` names what a service token must carry, by method; a method left out needs a person.

    `outside` names the methods that exist for somebody who comes from outside too.
    """

    scopes: ClassVar[dict[str, str]] = {}
    outside: ClassVar[tuple[str, ...]] = ()

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        asked = "GET" if request.method == "HEAD" else request.method
        if asked not in (*self.outside, "OPTIONS") and comes_from_outside(self.actor):
            raise Missing(_("There is no such thing, or you may not see it."))

    @property
    def actor(self) -> Actor:
        actor: Any = self.request.auth  # our authenticators put it there
        return actor

    def read(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The request's body, checked. Raises a validation error with a path for each problem."""
        form = serializer(data=self.request.data, context={"request": self.request})
        form.is_valid(raise_exception=True)
        return form.validated_data

    def created(self, act: Callable[[], tuple[int, Any]], *, said: Any = None) -> Response:
        """Answer a POST that creates. With an Idempotency-Key the same request is carried out once.

        `said` stands for the body where that is no JSON, as with an upload.
        """
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            status, body = act()
            return Response(body, status=status)
        request = self.request._request
        raw = json.dumps(self.request.data if said is None else said, sort_keys=True, cls=JSONEncoder).encode()

        def plain() -> tuple[int, Any]:
            status, body = act()
            return status, json.loads(json.dumps(body, cls=JSONEncoder))

        status, body, replayed = idempotency.once(
            principal=self.actor.id, key=key, method=request.method or "", path=request.get_full_path(), body=raw, act=plain
        )
        return Response(body, status=status, headers={"Idempotency-Replayed": "true"} if replayed else {})

    def page(self, rows: QuerySet[Any], present: Callable[[Any], Any]) -> Response:
        """One page of a list, newest first."""
        paginator = CursorPagination()
        found = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response([present(row) for row in found or []])

    def one(self, rows: QuerySet[Any], **key: Any) -> Any:
        """The row, or Missing: what the actor may not see does not exist for it."""
        row = rows.filter(**key).first()
        if row is None:
            raise Missing(_("There is no such thing, or you may not see it."))
        return row

    def check_precondition(self, current: Any) -> None:
        """If-Match on a PATCH: refuse to overwrite what the caller has not seen. `current` is what GET would answer."""
        expected = self.request.headers.get("If-Match")
        if expected is None:
            raise Precondition(
                _("Send the ETag you read in If-Match, so that nobody's change is overwritten."),
                code="precondition.required",
                status=428,
            )
        if expected not in ("*", etag_of(current)):
            raise Precondition(_("This was changed after you read it. Read it again."), code="precondition.failed", status=412)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        done: Any = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "GET" and done.status_code == 200 and isinstance(done, Response) and "ETag" not in done:
            tag = etag_of(done.data)
            if has_it(request, tag):
                done = HttpResponse(
                    status=304, headers={"Retry-After": done.get("Retry-After", "")} if "Retry-After" in done else {}
                )
            done["ETag"] = tag
        if done.status_code < 400 and request.method == "GET":
            done.setdefault("Cache-Control", "private, no-cache")
        return done


class Precondition(CountersignError):
    """If-Match was missing or did not match."""

    def __init__(self, detail: Any, *, code: str, status: int) -> None:
        super().__init__(detail, code=code)
        self.status = status


def has_it(request: Any, tag: str) -> bool:
    """Whether If-None-Match names this tag: one of a list, `*`, or weakened by a proxy that compressed the answer."""
    offered = [item.strip().removeprefix("W/") for item in request.headers.get("If-None-Match", "").split(",")]
    return tag in offered or "*" in offered


def etag_of(data: Any) -> str:
    """A strong entity tag over what the answer says."""
    return '"' + digest_bytes(json.dumps(data, sort_keys=True, cls=JSONEncoder).encode()).removeprefix("sha256:")[:32] + '"'


def invalid_field(field: str, code: str, message: Any) -> Invalid:
    """An Invalid about one field."""
    return Invalid(message, code="invalid", errors=[FieldError(field, code, message)])
