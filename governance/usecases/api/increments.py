"""Increments and what was said about them, over HTTP."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.parsing import DecimalJSONParser
from governance.people.models import User
from governance.people.roles import role_label
from governance.usecases import downloads, selectors, services
from governance.usecases.audience import WITHIN_DAYS
from governance.usecases.models import Attachment, Document, Feedback, FeedbackOutcome, UseCase
from governance.usecases.services.pictures import too_large as picture_too_large
from governance.usecases.uploads import was_too_large


def _names() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=254), max_length=200, default=list)


class GuestsInput(StrictSerializer):
    """Accounts by user name; `roles` asks whoever holds them here; `outsiders` are names of people without an account."""

    attended = _names()
    invited = _names()
    outsiders = _names()
    roles = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, required=False)


class IncrementInput(GuestsInput):
    """What was shown, as JSON; or as `multipart/form-data` with pictures, where a field with several values is repeated."""

    title = serializers.CharField(max_length=200)
    shown = serializers.CharField(max_length=services.LONGEST_TEXT)
    shown_at = serializers.DateTimeField(required=False)
    model_version = serializers.CharField(max_length=40, allow_blank=True, default="")
    key = serializers.CharField(max_length=200, allow_blank=True, default="")
    links = serializers.ListField(child=serializers.CharField(max_length=2048), max_length=50, default=list)
    documents = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50, default=list)
    pictures = serializers.ListField(child=serializers.FileField(allow_empty_file=True), max_length=50, default=list)


class FeedbackInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=Feedback.Kind.choices)
    text = serializers.CharField(max_length=services.LONGEST_FEEDBACK)
    said_by = serializers.CharField(max_length=120, allow_blank=True, default="")


class OutcomeInput(StrictSerializer):
    what = serializers.ChoiceField(choices=FeedbackOutcome.What.choices)
    reason = serializers.CharField(max_length=services.LONGEST_WORD, allow_blank=True, default="")
    url = serializers.CharField(max_length=2048, allow_blank=True, default="")
    duplicate_of = serializers.CharField(max_length=40, allow_blank=True, default="")


def present_outcome(row: FeedbackOutcome) -> dict[str, Any]:
    return {**row.content(), "by": row.created_by.username if row.created_by else None, "at": row.created_at}


def present_feedback(said: selectors.Said) -> dict[str, Any]:
    row = said.feedback
    return {
        "id": row.public_id,
        "number": row.number,
        "kind": row.kind,
        "text": row.text,
        "said_by": row.voice,
        "by": row.created_by.username if row.created_by else None,
        "at": row.created_at,
        "state": said.outcome.what if said.outcome else "open",
        "outcomes": [present_outcome(outcome) for outcome in said.outcomes],
    }


def present_attachment(row: Attachment) -> dict[str, Any]:
    if row.document:
        return {"kind": "document", "document": row.document.public_id, "title": str(row.document)}
    if row.url:
        return {"kind": "link", "url": row.url}
    url = f"{settings.BASE_URL}/api/v1/increment-pictures/{row.public_id}"
    facts = {"name": row.name, "media_type": row.media_type, "size": row.size, "sha256": row.sha256}
    return {"kind": "picture", "id": row.public_id, "url": url, **facts, "width": row.width, "height": row.height}


def present_increment(shown: selectors.Shown, *, inside: bool = True) -> dict[str, Any]:
    """One increment with all that hangs on it; for a client (not `inside`) without the version and the run it came from."""
    row = shown.increment
    return {
        "id": row.public_id,
        "number": row.number,
        "title": row.title,
        "shown": row.shown,
        "shown_at": row.shown_at,
        "model_version": row.model_version if inside else "",
        "source": row.source,
        "key": row.key if inside else "",
        "digest": row.digest,
        "by": row.said_by,
        "attachments": [present_attachment(item) for item in shown.attachments],
        "attended": [{"name": item.display, "part": item.part} for item in shown.attended],
        "invited": [{"name": item.display, "role": item.role} for item in shown.invited],
        "feedback": [present_feedback(said) for said in shown.feedback],
        "html_url": f"{settings.BASE_URL}/use-cases/{row.use_case.slug}/increments/{row.number}/",
    }


class _OfUseCase(Endpoint):
    def told(self, shown: selectors.Shown) -> dict[str, Any]:
        """An increment as this caller may read it."""
        return present_increment(shown, inside=self.inside(shown.increment.use_case))

    def inside(self, use_case: UseCase) -> bool:
        """Whether the caller sees the use case itself, and not only what is shared with a client. Asked once."""
        if not hasattr(self, "_inside"):
            self._inside = UseCase.objects.visible_to(self.actor).filter(pk=use_case.pk).exists()
        return self._inside

    def found(self, use_case: UseCase, number: int) -> selectors.Shown:
        """The increment as it stands now."""
        row = self.one(selectors.increments_seen(self.actor, use_case), number=number)
        return selectors.told_increments([row])[0]

    def accounts(self, data: dict[str, Any]) -> dict[str, Any]:
        """The same with people in the place of their user names. Raises Invalid for a name that nobody has."""
        wanted = {*data["attended"], *data["invited"]}
        known = {user.username: user for user in User.objects.visible_to(self.actor).filter(username__in=wanted)}
        for field in ("attended", "invited"):
            if missing := [name for name in data[field] if name not in known]:
                raise invalid_field(field, "unknown", f"There is no account {missing[0]}. Name guests in outsiders.")
        return {
            **data,
            "attended": [known[name] for name in data["attended"]],
            "invited": [known[name] for name in data["invited"]],
        }


class IncrementList(_OfUseCase):
    """What was shown, newest first; sending one records it. The same `key` again answers 200 with the one that is there."""

    scopes = {"GET": "read", "POST": "provenance:write or governance:write"}
    outside = ("GET",)
    parser_classes = [DecimalJSONParser, MultiPartParser]

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="increments_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        rows = selectors.increments_seen(self.actor, row)
        return self.page(rows, lambda item: self.told(selectors.told_increments([item])[0]))

    @extend_schema(
        request={"application/json": IncrementInput, "multipart/form-data": IncrementInput},
        responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        data = self.read(IncrementInput)
        if was_too_large(request._request):
            raise picture_too_large()
        pictures = data["pictures"]
        said = {**data, "pictures": [[str(file.name), *services.bytes_said(file)] for file in pictures]}

        def record() -> tuple[int, Any]:
            papers = self.papers(row, data["documents"])
            values = {**self.accounts(data), "documents": papers}
            made = services.record_increment(actor=self.actor, use_case=row, **values)
            return 201 if made.is_new else 200, present_increment(self.found(row, made.number))

        return self.created(record, said=said)

    def papers(self, row: UseCase, ids: list[str]) -> list[Document]:
        """The versions of documents that were named."""
        known = {item.public_id: item for item in Document.objects.visible_to(self.actor).filter(use_case=row, public_id__in=ids)}
        if missing := [public_id for public_id in ids if public_id not in known]:
            raise invalid_field("documents", "unknown", f"There is no version {missing[0]} of a document of this use case.")
        return [known[public_id] for public_id in ids]


class IncrementDetails(_OfUseCase):
    """One increment: what there is to see, who saw it, what they said, and what became of that."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="increment_details")
    def get(self, request: Request, slug: str, number: int) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        return Response(self.told(self.found(row, number)))


class IncrementShowings(_OfUseCase):
    """Adds people to whom it was shown too, or who are asked to look."""

    scopes = {"POST": "provenance:write or governance:write"}

    @extend_schema(request=GuestsInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str, number: int) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        found = self.found(row, number)
        services.show_increment(actor=self.actor, increment=found.increment, **self.accounts(self.read(GuestsInput)))
        return Response(self.told(self.found(row, number)))


class IncrementSeen(_OfUseCase):
    """Says that the caller has looked at it. Saying so again changes nothing."""

    outside = ("POST",)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str, number: int) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        found = self.found(row, number)
        services.look_at_increment(actor=self.actor, increment=found.increment)
        return Response(self.told(self.found(row, number)))


class FeedbackList(_OfUseCase):
    """What was said about an increment; a person adds to it, in their own name or with `said_by` in another's."""

    scopes = {"GET": "read"}
    outside = ("GET", "POST")

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="feedback_list")
    def get(self, request: Request, slug: str, number: int) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        found = self.found(row, number)
        rows = Feedback.objects.visible_to(self.actor).filter(increment=found.increment)
        by_pk = {said.feedback.pk: said for said in found.feedback}
        return self.page(rows, lambda item: present_feedback(by_pk[item.pk]))

    @extend_schema(request=FeedbackInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, slug: str, number: int) -> Response:
        row = self.one(UseCase.objects.shared_with(self.actor), slug=slug)
        found = self.found(row, number)
        data = self.read(FeedbackInput)

        def give() -> tuple[int, Any]:
            made = services.give_feedback(actor=self.actor, increment=found.increment, **data)
            return 201, present_feedback(selectors.Said(made, []))

        return self.created(give)


class OutcomeList(Endpoint):
    """Says what became of a piece of feedback."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=OutcomeInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, public_id: str) -> Response:
        rows = Feedback.objects.visible_to(self.actor)
        row = self.one(rows.select_related("increment__use_case", "created_by"), public_id=public_id)
        data = self.read(OutcomeInput)
        same = (
            rows.filter(public_id=data["duplicate_of"]).select_related("increment__use_case").first()
            if data["duplicate_of"]
            else None
        )
        if data["duplicate_of"] and same is None:
            raise invalid_field("duplicate_of", "unknown", "There is no such feedback.")

        def answer() -> tuple[int, Any]:
            made = services.answer_feedback(actor=self.actor, feedback=row, **{**data, "duplicate_of": same})
            return 201, present_outcome(made)

        return self.created(answer)


class UnseenList(Endpoint):
    """Who holds a role for which increments are made, and was at none of the last days."""

    scopes = {"GET": "read"}

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="unseen_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        found = selectors.unseen_by([row]).get(row.pk, [])
        people = [
            {
                "user": item.user.username,
                "name": str(item.user),
                "roles": list(item.roles),
                "role_names": [role_label(role) for role in item.roles],
                "last_seen": item.last_seen,
            }
            for item in found
        ]
        return Response({"days": WITHIN_DAYS, "results": people})


class IncrementPicture(Endpoint):
    """The bytes of a picture, as they were sent."""

    scopes = {"GET": "read"}
    outside = ("GET",)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: str) -> FileResponse:
        return downloads.picture(self.one(Attachment.objects.visible_to(self.actor), public_id=public_id))
