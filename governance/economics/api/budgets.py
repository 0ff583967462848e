"""Budgets over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import clock
from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import decimal_text
from foundation.errors import Invalid
from governance.economics import services
from governance.economics.api.numbers import NumberInput
from governance.economics.budget_figures import Figures
from governance.economics.models import Budget
from governance.economics.selectors.budgets import figures_of_budgets, person_named
from governance.people.models import User


class BudgetInput(StrictSerializer):
    team = serializers.CharField(max_length=120)
    title = serializers.CharField(max_length=120)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="ISO 4217")
    amount = NumberInput(max_digits=18, decimal_places=2, min_value=0)
    from_date = serializers.DateField()
    to_date = serializers.DateField(help_text="The last day that it is for")
    holder = serializers.CharField(max_length=60, help_text="User name: a budget holder of the whole organisation")
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")


class BudgetChangeInput(StrictSerializer):
    """One change at a time, and why."""

    amount = NumberInput(max_digits=18, decimal_places=2, min_value=0, required=False, help_text="Raise or cut it")
    holder = serializers.CharField(max_length=60, required=False, help_text="User name of another holder")
    ended = serializers.BooleanField(required=False, help_text="true: end it")
    reason = serializers.CharField(max_length=500)


class BudgetHolderOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    username = serializers.CharField()
    name = serializers.CharField(source="get_full_name")


class BudgetFiguresOutput(serializers.Serializer[Any]):
    """left = amount - spent - committed; asked is never subtracted."""

    amount = serializers.CharField()
    spent = serializers.CharField(help_text="Recorded use")
    committed = serializers.CharField(help_text="Approved and not over, less what of it is spent")
    left = serializers.CharField()
    asked = serializers.CharField(help_text="Open requests, on which nobody has decided")


class BudgetChangeOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    reason = serializers.CharField()
    changed_at = serializers.DateTimeField()

    def get_before(self, row: Any) -> str:
        return decimal_text(row.before)

    def get_after(self, row: Any) -> str:
        return decimal_text(row.after)


class BudgetOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    team = serializers.CharField()
    title = serializers.CharField()
    currency = serializers.CharField()
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    holder = BudgetHolderOutput()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    figures = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()

    @extend_schema_field(BudgetFiguresOutput)
    def get_figures(self, row: Budget) -> dict[str, str]:
        known: Figures = self.context["figures"][row.pk]
        names = ("amount", "spent", "committed", "left", "asked")
        return {name: decimal_text(getattr(known, name)) for name in names}

    @extend_schema_field(BudgetChangeOutput(many=True))
    def get_changes(self, row: Budget) -> Any:
        return BudgetChangeOutput(sorted(row.changes.all(), key=lambda item: -item.pk), many=True).data


class BudgetPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = BudgetOutput(many=True)


def body_of(row: Budget) -> Any:
    return BudgetOutput(row, context={"figures": figures_of_budgets([row])}).data


class BudgetList(Endpoint):
    """Budgets of teams with where each stands, newest first, and opening one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="budgets_list",
        parameters=[
            OpenApiParameter("team", description="Its name"),
            OpenApiParameter("open", bool, description="1: only those that something can draw on today or later"),
        ],
        responses=BudgetPage,
    )
    def get(self, request: Request) -> Response:
        rows = Budget.objects.visible_to(self.actor).select_related("holder").prefetch_related("changes")
        if team := request.query_params.get("team", "").replace("\x00", ""):
            rows = rows.filter(team=team)
        if request.query_params.get("open") in ("1", "true"):
            rows = rows.filter(ended_at=None, to_date__gte=clock.now().date())
        kept: list[Budget] = []

        def keep(row: Budget) -> Budget:
            kept.append(row)
            return row

        answer = self.page(rows, keep)
        context = {"figures": figures_of_budgets(kept)}
        answer.data["results"] = [BudgetOutput(row, context=context).data for row in kept]
        return answer

    @extend_schema(operation_id="budgets_create", request=BudgetInput, responses={201: BudgetOutput})
    def post(self, request: Request) -> Response:
        data = self.read(BudgetInput)
        data["holder"] = holder_named(data["holder"])
        return self.created(lambda: (201, body_of(services.open_budget(actor=self.actor, **data))))


class BudgetDetails(Endpoint):
    """One budget: raised, cut, handed to another holder or ended by PATCH, with a reason."""

    scopes = {"GET": "read", "PATCH": "governance:write"}

    def budget(self, public_id: str) -> Budget:
        rows = Budget.objects.visible_to(self.actor).select_related("holder")
        found: Budget = self.one(rows, public_id=public_id)
        return found

    @extend_schema(operation_id="budgets_read", responses=BudgetOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(body_of(self.budget(public_id)))

    @extend_schema(operation_id="budgets_change", request=BudgetChangeInput, responses={200: BudgetOutput})
    def patch(self, request: Request, public_id: str) -> Response:
        row = self.budget(public_id)
        data = self.read(BudgetChangeInput)
        wanted = [name for name in ("amount", "holder", "ended") if name in data]
        if len(wanted) != 1 or data.get("ended") is False:
            raise Invalid(_("Say one of these: amount, holder, or ended true."), code="budget.one_change")
        self.check_precondition(body_of(row))
        named = {"actor": self.actor, "budget": row, "reason": data["reason"]}
        if "amount" in data:
            done = services.change_budget(amount=data["amount"], **named)
        elif "holder" in data:
            done = services.hand_over_budget(holder=holder_named(data["holder"]), **named)
        else:
            done = services.end_budget(**named)
        return Response(body_of(done))


def holder_named(username: str) -> User:
    """The person of that user name. Raises Invalid where there is none."""
    found = person_named(username)
    if found is None:
        raise invalid_field("holder", "unknown", _("There is nobody of this name."))
    return found
