"""Files of actuals: tried, with what would become of each row, and taken in. A large one is a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, bulk, clock, jobs
from foundation.actor import Actor
from foundation.canonical import decimal_text, digest_bytes
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.models import Job
from foundation.permissions import require
from foundation.services import validate
from governance.economics.actual_files import COSTS, Entry, Found, read_bill, read_rows, rules_of
from governance.economics.models import Actual, ActualImport, ActualImportRow, Case
from governance.economics.permissions.actuals import may_record_actuals
from governance.economics.selectors.actuals import Planned, counts_of, planned_entries
from governance.economics.selectors.baselines import lines_known
from governance.economics.services.actuals import locked_case, write_planned
from governance.economics.wording.actuals import problem_said, unreadable_told
from governance.usecases.intake.reading import read
from governance.usecases.intake.table import Unreadable
from governance.usecases.media import plain_name
from governance.usecases.models import UseCase

CHECKED = audit.kind("economics.import.checked", _("File of actuals tried"))
STARTED = audit.kind("economics.import.started", _("Import of actuals started"))
CARRIED_OUT = audit.kind("economics.import.carried_out", _("File of actuals taken in"))
JOB = "economics.actuals.import"
BYTES_AT_ONCE = 512 * 1024  # of a file that is tried while somebody waits; more is a job
ROWS_AT_ONCE = 2000  # and so many rows; the same where they are taken in
SOURCES = {ActualImport.Kind.ROWS: Actual.Source.IMPORTED, ActualImport.Kind.BILL: Actual.Source.CLOUD}
Outcome = ActualImportRow.Outcome


def try_actuals(
    *,
    actor: Actor,
    use_case: UseCase,
    data: bytes,
    name: str,
    kind: str,
    rules: Sequence[Mapping[str, Any]] = (),
    cost: str = "",
    corrections: bool = False,
    then_take_in: bool = False,
    only_good: bool = False,
) -> ActualImport:
    """Keep a file and find out what would become of each of its rows. No actual is touched. A large file is a job.

    `rules` say to which line a charge of a bill belongs, `cost` is the column of the bill that is taken. With `then_take_in` a job goes
    on and takes it in. Raises NotAllowed; TooLarge; Invalid for a file that cannot be read or rules that are none; Conflict without a case.
    """
    require(may_record_actuals(actor, use_case))
    row = ActualImport(
        case=_case(use_case),
        kind=kind,
        name=(plain_name(name) or "file")[-255:],
        size=len(data),
        sha256=digest_bytes(data),
        rules=_checked_rules(use_case, rules, kind),
        cost=_checked_cost(cost, kind),
        corrections=corrections,
        only_good=only_good,
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row, exclude=("file",))
    return _begin(actor, row, data, ContentFile(data), then_take_in)


def try_again(
    *, actor: Actor, checked: ActualImport, rules: Sequence[Mapping[str, Any]], cost: str = "", corrections: bool = False
) -> ActualImport:
    """Try the same file with other rules: another run over the bytes that were kept."""
    use_case = checked.case.use_case
    require(may_record_actuals(actor, use_case))
    with checked.file.open("rb") as stored:
        data = stored.read()
    row = ActualImport(
        case=checked.case,
        kind=checked.kind,
        file=checked.file.name,
        name=checked.name,
        size=checked.size,
        sha256=checked.sha256,
        rules=_checked_rules(use_case, rules, checked.kind),
        cost=_checked_cost(cost or checked.cost, checked.kind),
        corrections=corrections,
        created_by=actor.user,
        created_at=clock.now(),
    )
    return _begin(actor, row, data, None, False)


def _begin(actor: Actor, row: ActualImport, data: bytes, content: ContentFile[bytes] | None, then_take_in: bool) -> ActualImport:
    read_now = None if len(data) > BYTES_AT_ONCE else entries_of(row, data)
    if read_now is not None and len(read_now[0]) > ROWS_AT_ONCE:
        read_now = None
    is_long = read_now is None
    stored = ""
    try:
        with transaction.atomic():
            if content is not None:
                row.file.save(f"{row.public_id}.{'xlsx' if data.startswith(b'PK') else 'csv'}", content, save=False)
                stored = str(row.file.name)
            if is_long:
                row.asked_at = clock.now() if then_take_in else None
                row.job = jobs.submit(actor=actor, kind=JOB, args={"import": row.public_id}, key=f"{JOB}:{row.public_id}:check")
            row.save(force_insert=True)
            if read_now is not None:
                finish_check(row, *read_now)
            said = {"kind": row.kind, "sha256": row.sha256, "size": row.size, "rules": len(row.rules)}
            audit.record(actor, CHECKED, row, said, personal={"name": row.name})
    except BaseException:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        raise
    return row


def entries_of(row: ActualImport, data: bytes) -> tuple[list[Entry], tuple[Found, ...]]:
    """What a file says, and what a bill has by which its charges can be told apart. Raises Invalid or TooLarge with what is wrong."""
    today = clock.now().date()
    try:
        table = read(data, row.name)
        if row.kind == ActualImport.Kind.BILL:
            bill = read_bill(table, rules_of(row.rules)[0], row.cost, today)
            return list(bill.entries), bill.found
        return read_rows(table, {key: line.title for key, line in lines_known(row.case_id).items()}, today), ()
    except Unreadable as error:
        said = unreadable_told(error)
        kind = TooLarge if error.code.startswith("too_large") else Invalid
        raise kind(said, code=f"import.{error.code}", errors=[FieldError("file", error.code, said)]) from error


def finish_check(row: ActualImport, entries: Iterable[Entry], found: Sequence[Found]) -> list[Planned]:
    """Write down what would happen."""
    plan = planned_entries(row.case, entries, SOURCES[ActualImport.Kind(row.kind)], corrections=row.corrections)
    bulk.insert([_reported(row, number, one) for number, one in enumerate(plan, 1)])
    row.counts, row.checked_at = counts_of(plan), clock.now()
    row.found = [
        {
            "by": one.by,
            "name": one.name,
            "value": one.value,
            "count": one.count,
            "amounts": {currency: decimal_text(amount) for currency, amount in sorted(one.amounts.items())},
        }
        for one in found
    ]
    row.save(update_fields=["counts", "found", "checked_at"])
    return plan


def _reported(row: ActualImport, number: int, one: Planned) -> ActualImportRow:
    entry = one.entry
    amount = f"{decimal_text(entry.amount)} {entry.currency or row.case.currency}" if entry.amount is not None else entry.said[1]
    return ActualImportRow(
        run=row,
        number=number,
        outcome=one.outcome,
        place=entry.place[:60],
        line=(entry.line or (entry.reference if one.outcome == Outcome.UNMATCHED else ""))[:120],
        month=f"{entry.month:%Y-%m}" if entry.month else entry.said[0][:40],
        amount=amount[:60],
        reference="" if one.outcome == Outcome.UNMATCHED or entry.reference.startswith("row:") else entry.reference[:200],
        problems=[problem.as_mapping() for problem in one.problems],
    )


def take_in(*, actor: Actor, checked: ActualImport, only_good: bool = False) -> ActualImport:
    """Take in what was tried: all of it in one transaction, or nothing. A large file is a job.

    What belongs to no line is never taken in and stays in the report. Raises NotAllowed; Conflict when there are problems and
    `only_good` does not leave those rows out, or when it was taken in already.
    """
    require(may_record_actuals(actor, checked.case.use_case))
    if checked.checked_at is None:
        raise Conflict(_("This file was not read to its end yet."), code="import.not_checked")
    if errors_of(checked) and not only_good:
        raise errors_refused(errors_of(checked))
    if sum(checked.counts.values()) > ROWS_AT_ONCE or checked.size > BYTES_AT_ONCE:
        return _begin_taking(actor, checked, only_good)
    entries = read_again(checked)
    with transaction.atomic():
        row = locked_import(checked)
        row.asked_at, row.only_good = clock.now(), only_good
        write_import(actor, row, entries)
    return row


def read_again(row: ActualImport) -> list[Entry]:
    """What the file that was kept says."""
    with row.file.open("rb") as stored:
        return entries_of(row, stored.read())[0]


def errors_of(row: ActualImport) -> int:
    return int(row.counts.get(Outcome.ERROR, 0))


def errors_refused(count: int) -> Conflict:
    said = _("Rows with problems: %(count)s. Mend them in the file, or choose to leave those rows out.") % {"count": count}
    return Conflict(said, code="import.errors")


UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)  # a job that was cancelled or given up is begun again


def _begin_taking(actor: Actor, checked: ActualImport, only_good: bool) -> ActualImport:
    with transaction.atomic():
        row = locked_import(checked)
        under_way = row.job_id is not None and Job.objects.filter(pk=row.job_id, state__in=UNDER_WAY).exists()
        if row.asked_at is not None and not row.failure and under_way:
            return row
        row.asked_at, row.only_good, row.failure = clock.now(), only_good, ""
        key = f"{JOB}:{row.public_id}:{row.asked_at.timestamp()}"
        row.job = jobs.submit(actor=actor, kind=JOB, args={"import": row.public_id}, key=key)
        row.save(update_fields=["asked_at", "only_good", "failure", "job"])
        audit.record(actor, STARTED, row, {"rows": sum(row.counts.values())})
    return row


def locked_import(row: ActualImport) -> ActualImport:
    """The row as it is now, held until the transaction ends. Raises Conflict when it was taken in.

    Without its job: PostgreSQL would join the one of before to a row that had to be waited for.
    """
    rows = ActualImport.objects.select_for_update(of=("self",)).select_related("case__use_case", "created_by")
    found: ActualImport = rows.get(pk=row.pk)
    if found.finished_at is not None:
        raise Conflict(_("This file was taken in already."), code="import.done")
    return found


def write_import(actor: Actor, row: ActualImport, entries: Iterable[Entry]) -> None:
    """All that the file says, as things are now, in the caller's transaction. What was taken in meanwhile is there already.

    Raises Conflict where a row is a problem that is not to be left out: then nothing is taken in.
    """
    case = locked_case(row.case.use_case)
    source = SOURCES[ActualImport.Kind(row.kind)]
    plan = planned_entries(case, entries, source, corrections=row.corrections)
    counts = counts_of(plan)
    if counts[Outcome.ERROR] and not row.only_good:
        raise errors_refused(counts[Outcome.ERROR])
    write_planned(actor, case, plan, source, subject=row)
    row.counts, row.finished_at = counts, clock.now()
    row.save(update_fields=["asked_at", "only_good", "counts", "finished_at"])
    audit.record(actor, CARRIED_OUT, row, {"sha256": row.sha256, **counts})


def _case(use_case: UseCase) -> Case:
    found = Case.objects.select_related("use_case").filter(use_case=use_case).first()
    if found is None:
        raise Conflict(
            _("Costs and benefits were not written down yet, so there is no line to say anything of."), code="economics.none"
        )
    return found


def _checked_rules(use_case: UseCase, rules: Sequence[Mapping[str, Any]], kind: str) -> list[dict[str, str]]:
    """Rules whose lines there are. Raises Invalid with the place of each that is wrong."""
    if kind != ActualImport.Kind.BILL:
        return []
    found, problems = rules_of(rules)
    errors = [FieldError(problem.column, problem.code, problem_said(problem)) for problem in problems]
    known = lines_known(_case(use_case))
    for at, rule in enumerate(found):
        if rule.line and rule.line not in known:
            why = _("“%(line)s” is no line of this case. There are: %(known)s.") % {"line": rule.line, "known": ", ".join(known)}
            errors.append(FieldError(f"rules[{at}].line", "no_line", why))
    if errors:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=errors)
    return [rule.as_mapping() for rule in found]


def _checked_cost(cost: str, kind: str) -> str:
    if kind != ActualImport.Kind.BILL:
        return ""
    if cost and cost not in COSTS:
        why = _("A bill is read by one of these columns: %(columns)s.") % {"columns": ", ".join(COSTS)}
        raise Invalid(why, errors=[FieldError("cost", "choice", why)])
    return cost or COSTS[0]
