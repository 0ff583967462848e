"""Who does what on a use case over HTTP: the matrix, its self-test, and roles as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.errors import Conflict, FieldError, TooLarge
from governance.people import raci
from governance.people.files import reading
from governance.people.models import Team, TeamGrant
from governance.people.responsibilities import check
from governance.people.roles import ROLES
from governance.people.services import end_team_role, grant_team_role, import_roles, write_matrix
from governance.people.services.importing import FORMATS, Report
from governance.people.situations import Here, matrix_of, newest_matrices, situation_of
from governance.people.telling import activity_title, told
from governance.usecases import exporting_roles, selectors
from governance.usecases.models import UseCase
from governance.usecases.uploads import read_up_to


class MatrixRow(StrictSerializer):
    key = serializers.CharField(max_length=40)
    stage = serializers.CharField(max_length=40)
    title = serializers.CharField(max_length=raci.LONGEST_TITLE, allow_blank=True, default="")
    letters = serializers.DictField(
        child=serializers.CharField(max_length=2), default=dict, help_text="Role, or public id of a person → R, A, AR, C or I."
    )


class MatrixInput(StrictSerializer):
    columns = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, help_text="Roles, or public ids of people."
    )
    rows = MatrixRow(many=True)
    based_on = serializers.IntegerField(min_value=0, max_value=2**31 - 1, allow_null=True, default=None)


class MatrixOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="0: the table that ships, which nobody has changed here.")
    digest = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = MatrixRow(many=True)


def _matrix(scope: str) -> dict[str, Any]:
    row = newest_matrices([scope]).get(scope)
    matrix = matrix_of(row)
    rows = [{**item, "title": activity_title(item["key"], item.get("title", ""))} for item in matrix.body()["rows"]]
    return {
        "version": row.number if row else 0,
        "digest": row.digest if row else "",
        "columns": list(matrix.columns),
        "rows": rows,
    }


class ResponsibilityDetails(Endpoint):
    """Who is responsible, accountable, consulted and informed, in each activity. Sending a table writes a new version."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=MatrixOutput, operation_id="raci")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return Response(_matrix(row.public_id))

    @extend_schema(request=MatrixInput, responses={201: MatrixOutput}, operation_id="raci_write")
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(MatrixInput)
        current = matrix_of(newest_matrices([row.public_id]).get(row.public_id))
        stages = {stage.key for stage in selectors.lifecycle_in_force().lifecycle.stages} | {item.stage for item in current.rows}

        def act() -> tuple[int, Any]:
            body = {"columns": data["columns"], "rows": [dict(item) for item in data["rows"]]}
            write_matrix(actor=self.actor, scope=row.public_id, body=body, stages=stages, based_on=data["based_on"])
            return 201, _matrix(row.public_id)

        return self.created(act)


class ResponsibilityFinding(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["fault", "warning", "note"])
    about = serializers.ChoiceField(choices=["activity", "step", "role", "person"])
    key = serializers.CharField()
    text = serializers.CharField(help_text="In the language that the request asks for.")
    advice = serializers.CharField()
    people = serializers.ListField(child=serializers.CharField(), help_text="User names.")


class CheckOutput(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    activities = serializers.IntegerField()
    steps = serializers.IntegerField()
    findings = ResponsibilityFinding(many=True)


def _findings(here: Here) -> dict[str, Any]:
    found = [
        {
            **{name: getattr(item, name) for name in ("code", "severity", "about", "key", "text", "advice")},
            "people": [here.people[key].username for key in item.people if key in here.people],
        }
        for item in told(here, check(here.situation))
    ]
    number = here.version.number if here.version else 0
    return {"version": number, "activities": len(here.matrix.rows), "steps": len(here.asked), "findings": found}


class ResponsibilityCheck(Endpoint):
    """The self-test: what cannot work with the people as they are now. An empty list of findings is a clean bill."""

    scopes = {"GET": "read"}

    @extend_schema(responses=CheckOutput, operation_id="raci_check")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return Response(CheckOutput(_findings(situation_of(row.public_id))).data)


class PlainParser(BaseParser):
    """The bytes as they came: a file in the body of the request."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        data = read_up_to(stream, reading.MAX_BYTES)
        if data is None:
            raise TooLarge(f"The file is larger than {reading.MAX_BYTES} bytes.")
        return data


class ImportLine(serializers.Serializer[Any]):
    line = serializers.IntegerField(allow_null=True)
    holder = serializers.CharField()
    role = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["new", "same", "refused"])
    said = serializers.CharField()


class ImportOutput(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    written = serializers.BooleanField()
    new = serializers.IntegerField()
    same = serializers.IntegerField()
    refused = serializers.IntegerField()
    lines = ImportLine(many=True)
    only_here = serializers.ListField(child=serializers.CharField())


def report_body(report: Report) -> dict[str, Any]:
    return dict(ImportOutput(report).data)


class RoleImport(Endpoint):
    """Give the roles that a file names (`roles.yaml`, or CSV with `?format=csv`): all of them or none. `?dry_run=1` tries only."""

    scopes = {"POST": "governance:write"}
    parser_classes = [PlainParser]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`format` names the file's form here; REST framework would take it for that of the answer."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        request={"application/yaml": OpenApiTypes.STR, "text/csv": OpenApiTypes.STR},
        responses={200: ImportOutput},
        parameters=[OpenApiParameter("dry_run", bool), OpenApiParameter("format", enum=list(FORMATS))],
        operation_id="roles_import",
    )
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        kind = request.query_params.get("format", "yaml")
        if kind not in FORMATS:
            raise invalid_field("format", "unknown", f"Send one of {', '.join(FORMATS)}.")
        dry = request.query_params.get("dry_run", "") in ("1", "true")
        data: Any = request.data
        source = data if isinstance(data, bytes) else b""
        report = import_roles(actor=self.actor, scope=row.public_id, source=source, format=kind, dry_run=dry)
        if report.refused and not dry:
            found = [FieldError(f"line {item.line}", "refused", item.said) for item in report.lines if item.outcome == "refused"]
            raise Conflict(_("Some lines cannot be taken, so nothing was kept."), code="roles.refused", errors=found)
        return Response(report_body(report))


class RoleExport(Endpoint):
    """The roles of a use case as `roles.yaml`."""

    scopes = {"GET": "read"}

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR}, operation_id="roles_export")
    def get(self, request: Request, slug: str) -> HttpResponse:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return exporting_roles.answer(row)


class TeamRoleInput(StrictSerializer):
    team = serializers.SlugField(max_length=60)
    role = serializers.ChoiceField(choices=list(ROLES))
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class TeamRoleOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    team = serializers.CharField(source="team.slug")
    role = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class TeamRoleList(Endpoint):
    """Roles that teams hold on a use case: each member has them while they are one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(responses=TeamRoleOutput(many=True), operation_id="team_roles_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = TeamGrant.objects.visible_to(self.actor).unfinished().filter(scope=row.public_id).select_related("team")
        return self.page(rows, lambda item: TeamRoleOutput(item).data)

    @extend_schema(request=TeamRoleInput, responses={201: TeamRoleOutput}, operation_id="team_roles_create")
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(TeamRoleInput)
        team = Team.objects.visible_to(self.actor).filter(slug=data.pop("team")).first()
        if team is None:
            raise invalid_field("team", "unknown", "There is no such team.")
        return self.created(
            lambda: (201, TeamRoleOutput(grant_team_role(actor=self.actor, team=team, scope=row.public_id, **data)).data)
        )


class TeamRoleEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class TeamRoleEnd(Endpoint):
    """End a team's role now, for all its members."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=TeamRoleEndInput, responses=TeamRoleOutput, operation_id="team_roles_end")
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = TeamGrant.objects.visible_to(self.actor).filter(scope=row.public_id).select_related("team")
        grant = self.one(rows, public_id=public_id)
        return Response(TeamRoleOutput(end_team_role(actor=self.actor, grant=grant, **self.read(TeamRoleEndInput))).data)
