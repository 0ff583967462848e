"""Dictionaries as files over HTTP: in, tried first, and out."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from foundation.canonical import digest_bytes
from foundation.errors import TooLarge
from foundation.permissions import require
from governance.dictionary import services
from governance.dictionary.api.shared import OfDictionary
from governance.dictionary.formats import registry
from governance.dictionary.import_wording import line_told
from governance.dictionary.models import DictionaryImport, DictionaryImportLine, Release
from governance.dictionary.permissions import may_draft
from governance.dictionary.services.exports import written
from governance.usecases.media import LARGEST
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import read_up_to, was_too_large

MOST_LINES = 1000  # of the report that stand in one answer; all of them are on the page
SAID = ("format", "team", "proposal", "dry_run", "skip_errors", "mapping")
YES = ("1", "true", "on")
READ = [entry.key for entry in registry.FORMATS if entry.reads]
WRITTEN = [entry.key for entry in registry.FORMATS if entry.writes]


class AnyFormat(DefaultContentNegotiation):
    """Here `?format=` names that of a dictionary's file; answers are JSON, or the file."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class FileParser(BaseParser):
    """The body as it stands, within the limit, whatever it says that it is."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        data = read_up_to(stream, LARGEST)
        if data is None:
            raise TooLarge(_("The file has more than %(most)s MiB.") % {"most": LARGEST // 1024**2}, code="import.too_large")
        return {"raw": data}


class DictionaryFileInput(StrictSerializer):
    """A file as `multipart/form-data`; the raw bytes as a body do as well, with everything else in the address."""

    file = serializers.FileField(allow_empty_file=True)
    format = serializers.CharField(max_length=20, allow_blank=True, default="")
    team = serializers.SlugField(max_length=60, allow_blank=True, default="")
    proposal = serializers.CharField(max_length=100, allow_blank=True, default="")
    dry_run = serializers.CharField(max_length=5, allow_blank=True, default="")
    skip_errors = serializers.CharField(max_length=5, allow_blank=True, default="")
    mapping = serializers.CharField(max_length=200_000, allow_blank=True, default="")


class ImportLineOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField(source="number")
    outcome = serializers.ChoiceField(choices=DictionaryImportLine.Outcome.choices)
    place = serializers.CharField()
    table = serializers.CharField()
    column = serializers.CharField()
    element = serializers.CharField()
    code = serializers.SerializerMethodField()
    field = serializers.SerializerMethodField()
    said = serializers.SerializerMethodField()

    def get_code(self, row: DictionaryImportLine) -> str:
        return str(row.said.get("code", ""))

    def get_field(self, row: DictionaryImportLine) -> str:
        return str(row.said.get("params", {}).get("path", ""))

    def get_said(self, row: DictionaryImportLine) -> list[str]:
        """What is to be known of the line, and what to do about it."""
        return line_told(row)


class DictionaryImportOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    dictionary = serializers.CharField()
    state = serializers.CharField(help_text="checking, checked, importing, imported or failed")
    failure = serializers.CharField()
    job = serializers.CharField(allow_null=True)
    format = serializers.CharField()
    told = serializers.CharField(help_text="Format and version as they were found")
    sha256 = serializers.CharField()
    team = serializers.CharField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    proposals = serializers.ListField(child=serializers.CharField())
    lines = ImportLineOutput(many=True)
    html_url = serializers.CharField()


def state_of(row: DictionaryImport) -> str:
    """Where an import stands, in one word."""
    if row.finished_at:
        return "imported"
    if row.failure or (row.job is not None and row.job.state in ("failed", "cancelled")):
        return "failed"
    if row.checked_at is None:
        return "checking"
    return "importing" if row.asked_at else "checked"


def present(row: DictionaryImport) -> dict[str, Any]:
    """An import with its counts and the first lines of its report: problems first."""
    found = list(row.lines.exclude(outcome="same").order_by("number")[:MOST_LINES])
    return DictionaryImportOutput(
        {
            "id": row.public_id,
            "dictionary": row.dictionary.slug,
            "state": state_of(row),
            "failure": row.failure,
            "job": row.job.public_id if row.job else None,
            "format": row.format,
            "told": row.told,
            "sha256": row.sha256,
            "team": row.team.slug if row.team else None,
            "counts": row.counts,
            "proposals": row.proposals,
            "lines": found,
            "html_url": f"{settings.BASE_URL}/dictionary/{row.dictionary.slug}/imports/{row.public_id}/",
        }
    ).data


class DictionaryFileImport(OfDictionary):
    """Read a file of another tool into a dictionary, as drafts. With `dry_run=1` it is only said what would happen.

    Without, it is imported if no line has a problem, or if `skip_errors=1` leaves those out; else 409, and nothing is. A large file is a
    job: 202. The same file again changes nothing.
    """

    scopes = {"POST": "governance:write"}
    parser_classes = [MultiPartParser, FileParser]
    content_negotiation_class = AnyFormat

    @extend_schema(
        operation_id="dictionary_import",
        request={"application/octet-stream": OpenApiTypes.BINARY, "multipart/form-data": DictionaryFileInput},
        parameters=[
            OpenApiParameter("format", str, enum=READ, description="Left out, it is found out"),
            OpenApiParameter("dry_run", str, description="1: try only"),
            OpenApiParameter("team", str, description="Slug of the team whose columns these are; they are bound then"),
            OpenApiParameter("proposal", str, description="Title of the proposal"),
            OpenApiParameter("skip_errors", str, description="1: leave out lines with problems"),
            OpenApiParameter("mapping", str, description="CSV and XLSX: heading → field, as JSON"),
            OpenApiParameter("name", str, description="Name of the file, for a raw body"),
        ],
        responses={200: DictionaryImportOutput, 201: DictionaryImportOutput, 202: DictionaryImportOutput},
    )
    def post(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        require(may_draft(self.actor))
        data, name, said = self._sent(request)
        entry = registry.known(said["format"]) if said["format"] else registry.detect(name, data[:65536])
        if entry is None:
            raise invalid_field(
                "format", "unknown", _("Say which format the file is in: %(known)s.") % {"known": ", ".join(READ)}
            )
        team = self.team_named(said["team"])
        mapping = _mapping(said["mapping"])
        dry, skip = said["dry_run"] in YES, said["skip_errors"] in YES

        def act() -> tuple[int, Any]:
            row = services.try_file(
                actor=self.actor, dictionary=dictionary, data=data, name=name, form=entry.key, team=team,
                title=said["proposal"], mapping=mapping, then_import=not dry, skip_errors=skip,
            )  # fmt: skip
            if row.checked_at is None:
                return 202, present(row)
            if dry:
                return 200, present(row)
            row = services.carry_out(actor=self.actor, checked=row, skip_errors=skip)
            return (201 if row.finished_at else 202), present(row)

        return self.created(act, said={**said, "sha256": digest_bytes(data)})

    def _sent(self, request: Request) -> tuple[bytes, str, dict[str, str]]:
        """The bytes, the name of the file, and what was said about it."""
        query = request.query_params
        said = {name: query.get(name, "") for name in SAID}
        if (request.content_type or "").partition(";")[0].strip().lower() != "multipart/form-data":
            body: Any = request.data
            return body.get("raw", b""), query.get("name", "")[:255] or "file", said
        bool(request.data)  # only what was read was found too large
        if was_too_large(request._request):
            raise too_large()
        form = self.read(DictionaryFileInput)
        file = form.pop("file")
        return file.read(), str(file.name), said | {name: value for name, value in form.items() if value}


def _mapping(text: str) -> dict[str, str] | None:
    if not text:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_field("mapping", "json", _("The mapping is not JSON: %(why)s.") % {"why": error}) from error
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise invalid_field("mapping", "wrong_type", _("The mapping says for each heading which field it is."))
    return said


class DictionaryImportDetails(OfDictionary):
    """One import with the first lines of its report."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionary_imports_read", responses=DictionaryImportOutput)
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        rows = DictionaryImport.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug))
        return Response(present(self.one(rows.select_related("dictionary", "team", "job"), public_id=public_id)))


class DictionaryFileExport(OfDictionary):
    """A dictionary as a file of another tool."""

    scopes = {"GET": "read"}
    content_negotiation_class = AnyFormat

    @extend_schema(
        operation_id="dictionary_export",
        parameters=[
            OpenApiParameter("format", str, required=True, enum=WRITTEN),
            OpenApiParameter("release", int, description="As it was released, rather than as it is"),
            OpenApiParameter("dataset", str, description="Only this data set"),
            OpenApiParameter("drafts", str, description="1: with what nobody approved yet"),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        dictionary = self.dictionary(slug)
        query = request.query_params
        release = None
        if number := query.get("release", ""):
            if not (number.isascii() and number.isdigit() and len(number) < 9):
                raise invalid_field("release", "unknown", _("A release is a number."))
            rows = Release.objects.visible_to(self.actor).filter(dictionary=dictionary)
            release = self.one(rows, number=int(number))
        data, entry = written(
            dictionary, query.get("format", ""), release=release, dataset=query.get("dataset", "")[:200],
            drafts=query.get("drafts", "") in YES,
        )  # fmt: skip
        return file_answer(data, entry, dictionary.slug if release is None else release.label.replace("@", "-"))


def file_answer(data: bytes, entry: registry.Entry, stem: str) -> HttpResponse:
    """The file as a download, under a name that nobody typed; a browser neither guesses what it is nor opens it."""
    answer = HttpResponse(data, content_type=entry.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, entry.filename(stem)) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer["Cache-Control"] = "private, no-cache"
    return answer
