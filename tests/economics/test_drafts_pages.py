"""The pages of a draft: begun, filled in from templates, put right, written down; and what somebody typed is never lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from governance.economics import drafting, services
from governance.economics.forms.drafts import LineForm
from governance.economics.models import CaseDraft, RateRecord, Snapshot
from governance.economics.plan.written import plan_from_mapping
from tests.economics.case_plans import begun, line, rich_plan, simple_plan
from tests.economics.test_plan_written import LEAVERS, driven
from tests.statements import statements
from tests.usecases.test_pages import text_of

URL = "/use-cases/churn/cost-benefit/draft/"
FRAME = {
    "currency": "eur",
    "period": "year",
    "horizon": "3",
    "prices": "real",
    "steps": "8",
    "rate_prices": "real",
    "rate_source": "Finance handbook",
    "tolerance": "10",
}


def sent(revision: int = 1, **changed: str) -> dict[str, str]:
    """What the form of the line `build` sends."""
    return {
        "revision": str(revision),
        "title": "Build",
        "kind": "cost",
        "category": "people",
        "quantity": "1",
        "unit": "team",
        "unit_price": "1000",
        "every": "period",
        "from_period": "0",
        **changed,
    }


def plan_now():
    return drafting.as_plan(CaseDraft.objects.get().plan)


def line_now(key: str = "build"):
    return drafting.line_in(plan_now(), key)


def test_a_case_is_built_from_templates_and_written_down(world):
    client = world.client("lead")
    assert "Lines to begin with" in text_of(client.get(URL))

    assert client.post(URL, {**FRAME, "templates": ["labelling"]})["Location"] == URL
    page = text_of(client.get(URL))
    assert "Nothing filled in yet" in page
    assert "One thing has to be put right" in page

    assert "Answer its questions" in text_of(client.get(f"{URL}lines/labelling/"))
    answers = {"revision": "1", "title": "Labels by phone", "labels": "4000", "price": "1.80", "checked_again": "10"}
    answer = client.post(f"{URL}lines/new/?template=labelling&line=labelling", answers)
    assert answer["Location"] == f"{URL}lines/labelling/"
    assert (line_now("labelling").quantity, line_now("labelling").unit_price) == (Decimal(4000), Decimal("1.98"))

    kept = sent(
        2,
        title="Customers kept",
        kind="benefit",
        category="revenue",
        quantity="200",
        unit_price="62",
        from_period="1",
        to_period="3",
    )
    assert client.post(f"{URL}lines/new/?template=own", kept)["Location"] == URL
    assert "Write it down" in text_of(client.get(URL))

    answer = client.post(f"{URL}write/", {"revision": "3", "based_on": "0", "note": "First guess"})
    assert answer["Location"] == "/use-cases/churn/cost-benefit/"
    row = Snapshot.objects.get()
    assert ([item["key"] for item in row.lines], row.note) == (["labelling", "customers_kept"], "First guess")
    assert not CaseDraft.objects.exists()


def test_the_lines_that_ship_are_offered_in_two_groups_each_with_a_sentence(world):
    begun(world)

    page = text_of(world.client("lead").get(f"{URL}lines/new/"))

    assert (
        page.index("<h3>Costs</h3>")
        < page.index("?template=training")
        < page.index("<h3>Benefits</h3>")
        < page.index("?template=time_saved")
    )
    assert "Count the runs that fail or lead nowhere too" in page


def test_an_answer_out_of_bounds_is_told_at_its_question(world):
    begun(world)

    answer = world.client("lead").post(
        f"{URL}lines/new/?template=labelling",
        {"revision": "1", "title": "Labels", "labels": "4.000,5", "price": "2", "checked_again": "150"},
    )

    page = text_of(answer)
    assert answer.status_code == 400
    assert "with a point before the decimals" in page
    assert 'value="4.000,5"' in page
    answer = world.client("lead").post(
        f"{URL}lines/new/?template=labelling",
        {"revision": "1", "title": "Labels", "labels": "4000", "price": "2", "checked_again": "150"},
    )
    assert (answer.status_code, "Write a share from 0 % to 100 %." in text_of(answer)) == (400, True)


def test_a_line_keeps_its_key_and_takes_all_that_is_said_of_it(world):
    begun(world, simple_plan())

    answer = world.client("lead").post(
        f"{URL}lines/build/",
        sent(
            title="Building it", quantity_low="0.8", quantity_high="2", risk="10 %", risk_reason="New to us.", growth="2.5",
            evidence="Quote\nof May", owner=world.lead.user.public_id,
        ),
    )  # fmt: skip

    assert answer["Location"] == URL
    found = line_now()
    assert (found.title, found.risk, found.growth, found.owner) == (
        "Building it",
        Decimal("0.1"),
        Decimal("0.025"),
        world.lead.user.public_id,
    )
    assert (found.quantity_range.low, found.quantity_range.high) == (Decimal("0.8"), Decimal(2))
    assert found.evidence == "Quote\nof May"
    assert (found.from_period, found.to_period) == (0, 0)


def test_what_cannot_be_read_is_told_at_its_field_and_kept(world):
    begun(world, simple_plan())

    answer = world.client("lead").post(f"{URL}lines/build/", sent(quantity="1.200,5", title="My careful guess", quantity_low="1"))

    page = text_of(answer)
    assert answer.status_code == 400
    assert "My careful guess" in page
    assert 'value="1.200,5"' in page
    assert "Say both, or neither." in page
    assert CaseDraft.objects.get().revision == 1


def test_what_is_wrong_is_kept_and_told_on_the_list_and_at_its_field(world):
    draft = begun(world, simple_plan())
    services.change_line(
        actor=world.lead,
        draft=draft,
        revision=1,
        key="build",
        line=replace(simple_plan().lines[0], risk=Decimal("0.2"), to_period=9),
    )
    client = world.client("lead")

    page = text_of(client.get(URL))
    assert "2 things have to be put right" in page
    assert f"{URL}lines/build/#id_risk_reason" in page

    page = text_of(client.get(f"{URL}lines/build/"))
    assert client.get(f"{URL}lines/build/").status_code == 200
    assert "Say why there is a risk." in page
    assert "This has to be put right before the draft can be written down:" in page
    assert "This has to be put right first" in text_of(client.get(f"{URL}write/"))


def test_somebody_who_was_overtaken_sees_what_the_other_did_and_keeps_what_they_typed(world):
    draft = begun(world, simple_plan())
    services.change_line(
        actor=world.scientist,
        draft=draft,
        revision=1,
        key="build",
        line=replace(simple_plan().lines[0], unit_price=Decimal(1400)),
    )

    answer = world.client("lead").post(f"{URL}lines/build/", sent(unit_price="1250"))

    page = text_of(answer)
    assert answer.status_code == 409
    assert "The draft changed after you opened it" in page
    assert f"{world.scientist.label}: Line of the draft changed" in page
    assert "<del>1,400</del>" in page
    assert "<ins>1,250</ins>" in page
    assert 'name="unit_price" value="1250"' in page
    assert 'name="revision" value="2"' in page
    assert line_now().unit_price == Decimal(1400)

    assert world.client("lead").post(f"{URL}lines/build/", sent(2, unit_price="1250")).status_code == 302
    assert line_now().unit_price == Decimal(1250)


def test_a_line_that_was_taken_out_meanwhile_is_put_in_again_knowingly(world):
    draft = begun(world, simple_plan())
    services.remove_line(actor=world.scientist, draft=draft, revision=1, key="build")

    answer = world.client("lead").post(f"{URL}lines/build/", sent(unit_price="1250"))

    assert answer.status_code == 409
    assert "Somebody took this line out meanwhile" in text_of(answer)
    assert world.client("lead").post(f"{URL}lines/build/", sent(2, unit_price="1250")).status_code == 302
    assert line_now().unit_price == Decimal(1250)


def test_a_line_of_a_draft_that_was_written_down_meanwhile_begins_another_one(world):
    draft = begun(world, simple_plan())
    services.write_down(actor=world.scientist, draft=draft, revision=1)

    answer = world.client("lead").post(f"{URL}lines/build/", sent(unit_price="1250"))

    assert answer.status_code == 409
    assert 'value="1250"' in text_of(answer)
    assert world.client("lead").post(f"{URL}lines/build/", sent(unit_price="1250", act="begin")).status_code == 302
    assert line_now().unit_price == Decimal(1250)


def test_lines_are_moved_and_taken_out_and_who_was_overtaken_sees_the_list_first(world):
    begun(world, simple_plan(lines=(*simple_plan().lines, line())))
    client = world.client("lead")

    client.post(f"{URL}lines/gpu/", {"revision": "1", "act": "up"})
    assert [item.key for item in plan_now().lines] == ["gpu", "kept", "build"]
    page = text_of(client.post(f"{URL}lines/gpu/", {"revision": "1", "act": "remove"}, follow=True))
    assert "so nothing was done" in page
    client.post(f"{URL}lines/gpu/", {"revision": "2", "act": "remove"})
    assert [item.key for item in plan_now().lines] == ["kept", "build"]


def test_the_frame_takes_a_rate_of_the_organisation_or_one_in_steps(world):
    begun(world)
    record = RateRecord.objects.create(
        kind="discount", key="house", title="House rate", body={"steps": [[0, "0.07"]], "prices": "real"}, source="Board, May",
        dated="2026-05-01", created_at="2026-05-01T00:00:00Z",
    )  # fmt: skip
    client = world.client("lead")

    assert client.post(f"{URL}frame/", {**FRAME, "revision": "1", "rate_record": record.public_id})["Location"] == URL
    assert (plan_now().discount.steps, plan_now().discount.source) == (((0, Decimal("0.07")),), "Board, May")

    client.post(f"{URL}frame/", {**FRAME, "revision": "2", "steps": "0: 3.5\n31: 3", "inflation": "2", "mid_period": "on"})
    assert plan_now().discount.steps == ((0, Decimal("0.035")), (31, Decimal("0.03")))
    assert (plan_now().inflation.rate, plan_now().mid_period) == (Decimal("0.02"), True)

    answer = client.post(f"{URL}frame/", {**FRAME, "revision": "3", "steps": "later: 3"})
    assert (answer.status_code, "Write the year, a colon and the rate" in text_of(answer)) == (400, True)
    answer = client.post(f"{URL}frame/", {**FRAME, "revision": "3", "steps": ""})
    assert (answer.status_code, "Write a rate, or choose one above" in text_of(answer)) == (400, True)


def test_the_frame_of_somebody_who_was_overtaken_is_kept_beside_what_stands_there(world):
    draft = begun(world)
    services.set_frame(actor=world.scientist, draft=draft, revision=1, frame={"horizon": 5})

    answer = world.client("lead").post(f"{URL}frame/", {**FRAME, "revision": "1", "horizon": "4"})

    page = text_of(answer)
    assert answer.status_code == 409
    assert "<del>5</del>" in page
    assert "<ins>4</ins>" in page
    assert 'name="horizon" value="4"' in page


def test_before_it_is_written_down_the_difference_is_shown_and_adds_up(world):
    draft = begun(world, simple_plan())
    services.change_line(
        actor=world.lead, draft=draft, revision=1, key="build", line=replace(simple_plan().lines[0], unit_price=Decimal(1300))
    )
    client = world.client("lead")

    assert "-300" in text_of(client.get(URL))
    page = text_of(client.get(f"{URL}write/"))
    assert "909.09" in page
    assert "609.09" in page
    assert "-300" in page


def test_a_version_written_past_the_draft_is_shown_before_this_one_is_written(world):
    begun(world, simple_plan())
    services.write_snapshot(actor=world.scientist, use_case=world.use_case, plan=simple_plan(horizon=5))
    client = world.client("lead")

    assert "Version 2 was written meanwhile" in text_of(client.get(URL))
    assert client.post(f"{URL}write/", {"revision": "1", "based_on": "1"}).status_code == 409
    page = text_of(client.get(f"{URL}write/"))
    assert 'name="based_on" value="2"' in page
    assert client.post(f"{URL}write/", {"revision": "1", "based_on": "2"}).status_code == 302
    assert Snapshot.objects.count() == 3


def test_a_draft_is_discarded_after_what_would_be_lost_was_shown(world):
    draft = begun(world, simple_plan())
    services.add_line(actor=world.scientist, draft=draft, revision=1, line=line())
    client = world.client("lead")

    assert f"{world.scientist.label}: Line added to the draft" in text_of(client.get(f"{URL}discard/"))
    assert client.post(f"{URL}discard/", {"revision": "1"}).status_code == 409
    assert client.post(f"{URL}discard/", {"revision": "2"}).status_code == 302
    assert not CaseDraft.objects.exists()


def test_readers_look_and_are_told_why_they_cannot_change(world):
    begun(world, rich_plan())
    client = world.client("auditor")

    assert "so you cannot change its costs" in text_of(client.get(URL))
    assert client.post(f"{URL}lines/gpu/", sent()).status_code == 403
    assert client.post(f"{URL}write/", {"revision": "1"}).status_code == 403
    assert client.post(f"{URL}discard/", {"revision": "1"}).status_code == 403


@pytest.mark.parametrize("page", ["", "frame/", "write/", "discard/", "lines/new/", "lines/new/?template=own", "lines/gpu/"])
def test_pages_of_a_draft_ask_the_database_little(world, page):
    lines = (line(), *(line(f"line_{at}") for at in range(150)))
    begun(world, rich_plan(lines=lines, scenarios=()))

    assert statements(world.client("lead"), URL + page) <= 20


def test_a_currency_that_was_mistyped_is_put_right_in_the_frame_until_a_version_holds_it(world):
    client = world.client("lead")
    client.post(URL, FRAME)
    answer = client.post(f"{URL}frame/", {**FRAME, "revision": "1", "currency": "chf"})

    assert answer.status_code == 302
    assert plan_now().currency == "CHF"

    begun_before = CaseDraft.objects.get()
    services.discard_draft(actor=world.lead, draft=begun_before, revision=2)
    begun(world, simple_plan(currency="CHF"))
    client.post(f"{URL}frame/", {**FRAME, "revision": "1", "currency": "eur"})
    assert plan_now().currency == "CHF"


def test_what_the_form_of_a_line_that_a_model_drives_does_not_ask_stays_as_it_was():
    plan = plan_from_mapping(driven(LEAVERS))
    driving = replace(plan.lines[0], currency="USD", unit="campaign")
    said = {"title": "Kept", "category": "revenue", "every": "period", "from_period": "1", "to_period": "3"}
    form = LineForm(said, plan, driving)

    assert {"unit", "currency", "quantity"}.isdisjoint(form.fields)
    assert form.is_valid(), form.errors
    line = form.line(driving.key)
    assert (line.currency, line.unit, line.title) == ("USD", "campaign", "Kept")
