"""What model versions are worth, over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint
from foundation.errors import FieldError, Invalid, Missing
from governance.economics.api.worth import ThresholdOutput, WorthOfVersionOutput, WorthOutput, choice_body, short_body, worth_body
from governance.economics.drivers import Classification
from governance.economics.presenting.thresholds import wrong_told
from governance.economics.selectors.worth import Against, against_of
from governance.economics.thresholds import choice_of, classified, classifier_of, points_in, points_of_text
from governance.economics.wording.drivers import input_label
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from lineage.selectors.worth import metrics_of, worth_beside, worth_of_version

THIRDS = ("false_positive_rate", "precision")
LONGEST_POINTS = 6_000
NO_CASE: dict[str, Any] = {"status": "no_case", "sentence": "", "case": None, "a_year": None, "unknown": []}


class WorthDetails(Endpoint):
    """What a version brings a year against the approved case, else against the newest one, and which metrics that is due to."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="model_worth_read", responses=WorthOutput)
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(ModelVersion.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id)
        found = worth_of_version(row)
        who = {"model_version": row.public_id, "label": row.label}
        if found is None:
            return Response({**who, **NO_CASE, "npv": None, "equivalent_annual": None, "lines": []})
        return Response({**who, "case": _case(found.against), **worth_body(found.worth, approved=found.approved)})


class WorthList(Endpoint):
    """What each model version of a use case brings a year, newest first."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="case_versions_list", responses=WorthOfVersionOutput(many=True))
    def get(self, request: Request, slug: str) -> Response:
        use_case = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        against = against_of(use_case)

        def told(row: ModelVersion) -> dict[str, Any]:
            who = {"model_version": row.public_id, "label": row.label}
            if against is None:
                return {**who, **NO_CASE}
            found = worth_beside(against, row)
            return {**who, "case": _case(against), **short_body(found.worth, approved=found.approved)}

        return self.page(ModelVersion.objects.filter(use_case=use_case).prefetch_related("metrics"), told)


class ThresholdDetails(Endpoint):
    """From which score on a version should say yes, on one line of the case that a classifier drives."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="model_threshold_read",
        responses=ThresholdOutput,
        parameters=[
            OpenApiParameter("line", str, description="Key of the line; without it the first that a classifier drives"),
            OpenApiParameter(
                "points", str, description="One a line: threshold, recall and the third figure; without it those of the version"
            ),
            OpenApiParameter(
                "third", str, enum=THIRDS, description="What the third figure is; without it the false positive rate"
            ),
        ],
    )
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(ModelVersion.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id)
        metrics = list(row.metrics.all())
        found = worth_of_version(row, metrics)
        worth = found.worth if found is not None else None
        lines = classified(worth) if worth is not None else {}
        key = request.query_params.get("line") or next(iter(lines), "")
        if worth is None or key not in lines:
            raise Missing(_("No line of that name follows from a classifier."), code="economics.no_classifier")
        driver = classifier_of(worth, key)[1]
        points = _points(request, driver) if request.query_params.get("points") else points_in(metrics_of(metrics), driver)
        body = choice_body(choice_of(worth, key, points), worth.agreed.currency)
        return Response({"model_version": row.public_id, **body})


def _points(request: Request, driver: Classification) -> Any:
    """Raises Invalid with each line that cannot be used."""
    third = request.query_params.get("third") or THIRDS[0]
    text = request.query_params["points"]
    problems = []
    if third not in THIRDS:
        problems.append(FieldError("third", "choice", _("Write one of: %(choices)s.") % {"choices": ", ".join(THIRDS)}))
    if len(text) > LONGEST_POINTS:
        problems.append(FieldError("points", "too_long", _("That is more than is looked at.")))
    if not problems:
        points, wrong = points_of_text(text, driver, third)
        problems = [FieldError("points", item.code, wrong_told(item, input_label(third))) for item in wrong]
    if problems:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=problems)
    return points


def _case(against: Against) -> dict[str, Any]:
    return {
        "snapshot": against.snapshot.public_id,
        "number": against.snapshot.number,
        "currency": against.snapshot.currency,
        "baseline": against.baseline.public_id if against.baseline is not None else None,
    }
