"""Licences over HTTP: which are in use, which may be, and who said so."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.dependencies.models import LicenceRule
from governance.dependencies.selectors import licences as selectors
from governance.dependencies.services import licences as services
from governance.dependencies.shipped import LICENCES

IN_USE = 100  # in one answer


class LicenceRuleInput(StrictSerializer):
    licence = serializers.CharField(max_length=120, help_text="One SPDX id, with its exception where it has one")
    answer = serializers.ChoiceField(choices=LicenceRule.Answer.choices)
    reason = serializers.CharField(max_length=500)


class LicenceRuleOver(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class LicenceRuleOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    licence = serializers.CharField()
    answer = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class LicenceRulePage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = LicenceRuleOutput(many=True)


class LicenceProposal(serializers.Serializer[Any]):
    licence = serializers.CharField()
    answer = serializers.CharField()
    reason = serializers.CharField()


class LicenceInUse(serializers.Serializer[Any]):
    written = serializers.CharField(help_text="As a lock or a file says; empty: nothing is stated")
    expression = serializers.CharField(source="judgement.expression", help_text="The same by SPDX; empty: nobody can tell")
    answer = serializers.CharField(source="judgement.answer", help_text="allowed, denied or unknown, now")
    because = serializers.ListField(child=serializers.CharField(), source="judgement.because")
    packages = serializers.IntegerField()
    first = serializers.ListField(child=serializers.CharField(), help_text="The first of them, such as joblib or conda:numpy")


class LicencesInUse(serializers.Serializer[Any]):
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = LicenceInUse(many=True)


class LicenceList(Endpoint):
    """Every licence that a lock or a file states, with what the rules say of it. Unknown ones first."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="licences_list",
        parameters=[OpenApiParameter("page", int, description="From 1 on; 100 on each")],
        responses=LicencesInUse,
    )
    def get(self, request: Request) -> Response:
        found = selectors.licences_in_use(self.actor, selectors.licence_policy())
        pages = Paginator(found, IN_USE)
        page = pages.get_page(request.query_params.get("page"))
        return Response(LicencesInUse({"page": page.number, "pages": pages.num_pages, "results": page.object_list}).data)


class LicenceRuleList(Endpoint):
    """Which licences may be used, newest word first, and saying so. A newer word about a licence ends the one before."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="licence_rules_list",
        parameters=[OpenApiParameter("in_force", bool, description="1: only what counts now")],
        responses=LicenceRulePage,
    )
    def get(self, request: Request) -> Response:
        rows = selectors.rules_seen_by(self.actor)
        if request.query_params.get("in_force") in ("1", "true"):
            rows = rows.filter(ended_at=None)
        return self.page(rows, lambda row: LicenceRuleOutput(row).data)

    @extend_schema(operation_id="licence_rules_create", request=LicenceRuleInput, responses={201: LicenceRuleOutput})
    def post(self, request: Request) -> Response:
        data = self.read(LicenceRuleInput)
        return self.created(lambda: (201, LicenceRuleOutput(services.rule_licence(actor=self.actor, **data)).data))


class LicenceProposals(Endpoint):
    """The list that ships. It is not in force: POST takes it over, but for licences of which somebody said something already."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(operation_id="licence_proposals_list", responses=LicenceProposal(many=True))
    def get(self, request: Request) -> Response:
        return Response([LicenceProposal(item).data for item in LICENCES])

    @extend_schema(operation_id="licence_proposals_take_over", request=None, responses={201: LicenceRuleOutput(many=True)})
    def post(self, request: Request) -> Response:
        return self.created(lambda: (201, [LicenceRuleOutput(row).data for row in services.take_over_licences(actor=self.actor)]))


class LicenceRuleEnd(Endpoint):
    """Saying nothing of a licence any more: where it is used the answer is unknown again."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="licence_rules_end", request=LicenceRuleOver, responses={200: LicenceRuleOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(selectors.rules_seen_by(self.actor), public_id=public_id)
        data = self.read(LicenceRuleOver)
        return self.created(
            lambda: (200, LicenceRuleOutput(services.end_licence_rule(actor=self.actor, rule=row, reason=data["reason"])).data)
        )
