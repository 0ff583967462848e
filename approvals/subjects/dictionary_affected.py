"""Whom a proposal of changes to the dictionary touches: the stewards of what it changes, and the teams for whom it may break something.

These are the facts that steps of `each_steward` and `each_reading_team` ask for. What cannot be ruled out to break a reader counts as
breaking it; a change of wording breaks nobody, and then no team is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import prefetch_related_objects

from approvals.selectors.seats import STEWARDS, TEAMS
from governance.dictionary import compatibility
from governance.dictionary.compatibility import Reader, Severity
from governance.dictionary.impact import features_of
from governance.dictionary.models import Binding, Change, DataElement, Proposal

Weighed = Mapping[int, Sequence[compatibility.Change]]  # element → what changes in what it means


def affected_by(proposals: Sequence[Proposal]) -> dict[str, dict[str, Any]]:
    """The two facts by public id of the proposal. Six queries at most, however many proposals."""
    changes = _changes(proposals)
    elements = {row.element_id: row.element for rows in changes.values() for row in rows}
    features = features_of(list(elements.values()))
    derived = {row.pk: row for rows in features.values() for row in rows}
    readers = _readers({**derived, **elements})
    stewards = _stewards({**derived, **elements}.values())
    return {row.public_id: _facts(changes[row.pk], features, readers, stewards, row) for row in proposals}


def _changes(proposals: Sequence[Proposal]) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = defaultdict(list)
    rows = Change.objects.filter(proposal__in=proposals, taken_out_at=None)
    related = (
        "element__dictionary",
        "element__steward",
        "version__element",
        "version__created_by",
        "based_on__element",
        "created_by",
    )
    for row in rows.select_related(*related).order_by("pk"):
        found[row.proposal_id].append(row)
    return found


def _readers(elements: Mapping[int, DataElement]) -> dict[int, list[tuple[str, Reader]]]:
    """By element, the teams that read it, each as the compatibility rule wants to know a reader. One query."""
    found: dict[int, list[tuple[str, Reader]]] = defaultdict(list)
    rows = Binding.objects.live().filter(element__in=elements, side=Binding.Side.READS)
    for row in rows.select_related("team"):
        reader = Reader(
            row.public_id,
            "consumer",
            typed=True if row.physical_type else None,
            enumerates=True if row.declared.get("recode") else None,
            aliases=frozenset({row.column}),
        )
        found[row.element_id].append((row.team.public_id, reader))
    return found


def _stewards(elements: Iterable[DataElement]) -> dict[int, str]:
    """By element, its steward. One query at most: those of what is changed are at hand."""
    named = {row.pk: row for row in elements if row.steward_id is not None}
    prefetch_related_objects(list(named.values()), "steward")
    return {pk: row.steward.public_id for pk, row in named.items() if row.steward is not None}


def _facts(
    changes: Sequence[Change],
    features: Mapping[int, Sequence[DataElement]],
    readers: Mapping[int, Sequence[tuple[str, Reader]]],
    stewards: Mapping[int, str],
    proposal: Proposal,
) -> dict[str, Any]:
    teams: set[str] = set()
    answering: set[str] = set()
    for row in changes:
        told = _told(row)
        hurt = [item for item in told if compatibility.may_break_a_consumer(item)]
        downstream = features.get(row.element_id, ()) if hurt else ()
        answering |= {stewards[pk] for pk in (row.element_id, *(item.pk for item in downstream)) if pk in stewards}
        teams |= {team for team, reader in readers.get(row.element_id, ()) if _breaks(told, reader)}
        # How a team reads a feature says nothing about what the feature is computed of: any of them may be hurt.
        teams |= {team for item in downstream for team, _reader in readers.get(item.pk, ())}
    return {STEWARDS: frozenset(answering - _authors(changes, proposal)), TEAMS: frozenset(teams)}


def _told(row: Change) -> Sequence[compatibility.Change]:
    before = row.based_on.value if row.based_on is not None else None
    after = row.version.value if row.version is not None else None
    return compatibility.compare(before, after, meaning_changed=bool(row.meaning_changed))


def _breaks(told: Iterable[compatibility.Change], reader: Reader) -> bool:
    return any(compatibility.severity_for(item, reader).severity >= Severity.POSSIBLY_BREAKING for item in told)


def _authors(changes: Iterable[Change], proposal: Proposal) -> set[str]:
    """Who proposed it is not asked whether they agree."""
    wrote = [proposal.created_by, *(row.created_by for row in changes)]
    wrote += [row.version.created_by for row in changes if row.version is not None]
    return {user.public_id for user in wrote if user is not None}
