"""What foundation itself offers over HTTP: jobs, the audit log and its proofs, tokens, and whether all is well."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import jobs, merkle, sealing, tokens
from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.errors import Conflict, Missing
from foundation.models import AuditEvent, Job, Token
from foundation.visibility import visible_events


class JobOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    state = serializers.CharField()
    percent = serializers.IntegerField()
    message = serializers.CharField()
    error = serializers.CharField()
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class JobDetails(Endpoint):
    """How far a piece of background work is."""

    scopes = {"GET": "read"}

    @extend_schema(responses=JobOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(JobOutput(self.one(Job.objects.visible_to(self.actor), public_id=public_id)).data)


class JobCancel(Endpoint):
    """Stop a job that is not over."""

    scopes = {"POST": "reports:write"}

    @extend_schema(request=None, responses=JobOutput)
    def post(self, request: Request, public_id: str) -> Response:
        job = self.one(Job.objects.visible_to(self.actor), public_id=public_id)
        if not jobs.cancel(actor=self.actor, job=job):
            raise Conflict("This job is over already.", code="job.over")
        job.refresh_from_db()
        return Response(JobOutput(job).data)


class EventList(Endpoint):
    """Audit events of the use cases the caller may see, newest first, with their exact bytes."""

    scopes = {"GET": "read"}

    @extend_schema(
        parameters=[OpenApiParameter(name) for name in ("kind", "subject", "actor", "scope")], responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request) -> Response:
        rows = visible_events(self.actor).select_related("leaf")
        columns = {"kind": "kind", "subject": "subject_id", "actor": "actor_id", "scope": "scope"}
        for name, column in columns.items():
            if name in request.query_params:
                rows = rows.filter(**{column: request.query_params[name]})
        return self.page(rows, event_body)


def event_body(row: AuditEvent) -> dict[str, Any]:
    leaf = getattr(row, "leaf", None)
    return {
        "id": str(row.uid),
        "index": leaf.index if leaf else None,
        "at": row.at,
        "kind": row.kind,
        "actor": row.actor_label,
        "body": bytes(row.body).decode("utf-8"),
        "parsed": json.loads(bytes(row.body)),
    }


class LatestCheckpoint(Endpoint):
    """The newest signed statement of the log's size and root. Keep it: it is what a later rewrite contradicts."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        found = sealing.latest_checkpoint()
        if found is None:
            raise Missing("Nothing has been sealed yet; a running worker seals within seconds.", code="audit.no_checkpoint")
        return Response(
            {"size": found.size, "root": bytes(found.root).hex(), "note": found.note, "verify_key": found.vkey, "at": found.at}
        )


class Proof(Endpoint):
    """That an event is in the log, for somebody who has the checkpoint."""

    scopes = {"GET": "read"}

    @extend_schema(parameters=[OpenApiParameter("event", required=True)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        wanted = request.query_params.get("event", "")
        try:
            row = visible_events(self.actor).select_related("leaf").get(uid=wanted)
        except (AuditEvent.DoesNotExist, ValidationError) as error:
            raise Missing("There is no such event, or you may not see it.") from error
        checkpoint = sealing.latest_checkpoint()
        leaf = getattr(row, "leaf", None)
        if checkpoint is None or leaf is None or leaf.index >= checkpoint.size:
            raise Conflict(
                "This event is not sealed yet; a running worker seals within seconds.",
                code="audit.unsealed",
                extra={"retry_after": 2},
            )
        proof = merkle.inclusion_proof(leaf.index, checkpoint.size, sealing.stored_hash)
        return Response(
            {
                "event": wanted,
                "index": leaf.index,
                "body": bytes(row.body).decode("utf-8"),
                "leaf_hash": bytes(row.leaf_hash).hex(),
                "proof": [item.hex() for item in proof],
                "checkpoint": checkpoint.note,
            }
        )


class TokenInput(StrictSerializer):
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=Token.Kind.choices, default=Token.Kind.PERSONAL)
    scopes = serializers.ListField(child=serializers.CharField(max_length=40), default=list)
    days = serializers.IntegerField(min_value=1, max_value=tokens.LONGEST_DAYS, default=90)


class TokenOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    kind = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    bound_to = serializers.CharField(source="scope")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class TokenList(Endpoint):
    """One's own tokens. The secret is in the answer that makes it, and never again."""

    @extend_schema(responses=TokenOutput(many=True), operation_id="tokens_list")
    def get(self, request: Request) -> Response:
        return self.page(Token.objects.visible_to(self.actor), lambda row: TokenOutput(row).data)

    @extend_schema(request=TokenInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        if "Idempotency-Key" in request.headers:
            # The answer holds a secret, and answers to a key are kept.
            raise invalid_field(
                "Idempotency-Key", "refused", "A token cannot be made with an Idempotency-Key: its secret would be stored."
            )
        token, secret = tokens.create(actor=self.actor, owner=self.actor.user, **self.read(TokenInput))
        return Response({**TokenOutput(token).data, "token": secret}, status=201)


class TokenRevoke(Endpoint):
    """End a token now."""

    @extend_schema(request=None, responses=TokenOutput)
    def post(self, request: Request, public_id: str) -> Response:
        token = self.one(Token.objects.visible_to(self.actor), public_id=public_id)
        tokens.revoke(actor=self.actor, token=token)
        token.refresh_from_db()
        return Response(TokenOutput(token).data)
