"""Proposals over HTTP: what should change, why, and what became of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from governance.dictionary import services
from governance.dictionary.api.elements import ElementVersionOutput
from governance.dictionary.api.impact import ImpactProposed, ProposalImpactOutput, proposal_impact, proposed_of
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.models import Change, Dictionary, Proposal
from governance.dictionary.selectors.proposals import told_change, told_of


class ProposalInput(StrictSerializer):
    title = serializers.CharField(max_length=120)
    rationale = serializers.CharField(max_length=4000)


class ChangeInput(StrictSerializer):
    element = serializers.CharField(max_length=141, help_text="Key, or dictionary/key of an element of another dictionary")
    says = serializers.DictField(required=False, allow_null=True, help_text="What it should mean; left out to retire it")
    meaning_changed = serializers.BooleanField(required=False, allow_null=True, default=None)
    based_on = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        help_text="Number of the version in force that you had before you; 0 for none",
    )
    replaced_by = serializers.CharField(max_length=141, required=False, allow_blank=True, default="")


class RebaseInput(StrictSerializer):
    element = serializers.CharField(max_length=141)
    taking = serializers.DictField(
        child=serializers.ChoiceField(choices=["ours", "theirs"]), required=False, help_text="Field → ours or theirs"
    )


class SplitInput(StrictSerializer):
    title = serializers.CharField(max_length=120)
    elements = serializers.ListField(child=serializers.CharField(max_length=141), min_length=1, max_length=2000)


class ProposalWithdrawInput(StrictSerializer):
    reason = serializers.CharField(max_length=500)


class ProposedChangeOutput(serializers.Serializer[Any]):
    kind = serializers.CharField()
    element = serializers.CharField(source="element.path")
    version = ElementVersionOutput(allow_null=True)
    based_on = serializers.CharField(source="based_on.public_id", default=None, allow_null=True)
    meaning_changed = serializers.BooleanField(allow_null=True)
    replaced_by = serializers.CharField(source="replaced_by.path", default=None, allow_null=True)


class ChangeWeighed(ProposedChangeOutput):
    impact = ImpactProposed()


class ProposalOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    dictionary = serializers.CharField(source="dictionary.slug")
    title = serializers.CharField()
    rationale = serializers.CharField()
    created_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    approval = serializers.CharField(allow_null=True)


class ProposalDetail(ProposalOutput):
    changes = serializers.SerializerMethodField()

    @extend_schema_field(ProposedChangeOutput(many=True))
    def get_changes(self, row: Proposal) -> Any:
        return ProposedChangeOutput(row.live_changes(), many=True).data


class ProposalPage(DictionaryCursor):
    results = ProposalOutput(many=True)


class OfProposal(OfDictionary):
    def proposal(self, slug: str, public_id: str) -> Proposal:
        rows = Proposal.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).select_related("dictionary")
        return self.one(rows, public_id=public_id)

    def dictionary_of(self, path: str, home: Dictionary) -> tuple[Dictionary, str]:
        slug, _slash, key = path.rpartition("/")
        found = Dictionary.objects.visible_to(self.actor).filter(slug=slug).first() if slug else home
        if found is None:
            raise invalid_field("element", "unknown", _("There is no such dictionary."))
        return found, key


class ProposalList(OfDictionary):
    """The proposals kept with a dictionary, and beginning one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="dictionary_proposals_list",
        parameters=[OpenApiParameter("open", bool, description="1: only those of which nothing became yet")],
        responses=ProposalPage,
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = Proposal.objects.visible_to(self.actor).filter(dictionary=self.dictionary(slug)).select_related("dictionary")
        if request.query_params.get("open") in ("1", "true"):
            rows = rows.open()
        return self.page(rows, lambda row: ProposalOutput(row).data)

    @extend_schema(operation_id="dictionary_proposals_create", request=ProposalInput, responses={201: ProposalDetail})
    def post(self, request: Request, slug: str) -> Response:
        dictionary = self.dictionary(slug)
        data = self.read(ProposalInput)
        return self.created(
            lambda: (201, ProposalDetail(services.open_proposal(actor=self.actor, dictionary=dictionary, **data)).data)
        )


class ProposalDetails(OfProposal):
    """One proposal with what it changes."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionary_proposals_read", responses=ProposalDetail)
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        return Response(ProposalDetail(self.proposal(slug, public_id)).data)


class ProposalChanges(OfProposal):
    """Saying what an element should mean, or that it should be retired."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_proposals_change", request=ChangeInput, responses={200: ChangeWeighed})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        """Answers with what the change would do to those who fill and read the element."""
        proposal = self.proposal(slug, public_id)
        data = self.read(ChangeInput)
        dictionary, key = self.dictionary_of(data["element"], proposal.dictionary)
        replaced_by = self.element_named(data["replaced_by"], dictionary, "replaced_by") if data["replaced_by"] else None

        def write() -> tuple[int, Any]:
            change = services.put_change(
                actor=self.actor, proposal=proposal, dictionary=dictionary, key=key, said=data.get("says"),
                meaning_changed=data["meaning_changed"], replaced_by=replaced_by, based_on=data.get("based_on"),
            )  # fmt: skip
            return 200, {**ProposedChangeOutput(change).data, "impact": proposed_of(told_change(change, self.actor))}

        return self.created(write)


class ProposalImpact(OfProposal):
    """Whom a proposal breaks, element by element, and the least step of each version."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dictionary_proposals_impact", responses=ProposalImpactOutput)
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        return Response(proposal_impact(told_of(self.proposal(slug, public_id), self.actor)))


class ProposalChange(OfProposal):
    """Leaving an element out of a proposal."""

    scopes = {"DELETE": "governance:write"}

    @extend_schema(operation_id="dictionary_proposals_take_out", responses={200: ProposalDetail})
    def delete(self, request: Request, slug: str, public_id: str, key: str) -> Response:
        proposal = self.proposal(slug, public_id)
        change = self.one(
            Change.objects.filter(proposal=proposal, taken_out_at=None).select_related("element__dictionary"), element__key=key
        )
        services.take_out_change(actor=self.actor, proposal=proposal, element=change.element)
        return Response(ProposalDetail(self.proposal(slug, public_id)).data)


class ProposalRebase(OfProposal):
    """Bringing a change up to the version that is in force by now."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_proposals_rebase", request=RebaseInput, responses={200: ProposedChangeOutput})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        """409 names the fields that both sides changed, with what each says; send `taking` to settle them."""
        proposal = self.proposal(slug, public_id)
        data = self.read(RebaseInput)
        element = self.element_named(data["element"], proposal.dictionary)
        taking = data.get("taking")
        return self.created(
            lambda: (
                200,
                ProposedChangeOutput(
                    services.rebase_change(actor=self.actor, proposal=proposal, element=element, taking=taking)
                ).data,
            )
        )


class ProposalSplit(OfProposal):
    """Moving some changes into a proposal of their own."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_proposals_split", request=SplitInput, responses={201: ProposalDetail})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        proposal = self.proposal(slug, public_id)
        data = self.read(SplitInput)
        elements = [self.element_named(path, proposal.dictionary, "elements") for path in data["elements"]]
        return self.created(
            lambda: (
                201,
                ProposalDetail(
                    services.split_proposal(actor=self.actor, proposal=proposal, elements=elements, title=data["title"])
                ).data,
            )
        )


class ProposalWithdraw(OfProposal):
    """Ending a proposal of which nothing became."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="dictionary_proposals_withdraw", request=ProposalWithdrawInput, responses={200: ProposalDetail})
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        proposal = self.proposal(slug, public_id)
        data = self.read(ProposalWithdrawInput)
        return self.created(
            lambda: (
                200,
                ProposalDetail(services.withdraw_proposal(actor=self.actor, proposal=proposal, reason=data["reason"])).data,
            )
        )
