"""Acts of cost and benefit that meet over one thing. Run as `python -m tests.story.contention_economics`; writes what came of it.

How they meet, and how often, is in `meetings`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tests.story.meetings import Meeting, Stop, meet

OPENED = Stop("governance.economics.services.drafts", "open_case", after=True)  # locked, and there is no draft yet
HELD = Stop("governance.economics.services.drafts", "_locked", after=True)  # the draft is the one that was seen
WRITTEN = Stop("governance.economics.services.drafts", "write_snapshot", after=True)  # written down, and the draft still there
READ = Stop("governance.economics.services.sheets", "read_sheet", after=True)  # nobody took it over, nothing written
PAYING = Stop("governance.economics.services.provision_requests", "lock_money", after=True)  # what is left is what it was
REVALUED = Stop("governance.economics.services.worth", "_row", after=True)  # nobody kept it yet, nothing written
TAKING = Stop("governance.economics.services.actual_imports", "write_planned")  # it is known what is new, nothing written
ROWS = "line,month,amount,reference\nbuild,2026-01,100,INV-1\nbuild,2026-02,110.50,INV-2\nkept,2026-02,90,INV-3\n"


class Office:
    """People who work on cases, and a case whose benefit follows from what a model can do."""

    def __init__(self) -> None:
        from governance.people import services as people
        from tests.conftest import make_world
        from tests.economics.provided import payer_of
        from tests.economics.worths import approve_case

        self.world = make_world()
        self.payer = payer_of()
        approve_case(self.world)
        people.grant_role(actor=self.world.admin, user=self.world.scientist.user, role="data_scientist")  # wherever they meet

    def use_case(self, name: str) -> Any:
        """Of the lead's, on which the scientist works as well."""
        from governance.usecases import services as usecases

        return usecases.open_use_case(actor=self.world.lead, slug=name, title=name)

    def draft(self, name: str) -> Any:
        from governance.economics import services
        from tests.economics.case_plans import simple_plan

        use_case = self.use_case(name)
        services.write_snapshot(actor=self.world.lead, use_case=use_case, plan=simple_plan())
        return services.begin_draft(actor=self.world.lead, use_case=use_case)


def events(kind: str, scope: Any) -> int:
    from foundation.models import AuditEvent

    return int(AuditEvent.objects.filter(kind=kind, scope=scope.public_id).count())


def two_drafts(office: Office, name: str) -> Meeting:
    """Two people begin the first draft of a use case."""
    from governance.economics import services
    from governance.economics.models import Case, CaseDraft

    use_case = office.use_case(name)

    def begin(actor: Any) -> Any:
        return lambda: services.begin_draft(actor=actor, use_case=use_case, currency="EUR").public_id

    def afterwards() -> dict[str, Any]:
        return {
            "drafts": list(CaseDraft.objects.filter(case__use_case=use_case).values_list("public_id", flat=True)),
            "cases": Case.objects.filter(use_case=use_case).count(),
            "told": events("economics.draft.begun", use_case),
        }

    return Meeting((begin(office.world.lead), begin(office.world.scientist)), (OPENED, OPENED), afterwards)


def two_saves(office: Office, name: str) -> Meeting:
    """Two people save what they typed into the same draft."""
    from governance.economics import services
    from governance.economics.models import CaseDraft
    from tests.economics.case_plans import line

    draft = office.draft(name)

    def save(actor: Any, key: str) -> Any:
        def act() -> str:
            services.add_line(actor=actor, draft=draft, revision=draft.revision, line=line(key))
            return key

        return act

    def afterwards() -> dict[str, Any]:
        now = CaseDraft.objects.get(pk=draft.pk)
        return {
            "lines": [item["key"] for item in now.plan["lines"] if item["key"] in ("gpu", "disk")],
            "revision": now.revision,
            "told": events("economics.draft.line_added", draft.case.use_case),
        }

    return Meeting((save(office.world.lead, "gpu"), save(office.world.scientist, "disk")), (HELD, HELD), afterwards)


def write_and_save(office: Office, name: str) -> Meeting:
    """One writes the draft down while the other still changes it."""
    from governance.economics import services
    from governance.economics.models import CaseDraft, Snapshot
    from tests.economics.case_plans import line

    draft = office.draft(name)
    changed = services.add_line(actor=office.world.lead, draft=draft, revision=draft.revision, line=line("gpu"))

    def write() -> str:
        services.write_down(actor=office.world.lead, draft=changed, revision=changed.revision)
        return "written"

    def save() -> str:
        services.add_line(actor=office.world.scientist, draft=changed, revision=changed.revision, line=line("disk"))
        return "saved"

    def afterwards() -> dict[str, Any]:
        newest = Snapshot.objects.filter(case=draft.case).order_by("-number")[0]
        left = CaseDraft.objects.filter(case=draft.case).first()
        return {
            "newest": [newest.number, sorted(item["key"] for item in newest.lines)],
            "left": sorted(item["key"] for item in left.plan["lines"]) if left is not None else None,
            "figures_of": newest.case.figures.snapshot_id == newest.pk,
        }

    return Meeting((write, save), (WRITTEN, HELD), afterwards)


def two_sheets(office: Office, name: str) -> Meeting:
    """Two people take the same spreadsheet over."""
    from governance.economics.models import CaseDraft, CaseSheet
    from governance.economics.services.sheets import keep_sheet, take_sheet
    from governance.economics.sheets import export_csv
    from tests.economics.case_plans import line, simple_plan

    draft = office.draft(name)
    use_case = draft.case.use_case
    plan = simple_plan()
    data = export_csv(replace(plan, lines=(*plan.lines, line("gpu", category=""))))
    sheet = keep_sheet(actor=office.world.lead, use_case=use_case, data=data, name="case.csv")

    def take(actor: Any) -> Any:
        return lambda: take_sheet(actor=actor, sheet=sheet, sha256=sheet.sha256, revision=draft.revision).revision

    def afterwards() -> dict[str, Any]:
        now, row = CaseDraft.objects.get(pk=draft.pk), CaseSheet.objects.get(pk=sheet.pk)
        return {
            "lines": sorted(item["key"] for item in now.plan["lines"]),
            "revisions": [now.revision, row.revision],
            "told": events("economics.sheet.taken_over", use_case),
        }

    return Meeting((take(office.world.lead), take(office.world.scientist)), (READ, READ), afterwards)


def last_money(office: Office, name: str) -> Meeting:
    """The last word on two requests, each of which the budget could pay, and not both."""
    from approvals.selectors.standing import standing_of
    from approvals.services.ballots import cast_ballot
    from governance.economics.models import ProvisionRequest
    from governance.economics.selectors.budgets import figures_of_budgets
    from tests.economics.provided import budget_of, costing, put_up, say

    budget = budget_of(office.payer, "250", title=name)
    rows = [costing(office.world, budget, "200", title=f"{name} {which}") for which in ("one", "two")]
    requests = [put_up(office.world, row) for row in rows]
    for request in requests:
        say(office.world.lead, request, "need")

    def pay(request: Any) -> Any:
        digest = standing_of(request).digest
        said = {"step": "budget", "verdict": "approve", "digest": digest, "comment": "Yes."}
        return lambda: cast_ballot(actor=office.payer, request=request, **said).public_id

    def afterwards() -> dict[str, Any]:
        figures = figures_of_budgets([budget])[budget.pk]
        paid = ProvisionRequest.objects.filter(budget=budget, decision="approved")
        return {"paid": paid.count(), "committed": str(figures.committed), "left": str(figures.left)}

    return Meeting((pay(requests[0]), pay(requests[1])), (PAYING, PAYING), afterwards)


def two_pushes(office: Office, name: str) -> Meeting:
    """Two versions are pushed, and each pipeline's news is handed on at once, by whoever comes first."""
    from foundation import outbox
    from governance.economics.models import Revaluation
    from tests.conftest import push_version
    from tests.economics.worths import measured

    def push(which: str, recall: str) -> Any:
        def act() -> str:
            row = push_version(office.world, version=f"{name}-{which}", metrics=measured(recall, "0.37"))
            outbox.deliver(limit=10_000)
            return str(row.public_id)

        return act

    def afterwards() -> dict[str, Any]:
        outbox.deliver(limit=10_000)  # what one of them had claimed and not handed on
        rows = Revaluation.objects.filter(label__contains=name)
        return {"kept": sorted(rows.values_list("model_version", flat=True)), "told": _told(rows)}

    return Meeting((push("one", "0.64"), push("two", "0.61")), (REVALUED, REVALUED), afterwards)


def two_workers(office: Office, name: str) -> Meeting:
    """The same news of a version is handed on twice, as may be after a worker was lost."""
    from foundation.models import OutboxEvent
    from governance.economics.models import Revaluation
    from lineage.services.worth import on_version
    from tests.conftest import push_version
    from tests.economics.worths import measured

    row = push_version(office.world, version=name, metrics=measured("0.6", "0.37"))
    news = OutboxEvent.objects.filter(topic="lineage.model_version.registered", subject_id=row.public_id).get()

    def carry() -> str:
        on_version(news)
        return "carried"

    def afterwards() -> dict[str, Any]:
        rows = Revaluation.objects.filter(model_version=row.public_id)
        return {"kept": rows.count(), "told": _told(rows)}

    return Meeting((carry, carry), (REVALUED, REVALUED), afterwards)


def _told(rows: Any) -> int:
    from foundation.models import AuditEvent

    ids = list(rows.values_list("public_id", flat=True))
    return int(AuditEvent.objects.filter(kind="economics.worth.changed", subject_id__in=ids).count())


def two_imports(office: Office, name: str) -> Meeting:
    """Two people send the same file of actuals and take it in."""
    from governance.economics import services
    from governance.economics.models import Actual, CaseFigures
    from governance.economics.services.actual_imports import take_in, try_actuals
    from tests.economics.case_plans import simple_plan

    use_case = office.use_case(name)
    services.write_snapshot(actor=office.world.lead, use_case=use_case, plan=simple_plan())

    def send(actor: Any) -> Any:
        def act() -> int:
            tried = try_actuals(actor=actor, use_case=use_case, data=ROWS.encode(), name="costs.csv", kind="rows")
            return int(take_in(actor=actor, checked=tried).counts["new"])

        return act

    def afterwards() -> dict[str, Any]:
        rows = Actual.objects.filter(case__use_case=use_case)
        figures = CaseFigures.objects.get(case__use_case=use_case)
        return {
            "kept": sorted(rows.values_list("reference", flat=True)),
            "told": events("economics.actuals.taken_in", use_case),
            "figures": [figures.spent, figures.realised],
        }

    return Meeting((send(office.world.lead), send(office.world.scientist)), (TAKING, TAKING), afterwards)


def _prepared(scenario: Callable[[Office, str], Meeting], office: Office, name: str) -> Meeting:
    """A meeting about things that are named after it."""
    return scenario(office, f"{scenario.__name__}-{name}".replace("_", "-"))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config import prepare

    prepare.database()
    office = Office()
    scenarios = (two_drafts, two_saves, write_and_save, two_sheets, last_money, two_pushes, two_workers, two_imports)
    found = {scenario.__name__: meet(partial(_prepared, scenario, office)) for scenario in scenarios}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
