"""What stages ask of costs and benefits."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.economics.models import Snapshot
from governance.usecases import conditions
from governance.usecases.conditions import Answer, Cases


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("economics.snapshot", gettext_lazy("Costs and benefits are written down"), many=_snapshots)


def newest_snapshots(cases: Cases) -> Mapping[int, Snapshot]:
    """The newest snapshot of each with its case, by the use case's primary key. One query."""

    def read() -> Mapping[int, Snapshot]:
        newest = Snapshot.objects.filter(case__use_case__in=list(cases)).order_by().values("case").annotate(newest=Max("pk"))
        rows = Snapshot.objects.filter(pk__in=newest.values("newest")).select_related("case")
        return {row.case.use_case_id: row for row in rows}

    return cases.once("newest snapshots", read)


def _snapshots(cases: Cases) -> Mapping[int, Answer]:
    newest = newest_snapshots(cases)
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/cost-benefit/"
        if case.pk in newest:
            found[case.pk] = Answer("met", _("Snapshot %(number)s") % {"number": newest[case.pk].number}, url)
        else:
            said = _("Nobody wrote down what it costs and what it brings.")
            found[case.pk] = Answer("unmet", said, url, ("project_lead", "business_owner", "budget_holder"))
    return found
