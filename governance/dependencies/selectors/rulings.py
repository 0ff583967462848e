"""Reads over rulings: which are in force for some packages, which somebody may look at, and how exemptions dwindle."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, Count, DateTimeField, Exists, F, Max, Min, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from foundation import clock
from foundation.actor import Actor
from foundation.among import Among
from governance.dependencies.models import AdvisorySpan, Package, Requirement, Ruling, RulingQuerySet
from governance.dependencies.rulings import WARN_BEFORE, PackageKey, names_of

STATES = ("current", "asked", "recommended", "in_force", "ending", "expired", "refused", "revoked", "all")
STILL_SHOWN = timedelta(days=90)  # how long what has run out stays among what is current: somebody may still have to act
FAR = datetime(9000, 1, 1, tzinfo=UTC)
MONTHS_BACK, MONTHS_AHEAD = 12, 12


class InForce(NamedTuple):
    """A ruling as far as it decides for whom it speaks. Who said what when is half of its columns, and not read."""

    public_id: str
    effect: str
    ecosystem: str
    name: str
    specifier: str
    advisory: str
    aliases: list[str]
    criteria: list[str]
    scope: str
    reason: str
    until_fix: bool
    decision: str | None
    decided_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


def rulings_of(names: Iterable[str], scopes: Iterable[str], at: datetime) -> list[InForce]:
    """What is in force at `at` for packages of these names in any ecosystem, in some scopes, oldest first. One query."""
    rows = Ruling.objects.live(at).filter(Among("name", names), scope__in=set(scopes)).order_by("pk")
    return [InForce._make(row) for row in rows.values_list(*InForce._fields)]


def live_rulings(keys: Iterable[PackageKey], *, scope: str, at: datetime) -> list[Ruling]:
    """What is in force at `at` for these packages: of the organisation, and of the use case `scope`. One query."""
    wanted = set(keys)
    rows = Ruling.objects.live(at).filter(Among("name", (name for _ecosystem, name in wanted)), scope__in={"", scope})
    return [row for row in rows.order_by("pk") if (row.ecosystem, row.name) in wanted]


def rulings_seen_by(
    actor: Actor, *, effect: str = "", state: str = "all", scope: str = "", package: str = "", batch: str = ""
) -> RulingQuerySet:
    """Rulings for a list, narrowed. `scope` is the public id of a use case, or `organisation`; `state` one of STATES."""
    rows = Ruling.objects.visible_to(actor).select_related("created_by", "recommended_by", "decided_by")
    rows = in_state(rows, state, clock.now())
    if effect:
        rows = rows.filter(effect=effect)
    if scope:
        rows = rows.filter(scope="" if scope == "organisation" else scope)
    if package:
        rows = rows.filter(name__icontains=package.strip())
    return rows.filter(batch=batch) if batch else rows


def in_state(rows: RulingQuerySet, state: str, at: datetime) -> RulingQuerySet:
    """Those that stand so at `at`, by the same rules as `Ruling.state`. `ending`: in force, and within the time of the warning."""
    alive = rows.filter(Q(revoked_at=None) | Q(revoked_at__gt=at))
    running = alive.filter(Q(expires_at=None) | Q(expires_at__gt=at))
    undecided = running.filter(decision=None)
    over = alive.exclude(decision="no").filter(expires_at__lte=at)
    replaced = Exists(Ruling.objects.filter(supersedes=OuterRef("pk"), decision="yes"))
    found: dict[str, Any] = {
        "asked": lambda: undecided.filter(recommended_at=None),
        "recommended": lambda: undecided.exclude(recommended_at=None),
        "in_force": lambda: rows.live(at),
        "ending": lambda: rows.live(at).filter(expires_at__lte=at + WARN_BEFORE),
        "expired": lambda: over,
        "refused": lambda: alive.filter(decision="no"),
        "revoked": lambda: rows.filter(revoked_at__lte=at),
        "current": lambda: alive.exclude(decision="no").filter(
            Q(expires_at=None) | Q(expires_at__gt=at - STILL_SHOWN), ~replaced | Q(expires_at__gt=at)
        ),
    }
    return found[state]() if state in found else rows


def soonest_first() -> Any:
    """The order of the list: what has run out, then what runs out soonest; what is over for other reasons comes last."""
    over = Q(revoked_at__isnull=False) | Q(decision="no")
    ends = Coalesce(F("expires_at"), Value(FAR), output_field=DateTimeField())
    return Case(When(over, then=Value(FAR + timedelta(days=1))), default=ends, output_field=DateTimeField())


def of_package(actor: Actor, ecosystem: str, name: str, *, at: datetime | None = None) -> list[Ruling]:
    """What stands about a package, for its page: blocks first, then what is open or in force, then what ran out of late. One query."""
    at = at or clock.now()
    rows = rulings_seen_by(actor, state="current").filter(ecosystem=ecosystem, name=name)
    order = {Ruling.Effect.BLOCK: 0}
    return sorted(rows, key=lambda row: (order.get(row.effect, 1), row.state(at) == "expired", row.expires_at or FAR, row.pk))


def has_page(actor: Actor, ecosystem: str, name: str) -> bool:
    """Whether a lock file asks for the package, or a file of it is kept. Two queries at most."""
    key = {"ecosystem": ecosystem, "name": name}
    return any(rows.visible_to(actor).filter(**key).exists() for rows in (Requirement.objects, Package.objects))


def fixes_known(row: Ruling) -> list[str]:
    """Versions that are known to be without the flaw that a ruling accepts, as the advisories write them. One query."""
    if row.effect != Ruling.Effect.ACCEPT:
        return []
    spans = AdvisorySpan.objects.filter(ecosystem=row.ecosystem, name=row.name, until=None).exclude(fixed="")
    names = names_of(row)
    found = {
        fixed
        for fixed, group, identifier in spans.values_list("fixed", "group", "identifier")
        if {group.casefold(), identifier.casefold()} & names
    }
    return sorted(found)


# How exemptions dwindle ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many exemptions are in force at `at`; `ahead`: that many will be, if nothing is reviewed and nothing asked for anew."""

    at: datetime
    count: int
    ahead: bool


def burn_down(actor: Actor, *, at: datetime | None = None) -> list[Remaining]:
    """Exemptions in force at the beginning of each month, from a year back to a year ahead, and now. One query."""
    at = at or clock.now()
    rows = Ruling.objects.visible_to(actor).filter(effect=Ruling.Effect.EXEMPT, decision="yes")
    spans = [
        (begins, min([end for end in (expires, revoked) if end is not None], default=FAR))
        for begins, expires, revoked in rows.values_list("decided_at", "expires_at", "revoked_at")
    ]
    if not spans:
        return []
    first, last = min(begins for begins, _end in spans), max(end for _begins, end in spans)
    moments = [moment for moment in _months(at) if first <= moment <= _next_month(last)]
    moments = sorted({*moments, at})
    return [Remaining(moment, count, moment > at) for moment, count in zip(moments, in_force_at(spans, moments), strict=True)]


def in_force_at(spans: Iterable[tuple[datetime, datetime]], moments: Sequence[datetime]) -> list[int]:
    """How many of the half-open spans hold at each moment. O((spans + moments) log spans)."""
    pairs = [(begins, end) for begins, end in spans if begins < end]
    begun, ended = sorted(begins for begins, _end in pairs), sorted(end for _begins, end in pairs)
    return [bisect_right(begun, moment) - bisect_right(ended, moment) for moment in moments]


def _months(at: datetime) -> list[datetime]:
    month = at.year * 12 + at.month - 1
    numbers = range(month - MONTHS_BACK + 1, month + MONTHS_AHEAD + 2)
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in numbers]


def _next_month(at: datetime) -> datetime:
    if at.year >= 9000:
        return FAR
    return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)


# The start of use ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What was recommended in one go: how much of it there is, how much waits for a decision, and one of those that do."""

    id: str
    number: int
    waiting: int
    in_force: int
    made_at: datetime
    by: str
    first_end: datetime
    last_end: datetime
    sample: Ruling | None


def batches_of(actor: Actor) -> list[BatchRow]:
    """Each go at the start of use, newest first. Three queries, however many rulings there are."""
    now = clock.now()
    seen = Ruling.objects.visible_to(actor).exclude(batch="")
    live = Q(revoked_at=None, expires_at__gt=now)
    waits = live & Q(decision=None)
    rows = seen.order_by().values("batch").annotate(
        number=Count("pk"), waiting=Count("pk", filter=waits), held=Count("pk", filter=live & Q(decision="yes")),
        made_at=Min("created_at"), first_end=Min("expires_at"), last_end=Max("expires_at"), first=Min("pk"),
        sample=Min("pk", filter=waits),
    )  # fmt: skip
    found = sorted(rows, key=lambda row: row["first"], reverse=True)
    wanted = {pk for row in found for pk in (row["first"], row["sample"]) if pk}
    known = seen.select_related("created_by").in_bulk(list(wanted))
    return [
        BatchRow(
            row["batch"],
            row["number"],
            row["waiting"],
            row["held"],
            row["made_at"],
            str(known[row["first"]].created_by or ""),
            row["first_end"],
            row["last_end"],
            known.get(row["sample"]),
        )
        for row in found
    ]
