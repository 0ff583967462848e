"""Documents over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.parsing import DecimalJSONParser
from governance.usecases import downloads, references, services
from governance.usecases.models import Document, UseCase
from governance.usecases.uploads import was_too_large


class DocumentInput(StrictSerializer):
    """A link as JSON, or a file as `multipart/form-data`; `slug` names the document whose next version this is."""

    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=200, allow_blank=True, default="")
    file = serializers.FileField(allow_empty_file=True, required=False)
    url = serializers.CharField(max_length=2048, allow_blank=True, default="")
    sha256 = serializers.CharField(max_length=71, allow_blank=True, default="")
    note = serializers.CharField(max_length=services.LONGEST_NOTE, allow_blank=True, default="")


class DocumentOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    slug = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    note = serializers.CharField()
    url = serializers.CharField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField()
    digest = serializers.CharField()
    file_url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    approval = serializers.CharField(allow_null=True)
    superseded_by = serializers.IntegerField(allow_null=True)
    withdrawn_at = serializers.SerializerMethodField()
    withdrawn_reason = serializers.SerializerMethodField()

    def get_withdrawn_at(self, row: Document) -> datetime | None:
        return row.withdrawn.created_at if row.withdrawn else None

    def get_withdrawn_reason(self, row: Document) -> str | None:
        return row.withdrawn.reason if row.withdrawn else None

    def get_file_url(self, row: Document) -> str | None:
        return f"{settings.BASE_URL}/api/v1/documents/{row.public_id}/file" if row.file else None


class DocumentList(Endpoint):
    """Every version of every document, newest first; sending one adds a version, or answers 200 with the one it equals."""

    scopes = {"GET": "read", "POST": "governance:write"}
    outside = ("GET", "POST")
    parser_classes = [DecimalJSONParser, MultiPartParser]

    @extend_schema(responses=DocumentOutput(many=True), operation_id="documents_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        return self.page(row.documents.with_newest(), lambda item: DocumentOutput(item).data)

    @extend_schema(
        request={"application/json": DocumentInput, "multipart/form-data": DocumentInput},
        responses={200: DocumentOutput, 201: DocumentOutput},
    )
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        data = self.read(DocumentInput)
        if was_too_large(request._request):
            raise services.too_large()
        file = data.get("file")
        said = {**data, "file": [str(file.name), *services.bytes_said(file)] if file is not None else None}

        def add() -> tuple[int, Any]:
            added = services.add_document(actor=self.actor, use_case=row, **data)
            return 201 if added.is_new else 200, DocumentOutput(added).data

        return self.created(add, said=said)


class DocumentDetails(Endpoint):
    """One version of a document."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(responses=DocumentOutput, operation_id="document_details")
    def get(self, request: Request, public_id: str) -> Response:
        return Response(DocumentOutput(self.one(Document.objects.visible_to(self.actor), public_id=public_id)).data)


class DocumentFile(Endpoint):
    """The file of a version, as it was uploaded. A link has none: 404."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: str) -> FileResponse:
        rows = Document.objects.visible_to(self.actor).select_related("use_case")
        return downloads.answer(self.one(rows, public_id=public_id))


class ReferenceOutput(serializers.Serializer[Any]):
    title = serializers.CharField(source="label")
    url = serializers.CharField()
    state = serializers.CharField()
    holds = serializers.CharField()


class DocumentReferences(Endpoint):
    """What refers to a version: requests for its sign-off, increments, definitions. `holds` says why it cannot be withdrawn now."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(responses=ReferenceOutput(many=True), operation_id="document_references")
    def get(self, request: Request, public_id: str) -> Response:
        rows = Document.objects.visible_to(self.actor).select_related("use_case")
        row = self.one(rows, public_id=public_id)
        found = references.references_to(self.actor, [row])[row.public_id]
        said = [{**ReferenceOutput(item).data, "url": f"{settings.BASE_URL}{item.url}"} for item in found]
        return Response({"results": said})


class DocumentWithdrawInput(StrictSerializer):
    reason = serializers.CharField(max_length=services.LONGEST_REASON)


class DocumentWithdraw(Endpoint):
    """Takes a version back: it and its bytes stay, with the reason. Refused while a request about it is open: 409."""

    scopes = {"POST": "governance:write"}
    outside = ("POST",)

    @extend_schema(request=DocumentWithdrawInput, responses=DocumentOutput)
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(Document.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id)
        reason = self.read(DocumentWithdrawInput)["reason"]
        return Response(DocumentOutput(services.withdraw_document(actor=self.actor, document=row, reason=reason)).data)
