"""Packages, releases and their input/output points over HTTP."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, invalid_field
from foundation.errors import Missing
from governance.dependencies.capabilities import Scan, compare, comparison_facts, point_facts
from governance.dependencies.models import Package, Release
from governance.dependencies.package_panels import key_of
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.wording_points import in_order

LARGEST_PAGE = 500  # points in one answer


class PackageOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    label = serializers.CharField(  # type: ignore[assignment] # a field of the answer, not what the serializer is called
        help_text="`joblib`, `conda:numpy`: how addresses name it"
    )
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class PackagePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PackageOutput(many=True)


class ReleaseFile(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    filename = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    points = serializers.IntegerField(source="point_count", allow_null=True)
    complete = serializers.BooleanField(source="scan_complete", allow_null=True)


class PackageReleaseOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    package = serializers.CharField(source="package.label")
    version = serializers.CharField()
    source_digest = serializers.CharField()
    native_digest = serializers.CharField()
    files = ReleaseFile(many=True, source="artifacts.all")
    created_at = serializers.DateTimeField()
    html_url = serializers.SerializerMethodField()

    def get_html_url(self, row: Release) -> str:
        return f"{settings.BASE_URL}/dependencies/releases/{row.public_id}/"


class PackageReleasePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PackageReleaseOutput(many=True)


class PointOutput(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="What a judgement is kept under: holds for other releases while the code stays")
    capability = serializers.CharField()
    symbol = serializers.CharField()
    path = serializers.CharField()
    function = serializers.CharField()
    when = serializers.CharField(help_text="startup, install, import, main, call or test")
    confidence = serializers.CharField(help_text="exact, by-name or string")
    detail = serializers.CharField()
    count = serializers.IntegerField()
    lines = serializers.ListField(child=serializers.IntegerField())
    forms = serializers.ListField(child=serializers.CharField())


class ReleasePoints(serializers.Serializer[Any]):
    release = serializers.CharField()
    scanner = serializers.CharField()
    complete = serializers.BooleanField(help_text="False where something was left out for a limit")
    source_digest = serializers.CharField()
    facts_digest = serializers.CharField()
    total = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True, help_text="The `from` of the next answer")
    results = PointOutput(many=True)


class PointPair(serializers.Serializer[Any]):
    before = PointOutput()
    after = PointOutput()


class ReleaseSize(serializers.Serializer[Any]):
    lines = serializers.IntegerField()
    native_files = serializers.IntegerField()
    points = serializers.IntegerField()


class ReleaseComparison(serializers.Serializer[Any]):
    release = serializers.CharField()
    base = serializers.CharField()
    size = ReleaseSize(allow_null=True, help_text="Null where the bytes are not at hand")
    new_capabilities = serializers.ListField(child=serializers.CharField())
    gone_capabilities = serializers.ListField(child=serializers.CharField())
    new_symbols = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    gone_symbols = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    new = PointOutput(many=True)
    changed = PointPair(many=True)
    moved = PointPair(many=True)
    gone = PointOutput(many=True)
    same = serializers.IntegerField(help_text="Points whose judgement carries over as it stands")


class OfPackage(Endpoint):
    def package(self, label: str) -> Package:
        ecosystem, name = key_of(label)
        row: Package = self.one(Package.objects.visible_to(self.actor), ecosystem=ecosystem, name=name)
        return row


class PackageList(Endpoint):
    """Packages of which a file was looked into, or on which somebody judged; newest first."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="packages_list",
        parameters=[OpenApiParameter("ecosystem"), OpenApiParameter("q", description="A part of the name")],
        responses=PackagePage,
    )
    def get(self, request: Request) -> Response:
        rows = Package.objects.visible_to(self.actor)
        if ecosystem := request.query_params.get("ecosystem", ""):
            rows = rows.filter(ecosystem=ecosystem)
        if text := request.query_params.get("q", ""):
            rows = rows.filter(name__icontains=text)
        return self.page(rows, lambda row: PackageOutput(row).data)


class PackageDetails(OfPackage):
    """One package, by its label."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="packages_read", responses=PackageOutput)
    def get(self, request: Request, label: str) -> Response:
        return Response(PackageOutput(self.package(label)).data)


class PackageReleases(OfPackage):
    """The releases of a package, newest first, each with the files that are known of it."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="package_releases_list", responses=PackageReleasePage)
    def get(self, request: Request, label: str) -> Response:
        row = self.package(label)
        rows = selectors.releases_of(self.actor, ecosystem=row.ecosystem, name=row.name)
        return self.page(rows, lambda release: PackageReleaseOutput(release).data)


class OfRelease(Endpoint):
    def release(self, public_id: str) -> Release:
        row: Release = self.one(Release.objects.visible_to(self.actor).select_related("package"), public_id=public_id)
        return row

    def scan(self, release: Release) -> Scan:
        found = selectors.scan_of(release)
        if found is None:
            said = _("No file of %(release)s was looked into, so its points are unknown. Upload one, or have it fetched.")
            raise Missing(said % {"release": release}, code="release.not_scanned")
        return found


class ReleasePointList(OfRelease):
    """The input/output points of a release, those that cannot be read or undone first. What is not listed is not proven absent."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="release_points",
        parameters=[
            OpenApiParameter("capability", description="Only this, or all below it: `net`"),
            OpenApiParameter("from", int, description="How many to leave out"),
            OpenApiParameter("limit", int, description="At most 500"),
        ],
        responses=ReleasePoints,
    )
    def get(self, request: Request, public_id: str) -> Response:
        release = self.release(public_id)
        newest = selectors.newest_scan(release)
        scan = self.scan(release)
        wanted = request.query_params.get("capability", "")
        points = in_order(scan.of(wanted) if wanted else scan.points)
        start, size = self._number("from", 0, 10**6), max(self._number("limit", LARGEST_PAGE, LARGEST_PAGE), 1)
        body = {
            "release": release.public_id,
            "scanner": scan.scanner,
            "complete": scan.complete,
            "source_digest": release.source_digest,
            "facts_digest": newest.facts_digest if newest is not None else "",
            "total": len(points),
            "next": start + size if start + size < len(points) else None,
            "results": [point_facts(point) for point in points[start : start + size]],
        }
        return Response(ReleasePoints(body).data)

    def _number(self, name: str, otherwise: int, most: int) -> int:
        text = self.request.query_params.get(name, "")
        return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


class ReleaseCompare(OfRelease):
    """What changed in a release since another one of the same package."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="release_compare",
        parameters=[OpenApiParameter("base", required=True, description="The id of the earlier release")],
        responses=ReleaseComparison,
    )
    def get(self, request: Request, public_id: str) -> Response:
        release = self.release(public_id)
        wanted = request.query_params.get("base", "")
        base = Release.objects.visible_to(self.actor).filter(public_id=wanted, package=release.package).first()
        if base is None:
            raise invalid_field("base", "unknown", _("Name the id of another release of the same package."))
        found = compare(self.scan(base), self.scan(release))
        body = {
            **comparison_facts(found),
            "release": release.public_id,
            "base": base.public_id,
            "size": selectors.distance(base, release),
        }
        return Response(ReleaseComparison(body).data)
