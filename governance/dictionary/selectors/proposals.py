"""Proposals as reviewers see them: what changes, whom it breaks, and what else is being said of the same elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from foundation.actor import Actor
from governance.dictionary import compatibility
from governance.dictionary.merging import Conflict, merge
from governance.dictionary.models import Change, DataElement, Dictionary, ElementVersion, Proposal
from governance.dictionary.selectors.impact import Effect, effects_of

STATES = ("open", "approved", "withdrawn")
MOST_DRAFTS = 200
TOLD = (
    "proposal__dictionary", "element__dictionary", "version__element", "version__created_by", "based_on__element",
    "replaced_by__dictionary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a proposal. `now` is in force; `stale`: it was not when the change was written."""

    row: Change
    now: ElementVersion | None
    effect: Effect
    stale: bool
    conflicts: tuple[Conflict, ...]  # what both sides changed, and differently
    theirs: dict[str, Any]  # what is in force and was not when the change was written
    rivals: tuple[Rival, ...]

    @property
    def unanswered(self) -> bool:
        return self.row.kind == Change.Kind.CHANGE and self.row.meaning_changed is None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another open proposal about the same element, and the fields of which both say something else."""

    proposal: Proposal
    fields: tuple[str, ...]


def proposals_of(dictionary: Dictionary, actor: Actor, state: str) -> QuerySet[Proposal]:
    """Those of one tab, each with how many elements it changes."""
    rows = Proposal.objects.visible_to(actor).filter(dictionary=dictionary).select_related("dictionary", "created_by")
    rows = {
        "open": rows.open(),
        "approved": rows.filter(approved_at__isnull=False),
        "withdrawn": rows.filter(withdrawn_at__isnull=False),
    }[state]
    # what was taken out because the proposal was split or changed no longer counts
    return rows.annotate(change_count=Count("changes", filter=Q(changes__taken_out_at=None)))


def counts_of(dictionary: Dictionary, actor: Actor) -> dict[str, int]:
    """How many are in each tab. One query."""
    rows = Proposal.objects.visible_to(actor).filter(dictionary=dictionary)
    over = Q(approved_at__isnull=False), Q(withdrawn_at__isnull=False)
    found: dict[str, int] = rows.aggregate(
        open=Count("pk", filter=~over[0] & ~over[1]),
        approved=Count("pk", filter=over[0]),
        withdrawn=Count("pk", filter=over[1]),
    )
    return found


def told_of(proposal: Proposal, actor: Actor) -> list[Told]:
    """Its changes with what they do. Two statements beside those for readers, however many changes.

    A change is weighed against what is in force, since that is what people read; one of a proposal that is over against what was.
    """
    if not proposal.is_open:
        over = list(proposal.live_changes())
        return _all_told(over, {row.element_id: row.based_on for row in over}, {}, actor)
    elements = proposal.changes.filter(taken_out_at=None).values("element")
    open_ones = Q(proposal__approved_at=None, proposal__withdrawn_at=None)
    every = Change.objects.filter(open_ones, element__in=elements, taken_out_at=None).select_related(*TOLD)
    changes: list[Change] = []
    others: list[Change] = []
    for row in every.order_by("element__dictionary__slug", "element__key", "pk"):
        (changes if row.proposal_id == proposal.pk else others).append(row)
    return _all_told(changes, _in_force(changes), _rivals(changes, others), actor)


def _all_told(
    changes: Sequence[Change], now: Mapping[int, ElementVersion | None], rivals: Mapping[int, Sequence[Rival]], actor: Actor
) -> list[Told]:
    effects = effects_of((([row.element], _changes(row, now.get(row.element_id))) for row in changes), actor)
    return [
        _told(row, now.get(row.element_id), effect, rivals.get(row.element_id, ()))
        for row, effect in zip(changes, effects, strict=True)
    ]


def told_change(change: Change, actor: Actor) -> Told:
    """One change of an open proposal, as `told_of` tells it."""
    return next(item for item in told_of(change.proposal, actor) if item.row.pk == change.pk)


def _in_force(changes: Sequence[Change]) -> dict[int, ElementVersion | None]:
    rows = ElementVersion.objects.filter(element__in=[row.element_id for row in changes]).in_force()
    return {row.element_id: row for row in rows.select_related("element", "created_by")}


def _changes(row: Change, now: ElementVersion | None) -> tuple[compatibility.Change, ...]:
    before = now.value if now is not None else None
    after = row.version.value if row.version is not None else None
    return compatibility.compare(before, after, meaning_changed=bool(row.meaning_changed))


def _told(row: Change, now: ElementVersion | None, effect: Effect, rivals: Sequence[Rival]) -> Told:
    stale = (now.pk if now is not None else None) != row.based_on_id
    base, ours = said_of(row.based_on), said_of(row.version)
    theirs = said_of(now)
    conflicts = merge(base, ours, theirs, {}).conflicts if stale and row.version is not None else ()
    return Told(row, now, effect, stale, tuple(conflicts), theirs if stale else {}, tuple(rivals))


def _rivals(changes: Sequence[Change], others: Sequence[Change]) -> dict[int, list[Rival]]:
    """What other open proposals say of the same elements."""
    ours = {row.element_id: row for row in changes}
    found: dict[int, list[Rival]] = {}
    for row in others:
        mine = ours[row.element_id]
        both = merge(said_of(mine.based_on), said_of(mine.version), said_of(row.version), {}).conflicts
        fields = tuple(item.field for item in both) if row.version is not None and mine.version is not None else ()
        found.setdefault(row.element_id, []).append(Rival(row.proposal, fields))
    return found


def said_of(version: ElementVersion | None) -> dict[str, Any]:
    return dict(version.said) if version is not None else {}


def drafts_for(proposal: Proposal) -> list[DataElement]:
    """Elements of its dictionary that have a draft which no open or approved proposal has taken up. One query."""
    newest = ElementVersion.objects.filter(element=OuterRef("pk")).order_by("-number")
    rows = DataElement.objects.filter(dictionary_id=proposal.dictionary_id, retired_at=None).annotate(
        draft=Subquery(newest.values("pk")[:1]), approved=Subquery(newest.values("approved_at")[:1])
    )
    taken = Change.objects.filter(version=OuterRef("draft"), taken_out_at=None, proposal__withdrawn_at=None)
    rows = rows.filter(approved=None, draft__isnull=False).annotate(taken=Subquery(taken.values("pk")[:1])).filter(taken=None)
    return list(rows.order_by(F("name").asc(), "pk")[:MOST_DRAFTS])
