"""The answer about a lock file over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import clock
from foundation.api import Endpoint, invalid_field
from governance.dependencies import wording_status
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors.criteria import criteria_known, criterion_titles
from governance.dependencies.selectors.status import facts_digest, status_of
from governance.dependencies.status import PARTS, Reason, RequirementStatus, Status
from governance.usecases.models import UseCase

VERDICTS = (("allow", "allow"), ("deny", "deny"), ("unknown", "unknown"))
VERDICT_HELP = "unknown is never a pass"


class DependencyReason(serializers.Serializer[Any]):
    code = serializers.CharField()
    weight = serializers.CharField(help_text="deny, unknown, or note, which decides nothing")
    params = serializers.DictField(child=serializers.CharField())
    ids = serializers.ListField(child=serializers.CharField())
    why = serializers.CharField()
    to_do = serializers.CharField()


class DependencyCover(serializers.Serializer[Any]):
    criterion = serializers.CharField()
    caveat = serializers.CharField(help_text="review, imported, source or exemption: the worst that it rests on")
    path = serializers.ListField(child=serializers.CharField(), help_text="ids of what leads from nothing to the release")


class DependencyFlaw(serializers.Serializer[Any]):
    flaw = serializers.CharField()
    ids = serializers.ListField(child=serializers.CharField())
    severity = serializers.CharField()
    state = serializers.CharField(help_text="open, accepted, below or undecided")
    accepted_by = serializers.CharField()
    fixed = serializers.ListField(child=serializers.CharField())


class DependencyRequirementStatus(serializers.Serializer[Any]):
    set = serializers.CharField()
    line = serializers.IntegerField()
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    needs = serializers.ListField(child=serializers.CharField())
    covered = DependencyCover(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    flaws = DependencyFlaw(many=True)
    licence = serializers.CharField()
    licence_answer = serializers.CharField(help_text="allowed, denied or unknown; empty where there is no rule")
    reasons = DependencyReason(many=True)
    until = serializers.DateTimeField(allow_null=True)


class DependencyFeed(serializers.Serializer[Any]):
    ecosystem = serializers.CharField()
    count = serializers.IntegerField()
    newest = serializers.CharField()


class DependencyData(serializers.Serializer[Any]):
    state = serializers.CharField(help_text="fresh, stale or missing")
    snapshot = serializers.CharField(allow_null=True)
    imported_at = serializers.DateTimeField(allow_null=True)
    feeds = DependencyFeed(many=True)
    stale_at = serializers.DateTimeField(allow_null=True)


class DependencyEvidence(serializers.Serializer[Any]):
    review = serializers.ListField(child=serializers.CharField())
    source = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment] # the name of a field
    ruling = serializers.ListField(child=serializers.CharField())
    advisory_snapshot = serializers.ListField(child=serializers.CharField())


class DependencyStatusOutput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=VERDICTS, help_text=VERDICT_HELP)
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True, help_text="the earliest instant at which time alone may change it")
    tier = serializers.CharField()
    use_case = serializers.CharField(allow_null=True)
    parts = serializers.DictField(child=serializers.CharField())
    reasons = DependencyReason(many=True)
    requirements = DependencyRequirementStatus(many=True)
    data = DependencyData()  # type: ignore[assignment] # the name of a field
    evidence = DependencyEvidence()
    facts_digest = serializers.CharField(help_text="over everything that the answer follows from")


class DependencySetStatus(Endpoint):
    """Whether what a lock file asks for may be used: now, or as it was answered at an earlier instant."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="dependency_sets_status",
        parameters=[
            OpenApiParameter(
                "use_case", description="Short name or id. Left out: the highest risk, and rulings of the organisation"
            ),
            OpenApiParameter("at", datetime, description="As of this instant, with what was known then"),
            OpenApiParameter(
                "criteria", description="Demanded beside what the risk demands, as policies do; with commas between them"
            ),
        ],
        responses=DependencyStatusOutput,
    )
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(DependencySet.objects.visible_to(self.actor).defer("raw"), public_id=public_id)
        use_case = self._use_case(request.query_params.get("use_case", ""))
        at = _instant(request.query_params.get("at", ""))
        also = _criteria(request.query_params.get("criteria", ""))
        return Response(DependencyStatusOutput(body_of(status_of([row], use_case=use_case, at=at, also=also), use_case)).data)

    def _use_case(self, named: str) -> UseCase | None:
        if not named:
            return None
        seen = UseCase.objects.visible_to(self.actor)
        found = None if "\x00" in named else seen.filter(slug=named).first() or seen.filter(public_id=named).first()
        if found is None:
            raise invalid_field("use_case", "unknown", _("There is no such use case, or you may not see it."))
        return found


def _criteria(written: str) -> list[str]:
    """Retired ones too: a policy may demand them still, and an earlier answer did."""
    names = [name.strip() for name in written.split(",") if name.strip()]
    known = criteria_known() if names else ()
    if any(name not in known for name in names):
        raise invalid_field("criteria", "unknown", _("There are these criteria: %(known)s.") % {"known": ", ".join(known)})
    return names


def _instant(written: str) -> datetime | None:
    """Of the past: what will be known cannot be told."""
    if not written:
        return None
    try:
        at = parse_datetime(written.strip())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise invalid_field("at", "invalid", _("Write an instant with its time zone, such as 2026-05-03T12:00:00Z."))
    if at > clock.now():
        raise invalid_field("at", "future", _("What will be known then cannot be told."))
    return at


def body_of(status: Status, use_case: UseCase | None) -> dict[str, Any]:
    facts, data = status.facts, status.facts.data
    feeds = sorted((data.feeds if data is not None else {}).items())
    titles = criterion_titles(wording_status.criteria_in(status.said()))
    evidence = status.evidence()
    return {
        "verdict": status.verdict,
        "at": facts.at,
        "until": status.until,
        "tier": facts.demand.tier,
        "use_case": use_case.slug if use_case is not None else None,
        "parts": {part: status.part(part) for part in PARTS},
        "reasons": [_reason(reason, titles) for reason in status.reasons],
        "requirements": [_requirement(row, titles) for row in status.requirements],
        "data": {
            "state": status.data,
            "snapshot": data.id if data is not None else None,
            "imported_at": data.imported_at if data is not None else None,
            "feeds": [{"ecosystem": name, "count": feed.count, "newest": feed.newest} for name, feed in feeds],
            "stale_at": status.stale_at,
        },
        "evidence": {kind: evidence.get(kind, []) for kind in ("review", "source", "ruling", "advisory_snapshot")},
        "facts_digest": facts_digest(facts),
    }


def _requirement(row: RequirementStatus, titles: Mapping[str, str]) -> dict[str, Any]:
    asked = row.asked
    return {
        **{name: getattr(asked, name) for name in ("set", "line", "ecosystem", "name", "version")},
        "verdict": row.verdict,
        "needs": row.need,
        "covered": [
            {"criterion": item.criterion, "caveat": item.caveat.name.lower(), "path": [edge.id for edge in item.path]}
            for item in row.covered
        ],
        "missing": row.missing,
        "flaws": [
            {
                "flaw": item.flaw.key, "ids": item.flaw.ids, "severity": item.flaw.severity, "state": item.state,
                "accepted_by": item.by, "fixed": item.flaw.fixed,
            }
            for item in row.flaws
        ],
        "licence": row.licence.expression if row.licence is not None else asked.licence,
        "licence_answer": row.licence.answer if row.licence is not None else "",
        "reasons": [_reason(reason, titles) for reason in row.reasons],
        "until": row.until,
    }  # fmt: skip


def _reason(reason: Reason, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": reason.code,
        "weight": reason.weight,
        "params": dict(reason.params),
        "ids": reason.ids,
        "why": wording_status.why(reason, titles),
        "to_do": wording_status.what_to_do(reason) if reason.weight != "note" else "",
    }
