"""Policies over HTTP: writing versions, looking for what is doubtful about them, and taking one out of force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.models import Policy, PolicyVersion
from approvals.policy import PolicyError, as_mapping
from approvals.policy.lint import lint
from approvals.presenting.policies import finding_body, problem_body, version_body
from approvals.selectors.policies import findings_of, holders_anywhere, policy_versions, read_policy, state_of
from approvals.services import policies
from approvals.services.decisions import LONGEST_COMMENT
from approvals.services.drafts import open_for_comment
from foundation.api import Endpoint, StrictSerializer
from foundation.errors import Missing

LONGEST_POLICY = 65_536


class DraftInput(StrictSerializer):
    """A policy as YAML or as a mapping."""

    yaml = serializers.CharField(required=False, trim_whitespace=False, max_length=LONGEST_POLICY)
    body = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("yaml" in attrs) == ("body" in attrs):
            raise serializers.ValidationError("Send either yaml or body.", code="either")
        return attrs


def source_of(data: Mapping[str, Any]) -> Any:
    return data["yaml"] if "yaml" in data else data["body"]


class VersionInput(DraftInput):
    note = serializers.CharField(max_length=LONGEST_COMMENT, allow_blank=True, default="", help_text="What is different, and why")


class PolicyInput(VersionInput):
    key = serializers.SlugField(max_length=60)


class FindingOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    step = serializers.CharField()
    message = serializers.CharField()


class PolicyVersionOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    key = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["draft", "in_force", "replaced", "withdrawn"])
    digest = serializers.CharField()
    yaml = serializers.CharField()
    body = serializers.JSONField()
    note = serializers.CharField()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    approval = serializers.CharField(allow_null=True, help_text="The decision that published it; none for what replaced nothing")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdraw_reason = serializers.CharField(allow_null=True)
    findings = FindingOutput(many=True)
    publish = serializers.JSONField(help_text="For a draft, what to send to /requests so that others can confirm it")


class PolicyEndpoint(Endpoint):
    def versions(self, rows: Any) -> Response:
        holders = holders_anywhere()
        return self.page(rows, lambda row: version_body(row, state_of(row), findings_of(row, holders)))

    def write(self, key: str, data: Mapping[str, Any]) -> Response:
        known = set(PolicyVersion.objects.visible_to(self.actor).filter(policy__key=key).values_list("pk", flat=True))

        def act() -> tuple[int, Any]:
            row = policies.write_policy(actor=self.actor, key=key, source=source_of(data), note=data["note"])
            return 200 if row.pk in known else 201, self.show(row)

        return self.created(act)

    def show(self, row: PolicyVersion) -> dict[str, Any]:
        return version_body(row, state_of(row), findings_of(row, holders_anywhere()))


class PolicyList(PolicyEndpoint):
    """Policies with all their versions, newest first. The first version is in force at once; each later one is a draft."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=PolicyVersionOutput(many=True), operation_id="policies_list")
    def get(self, request: HttpRequest) -> Response:
        return self.versions(policy_versions(self.actor))

    @extend_schema(request=PolicyInput, responses={200: PolicyVersionOutput, 201: PolicyVersionOutput})
    def post(self, request: HttpRequest) -> Response:
        data = self.read(PolicyInput)
        return self.write(data["key"], data)


class PolicyVersionList(PolicyEndpoint):
    """Versions of one policy. A new one is a draft, until others confirm it: its answer says how to ask them."""

    scopes = {"GET": "read", "POST": "admin"}

    @extend_schema(responses=PolicyVersionOutput(many=True), operation_id="policy_versions_list")
    def get(self, request: HttpRequest, key: str) -> Response:
        policy = self.one(Policy.objects.visible_to(self.actor), key=key)
        return self.versions(policy_versions(self.actor).filter(policy=policy))

    @extend_schema(
        request=VersionInput,
        responses={200: PolicyVersionOutput, 201: PolicyVersionOutput},
        operation_id="policy_versions_create",
    )
    def post(self, request: HttpRequest, key: str) -> Response:
        self.one(Policy.objects.visible_to(self.actor), key=key)
        return self.write(key, self.read(VersionInput))


class VersionWithdrawInput(StrictSerializer):
    reason = serializers.CharField(max_length=LONGEST_COMMENT)


class PolicyVersionWithdraw(PolicyEndpoint):
    """Take a version out of force because it is unsafe. Open requests under it are blocked until they are moved to another one."""

    scopes = {"POST": "admin"}

    @extend_schema(request=VersionWithdrawInput, responses=PolicyVersionOutput, operation_id="policy_versions_withdraw")
    def post(self, request: HttpRequest, key: str, number: str) -> Response:
        row = self.one(policy_versions(self.actor), policy__key=key, number=numbered(number))
        done = policies.withdraw_version(actor=self.actor, version=row, reason=self.read(VersionWithdrawInput)["reason"])
        return Response(self.show(done))


class CommentPeriodInput(StrictSerializer):
    until = serializers.DateTimeField(help_text="At most 90 days from now")


class CommentPeriodOutput(serializers.Serializer[Any]):
    policy = serializers.CharField(source="version.policy.key")
    version = serializers.IntegerField(source="version.number")
    until = serializers.DateTimeField()
    invited = serializers.IntegerField(help_text="How many people were told")


class PolicyVersionComments(PolicyEndpoint):
    """Open a draft for comment to whoever holds a role that its steps name. What they say are threads about the version."""

    scopes = {"POST": "admin"}

    @extend_schema(
        request=CommentPeriodInput, responses={201: CommentPeriodOutput}, operation_id="policy_versions_open_for_comment"
    )
    def post(self, request: HttpRequest, key: str, number: str) -> Response:
        row = self.one(policy_versions(self.actor), policy__key=key, number=numbered(number))
        until = self.read(CommentPeriodInput)["until"]

        def act() -> tuple[int, Any]:
            return 201, CommentPeriodOutput(open_for_comment(actor=self.actor, version=row, until=until)).data

        return self.created(act)


def numbered(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Missing("Versions of a policy have numbers.")
    return int(text)


class LintOutput(serializers.Serializer[Any]):
    problems = serializers.JSONField(help_text="Why it is no policy: path, line, code, message")
    findings = FindingOutput(many=True)
    digest = serializers.CharField(allow_null=True)
    body = serializers.JSONField()


class PolicyLint(Endpoint):
    """What is wrong or doubtful about a policy that nobody has written yet. Leaves nothing behind.

    Doubts about people are of the whole organisation: a role that nobody holds at all, fewer people than a quorum needs.
    """

    scopes = {"POST": "read"}

    @extend_schema(request=DraftInput, responses=LintOutput, operation_id="policies_lint")
    def post(self, request: HttpRequest) -> Response:
        data = self.read(DraftInput)
        try:
            policy = read_policy(source_of(data))
        except PolicyError as error:
            found = [problem_body(item) for item in error.problems]
            return Response({"problems": found, "findings": [], "digest": None, "body": None})
        findings = [finding_body(item) for item in lint(policy, holders_anywhere())]
        return Response({"problems": [], "findings": findings, "digest": policy.digest, "body": as_mapping(policy)})
