"""A case as a spreadsheet over HTTP: out, and back into the draft."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Precondition, StrictSerializer, invalid_field
from foundation.canonical import decimal_text, digest_bytes
from governance.economics.api.cases import CaseEndpoint
from governance.economics.api.drafts import IF_MATCH, DraftEndpoint
from governance.economics.cashflow import rounded
from governance.economics.comparing import Comparison
from governance.economics.models import CaseDraft, CaseSheet
from governance.economics.selectors.drafts import draft_of
from governance.economics.selectors.sheets import Trial, bytes_of, plan_named, sheets_of_case, tried
from governance.economics.services.sheets import check_size, keep_sheet, take_sheet
from governance.economics.sheets.problems import SheetProblem
from governance.economics.sheets_files import FORMATS, file_answer
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import was_too_large

YES = ("1", "true")


class CaseSheetInput(StrictSerializer):
    """A file as `multipart/form-data`; or the id and digest of one that was tried before."""

    file = serializers.FileField(allow_empty_file=True, required=False)
    upload = serializers.CharField(max_length=60, required=False, help_text="`id` of the answer to a dry run")
    sha256 = serializers.CharField(max_length=71, required=False, help_text="Beside `upload`: what was looked at")


class CaseSheetProblemOutput(serializers.Serializer[Any]):
    sheet = serializers.CharField(help_text="Empty in CSV")
    cell = serializers.CharField(help_text="Such as C7; empty for the whole sheet or file")
    path = serializers.CharField(help_text="In the plan, where there is one")
    code = serializers.CharField()
    message = serializers.CharField()


class CaseSheetPartOutput(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="frame, added, removed or changed")
    line = serializers.CharField(help_text="Its key; empty for what holds for all lines")
    title = serializers.CharField()
    fields_changed = serializers.ListField(child=serializers.CharField())
    worth = serializers.CharField(help_text="What it does to the net present value, to the cent")


class CaseSheetChangesOutput(serializers.Serializer[Any]):
    before = serializers.CharField(help_text="Net present value of the newest version")
    after = serializers.CharField()
    parts = CaseSheetPartOutput(many=True)


class CaseSheetOutput(serializers.Serializer[Any]):
    """What a spreadsheet would change. At most 100 problems are told; the last one says so where there are more."""

    id = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    state = serializers.CharField(help_text="problems, other_currency, ready or taken")
    against = serializers.IntegerField(allow_null=True, help_text="Number of the newest snapshot")
    problems = CaseSheetProblemOutput(many=True)
    remarks = CaseSheetProblemOutput(many=True)
    missing = CaseSheetProblemOutput(many=True, help_text="What would be left to do in the draft")
    changes = CaseSheetChangesOutput(allow_null=True)
    draft = serializers.CharField(allow_null=True, help_text="The draft it was taken into")
    html_url = serializers.CharField()


def problem_body(problem: SheetProblem) -> dict[str, str]:
    return {
        "sheet": problem.sheet,
        "cell": problem.cell,
        "path": problem.path,
        "code": problem.code,
        "message": problem.message,
    }


def changes_body(found: Comparison) -> dict[str, Any]:
    return {
        "before": decimal_text(rounded(found.before)),
        "after": decimal_text(rounded(found.after)),
        "parts": [
            {
                "kind": part.kind,
                "line": part.key,
                "title": part.title,
                "fields_changed": [field.name for field in part.fields],
                "worth": decimal_text(rounded(part.worth)),
            }
            for part in found.parts
        ],
    }


def sheet_body(row: CaseSheet, trial: Trial) -> dict[str, Any]:
    """The answer about a spreadsheet, as things are now."""
    state = "ready" if trial.can_be_taken else "other_currency" if trial.currency else "problems"
    return {
        "id": row.public_id,
        "sha256": row.sha256,
        "size": row.size,
        "state": "taken" if row.taken_at else state,
        "against": trial.current.number if trial.current else None,
        "problems": [problem_body(item) for item in trial.read.problems],
        "remarks": [problem_body(item) for item in trial.read.remarks],
        "missing": [problem_body(SheetProblem(item.code, "", "", item.path, item.params)) for item in trial.missing],
        "changes": changes_body(trial.changes) if trial.changes else None,
        "draft": row.draft,
        "html_url": f"{settings.BASE_URL}/use-cases/{row.use_case.slug}/cost-benefit/import/{row.public_id}/",
    }


class CaseFile(CaseEndpoint):
    """A version of a case, the newest one, or the draft as a spreadsheet: XLSX with live formulas, or CSV."""

    scopes = {"GET": "read"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` names the form of the file here; REST framework would take it for that of the answer."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        operation_id="economics_file",
        parameters=[OpenApiParameter("format", enum=FORMATS, default="xlsx")],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str, public_id: str) -> HttpResponse:
        """`public_id`: of the case, of a snapshot, or of the draft."""
        form = request.query_params.get("format", "xlsx")
        return file_answer(*plan_named(self.actor, self.use_case(slug), public_id), form)


class CaseImport(DraftEndpoint):
    """A spreadsheet back into the draft. It never becomes a snapshot by itself.

    With `dry_run=1` the file is kept and looked at: 200, with what it would change and every problem. Without, it takes the place of the
    draft (201), if nothing is wrong with it; where there is a draft, If-Match names its ETag.
    """

    scopes = {"POST": "governance:write"}
    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="economics_import",
        request={"multipart/form-data": CaseSheetInput, "application/json": CaseSheetInput},
        parameters=[OpenApiParameter("dry_run", OpenApiTypes.STR, description="1: look only"), IF_MATCH],
        responses={200: CaseSheetOutput, 201: CaseSheetOutput},
    )
    def post(self, request: Request, slug: str) -> Response:
        use_case = self.use_case_to_write(slug)
        bool(request.data)  # only what was read was found too large
        if was_too_large(request._request):
            raise too_large()
        said = self.read(CaseSheetInput)
        dry = request.query_params.get("dry_run", "") in YES
        if ("file" in said) == ("upload" in said):
            raise invalid_field("file", "required", _("Send a file, or the id of one that was tried before."))
        data, name = b"", ""
        if "file" in said:
            check_size(said["file"].size)
            data, name = said["file"].read(), str(said["file"].name)

        def done() -> tuple[int, Any]:
            revision = None if dry else self._revision(draft_of(use_case))
            if "upload" in said:
                row = self.one(sheets_of_case(self.actor, use_case), public_id=said["upload"])
            else:
                row = keep_sheet(actor=self.actor, use_case=use_case, data=data, name=name)
            trial = tried(use_case, bytes_of(row))
            if not dry:
                digest = said.get("sha256", "") if "upload" in said else row.sha256
                take_sheet(actor=self.actor, sheet=row, sha256=digest, revision=revision)
                row.refresh_from_db()
            return (200 if dry else 201), sheet_body(row, trial)

        told = {name: value for name, value in said.items() if name != "file"}
        return self.created(done, said={**told, "content": digest_bytes(data)})

    def _revision(self, draft: CaseDraft | None) -> int | None:
        if draft is None:
            if "If-Match" in self.request.headers:
                raise Precondition(_("There is no draft any more."), code="precondition.failed", status=412)
            return None
        return self.seen(draft)
