"""Threads over HTTP: read by tokens of every kind, written by people alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import objects
from foundation.api import Endpoint, StrictSerializer
from governance.usecases import talk
from governance.usecases.models import Comment, Following, Thread
from governance.usecases.selectors import threads as selectors
from governance.usecases.services import threads as services
from governance.usecases.services.threads import Said


class ThreadInput(StrictSerializer):
    """`subject` is the public id of what it is about; `component` names a part of a request, such as `dictionary`."""

    subject = serializers.CharField(max_length=60)
    component = serializers.CharField(max_length=40, allow_blank=True, default="")
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    question = serializers.BooleanField(default=False)


class RemarkInput(StrictSerializer):
    text = serializers.CharField(allow_blank=True, trim_whitespace=False)


class CommentOutput(serializers.Serializer[Any]):
    """`text` is empty once it is withdrawn; `versions` counts its wordings."""

    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    author = serializers.CharField(source="author.username")
    text = serializers.CharField()
    versions = serializers.IntegerField(source="versions_kept")
    mentions = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    html_url = serializers.SerializerMethodField()

    def get_mentions(self, row: Comment) -> list[str]:
        return [mention.user.username for mention in row.mentions.all()]

    def get_html_url(self, row: Comment) -> str:
        return f"{settings.BASE_URL}{row.url}"


class ThreadOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    subject = serializers.CharField(source="subject_id")
    component = serializers.CharField()
    use_case = serializers.CharField(source="scope", help_text="Public id of the use case it belongs to, or empty.")
    title = serializers.CharField()
    question = serializers.BooleanField()
    state = serializers.SerializerMethodField()
    comments = serializers.IntegerField(source="length")
    created_by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    resolved_by = serializers.SerializerMethodField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    html_url = serializers.SerializerMethodField()

    def get_state(self, row: Thread) -> str:
        return "open" if row.is_open else "resolved"

    def get_resolved_by(self, row: Thread) -> str | None:
        return row.resolved_by.username if row.resolved_by else None

    def get_html_url(self, row: Thread) -> str:
        return f"{settings.BASE_URL}/threads/{row.public_id}/"


class HintOutput(serializers.Serializer[Any]):
    text = serializers.CharField()
    url = serializers.CharField()


class SaidOutput(serializers.Serializer[Any]):
    """A comment, its thread, and what became of its mentions. `hint`: it reads like a verdict, and is none."""

    thread = ThreadOutput()
    comment = CommentOutput()
    told = serializers.ListField(child=serializers.CharField())
    not_told = serializers.ListField(child=serializers.CharField(), help_text="They cannot see what it is about.")
    unknown = serializers.ListField(child=serializers.CharField())
    ambiguous = serializers.ListField(child=serializers.CharField())
    hint = HintOutput(allow_null=True)


class ThreadDetailsOutput(ThreadOutput):
    said = CommentOutput(many=True)


class FollowingOutput(serializers.Serializer[Any]):
    thread = serializers.CharField()
    state = serializers.ChoiceField(choices=Following.State.choices)


def said_body(endpoint: Endpoint, said: Said) -> dict[str, Any]:
    """What a comment came to, with the hint where it reads like a verdict."""
    subject = objects.resolve(said.thread.subject_id, actor=endpoint.actor)
    hint = talk.hint_for(endpoint.actor, subject, said.comment.text) if subject is not None else None
    return {
        "thread": ThreadOutput(said.thread).data,
        "comment": CommentOutput(said.comment).data,
        "told": [user.username for user in said.told],
        "not_told": [user.username for user in said.unseen],
        "unknown": list(said.unknown),
        "ambiguous": list(said.shared),
        "hint": {"text": str(hint.text), "url": f"{settings.BASE_URL}{hint.url}"} if hint else None,
    }


class ThreadEndpoint(Endpoint):
    def thread(self, public_id: str) -> Thread:
        found: Thread = self.one(selectors.listed(self.actor), public_id=public_id)
        return found


class ThreadList(ThreadEndpoint):
    """Threads about things that the caller may see, newest first; opening one takes a person."""

    scopes = {"GET": "read"}  # a token is nobody's voice

    @extend_schema(
        parameters=[
            OpenApiParameter("subject", description="public id of what they are about"),
            OpenApiParameter("component", description="of a request"),
            OpenApiParameter("use_case", description="public id"),
            OpenApiParameter("state", enum=["open", "resolved"]),
            OpenApiParameter("question", enum=["1"]),
        ],
        responses=ThreadOutput(many=True),
        operation_id="threads_list",
    )
    def get(self, request: Request) -> Response:
        wanted = request.query_params
        rows = selectors.listed(self.actor)
        for name, column in (("subject", "subject_id"), ("component", "component"), ("use_case", "scope")):
            if name in wanted:
                rows = rows.filter(**{column: wanted[name]})
        if wanted.get("state") in ("open", "resolved"):
            rows = rows.filter(resolved_at__isnull=wanted["state"] == "open")
        if wanted.get("question") == "1":
            rows = rows.questions()
        return self.page(rows, lambda row: ThreadOutput(row).data)

    @extend_schema(request=ThreadInput, responses={201: SaidOutput})
    def post(self, request: Request) -> Response:
        data = self.read(ThreadInput)
        data["subject_id"] = data.pop("subject")
        return self.created(lambda: (201, said_body(self, services.open_thread(actor=self.actor, **data))))


class ThreadDetails(ThreadEndpoint):
    """One thread with everything that was said in it."""

    scopes = {"GET": "read"}

    @extend_schema(responses=ThreadDetailsOutput, operation_id="thread_details")
    def get(self, request: Request, public_id: str) -> Response:
        row = self.thread(public_id)
        told = selectors.told(self.actor, [row], last=None)[0]
        return Response({**ThreadOutput(row).data, "said": CommentOutput(told.comments, many=True).data})


class CommentList(ThreadEndpoint):
    """Answer in a thread."""

    @extend_schema(request=RemarkInput, responses={201: SaidOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.thread(public_id), self.read(RemarkInput)
        return self.created(lambda: (201, said_body(self, services.comment(actor=self.actor, thread=row, **data))))


class ThreadCommand(ThreadEndpoint):
    """What is done to a thread without a word."""

    act: Callable[..., Thread]

    def moved(self, public_id: str) -> Response:
        row, act = self.thread(public_id), type(self).act
        return self.created(lambda: (200, ThreadOutput(act(actor=self.actor, thread=row)).data))


class ThreadResolve(ThreadCommand):
    """Say that nothing is open here any more. 409 when somebody was first."""

    act = staticmethod(services.resolve_thread)

    @extend_schema(request=None, responses=ThreadOutput)
    def post(self, request: Request, public_id: str) -> Response:
        return self.moved(public_id)


class ThreadReopen(ThreadCommand):
    """Say that something is open after all."""

    act = staticmethod(services.reopen_thread)

    @extend_schema(request=None, responses=ThreadOutput)
    def post(self, request: Request, public_id: str) -> Response:
        return self.moved(public_id)


class FollowingCommand(ThreadEndpoint):
    """Whether the caller wants to hear of a thread."""

    state: Following.State

    def prefer(self, public_id: str) -> Response:
        row = self.thread(public_id)
        services.set_following(actor=self.actor, thread=row, state=self.state)
        return Response({"thread": row.public_id, "state": self.state.value})


class ThreadFollow(FollowingCommand):
    """Hear of every comment."""

    state = Following.State.FOLLOWS

    @extend_schema(request=None, responses=FollowingOutput)
    def post(self, request: Request, public_id: str) -> Response:
        return self.prefer(public_id)


class ThreadMute(FollowingCommand):
    """Hear nothing of it any more, even when one is mentioned."""

    state = Following.State.MUTED

    @extend_schema(request=None, responses=FollowingOutput)
    def post(self, request: Request, public_id: str) -> Response:
        return self.prefer(public_id)


class CommentEndpoint(Endpoint):
    def comment(self, public_id: str) -> Comment:
        rows = Comment.objects.visible_to(self.actor).select_related("thread__created_by", "thread__resolved_by", "author")
        found: Comment = self.one(rows, public_id=public_id)
        return found


class CommentVersions(CommentEndpoint):
    """Put one's own comment in other words; what it said before is kept."""

    @extend_schema(request=RemarkInput, responses={201: SaidOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.comment(public_id), self.read(RemarkInput)
        return self.created(lambda: (201, said_body(self, services.edit_comment(actor=self.actor, comment=row, **data))))


class CommentWithdraw(CommentEndpoint):
    """Take one's own comment back; its place stays."""

    @extend_schema(request=None, responses=CommentOutput)
    def post(self, request: Request, public_id: str) -> Response:
        row = self.comment(public_id)
        return self.created(lambda: (200, CommentOutput(services.withdraw_comment(actor=self.actor, comment=row)).data))
