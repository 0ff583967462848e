"""Provisions over HTTP: asking for one, what was used of it, and giving it back. People decide in a request for approval."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import decimal_text
from governance.economics import services
from governance.economics.api.numbers import NumberInput
from governance.economics.models import Budget, ProvisionRequest, ProvisionUse
from governance.economics.models.provisions import LONGEST_NEED, LONGEST_REASON
from governance.economics.provision_costs import lines_of, month_after, total_of
from governance.economics.provision_effect import cents, from_mapping
from governance.economics.selectors.provisions import as_answered, months_of, provisions_of, provisions_seen_by
from governance.economics.services import provision_checks as checks
from governance.usecases.models import StackDeviation, UseCase

MONTH = r"20[0-9]{2}-(0[1-9]|1[0-2])"


@extend_schema_field({"type": "string", "pattern": MONTH, "example": "2027-01"})
class MonthInput(serializers.Field[date, Any, str, Any]):
    """A month; its value is its first day."""

    default_error_messages = {"invalid": _("Write a month as a year and a month, such as 2027-01.")}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not re.fullmatch(MONTH, data):
            self.fail("invalid")
        return date.fromisoformat(f"{data}-01")

    def to_representation(self, value: date) -> str:
        return f"{value:%Y-%m}"


class ProvisionLineInput(StrictSerializer):
    key = serializers.RegexField(r"\A" + checks.KEY.pattern + r"\Z", required=False)
    title = serializers.CharField(max_length=checks.LONGEST_TITLE)
    quantity = NumberInput(max_digits=18, decimal_places=6, min_value=0, help_text="A month")
    unit = serializers.CharField(max_length=checks.LONGEST_UNIT, allow_blank=True, default="")
    unit_price = NumberInput(max_digits=18, decimal_places=6, min_value=0)
    from_month = MonthInput(required=False)
    to_month = MonthInput(required=False)


class ProvisionAlternativeInput(StrictSerializer):
    title = serializers.CharField(max_length=checks.LONGEST_ALTERNATIVE)
    cost = NumberInput(max_digits=14, decimal_places=2, min_value=0, help_text="For the same time")
    why_not = serializers.CharField(max_length=checks.LONGEST_WHY_NOT)


class ProvisionEffectInput(StrictSerializer):
    days = NumberInput(max_digits=6, decimal_places=2, min_value=0, default=Decimal(0), help_text="Later by so many days")
    a_year = NumberInput(max_digits=14, decimal_places=2, min_value=0, default=Decimal(0), help_text="Money a year less")
    because = serializers.CharField(max_length=checks.LONGEST_BECAUSE)
    a_day = NumberInput(max_digits=14, decimal_places=2, min_value=0, required=False, help_text="Left out: what the case says")
    a_day_because = serializers.CharField(max_length=LONGEST_REASON, required=False)


class ProvisionInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=ProvisionRequest.Kind.choices)
    title = serializers.CharField(max_length=120)
    need = serializers.CharField(max_length=LONGEST_NEED)
    lines = ProvisionLineInput(many=True, allow_empty=False)
    alternatives = ProvisionAlternativeInput(many=True, required=False)
    no_cheaper = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, default="")
    without = ProvisionEffectInput()
    budget = serializers.CharField(max_length=40, help_text="Public id")
    from_date = serializers.DateField()
    until_date = serializers.DateField(help_text="The last day")
    renews = serializers.CharField(max_length=40, required=False, help_text="Public id of what it renews")
    deviation = serializers.CharField(max_length=40, required=False, help_text="Of an exception: public id of a stack deviation")


class ProvisionUseInput(StrictSerializer):
    month = MonthInput()
    amount = NumberInput(max_digits=18, decimal_places=2, help_text="In the budget's currency; a correction may be negative")
    quantity = NumberInput(max_digits=18, decimal_places=6, default=Decimal(0))
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    source = serializers.ChoiceField(choices=ProvisionUse.Source.choices, default=ProvisionUse.Source.CI)  # type: ignore[assignment] # the name of the field
    reference = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="Of a run or bill: the same one is taken in once"
    )
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ProvisionEndInput(StrictSerializer):
    because = serializers.CharField(max_length=500)


class ProvisionPersonOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField(source="get_full_name")


class ProvisionLineOutput(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.CharField()
    unit = serializers.CharField()
    unit_price = serializers.CharField()
    from_month = serializers.CharField()
    to_month = serializers.CharField()
    total = serializers.CharField()


class ProvisionAlternativeOutput(serializers.Serializer[Any]):
    title = serializers.CharField()
    cost = serializers.CharField()
    why_not = serializers.CharField()


class ProvisionEffectOutput(serializers.Serializer[Any]):
    days = serializers.CharField()
    a_year = serializers.CharField()
    because = serializers.CharField()
    a_day = serializers.CharField(allow_null=True)
    a_day_because = serializers.CharField()
    source = serializers.CharField(help_text="case, stated or unknown")  # type: ignore[assignment] # the name of the field
    money = serializers.CharField(allow_null=True, help_text="Days times the value of one")
    snapshot = serializers.IntegerField(allow_null=True, help_text="The version of the case that the value of a day is from")


class ProvisionMonthOutput(serializers.Serializer[Any]):
    month = serializers.CharField()
    asked = serializers.CharField()
    spent = serializers.CharField()


class ProvisionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    use_case = serializers.CharField(source="use_case.slug")
    state = serializers.SerializerMethodField(help_text="asked, approved, refused, withdrawn, expired or ended, now")
    kind = serializers.CharField()
    title = serializers.CharField()
    need = serializers.CharField()
    lines = serializers.SerializerMethodField()
    alternatives = ProvisionAlternativeOutput(many=True)
    no_cheaper = serializers.CharField()
    without = serializers.SerializerMethodField()
    currency = serializers.CharField()
    total = serializers.SerializerMethodField()
    spent = serializers.SerializerMethodField(help_text="Recorded use")
    budget = serializers.CharField(source="budget.public_id")
    from_date = serializers.DateField()
    until_date = serializers.DateField()
    renews = serializers.CharField(source="renews.public_id", default=None, allow_null=True)
    deviation = serializers.CharField(source="deviation.public_id", default=None, allow_null=True)
    request = serializers.CharField(allow_null=True, help_text="The request that decided")
    decided_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField(allow_null=True)
    created_by = ProvisionPersonOutput(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_state(self, row: ProvisionRequest) -> str:
        return row.state()

    def get_total(self, row: ProvisionRequest) -> str:
        return decimal_text(row.total)

    def get_spent(self, row: Any) -> str:
        return decimal_text(row.spent)

    @extend_schema_field(ProvisionLineOutput(many=True))
    def get_lines(self, row: ProvisionRequest) -> list[dict[str, Any]]:
        return [
            {
                "key": line.key,
                "title": line.title,
                "quantity": decimal_text(line.quantity),
                "unit": line.unit,
                "unit_price": decimal_text(line.unit_price),
                "from_month": f"{month_after(row.from_date, line.first):%Y-%m}",
                "to_month": f"{month_after(row.from_date, line.last):%Y-%m}",
                "total": decimal_text(total_of([line])),
            }
            for line in lines_of(row.lines)
        ]

    @extend_schema_field(ProvisionEffectOutput)
    def get_without(self, row: ProvisionRequest) -> dict[str, Any]:
        effect = from_mapping(row.without)
        return {
            "days": decimal_text(effect.days),
            "a_year": decimal_text(effect.a_year),
            "because": effect.because,
            "a_day": decimal_text(effect.a_day) if effect.a_day is not None else None,
            "a_day_because": effect.a_day_because,
            "source": effect.source,
            "money": decimal_text(cents(effect.money)) if effect.money is not None else None,
            "snapshot": effect.snapshot,
        }


class ProvisionDetailsOutput(ProvisionOutput):
    months = serializers.SerializerMethodField(help_text="What was asked for and spent, month by month")

    @extend_schema_field(ProvisionMonthOutput(many=True))
    def get_months(self, row: ProvisionRequest) -> list[dict[str, str]]:
        return [
            {
                "month": f"{month.first_day:%Y-%m}",
                "asked": decimal_text(cents(month.asked)),
                "spent": decimal_text(month.spent),
            }
            for month in months_of(row)
        ]


class ProvisionPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ProvisionOutput(many=True)


class ProvisionUseOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    month = serializers.SerializerMethodField()
    quantity = serializers.SerializerMethodField()
    unit = serializers.CharField()
    amount = serializers.SerializerMethodField()
    source = serializers.CharField()  # type: ignore[assignment] # the name of the field
    reference = serializers.CharField()
    note = serializers.CharField()
    recorded_at = serializers.DateTimeField()

    def get_month(self, row: ProvisionUse) -> str:
        return f"{row.month:%Y-%m}"

    def get_quantity(self, row: ProvisionUse) -> str:
        return decimal_text(row.quantity)

    def get_amount(self, row: ProvisionUse) -> str:
        return decimal_text(row.amount)


class ProvisionList(Endpoint):
    """What a use case asked for, newest first, and asking for something."""

    scopes = {"GET": "read", "POST": "governance:write"}

    def use_case(self, slug: str) -> UseCase:
        found: UseCase = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return found

    @extend_schema(
        operation_id="provisions_list",
        parameters=[OpenApiParameter("kind", enum=ProvisionRequest.Kind.values)],
        responses=ProvisionPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = provisions_of(self.use_case(slug)).select_related("use_case", "budget", "created_by", "renews", "deviation")
        if kind := request.query_params.get("kind"):
            if kind not in ProvisionRequest.Kind.values:
                raise invalid_field("kind", "unknown", _("There is no such kind."))
            rows = rows.filter(kind=kind)
        return self.page(rows, lambda row: ProvisionOutput(row).data)

    @extend_schema(operation_id="provisions_create", request=ProvisionInput, responses={201: ProvisionDetailsOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Writes it down. It is put before people by `POST /requests` with the type `provision_request`."""
        use_case = self.use_case(slug)
        data = self.read(ProvisionInput)
        data["budget"] = self._named(Budget.objects.visible_to(self.actor), data, "budget")
        data["renews"] = self._named(ProvisionRequest.objects.visible_to(self.actor), data, "renews")
        data["deviation"] = self._named(StackDeviation.objects.visible_to(self.actor), data, "deviation")

        def act() -> tuple[int, Any]:
            row = services.ask_provision(actor=self.actor, use_case=use_case, **data)
            return 201, details(row)

        return self.created(act)

    @staticmethod
    def _named(rows: Any, data: dict[str, Any], field: str) -> Any:
        if field not in data:
            return None
        found = rows.filter(public_id=data[field].replace("\x00", "")).first()
        if found is None:
            raise invalid_field(field, "unknown", _("There is no such thing, or you may not see it."))
        return found


def details(row: ProvisionRequest) -> Any:
    return ProvisionDetailsOutput(as_answered(row)).data


class OfProvision(Endpoint):
    def provision(self, public_id: str) -> ProvisionRequest:
        found: ProvisionRequest = self.one(provisions_seen_by(self.actor), public_id=public_id)
        return found


class ProvisionDetails(OfProvision):
    """One provision, with what it was to cost and what it cost month by month."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="provisions_read", responses=ProvisionDetailsOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(details(self.provision(public_id)))


class ProvisionUses(OfProvision):
    """What was used and paid in a month, from a pipeline, a bill or a person."""

    scopes = {"POST": "measurements:write"}

    @extend_schema(
        operation_id="provisions_record_use",
        request=ProvisionUseInput,
        responses={200: ProvisionUseOutput, 201: ProvisionUseOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """201 for what is new, 200 where the same reference was taken in before."""
        row, data = self.provision(public_id), self.read(ProvisionUseInput)

        def act() -> tuple[int, Any]:
            done = services.record_use(actor=self.actor, provision=row, **data)
            return 201 if done.is_new else 200, ProvisionUseOutput(done.use).data

        return self.created(act)


class ProvisionEnd(OfProvision):
    """Taking an ask back, or giving back early what was approved."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="provisions_end", request=ProvisionEndInput, responses={200: ProvisionDetailsOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.provision(public_id), self.read(ProvisionEndInput)

        def act() -> tuple[int, Any]:
            return 200, details(services.end_provision(actor=self.actor, provision=row, because_of=data["because"]))

        return self.created(act)
