"""What an import writes, in pieces of thousands: elements, drafts, proposals, names, data sets and bindings.

It is one command: its events vouch for all these rows at once (`states` in docs/audit.md), and stand at the end of its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import audit, bulk, clock, outbox, search
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from foundation.models import PublicIdModel
from governance.dictionary.legend.keys import legend_key
from governance.dictionary.models import (
    Alias,
    Binding,
    Change,
    DataElement,
    Dataset,
    DictionaryImport,
    ElementVersion,
    Proposal,
)
from governance.dictionary.selectors.exchange import Outcome, Plan, PlannedElement, Step, pieces, stamp
from governance.dictionary.services.bindings import BOUND
from governance.dictionary.services.proposals import MOST_CHANGES, MOVED

DRAFTED = audit.kind("dictionary.import.drafted", gettext_lazy("Meanings drafted from a file"))
SHOWN = ("name", "definition", "logical_type", "semantic_type", "unit", "sensitivity")  # columns of a version, for lists
PIECE = 2000  # rows that are written with one statement, and that one event vouches for
Draft = tuple[PlannedElement, Mapping[str, Any]]  # and what it says
States = dict[str, dict[str, str]]  # type → public id → digest of the state


@dataclass(slots=True)
class Written:
    """What was written: rows to be found by words, and states to be recorded."""

    at: datetime
    proposals: list[Proposal] = field(default_factory=list)
    drafted: list[tuple[Proposal, States]] = field(default_factory=list)
    named: States = field(default_factory=dict)
    bound: list[States] = field(default_factory=list)
    rows: list[PublicIdModel] = field(default_factory=list)
    renamed: list[DataElement] = field(default_factory=list)
    bindings: int = 0
    aliases: int = 0
    changes: int = 0

    def counts(self) -> dict[str, int]:
        return {
            "proposals": len(self.proposals),
            "changes": self.changes,
            "aliases": self.aliases,
            "bindings": self.bindings,
        }

    def record(self, actor: Actor, row: DictionaryImport) -> None:
        """The events, last of all, so that none is older than a moment when it can be read."""
        of = len(self.drafted)
        for part, (proposal, states) in enumerate(self.drafted, 1):
            audit.record(actor, DRAFTED, row, {"part": part, "of": of, "proposal": proposal.public_id}, states=states)
            outbox.publish(actor, MOVED, proposal, {"import": row.public_id})
        if any(self.named.values()):
            audit.record(actor, DRAFTED, row, {"part": 0, "of": of}, states=self.named)
        for states in self.bound:
            team = row.team.slug if row.team else ""
            audit.record(actor, BOUND, row, {"team": team, "columns": len(states["binding"])}, states=states)
        if self.bound:
            outbox.publish(actor, BOUND.code, row, {"import": row.public_id})

    def index(self) -> None:
        """Write down by which words the rows are found."""
        for some in self.pieces_to_index():
            search.index_many(some, self.at)

    def pieces_to_index(self) -> Iterator[list[PublicIdModel]]:
        yield from pieces(self.rows, PIECE)
        for element in self.renamed:
            search.index(element, self.at)


def write(actor: Actor, run: DictionaryImport, plan: Plan, step: Step) -> Written:
    """In the caller's transaction. Raises Conflict when somebody wrote about the same things meanwhile."""
    if stamp() != plan.stamp:
        raise _overtaken()
    try:
        return _Writer(actor, run, plan, step).write()
    except IntegrityError as error:
        raise _overtaken() from error


def _overtaken() -> Conflict:
    said = _("Somebody wrote about the same elements or columns at this moment. Nothing was imported: try again.")
    return Conflict(said, code="import.overtaken")


class _Writer:
    def __init__(self, actor: Actor, run: DictionaryImport, plan: Plan, step: Step) -> None:
        self.actor, self.run, self.plan, self.step = actor, run, plan, step
        self.now = clock.now()
        self.written = Written(self.now)
        self.elements: dict[str, DataElement] = {}  # by path

    def write(self) -> Written:
        elements = self.plan.elements.values()
        wanted: list[Draft] = [(item, item.said) for item in elements if item.said is not None and item.outcome != Outcome.ERROR]
        parts = list(pieces(wanted, min(PIECE, MOST_CHANGES)))
        total = len(parts) + len(self.plan.columns) // PIECE + 1
        for number, some in enumerate(parts, 1):
            self._part(some, number, len(parts))
            self.step(number, total)
        self._alias_rows()
        self._bind(total, len(parts))
        self.written.rows += self.written.proposals
        return self.written

    # Meanings -------------------------------------------------------------------------------------------------------------

    def _part(self, some: list[Draft], number: int, of: int) -> None:
        elements = self._element_rows(some)
        versions = self._version_rows(some, elements)
        ending = _(" (part %(part)s of %(of)s)") % {"part": number, "of": of} if of > 1 else ""
        title = self.run.title or _("Import of %(file)s") % {"file": self.run.name}
        proposal = Proposal(
            dictionary=self.run.dictionary,
            title=title[: 120 - len(ending)] + ending,
            rationale=_("Drafted from the file %(file)s.") % {"file": self.run.name},
            created_by=self.actor.user,
            created_at=self.now,
        )
        proposal.save(force_insert=True)
        changes = [
            Change(
                proposal=proposal,
                kind=Change.Kind.CHANGE if item.standing.in_force_pk else Change.Kind.ADD,
                element=element,
                version=version,
                based_on_id=item.standing.in_force_pk,
                created_by=self.actor.user,
                created_at=self.now,
            )
            for (item, _value), element, version in zip(some, elements, versions, strict=True)
        ]
        bulk.insert(changes)
        state = _proposal_state(proposal, changes, some)
        new = [element for (item, _value), element in zip(some, elements, strict=True) if item.match.known is None]
        written = [version for version in versions if version.created_at == self.now]
        states = {"proposal": {proposal.public_id: state}, "element": states_of(new), "element_version": _version_states(written)}
        self.written.proposals.append(proposal)
        self.written.drafted.append((proposal, states))
        self.written.rows += chain(new, written)
        self.written.changes += len(changes)

    def _element_rows(self, some: list[Draft]) -> list[DataElement]:
        """The elements, made where they are new, in the order that was given."""
        there = DataElement.objects.select_related("dictionary").in_bulk(
            [item.match.known.pk for item, _value in some if item.match.known]
        )
        made = []
        found = []
        for item, said in some:
            if item.match.known is not None:
                row = there[item.match.known.pk]
                if item.standing.in_force_pk is None and row.name != (name := said.get("name") or row.name):
                    row.name = name  # what nobody approved yet goes by its newest name
                    row.save(update_fields=["name"])
                    self.written.renamed.append(row)
            else:
                row = DataElement(
                    dictionary=self.run.dictionary,
                    key=item.path.partition("/")[2],
                    legend=legend_key(self.run.dictionary.slug, item.path.partition("/")[2]),
                    name=said.get("name") or item.path.partition("/")[2],
                    created_by=self.actor.user,
                    created_at=self.now,
                )
                made.append(row)
            found.append(row)
            self.elements[item.path] = row
        bulk.insert(made)
        return found

    def _version_rows(self, some: list[Draft], elements: list[DataElement]) -> list[ElementVersion]:
        """A draft of each; one that says the same as the newest is that one."""
        same = [item.standing.newest_pk for item, _value in some if item.digest == item.standing.newest]
        there = ElementVersion.objects.in_bulk([pk for pk in same if pk is not None])
        made, found = [], []
        for (item, said), element in zip(some, elements, strict=True):
            if item.digest == item.standing.newest and item.standing.newest_pk is not None:
                found.append(there[item.standing.newest_pk])
                continue
            row = ElementVersion(
                element=element,
                number=item.standing.number + 1,
                said=dict(said),
                digest=item.digest,
                **{name: said.get(name, "") for name in SHOWN},
                effective_from=said.get("effective_from"),
                effective_until=said.get("effective_until"),
                note=self.run.name[:200],
                created_by=self.actor.user,
                created_at=self.now,
            )
            made.append(row)
            found.append(row)
        bulk.insert(made)
        return found

    # Names and bindings ---------------------------------------------------------------------------------------------------

    def _element_of(self, key: str) -> DataElement | None:
        """The row of an element of the file, read where it was not written just now."""
        return self.elements.get(self.plan.elements[key].path) if key in self.plan.elements else None

    def _read_elements(self, keys: Iterable[str]) -> None:
        """Those that the file speaks of and that stay as they are."""
        items = (self.plan.elements[key] for key in keys if key in self.plan.elements)
        pks = {item.match.known.pk for item in items if item.match.known is not None and item.path not in self.elements}
        for some in pieces(sorted(pks), PIECE):
            for row in DataElement.objects.filter(pk__in=some).select_related("dictionary"):
                self.elements[row.path] = row

    def _alias_rows(self) -> None:
        if not self.plan.aliases:
            return
        self._read_elements(alias.element for alias in self.plan.aliases)
        rows = []
        for alias in self.plan.aliases:
            if (element := self._element_of(alias.element)) is not None:
                rows.append(
                    Alias(
                        element=element, dictionary=self.run.dictionary, term=alias.term, norm=alias.norm, team=alias.team,
                        locale=alias.locale, source=alias.source, created_by=self.actor.user, created_at=self.now,
                    )
                )  # fmt: skip
        bulk.insert(rows)
        self.written.named["alias"] = states_of(rows)
        self.written.aliases = len(rows)
        self.written.rows += rows

    def _bind(self, total: int, done: int) -> None:
        columns = [item.column for item in self.plan.columns if item.outcome == Outcome.BOUND]
        if not columns or self.run.team is None:
            return
        self._read_elements(column.element for column in columns)
        datasets = self._dataset_rows(sorted({column.table for column in columns}))
        self.written.at = self.now = clock.now()  # from now on they hold
        for number, some in enumerate(pieces(columns, PIECE), 1):
            rows = [
                Binding(
                    element=element,
                    team=self.run.team,
                    dataset=datasets[column.table],
                    column=column.name,
                    side=Binding.Side.FILLS,
                    role=column.role,
                    physical_type=column.physical_type[:120],
                    starts_at=self.now,
                    created_by=self.actor.user,
                )
                for column in some
                if (element := self._element_of(column.element)) is not None
            ]
            bulk.insert(rows)
            self.written.bound.append({"binding": states_of(rows)})
            self.written.rows += rows
            self.written.bindings += len(rows)
            self.step(done + number, total)

    def _dataset_rows(self, names: list[str]) -> dict[str, Dataset]:
        """The data sets, named where they are new, with what the file says of them."""
        found: dict[str, Dataset] = {}
        for some in pieces(names, PIECE):
            found |= {row.name: row for row in Dataset.objects.filter(name__in=some)}
        made = []
        for name in names:
            if name not in found:
                table = self.plan.tables.get(name)
                made.append(
                    Dataset(
                        name=name, title=table.title[:120] if table else "", description=table.description[:4000] if table else "",
                        created_by=self.actor.user, created_at=self.now,
                    )
                )  # fmt: skip
        bulk.insert(made)
        self.written.named["dataset"] = states_of(made)
        self.written.rows += made
        return found | {row.name: row for row in made}


def states_of(rows: Iterable[PublicIdModel]) -> dict[str, str]:
    """The digest of each row's state."""
    return {row.public_id: digest(row.audit_state()) for row in rows}


def _version_states(rows: Iterable[ElementVersion]) -> dict[str, str]:
    """The same as `audit_state`, whose body was digested when the version was made."""
    return {
        row.public_id: digest(
            {"element": row.element.public_id, "number": row.number, "digest": row.digest, "body": row.digest, "approval": None}
        )
        for row in rows
    }


def _proposal_state(proposal: Proposal, changes: list[Change], some: list[Draft]) -> str:
    """The digest of the proposal's state. Its content is put together here: reading each change back would take longer than all else."""
    said: dict[int, dict[str, Any]] = {
        change.pk: {
            "kind": change.kind,
            "element": item.path,
            "version": item.digest,
            "based_on": item.standing.in_force,
            "meaning_changed": None,
            "replaced_by": None,
        }
        for change, (item, _value) in zip(changes, some, strict=True)
    }
    order = proposal.changes.order_by("element__dictionary__slug", "element__key").values_list("pk", flat=True)
    content = {
        "format": "countersign/dictionary-proposal/1",
        "title": proposal.title,
        "rationale": proposal.rationale,
        "changes": [said[pk] for pk in order],
    }
    state = {"dictionary": proposal.dictionary.public_id, "withdrawn_at": None, "approval": None, "content": content}
    return digest(state)
