"""A policy as a value, and what holds for every step of it. Its written forms are in `writing.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import heappop, heappush
from typing import Any, Literal

from approvals.policy.asking_each import EACH
from approvals.policy.conditions import OPS, Condition
from approvals.policy.writing import as_mapping
from foundation.canonical import decimal_text, digest

CheckLevel = Literal["blocking", "advisory", "off"]
Signature = Literal["click", "reauth"]
Unit = Literal["days", "hours", "minutes"]

EXCLUSIONS = ("contributors", "submitter")  # beside `step:<key>`; "contributors" are those who made it and who submitted it
DEFAULT_EXCLUSIONS = ("contributors",)
STEP_EXCLUSION = "step:"
SIGNATURES: tuple[Signature, ...] = ("click", "reauth")
UNITS: tuple[Unit, ...] = ("days", "hours", "minutes")


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A span of working time, never of calendar time. Working days do not convert into hours: that is the calendar's to say."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or self.amount < 1 or self.unit not in UNITS:
            raise ValueError(f"{self.amount} {self.unit} is no span of working time")

    @property
    def days(self) -> int:
        """Whole working days; 0 if it is given in hours or minutes."""
        return self.amount if self.unit == "days" else 0

    @property
    def minutes(self) -> int:
        """Working minutes; 0 if it is given in days."""
        return {"days": 0, "hours": 60, "minutes": 1}[self.unit] * self.amount

    def __str__(self) -> str:
        return f"{self.amount} working {self.unit[:-1] if self.amount == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class Reminder:
    """When to remind whoever a step waits for: so long before it is due, or after."""

    time: WorkingTime
    before: bool = True

    def __str__(self) -> str:
        return f"{self.time} {'before' if self.before else 'after'}"


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Who may pass an incomplete chain in an emergency, for how many hours, and how soon it has to be reviewed afterwards."""

    roles: tuple[str, ...] = ("operations", "project_lead", "ml_engineer")
    hours: int = 24
    review_within: WorkingTime = WorkingTime(3, "days")

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError("nobody may break glass: say None instead")
        if isinstance(self.hours, bool) or not 1 <= self.hours <= 24:
            raise ValueError(f"breaking glass for {self.hours} hours: 1 to 24 are possible")
        object.__setattr__(self, "roles", tuple(sorted(set(self.roles))))


@dataclass(frozen=True, slots=True)
class WorthTolerance:
    """By how much less a year than was approved a version may be worth: per cent of that, or with a `currency` an amount in it."""

    amount: Decimal
    currency: str = ""

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0 or (not self.currency and self.amount > 100):
            raise ValueError(f"{self.amount} {self.currency} is no tolerance")

    def __str__(self) -> str:
        return f"{decimal_text(self.amount)} {self.currency or '%'}"


@dataclass(frozen=True, slots=True)
class StandardChange:
    """A kind of change that is known well: it touches these components alone, keeps the limits, and needs some steps less.

    `limits`: plain values in the form that envelopes have; decimals are text.
    """

    key: str
    title: str
    touches: tuple[str, ...]
    without: tuple[str, ...]
    limits: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.touches or not self.without:
            raise ValueError(f"the standard change {self.key} needs components that it touches and steps that it does without")
        for name in ("touches", "without"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))


@dataclass(frozen=True, slots=True)
class Step:
    """One judgement that is asked for.

    `digest` covers what matters to the judgement (key, role, quorum, after, covers, exclude, and signature unless it is a mere
    click) and not the words and times around it: a ballot carries it, and a better title must not cost anybody an approval. The
    order within `after`, `covers`, `exclude` and `applies_if` means nothing.

    `applies_if`: all of them have to hold, else the step is not asked. `sla`: the working time that the step may take from its
    activation; it is due then. `remind` and `escalate_after` count from the time when it is due, so they need an `sla`. Once
    escalated, holders of `escalate_to` may act as well. `calendar`: slug of the working calendar; blank is that of the role,
    else the default one. `bulk`: may be approved among others on one page. A `role` of `EACH` makes one step for each of those
    whom a change touches (`expanded`).
    """

    key: str
    title: str
    role: str
    quorum: int = 1
    after: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUSIONS
    description: str = ""
    applies_if: tuple[Condition, ...] = ()
    signature: Signature = "click"
    sla: WorkingTime | None = None
    calendar: str = ""
    remind: tuple[Reminder, ...] = ()
    escalate_after: WorkingTime | None = None
    escalate_to: str = ""
    bulk: bool = False
    digest: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.quorum, bool) or self.quorum < 1:
            raise ValueError(f"the step {self.key} has a quorum of {self.quorum}: nobody would have to agree")
        if not self.covers:
            raise ValueError(f"the step {self.key} covers nothing: its approvals would outlive every change")
        if self.signature not in SIGNATURES:
            raise ValueError(f"the step {self.key} cannot be signed by {self.signature}")
        for name in ("after", "covers", "exclude"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        ordered = sorted(self.applies_if, key=lambda condition: (condition.fact, OPS.index(condition.op)))
        object.__setattr__(self, "applies_if", tuple(ordered))
        if len({(condition.fact, condition.op) for condition in ordered}) != len(ordered):
            raise ValueError(f"the step {self.key} compares a fact twice in the same way")
        if self.escalate_to and self.escalate_after is None:
            raise ValueError(f"the step {self.key} never escalates to {self.escalate_to}")
        object.__setattr__(self, "remind", tuple(dict.fromkeys(self.remind)))
        judged = ("key", "role", "quorum", "after", "covers", "exclude", *(("signature",) if self.signature != "click" else ()))
        object.__setattr__(self, "digest", digest({name: getattr(self, name) for name in judged}))

    @property
    def excluded_steps(self) -> tuple[str, ...]:
        """The keys of the steps whose approvers this step does not accept."""
        return tuple(name.removeprefix(STEP_EXCLUSION) for name in self.exclude if name.startswith(STEP_EXCLUSION))


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps and what holds for all of them. Raises ValueError for steps that cannot be put in order.

    `open_for_days`: how long a request stays open; `valid_for_days`: how long its decision holds; None is without end.
    `grace_days`: how long before its end a decision, a review or an exemption that ages out warns. `break_glass`: None if nobody
    may. `conditional`: whether somebody may approve with a condition.
    `reviewed_for`: criteria for which packages have to be reviewed beside what the risk demands; their order means nothing.
    `worth_tolerance`: how much less a year than approved a version may be worth; None is nothing less.
    `order` has the positions of the steps, each behind those it waits for, else as written; `before` has, for each step, the
    positions of the steps that it waits for. `asks_each`: whether a step asks each of those whom a change touches (`expanded`).
    """

    title: str
    steps: tuple[Step, ...]
    distinct_humans: bool = True
    open_for_days: int | None = None
    valid_for_days: int | None = None
    checks: Mapping[str, CheckLevel] = field(default_factory=dict)
    key: str = ""
    grace_days: int = 0
    break_glass: BreakGlass | None = BreakGlass()
    conditional: bool = True
    standard_changes: tuple[StandardChange, ...] = ()
    reviewed_for: tuple[str, ...] = ()
    worth_tolerance: WorthTolerance | None = None
    digest: str = field(init=False, compare=False)
    asks_each: bool = field(init=False, compare=False, repr=False)
    positions: dict[str, int] = field(init=False, compare=False, repr=False)
    before: tuple[tuple[int, ...], ...] = field(init=False, compare=False, repr=False)
    order: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        positions = {step.key: position for position, step in enumerate(self.steps)}
        if len(positions) != len(self.steps):
            raise ValueError("two steps have the same key")
        named = {name for step in self.steps for name in (*step.after, *step.excluded_steps)}
        named |= {name for change in self.standard_changes for name in change.without}
        unknown = named - positions.keys()
        if unknown:
            raise ValueError(f"there is no step {', '.join(sorted(unknown))}")
        if len({change.key for change in self.standard_changes}) != len(self.standard_changes):
            raise ValueError("two standard changes have the same key")
        cycles = find_cycles({step.key: step.after for step in self.steps})
        if cycles:
            raise ValueError(f"these steps wait for one another: {', '.join(cycles[0])}")
        before = tuple(tuple(positions[name] for name in step.after) for step in self.steps)
        object.__setattr__(self, "reviewed_for", tuple(sorted(set(self.reviewed_for))))
        object.__setattr__(self, "asks_each", any(step.role in EACH for step in self.steps))
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "before", before)
        object.__setattr__(self, "order", _in_order(before))
        object.__setattr__(self, "digest", digest(as_mapping(self)))

    def step(self, key: str) -> Step | None:
        position = self.positions.get(key)
        return None if position is None else self.steps[position]

    def standard_change(self, key: str) -> StandardChange | None:
        return next((change for change in self.standard_changes if change.key == key), None)


def _in_order(before: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """Each position behind those it waits for, else as written. There are no cycles by now."""
    left = [len(needs) for needs in before]
    behind: list[list[int]] = [[] for _ in before]
    for at, needs in enumerate(before):
        for need in needs:
            behind[need].append(at)
    ready = [at for at, count in enumerate(left) if not count]
    order: list[int] = []
    while ready:
        at = heappop(ready)
        order.append(at)
        for other in behind[at]:
            left[other] -= 1
            if not left[other]:
                heappush(ready, other)
    return tuple(order)


def find_cycles(after: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Each set of steps that wait for one another, as the way round. Steps that merely wait for such a set are not named."""
    left = {key: [name for name in names if name in after] for key, names in after.items()}
    cycles: list[list[str]] = []
    while True:
        while ready := [key for key, names in left.items() if not any(name in left for name in names)]:
            for key in ready:
                del left[key]
        if not left:
            return cycles
        way = [next(iter(left))]
        while way.count(way[-1]) < 2:
            way.append(next(name for name in left[way[-1]] if name in left))
        cycles.append(way[way.index(way[-1]) :])
        for key in cycles[-1][1:]:
            del left[key]
