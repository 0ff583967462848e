"""Policies, requests, ballots, the inbox and gates over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals import presenting
from approvals.models import Evaluation, Gate, Policy, PolicyVersion, Request
from approvals.selectors.inbox import requests_with_people, your_turn
from approvals.selectors.standing import standing_of
from approvals.services import gates, policies, requests
from approvals.wording import why_you
from foundation.api import Endpoint, StrictSerializer, has_it, invalid_field
from foundation.errors import Missing
from lineage.models import Environment, ModelVersion


class EnvironmentInput(StrictSerializer):
    slug = serializers.SlugField(max_length=60)
    title = serializers.CharField(max_length=120)
    mode = serializers.ChoiceField(choices=Gate.Mode.choices, default=Gate.Mode.PREVENT)
    policy = serializers.SlugField(max_length=60, help_text="Key of the policy")


class EnvironmentOutput(serializers.Serializer[Any]):
    slug = serializers.CharField(source="environment.slug")
    title = serializers.CharField(source="environment.title")
    mode = serializers.CharField()
    policy = serializers.CharField(source="policy.key")


class EnvironmentList(Endpoint):
    """Environments with what stands before them."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=EnvironmentOutput(many=True), operation_id="environments_list")
    def get(self, request: HttpRequest) -> Response:
        return self.page(
            Gate.objects.visible_to(self.actor).select_related("environment", "policy"), lambda row: EnvironmentOutput(row).data
        )

    @extend_schema(request=EnvironmentInput, responses={201: EnvironmentOutput})
    def post(self, request: HttpRequest) -> Response:
        data = self.read(EnvironmentInput)
        policy = Policy.objects.visible_to(self.actor).filter(key=data.pop("policy")).first()
        if policy is None:
            raise invalid_field("policy", "unknown", "There is no such policy.")
        return self.created(lambda: (201, EnvironmentOutput(policies.set_gate(actor=self.actor, policy=policy, **data)).data))


class PolicyInput(StrictSerializer):
    key = serializers.SlugField(max_length=60)
    yaml = serializers.CharField(required=False, trim_whitespace=False, max_length=65_536)
    body = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("yaml" in attrs) == ("body" in attrs):
            raise serializers.ValidationError("Send either yaml or body.", code="either")
        return attrs


class VersionInput(PolicyInput):
    key = None  # type: ignore[assignment] # the path names the policy


class PolicyVersionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    key = serializers.CharField(source="policy.key")
    version = serializers.IntegerField(source="number")
    digest = serializers.CharField()
    yaml = serializers.CharField(source="text")
    body = serializers.JSONField()
    created_at = serializers.DateTimeField()


class PolicyList(Endpoint):
    """Policies with all their versions, newest first."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=PolicyVersionOutput(many=True), operation_id="policies_list")
    def get(self, request: HttpRequest) -> Response:
        return self.page(
            PolicyVersion.objects.visible_to(self.actor).select_related("policy"), lambda row: PolicyVersionOutput(row).data
        )

    @extend_schema(request=PolicyInput, responses={201: PolicyVersionOutput})
    def post(self, request: HttpRequest) -> Response:
        return self.write(self.read(PolicyInput))

    def write(self, data: dict[str, Any]) -> Response:
        source = data["yaml"] if "yaml" in data else data["body"]
        return self.created(
            lambda: (201, PolicyVersionOutput(policies.write_policy(actor=self.actor, key=data["key"], source=source)).data)
        )


class PolicyVersionList(PolicyList):
    """Versions of one policy."""

    @extend_schema(responses=PolicyVersionOutput(many=True), operation_id="policy_versions_list")
    def get(self, request: HttpRequest, key: str) -> Response:  # type: ignore[override] # one more path parameter
        policy = self.one(Policy.objects.visible_to(self.actor), key=key)
        return self.page(policy.versions.select_related("policy"), lambda row: PolicyVersionOutput(row).data)

    @extend_schema(request=VersionInput, responses={201: PolicyVersionOutput}, operation_id="policy_versions_create")
    def post(self, request: HttpRequest, key: str) -> Response:  # type: ignore[override] # one more path parameter
        self.one(Policy.objects.visible_to(self.actor), key=key)
        return self.write({**self.read(VersionInput), "key": key})


class SubjectInput(StrictSerializer):
    type = serializers.CharField(max_length=40)
    id = serializers.CharField(max_length=40)


class RequestInput(StrictSerializer):
    subject = SubjectInput()
    purpose = serializers.CharField(max_length=20, default="deployment")
    environment = serializers.SlugField(max_length=60, required=False, allow_null=True)
    comment = serializers.CharField(max_length=requests.LONGEST_COMMENT, allow_blank=True, default="")


class RequestOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    purpose = serializers.CharField()
    environment = serializers.CharField(source="environment.slug", default=None, allow_null=True)
    use_case = serializers.CharField(source="use_case.slug")
    state = serializers.CharField()
    round = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class RequestEndpoint(Endpoint):
    def find(self, public_id: str) -> Request:
        return self.one(requests_with_people(self.actor), public_id=public_id)

    def show(self, request: Request) -> dict[str, Any]:
        return presenting.request_body(standing_of(self.find(request.public_id)))


class RequestList(RequestEndpoint):
    """Requests of the caller's use cases, newest first."""

    scopes = {"GET": "read", "POST": "requests:write"}

    @extend_schema(
        parameters=[OpenApiParameter(name) for name in ("state", "use_case", "subject", "environment")],
        responses=RequestOutput(many=True),
        operation_id="requests_list",
    )
    def get(self, request: HttpRequest) -> Response:
        rows = requests_with_people(self.actor)
        columns = {"state": "state", "use_case": "use_case__slug", "subject": "subject_id", "environment": "environment__slug"}
        for name, column in columns.items():
            if name in request.query_params:
                rows = rows.filter(**{column: request.query_params[name]})
        return self.page(rows, lambda row: RequestOutput(row).data)

    @extend_schema(request=RequestInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: HttpRequest) -> Response:
        data = self.read(RequestInput)
        slug = data.get("environment")
        environment = Environment.objects.visible_to(self.actor).filter(slug=slug).first() if slug else None
        if slug and environment is None:
            raise invalid_field("environment", "unknown", f"There is no environment {slug}.")

        def act() -> tuple[int, Any]:
            row = requests.open_request(
                actor=self.actor,
                subject_type=data["subject"]["type"],
                subject_id=data["subject"]["id"],
                purpose=data["purpose"],
                environment=environment,
                comment=data["comment"],
            )
            return 201, self.show(row)

        return self.created(act)


class RequestDetails(RequestEndpoint):
    """One request: its steps, whom each waits for, what does not count and why, and what would bring it forward."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="request_details")
    def get(self, request: HttpRequest, public_id: str) -> Response:
        return Response(self.show(self.find(public_id)))


class BallotInput(StrictSerializer):
    step = serializers.CharField(max_length=60)
    verdict = serializers.CharField(max_length=16)
    digest = serializers.CharField(max_length=71)
    comment = serializers.CharField(max_length=requests.LONGEST_COMMENT, allow_blank=True, default="")


class BallotList(RequestEndpoint):
    """Say something about one step. Only people can."""

    @extend_schema(request=BallotInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        data = self.read(BallotInput)

        def act() -> tuple[int, Any]:
            requests.cast_ballot(actor=self.actor, request=row, **data)
            return 201, self.show(row)

        return self.created(act)


class CommentInput(StrictSerializer):
    comment = serializers.CharField(max_length=requests.LONGEST_COMMENT, allow_blank=True, default="")


class RequestWithdraw(RequestEndpoint):
    """Take a request back."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=CommentInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = requests.withdraw(actor=self.actor, request=self.find(public_id), reason=self.read(CommentInput)["comment"])
        return Response(self.show(row))


class RequestResubmit(RequestEndpoint):
    """Put a request forward again: a new round."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=CommentInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = requests.resubmit(actor=self.actor, request=self.find(public_id), comment=self.read(CommentInput)["comment"])
        return Response(self.show(row))


class Inbox(Endpoint):
    """What waits for this person, and why it is them."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: HttpRequest) -> Response:
        return Response({"results": [presenting.turn_body(turn, why_you(turn)) for turn in your_turn(self.actor)]})


class NamedVersion(StrictSerializer):
    name = serializers.CharField(max_length=120)
    version = serializers.CharField(max_length=60)


class EvaluationInput(StrictSerializer):
    model_version = NamedVersion()
    commit = serializers.CharField(max_length=64, allow_blank=True, allow_null=True, default="")
    artifact_sha256 = serializers.CharField(max_length=71, allow_blank=True, allow_null=True, default="")
    purpose = serializers.CharField(max_length=20, default="deployment")


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
