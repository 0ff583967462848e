"""Where the stack of a use case stands: what it needs against what its platform offers, and what was agreed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, OuterRef, QuerySet, Subquery

from foundation import clock
from foundation.actor import Actor
from governance.usecases.models import Platform, PlatformOffer, StackDeviation, StackNeed, UseCase
from governance.usecases.stack import Comparison, Covered, compare, covers


@dataclass(frozen=True, slots=True)
class Stack:
    """`standing`: missing (nobody said what it needs), unknown, deviates or fits. Of the offer, its number and content are known."""

    standing: str
    need: StackNeed | None = None
    offer: PlatformOffer | None = None
    comparison: Comparison | None = None
    asked: tuple[StackDeviation, ...] = ()  # for what is lacking, and waiting for a second person

    def waiting_for(self, key: tuple[str, str, str]) -> StackDeviation | None:
        """What somebody asked for about one part, if it waits."""
        found = next((item for item in self.comparison.findings if item.key == key), None) if self.comparison else None
        return next((row for row in self.asked if found is not None and covers(covered(row), found)), None)


def covered(row: StackDeviation) -> Covered:
    return Covered(row.aspect, row.item, row.wanted, row)


def stack_of(use_case: UseCase) -> Stack:
    """Where one use case stands. Two queries."""
    return stacks_of([use_case])[use_case.pk]


def stacks_of(use_cases: Iterable[UseCase]) -> dict[int, Stack]:
    """The same for many, by primary key, at a constant number of queries."""
    cases = list(use_cases)
    newest = StackNeed.objects.filter(use_case__in=cases).order_by().values("use_case").annotate(newest=Max("pk"))
    offered = PlatformOffer.objects.filter(platform=OuterRef("platform")).order_by("-number")
    rows: Any = StackNeed.objects.filter(pk__in=newest.values("newest")).select_related("platform", "created_by")
    rows = rows.annotate(**{f"offer_{name}": Subquery(offered.values(name)[:1]) for name in ("number", "content")})
    needs: dict[int, Any] = {row.use_case_id: row for row in rows}
    offers = {
        row.platform_id: PlatformOffer(platform=row.platform, number=row.offer_number, content=row.offer_content)
        for row in needs.values()
        if row.offer_number is not None
    }
    platforms = {row.platform_id for row in needs.values()}
    deviations: dict[int, list[StackDeviation]] = defaultdict(list)
    for deviation in deviations_live().filter(platform__in=platforms) if platforms else ():
        deviations[deviation.platform_id].append(deviation)
    return {case.pk: _stack(needs.get(case.pk), offers, deviations) for case in cases}


def _stack(need: StackNeed | None, offers: dict[int, PlatformOffer], deviations: dict[int, list[StackDeviation]]) -> Stack:
    if need is None:
        return Stack("missing")
    offer, known = offers.get(need.platform_id), deviations.get(need.platform_id, [])
    agreed = [covered(row) for row in known if row.confirmed_at is not None]
    comparison = compare(need.content, offer.content if offer else {}, agreed)
    waiting = [row for row in known if row.confirmed_at is None]
    asked = tuple(row for row in waiting if any(covers(covered(row), finding) for finding in comparison.lacking))
    return Stack(comparison.state, need, offer, comparison, asked)


def newest_offers() -> QuerySet[PlatformOffer]:
    """What each platform offers now."""
    rows: QuerySet[PlatformOffer] = PlatformOffer.objects.annotate(newest=Max("platform__offers__number"))
    return rows.filter(number=F("newest")).select_related("platform", "created_by")


def deviations_live() -> QuerySet[StackDeviation]:
    """Deviations that are asked for or agreed to, and whose time is not over."""
    rows = StackDeviation.objects.live(clock.now().date())
    return rows.select_related("platform", "use_case", "proposed_by", "confirmed_by").order_by("pk")


def needs_of(use_case: UseCase, *, limit: int = 50) -> list[StackNeed]:
    """What it needed over time, newest first."""
    return list(use_case.stack_needs.select_related("platform", "created_by").order_by("-number")[:limit])


def use_cases_on(actor: Actor, platform: Platform, *, limit: int = 200) -> list[UseCase]:
    """Use cases the actor sees whose newest need names the platform."""
    newest = StackNeed.objects.order_by().values("use_case").annotate(newest=Max("pk"))
    here = StackNeed.objects.filter(pk__in=newest.values("newest"), platform=platform)
    return list(UseCase.objects.visible_to(actor).filter(pk__in=here.values("use_case")).order_by("title", "pk")[:limit])
