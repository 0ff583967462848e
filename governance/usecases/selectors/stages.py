"""Where use cases stand: computed from their moves; what is missing to go on, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from foundation import clock
from governance.people.models import RoleGrant, User
from governance.people.roles import READ_ONLY, role_label
from governance.people.selectors import holders
from governance.usecases import conditions
from governance.usecases.conditions import Answer
from governance.usecases.lifecycle import Lifecycle, Stage, parse
from governance.usecases.models import LifecycleVersion, StageMove, UseCase

SHIPPED = Path(__file__).resolve().parent.parent / "shipped" / "lifecycle.yaml"
NUMBER_SHIPPED = 0


@dataclass(frozen=True, slots=True)
class InForce:
    """The lifecycle that holds: version 0 is the one that ships."""

    number: int
    lifecycle: Lifecycle


@lru_cache(maxsize=1)
def shipped_lifecycle() -> InForce:
    return InForce(NUMBER_SHIPPED, parse(SHIPPED.read_bytes()))


def lifecycle_in_force(at: datetime | None = None) -> InForce:
    """The newest version that was published by `at` (now). One query."""
    rows = LifecycleVersion.objects.filter(created_at__lte=at) if at else LifecycleVersion.objects.all()
    row = rows.order_by("-number").first()
    return InForce(row.number, parse(row.body)) if row is not None else shipped_lifecycle()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one use case stands, since when, by which lifecycle. `moves` is how often it moved."""

    use_case: UseCase
    stage: Stage
    since: datetime
    moves: int
    rules: InForce

    @property
    def following(self) -> Stage | None:
        return self.rules.lifecycle.following(self.stage.key) if self.known else None

    @property
    def known(self) -> bool:
        """Whether the lifecycle still has the stage. It always has: a version without it cannot be published."""
        return self.rules.lifecycle.stage(self.stage.key) is not None

    @property
    def age(self) -> timedelta:
        return clock.now() - self.since


def stage_of(use_case: UseCase, at: datetime | None = None) -> Standing:
    """Where the use case stands, or stood at `at`, from its moves and the lifecycle of that time. Two queries."""
    moves = use_case.stage_moves.filter(created_at__lte=at) if at else use_case.stage_moves.all()
    return standing_after(use_case, moves.order_by("-number").first(), lifecycle_in_force(at))


def standing_after(use_case: UseCase, newest: StageMove | None, rules: InForce) -> Standing:
    """The same for a caller that has read the newest move. No query."""
    if newest is None:
        return Standing(use_case, rules.lifecycle.first, use_case.created_at, 0, rules)
    return Standing(use_case, _stage(rules, newest.to_stage), newest.created_at, newest.number, rules)


def cached_standing(use_case: UseCase, rules: InForce) -> Standing:
    """The same from the columns that lists sort by; no query. `moves` is not known there and stays 0."""
    stage = _stage(rules, use_case.stage) if use_case.stage else rules.lifecycle.first
    return Standing(use_case, stage, use_case.stage_since or use_case.created_at, 0, rules)


def _stage(rules: InForce, key: str) -> Stage:
    return rules.lifecycle.stage(key) or Stage(key, {"en": key})


# What is missing, and whose it is -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of the way on, as it is answered now. `people` are those who hold one of its roles here."""

    key: str
    label: str
    answer: Answer
    people: tuple[User, ...] = ()
    on_entry: bool = False  # the next stage asks for it, not this one

    @property
    def role_labels(self) -> list[str]:
        return [role_label(role) for role in self.answer.roles]

    @property
    def met(self) -> bool:
        return self.answer.met


def asked_to_go_on(standing: Standing) -> list[Asked]:
    """Every condition between this stage and the next, in the order in which the lifecycle names them."""
    if not standing.known:
        return []
    use_case = standing.use_case
    keys = standing.rules.lifecycle.needs(standing.stage.key, use_case.kind)
    leaving = {need.condition for need in standing.stage.leave}
    answers = conditions.evaluate(use_case, keys)
    held = holders(scope=use_case.public_id) if any(answer.roles and not answer.met for answer in answers.values()) else {}
    return [
        Asked(
            key=key,
            label=conditions.label_of(key),
            answer=answers[key],
            people=() if answers[key].met else tuple(_people(held, answers[key].roles)),
            on_entry=key not in leaving,
        )
        for key in keys
    ]


def _people(held: Mapping[str, Mapping[str, RoleGrant]], roles: Iterable[str]) -> list[User]:
    """Who holds the roles, each once; those who hold one on the use case itself stand for it before the organisation's."""
    grants = [grant for role in roles for grant in held.get(role, {}).values()]
    here = [grant for grant in grants if grant.scope] or grants
    return list(dict.fromkeys(grant.user for grant in here))


def missing(asked: Sequence[Asked]) -> list[Asked]:
    return [item for item in asked if not item.met]


# Going back ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a return concerns: role → people with a role on this use case, and who uses what it puts out."""

    roles: tuple[tuple[str, tuple[User, ...]], ...]
    consumers: tuple[Mapping[str, Any], ...]

    @property
    def people(self) -> list[User]:
        return list(dict.fromkeys(user for _role, users in self.roles for user in users))


def affected_by_return(use_case: UseCase) -> Affected:
    """Everybody who works on it by role, without those who only read; and its known consumers. Two queries."""
    grants = RoleGrant.objects.live().filter(scope=use_case.public_id).exclude(role__in=READ_ONLY).select_related("user")
    by_role: dict[str, list[User]] = {}
    for grant in grants.order_by("role", "pk"):
        by_role.setdefault(grant.role, []).append(grant.user)
    definition = use_case.definitions.order_by("-number").first()
    return Affected(
        roles=tuple((role_label(role), tuple(users)) for role, users in by_role.items()),
        consumers=tuple(definition.consumers_shown()) if definition else (),
    )


# History -------------------------------------------------------------------------------------------------------------


def moves_of(use_case: UseCase) -> list[StageMove]:
    """Every move, newest first. One query."""
    return list(use_case.stage_moves.select_related("created_by", "use_case").order_by("-number"))


def last_return(moves: Sequence[StageMove]) -> StageMove | None:
    """The return after which it has not gone further than it had been; None when it never came back, or got over it."""
    return next((move for move in moves if move.back), None)
