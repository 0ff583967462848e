"""Writing the rows of a list: each becomes a use case, or a new version of its definition, by the services that people use too."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.errors import Conflict, CountersignError
from governance.people import services as people
from governance.people.roles import PROJECT_LEAD
from governance.usecases.intake.draft import Problem
from governance.usecases.intake.mapping import Mapping, read_mapping
from governance.usecases.intake.table import Table
from governance.usecases.models import ImportRow, ImportRun, InventoryEntry, UseCase
from governance.usecases.selectors.intake import Planned, planned
from governance.usecases.services.definitions import define
from governance.usecases.services.use_cases import RESERVED, change_use_case, open_use_case

Outcome = ImportRow.Outcome
CHUNK = 20  # rows in one transaction of a job: the register is never locked for long


def reported(run: ImportRun, row: Planned, *, use_case: UseCase | None = None) -> ImportRow:
    """A row of the report, not yet saved."""
    flagged = any(problem.level == "warning" and problem.code != "changes" for problem in row.problems)
    return ImportRow(
        run=run,
        number=row.draft.number,
        outcome=row.outcome,
        key=row.draft.key,
        title=row.draft.title[:200],
        use_case=use_case or row.use_case,
        problems=[problem.as_mapping() for problem in row.problems],
        is_flagged=flagged,
    )


def mapping_of(run: ImportRun, table: Table) -> Mapping:
    """The mapping of a run, over the columns of its file as they are read now."""
    return read_mapping(run.mapping, table.columns)[0]


def counts_of_rows(run: ImportRun) -> dict[str, int]:
    count = Counter(ImportRow.objects.filter(run=run).values_list("outcome", flat=True))
    return {str(outcome): count.get(outcome, 0) for outcome in Outcome}


def left(run: ImportRun, rows: Iterable[Planned]) -> list[Planned]:
    """The rows that have no outcome in this import yet: all of them, or what an interruption left."""
    done = set(ImportRow.objects.filter(run=run).values_list("number", flat=True))
    return [row for row in rows if row.draft.number not in done]


def write_all(actor: Actor, run: ImportRun, table: Table) -> None:
    """All rows, in the caller's transaction. Raises Conflict at the first that cannot be written: then none is."""
    rows, _notes = planned(actor, table, mapping_of(run, table), inventory=run.inventory)
    expected = dict(ImportRow.objects.filter(run=run.based_on_id).values_list("number", "outcome"))
    if {row.draft.number: str(row.outcome) for row in rows} != expected:
        said = _("Somebody changed the register since the dry run, so other things would happen now. Try the file again.")
        raise Conflict(said, code="import.overtaken")
    writer = Writer(actor, run)
    for row in rows:
        try:
            ImportRow.objects.bulk_create([writer.write(row)])
        except CountersignError as error:
            why = _("Row %(row)s: %(why)s Nothing was imported.") % {"row": row.draft.number, "why": error}
            raise Conflict(why, code="import.row", errors=error.errors) from error


def write_some(actor: Actor, run: ImportRun, rows: Iterable[Planned]) -> int:
    """The next rows of a job, in the caller's transaction, each wholly or not at all: one that cannot be written says why."""
    writer = Writer(actor, run)
    said = []
    for row in islice(rows, CHUNK):
        try:
            with transaction.atomic():
                said.append(writer.write(row))
        except (CountersignError, IntegrityError) as error:
            why = str(error) if isinstance(error, CountersignError) else "conflict"
            problem = Problem("error", "came_between", params={"why": why[:500]})
            refused = Planned(row.draft, Outcome.ERROR, row.use_case, problems=(*row.problems, problem))
            said.append(reported(run, refused))
    ImportRow.objects.bulk_create(said)
    return len(said)


class Writer:
    """Writes rows of one import as one person."""

    def __init__(self, actor: Actor, run: ImportRun) -> None:
        self.actor, self.run = actor, run

    def write(self, row: Planned) -> ImportRow:
        """Carry out what is planned for one row. Raises what the services raise."""
        use_case = row.use_case
        if row.outcome == Outcome.NEW:
            use_case = self._open(row)
        elif use_case is not None and (row.title is not None or row.kind is not None):
            use_case = change_use_case(actor=self.actor, use_case=use_case, title=row.title, kind=row.kind)
        if use_case is not None and row.outcome in (Outcome.NEW, Outcome.CHANGED):
            number = row.based_on
            if row.content is not None:
                number = define(actor=self.actor, use_case=use_case, based_on=row.based_on, **row.content).number
            self._remember(row, use_case, number)
        return reported(self.run, row, use_case=use_case)

    def _open(self, row: Planned) -> UseCase:
        use_case = open_use_case(
            actor=self.actor,
            slug=row.draft.slug or self._slug(row),
            title=row.draft.title,
            kind=row.kind or UseCase.Kind.PRODUCT,
            lead=False,
        )
        for role, user in row.people.items():
            if user == self.actor.user and role == PROJECT_LEAD:
                people.grant_role_to_founder(actor=self.actor, user=user, role=role, scope=use_case.public_id)
            elif user != self.actor.user:  # nobody gives a role to themselves
                people.grant_role(actor=self.actor, user=user, role=role, scope=use_case.public_id)
        return use_case

    def _slug(self, row: Planned) -> str:
        """A short name from the title; where that has no Latin letters or is taken, the key makes one that is always the same."""
        mark = hashlib.sha256(f"{self.run.inventory}/{row.draft.key}".encode()).hexdigest()[:8]
        made = slugify(row.draft.title)[:60].strip("-_")
        if not made:
            return f"use-case-{mark}"
        if made in RESERVED or UseCase.objects.filter(slug=made).exists():
            return f"{made[:51].rstrip('-_')}-{mark}"
        return made

    def _remember(self, row: Planned, use_case: UseCase, number: int) -> None:
        said = {"row_digest": row.draft.digest, "definition": number}
        if row.entry is not None:
            InventoryEntry.objects.filter(pk=row.entry.pk).update(**said)
            return
        InventoryEntry.objects.create(
            inventory=self.run.inventory, key=row.draft.key, use_case=use_case, created_at=clock.now(), **said
        )
