"""What people ask to have reviewed, and the smallest work that would cover a lock file, over HTTP."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from governance.dependencies import services
from governance.dependencies.api.criteria import stated
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI
from governance.dependencies.models import DependencySet, ReviewRequest
from governance.dependencies.review_graph import NewReview, Work
from governance.dependencies.selectors.criteria import not_offered
from governance.dependencies.selectors.work import Suggestions, Uncovered, suggestions_of
from governance.dependencies.wording_reviews import comment_of, why_told
from governance.usecases.models import UseCase


class ReviewRequestInput(StrictSerializer):
    ecosystem = serializers.CharField(max_length=40, default=PYPI)
    name = serializers.CharField(max_length=LONGEST_NAME)
    version = serializers.CharField(max_length=LONGEST_NAME)
    criteria = stated(default=["safe-to-deploy"])
    use_case = serializers.CharField(
        max_length=80, required=False, allow_null=True, help_text="Slug of the use case that needs it"
    )
    why = serializers.CharField(max_length=500, allow_blank=True, default="")


class ReviewRequestOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    criteria = serializers.ListField(child=serializers.CharField())
    requesters = serializers.SerializerMethodField(help_text="How many people asked, each for a use case or for none")
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_requesters(self, row: ReviewRequest) -> int:
        return len(row.requesters.all())


class ReviewRequestPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ReviewRequestOutput(many=True)


class SuggestedReview(serializers.Serializer[Any]):
    base = serializers.CharField(allow_null=True, help_text="Id of the release it starts from; null: all of it")
    base_version = serializers.CharField(allow_null=True)
    release = serializers.CharField()
    version = serializers.CharField()
    lines = serializers.IntegerField()
    native_files = serializers.IntegerField()
    points = serializers.IntegerField()


class SuggestedWork(serializers.Serializer[Any]):
    lines = serializers.IntegerField()
    native_files = serializers.IntegerField()
    points = serializers.IntegerField()
    reviews = SuggestedReview(many=True)


class Suggestion(serializers.Serializer[Any]):
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    line = serializers.IntegerField()
    release = serializers.CharField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    best = SuggestedWork(allow_null=True, help_text="The smallest work")
    single = SuggestedWork(allow_null=True, help_text="One review alone, where that is more to read than `best`")
    separate = serializers.DictField(child=SuggestedWork(), help_text="By criterion, where that is less than one way for all")
    why = serializers.CharField(help_text="not_at_hand, failed or unmeasured where there is nothing to offer")
    said = serializers.CharField(help_text="The same in words")


class SuggestionList(serializers.Serializer[Any]):
    asked = serializers.IntegerField(help_text="Requirements that want a review")
    lines = serializers.IntegerField()
    native_files = serializers.IntegerField()
    points = serializers.IntegerField()
    suggestions = Suggestion(many=True)
    comment = serializers.CharField(help_text="Markdown for a merge request: exactly what is missing")


class ReviewRequestList(Endpoint):
    """Versions that people need reviewed, and asking for another: who asks for the same joins in."""

    scopes = {"GET": "read", "POST": "requests:write"}

    @extend_schema(
        operation_id="review_requests_list",
        parameters=[OpenApiParameter("open", bool, description="1: only those that are not closed")],
        responses=ReviewRequestPage,
    )
    def get(self, request: Request) -> Response:
        rows = ReviewRequest.objects.visible_to(self.actor).prefetch_related("requesters")
        if request.query_params.get("open") in ("1", "true"):
            rows = rows.filter(closed_at=None)
        return self.page(rows, lambda row: ReviewRequestOutput(row).data)

    @extend_schema(operation_id="review_requests_create", request=ReviewRequestInput, responses={201: ReviewRequestOutput})
    def post(self, request: Request) -> Response:
        data = self.read(ReviewRequestInput)
        slug = data.pop("use_case", None)
        use_case = self.case_named(slug) if slug else self.own_case()
        return self.created(
            lambda: (
                201,
                ReviewRequestOutput(services.ask_review(actor=self.actor, use_case=use_case, **data)).data,
            )
        )

    def case_named(self, slug: str) -> UseCase:
        found: UseCase | None = UseCase.objects.visible_to(self.actor).filter(slug=slug).first()
        if found is None:
            raise invalid_field("use_case", "unknown", _("There is no such use case, or you may not see it."))
        return found

    def own_case(self) -> UseCase | None:
        """The one use case that a token was made for."""
        bound = self.actor.bound_to
        return UseCase.objects.visible_to(self.actor).filter(public_id=bound).first() if bound else None


class DependencySetSuggestions(Endpoint):
    """The smallest work that would cover a lock file."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="dependency_sets_suggestions",
        parameters=[
            OpenApiParameter("use_case", str, description="Slug: what is demanded follows from its risk"),
            OpenApiParameter(
                "criteria",
                str,
                description="Without a use case: criteria, with commas between them; else what the highest risk demands",
            ),
        ],
        responses=SuggestionList,
    )
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(DependencySet.objects.visible_to(self.actor).defer("raw"), public_id=public_id)
        slug, names = request.query_params.get("use_case", ""), request.query_params.get("criteria", "")
        use_case = self.one(UseCase.objects.visible_to(self.actor), slug=slug) if slug else None
        criteria = [name.strip() for name in names.split(",") if name.strip()]
        wrong, offered = not_offered(criteria)
        if wrong:
            raise invalid_field("criteria", "unknown", _("There are these criteria: %(known)s.") % {"known": ", ".join(offered)})
        found = suggestions_of(row, use_case=use_case, criteria=criteria)
        address = request.build_absolute_uri(reverse("dependency_set", args=[row.public_id]))
        size = found.size
        return Response(
            {
                "asked": found.asked,
                "lines": size.lines,
                "native_files": size.native_files,
                "points": size.points,
                "suggestions": [_suggestion(item, found) for item in found.items],
                "comment": comment_of(row.path, found, address=address),
            }
        )


def _suggestion(item: Uncovered, found: Suggestions) -> dict[str, Any]:
    offer, row = item.offer, item.requirement
    single = offer.single if offer is not None and offer.single != offer.best else None
    separate = (offer.separate or {}) if offer is not None else {}
    return {
        "ecosystem": row.ecosystem,
        "name": row.name,
        "version": row.version,
        "line": row.line,
        "release": item.node if item.node in found.releases else None,
        "missing": list(item.missing),
        "best": _work(offer.best, found) if offer is not None else None,
        "single": _work(single, found),
        "separate": {name: _work(work, found) for name, work in separate.items()},
        "why": item.why,
        "said": why_told(item.why) if item.why else "",
    }


def _work(work: Work | None, found: Suggestions) -> dict[str, Any] | None:
    if work is None:
        return None
    size = work.size
    reviews = [_review(step, found) for step in work.reviews]
    return {"lines": size.lines, "native_files": size.native_files, "points": size.points, "reviews": reviews}


def _review(step: NewReview, found: Suggestions) -> dict[str, Any]:
    base = found.releases.get(step.base)
    return {
        "base": step.base or None,
        "base_version": base.version if base is not None else None,
        "release": step.target,
        "version": found.releases[step.target].version,
        "lines": step.size.lines,
        "native_files": step.size.native_files,
        "points": step.size.points,
    }
