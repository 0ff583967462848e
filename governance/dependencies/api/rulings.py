"""Rulings over HTTP: asking, recommending, deciding, blocking, taking back, and many at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.errors import FieldError, Invalid
from governance.dependencies import services
from governance.dependencies.lockfiles import JUSTIFICATIONS, LONGEST_NAME, PYPI
from governance.dependencies.models import Ruling
from governance.dependencies.models.rulings import LONGEST_SPECIFIER
from governance.dependencies.selectors import rulings as selectors
from governance.dependencies.services.ruling_bulk import ACTIONS, MOST
from governance.usecases.models import UseCase

WORDS = [*Ruling.Word.choices]


class RulingInput(StrictSerializer):
    effect = serializers.ChoiceField(choices=Ruling.Effect.choices, help_text="block: security alone, in force at once")
    name = serializers.CharField(max_length=LONGEST_NAME)
    ecosystem = serializers.CharField(max_length=40, default=PYPI, help_text="Type of the package URL")
    specifier = serializers.CharField(
        max_length=LONGEST_SPECIFIER,
        allow_blank=True,
        default="",
        help_text="PEP 440 for pypi, else one version; empty: every version",
    )
    advisory = serializers.CharField(max_length=100, allow_blank=True, default="", help_text="Any id of the flaw, to accept it")
    criteria = serializers.ListField(
        child=serializers.CharField(max_length=60),
        max_length=20,
        default=list,
        help_text="What it counts as reviewed for, to exempt it",
    )
    use_case = serializers.CharField(
        max_length=60, allow_blank=True, default="", help_text="Its slug; empty: the whole organisation"
    )
    reason = serializers.CharField(max_length=4000)
    justification = serializers.ChoiceField(
        choices=JUSTIFICATIONS,
        allow_blank=True,
        default="",
        help_text="Why a flaw does no harm, in a word of CycloneDX; empty: it is borne",
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="At most one year ahead. Left out for a block only: it has no end"
    )
    until_fix = serializers.BooleanField(default=False, help_text="Accepts nothing once a version without the flaw is known")


class RulingJudgement(StrictSerializer):
    word = serializers.ChoiceField(choices=WORDS)
    because = serializers.CharField(max_length=4000, allow_blank=True, default="")


class RulingRevocation(StrictSerializer):
    because = serializers.CharField(max_length=500)


class RulingExtension(StrictSerializer):
    expires_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=4000)


class RulingBulkInput(StrictSerializer):
    action = serializers.ChoiceField(choices=ACTIONS)
    ids = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=MOST)
    word = serializers.ChoiceField(choices=WORDS, required=False, help_text="Of recommend and decide")
    because = serializers.CharField(max_length=4000, allow_blank=True, default="")
    expires_at = serializers.DateTimeField(required=False, help_text="Of extend")


class RulingStartInput(StrictSerializer):
    reason = serializers.CharField(max_length=4000)


class RulingPerson(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField(source="get_full_name")


class RulingWord(serializers.Serializer[Any]):
    word = serializers.CharField()
    by = RulingPerson(allow_null=True)
    at = serializers.DateTimeField()
    because = serializers.CharField(allow_blank=True)


class RulingOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    state = serializers.SerializerMethodField(help_text="asked, recommended, in_force, refused, expired or revoked, now")
    effect = serializers.CharField()
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    specifier = serializers.CharField()
    advisory = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    criteria = serializers.ListField(child=serializers.CharField())
    scope = serializers.CharField(help_text="Public id of a use case; empty: the whole organisation")
    reason = serializers.CharField()
    justification = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    until_fix = serializers.BooleanField()
    batch = serializers.CharField()
    supersedes = serializers.CharField(source="supersedes.public_id", default=None, allow_null=True)
    created_by = RulingPerson(allow_null=True)
    created_at = serializers.DateTimeField()
    recommendation = serializers.SerializerMethodField(help_text="What security recommends")
    decision = serializers.SerializerMethodField(help_text="What the owner decides")
    revoked_at = serializers.DateTimeField(allow_null=True)
    revoked_because = serializers.CharField(allow_null=True)

    def get_state(self, row: Ruling) -> str:
        return row.state()

    @extend_schema_field(RulingWord(allow_null=True))
    def get_recommendation(self, row: Ruling) -> dict[str, Any] | None:
        return _word(row.recommendation, row.recommended_by, row.recommended_at, row.recommended_because)

    @extend_schema_field(RulingWord(allow_null=True))
    def get_decision(self, row: Ruling) -> dict[str, Any] | None:
        return _word(row.decision, row.decided_by, row.decided_at, row.decided_because)


def _word(word: str | None, by: Any, at: Any, because: str | None) -> dict[str, Any] | None:
    if word is None:
        return None
    said = {"word": word, "by": by, "at": at, "because": because or ""}
    return RulingWord(said).data  # type: ignore[return-value] # a mapping


class RulingPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RulingOutput(many=True)


class RulingOutcome(serializers.Serializer[Any]):
    id = serializers.CharField()
    done = serializers.BooleanField()
    ruling = RulingOutput(allow_null=True, help_text="As it is now; of extend the new one")
    code = serializers.CharField(help_text="Why nothing happened")
    detail = serializers.CharField()


class RulingOutcomes(serializers.Serializer[Any]):
    results = RulingOutcome(many=True)


class RulingBatchOutput(serializers.Serializer[Any]):
    batch = serializers.CharField(help_text="Empty where nothing was left")
    rulings = serializers.IntegerField()
    unpinned = serializers.IntegerField(help_text="Requirements that name no version, and got none")


class RulingBatchDecided(serializers.Serializer[Any]):
    batch = serializers.CharField()
    decided = serializers.IntegerField()


class RulingRemaining(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    count = serializers.IntegerField()
    ahead = serializers.BooleanField(help_text="True: that many are left if nothing is renewed")


class RulingBurnDown(serializers.Serializer[Any]):
    points = RulingRemaining(many=True)


class RulingList(Endpoint):
    """Rulings, newest first, and asking for one; with the effect `block` security blocks at once."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="rulings_list",
        parameters=[
            OpenApiParameter("state", enum=list(selectors.STATES), description="Left out: all"),
            OpenApiParameter("effect", enum=Ruling.Effect.values),
            OpenApiParameter("scope", description="Slug or id of a use case, or `organisation`"),
            OpenApiParameter("package", description="A part of its name"),
            OpenApiParameter("batch", description="Those that were made in one go"),
        ],
        responses=RulingPage,
    )
    def get(self, request: Request) -> Response:
        asked = {name: request.query_params.get(name, "").replace("\x00", "") for name in ("effect", "package", "batch", "scope")}
        scope = asked.pop("scope")
        if scope and scope != "organisation":
            known = UseCase.objects.visible_to(self.actor).filter(slug=scope).values_list("public_id", flat=True).first()
            scope = known or scope
        state = request.query_params.get("state") or "all"
        if state not in selectors.STATES:
            said = _("There is no such state: one of %(states)s.") % {"states": ", ".join(selectors.STATES)}
            raise Invalid(said, errors=[FieldError("state", "unknown", said)])
        rows = selectors.rulings_seen_by(self.actor, state=state, scope=scope, **asked)
        return self.page(rows.select_related("supersedes"), lambda row: RulingOutput(row).data)

    @extend_schema(operation_id="rulings_create", request=RulingInput, responses={200: RulingOutput, 201: RulingOutput})
    def post(self, request: Request) -> Response:
        """201 for a new one, 200 where it was asked for already: then the caller has joined."""
        data = self.read(RulingInput)
        slug = data.pop("use_case")
        data["use_case"] = self.one(UseCase.objects.visible_to(self.actor), slug=slug) if slug else None

        def act() -> tuple[int, Any]:
            newest = Ruling.objects.visible_to(self.actor).order_by("-pk").values_list("pk", flat=True).first() or 0
            row = self._made(data)
            return 201 if row.pk > newest else 200, RulingOutput(row).data

        return self.created(act)

    def _made(self, data: dict[str, Any]) -> Ruling:
        if data["effect"] != Ruling.Effect.BLOCK:
            return services.ask_ruling(actor=self.actor, **{"expires_at": None, **data})
        said = [name for name in ("advisory", "criteria", "justification", "until_fix") if data[name]]
        if said:
            detail = _("A block is about versions alone.")
            raise Invalid(detail, errors=[FieldError(name, "not_here", detail) for name in said])
        wanted = ("name", "ecosystem", "specifier", "use_case", "reason")
        return services.block(actor=self.actor, expires_at=data.get("expires_at"), **{name: data[name] for name in wanted})


class OfRuling(Endpoint):
    def ruling(self, public_id: str) -> Ruling:
        rows = Ruling.objects.visible_to(self.actor)
        people = ("created_by", "recommended_by", "decided_by", "supersedes")
        found: Ruling = self.one(rows.select_related(*people), public_id=public_id)
        return found


class RulingDetails(OfRuling):
    """One ruling: what security recommends, and what the owner decides."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="rulings_read", responses=RulingOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(RulingOutput(self.ruling(public_id)).data)


class RulingRecommend(OfRuling):
    """What security recommends. A person of security says it, once."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_recommend", request=RulingJudgement, responses={200: RulingOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.ruling(public_id), self.read(RulingJudgement)
        yes = data["word"] == Ruling.Word.YES

        def act() -> tuple[int, Any]:
            done = services.recommend_ruling(actor=self.actor, ruling=row, recommend=yes, because=data["because"])
            return 200, RulingOutput(done).data

        return self.created(act)


class RulingDecide(OfRuling):
    """What the owner decides: never who asked, and never who recommended."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_decide", request=RulingJudgement, responses={200: RulingOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.ruling(public_id), self.read(RulingJudgement)
        allow = data["word"] == Ruling.Word.YES

        def act() -> tuple[int, Any]:
            done = services.decide_ruling(actor=self.actor, ruling=row, allow=allow, because=data["because"])
            return 200, RulingOutput(done).data

        return self.created(act)


class RulingRevoke(OfRuling):
    """Taking an ask back, ending what is in force, or lifting a block, from now on."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_revoke", request=RulingRevocation, responses={200: RulingOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.ruling(public_id), self.read(RulingRevocation)
        return self.created(
            lambda: (200, RulingOutput(services.revoke_ruling(actor=self.actor, ruling=row, because=data["because"])).data)
        )


class RulingExtend(OfRuling):
    """Asking for the same until later: a new ruling, which takes the place of this one when it is allowed."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_extend", request=RulingExtension, responses={201: RulingOutput})
    def post(self, request: Request, public_id: str) -> Response:
        row, data = self.ruling(public_id), self.read(RulingExtension)
        return self.created(lambda: (201, RulingOutput(services.extend_ruling(actor=self.actor, ruling=row, **data)).data))


class RulingBulk(Endpoint):
    """Recommending, deciding, revoking or extending many at once: each by itself, with its own permission and event."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_bulk", request=RulingBulkInput, responses={200: RulingOutcomes})
    def post(self, request: Request) -> Response:
        data = self.read(RulingBulkInput)
        word = data.pop("word", None)
        yes = word == Ruling.Word.YES if word else None

        def act() -> tuple[int, Any]:
            found = services.act_on_many(actor=self.actor, yes=yes, **data)
            return 200, {"results": [_outcome(item) for item in found]}

        return self.created(act)


def _outcome(item: services.Outcome) -> dict[str, Any]:
    refusal = item.refusal
    said = "" if refusal is None else "; ".join([str(refusal.detail), *(str(problem.message) for problem in refusal.errors)])
    return {
        "id": item.id,
        "done": refusal is None,
        "ruling": RulingOutput(item.ruling).data if item.ruling is not None else None,
        "code": refusal.code if refusal is not None else "",
        "detail": said,
    }


class RulingStart(Endpoint):
    """The start of use: an exemption for everything that is in use, recommended in one go. Somebody else decides."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_start", request=RulingStartInput, responses={201: RulingBatchOutput})
    def post(self, request: Request) -> Response:
        data = self.read(RulingStartInput)

        def act() -> tuple[int, Any]:
            done = services.exempt_everything(actor=self.actor, reason=data["reason"])
            return 201, {"batch": done.id, "rulings": len(done.rulings), "unpinned": done.unpinned}

        return self.created(act)


class RulingBatchDecide(Endpoint):
    """Deciding on everything that was recommended in one go, in one act."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="rulings_batch_decide", request=RulingJudgement, responses={200: RulingBatchDecided})
    def post(self, request: Request, batch: str) -> Response:
        data = self.read(RulingJudgement)
        allow = data["word"] == Ruling.Word.YES

        def act() -> tuple[int, Any]:
            done = services.decide_batch(actor=self.actor, batch=batch, allow=allow, because=data["because"])
            return 200, {"batch": batch, "decided": len(done)}

        return self.created(act)


class RulingBurnDownView(Endpoint):
    """How many exemptions were, are and will be in force, by month."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="rulings_burn_down", responses=RulingBurnDown)
    def get(self, request: Request) -> Response:
        return Response(RulingBurnDown({"points": selectors.burn_down(self.actor)}).data)
