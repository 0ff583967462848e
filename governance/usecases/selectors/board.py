"""All use cases by stage, with what stands in the way of each: a constant number of queries, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, FilteredRelation, Q, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from foundation import clock
from foundation.actor import Actor
from governance.people.roles import role_label
from governance.usecases import conditions
from governance.usecases.lifecycle import Stage
from governance.usecases.models import UseCase
from governance.usecases.selectors.stages import InForce, cached_standing, lifecycle_in_force
from governance.usecases.selectors.use_cases import found

CARDS = 10  # of each column; all of one are shown on a page of their own


@dataclass(frozen=True, slots=True)
class Card:
    """One use case on the board. `lacking` is how many conditions are not met; `first` the first of them, with whose it is."""

    use_case: UseCase
    stage: Stage
    since: datetime
    lacking: int
    first: str
    first_said: str
    first_url: str
    first_roles: tuple[str, ...]
    standstill: str  # parked, killed or never_started; blank while nobody said so

    @property
    def age(self) -> timedelta:
        return clock.now() - self.since

    @property
    def more(self) -> int:
        """How many are missing beside the first."""
        return max(self.lacking - 1, 0)

    @property
    def ready(self) -> bool:
        """Everything that is asked to go on is there."""
        return not self.lacking and self.asks

    @property
    def asks(self) -> bool:
        """Whether anything is asked of it: research is not chased."""
        return self.use_case.kind != UseCase.Kind.RESEARCH


@dataclass(frozen=True, slots=True)
class Column:
    """One stage with its longest-standing use cases, and how many there are."""

    stage: Stage
    cards: list[Card]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.cards)


def at_stage(rows: QuerySet[UseCase], rules: InForce) -> QuerySet[Any]:
    """The rows with `at`, the stage where each stands: what never moved stands at the first."""
    first = Value(rules.lifecycle.first.key)
    return rows.annotate(at=Case(When(stage="", then=first), default=F("stage"), output_field=CharField()))


def with_standstill(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with `still`: what kind of standstill somebody said, if it lasts. At most one does, so it is joined."""
    lasting = FilteredRelation("standstills", condition=Q(standstills__ended_at=None))
    return rows.annotate(lasting=lasting).annotate(still=F("lasting__kind"))


def board(actor: Actor, *, text: str = "", kind: str = "", cards: int = CARDS) -> list[Column]:
    """A column for each stage, those that stand there longest on top."""
    rules = lifecycle_in_force()
    rows = at_stage(found(actor, text=text, kind=kind), rules)
    placed: Any = (
        with_standstill(rows)
        .annotate(
            place=Window(RowNumber(), partition_by="at", order_by=[Coalesce("stage_since", "created_at").asc(), F("pk").asc()]),
            total=Window(Count("pk"), partition_by="at"),
        )
        .filter(place__lte=cards)
    )
    shown = list(placed.order_by("at", "place"))
    by_stage: dict[str, list[Card]] = defaultdict(list)
    totals: dict[str, int] = {}
    for row, card in zip(shown, cards_of(shown, rules), strict=True):
        by_stage[row.at].append(card)
        totals[row.at] = row.total
    return [Column(stage, by_stage[stage.key], totals.get(stage.key, 0)) for stage in rules.lifecycle.stages]


def cards_of(rows: Sequence[UseCase], rules: InForce) -> list[Card]:
    """The cards of these use cases (from `with_standstill`), in their order. A constant number of queries."""
    standings = [cached_standing(row, rules) for row in rows]
    needs = {row.pk: rules.lifecycle.needs(standing.stage.key, row.kind) for row, standing in zip(rows, standings, strict=True)}
    asked = [row for row in rows if row.kind != UseCase.Kind.RESEARCH]
    answers = conditions.evaluate_each({row: needs[row.pk] for row in asked})
    made = []
    for row, standing in zip(rows, standings, strict=True):
        said = answers.get(row.pk, {})
        lacking = [key for key in needs[row.pk] if key in said and not said[key].met]
        first = said[lacking[0]] if lacking else None
        made.append(
            Card(
                use_case=row,
                stage=standing.stage,
                since=standing.since,
                lacking=len(lacking),
                first=conditions.label_of(lacking[0]) if lacking else "",
                first_said=str(first.said) if first else "",
                first_url=first.url if first else "",
                first_roles=tuple(role_label(role) for role in first.roles) if first else (),
                standstill=getattr(row, "still", None) or "",
            )
        )
    return made


def counts(actor: Actor, rules: InForce) -> dict[str, int]:
    """How many of the use cases that the actor sees stand at each stage. One query."""
    rows = at_stage(UseCase.objects.visible_to(actor), rules).order_by().values_list("at")
    return dict(rows.annotate(count=Count("pk")))
