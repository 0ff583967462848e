"""What is found, by whom, in which order, at what cost."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import actor as actors
from foundation import audit, clock, objects, search
from foundation.models import SearchEntry
from foundation.search_terms import normal
from governance.people import services as people
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from governance.usecases.services import CHANGED


def titles(actor, query, **more):
    return [hit.entry.title for hit in search.find(actor, query, **more).hits]


@pytest.fixture
def rich(world, gate, push, ask):
    """The world with something of most kinds in it."""
    from governance.dictionary import services as dictionary
    from tests.dictionary.approved import define

    ask(push())
    team = people.create_team(actor=world.admin, slug="sales", title="Sales north")
    words = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    element = define(
        actor=world.governance, dictionary=words, key="tenure_days", name="Tenure", definition="Days since sign-up.", logical_type="integer"
    )  # fmt: skip
    dictionary.bind_column(actor=world.governance, element=element, team=team, dataset="crm", column="tenure")
    return world


# What is found -------------------------------------------------------------------------------------------------------


def test_everything_recorded_is_found_by_each_word_of_its_title_by_whoever_sees_it_and_by_nobody_else(rich):
    callers = {"lead": rich.lead, "stranger": rich.stranger, "auditor": rich.auditor, "ci": rich.ci}
    kinds = search.searchable()
    entries = list(SearchEntry.objects.all())

    assert {kind.name for kind in kinds if kind.model._base_manager.exists()} == {entry.type for entry in entries}
    for name, actor in callers.items():
        seen = {
            public_id
            for kind in kinds
            for public_id in kind.model._default_manager.visible_to(actor).values_list("public_id", flat=True)
        }
        for word in sorted({word for entry in entries for word in normal(entry.title).split() if any(map(str.isalnum, word))}):
            found = {hit.entry.public_id for hit in search.find(actor, word, limit=200).hits}
            named = {entry.public_id for entry in entries if word in normal(entry.title).split()}
            assert found <= seen, (name, word)
            assert named & seen <= found, (name, word)


def test_every_row_of_a_registered_type_has_its_entry(rich):
    assert search.missing() == 0
    assert SearchEntry.objects.count() == sum(kind.model._base_manager.count() for kind in search.searchable())


@pytest.mark.parametrize("query", ["客", "户", "失", "客户", "流失", "户流失", "客户流失预测"])
def test_chinese_titles_are_found_by_one_character_or_more(world, query):
    usecases.open_use_case(actor=world.lead, slug="kehu", title="客户流失预测")

    assert titles(world.lead, query) == ["客户流失预测"]


@pytest.mark.parametrize("query", ["creme", "CRÈME", "crème", "cré"])
def test_accents_and_capitals_make_no_difference(world, query):
    usecases.open_use_case(actor=world.lead, slug="creme", title="Crème demand")

    assert titles(world.lead, query) == ["Crème demand"]


@pytest.mark.parametrize(
    "query", ["", " ", "!?", "'", "\\", "%", "_", "\0", "a'b' & | !", "x" * 5000, "客" * 5000, ":*", "')) --"]
)
def test_odd_queries_are_answered(world, query):
    search.find(world.lead, query)


def test_a_percent_sign_is_no_wildcard(world):
    assert titles(world.lead, "c%n") == []
    assert titles(world.lead, "%%%") == []


def test_several_words_must_all_be_there_in_any_order(world):
    assert "Customer churn" in titles(world.lead, "chu cust")
    assert titles(world.lead, "churn absent") == []


def test_a_part_of_a_word_in_a_title_is_found_from_three_characters_on(world):
    assert "Customer churn" in titles(world.lead, "stomer")
    assert titles(world.lead, "sto") == [] or "Customer churn" in titles(world.lead, "sto")
    assert "Customer churn" not in titles(world.lead, "st")


# In which order ------------------------------------------------------------------------------------------------------


def test_the_better_the_title_fits_the_higher_it_stands_and_then_the_newer(world):
    for slug, title in (
        ("a", "Revenue of renewals"),
        ("b", "Forecast of revenue"),
        ("c", "Revenue"),
        ("d", "Net prerevenues"),
        ("e", "Revenue by region"),
    ):
        usecases.open_use_case(actor=world.lead, slug=slug, title=title)
    case = usecases.open_use_case(actor=world.lead, slug="f", title="Margins")
    usecases.define(actor=world.lead, use_case=case, business_problem="Our revenue is a guess.", ml_problem="Regression.")

    found = titles(world.lead, "revenue", limit=50)

    assert found[:4] == ["Revenue", "Revenue by region", "Revenue of renewals", "Forecast of revenue"]
    assert found[4:] == ["Net prerevenues", "Margins · 1"]


def test_pages_follow_one_another_without_gap_or_repetition(world):
    for at in range(25):
        usecases.open_use_case(actor=world.lead, slug=f"p{at}", title=f"{'Paging ' if at % 2 else 'About paging '}{at}")
    seen, after = [], ""
    for _page in range(20):
        page = search.find(world.lead, "paging", type="use_case", limit=4, after=after)
        seen += [hit.entry.public_id for hit in page.hits]
        after = page.next
        if not after:
            break

    assert len(seen) == len(set(seen)) == 25
    assert seen == [hit.entry.public_id for hit in search.find(world.lead, "paging", type="use_case", limit=50).hits]


@pytest.mark.parametrize("place", ["x", "1", "9-1-1", "1-99999999999999999999-1", "4-999999999999999999-1", "-1--1--1"])
def test_a_place_that_was_made_up_is_the_beginning_or_the_end(world, place):
    search.find(world.lead, "churn", after=place)


# Who may see it ------------------------------------------------------------------------------------------------------


def test_what_may_not_be_seen_leaves_no_gap_in_what_may(world):
    """More hidden things than a page reads at first, all newer than the visible ones."""
    mine = usecases.open_use_case(actor=world.lead, slug="mine", title="Hidden treasure of the lead")
    people.grant_role(actor=world.lead, user=world.stranger.user, role="end_user", scope=mine.public_id)
    for at in range(20):
        usecases.open_use_case(actor=world.admin, slug=f"h{at}", title=f"Hidden treasure {at}")

    found = search.find(world.stranger, "hidden treasure", limit=3)

    assert [hit.entry.public_id for hit in found.hits] == [mine.public_id]
    assert found.next == ""


def test_it_is_asked_over_everything_when_what_was_read_at_first_may_not_be_seen(world, monkeypatch):
    mine = usecases.open_use_case(actor=world.lead, slug="mine", title="Hidden treasure of the lead")
    for at in range(20):
        usecases.open_use_case(actor=world.admin, slug=f"h{at}", title=f"Hidden treasure {at}")
    monkeypatch.setattr(search, "_reach", [])  # nobody says where it is worth looking

    found = search.find(world.lead, "hidden treasure", limit=3)

    assert [hit.entry.public_id for hit in found.hits] == [mine.public_id]
    assert found.next == ""


def test_a_client_finds_only_what_is_shared_with_them(rich):
    client = actors.person(people.create_user(actor=rich.admin, username="client", name="Client", email="client@example.com"))
    people.grant_role(actor=rich.lead, user=client.user, role="client_representative", scope=rich.use_case.public_id)

    found = {hit.entry.type for word in ("churn", "customer", "a", "s", "t") for hit in search.find(client, word, limit=200).hits}

    assert found <= {"definition", "document", "increment"}
    assert "definition" in found


def test_what_it_belongs_to_is_named_only_to_whoever_sees_that(rich):
    hit = next(hit for hit in search.find(rich.lead, "churn-model").hits if hit.entry.type == "model_version")

    assert hit.within == "Customer churn"


# How it is kept ------------------------------------------------------------------------------------------------------


def test_an_entry_falls_with_the_change_it_is_about(world):
    with transaction.atomic():
        usecases.open_use_case(actor=world.lead, slug="gone", title="Gone again")
        assert titles(world.lead, "gone") == ["Gone again"]
        transaction.set_rollback(True)

    assert titles(world.lead, "gone") == []


def test_what_belongs_to_a_use_case_follows_its_name(world):
    usecases.change_use_case(actor=world.lead, use_case=world.use_case, title="Attrition of clients")

    assert {"Attrition of clients", "Attrition of clients · 1"} <= set(titles(world.lead, "attrition"))
    assert titles(world.lead, "customer churn") == []


def test_what_names_an_element_follows_its_name(rich):
    from governance.dictionary.models import DataElement
    from tests.dictionary.approved import define

    before = dict(SearchEntry.objects.values_list("public_id", "updated_at"))
    row = DataElement.objects.select_related("dictionary").get()
    define(actor=rich.governance, dictionary=row.dictionary, key=row.key, name="Loyalty", definition="Days since sign-up.")

    assert {hit.entry.type for hit in search.find(rich.lead, "loyalty").hits} == {"element", "element_version", "binding"}
    assert not SearchEntry.objects.filter(type="element_version", title__contains="Tenure").exists()
    kept = SearchEntry.objects.filter(type="binding").values_list("public_id", "updated_at")
    assert dict(kept).items() <= before.items()  # nothing happened to it


def test_reindex_writes_what_is_missing_and_drops_what_is_gone(rich):
    before = {entry.public_id: (entry.title, entry.terms, entry.updated_at) for entry in SearchEntry.objects.all()}
    SearchEntry.objects.all().delete()
    SearchEntry.objects.create(public_id="uc_gone", type="use_case", title="Gone", url="/", terms="", updated_at=clock.now())
    assert search.missing() == len(before) + 1

    out = StringIO()
    call_command("reindex", stdout=out)

    assert search.missing() == 0
    assert f"{len(before)}" in out.getvalue()
    assert {entry.public_id: (entry.title, entry.terms, entry.updated_at) for entry in SearchEntry.objects.all()} == before


def test_only_missing_entries_are_written_when_that_is_asked_for(world):
    SearchEntry.objects.filter(public_id=world.use_case.public_id).delete()

    assert search.reindex(only_missing=True) == 1
    assert search.reindex(only_missing=True) == 0


def test_recording_costs_one_statement_more_and_for_a_use_case_two(world):
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        audit.record(world.lead, CHANGED, world.use_case)

    assert sum("foundation_searchentry" in query["sql"] for query in asked) == 2


def test_a_type_without_words_has_no_entry(world):
    kind = next(kind for kind in objects.all_types() if kind.name == "role_grant")

    assert kind.search is None
    assert not SearchEntry.objects.filter(type="role_grant").exists()


def test_hostile_titles_are_kept_and_shown_as_they_are(world):
    row = UseCase(slug="x", title="<script>alert(1)</script> \0 " + "long" * 200, created_at=clock.now())
    entry = search.entry_of(row, clock.now())

    assert entry is not None
    assert "\0" not in entry.title
    assert len(entry.title) <= 300


# What it costs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("caller", ["lead", "stranger", "auditor"])
def test_the_number_of_queries_does_not_grow_with_what_is_there(rich, caller):
    for at in range(30):
        usecases.open_use_case(actor=rich.lead, slug=f"many{at}", title=f"Churn again {at}")

    with CaptureQueriesContext(connection) as asked:
        search.find(getattr(rich, caller), "churn", limit=5)

    assert len(asked) <= 8
