"""The adapters: how each type of subject is found, judged and named, who made it, and what its approval does."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from approvals import subjects
from approvals.models import PolicyVersion, Request
from approvals.subjects.record import RecordSubject
from foundation import clock
from foundation.canonical import digest
from foundation.errors import Invalid, Missing
from foundation.permissions import Denied
from governance.dictionary import services as dictionary
from governance.economics import services as economics
from governance.people import services as people
from governance.usecases import services as usecases
from tests.conftest import POLICY
from tests.dictionary.approved import define as in_force
from tests.usecases.papers import added

CASE = {
    "currency": "EUR",
    "horizon": 2,
    "discount_rate": Decimal("0.1"),
    "real_or_nominal": "nominal",
    "lines": [
        {"key": "team", "title": "Team", "kind": "cost", "quantity": 2, "unit_price": 1000, "from_period": 0, "to_period": 2},
        {
            "key": "saved",
            "title": "Saved",
            "kind": "benefit",
            "quantity": 1,
            "unit_price": 9000,
            "from_period": 1,
            "to_period": 2,
        },
    ],
}


@pytest.fixture(autouse=True)
def _files_in_memory(settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def adapter(name):
    return subjects.adapter_for(name)


def define(world, actor, text, **values):
    return usecases.define(actor=actor, use_case=world.use_case, business_problem=text, ml_problem="Who leaves?", **values)


def draft(world, text=POLICY, number=2):
    """A version of a policy that nobody has confirmed yet."""
    first = PolicyVersion.objects.get()
    return PolicyVersion.objects.create(
        policy=first.policy,
        number=number,
        text=text,
        body={**first.body, "title": "Stricter"},
        digest=digest({**first.body, "title": "Stricter"}),
        created_by=world.admin.user,
        created_at=clock.now(),
    )


def test_every_type_of_the_contract_that_is_built_has_an_adapter():
    assert {"model_version", "use_case_definition", "document", "policy_version", "envelope"} <= set(subjects._adapters)
    with pytest.raises(Invalid, match="cannot be put up"):
        adapter("wish")


def test_every_purpose_of_an_adapter_is_one_that_requests_know():
    for name in subjects._adapters:
        assert set(adapter(name).purposes) <= set(Request.Purpose.values)


# Definitions and documents -------------------------------------------------------------------------------------------


def test_a_definition_is_judged_as_the_component_that_model_versions_have(world, push):
    row, version = world.use_case.current_definition(), push()

    judged = adapter("use_case_definition").judged(row)
    assert set(judged.digests) == {"use_case"}
    assert judged.digests["use_case"] == adapter("model_version").judged(version).digests["use_case"]
    assert judged.digest == digest(dict(judged.digests))


def test_a_record_is_read_one_by_one_and_many_at_once_alike(world, django_assert_num_queries):
    document = added(world)
    for name, row in (("use_case_definition", world.use_case.current_definition()), ("document", document)):
        found = adapter(name).gather([row.public_id])
        assert found == {row.public_id: (row, adapter(name).judged(row).digests)}
        assert adapter(name).titles([row.public_id]) == {row.public_id: adapter(name).title(row)}
    rows = [define(world, world.lead, f"Text {number}.") for number in range(5)]
    with django_assert_num_queries(2):
        adapter("use_case_definition").gather([row.public_id for row in rows])


def test_what_follows_one_another_is_of_one_line(world):
    first, second = added(world), added(world, b"%PDF-2")
    other = added(world, slug="charter")
    line = adapter("document").line

    assert line(first, None) == line(second, None) == "document:churn:plan"
    assert line(other, None) == "document:churn:charter"
    assert adapter("use_case_definition").line(world.use_case.current_definition(), None) == "use_case_definition:churn"


def test_who_wrote_a_version_since_the_approved_one_is_a_contributor(world):
    first = world.use_case.current_definition()
    define(world, world.business, "By the owner.")
    third = define(world, world.scientist, "By the scientist.")
    made = adapter("use_case_definition").contributors

    assert made(third, None) == {"use_case": {world.lead.id, world.business.id, world.scientist.id}}
    assert made(third, first) == {"use_case": {world.business.id, world.scientist.id}}
    assert made(first, None) == {"use_case": {world.lead.id}}


def test_a_record_is_compared_with_the_version_in_front_of_it_and_nothing_is_written(world, django_assert_num_queries):
    first, second = added(world), added(world, b"%PDF-2")
    before = adapter("document").before(second)

    assert before.digests == adapter("document").judged(first).digests
    assert before.bodies["document"]["sha256"] == first.sha256
    assert adapter("document").before(first) is None


def test_what_somebody_may_not_see_is_missing(world):
    document = added(world)
    for name, row in (("use_case_definition", world.use_case.current_definition()), ("document", document)):
        assert adapter(name).find(world.auditor, row.public_id) == row
        with pytest.raises(Missing):
            adapter(name).find(world.stranger, row.public_id)
        with pytest.raises(Missing):
            adapter(name).find(world.lead, "x_none")


def test_who_works_on_the_use_case_may_ask_for_a_signature(world):
    row = added(world)
    asks = adapter("document").may_request

    assert asks(world.business, row)
    assert asks(world.ci, row)
    for actor in (world.auditor, world.stranger):
        assert isinstance(asks(actor, row), Denied)


def test_only_the_newest_version_can_be_put_up(world):
    first = added(world)
    added(world, b"%PDF-2")
    old = world.use_case.current_definition()
    define(world, world.lead, "Other.")

    assert adapter("document").may_request(world.lead, first).code == "request.superseded"
    assert adapter("use_case_definition").may_request(world.lead, old).code == "request.superseded"


def test_what_is_signed_is_not_asked_for_again(world):
    row = added(world)
    decision = SimpleNamespace(public_id="dc_x", decided_at=clock.now(), manifest=adapter("document").judged(row).digests)
    adapter("document").apply(actor=world.business, subject=row, decision=decision)
    row.refresh_from_db()

    assert row.approval == "dc_x"
    assert adapter("document").may_request(world.lead, row).code == "request.signed"


def test_an_approval_of_a_definition_signs_it(world):
    row = world.use_case.current_definition()
    judged = adapter("use_case_definition").judged(row)
    decision = SimpleNamespace(public_id="dc_x", decided_at=clock.now(), manifest=judged.digests)
    adapter("use_case_definition").apply(actor=world.business, subject=row, decision=decision)

    row.refresh_from_db()
    assert row.approval == "dc_x"


def test_the_tier_of_a_definition_is_its_own(world):
    row = define(world, world.lead, "Risky.", risk_tier="high")

    assert adapter("use_case_definition").facts(row, None) == {"risk_tier": "high"}
    assert adapter("use_case_definition").facts(define(world, world.lead, "Unsaid."), None) == {"risk_tier": None}
    assert adapter("document").facts(added(world), None) == {}


# Policies ------------------------------------------------------------------------------------------------------------


def test_a_policy_version_belongs_to_no_use_case_and_is_judged_without_its_comments(world, gate):
    row = draft(world)
    found = adapter("policy_version")

    assert found.use_case(row) is None
    assert found.judged(row).digests == {"policy": row.digest}
    assert found.line(row, None) == "policy_version:production-release"
    assert found.contributors(row, None) == {"policy": {world.admin.id}}
    assert found.before(row).digests == {"policy": PolicyVersion.objects.get(number=1).digest}
    assert found.gather([row.public_id])[row.public_id][1] == {"policy": row.digest}


def test_only_administrators_put_a_draft_up(world, gate):
    row, current = draft(world), PolicyVersion.objects.get(number=1)
    asks = adapter("policy_version").may_request

    assert asks(world.admin, row)
    assert not asks(world.lead, row)
    assert not asks(world.ci, row)
    assert asks(world.admin, current).code == "request.published"


# Facts of model versions ---------------------------------------------------------------------------------------------


def test_what_nobody_recorded_is_none(world, push):
    assert adapter("model_version").facts(push(), None) == {
        "risk_tier": None,
        "kind": "model",
        "cost": None,
        "sensitivity": None,
    }


def test_facts_come_from_the_newest_of_each_register(world, push):
    version = push(kind="rule_baseline")
    define(world, world.lead, "First.", risk_tier="low")
    define(world, world.lead, "Second.", risk_tier="high")
    economics.write_snapshot(actor=world.lead, use_case=world.use_case, **CASE)
    cheaper = [{**line, "quantity": 1} for line in CASE["lines"]]
    economics.write_snapshot(actor=world.lead, use_case=world.use_case, **{**CASE, "lines": cheaper})

    facts = adapter("model_version").facts(version, None)
    assert (facts["risk_tier"], facts["kind"], facts["cost"]) == ("high", "rule_baseline", Decimal(3000))


def test_the_highest_sensitivity_of_the_bound_columns_counts(world, push):
    words = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    version = push(
        datasets=[
            {"role": "train", "name": "customers", "digest": "sha256:" + "e" * 64, "columns": ["id", "plan", "loose"]},
            {"role": "test", "name": "held", "digest": "sha256:" + "f" * 64, "columns": ["name"]},
        ]
    )

    def bind(key, sensitivity, dataset, column):
        element = in_force(
            actor=world.governance,
            dictionary=words,
            key=key,
            name=key,
            definition=f"The {key}.",
            logical_type="string",
            sensitivity=sensitivity,
        )
        dictionary.bind_column(actor=world.governance, element=element, team=team, dataset=dataset, column=column)

    bind("plan", "public", "customers", "plan")
    assert adapter("model_version").facts(version, None)["sensitivity"] == "public"
    bind("name", "personal", "held", "name")
    bind("id", "internal", "customers", "id")
    bind("elsewhere", "sensitive", "others", "x")
    assert adapter("model_version").facts(version, None)["sensitivity"] == "personal"


def test_facts_of_many_cost_no_more_than_of_one(world, push, django_assert_max_num_queries):
    economics.write_snapshot(actor=world.lead, use_case=world.use_case, **CASE)
    versions = [push(str(number)) for number in range(6)]
    for version in versions:
        version.refresh_from_db()
    with django_assert_max_num_queries(5):
        found = adapter("model_version").facts_of(versions)

    assert set(found) == {version.public_id for version in versions}
    assert found[versions[0].public_id] == adapter("model_version").facts(versions[0], None)


# Joining -------------------------------------------------------------------------------------------------------------


def test_a_register_joins_with_a_dozen_lines(world):
    """The shape that docs/architecture.md shows: a type, its purposes, the model, the component."""
    from governance.economics.components import component_body
    from governance.economics.models import Snapshot

    class SnapshotSubject(RecordSubject):
        type = "economics_snapshot"
        purposes = ("baseline",)
        model = Snapshot
        component = "economics"
        related = ("case__use_case", "created_by")

        def use_case(self, subject):
            return subject.case.use_case

        def content(self, row):
            return component_body(row)

        def series(self, row):
            return (row.case.use_case.slug,)

        def versions(self, row):
            return Snapshot.objects.filter(case=row.case)

    economics.write_snapshot(actor=world.lead, use_case=world.use_case, **CASE)
    row = Snapshot.objects.get()
    found = SnapshotSubject()

    assert found.find(world.lead, row.public_id) == row
    with pytest.raises(Missing):
        found.find(world.stranger, row.public_id)
    assert found.line(row, None) == "economics_snapshot:churn"
    assert found.judged(row).digests == found.gather([row.public_id])[row.public_id][1]
    assert found.contributors(row, None) == {"economics": {world.lead.id}}
    assert found.may_request(world.lead, row)
    assert not found.may_request(world.business, row)
    assert found.before(row) is None
    assert found.facts_of([row]) == {row.public_id: {}}
    assert found.within(row, row, {})
    assert not found.within(row, row, {"metrics": {"recall": {"min": "1"}}})
    found.apply(actor=world.lead, subject=row, decision=None)


# Limits of standard changes ------------------------------------------------------------------------------------------


@pytest.fixture
def approved(world, gate, push, ask, vote):
    """Version 7, agreed to by everybody."""
    row = push(metrics={"recall": {"value": Decimal("0.71"), "dataset": "test"}})
    request = ask(row)
    for actor, step in ((world.validator, "validation"), (world.governance, "data"), (world.security, "security")):
        vote(actor, request, step)
    vote(world.business, request, "business")
    request.refresh_from_db()
    assert request.state == "approved"
    return row


@pytest.mark.parametrize(
    ("recall", "limits", "kept"),
    [
        ("0.705", {"metrics": {"recall": {"may_fall": "0.01"}}}, True),
        ("0.69", {"metrics": {"recall": {"may_fall": "0.01"}}}, False),
        ("0.8", {"metrics": {"recall": {"min": "0.7"}}}, True),
        ("0.8", {"metrics": {"precision": {"min": "0.7"}}}, False),
        ("0.8", {"nonsense": 1}, False),
        ("0.8", {}, True),
    ],
)
def test_a_change_keeps_to_limits_measured_from_what_was_approved(world, approved, push, recall, limits, kept):
    later = push("8", metrics={"recall": {"value": Decimal(recall), "dataset": "test"}})

    assert adapter("model_version").within(later, approved, limits) is kept


def test_figures_that_came_after_the_approval_are_no_baseline(world, approved, push):
    push(
        "7",
        metrics={
            "recall": {"value": Decimal("0.71"), "dataset": "test"},
            "precision": {"value": Decimal("0.1"), "dataset": "test"},
        },
    )
    later = push(
        "8",
        metrics={
            "recall": {"value": Decimal("0.71"), "dataset": "test"},
            "precision": {"value": Decimal("0.1"), "dataset": "test"},
        },
    )

    assert not adapter("model_version").within(later, approved, {"metrics": {"precision": {"may_fall": "0.01"}}})


def test_nothing_is_within_limits_from_what_nobody_approved(world, push):
    assert not adapter("model_version").within(push("8"), push("7"), {})
