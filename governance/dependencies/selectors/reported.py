"""What an answer about dependencies rests on, as rows: for documents that name people and keep evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q

from foundation.among import Among
from governance.dependencies import rulings as engine
from governance.dependencies.models import AdvisorySnapshot, LicenceRule, Review, Ruling, Source
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.selectors.graph import STILL_TOLD
from governance.dependencies.selectors.licences import rules_at
from governance.dependencies.status import Facts, RequirementStatus, Status
from governance.dependencies.wording_status import criteria_in

_OVER = ("ended", "withdrawn")
_INSTANT = timedelta(microseconds=1)  # as fine as the clock


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A ruling that let something of this requirement pass until it ran out."""

    requirement: RequirementStatus
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Grounds:
    """By public id everything that an answer names, with the people behind it; `titles` are those of own criteria."""

    reviews: Mapping[str, Review]
    sources: Mapping[str, Source]
    rulings: Mapping[str, Ruling]
    snapshot: AdvisorySnapshot | None
    licence_rules: Sequence[LicenceRule]
    lapsed: Sequence[Lapsed]
    titles: Mapping[str, str]


def grounds_of(status: Status) -> Grounds:
    """Seven queries, however many packages. What an answer names for the instant at which it was asked, and nothing that came later."""
    facts, named = status.facts, status.evidence()
    over = {public_id for reason in status.said() if reason.code in _OVER for public_id in reason.ids}
    demanded = {name for row in status.requirements for name in row.need}
    ruled = [*named.get("ruling", ()), *(item.by for row in status.requirements for item in row.flaws if item.by)]
    return Grounds(
        reviews={row.public_id: row for row in _reviews({*named.get("review", ()), *over})},
        sources={row.public_id: row for row in _sources(named.get("source", ()))},
        rulings={row.public_id: row for row in _rulings(ruled)},
        snapshot=AdvisorySnapshot.objects.filter(public_id=facts.data.id).defer("told").first() if facts.data else None,
        licence_rules=list(rules_at(facts.at)),
        lapsed=_lapsed(status),
        titles=criterion_titles(demanded | facts.demand.runtime | facts.demand.dev | criteria_in(status.said())),
    )


def _reviews(ids: Iterable[str]) -> Iterable[Review]:
    rows = Review.objects.filter(Among("public_id", ids)).order_by("pk")
    joined = ("release__package", "base__package", "scan", "base_scan", "prepared_by", "confirmed_by")
    return rows.select_related(*joined).defer("scan__facts", "base_scan__facts")


def _sources(ids: Iterable[str]) -> Iterable[Source]:
    return Source.objects.filter(Among("public_id", ids)).select_related("owner", "created_by", "confirmed_by").order_by("pk")


def _rulings(ids: Iterable[str]) -> Iterable[Ruling]:
    people = ("created_by", "recommended_by", "decided_by")
    return Ruling.objects.filter(Among("public_id", ids)).select_related(*people).order_by("pk")


def _lapsed(status: Status) -> list[Lapsed]:
    """Exemptions and acceptances that ran out lately, without which a requirement is not allowed any more. One query."""
    facts = status.facts
    wanting = [row for row in status.requirements if row.verdict != "allow" and (row.missing or row.flaws)]
    rows = Ruling.objects.filter(
        Among("name", {row.asked.name for row in wanting}),
        Q(revoked_at=None) | Q(revoked_at__gte=F("expires_at")),
        effect__in=(Ruling.Effect.EXEMPT, Ruling.Effect.ACCEPT),
        decision=Ruling.Word.YES,
        scope__in={"", facts.use_case},
        expires_at__lte=facts.at,
        expires_at__gt=facts.at - STILL_TOLD,
    )
    known = engine.by_package(rows.select_related("created_by", "recommended_by", "decided_by").order_by("pk"))
    return [
        Lapsed(row, ruling)
        for row in wanting
        for ruling in known.get((row.asked.ecosystem, row.asked.name), ())
        if _would_help(ruling, row, facts)
    ]


def _would_help(ruling: Ruling, row: RequirementStatus, facts: Facts) -> bool:
    """Whether it spoke for the requirement in its last instant, of something that is missing now."""
    asked = row.asked
    if ruling.expires_at is None:
        return False
    key, last = (asked.ecosystem, asked.name), ruling.expires_at - _INSTANT
    if ruling.effect == Ruling.Effect.EXEMPT:
        speaks = engine.speaks_for([ruling], key, asked.version, at=last, scope=facts.use_case)
        stated = frozenset(ruling.criteria)
        return bool(speaks) and any(facts.criteria.vouch(stated, name) for name in row.missing)
    return any(
        engine.accepts([ruling], key, asked.version, item.flaw.ids, at=last, scope=facts.use_case, fixed=bool(item.flaw.fixed))
        for item in row.flaws
        if item.state in ("open", "undecided")
    )
