"""Files of packages over HTTP: brought in, fetched by a worker, and what became of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.models import Job
from foundation.parsing import DecimalJSONParser
from governance.dependencies import filenames, services
from governance.dependencies.models import Artifact, Release
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.standing import failure_of, state_of
from governance.usecases.services.documents import bytes_said
from governance.usecases.uploads import was_too_large


class PackageFileInput(StrictSerializer):
    """A file as `multipart/form-data`; or, as JSON, the name of a package and the SHA-256 of the file that a worker is to fetch."""

    file = serializers.FileField(allow_empty_file=True, required=False)
    name = serializers.CharField(max_length=200, required=False)
    sha256 = serializers.CharField(max_length=71, required=False)


class ArtifactRelease(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    package = serializers.CharField(source="package.label")
    version = serializers.CharField()
    source_digest = serializers.CharField()


class ArtifactOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    sha256 = serializers.CharField()
    filename = serializers.CharField()
    size = serializers.IntegerField()
    origin = serializers.CharField()
    index = serializers.CharField()
    licence = serializers.CharField()
    state = serializers.SerializerMethodField(help_text="queued, running, done or failed")
    failure = serializers.SerializerMethodField(help_text="Why nothing is known of it")
    points = serializers.SerializerMethodField()
    complete = serializers.SerializerMethodField(help_text="False where something was left out; null while nothing is known")
    release = ArtifactRelease(allow_null=True)
    name_differs = serializers.SerializerMethodField(
        help_text="Its name speaks of another package or version than what is inside"
    )
    job = serializers.CharField(source="job.public_id", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    html_url = serializers.SerializerMethodField()

    def get_state(self, row: Artifact) -> str:
        return state_of(row)

    def get_failure(self, row: Artifact) -> str:
        return failure_of(row)

    def get_points(self, row: Artifact) -> int | None:
        return getattr(row, "point_count", None)

    def get_complete(self, row: Artifact) -> bool | None:
        return getattr(row, "scan_complete", None)

    def get_name_differs(self, row: Artifact) -> bool:
        release: Release | None = row.release
        return release is not None and filenames.differs(row.filename, release.package.name, release.version)

    def get_html_url(self, row: Artifact) -> str:
        return f"{settings.BASE_URL}/dependencies/artifacts/{row.public_id}/"


class ArtifactPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ArtifactOutput(many=True)


class ArtifactFetching(serializers.Serializer[Any]):
    job = serializers.CharField(help_text="`GET /jobs/{id}` tells how far it is")


class ArtifactList(Endpoint):
    """Files of packages that are kept, newest first; sending one keeps it, or answers 200 with the one it equals."""

    scopes = {"GET": "read", "POST": "provenance:write"}
    parser_classes = [DecimalJSONParser, MultiPartParser]

    @extend_schema(
        operation_id="artifacts_list",
        parameters=[OpenApiParameter("sha256", description="Only the file with this digest")],
        responses=ArtifactPage,
    )
    def get(self, request: Request) -> Response:
        rows = selectors.with_scans(Artifact.objects.visible_to(self.actor))
        if wanted := request.query_params.get("sha256", ""):
            rows = rows.filter(sha256="sha256:" + wanted.lower().removeprefix("sha256:"))
        return self.page(rows, lambda row: ArtifactOutput(row).data)

    @extend_schema(
        operation_id="artifacts_create",
        request={"application/json": PackageFileInput, "multipart/form-data": PackageFileInput},
        responses={200: ArtifactOutput, 201: ArtifactOutput, 202: ArtifactFetching},
    )
    def post(self, request: Request) -> Response:
        """201 for a new file, 200 for one that is known, 202 when a worker fetches it."""
        data = self.read(PackageFileInput)
        if was_too_large(request._request):
            raise services.too_large()
        file = data.get("file")
        if file is None:
            return self.created(lambda: self._fetch(data))
        return self.created(lambda: self._keep(file), said={"file": [str(file.name), *bytes_said(file)]})

    def _keep(self, file: Any) -> tuple[int, Any]:
        row = services.keep_artifact(actor=self.actor, filename=str(file.name), file=file)
        return 201 if row.is_new else 200, self._present(row)

    def _fetch(self, data: dict[str, Any]) -> tuple[int, Any]:
        if not data.get("sha256"):
            raise invalid_field("file", "required", _("Send a file, or the name and SHA-256 of one that is to be fetched."))
        found = services.ask_fetch(actor=self.actor, name=data.get("name", ""), sha256=data["sha256"])
        if isinstance(found, Job):
            return 202, {"job": found.public_id}
        return 200, self._present(found)

    def _present(self, row: Artifact) -> Any:
        return ArtifactOutput(selectors.with_scans(Artifact.objects.visible_to(self.actor)).get(pk=row.pk)).data


class ArtifactDetails(Endpoint):
    """One file: what became of the look into it."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="artifacts_read", responses=ArtifactOutput)
    def get(self, request: Request, public_id: str) -> Response:
        rows = selectors.with_scans(Artifact.objects.visible_to(self.actor))
        return Response(ArtifactOutput(self.one(rows, public_id=public_id)).data)
