from __future__ import annotations

from decimal import Decimal

import pytest

from foundation.canonical import digest
from foundation.errors import Conflict, Invalid
from foundation.models import AuditEvent
from governance.usecases import exporting, services
from governance.usecases.files import read_use_case
from governance.usecases.models import Definition
from tests.usecases.test_services import KPI, SAID, define

FULL = {
    "assumptions": "Contracts stay monthly.",
    "data_sources": [{"name": "Contracts", "note": "since 2021"}, {"name": "Calls"}],
    "consumers": [{"name": "Call centre", "kind": "team", "purpose": "calls them"}, {"name": "Shop"}],
    "framework": "Acme ML",
    "containers": "OCI image",
    "language": "Python 3.11",
    "regulation": "GDPR",
    "latency": "overnight",
    "throughput": "once a day",
    "volume": "2 million rows",
    "availability": "a day a month",
    "kpis": [
        {**KPI, "driven_by": "Recall", "population": Decimal(1000), "population_label": "leavers", "outcome": "are kept"},
        {
            "name": "Recall",
            "kind": "model",
            "metric": "recall",
            "target": Decimal("0.7"),
            "measured_on": "test",
            "cadence": "monthly",
        },
    ],
}


def test_all_that_was_said_is_kept_and_part_of_the_digest(world):
    row = define(world, **FULL)

    assert row.digest == digest(row.body())
    body = row.body()
    assert body["data_sources"] == [{"name": "Contracts", "note": "since 2021"}, {"name": "Calls", "note": ""}]
    assert body["consumers"][1] == {"name": "Shop", "kind": "application", "purpose": ""}
    assert {name: body[name] for name in ("regulation", "volume", "language")} == {
        "regulation": "GDPR",
        "volume": "2 million rows",
        "language": "Python 3.11",
    }
    assert body["kpis"][1]["kind"] == "model"
    assert define(world, **FULL) == row
    assert define(world, **{**FULL, "latency": "within a second"}).number == row.number + 1


def test_what_is_blank_stays_out_so_that_older_digests_hold(world):
    row = define(world)

    assert set(row.body()) == {"business_problem", "affected", "ml_problem", "intended_use", "limits", "kpis"}
    assert set(row.body()["kpis"][0]) == {"name", "unit", "direction", "baseline", "target", "tolerance", "how"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"data_sources": [{"name": " "}]}, "data_sources[0].name"),
        ({"data_sources": [{"name": "CRM"}, {"name": "crm"}]}, "data_sources"),
        ({"data_sources": [{"name": "x" * 201}]}, "data_sources[0].name"),
        ({"data_sources": [{"name": "CRM", "note": "x" * 1001}]}, "data_sources[0].note"),
        ({"data_sources": [{"name": "a\x00b"}]}, "data_sources[0].name"),
        ({"data_sources": [{"name": f"d{number}"} for number in range(101)]}, "data_sources"),
        ({"consumers": [{"name": "Shop", "kind": "robot"}]}, "consumers[0].kind"),
        ({"latency": "x" * 201}, "latency"),
        ({"kpis": [{**KPI, "kind": "wish"}]}, "kpis[0].kind"),
        ({"kpis": [{**KPI, "population": Decimal(0)}]}, "kpis[0].population"),
        ({"kpis": [{**KPI, "driven_by": "Recall"}]}, "kpis[0].driven_by"),
        ({"kpis": [{**KPI, "kind": "model", "driven_by": "Found"}]}, "kpis[0].driven_by"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_place(world, values, field):
    with pytest.raises(Invalid) as refused:
        define(world, **values)
    assert field in [item.field for item in refused.value.errors]
    assert Definition.objects.count() == 1


def test_everything_that_is_wrong_is_told_at_once(world):
    with pytest.raises(Invalid) as refused:
        define(world, business_problem="", kpis=[{**KPI, "name": ""}, {**KPI, "target": None}])
    assert {item.field for item in refused.value.errors} >= {"business_problem", "kpis[0].name", "kpis[1].target"}


def test_who_was_overtaken_is_told_what_changed_meanwhile(world):
    define(world, ml_problem="Theirs.")

    with pytest.raises(Conflict) as refused:
        define(world, ml_problem="Mine.", based_on=1)
    told = refused.value.extra
    assert (told["based_on"], told["current"]) == (1, 2)
    assert {
        "field": "ml_problem",
        "before": "Will this customer cancel within 60 days?",
        "after": "Theirs.",
        "change": "changed",
    } in told["written_meanwhile"]
    assert {"field": "ml_problem", "before": "Theirs.", "after": "Mine.", "change": "changed"} in told["you_wrote"]
    assert world.use_case.current_definition().ml_problem == "Theirs."


def test_renaming_to_the_same_name_is_no_event(world):
    before = AuditEvent.objects.count()

    services.change_use_case(actor=world.lead, use_case=world.use_case, title=" Customer churn ", kind="product")
    assert AuditEvent.objects.count() == before


def test_the_file_of_a_use_case_says_all_of_it_and_reads_back_to_the_same(world):
    define(world, **FULL)
    said = read_use_case(exporting.usecase_yaml(world.use_case))

    assert (said.pop("slug"), said.pop("title"), said.pop("kind")) == ("churn", "Customer churn", "product")
    again = services.define(actor=world.lead, use_case=world.use_case, **said)
    assert again.number == 2
    assert SAID["business_problem"] == said["business_problem"]
