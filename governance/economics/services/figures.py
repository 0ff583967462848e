"""Keeping what a case comes to beside it. Derived figures, so no event tells of them: the acts that change them have their own."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from governance.economics.cashflow import Refused, rounded
from governance.economics.cashflow.precision import total
from governance.economics.components import plan_of
from governance.economics.models import Case, CaseFigures, Snapshot
from governance.economics.models.figures import as_text
from governance.economics.plan.problems import NotWritten
from governance.economics.portfolio import REVISION, worth_of
from governance.economics.selectors.baselines import baseline_of, standing_actuals

AT_ONCE = 2_000  # cases that one run reckons anew: some seconds, and the next run goes on


def keep_figures(case: Case) -> None:
    """Reckon what the case comes to and keep it: in the transaction that changed its snapshots, its baseline or its actuals, which
    holds the lock on the case. Five statements at most, and one more where a line was dropped since something was said of it."""
    baseline = baseline_of(case)
    snapshot = baseline.snapshot if baseline is not None else Snapshot.objects.filter(case=case).order_by("-number").first()
    if snapshot is None:
        return
    snapshot.case = case  # it says the currency; nothing is read for that
    row = CaseFigures(case=case, revision=REVISION, snapshot=snapshot, basis=CaseFigures.Basis.REFUSED)
    try:
        row.take_over(worth_of(plan_of(snapshot)))
        row.basis = CaseFigures.Basis.BASELINE if baseline is not None else CaseFigures.Basis.SNAPSHOT
    except (Refused, NotWritten):  # its page says why, and the other cases do not wait for it
        row.take_over(None)
    came = _came_of(snapshot)
    row.spent, row.realised = as_text(came.get("cost")), as_text(came.get("benefit"))
    row.save()


def _came_of(snapshot: Snapshot) -> dict[str, Decimal]:
    """What was recorded of costs and of benefits, whatever month it belongs to: a kind of which nothing was is left out. A line that the
    snapshot does not have counts as what it was in the newest that had it."""
    sums = dict(standing_actuals(snapshot.case).order_by().values_list("line").annotate(sum=Sum("amount")))
    kinds = {line["key"]: line["kind"] for line in snapshot.lines}
    if not set(sums) <= set(kinds):
        every = Snapshot.objects.filter(case=snapshot.case_id).order_by("number").values_list("lines", flat=True)
        kinds = {line["key"]: line["kind"] for lines in every for line in lines} | kinds  # the newest that has it says
    by_kind: dict[str, list[Decimal]] = {}
    for line, amount in sums.items():
        if line in kinds:
            by_kind.setdefault(kinds[line], []).append(amount)
    # Of cents, so nothing is rounded away; SQLite sums them up as floats and leaves out zeros.
    return {kind: rounded(total(amounts)) for kind, amounts in by_kind.items()}


def keep_missing_figures(most: int | None = AT_ONCE) -> int:
    """Reckon the cases whose figures were never kept, or by rules that hold no more: after an upgrade. How many it were.

    One transaction for each, so whatever is stopped goes on with the next run.
    """
    written = Snapshot.objects.filter(case=OuterRef("pk"))
    lacking = Case.objects.filter(Q(figures=None) | ~Q(figures__revision=REVISION), Exists(written))
    keys = list(lacking.order_by("pk").values_list("pk", flat=True)[:most])
    for key in keys:
        with transaction.atomic():
            keep_figures(Case.objects.select_for_update(of=("self",)).get(pk=key))
    return len(keys)
