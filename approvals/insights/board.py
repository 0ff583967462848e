"""Many passages in a few figures: where time is lost, what held things up, what would have helped.

A passage is one request on its way from opening to closing, as spans. Everything here is a function of passages, so the same figures
come out of recorded rows and out of tests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from approvals.insights.critical_path import Edge, savings
from approvals.insights.intervals import Interval
from approvals.insights.percentiles import Figures, figures
from approvals.insights.spans import Span, chain, waiting_intervals
from approvals.policy.asking_each import as_written

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
StepName = tuple[str, str]  # key of the policy, key of the step
WorkingTimeOf = Callable[["Passage", Span, datetime, datetime], timedelta]


@dataclass(frozen=True, slots=True)
class Passage:
    """One closed request. `roles` and `covers` by step. `reworked`: it took more than one round, or somebody asked for changes.

    `carried`: steps that were met at the opening by what people had said about the version before. `without`: steps that a
    standard change did without.
    """

    id: str
    use_case: str
    policy: str
    state: str
    opened_at: datetime
    closed_at: datetime
    spans: tuple[Span, ...] = ()
    reworked: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    covers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    carried: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    is_release: bool = True  # whether a benefit waits for it


@dataclass(frozen=True, slots=True)
class Times:
    """What one step, role or use case took. Waiting and working in elapsed days and in working hours; `total` in elapsed days.

    `estimated`: how many of the spans were derived from ballots. `waits`: when its critical spans waited, by use case.
    """

    key: tuple[str, ...]
    waiting: Figures
    working: Figures
    total: Figures
    waiting_hours: Figures
    working_hours: Figures
    spans: int
    estimated: int
    waits: Mapping[str, Sequence[Interval]]


Grouping = Callable[[Passage, Span], tuple[str, ...]]
GROUPS: Mapping[str, Grouping] = {
    "step": lambda passage, span: (passage.policy, as_written(span.step)),
    "role": lambda passage, span: (as_written(passage.roles.get(span.step, "")),),
    "use_case": lambda passage, span: (passage.use_case,),
}


def times(passages: Sequence[Passage], group: Grouping, working_time: WorkingTimeOf) -> list[Times]:
    """The figures of each group, that with the most waiting in all first; equal ones by name."""
    spans: dict[tuple[str, ...], list[tuple[Passage, Span]]] = defaultdict(list)
    waits: dict[tuple[str, ...], dict[str, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for passage in passages:
        critical = path_of(passage)
        for span in passage.spans:
            key = group(passage, span)
            spans[key].append((passage, span))
            if passage.is_release and span in critical:
                waits[key][passage.use_case] += waiting_intervals([span], now=passage.closed_at)
    found = [_times(key, rows, waits[key], working_time) for key, rows in spans.items()]
    return sorted(found, key=lambda row: (-(row.waiting.median or 0) * row.waiting.n, row.key))


def _times(
    key: tuple[str, ...],
    rows: Sequence[tuple[Passage, Span]],
    waits: Mapping[str, Sequence[Interval]],
    working_time: WorkingTimeOf,
) -> Times:
    looked = [(passage, span, span.looked_at) for passage, span in rows if span.looked_at is not None]
    met = [(passage, span, look, span.ended_at) for passage, span, look in looked if span.met and span.ended_at is not None]
    return Times(
        key=key,
        waiting=figures((span.waiting or timedelta()) / A_DAY for _passage, span, _look in looked),
        working=figures((span.working or timedelta()) / A_DAY for _passage, span, _look, _end in met),
        total=figures((span.ended_at - span.started_at) / A_DAY for _passage, span in rows if span.met and span.ended_at),
        waiting_hours=figures(working_time(passage, span, span.started_at, look) / AN_HOUR for passage, span, look in looked),
        working_hours=figures(working_time(passage, span, look, end) / AN_HOUR for passage, span, look, end in met),
        spans=len(rows),
        estimated=sum(span.estimated for _passage, span in rows),
        waits={use_case: tuple(intervals) for use_case, intervals in waits.items()},
    )


def path_of(passage: Passage) -> list[Span]:
    """The critical path of a passage through all its rounds."""
    return chain(passage.spans, now=passage.closed_at)


@dataclass(frozen=True, slots=True)
class OnPath:
    """How often a step was on the critical path of the requests that asked it."""

    step: StepName
    times: int
    of: int

    @property
    def share(self) -> float:
        return self.times / self.of


def on_critical_path(passages: Iterable[Passage]) -> list[OnPath]:
    """For each step, most often first; equal ones by name."""
    asked: Counter[StepName] = Counter()
    critical: Counter[StepName] = Counter()
    for passage in passages:
        asked.update({(passage.policy, span.step) for span in passage.spans})
        critical.update({(passage.policy, span.step) for span in path_of(passage)})
    found = [OnPath(step, critical[step], number) for step, number in asked.items()]
    return sorted(found, key=lambda row: (-row.share, -row.times, row.step))


@dataclass(frozen=True, slots=True)
class Parallel:
    """What it would have saved if the second step had not waited for the first: days, over the requests in which it waited.

    `shared`: the components that both judge. With none in common the second can hardly need the first one's result.
    """

    policy: str
    edge: Edge
    saved: Figures
    shared: tuple[str, ...]


def parallel(passages: Iterable[Passage]) -> list[Parallel]:
    """Every "waits for" of the last rounds by what it cost, those that judge nothing in common first. Only what costs something."""
    found: dict[tuple[str, Edge], list[float]] = defaultdict(list)
    shared: dict[tuple[str, Edge], frozenset[str]] = {}
    for passage in passages:
        last = max((span.round for span in passage.spans), default=1)
        for edge, saved in savings([span for span in passage.spans if span.round == last]).items():
            found[passage.policy, edge].append(saved / A_DAY)
            shared[passage.policy, edge] = passage.covers.get(edge[0], frozenset()) & passage.covers.get(edge[1], frozenset())
    rows = [
        Parallel(policy, edge, figures(days), tuple(sorted(shared[policy, edge])))
        for (policy, edge), days in found.items()
        if any(days)
    ]
    return sorted(rows, key=lambda row: (bool(row.shared), -(row.saved.median or 0), -row.saved.n, row.policy, row.edge))


@dataclass(frozen=True, slots=True)
class Spared:
    """Steps that nobody had to work on, and how long they would have taken: the median of that step, for each of them.

    `without_figures`: steps of which nobody has measured how long they take.
    """

    carried: int
    without: int
    days: float
    without_figures: int


def spared(passages: Sequence[Passage]) -> Spared:
    """What carrying over and standard changes saved. Steps run side by side, so the days are days of steps, not of requests."""
    took: dict[StepName, list[float]] = defaultdict(list)
    for passage in passages:
        for span in passage.spans:
            if span.met and span.ended_at is not None:
                took[passage.policy, span.step].append((span.ended_at - span.started_at) / A_DAY)
    medians = {step: figures(days).median for step, days in took.items()}
    steps = [(passage.policy, step) for passage in passages for step in (*passage.carried, *passage.without)]
    return Spared(
        carried=sum(len(passage.carried) for passage in passages),
        without=sum(len(passage.without) for passage in passages),
        days=sum(medians.get(step) or 0.0 for step in steps),
        without_figures=sum(medians.get(step) is None for step in steps),
    )


def waits_by_use_case(passages: Iterable[Passage]) -> dict[str, list[Interval]]:
    """When releases of each use case waited on their critical path for somebody to look."""
    found: dict[str, list[Interval]] = defaultdict(list)
    for passage in passages:
        if passage.is_release and passage.use_case:
            found[passage.use_case] += waiting_intervals(path_of(passage), now=passage.closed_at)
    return dict(found)
