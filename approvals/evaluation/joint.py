"""The best choice of approvals where some of them take up more than one thing at once.

What an approval takes up is a set of claims: a person in the whole request, or on one step, or on a pair of steps kept apart. Two
approvals that share a claim cannot both count. If each had one claim, this were a matching. So those that cannot be reduced to
one are decided upon one after the other, all ways, and the rest is matched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from approvals.evaluation.values import Ballot
from approvals.matching import Human, Placement, Seating, Steps, fill_in_turn, out_of_reach

Claim = str  # "<scope> <person>"
Key = tuple[Any, ...]

MOST_WAYS = 512  # to choose among the approvals that take up several claims; beyond these, what was found is taken
MOST_WORK = 50_000  # ways × approvals
MOST_TRIED = 5_000  # candidates × approvals that are tried one by one


@dataclass(frozen=True, slots=True)
class Option:
    """One approval that could count: `voice` on the step `at`."""

    at: int
    voice: Human
    claims: frozenset[Claim]


@dataclass(slots=True)
class Choice:
    """One way of choosing. The greater the key of what `run` found, the better. `sure`: nothing better is possible."""

    key: Key
    found: Any
    options: list[Option]
    sure: bool = False


@dataclass(slots=True)
class Count:
    """The best choice, and where it leaves the steps. `later`: those that wait."""

    have: list[int]
    active: list[bool]
    met: list[bool]
    later: list[int]
    chosen: list[Option]
    sure: bool


Run = Callable[[Seating, Sequence[int]], tuple[Key, Any]]


def place_jointly(
    steps: Steps,
    approvals: Sequence[Mapping[Human, Ballot]],
    themselves: Sequence[AbstractSet[Human]],
    apart: Sequence[tuple[int, int]],
    *,
    distinct: bool,
) -> Placement:
    """As `matching.place`, for approvals that take up several people, and for pairs of steps that share nobody."""
    scopes = [[""] for _ in approvals] if distinct else _scopes(len(approvals), apart)

    def option(at: int, voice: Human, human: Human) -> Option:
        return Option(at, voice, frozenset([f"{scope} {person}" for scope in scopes[at] for person in {voice, human}]))

    options = [
        option(at, voice, ballot.human)
        for at, ballots in enumerate(approvals)
        for voice, ballot in sorted(ballots.items(), key=lambda item: (item[1].human != item[0], item[0]))
    ]
    best = _count(steps, options)
    counted = _with_left_over(steps, best, options)
    size = range(len(steps.quorums))
    if all(best.met):
        return Placement(counted, best.have, best.active, best.met, [False for _ in size], [[] for _ in size])
    if distinct:
        seating = Seating(steps.eligible, {item.voice: item.at for item in best.chosen if best.active[item.at]})
        short = out_of_reach(steps, best.have, best.active, best.later, seating)
    elif apart:
        own = [option(at, human, human) for at in size if steps.sound[at] for human in sorted(steps.eligible[at])]
        short = _short_apart(steps, best, own)
    else:
        short = [steps.sound[at] and not best.met[at] and len(steps.eligible[at]) < steps.quorums[at] for at in size]
    pending = [at for at in steps.order if best.active[at] and steps.sound[at] and not best.met[at] and not short[at]]
    candidates = {at: [option(at, human, human) for human in sorted(steps.eligible[at] - approvals[at].keys())] for at in pending}
    wanted = _wanted(steps, best, options, candidates)
    if any(not wanted[at] for at in pending):  # nobody alone: those who have not spoken for themselves, wherever it is open
        for at in size:
            if best.active[at] and steps.sound[at] and not short[at] and not wanted[at]:
                wanted[at] = sorted(steps.eligible[at] - themselves[at])
    return Placement(counted, best.have, best.active, best.met, short, wanted)


def _scopes(size: int, apart: Sequence[tuple[int, int]]) -> list[list[str]]:
    """Within what nobody counts twice, for each step: each group of steps apart from one another that it is one of, else the step
    itself. Every pair is in a group; few groups, as large as can be, mean few claims."""
    beside: dict[int, set[int]] = {}
    for one, other in apart:
        if one != other:
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    found: list[list[str]] = [[] for _ in range(size)]
    grouped: set[tuple[int, int]] = set()
    for one in sorted(beside):
        for other in sorted(beside[one]):
            if (one, other) in grouped:
                continue
            group = [one, other]
            for third in sorted(beside[one] & beside[other]):
                if beside[third].issuperset(group):
                    group.append(third)
            grouped.update((left, right) for left in group for right in group)
            for at in group:
                found[at].append("-".join(map(str, sorted(group))))
    return [names or [str(at)] for at, names in enumerate(found)]


def _count(steps: Steps, options: Sequence[Option]) -> Count:
    """The choice by which as much as possible is met: active steps in order, then those that wait."""
    size = range(len(steps.quorums))

    def run(seating: Seating, given: Sequence[int]) -> tuple[Key, Any]:
        have, active, met, later = fill_in_turn(steps, seating, [min(given[at], steps.quorums[at]) for at in size])
        first = tuple([have[at] if active[at] and steps.sound[at] else 0 for at in steps.order])
        for at in later:
            have[at] += seating.fill(at, steps.quorums[at] - have[at])
        return (first, tuple(have)), (have, active, met, later)

    single, joint = _reduced(options)
    best = _best(single, joint, len(size), run)
    have, active, met, later = best.found
    return Count(have, active, met, later, best.options, best.sure)


def _most(options: Sequence[Option], phases: Sequence[tuple[int, int]], size: int) -> Key:
    """How many people each phase (a step, and how many it wants) can get, earlier phases first.

    If there are too many ways to try them all, approvals are taken for lighter than they are: too hopeful rather than too sad.
    """

    def run(seating: Seating, given: Sequence[int]) -> tuple[Key, Any]:
        left = list(given)
        key = []
        for at, number in phases:
            got = min(number, left[at])
            left[at] -= got
            key.append(got + seating.fill(at, number - got))
        return tuple(key), None

    single, joint = _reduced(options)
    best = _best(single, joint, size, run)
    return best.key if best.sure else _run([*single, *_light(joint)], [], size, run).key


def _best(
    single: Sequence[tuple[Option, Claim]], joint: Sequence[tuple[Option, frozenset[Claim]]], size: int, run: Run
) -> Choice:
    """The best over all ways to choose among `joint`, the rest being matched."""
    if not joint:
        best = _run(single, [], size, run)
        best.sure = True
        return best
    bound = _run([*single, *_light(joint)], [], size, run).key
    best = _run(single, [], size, run)
    left = min(MOST_WAYS, MOST_WORK // (len(single) + len(joint)) + 1)
    for taken, used in _ways(joint, 0, [], frozenset()):
        if best.key == bound:
            break
        if not left:
            return best
        left -= 1
        choice = _run([item for item in single if item[1] not in used], taken, size, run)
        if choice.key > best.key:
            best = choice
    best.sure = True
    return best


def _light(joint: Sequence[tuple[Option, frozenset[Claim]]]) -> list[tuple[Option, Claim]]:
    """As if each took up one claim only: nothing better than what comes out of it is possible."""
    return [(option, min(claims)) for option, claims in joint]


def _run(single: Sequence[tuple[Option, Claim]], taken: Sequence[Option], size: int, run: Run) -> Choice:
    """What comes out when `taken` count, and the others where their claim is seated."""
    willing: list[set[Claim]] = [set() for _ in range(size)]
    by_claim: dict[tuple[int, Claim], Option] = {}
    given = [0 for _ in range(size)]
    for option in taken:
        given[option.at] += 1
    for option, claim in single:
        if claim not in willing[option.at]:
            willing[option.at].add(claim)
            by_claim[option.at, claim] = option
    seating = Seating(willing)
    key, found = run(seating, given)
    return Choice(key, found, [*taken, *[by_claim[at, claim] for claim, at in seating.owner.items()]])


def _ways(
    joint: Sequence[tuple[Option, frozenset[Claim]]], start: int, taken: list[Option], used: frozenset[Claim]
) -> Iterator[tuple[list[Option], frozenset[Claim]]]:
    """All ways to take one or more that share no claim, with what they take up."""
    for at in range(start, len(joint)):
        option, claims = joint[at]
        if used.isdisjoint(claims):
            yield [*taken, option], used | claims
            yield from _ways(joint, at + 1, [*taken, option], used | claims)


def _reduced(
    options: Sequence[Option],
) -> tuple[list[tuple[Option, Claim]], list[tuple[Option, frozenset[Claim]]]]:
    """The options that take up one claim, and those that take up several, less the claims for which another one stands: whoever
    takes them takes that one as well."""
    claims = [set(option.claims) for option in options]
    takers: dict[Claim, set[int]] = {}
    for number, option in enumerate(options):
        for claim in option.claims:
            takers.setdefault(claim, set()).add(number)
    queue = [number for number, left in enumerate(claims) if len(left) > 1]
    again = True
    while again:
        again = False
        for number in queue:
            left = claims[number]
            for claim in sorted(left):
                if any(other != claim and takers[claim] <= takers[other] for other in left):
                    left.discard(claim)
                    takers[claim].discard(number)
                    again = True
    pairs = list(zip(options, claims, strict=True))
    single = [(option, next(iter(left))) for option, left in pairs if len(left) == 1]
    return single, [(option, frozenset(left)) for option, left in pairs if len(left) > 1]


def _with_left_over(steps: Steps, best: Count, options: Sequence[Option]) -> list[list[Human]]:
    """The voices that count on each step: the chosen, and who is left over on the first step that still can have them."""
    counts = list(best.chosen)
    used = {claim for option in counts for claim in option.claims}
    if not best.sure:  # who is left over might be missing somewhere: it is not for us to say that he is not needed
        options = ()
    by_step: dict[int, list[Option]] = {}
    for option in options:
        by_step.setdefault(option.at, []).append(option)
    for waits in (False, True):
        for at in steps.order:
            if best.active[at] is not waits:
                for option in by_step.get(at, ()):
                    if used.isdisjoint(option.claims):
                        counts.append(option)
                        used |= option.claims
    counted: list[list[Human]] = [[] for _ in steps.quorums]
    for option in counts:
        counted[option.at].append(option.voice)
    return [sorted(voices) for voices in counted]


def _short_apart(steps: Steps, best: Count, own: Sequence[Option]) -> list[bool]:
    """The steps out of reach, where some pairs of steps share nobody: as `out_of_reach`, over everybody's own approval."""
    first = [(at, best.have[at]) for at in steps.order if best.active[at] and steps.sound[at]]
    then = [(at, steps.quorums[at] - number) for at, number in first] + [(at, steps.quorums[at]) for at in best.later]
    most = _most(own, [*first, *then], len(steps.quorums))
    short = [False for _ in steps.quorums]
    for (at, number), got in zip(then, most[len(first) :], strict=True):
        short[at] = got < number
    return short


def _wanted(steps: Steps, best: Count, options: list[Option], candidates: Mapping[int, Sequence[Option]]) -> list[list[Human]]:
    """For each pending step, whose approval of it makes the difference alone: found by trying each, or, if that were too long, those
    who take up nothing that counts already."""
    wanted: list[list[Human]] = [[] for _ in steps.quorums]
    try_each = sum(map(len, candidates.values())) * len(options) <= MOST_TRIED
    used = {claim for option in best.chosen for claim in option.claims}
    now = [(at, best.have[at]) for at in steps.order if best.active[at] and steps.sound[at]]
    goal = (*[number for _, number in now], 1)
    for at, people in candidates.items():
        for option in people:
            if try_each:
                helps = _most([*options, option], [*now, (at, 1)], len(steps.quorums)) == goal
            else:
                helps = used.isdisjoint(option.claims)
            if helps:
                wanted[at].append(option.voice)
    return wanted
