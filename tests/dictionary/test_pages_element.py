"""What somebody from another team reads on the page of an element."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from foundation import clock
from governance.dictionary import services
from governance.dictionary.models import Alias, Binding, DataElement
from governance.people import services as people
from tests.dictionary.approved import approve, define
from tests.statements import asked_by
from tests.usecases.test_pages import text_of

PAGE = "/dictionary/customers/elements/status/"


@pytest.fixture
def known(world):
    """An element that says much, another that it refers to, and two teams."""
    from foundation import actor

    book = services.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    define(actor=world.governance, dictionary=book, key="state_code", name="State code", definition="Codes of states.")
    element = define(
        actor=world.governance,
        dictionary=book,
        key="status",
        name="Contract status",
        definition="Whether the contract runs.",
        logical_type="string",
        semantic_type="category",
        timezone="Europe/Vienna",
        sensitivity="internal",
        null_meanings={"": "Never signed.", "-1": "Unknown."},
        domain={"values": [{"code": "A", "meaning": "Runs.", "labels": {"zh-Hans": "有效"}}, {"code": "E", "meaning": "Ended."}]},
        references={"element": "state_code"},
        examples=["A"],
        formula={"expression": "case when end is null then 'A' else 'E' end", "sources": ["state_code", "contract.end"]},
        texts=[{"locale": "zh-Hans", "name": "合同状态", "definition": "合同是否有效。"}],
    )
    teams = {slug: people.create_team(actor=actor.system("test"), slug=slug, title=slug.title()) for slug in ("billing", "sales")}
    return SimpleNamespace(book=book, element=element, **teams)


def bind(world, known, team, **said):
    said = {"dataset": "crm", "column": "status", **said}
    return services.bind_column(actor=world.data_engineer, element=known.element, team=team, **said)


def test_an_element_is_told_so_that_somebody_from_another_team_understands_it(world, known):
    page = text_of(world.client("stranger").get(PAGE))

    for told in (
        "Contract status", "Whether the contract runs.", "合同状态", "合同是否有效。", "customers/status", known.element.legend,
        "It never changes.", "Category", "Europe/Vienna", "Never signed.", "Unknown.", "Runs.", "Ended.", "case when end is null",
        "nobody yet", "1.0.0",
    ):  # fmt: skip
        assert told in page, told
    assert 'href="/dictionary/customers/elements/state_code/"' in page
    assert "there is no such element yet" in page  # of contract.end


def test_a_reader_of_chinese_reads_chinese(world, known):
    client = world.client("stranger")
    client.cookies["django_language"] = "zh-hans"

    page = text_of(client.get(PAGE))

    assert "<title>合同状态" in page
    assert "有效" in page


def test_what_nobody_agreed_to_is_a_draft_and_says_so(world, known):
    services.draft_version(
        actor=world.governance, dictionary=known.book, key="later", said={"name": "Later", "logical_type": "date"}
    )

    page = text_of(world.client("stranger").get("/dictionary/customers/elements/later/"))

    assert "Nobody agreed to this yet." in page
    assert "draft 1, not approved" in page


def test_a_draft_over_what_is_in_force_changes_nothing_on_the_page_but_its_history(world, known):
    services.draft_version(
        actor=world.governance, dictionary=known.book, key="status", said={"name": "Other", "logical_type": "string"}
    )

    answer = world.client("stranger").get(PAGE)

    assert answer.context["version"].name == "Contract status"
    assert [(row.version.number, row.in_force) for row in answer.context["history"].rows] == [(2, False), (1, True)]
    assert "Draft 2" in text_of(answer)


def test_the_history_names_the_version_its_fields_and_the_proposal_that_brought_it(world, known):
    proposal = services.open_proposal(actor=world.governance, dictionary=known.book, title="Say it better", rationale="Unclear.")
    said = {**known.element.current_version().said, "definition": "Whether the contract is in force."}
    services.put_change(
        actor=world.governance, proposal=proposal, dictionary=known.book, key="status", said=said, meaning_changed=False
    )
    client = world.client("stranger")

    assert "An open proposal would change it:" in text_of(client.get(PAGE))
    approve(actor=world.governance, proposal=proposal)
    answer = client.get(PAGE)

    page = text_of(answer)
    newest = answer.context["history"].rows[0]
    assert [change["path"] for change in newest.changes] == ["Definition"]
    assert newest.version.semver == "1.0.1"
    assert "<del>Whether the contract runs.</del>" in page
    assert f'href="/dictionary/customers/proposals/{proposal.public_id}/"' in page
    assert "An open proposal" not in page


def test_teams_that_fill_it_in_different_ways_are_named_in_words(world, known):
    bind(world, known, known.sales)
    client = world.client("stranger")
    assert client.get(PAGE).context["ways"] == []

    bind(world, known, known.billing, column="state", deviation="Numbers.", declared={"recode": {"1": "A", "2": "E"}})

    page = text_of(client.get(PAGE))
    assert "Teams fill it in different ways" in page
    assert "as the element says" in page
    assert "Numbers. Its codes: 1 = A; 2 = E." in page


def test_a_difference_of_a_reader_is_no_disagreement_among_those_who_fill(world, known):
    bind(world, known, known.sales)
    bind(world, known, known.billing, side="reads", deviation="Upper case.")

    answer = world.client("stranger").get(PAGE)

    assert answer.context["ways"] == []
    assert "Who reads it" in text_of(answer)


def test_a_difference_that_is_accepted_says_until_when_and_afterwards_that_it_is_over(world, known, monkeypatch):
    now = clock.now()
    today = now.date()
    bind(world, known, known.sales, deviation="Late.", waived_until=today)
    client = world.client("stranger")
    assert client.get(PAGE).context["columns"].fills[0].waiver == "accepted"

    monkeypatch.setattr("governance.dictionary.selectors.elements.clock.now", lambda: now + timedelta(days=1))

    answer = client.get(PAGE)
    assert [item.row.team.slug for item in answer.context["columns"].expired] == ["sales"]
    assert "The difference of Sales in crm.status was accepted until" in text_of(answer)


def test_a_column_is_bound_with_what_programs_can_apply(world, known):
    sent = {
        "team": "billing", "dataset": "bills", "column": "st", "side": "fills", "deviation": "Numbers.", "physical_type": "int",
        "recode": "1 = A\r\n2 = E\r\n", "null_tokens": "= not known\n-1 = never", "time_zone": "UTC", "factor": "", "offset": "",
    }  # fmt: skip

    answer = world.client("data_engineer").post(f"{PAGE}bind/", sent)

    assert answer.status_code == 302
    row = Binding.objects.get(dataset__name="bills")
    tokens = {"": "not known", "-1": "never"}
    assert row.declared == {"recode": {"1": "A", "2": "E"}, "null_tokens": tokens, "time_zone": "UTC"}


def test_what_is_wrong_with_a_binding_is_told_at_its_field(world, known):
    sent = {
        "team": "billing",
        "dataset": "bills",
        "column": "st",
        "deviation": "Numbers.",
        "time_zone": "Mars/Olympus",
        "factor": "x",
    }

    answer = world.client("data_engineer").post(f"{PAGE}bind/", sent)

    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"time_zone", "factor"}
    assert world.client("data_engineer").post(f"{PAGE}bind/", {"team": "nobody"}).status_code == 400


def test_a_name_is_added_by_a_team_in_a_language_and_ended(world, known):
    client = world.client("data_engineer")

    assert client.post(f"{PAGE}aliases/", {"term": "状态", "team": "billing", "locale": "zh-Hans"}).status_code == 302
    alias = Alias.objects.get()
    assert (alias.term, alias.team, alias.locale) == ("状态", known.billing, "zh-Hans")
    assert "Simplified Chinese" in text_of(client.get(PAGE))
    assert client.post(f"/dictionary/customers/aliases/{alias.public_id}/end/").status_code == 302
    assert "Nobody wrote down another name." in text_of(client.get(PAGE))


def test_a_name_that_means_something_else_already_is_refused_on_the_page(world, known):
    services.add_alias(actor=world.governance, element=DataElement.objects.get(key="state_code"), term="Zustand")

    answer = world.client("data_engineer").post(f"{PAGE}aliases/", {"term": "zustand"})

    assert answer.status_code == 409
    assert "means another element of this dictionary already" in text_of(answer)


def test_only_data_governance_names_a_steward(world, known):
    address = f"{PAGE}steward/"
    assert world.client("data_engineer").post(address, {"person": "scientist"}).status_code == 403
    assert "Only data governance can do this." in text_of(world.client("data_engineer").get(address))
    client = world.client("governance")

    assert "Nobody who can sign in" in text_of(client.post(address, {"person": "nobody-at-all"}))
    assert client.post(address, {"person": "scientist@example.com"})["Location"] == PAGE
    assert DataElement.objects.get(key="status").steward == world.scientist.user
    assert client.post(address, {"person": ""}).status_code == 302
    assert DataElement.objects.get(key="status").steward is None


# Side by side ------------------------------------------------------------------------------------------------------------


def test_side_by_side_shows_a_column_for_each_team_and_marks_what_differs_in_words(world, known):
    bind(world, known, known.sales, physical_type="text")
    bind(
        world, known, known.billing, column="state", physical_type="int", deviation="Numbers.",
        declared={"recode": {"1": "A"}, "null_tokens": {"-9": "never signed"}, "time_zone": "UTC", "factor": "1000"},
        waived_until=clock.now().date(),
    )  # fmt: skip

    answer = world.client("stranger").get(f"{PAGE}side-by-side/")

    page = text_of(answer)
    lines = {line.label: line for line in answer.context["lines"]}
    assert [cell.text for cell in lines["Codes"].cells] == ["1 = A", ""]
    assert lines["Codes"].element == "A = Runs.; E = Ended."
    assert [cell.text for cell in lines["Values"].cells] == ["1000 × the element", ""]
    assert lines["Physical type"].differs
    assert not any(cell.other for cell in lines["What the team does with it"].cells)
    assert "They say nothing that differs" not in page
    assert lines["Time zone"].deviates
    assert lines["Accepted until"].cells[0].text
    for told in ("They differ", "Billing", "Sales", "crm.state", "-9 = never signed"):
        assert told in page, told


def test_side_by_side_without_columns_says_so(world, known):
    assert "No column yet" in text_of(world.client("stranger").get(f"{PAGE}side-by-side/"))


# What it costs -----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_much_used_element_stays_within_its_statements(world, known):
    for number in range(30):
        team = (known.sales, known.billing)[number % 2]
        bind(world, known, team, dataset=f"set_{number}", deviation="Other." if number % 3 else "")
    for number in range(9):
        said = {**known.element.current_version().said, "definition": f"Whether it runs, told for the {number}th time."}
        proposal = services.open_proposal(
            actor=world.governance, dictionary=known.book, title=f"Better {number}", rationale="Why."
        )
        services.put_change(
            actor=world.governance, proposal=proposal, dictionary=known.book, key="status", said=said, meaning_changed=False
        )
        approve(actor=world.governance, proposal=proposal)
    client = world.client("data_engineer")

    asked = asked_by(client, PAGE)

    assert len(client.get(PAGE).context["history"].rows) == 10
    assert len(client.get(PAGE).context["columns"].fills) == 30
    assert len(asked) <= 15, "\n".join(sql[:60] + " … " + sql.partition(" FROM ")[2][:90] for sql in asked)
    assert len(asked_by(client, f"{PAGE}side-by-side/")) <= 12


def test_an_element_with_more_columns_than_a_page_holds_says_so(world, known, monkeypatch):
    monkeypatch.setattr("governance.dictionary.selectors.elements.MOST_COLUMNS", 2)
    monkeypatch.setattr("governance.dictionary.selectors.elements.BESIDE", 2)
    monkeypatch.setattr("governance.dictionary.views.elements.BESIDE", 2)
    for number in range(3):
        bind(world, known, known.sales, dataset=f"set_{number}")
    client = world.client("stranger")

    assert "More columns hold it than are shown here." in text_of(client.get(PAGE))
    first, second = client.get(f"{PAGE}side-by-side/"), client.get(f"{PAGE}side-by-side/?page=2")
    assert [item.row.dataset.name for page in (first, second) for item in page.context["held"]] == ["set_0", "set_1", "set_2"]
    assert first.context["older_url"] == "?page=2"
    assert second.context["older_url"] == ""
