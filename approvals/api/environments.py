"""Environments and what stands before them; and which policy governs what goes to none."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals import subjects
from approvals.models import Gate, Policy, SubjectPolicy
from approvals.services import policies
from foundation.api import Endpoint, StrictSerializer, invalid_field


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


class GovernedEndpoint(Endpoint):
    scopes = {"GET": "read", "POST": "admin"}

    def policy(self, key: str) -> Policy:
        row = Policy.objects.visible_to(self.actor).filter(key=key).first()
        if row is None:
            raise invalid_field("policy", "unknown", "There is no such policy.")
        return row


class EnvironmentList(GovernedEndpoint):
    """Environments with what stands before them."""

    @extend_schema(responses=EnvironmentOutput(many=True), operation_id="environments_list")
    def get(self, request: HttpRequest) -> Response:
        return self.page(
            Gate.objects.visible_to(self.actor).select_related("environment", "policy"), lambda row: EnvironmentOutput(row).data
        )

    @extend_schema(request=EnvironmentInput, responses={201: EnvironmentOutput})
    def post(self, request: HttpRequest) -> Response:
        data = self.read(EnvironmentInput)
        policy = self.policy(data.pop("policy"))
        return self.created(lambda: (201, EnvironmentOutput(policies.set_gate(actor=self.actor, policy=policy, **data)).data))


class SubjectPolicyInput(StrictSerializer):
    subject_type = serializers.CharField(max_length=40)
    purpose = serializers.CharField(max_length=20)
    policy = serializers.SlugField(max_length=60, help_text="Key of the policy")


class SubjectPolicyOutput(serializers.Serializer[Any]):
    subject_type = serializers.CharField()
    purpose = serializers.CharField()
    policy = serializers.CharField(allow_null=True)
    shipped = serializers.BooleanField(help_text="Nobody has set another one yet")


class SubjectPolicyList(GovernedEndpoint):
    """Which policy governs what goes to no environment: each type of subject and purpose, with what ships where nobody set one."""

    @extend_schema(responses=SubjectPolicyOutput(many=True), operation_id="subject_policies_list")
    def get(self, request: HttpRequest) -> Response:
        rows = SubjectPolicy.objects.visible_to(self.actor).select_related("policy")
        chosen = {(row.subject_type, row.purpose): row.policy.key for row in rows}
        shown = [
            {
                "subject_type": adapter.type,
                "purpose": purpose,
                "policy": chosen.get((adapter.type, purpose), policies.SHIPPED.get(adapter.type)),
                "shipped": (adapter.type, purpose) not in chosen,
            }
            for adapter in subjects.adapters()
            if not adapter.wants_environment
            for purpose in adapter.purposes
        ]
        return Response({"next": None, "previous": None, "results": shown})

    @extend_schema(request=SubjectPolicyInput, responses={200: SubjectPolicyOutput, 201: SubjectPolicyOutput})
    def post(self, request: HttpRequest) -> Response:
        data = self.read(SubjectPolicyInput)
        policy = self.policy(data.pop("policy"))
        known = SubjectPolicy.objects.visible_to(self.actor).filter(**data).exists()

        def act() -> tuple[int, Any]:
            policies.set_subject_policy(actor=self.actor, policy=policy, **data)
            return 200 if known else 201, {**data, "policy": policy.key, "shipped": False}

        return self.created(act)
