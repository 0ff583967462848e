"""Envelopes over HTTP: write, try, read, end. They are agreed to through `POST /requests`, as everything is."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from approvals.envelopes import Tried
from approvals.models import Envelope
from approvals.selectors.envelopes import (
    Trial,
    envelopes_of,
    limits_of,
    request_about,
    since_approval,
    state_of,
    trial,
    trial_of,
)
from approvals.services import envelopes
from approvals.wording_envelopes import limit_sentences, line_text
from foundation import clock
from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion


class TrialInput(StrictSerializer):
    environment = serializers.SlugField(max_length=60)
    baseline = serializers.CharField(max_length=40, help_text="Public id of a model version that was approved there")
    body = serializers.JSONField(help_text="What may move and within which limits")


class EnvelopeInput(TrialInput):
    title = serializers.CharField(max_length=120)


class EnvelopeEndInput(StrictSerializer):
    reason = serializers.CharField(max_length=envelopes.LONGEST_REASON)


class EnvelopeEndpoint(Endpoint):
    def find(self, public_id: str) -> Envelope:
        found: Envelope = self.one(envelopes_of(self.actor), public_id=public_id)
        return found

    def environment(self, slug: str) -> Environment:
        row = Environment.objects.visible_to(self.actor).filter(slug=slug).first()
        if row is None:
            raise invalid_field("environment", "unknown", f"There is no environment {slug}.")
        return row

    def version(self, public_id: str) -> ModelVersion:
        row = ModelVersion.objects.visible_to(self.actor).select_related("use_case").filter(public_id=public_id).first()
        if row is None:
            raise invalid_field("baseline", "unknown", "There is no such model version, or you may not see it.")
        return row


class EnvelopeList(EnvelopeEndpoint):
    """Envelopes of one use case, newest first."""

    scopes = {"GET": "read", "POST": "requests:write"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="envelopes_list")
    def get(self, request: HttpRequest, slug: str) -> Response:
        use_case = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = envelopes_of(self.actor).filter(use_case=use_case)
        return self.page(rows, envelope_body)

    @extend_schema(request=EnvelopeInput, responses={201: OpenApiTypes.OBJECT}, operation_id="envelopes_create")
    def post(self, request: HttpRequest, slug: str) -> Response:
        use_case = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(EnvelopeInput)
        environment, baseline = self.environment(data["environment"]), self.version(data["baseline"])

        def act() -> tuple[int, Any]:
            row = envelopes.write_envelope(
                actor=self.actor,
                use_case=use_case,
                environment=environment,
                baseline=baseline,
                title=data["title"],
                body=data["body"],
            )
            return 201, self.details(row)

        return self.created(act)

    def details(self, row: Envelope) -> dict[str, Any]:
        return details_body(self.find(row.public_id))


class EnvelopeDetails(EnvelopeEndpoint):
    """One envelope: its limits, what past versions say about them, and what went in under it."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="envelope_details")
    def get(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        about = request_about(row, self.actor)
        return Response(
            {
                **details_body(row),
                "request": about.public_id if about else None,
                "since": [{**tried_body(item.tried), "let_in_at": item.let_in} for item in since_approval(row)],
            }
        )


class EnvelopeTrial(EnvelopeEndpoint):
    """What past versions say about limits that nobody has written down yet. Leaves nothing behind."""

    scopes = {"POST": "read"}

    @extend_schema(request=TrialInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest) -> Response:
        data = self.read(TrialInput)
        environment, baseline = self.environment(data["environment"]), self.version(data["baseline"])
        limits = envelopes.read_limits(data["body"])
        return Response({"sentences": limit_sentences(limits), **trial_body(trial(limits, baseline, environment))})


class EnvelopeEnd(EnvelopeEndpoint):
    """From now on every version has to be asked about again."""

    scopes = {"POST": "requests:write"}

    @extend_schema(request=EnvelopeEndInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: HttpRequest, public_id: str) -> Response:
        row = self.find(public_id)
        envelopes.end_envelope(actor=self.actor, envelope=row, reason=self.read(EnvelopeEndInput)["reason"])
        return Response(envelope_body(self.find(public_id)))


def envelope_body(row: Envelope) -> dict[str, Any]:
    """One envelope as lists show it."""
    return {
        "id": row.public_id,
        "title": row.title,
        "state": state_of(row, clock.now()),
        "use_case": row.use_case.slug,
        "environment": row.environment.slug,
        "model": row.model_name,
        "baseline": {"id": row.baseline.public_id, "name": row.baseline.name, "version": row.baseline.version},
        "digest": row.digest,
        "body": row.body,
        "created_by": row.created_by.public_id,
        "created_at": row.created_at,
        "approved_at": row.approved_at,
        "approval": row.approval,
        "valid_until": row.valid_until,
        "ended_at": row.ended_at,
        "end_reason": row.end_reason,
    }


def details_body(row: Envelope) -> dict[str, Any]:
    limits = limits_of(row)
    return {
        **envelope_body(row),
        "sentences": limit_sentences(limits),
        "baseline_manifest": row.baseline_manifest,
        "trial": trial_body(trial_of(row)),
    }


def trial_body(found: Trial) -> dict[str, Any]:
    return {
        "baseline": tried_body(found.baseline),
        "inside": found.inside,
        "regretted": found.regretted,
        "more": found.more,
        "versions": [tried_body(item) for item in found.versions],
    }


def tried_body(item: Tried) -> dict[str, Any]:
    return {
        "id": item.past.id,
        "label": item.past.label,
        "inside": item.inside,
        "failures": list(item.past.failures),
        "broken": [{**line.as_mapping(), "text": line_text(line)} for line in item.broken],
    }
