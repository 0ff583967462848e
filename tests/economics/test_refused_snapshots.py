"""Versions that were written down by other rules than those of today: they are told as such, and hold up nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.readable import economics_view
from foundation import clock
from foundation.canonical import digest
from governance.economics import services
from governance.economics.components import component_body, stored_columns
from governance.economics.models import Baseline, CaseFigures, Snapshot
from governance.economics.plan.written import plan_as_mapping
from governance.economics.selectors.cases import evaluation_of
from governance.economics.services.figures import keep_missing_figures
from governance.usecases import services as usecases
from reports.content import economics
from reports.content.wording import money
from tests.approvals.pages import text_of
from tests.economics.case_plans import rich_plan, simple_plan
from tests.reports.test_content import composed, texts

pytestmark = pytest.mark.django_db
WHY = "in USD. State what one USD is in EUR"


def stored(first: Snapshot, columns: dict[str, Any]) -> Snapshot:
    """A next version as it might lie in a database since another release: no service of today would write it."""
    row = Snapshot(case=first.case, number=first.number + 1, created_by=first.created_by, created_at=clock.now(), **columns)
    row.digest = digest(component_body(row))
    row.save(force_insert=True)
    return row


def refused_columns() -> dict[str, Any]:
    """Read well enough, but without the exchange rate that a line needs."""
    return stored_columns(rich_plan(exchange=()))


def damaged_columns() -> dict[str, Any]:
    """Not even read: the plan has a field that nobody knows."""
    columns = stored_columns(rich_plan())
    return {**columns, "plan": {**columns["plan"], "colour": "red"}}


@pytest.fixture
def first(world) -> Snapshot:
    return services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=rich_plan())


def test_a_damaged_case_is_told_as_refused_and_the_others_are_reckoned(world, first):
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    services.write_snapshot(actor=world.lead, use_case=other, plan=simple_plan())
    stored(first, damaged_columns())
    CaseFigures.objects.all().delete()

    assert keep_missing_figures() == 2
    assert dict(CaseFigures.objects.values_list("case__use_case__slug", "basis")) == {"churn": "refused", "other": "snapshot"}
    assert keep_missing_figures() == 0


@pytest.mark.parametrize(("columns", "why"), [(refused_columns, WHY), (damaged_columns, "colour: There is no such field")])
@pytest.mark.parametrize("kind", ["economics", "use_case"])
def test_a_report_says_that_the_case_cannot_be_reckoned_and_why(world, first, kind, columns, why):
    row = stored(first, columns())

    said = texts(composed(world.lead, kind=kind))

    assert said.count("The case cannot be reckoned: ") > 1, "in its section and among the open points"
    assert why in said
    assert row.digest in said
    assert "No cost-benefit case was written down." not in said


def test_the_versions_beside_it_keep_their_figures(world, first):
    row = stored(first, refused_columns())
    good = stored(row, stored_columns(simple_plan()))

    said = texts(composed(world.lead, kind="use_case"))

    assert f"cannot be reckoned | {row.digest}" in said
    assert f"{money(evaluation_of(good).npv, 'EUR')} | {good.digest}" in said
    assert "The case cannot be reckoned" not in said


def test_a_baseline_that_cannot_even_be_read_leaves_the_rest_of_the_report(world, first):
    row = stored(first, damaged_columns())
    Baseline.objects.create(
        case=first.case, snapshot=row, number=1, starts_on=clock.now().date(), request="rq_x", approved_at=clock.now()
    )

    said = texts(composed(world.lead, kind="economics"))

    assert "The plan that was approved cannot be reckoned." in said
    assert "Nothing was asked for." in said


def test_the_reason_is_worded_once(world, first):
    row = stored(first, refused_columns())
    said = economics_view(component_body(row), None)

    assert said["missing"].startswith("The case cannot be reckoned: ")
    assert WHY in said["missing"]
    assert said["missing"] in texts(composed(world.lead, kind="economics"))
    assert economics.title() in texts(composed(world.lead, kind="economics"))


@pytest.mark.parametrize("columns", [refused_columns, damaged_columns])
def test_whoever_decides_reads_the_new_case_where_the_one_before_cannot_be_reckoned(world, first, columns):
    before, now = component_body(stored(first, columns())), component_body(first)

    view = economics_view(now, before)

    assert (view["npv_before"], view["changes"]) == ("", None)
    assert view["npv"]
    assert economics_view(before, now)["missing"]


def test_whoever_decides_reads_figures_where_two_versions_are_too_large_to_be_taken_apart(monkeypatch, first):
    monkeypatch.setattr("governance.economics.comparing.LONGEST", 2)
    before = {"case": {**component_body(first)["case"], "horizon": 4}}

    view = economics_view(component_body(first), before)

    assert view["changes"] is None
    assert view["npv_before"]


PAGES = (
    "figures/npv/", "compare/?from=1&to=2", "draft/", "scenarios/", "sensitivity/", "simulation/", "approval/", "actuals/", "import/",
    "../provisions/", "../provisions/new/", "actuals/files/",
)  # fmt: skip


@pytest.mark.parametrize("columns", [refused_columns, damaged_columns])
def test_no_page_and_no_answer_breaks_over_a_version_that_cannot_be_reckoned(world, first, columns):
    row = stored(first, columns())
    page, client, api = "/use-cases/churn/cost-benefit/", world.client("lead"), "/api/v1/use-cases/churn/economics"
    codes = {name: client.get(page + name).status_code for name in PAGES}
    of_it = ("", f"/{row.public_id}/snapshots", f"/{row.public_id}/evaluate", f"/{row.public_id}/file?format=csv")
    codes |= {name: world.api("lead").get(api + name).status_code for name in of_it}

    assert set(codes.values()) <= {200, 400, 404, 409, 422}, codes
    assert codes["compare/?from=1&to=2"] == codes[""] == 422
    answer = world.api("lead").get(api).json()
    assert answer["code"] == "economics.not_reckoned"
    assert answer["detail"].startswith("The case cannot be reckoned: ")


@pytest.mark.parametrize(("columns", "why"), [(refused_columns, WHY), (damaged_columns, "colour: There is no such field")])
def test_the_page_of_such_a_version_says_why_and_leads_to_the_others(world, first, columns, why):
    stored(first, columns())
    answer = world.client("lead").get("/use-cases/churn/cost-benefit/")

    said = text_of(answer)
    assert answer.status_code == 200
    assert "cannot be reckoned" in said
    assert why in said
    assert "Version 1" in said
    assert world.client("lead").get("/use-cases/churn/cost-benefit/?snapshot=1").context["verdict"]


def test_such_a_version_is_put_right_by_a_draft(world, first):
    stored(first, refused_columns())
    draft = services.begin_draft(actor=world.lead, use_case=world.use_case)
    services.put_draft(actor=world.lead, use_case=world.use_case, plan=plan_as_mapping(rich_plan()), revision=draft.revision)
    draft.refresh_from_db()
    client, page = world.client("lead"), "/use-cases/churn/cost-benefit/draft/"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}write/").status_code == 200

    answer = client.post(f"{page}write/", {"revision": str(draft.revision), "based_on": "2"})

    assert answer.status_code == 302, text_of(answer)
    assert evaluation_of(Snapshot.objects.order_by("number").last()).npv == evaluation_of(first).npv
