"""Importing a list of use cases over HTTP."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.errors import TooLarge
from foundation.permissions import require
from governance.usecases import intake_wording, services
from governance.usecases.forms.intake import inventory_name, plain_mapping
from governance.usecases.intake.guessing import guess
from governance.usecases.intake.table import LARGEST
from governance.usecases.models import Import, ImportRow, ImportRun
from governance.usecases.permissions import may_import
from governance.usecases.selectors.intake import remembered, rows_of
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import read_up_to, was_too_large

MOST_ROWS = 1000  # of the report that stand in one answer; all of them are in the CSV that `report_url` leads to
TYPES = {
    "text/csv": "list.csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "list.xlsx",
    "application/yaml": "list.yaml",
}


class _RawParser(BaseParser):
    """The body as it stands, within the limit."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        data = read_up_to(stream, LARGEST)
        if data is None:
            raise TooLarge(_("The file has more than %(most)s MiB.") % {"most": LARGEST // 1024**2}, code="import.too_large")
        return {"raw": data}


class CsvParser(_RawParser):
    media_type = "text/csv"


class XlsxParser(_RawParser):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class YamlParser(_RawParser):
    media_type = "application/yaml"


class ImportInput(StrictSerializer):
    """A file as `multipart/form-data`; the raw bytes as a body do as well. `mapping` is JSON; left out, it is guessed or remembered."""

    file = serializers.FileField(allow_empty_file=True)
    mapping = serializers.CharField(max_length=200_000, allow_blank=True, default="")
    inventory = serializers.SlugField(max_length=60, allow_blank=True, default="")
    only_good = serializers.BooleanField(default=False)


class ImportRowOutput(serializers.Serializer[Any]):
    row = serializers.IntegerField(source="number")
    outcome = serializers.ChoiceField(choices=ImportRow.Outcome.choices)
    use_case = serializers.CharField(source="use_case.slug", allow_null=True, default=None)
    title = serializers.CharField()
    key = serializers.CharField()
    problems = serializers.SerializerMethodField()

    def get_problems(self, row: ImportRow) -> list[dict[str, str]]:
        return [
            {"level": item["level"], "code": item["code"], "column": item["column"], "message": intake_wording.problem(item)}
            for item in row.problems
        ]


def present(run: ImportRun) -> dict[str, Any]:
    """A run with its mapping, its counts, and the first rows of its report."""
    upload = run.upload
    address = f"{settings.BASE_URL}/use-cases/import/{upload.public_id}/{run.number}/"
    return {
        "id": run.public_id,
        "import": upload.public_id,
        "dry_run": run.is_dry,
        "state": "done" if run.finished_at else run.job.state if run.job else "running",
        "job": run.job.public_id if run.job else None,
        "format": upload.format,
        "sha256": upload.sha256,
        "inventory": run.inventory,
        "reading": run.reading,
        "mapping": run.mapping,
        "counts": run.counts,
        "notes": [{"code": item["code"], "message": intake_wording.note(item["code"], item["params"])} for item in run.notes],
        "rows": ImportRowOutput(rows_of(run)[:MOST_ROWS], many=True).data,
        "html_url": address,
        "report_url": f"{address}report.csv",
    }


class UseCaseImport(Endpoint):
    """Try a list of use cases, or import it: CSV, XLSX or YAML, one use case in each row.

    With `dry_run=1` nothing of the register is touched. Without, the list is tried, and imported if no row has an error, or if
    `only_good` leaves those rows out; else 409. A long list is a job: 202.
    """

    scopes = {"POST": "governance:write"}
    parser_classes = [CsvParser, XlsxParser, YamlParser, MultiPartParser]

    @extend_schema(
        request={
            "text/csv": OpenApiTypes.BINARY,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": OpenApiTypes.BINARY,
            "application/yaml": OpenApiTypes.BINARY,
            "multipart/form-data": ImportInput,
        },
        parameters=[
            OpenApiParameter("dry_run", OpenApiTypes.STR, description="1: try only"),
            OpenApiParameter("inventory", OpenApiTypes.STR, description="name of the list, for a raw body"),
            OpenApiParameter("only_good", OpenApiTypes.STR, description="1: leave out rows with errors, for a raw body"),
        ],
        responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT},
        operation_id="use_cases_import",
    )
    def post(self, request: Request) -> Response:
        require(may_import(self.actor))
        data, name, said = self._sent(request)
        dry = request.query_params.get("dry_run", "") in ("1", "true")
        upload = services.upload_list(actor=self.actor, data=data, name=name)
        shown = {**said, "sha256": upload.sha256}
        return self.created(lambda: self._done(upload, said, dry), said=shown)

    def _sent(self, request: Request) -> tuple[bytes, str, dict[str, Any]]:
        """The bytes, the name that tells YAML from CSV, and what was said about them."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        if kind in TYPES:
            query = request.query_params
            said = {
                "inventory": query.get("inventory", ""),
                "only_good": query.get("only_good", "") in ("1", "true"),
                "mapping": "",
            }
            body: Any = request.data
            return body.get("raw", b""), TYPES[kind], said
        bool(request.data)  # only what was read was found too large
        if was_too_large(request._request):
            raise too_large()
        form = self.read(ImportInput)
        file = form.pop("file")
        return file.read(), str(file.name), form

    def _done(self, upload: Import, said: dict[str, Any], dry: bool) -> tuple[int, Any]:
        before = remembered(self.actor, upload.columns_digest)
        if said["mapping"]:
            mapping = _json(said["mapping"])
        elif before is not None:
            mapping = plain_mapping(before.mapping).as_mapping()
        else:
            fill = {name: _("Not stated in the imported list.") for name in ("business_problem", "ml_problem")}
            mapping = guess(services.table_of(upload), fill=fill).as_mapping()
        inventory = said["inventory"] or (before.inventory if before else inventory_name(upload.name))
        run = services.check_list(actor=self.actor, upload=upload, mapping=mapping, inventory=inventory)
        if run.finished_at is None:
            return 202, present(run)
        if dry:
            return 200, present(run)
        run = services.import_list(actor=self.actor, checked=run, only_good=said["only_good"])
        return (201 if run.finished_at else 202), present(run)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise ParseError(_("The mapping is nested too deeply.")) from error
        raise invalid_field("mapping", "json", _("The mapping is not JSON: %(why)s.") % {"why": error}) from error
