"""Actuals, baselines and results over HTTP."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import decimal_text, digest_bytes
from foundation.errors import Invalid, Missing
from foundation.permissions import require
from governance.economics.actual_files import COSTS, Problem
from governance.economics.actual_files.model import month_of
from governance.economics.cashflow import Refused
from governance.economics.models import Actual, ActualImport, ActualImportRow, Baseline, Case, Snapshot
from governance.economics.permissions.actuals import may_record_actuals
from governance.economics.presenting.actuals import results_body
from governance.economics.selectors.actuals import state_of
from governance.economics.selectors.baselines import baseline_of, results
from governance.economics.services.actual_imports import take_in, try_actuals
from governance.economics.services.actuals import MOST_AT_ONCE, correct_actual, record_actuals
from governance.economics.wording.actuals import problem_said, problem_told
from governance.economics.wording.refusals import refused_told
from governance.usecases.models import UseCase
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import was_too_large

MOST_ROWS = 1000  # of a report that stand in one answer; all of them are on its page


class _OfCase(Endpoint):
    """What belongs to the case of a use case. `{id}` is the public id of the case, or of one of its snapshots."""

    def case(self, slug: str, public_id: str) -> Case:
        use_case: UseCase = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = Case.objects.visible_to(self.actor).select_related("use_case").filter(use_case=use_case)
        if public_id.startswith(f"{Snapshot.public_id_prefix}_"):
            rows = rows.filter(snapshots__public_id=public_id)
        else:
            rows = rows.filter(public_id=public_id)
        found: Case = self.one(rows)
        return found


class AmountInput(serializers.CharField):
    """An amount as a text or a number of JSON, digit by digit as it was sent."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(format(data, "f") if isinstance(data, Decimal) and abs(data.adjusted()) < 40 else data)


class ActualInput(StrictSerializer):
    line = serializers.CharField(max_length=60, help_text="The key of the line")
    month = serializers.CharField(max_length=20, help_text="2026-03")
    amount = AmountInput(max_length=40, help_text="Positive in the direction of the line: 1234.56")
    currency = serializers.CharField(max_length=3, allow_blank=True, default="", help_text="Empty: the case's")
    reference = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="What the source calls it; the same one is taken in once"
    )
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ActualsInput(StrictSerializer):
    actuals = ActualInput(many=True, allow_empty=False, help_text=f"At most {MOST_AT_ONCE}")
    corrections = serializers.BooleanField(
        default=False, help_text="Another amount under a known reference takes its place; otherwise it is refused"
    )


class ActualOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    line = serializers.CharField()
    month = serializers.SerializerMethodField()
    amount = serializers.SerializerMethodField(help_text="In the case's currency")
    original = serializers.SerializerMethodField(help_text="As it was sent, in `currency`")
    currency = serializers.CharField()
    source = serializers.ChoiceField(choices=Actual.Source.choices)  # type: ignore[assignment] # a field of that name
    reference = serializers.CharField()
    note = serializers.CharField()
    replaces = serializers.CharField(source="replaces.public_id", allow_null=True, default=None)
    replaced_by = serializers.SerializerMethodField()
    recorded_by = serializers.CharField(source="recorded_by.public_id", allow_null=True, default=None)
    recorded_at = serializers.DateTimeField()

    def get_month(self, row: Actual) -> str:
        return f"{row.month:%Y-%m}"

    def get_amount(self, row: Actual) -> str:
        return decimal_text(row.amount)

    def get_original(self, row: Actual) -> str:
        return decimal_text(row.original)

    def get_replaced_by(self, row: Actual) -> str | None:
        later = getattr(row, "replaced_by", None)
        return later.public_id if later is not None else None


class ActualTakenOutput(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=["new", "corrected", "same"])
    id = serializers.CharField(allow_null=True)
    reference = serializers.CharField()


class ActualsTakenOutput(serializers.Serializer[Any]):
    counts = serializers.DictField(child=serializers.IntegerField())
    results = ActualTakenOutput(many=True)


class Actuals(_OfCase):
    """What lines really came to."""

    scopes = {"GET": "read", "POST": "measurements:write"}

    @extend_schema(
        operation_id="actuals_list",
        responses=ActualOutput(many=True),
        parameters=[
            OpenApiParameter("line", OpenApiTypes.STR, description="key of a line"),
            OpenApiParameter("month", OpenApiTypes.STR, description="2026-03"),
            OpenApiParameter("source", OpenApiTypes.STR, enum=[str(value) for value in Actual.Source.values]),
            OpenApiParameter("standing", OpenApiTypes.STR, description="1: only what nothing took the place of"),
        ],
    )
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        """Newest first, with corrections and what they took the place of."""
        rows = Actual.objects.visible_to(self.actor).filter(case=self.case(slug, public_id))
        query = request.query_params
        for name in ("line", "source"):
            if query.get(name):
                rows = rows.filter(**{name: query[name].replace("\x00", "")})
        if query.get("month"):
            month, wrong = month_of(query["month"], "month", date.max)
            if month is None:
                raise invalid_field("month", "invalid", problem_said(wrong or Problem("empty", "month")))
            rows = rows.filter(month=month)
        if query.get("standing", "") in ("1", "true"):
            rows = rows.filter(replaced_by__isnull=True)
        rows = rows.select_related("recorded_by", "replaces", "replaced_by")
        return self.page(rows, lambda row: ActualOutput(row).data)

    @extend_schema(
        operation_id="actuals_record",
        request=ActualsInput,
        responses={200: ActualsTakenOutput, 201: ActualsTakenOutput},
        parameters=[OpenApiParameter("dry_run", OpenApiTypes.STR, description="1: try only")],
    )
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        """All of it or nothing. 201 where anything was written; 200 where all of it was there already, or with `dry_run=1`."""
        case = self.case(slug, public_id)
        data = self.read(ActualsInput)
        dry = request.query_params.get("dry_run", "") in ("1", "true")

        def taken() -> tuple[int, Any]:
            found = record_actuals(
                actor=self.actor, use_case=case.use_case, entries=data["actuals"], corrections=data["corrections"], dry_run=dry
            )
            body = {
                "counts": {name: found.counts[name] for name in ("new", "corrected", "same")},
                "results": [
                    {"outcome": str(one.outcome), "id": row.public_id if row else None, "reference": one.entry.reference}
                    for one, row in zip(found.planned, found.rows, strict=True)
                ],
            }
            wrote = not dry and (found.counts["new"] or found.counts["corrected"])
            return 201 if wrote else 200, body

        return self.created(taken)


class ActualCorrectionInput(StrictSerializer):
    amount = AmountInput(max_length=40)
    currency = serializers.CharField(max_length=3, allow_blank=True, default="", help_text="Empty: as it was")
    because = serializers.CharField(max_length=2000)


class ActualCorrection(_OfCase):
    """Another amount in the place of one that is wrong. Both stay."""

    scopes = {"POST": "measurements:write"}

    @extend_schema(operation_id="actual_correct", request=ActualCorrectionInput, responses={201: ActualOutput})
    def post(self, request: Request, slug: str, public_id: str, actual_id: str) -> Response:
        rows = Actual.objects.visible_to(self.actor).filter(case=self.case(slug, public_id)).select_related("case__use_case")
        row = self.one(rows, public_id=actual_id)
        data = self.read(ActualCorrectionInput)
        return self.created(lambda: (201, ActualOutput(correct_actual(actor=self.actor, actual=row, **data)).data))


class ActualsImportInput(StrictSerializer):
    """A file as `multipart/form-data`. `rules` is JSON: a list of `{"by", "name", "value", "line"}`."""

    file = serializers.FileField(allow_empty_file=True)
    kind = serializers.ChoiceField(choices=ActualImport.Kind.choices, default=ActualImport.Kind.ROWS)
    rules = serializers.CharField(max_length=200_000, allow_blank=True, default="")
    cost = serializers.ChoiceField(choices=COSTS, default=COSTS[0], help_text="Of a bill: the column that is taken")
    corrections = serializers.BooleanField(default=False)
    only_good = serializers.BooleanField(default=False, help_text="Leave out rows with problems")


class ActualsImportRowOutput(serializers.Serializer[Any]):
    row = serializers.CharField(source="place")
    outcome = serializers.ChoiceField(choices=ActualImportRow.Outcome.choices)
    line = serializers.CharField()
    month = serializers.CharField()
    amount = serializers.CharField()
    reference = serializers.CharField()
    problems = serializers.SerializerMethodField()

    def get_problems(self, row: ActualImportRow) -> list[dict[str, str]]:
        return [
            {"code": item["code"], "column": item["column"], "message": problem_told(item["code"], item["params"])}
            for item in row.problems
        ]


WORDS = {"checking": "running", "taking": "running"}  # what a program waits for in either case


def present_import(run: ActualImport, slug: str) -> dict[str, Any]:
    """A file with its counts and the first rows of its report."""
    return {
        "id": run.public_id,
        "kind": run.kind,
        "state": WORDS.get(state := state_of(run), state),
        "job": run.job.public_id if run.job else None,
        "sha256": run.sha256,
        "rules": run.rules,
        "counts": run.counts,
        "found": run.found,
        "failure": run.failure,
        "rows": ActualsImportRowOutput(run.rows.order_by("number")[:MOST_ROWS], many=True).data,
        "html_url": f"{settings.BASE_URL}/use-cases/{slug}/cost-benefit/actuals/files/{run.public_id}/",
    }


class ActualsImport(_OfCase):
    """Try a file of actuals, or take it in: CSV or XLSX of line, month and amount, or a cloud bill in the form of FOCUS.

    With `dry_run=1` nothing is taken in. Without, the file is tried, and taken in if no row has a problem, or if `only_good` leaves
    those rows out; else 409. A large file is a job: 202. Charges of a bill that belong to no line are told and never taken in.
    """

    scopes = {"POST": "measurements:write"}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="actuals_import",
        request={"multipart/form-data": ActualsImportInput},
        parameters=[OpenApiParameter("dry_run", OpenApiTypes.STR, description="1: try only")],
        responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        case = self.case(slug, public_id)
        require(may_record_actuals(self.actor, case.use_case))
        bool(request.data)  # only what was read was found too large
        if was_too_large(request._request):
            raise too_large()
        said = self.read(ActualsImportInput)
        dry = request.query_params.get("dry_run", "") in ("1", "true")
        file = said.pop("file")
        data, rules = file.read(), _rules(said.pop("rules"))

        def done() -> tuple[int, Any]:
            run = try_actuals(
                actor=self.actor,
                use_case=case.use_case,
                data=data,
                name=str(file.name),
                rules=rules,
                then_take_in=not dry,
                **said,
            )
            if run.checked_at is None:
                return 202, present_import(run, slug)
            if dry:
                return 200, present_import(run, slug)
            run = take_in(actor=self.actor, checked=run, only_good=said["only_good"])
            return (201 if run.finished_at else 202), present_import(run, slug)

        return self.created(done, said={**said, "rules": rules, "sha256": digest_bytes(data)})


def _rules(text: str) -> list[dict[str, Any]]:
    if not text:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_field("rules", "json", _("The rules are not JSON.")) from error
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise invalid_field("rules", "shape", _("Rules are a list of objects with by, name, value and line."))
    return [{name: item.get(name, "") for name in ("by", "name", "value", "line")} for item in found]


class BaselineOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    snapshot = serializers.CharField(source="snapshot.public_id")
    snapshot_number = serializers.IntegerField(source="snapshot.number")
    starts_on = serializers.DateField(help_text="The first day of period 0")
    request = serializers.CharField(help_text="The request that decided it")
    approved_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.ChoiceField(choices=Baseline.Ended.choices, allow_null=True)


class Baselines(_OfCase):
    """The baselines of a case, newest first. One is made by an approval (`POST /requests`), and by nothing else."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="baselines_list", responses=BaselineOutput(many=True))
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        rows = Baseline.objects.visible_to(self.actor).filter(case=self.case(slug, public_id)).select_related("snapshot")
        return self.page(rows, lambda row: BaselineOutput(row).data)


class LineResultOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    until = serializers.CharField(allow_null=True)
    planned_to_date = serializers.CharField()
    actual_to_date = serializers.CharField()
    planned = serializers.CharField()
    at_completion = serializers.CharField()
    method = serializers.ChoiceField(choices=["plan", "pace", "rest", "done"], help_text="How what is to come was reckoned")
    pace = serializers.CharField(allow_null=True)


class ResultsOutput(serializers.Serializer[Any]):
    """Amounts to the cent in the case's currency, the share and paces to six digits."""

    baseline = serializers.CharField()
    snapshot = serializers.CharField()
    starts_on = serializers.DateField()
    currency = serializers.CharField()
    until = serializers.CharField(allow_null=True)
    complete_until = serializers.CharField(allow_null=True)
    planned_npv = serializers.CharField()
    expected_npv = serializers.CharField()
    difference = serializers.CharField()
    share = serializers.CharField(allow_null=True)
    tolerance = serializers.CharField()
    exceeded = serializers.BooleanField(help_text="The case has to be approved again")
    cost_overrun = serializers.CharField()
    benefit_shortfall = serializers.CharField()
    left_out = serializers.IntegerField()
    months = serializers.ListField(child=serializers.CharField())
    cumulative_planned = serializers.ListField(child=serializers.CharField())
    cumulative_expected = serializers.ListField(child=serializers.CharField())
    lines = LineResultOutput(many=True)


class ResultsView(_OfCase):
    """What came of the baseline that holds: to date, by the end, and how far that is from what was agreed."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="economics_results", responses=ResultsOutput)
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        baseline = baseline_of(self.case(slug, public_id))
        if baseline is None:
            raise Missing(_("No baseline holds: costs and benefits have to be approved first."), code="economics.no_baseline")
        try:
            return Response(results_body(results(baseline), baseline))
        except Refused as error:
            raise Invalid(refused_told(error), code="economics.refused") from error
