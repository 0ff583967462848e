"""Which ballot stands in each voice, and what effect it has on its step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from approvals.evaluation.benches import NOBODY, Bench
from approvals.evaluation.values import BLOCKS, VERDICTS, Ballot, Eligibility, Ignored
from approvals.matching import Human

Voice = tuple[str, Human]  # a step, and whose vote on it


def standing(
    ballots: Iterable[Ballot], round_: int, positions: Mapping[str, int], benches: Sequence[Bench], ignored: list[Ignored]
) -> list[Ballot]:
    """The last valid word in each voice, less what was taken back."""
    last: dict[Voice, Ballot] = {}
    histories: dict[Voice, list[Ballot]] = {}
    spoke_before: set[Voice] = set()
    for ballot in ballots:
        if ballot.round != round_ and ballot.inherited_from is None:
            ignored.append(Ignored(ballot, "earlier_round"))
            if ballot.eligible_when_cast and ballot.round < round_:
                spoke_before.add((ballot.step, ballot.principal or ballot.human))
        elif not ballot.eligible_when_cast:
            ignored.append(Ignored(ballot, "not_eligible_when_cast"))
        else:
            key = (ballot.step, ballot.principal or ballot.human)
            first = last.setdefault(key, ballot)
            if first is not ballot:
                histories.setdefault(key, [first]).append(ballot)
    for key, history in histories.items():
        at = positions.get(key[0])
        last[key] = _last_word(history, None if at is None else benches[at], ignored)
    for key in spoke_before & last.keys():
        if last[key].inherited_from is not None:  # a new round ends what was said here; it does not revive what that replaced
            ignored.append(Ignored(last.pop(key), "superseded"))
    return [ballot for ballot in last.values() if ballot.verdict != "retract"]


def _in_turn(ballot: Ballot) -> tuple[bool, int, str]:
    """Inherited ballots come before one's own; the id only makes equal numbers deterministic."""
    return ballot.inherited_from is None, ballot.sequence, ballot.id


def _last_word(history: list[Ballot], bench: Bench | None, ignored: list[Ignored]) -> Ballot:
    """Of one voice, the ballot that speaks now. It replaces what was said before it.

    Approvals of different bytes do not replace one another: who approved these and then others has approved both. So when the
    last word is an approval of other bytes, and before it nothing but approvals came after one of these, that one speaks.
    """
    history.sort(key=_in_turn)
    at = len(history) - 1
    if bench is not None and bench.left_out is None and history[at].verdict == "approve" and not bench.is_about(history[at]):
        back = at
        while back >= 0 and history[back].verdict == "approve" and history[back].inherited_from == history[at].inherited_from:
            if bench.is_about(history[back]):
                ignored.extend([Ignored(later, *_not_about(later, bench)) for later in history[back + 1 :]])
                at = back
                break
            back -= 1
    for earlier, later in pairwise(history[: at + 1]):
        if earlier.verdict != "retract":
            ignored.append(Ignored(earlier, "retracted" if later.verdict == "retract" else "superseded"))
    return history[at]


def judge(
    spoken: list[Ballot],
    positions: Mapping[str, int],
    benches: Sequence[Bench],
    eligibility: Eligibility,
    ignored: list[Ignored],
) -> tuple[list[Ballot], list[tuple[int, Ballot]]]:
    """Give each standing ballot its effect: an approval or a block of its step, or a reason for none.

    Returns the blocks, and the approvals that somebody gave in another's place, with the position of their step.
    """
    blocks: list[Ballot] = []
    delegated: list[tuple[int, Ballot]] = []
    for ballot in spoken:
        at = positions.get(ballot.step)
        bench = None if at is None else benches[at]
        why, components = _objection(ballot, bench, eligibility)
        if why is not None:
            ignored.append(Ignored(ballot, why, components))
            if bench is not None and ballot.verdict == "approve" and (why == "stale" or why == "policy_changed"):
                bench.again.add(ballot.principal or ballot.human)
                bench.changed.update(components)
        elif ballot.verdict != "approve":
            blocks.append(ballot)
            if bench is not None:
                bench.blocks.append(ballot)
        elif bench is not None and at is not None:
            bench.approvals[ballot.principal or ballot.human] = ballot
            if ballot.principal is not None and ballot.principal != ballot.human:
                delegated.append((at, ballot))
    if len(blocks) > 1:
        blocks.sort(key=lambda ballot: (ballot.step, ballot.human, ballot.voice))
        for bench in benches:
            bench.blocks.sort(key=lambda ballot: (ballot.human, ballot.voice))
    return blocks, delegated


def _objection(ballot: Ballot, bench: Bench | None, eligibility: Eligibility) -> tuple[str | None, tuple[str, ...]]:
    """Why a ballot has no effect, and the components that this is about; (None, ()) if it has."""
    if ballot.verdict in BLOCKS:
        if ballot.inherited_from is None:  # stands whatever becomes of its human, of the bytes or of the step
            return ("dismissed" if ballot.dismissed and ballot.verdict == "request_changes" else None), ()
        if ballot.dismissed:
            return "dismissed", ()
    elif ballot.verdict not in VERDICTS:
        raise ValueError(f"the ballot {ballot.id} has the verdict {ballot.verdict}, which is none")
    elif ballot.dismissed and ballot.verdict == "approve":  # its condition was missed, or what it was part of was revoked
        return "dismissed", ()
    if bench is None:
        return "unknown_step", ()
    if bench.left_out is not None:
        return "not_applicable", ()
    if ballot.verdict == "abstain":
        return "abstained", ()
    if not bench.is_about(ballot):
        return _not_about(ballot, bench)
    if ballot.verdict in BLOCKS:
        return None, ()
    return _barred(ballot, bench, eligibility)


def _not_about(ballot: Ballot, bench: Bench) -> tuple[str, tuple[str, ...]]:
    changed = bench.changed_since(ballot)
    return ("stale", changed) if changed else ("policy_changed", ())


def _barred(ballot: Ballot, bench: Bench, eligibility: Eligibility) -> tuple[str | None, tuple[str, ...]]:
    """Why the people behind an approval do not count now.

    It counts only under the role in which it was given: so what widens who may act, as the escalation of a step does, never makes
    an approval count that was given before; one that another request's escalation allowed counts nowhere else.
    """
    human, role = ballot.human, ballot.role or bench.step.role
    voice = ballot.principal or human
    if role != bench.step.role and (role not in bench.roles or ballot.inherited_from is not None):
        return "role_lost", ()
    if voice not in eligibility.holders.get(role, NOBODY):
        return "role_lost", ()
    if human in bench.excluded:
        return "contributor", bench.made_by(human, eligibility)
    if voice != human:
        if voice in bench.excluded:
            return "principal_contributor", bench.made_by(voice, eligibility)
        lent = eligibility.delegations.get(human, NOBODY)
        if (voice, None) not in lent and (voice, role) not in lent:
            return "delegation_ended", ()
    return None, ()
