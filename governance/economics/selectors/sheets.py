"""What a spreadsheet says of a case, and what it would change."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.errors import Missing
from governance.economics import comparing, drafting
from governance.economics.components import plan_of
from governance.economics.models import Case, CaseDraft, CaseSheet, Snapshot
from governance.economics.plan import Plan
from governance.economics.plan.problems import Problem
from governance.economics.selectors.cases import changes_of, current_snapshot
from governance.economics.selectors.drafts import draft_of
from governance.economics.sheets import Read, read_csv, read_xlsx
from governance.usecases.models import UseCase

_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # how archives and old workbooks begin


@dataclass(frozen=True, slots=True)
class Trial:
    """What a spreadsheet would do: what it says, against the newest version. `currency`: that of the case, where it is another one.

    `missing`: what would be left to do in the draft. `changes` is None where one of the two cannot be reckoned, or nothing was written down.
    """

    read: Read
    current: Snapshot | None
    draft: CaseDraft | None
    changes: comparing.Comparison | None
    missing: tuple[Problem, ...]
    currency: str

    @property
    def can_be_taken(self) -> bool:
        return self.read.plan is not None and not self.currency


def read_sheet(use_case: UseCase, data: bytes) -> Read:
    """The file, whatever its name says: a workbook where it is an archive, else separated values. Lines alone go into the draft, or
    where there is none into the newest version."""
    draft, current = draft_of(use_case), current_snapshot(use_case)
    into = drafting.as_plan(draft.plan) if draft else plan_of(current) if current else None
    return read_xlsx(data, into) if data.startswith(_WORKBOOKS) else read_csv(data, into)


def bytes_of(sheet: CaseSheet) -> bytes:
    """The file as it was sent. Raises Missing where it is gone."""
    try:
        with sheet.file.open("rb") as stored:
            data: bytes = stored.read()
            return data
    except FileNotFoundError as error:
        raise Missing(_("The file is not kept any more. Send it again."), code="economics.sheet.gone") from error


def tried(use_case: UseCase, data: bytes) -> Trial:
    """What a file would change now."""
    read, current, draft = read_sheet(use_case, data), current_snapshot(use_case), draft_of(use_case)
    plan = read.plan
    if plan is None:
        return Trial(read, current, draft, None, (), "")
    looked = drafting.looked_at(plan)
    kept = Case.objects.filter(use_case=use_case).values_list("currency", flat=True).first()
    other = kept if kept and kept != plan.currency else ""
    changes = changes_of(current, plan) if current is not None and looked.evaluation is not None and not other else None
    return Trial(read, current, draft, changes, looked.problems, other)


def sheets_of_case(actor: Actor, use_case: UseCase) -> QuerySet[CaseSheet]:
    return CaseSheet.objects.visible_to(actor).filter(use_case=use_case).select_related("created_by", "taken_by", "use_case")


def plan_named(actor: Actor, use_case: UseCase, public_id: str) -> tuple[Plan, str]:
    """The plan of a snapshot, of the newest one of a case, or of a draft, by public id, and what its file is called. Raises Missing."""
    snapshots = Snapshot.objects.visible_to(actor).filter(case__use_case=use_case).select_related("case")
    snapshot = (
        snapshots.filter(public_id=public_id).first() or snapshots.filter(case__public_id=public_id).order_by("-number").first()
    )
    if snapshot is not None:
        return plan_of(snapshot), f"{use_case.slug}-{snapshot.number}"
    draft = draft_of(use_case)
    if draft is not None and draft.public_id == public_id:
        return drafting.as_plan(draft.plan), f"{use_case.slug}-draft"
    raise Missing(_("There is no such thing, or you may not see it."))
