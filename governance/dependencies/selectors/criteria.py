"""Reads over criteria: those that ship and the organisation's own; what was ever stated by them, and what may be stated now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import CharField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from foundation import clock
from foundation.actor import Actor
from governance.dependencies.licences import Policy
from governance.dependencies.models import Criterion
from governance.dependencies.review_graph import SHIPPED, Criteria
from governance.dependencies.selectors.licences import policy_of, rules_at
from governance.dependencies.wording_sources import CRITERIA

_RULE, _CRITERION = "rule", "criterion"


@dataclass(frozen=True, slots=True)
class Offered:
    """A criterion that may be stated now, in the words of those who offer it."""

    key: str
    title: str
    description: str = ""

    @property
    def label(self) -> str:
        """Own ones with their key: by that policies and answers call them."""
        return self.title if self.key in SHIPPED else f"{self.title} ({self.key})"


def criteria_known(at: datetime | None = None) -> Criteria:
    """All that may have been stated by `at` (now), retired ones too: what they imply holds for ever. One query."""
    return _criteria(_written(at or clock.now()).values_list("key", "said"))


def criteria_offered() -> list[Offered]:
    """What a review, a source, an exemption or a policy may state from now on: what ships, then own ones by name. One query."""
    own = Criterion.objects.filter(retired_at=None).order_by("title", "key")
    shipped = [Offered(key, str(CRITERIA[key])) for key in SHIPPED]
    return [*shipped, *(Offered(row.key, row.title, row.description) for row in own)]


def not_offered(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Those of some names that may not be stated now, and, where there are any, all that may. No query where all of them ship."""
    asked = list(dict.fromkeys(names))
    if all(name in SHIPPED for name in asked):
        return [], []
    known = [item.key for item in criteria_offered()]
    wrong = [name for name in asked if name not in known]
    return wrong, known if wrong else []


def criterion_titles(names: Iterable[str]) -> dict[str, str]:
    """What own criteria are called, retired ones too. One query, and none where all of them ship."""
    own = {name for name in names if name not in SHIPPED}
    return dict(Criterion.objects.filter(key__in=own).values_list("key", "title")) if own else {}


def criteria_seen_by(actor: Actor) -> QuerySet[Criterion]:
    return Criterion.objects.visible_to(actor).select_related("created_by")


def policy_and_criteria(at: datetime) -> tuple[Policy, Criteria]:
    """Which licences may be used at `at` and which criteria were known, in one statement: a gate asks for both with each answer."""
    rules = rules_at(at).annotate(of=Value(_RULE, CharField())).values_list("of", "licence", "answer", "pk")
    own = _written(at).annotate(of=Value(_CRITERION, CharField())).values_list("of", "key", "said", "pk")
    rows = list(rules.order_by().union(own.order_by(), all=True))
    ruled = [(licence, answer) for _pk, licence, answer in sorted((pk, one, two) for of, one, two, pk in rows if of == _RULE)]
    return policy_of(ruled), _criteria((key, said) for of, key, said, _pk in rows if of == _CRITERION)


def _written(at: datetime) -> QuerySet[Any]:
    return Criterion.objects.filter(created_at__lte=at).annotate(said=Cast("implies", TextField()))


def _criteria(rows: Iterable[tuple[str, str]]) -> Criteria:
    return _built(tuple(sorted(rows)))


@lru_cache(maxsize=100)
def _built(rows: tuple[tuple[str, str], ...]) -> Criteria:
    """By what was read: an answer finds again what the one before it worked out, and never what is not so any more."""
    return SHIPPED.and_own({key: json.loads(said) for key, said in rows})
