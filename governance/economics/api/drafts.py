"""The draft of a case over HTTP: read, replaced as a whole, written down, discarded."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Precondition, StrictSerializer, etag_of
from foundation.errors import Missing
from foundation.permissions import require
from governance.economics import services
from governance.economics.api.cases import CaseEndpoint, CaseEvaluationOutput, CaseSnapshotOutput, evaluation_body, plan_body
from governance.economics.drafting import as_plan, looked_at
from governance.economics.models import CaseDraft
from governance.economics.permissions.cases import may_write
from governance.economics.selectors.drafts import draft_of
from governance.economics.services.cases import field_error
from governance.usecases.models import UseCase

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the draft as it was read; without one only where there is none.",
)


class CaseDraftInput(StrictSerializer):
    plan = serializers.DictField(help_text="As `plan` of an answer. It may be wrong as a whole, but each value must be readable")


class CaseDraftNoteInput(StrictSerializer):
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    based_on = serializers.IntegerField(
        min_value=0,
        required=False,
        help_text="Number of the newest snapshot you have seen; the one it began with where nothing is said",
    )


class CaseProblemOutput(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class CaseDraftOutput(serializers.Serializer[Any]):
    """A draft with what is wrong with it, and what it would be worth as far as that can be reckoned."""

    id = serializers.CharField()
    case = serializers.CharField()
    revision = serializers.IntegerField()
    based_on = serializers.IntegerField(help_text="The number of the snapshot it began with; 0: none")
    edited_at = serializers.DateTimeField()
    edited_by = serializers.CharField(allow_null=True)
    plan = serializers.DictField()
    problems = CaseProblemOutput(many=True)
    evaluation = CaseEvaluationOutput(allow_null=True)


def draft_body(row: CaseDraft) -> dict[str, Any]:
    plan = as_plan(row.plan)
    looked = looked_at(plan)
    return {
        "id": row.public_id,
        "case": row.case.public_id,
        "revision": row.revision,
        "based_on": row.based_on,
        "edited_at": row.edited_at,
        "edited_by": row.edited_by.public_id if row.edited_by else None,
        "plan": plan_body(plan),
        "problems": [field_error(problem).as_mapping() for problem in looked.problems],
        "evaluation": evaluation_body(looked.evaluation) if looked.evaluation else None,
    }


def tag_of(row: CaseDraft) -> str:
    """The entity tag: what it says follows from these two, whatever language its problems are told in."""
    return etag_of({"id": row.public_id, "revision": row.revision})


def answer(row: CaseDraft, status: int = 200) -> Response:
    return Response(draft_body(row), status=status, headers={"ETag": tag_of(row)})


class DraftEndpoint(CaseEndpoint):
    def use_case_to_write(self, slug: str) -> UseCase:
        """Who may not write is told that, and not to send a header."""
        use_case = self.use_case(slug)
        require(may_write(self.actor, use_case))
        return use_case

    def draft(self, use_case: UseCase) -> CaseDraft:
        row = draft_of(use_case)
        if row is None:
            raise Missing(_("There is no draft of this case."), code="economics.draft.none")
        return row

    def seen(self, row: CaseDraft) -> int:
        """The revision that If-Match names, which is the draft's own, or the request goes no further."""
        expected = self.request.headers.get("If-Match")
        if expected is None:
            raise Precondition(
                _("Send the ETag you read in If-Match, so that nobody's change is overwritten."),
                code="precondition.required",
                status=428,
            )
        if expected not in ("*", tag_of(row)):
            raise Precondition(_("This was changed after you read it. Read it again."), code="precondition.failed", status=412)
        return row.revision


class Draft(DraftEndpoint):
    """The draft of a case: what people are working on before it is written down."""

    scopes = {"GET": "read", "PUT": "governance:write", "DELETE": "governance:write"}

    @extend_schema(operation_id="economics_draft_read", responses=CaseDraftOutput)
    def get(self, request: Request, slug: str) -> Response:
        return answer(self.draft(self.use_case(slug)))

    @extend_schema(
        operation_id="economics_draft_put",
        request=CaseDraftInput,
        responses={200: CaseDraftOutput, 201: CaseDraftOutput},
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, slug: str) -> Response:
        """Puts a plan in the place of the draft (200), or begins one with it (201). What is wrong with it stands in the answer."""
        use_case = self.use_case_to_write(slug)
        data = self.read(CaseDraftInput)
        with transaction.atomic():
            known = draft_of(use_case)
            if known is None and "If-Match" in request.headers:
                raise Precondition(_("There is no draft any more."), code="precondition.failed", status=412)
            revision = self.seen(known) if known else None
            services.put_draft(actor=self.actor, use_case=use_case, plan=data["plan"], revision=revision)
            return answer(self.draft(use_case), status=200 if known else 201)

    @extend_schema(operation_id="economics_draft_discard", request=None, responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str) -> Response:
        """Throws the draft away."""
        row = self.draft(self.use_case_to_write(slug))
        services.discard_draft(actor=self.actor, draft=row, revision=self.seen(row))
        return Response(status=204)


class DraftWriting(DraftEndpoint):
    """The draft written down as a new snapshot."""

    scopes = {"POST": "governance:write"}

    @extend_schema(
        operation_id="economics_draft_write",
        request=CaseDraftNoteInput,
        responses={201: CaseSnapshotOutput, 412: OpenApiTypes.OBJECT},
        parameters=[IF_MATCH],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Writes the draft down; from then on there is none. Refused with every problem while something is wrong with it."""
        use_case = self.use_case_to_write(slug)
        data = self.read(CaseDraftNoteInput)

        def write() -> tuple[int, Any]:
            row = self.draft(use_case)
            snapshot = services.write_down(actor=self.actor, draft=row, revision=self.seen(row), **data)
            return 201, CaseSnapshotOutput(snapshot).data

        return self.created(write)
