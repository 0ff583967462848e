"""Gates over HTTP: asking one, reading what it answered, asking again."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.models import Evaluation, Gate
from approvals.services import gates
from foundation.api import Endpoint, StrictSerializer, has_it
from foundation.errors import Missing
from lineage.models import ModelVersion


class NamedVersion(StrictSerializer):
    name = serializers.CharField(max_length=120)
    version = serializers.CharField(max_length=60)


class EvaluationInput(StrictSerializer):
    model_version = NamedVersion()
    commit = serializers.CharField(max_length=64, allow_blank=True, allow_null=True, default="")
    artifact_sha256 = serializers.CharField(max_length=71, allow_blank=True, allow_null=True, default="")
    purpose = serializers.CharField(max_length=20, default="deployment", help_text="deployment or rollback")


class EvaluationEndpoint(Endpoint):
    def rows(self) -> Any:
        return Evaluation.objects.visible_to(self.actor).select_related(
            "gate__environment", "gate__policy", "model_version__use_case", "model_version__created_by"
        )


class EvaluationCreate(Endpoint):
    """Ask a gate: may this version, this commit, this artifact go there? A denial is an answer, not an error."""

    scopes = {"POST": "gate:evaluate"}

    @extend_schema(request=EvaluationInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, environment: str) -> Response:
        data = self.read(EvaluationInput)
        gate = (
            Gate.objects.visible_to(self.actor)
            .select_related("environment", "policy")
            .filter(environment__slug=environment)
            .first()
        )
        if gate is None:
            raise Missing(f"There is no environment {environment} with a gate.", code="gate.unknown_environment")
        named = data["model_version"]
        version = ModelVersion.objects.visible_to(self.actor).select_related("use_case", "created_by").filter(**named).first()
        if version is None:
            raise Missing(
                f"There is no model version {named['name']}@{named['version']}, or you may not see it.",
                code="gate.unknown_subject",
            )

        def act() -> tuple[int, Any]:
            asked = gates.evaluate_gate(
                actor=self.actor,
                gate=gate,
                model_version=version,
                commit=data["commit"] or "",
                artifact_sha256=data["artifact_sha256"] or "",
                purpose=data["purpose"],
            )
            return 200, asked.answer.body

        response = self.created(act)
        if isinstance(response.data, dict) and "inputs_digest" in response.data:
            response["ETag"] = tag(response.data)
        return response


def tag(body: dict[str, Any]) -> str:
    """The entity tag of an answer: it changes when the answer does, not with the clock."""
    return f'"{body["inputs_digest"].removeprefix("sha256:")[:32]}"'


class EvaluationList(EvaluationEndpoint):
    """Questions that were asked, with their newest answers."""

    scopes = {"GET": "read"}

    @extend_schema(
        parameters=[OpenApiParameter(name) for name in ("commit", "model_version", "environment")], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: HttpRequest) -> Response:
        rows = self.rows().prefetch_related("answers")
        columns = {"commit": "commit", "model_version": "model_version__public_id", "environment": "gate__environment__slug"}
        for name, column in columns.items():
            if name in request.query_params:
                rows = rows.filter(**{column: request.query_params[name]})
        return self.page(rows, lambda row: max(row.answers.all(), key=lambda answer: answer.number).body)


class EvaluationDetails(EvaluationEndpoint):
    """Ask an evaluation's question again. 304 while the answer is the one the caller has."""

    scopes = {"GET": "gate:evaluate"}

    @extend_schema(parameters=[OpenApiParameter("wait", int)], responses=OpenApiTypes.OBJECT, operation_id="evaluation_details")
    def get(self, request: HttpRequest, public_id: str) -> Response:
        asked = gates.ask_again(actor=self.actor, evaluation=self.one(self.rows(), public_id=public_id))
        response = Response(asked.answer.body)
        response["ETag"] = tag(asked.answer.body)
        response["Retry-After"] = "5"
        if has_it(request, response["ETag"]):
            return Response(status=304, headers={"ETag": response["ETag"], "Retry-After": "5"})
        return response
