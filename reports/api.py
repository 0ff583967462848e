"""Reports over HTTP: ask, look how far it is, fetch the files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from reports import downloads, services
from reports.files import FORMATS
from reports.models import Report
from reports.selectors import reports_seen_by


class ReportInput(StrictSerializer):
    kind = serializers.CharField(max_length=60)
    scope = serializers.CharField(max_length=60, allow_blank=True, default="", help_text="Slug or public id; empty for audit_log")
    as_of = serializers.DateTimeField(required=False, allow_null=True, default=None)
    language = serializers.CharField(max_length=10, default="en")


class ReportOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    scope = serializers.CharField()
    title = serializers.CharField()
    use_case = serializers.CharField(source="use_case.slug", allow_null=True, default=None)
    language = serializers.CharField()
    as_of = serializers.DateTimeField(allow_null=True)
    job = serializers.CharField(source="job.public_id")
    state = serializers.CharField(source="job.state")
    percent = serializers.IntegerField(source="job.percent")
    message = serializers.CharField(source="job.message")
    error = serializers.CharField(source="job.error")
    requested_by = serializers.CharField(source="requested_by.public_id")
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    content_at = serializers.DateTimeField(allow_null=True)
    inputs_digest = serializers.CharField(allow_null=True)
    content_sha256 = serializers.CharField(allow_null=True)
    content_bytes = serializers.IntegerField(allow_null=True)
    pages = serializers.IntegerField(allow_null=True)
    files = serializers.SerializerMethodField()
    html_url = serializers.SerializerMethodField()

    def get_files(self, row: Report) -> list[dict[str, str]]:
        """Each form with its address and the digest of its bytes; empty until the report is finished."""
        base = f"{settings.BASE_URL}/api/v1/reports/{row.public_id}/file?format="
        return [{"format": name, "url": base + name, "sha256": value} for name, value in row.files.items()]

    def get_html_url(self, row: Report) -> str:
        return f"{settings.BASE_URL}/reports/{row.public_id}/"


class ReportList(Endpoint):
    """Reports of the caller's use cases, newest first."""

    scopes = {"GET": "read", "POST": "reports:write"}

    @extend_schema(
        parameters=[OpenApiParameter("kind"), OpenApiParameter("scope")],
        responses=ReportOutput(many=True),
        operation_id="reports_list",
    )
    def get(self, request: Request) -> Response:
        rows = reports_seen_by(self.actor)
        for name in ("kind", "scope"):
            if name in request.query_params:
                rows = rows.filter(**{name: request.query_params[name]})
        return self.page(rows, lambda row: ReportOutput(row).data)

    @extend_schema(request=ReportInput, responses={202: ReportOutput})
    def post(self, request: Request) -> Response:
        data = self.read(ReportInput)
        return self.created(lambda: (202, ReportOutput(services.request_report(actor=self.actor, **data)).data))


class ReportDetails(Endpoint):
    """One report: how far it is and, once finished, its digests."""

    scopes = {"GET": "read"}

    @extend_schema(responses=ReportOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(ReportOutput(self.one(reports_seen_by(self.actor), public_id=public_id)).data)


class ReportFile(Endpoint):
    """A finished report as PDF (signed, with the evidence in it), as HTML, or its evidence bundle alone."""

    scopes = {"GET": "read"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` names the report's form here; REST framework would take it for that of the answer."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        parameters=[OpenApiParameter("format", enum=list(FORMATS), default="pdf")],
        responses={(200, form.media_type): OpenApiTypes.BINARY for form in FORMATS.values()},
    )
    def get(self, request: Request, public_id: str) -> FileResponse:
        report = self.one(reports_seen_by(self.actor), public_id=public_id)
        form = FORMATS.get(request.query_params.get("format", "pdf"))
        if form is None:
            raise invalid_field("format", "unknown", f"A format is one of: {', '.join(FORMATS)}.")
        return downloads.answer(report, form)
