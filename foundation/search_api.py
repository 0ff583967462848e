"""Searching over HTTP."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import search
from foundation.api import CursorPagination, Endpoint, invalid_field
from foundation.search_terms import excerpt

FITS = {
    search.WHOLE: "title",
    search.BEGINNING: "title_beginning",
    search.WORDS: "title_words",
    search.INSIDE: "title_part",
    search.TEXT: "text",
}


class HitOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField()
    within = serializers.CharField(help_text="Title of the use case it belongs to, or nothing.")
    excerpt = serializers.CharField()
    url = serializers.CharField()
    fit = serializers.ChoiceField(choices=list(FITS.values()))
    updated_at = serializers.DateTimeField()


class SearchOutput(serializers.Serializer[Any]):
    results = HitOutput(many=True)
    next = serializers.CharField(allow_null=True)


class Search(Endpoint):
    """Everything the caller may see that has these words, best first."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", required=True, description="Words; each begins a word of what is found."),
            OpenApiParameter("type", description="Only this kind of thing, such as `use_case`."),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor"),
        ],
        responses=SearchOutput,
        operation_id="search",
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        query = asked.get("q", "").strip()
        if not query:
            raise invalid_field("q", "required", _("Say what to look for in q."))
        if len(query) > search.LONGEST_QUERY:
            most = search.LONGEST_QUERY
            raise invalid_field("q", "max_length", _("A query has at most %(most)s characters.") % {"most": most})
        kind = asked.get("type", "")
        if kind and kind not in {item.name for item in search.searchable()}:
            raise invalid_field("type", "unknown", _("There is no such kind of thing."))
        limit = CursorPagination().get_page_size(request) or CursorPagination.page_size
        found = search.find(self.actor, query, type=kind, limit=limit, after=asked.get("cursor", ""))
        following = asked.copy()
        following["cursor"] = found.next
        address = f"{settings.BASE_URL}{request.path}?{following.urlencode()}"
        return Response({"results": [present(hit, query) for hit in found.hits], "next": address if found.next else None})


def present(hit: search.Hit, query: str) -> dict[str, Any]:
    entry = hit.entry
    return {
        "id": entry.public_id,
        "type": entry.type,
        "title": entry.title,
        "within": hit.within,
        "excerpt": "".join(words for words, _found in excerpt(entry.text, query)),
        "url": f"{settings.BASE_URL}{entry.url}" if entry.url else "",
        "fit": FITS[hit.rank],
        "updated_at": entry.updated_at,
    }
