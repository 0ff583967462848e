"""The report of an import: a line for each column, each element without one, and each place that cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from governance.dictionary.models import Binding, DictionaryImport, DictionaryImportLine
from governance.dictionary.selectors.exchange import Outcome, Plan, PlannedColumn, PlannedElement


def lines_of(run: DictionaryImport, plan: Plan) -> Iterator[DictionaryImportLine]:
    """The report, not yet saved: first what cannot be used or should be looked at, then each column, then elements without one."""
    number = 0
    for note in plan.notes:
        if note.level != "info":
            number += 1
            outcome = Outcome.ERROR if note.level == "error" else Outcome.WARNING
            said = {"code": note.code, "params": dict(note.params)}
            yield DictionaryImportLine(run=run, number=number, outcome=outcome, place=note.place[:300], said=said)
    told: set[str] = set()
    for item in plan.columns:
        number += 1
        key = item.column.element
        yield _line(run, number, plan.elements.get(key), item, first=key not in told)
        told.add(key)
    for key, element in plan.elements.items():
        if key not in told:
            number += 1
            yield _line(run, number, element, None, first=True)


def _line(
    run: DictionaryImport, number: int, element: PlannedElement | None, column: PlannedColumn | None, *, first: bool
) -> DictionaryImportLine:
    """The worst or the most of what becomes of a column and its element."""
    outcome, code, params = (column.outcome, column.code, column.params) if column else ("", "", {})
    said: dict[str, Any] = {}
    if element is not None and outcome != Outcome.ERROR:
        if element.outcome == Outcome.ERROR:
            outcome, code, params = Outcome.ERROR, element.code, element.params
        elif first and element.outcome in (Outcome.NEW, Outcome.CHANGED):
            outcome = element.outcome
        said |= {"found_by": element.match.found_by} if element.match.found_by else {}
        said |= {"fields": list(element.fields)} if element.fields and first else {}
    said |= {"code": code, "params": dict(params)} if code else {}
    said |= {"binds": True} if column and column.outcome == Outcome.BOUND else {}
    return DictionaryImportLine(
        run=run,
        number=number,
        outcome=outcome or Outcome.SAME,
        table=column.column.table[:300] if column else "",
        column=column.column.name[:300] if column else "",
        element=element.path[:150] if element else "",
        said=said,
    )


def counts_of(lines: Iterable[DictionaryImportLine]) -> dict[str, int]:
    count = Counter(str(line.outcome) for line in lines)
    return {str(outcome): count.get(str(outcome), 0) for outcome in Outcome}


def imports_of(bindings: Iterable[Binding]) -> set[str]:
    """Public ids of the imports that made these bindings: their events vouch for them. One query."""
    moments = {(binding.team_id, binding.starts_at) for binding in bindings}
    rows = DictionaryImport.objects.filter(finished_at__in={at for _team, at in moments})
    return {public_id for public_id, *place in rows.values_list("public_id", "team", "finished_at") if tuple(place) in moments}
