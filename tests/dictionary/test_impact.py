"""Who fills and reads an element, and what a change of meaning does to each of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Gate
from foundation import actor as actors
from foundation import clock
from governance.dictionary import compatibility, impact, services
from governance.dictionary.compatibility import Severity
from governance.dictionary.models import DataElement
from governance.dictionary.selectors.impact import effects_of
from governance.people import services as people
from governance.usecases import services as usecases
from tests.conftest import push_version
from tests.dictionary.approved import define, version_of

AMOUNT = {"logical_type": "number", "unit": "EUR", "semantic_type": "money"}


def opened(world):
    """The world with room for what is found in it."""
    return SimpleNamespace(**{name: getattr(world, name) for name in world.__slots__})


@pytest.fixture
def books(world):
    """A dictionary with an amount that sales fills and the model `churn-model` reads."""
    world = opened(world)
    world.dictionary = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    world.sales = people.create_team(actor=world.admin, slug="sales", title="Sales")
    world.amount = define(actor=world.governance, dictionary=world.dictionary, key="amount", **AMOUNT)
    services.bind_column(actor=world.governance, element=world.amount, team=world.sales, dataset="customers", column="amount_eur")
    return world


def pushed(world, version="7", columns=("amount_eur",), **more):
    data = {"role": "train", "name": "customers", "digest": "sha256:" + "e" * 64, "rows": 5, "columns": list(columns)}
    return push_version(world, version, datasets=[data], **more)


def readers(world, element=None, actor=None):
    element = element or world.amount
    return impact.readers_of([element], actor or world.governance)[element.pk]


def effect(world, **said):
    after = {**version_of(world.amount).said, **said}
    changes = compatibility.compare(version_of(world.amount).value, services_checked(after), meaning_changed=False)
    return effects_of([([world.amount], changes)], world.governance)[0]


def services_checked(said):
    from governance.dictionary.services.elements import checked

    return checked({**said, "key": "amount"})


def test_the_team_that_fills_a_column_and_the_model_that_reads_it_are_known(books):
    version = pushed(books)

    found = readers(books)

    assert [(item.kind, item.label, item.place, item.reader.side) for item in found.known] == [
        ("team", "Sales", "customers.amount_eur", "producer"),
        ("model_version", version.label, "customers.amount_eur", "consumer"),
    ]
    assert found.datasets == ["customers"]
    assert found.use_cases == ["Customer churn"]


def test_a_model_that_reads_other_columns_of_the_data_set_is_no_reader(books):
    pushed(books, columns=("something_else",))

    assert readers(books).of_kind("model_version") == []


def test_a_model_whose_columns_nobody_stated_may_read_it_and_so_may_break(books):
    pushed(books, columns=())

    [known] = readers(books).of_kind("model_version")
    [weighed] = effect(books, unit="USD").changes
    [judged] = [item for item in weighed.readers if item.known.kind == "model_version"]

    assert not known.certain
    assert judged.verdict.severity == Severity.POSSIBLY_BREAKING


def test_only_the_newest_version_of_a_model_is_named_and_the_one_that_a_gate_let_in(books, gate):
    from approvals.models import Evaluation
    from approvals.models.gates import Answer

    old, _between, newest = pushed(books, "7"), pushed(books, "8"), pushed(books, "9")
    asked = Evaluation.objects.create(
        gate=Gate.objects.get(environment=gate.environment),
        model_version=old,
        asked_by="x",
        asked_by_label="x",
        asked_at=clock.now(),
    )
    Answer.objects.create(evaluation=asked, number=1, decision="allow", inputs_digest="x", body={}, answered_at=clock.now())

    found = {item.label: item.environments for item in readers(books).of_kind("model_version")}

    assert found == {newest.label: (), old.label: ("Production",)}
    assert readers(books).environments == ["Production"]


def test_models_of_use_cases_that_the_actor_may_not_see_count_without_a_name(books):
    pushed(books)
    stranger = books.stranger

    found = readers(books, actor=stranger)

    assert [item.kind for item in found.known] == ["team"]
    assert [(item.kind, item.label, item.place, item.use_case, item.seen) for item in found.hidden] == [
        ("model_version", "", "", "", False)
    ]
    changes = compatibility.compare(
        version_of(books.amount).value,
        services_checked({**version_of(books.amount).said, "unit": "USD"}),
        meaning_changed=False,
    )
    seen = effects_of([([books.amount], changes)], stranger)[0]
    assert seen.severity == Severity.BREAKING
    assert seen.hidden_hurt() == 1


def test_a_feature_reads_what_its_formula_names_and_its_readers_may_break(books):
    ratio = define(
        actor=books.governance,
        dictionary=books.dictionary,
        key="ratio",
        logical_type="number",
        formula={"expression": "amount / 12", "sources": ["amount"]},
    )
    twice = define(
        actor=books.governance,
        dictionary=books.dictionary,
        key="twice",
        logical_type="number",
        formula={"expression": "2 * ratio", "sources": ["customers/ratio"]},
    )
    services.bind_column(actor=books.governance, element=twice, team=books.sales, dataset="features", column="twice")
    push_version(books, "7", datasets=[{"role": "train", "name": "features", "digest": "", "rows": 1, "columns": ["twice"]}])

    found = readers(books)

    assert [item.label for item in found.of_kind("feature")] == ["ratio (customers/ratio)", "twice (customers/twice)"]
    assert [(item.through, item.certain) for item in found.of_kind("model_version")] == [("customers/twice", False)]
    changed = effect(books, unit="USD")
    by_kind = {item.known.kind: item.verdict.severity for item in changed.changes[0].readers}
    assert by_kind == {
        "team": Severity.BREAKING,
        "feature": Severity.BREAKING,
        "model_version": Severity.POSSIBLY_BREAKING,
    }
    assert readers(books, ratio).labels("feature") == ["twice (customers/twice)"]


def test_features_that_name_one_another_in_a_circle_end(books):
    for key, source in (("one", "two"), ("two", "one")):
        define(
            actor=books.governance,
            dictionary=books.dictionary,
            key=key,
            formula={"expression": source, "sources": [source]},
        )
    one = DataElement.objects.select_related("dictionary").get(key="one")

    assert [item.label for item in readers(books, one).of_kind("feature")] == ["two (customers/two)"]


def test_severity_is_told_for_each_reader_by_the_side_it_stands_on(books):
    version = pushed(books)

    narrowed = effect(books, domain={"maximum": "10"}).changes[0]
    assert {item.known.label: item.verdict.severity for item in narrowed.readers} == {
        "Sales": Severity.BREAKING,  # what it writes may not be permitted any more
        version.label: Severity.NONE,
    }


def test_a_typed_reader_breaks_where_an_untyped_one_only_may(books):
    typed = people.create_team(actor=books.admin, slug="billing", title="Billing")
    services.bind_column(
        actor=books.governance,
        element=books.amount,
        team=typed,
        dataset="invoices",
        column="amount",
        side="reads",
        physical_type="int2",
    )
    services.bind_column(
        actor=books.governance, element=books.amount, team=books.sales, dataset="reports", column="amount", side="reads"
    )
    before = services_checked({**version_of(books.amount).said, "domain": {"maximum": "10"}})
    after = services_checked({**version_of(books.amount).said, "domain": {"maximum": "99"}})

    [found] = effects_of([([books.amount], compatibility.compare(before, after, meaning_changed=False))], books.governance)

    by_place = {item.known.place: item.verdict.severity for item in found.changes[0].readers}
    assert by_place["invoices.amount"] == Severity.BREAKING
    assert by_place["reports.amount"] == Severity.POSSIBLY_BREAKING


def test_where_nobody_is_known_nothing_that_could_break_is_called_compatible(world):
    world = opened(world)
    dictionary = services.create_dictionary(actor=world.governance, slug="lonely", title="Lonely")
    world.amount = define(actor=world.governance, dictionary=dictionary, key="amount", **AMOUNT)

    found = effect(world, unit="USD")

    assert found.severity == Severity.POSSIBLY_BREAKING
    assert found.changes[0].assumed.reason == "no_reader_known"
    assert found.hurt(Severity.BREAKING) == []


def test_a_known_producer_says_nothing_about_consumers_that_nobody_knows(books):
    """What loosens a rule hurts those who read; that sales fills the column proves nothing about them."""
    before = services_checked({**version_of(books.amount).said, "null_policy": "never"})
    after = services_checked({**version_of(books.amount).said, "null_policy": "allowed"})

    [found] = effects_of([([books.amount], compatibility.compare(before, after, meaning_changed=False))], books.governance)

    assert found.severity == Severity.POSSIBLY_BREAKING


def test_other_words_break_nobody(books):
    pushed(books)

    found = effect(books, definition="What the customer pays, in euros.")

    assert found.severity == Severity.NONE
    assert found.bump == "patch"


def test_an_ended_binding_reads_no_longer(books):
    pushed(books)
    services.end_binding(actor=books.governance, binding=books.amount.bindings.get())

    assert readers(books).known == ()


def test_eight_statements_are_enough_however_many_elements(books):
    elements = [books.amount]
    for number in range(12):
        row = define(
            actor=books.governance,
            dictionary=books.dictionary,
            key=f"more{number}",
            formula={"expression": "amount", "sources": ["amount"]},
        )
        services.bind_column(actor=books.governance, element=row, team=books.sales, dataset="customers", column=f"column{number}")
        elements.append(row)
    pushed(books, columns=[f"column{number}" for number in range(12)])
    other = usecases.open_use_case(actor=actors.system("test"), slug="other", title="Other")
    assert other.pk

    def statements(rows):
        with CaptureQueriesContext(connection) as captured:
            impact.readers_of(rows, books.stranger)
        return len(captured)

    assert statements(elements) <= 8
    assert statements(elements) == statements(elements[:2])


def test_a_kind_of_reader_is_registered_once():
    def nobody(elements, actor):
        return []

    with pytest.raises(ValueError, match="registered twice"):
        impact.register("team", "Teams", nobody)
    with pytest.raises(ValueError, match="registered twice"):
        impact.register("feature", "Features", nobody)
