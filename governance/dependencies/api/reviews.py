"""Reviews over HTTP: beginning one, filling in its sheet, handing it in, confirming it, and taking it back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.dependencies import review_sheet, services
from governance.dependencies.api.criteria import stated
from governance.dependencies.models import Release, Review
from governance.dependencies.package_panels import key_of
from governance.dependencies.selectors.review_sheets import review_rows, sheet_of_review

VERDICTS = [(name, name) for name in review_sheet.VERDICTS]


class EvidenceLink(StrictSerializer):
    label = serializers.CharField(max_length=200, allow_blank=True, default="")  # type: ignore[assignment] # a field of that name, where the base class has an attribute
    url = serializers.URLField(max_length=500)


class ReviewStart(StrictSerializer):
    release = serializers.CharField(max_length=40, help_text="Id of the release that is reviewed")
    base = serializers.CharField(
        max_length=40, required=False, allow_null=True, help_text="Id of the release it starts from; left out: a full review"
    )
    criteria = stated(default=["safe-to-deploy"])
    supersedes = serializers.CharField(max_length=40, required=False, allow_null=True)


class ReviewJudgement(StrictSerializer):
    key = serializers.CharField(max_length=4000)
    verdict = serializers.ChoiceField(choices=VERDICTS, required=False, allow_null=True, help_text="null takes a judgement back")
    why = serializers.CharField(max_length=1000, allow_blank=True, default="")
    seen = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text="`mark` of the point as it was read: another's words stay"
    )


class ReviewPointsInput(StrictSerializer):
    points = ReviewJudgement(many=True, max_length=2000)  # type: ignore[call-arg] # of the list
    left_out = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    notes = serializers.CharField(max_length=8000, allow_blank=True, required=False)
    evidence = EvidenceLink(many=True, required=False)
    criteria = stated(required=False)
    thoroughness = serializers.ChoiceField(choices=Review.Thoroughness.choices, required=False)


class ReviewPrepare(StrictSerializer):
    expires_at = serializers.DateTimeField(help_text="At most two years ahead")
    verdict = serializers.ChoiceField(choices=Review.Verdict.choices, default="pass")
    thoroughness = serializers.ChoiceField(choices=Review.Thoroughness.choices, required=False)
    left_out = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    notes = serializers.CharField(max_length=8000, allow_blank=True, required=False)
    evidence = EvidenceLink(many=True, required=False)
    criteria = stated(required=False)


class ReviewConfirm(StrictSerializer):
    digest = serializers.CharField(max_length=71, help_text="`content_digest` of what was read")


class ReviewReason(StrictSerializer):
    reason = serializers.CharField(max_length=4000)


class ReviewSummary(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    ecosystem = serializers.CharField(source="release.package.ecosystem")
    package = serializers.CharField(source="release.package.label")
    release = serializers.CharField(source="release.public_id")
    version = serializers.CharField(source="release.version")
    base = serializers.CharField(source="base.public_id", default=None, allow_null=True)
    base_version = serializers.CharField(source="base.version", default=None, allow_null=True)
    state = serializers.SerializerMethodField(help_text="draft, prepared, live, expired, withdrawn, superseded or discarded, now")
    verdict = serializers.CharField()
    criteria = serializers.ListField(child=serializers.CharField())
    thoroughness = serializers.CharField()
    left_out = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by.username")
    prepared_at = serializers.DateTimeField(allow_null=True)
    prepared_by = serializers.CharField(source="prepared_by.username", default=None, allow_null=True)
    content_digest = serializers.CharField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    supersedes = serializers.CharField(source="supersedes.public_id", default=None, allow_null=True)
    follows = serializers.CharField(source="follows.public_id", default=None, allow_null=True)

    def get_state(self, row: Review) -> str:
        return row.state()


class ReviewPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ReviewSummary(many=True)


class ReviewPoint(serializers.Serializer[Any]):
    key = serializers.CharField()
    kind = serializers.CharField(help_text="new, changed, moved, carried or same")
    open = serializers.BooleanField()
    capability = serializers.CharField()
    symbol = serializers.CharField()
    path = serializers.CharField()
    function = serializers.CharField()
    when = serializers.CharField()
    count = serializers.IntegerField()
    lines = serializers.ListField(child=serializers.IntegerField())
    detail = serializers.CharField()
    verdict = serializers.CharField(allow_null=True)
    why = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    carried = serializers.CharField(allow_null=True, help_text="Id of the review that it was carried over from")
    offered = serializers.CharField(allow_null=True, help_text="What was said of it before it changed or moved")
    mark = serializers.CharField()


class ReviewDetail(ReviewSummary):
    notes = serializers.CharField()
    evidence = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    decisions = serializers.IntegerField(help_text="Points that are still to be judged")
    minutes = serializers.IntegerField(help_text="About how long that takes")
    points = ReviewPoint(many=True)


def detail(row: Review) -> Any:
    """One review with its sheet."""
    sheet = sheet_of_review(row)
    points = [_point(item) for item in sheet.items]
    body = {
        "decisions": len(sheet.open),
        "minutes": sheet.minutes,
        "points": points,
        "notes": row.notes,
        "evidence": row.evidence,
    }
    return {**ReviewSummary(row).data, **body}


def _point(item: review_sheet.Item) -> dict[str, Any]:
    point, said = item.point, item.judged or {}
    return {
        "key": point.key,
        "kind": item.kind,
        "open": item.is_open,
        "capability": point.capability,
        "symbol": point.symbol,
        "path": point.path,
        "function": point.function,
        "when": point.when,
        "count": point.count,
        "lines": list(point.lines),
        "detail": point.detail,
        "verdict": said.get("verdict"),
        "why": said.get("why", ""),
        "by": said.get("by"),
        "carried": said.get("carried") or None,
        "offered": item.offered["verdict"] if item.offered else None,
        "mark": review_sheet.mark(item.judged),
    }


class ReviewList(Endpoint):
    """The reviews of a package (`joblib`, `conda:numpy`), and beginning another."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="reviews_list", responses=ReviewPage)
    def get(self, request: Request, label: str) -> Response:
        ecosystem, name = key_of(label)
        rows = review_rows().visible_to(self.actor).filter(release__package__ecosystem=ecosystem, release__package__name=name)
        return self.page(rows.defer("points"), lambda row: ReviewSummary(row).data)

    @extend_schema(operation_id="reviews_create", request=ReviewStart, responses={201: ReviewDetail})
    def post(self, request: Request, label: str) -> Response:
        """A draft of the same release and base that is being worked on is answered as it stands."""
        data = self.read(ReviewStart)
        ecosystem, name = key_of(label)
        releases = Release.objects.visible_to(self.actor).filter(package__ecosystem=ecosystem, package__name=name)
        release = _named(releases.select_related("package"), data["release"], "release")
        base = _named(releases.select_related("package"), data["base"], "base") if data.get("base") else None
        old = _named(Review.objects.visible_to(self.actor), data["supersedes"], "supersedes") if data.get("supersedes") else None

        def start() -> tuple[int, Any]:
            row = services.start_review(actor=self.actor, release=release, base=base, criteria=data["criteria"], supersedes=old)
            return 201, detail(row)

        return self.created(start)


def _named(rows: QuerySet[Any], public_id: str, field: str) -> Any:
    found = rows.filter(public_id=public_id).first() if "\x00" not in public_id else None
    if found is None:
        raise invalid_field(field, "unknown", _("There is no such thing, or you may not see it."))
    return found


class OfReview(Endpoint):
    def review(self, public_id: str) -> Review:
        row: Review = self.one(review_rows().visible_to(self.actor), public_id=public_id)
        return row


class ReviewDetails(OfReview):
    """One review with every point of its release and what is said about it."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="reviews_read", responses=ReviewDetail)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(detail(self.review(public_id)))


class ReviewPoints(OfReview):
    """Judging points of a draft. What is not named stays as it is."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="reviews_points", request=ReviewPointsInput, responses={200: ReviewDetail})
    def post(self, request: Request, public_id: str) -> Response:
        review = self.review(public_id)
        data = self.read(ReviewPointsInput)
        said = data.pop("points")
        points = {
            one["key"]: {"verdict": one["verdict"], "why": one["why"]} if one.get("verdict") is not None else None for one in said
        }
        if len(points) < len(said):
            raise invalid_field("points", "twice", _("A point is named twice."))
        seen = {one["key"]: one["seen"] for one in said if "seen" in one}
        return self.created(
            lambda: (
                200,
                detail(services.save_points(actor=self.actor, review=review, points=points, seen=seen, details=data)),
            )
        )


class ReviewPrepared(OfReview):
    """Handing a draft in: from then on it is not changed any more."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="reviews_prepare", request=ReviewPrepare, responses={200: ReviewSummary})
    def post(self, request: Request, public_id: str) -> Response:
        review = self.review(public_id)
        data = self.read(ReviewPrepare)
        return self.created(lambda: (200, ReviewSummary(services.prepare_review(actor=self.actor, review=review, **data)).data))


class ReviewConfirmed(OfReview):
    """Agreeing to a prepared review. Only a person of security who did not work on it."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="reviews_confirm", request=ReviewConfirm, responses={200: ReviewSummary})
    def post(self, request: Request, public_id: str) -> Response:
        review = self.review(public_id)
        digest = self.read(ReviewConfirm)["digest"]
        return self.created(
            lambda: (200, ReviewSummary(services.confirm_review(actor=self.actor, review=review, digest=digest)).data)
        )


class ReviewSentBack(OfReview):
    """Giving a prepared review back to work on. The answer is the new draft."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="reviews_send_back", request=ReviewReason, responses={201: ReviewSummary})
    def post(self, request: Request, public_id: str) -> Response:
        review = self.review(public_id)
        reason = self.read(ReviewReason)["reason"]
        return self.created(lambda: (201, ReviewSummary(services.send_back(actor=self.actor, review=review, reason=reason)).data))


class ReviewWithdrawn(OfReview):
    """Taking back what was prepared or confirmed, from now on."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="reviews_withdraw", request=ReviewReason, responses={200: ReviewSummary})
    def post(self, request: Request, public_id: str) -> Response:
        review = self.review(public_id)
        reason = self.read(ReviewReason)["reason"]
        return self.created(
            lambda: (200, ReviewSummary(services.withdraw_review(actor=self.actor, review=review, reason=reason)).data)
        )
