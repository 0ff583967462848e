"""Rates as dated records: who writes them down, what may stand in them, and what cases take over."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from foundation import clock
from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from foundation.models import AuditEvent
from governance.economics import drafting, services
from governance.economics.models import CaseDraft, RateRecord
from governance.economics.plan import Bias, Discount, Exchange, Inflation
from governance.economics.presenting.rates import rows_told, shipped_offered
from governance.economics.rate_bodies import body_of, rate_of, taken_over, without
from governance.economics.selectors.rates import choices, for_plan, is_old, rates_on
from governance.economics.services.rates import adopt_shipped, end_rate, record_rate, take_rates
from governance.economics.shipped import shipped_biases, shipped_rates
from governance.people import services as people
from tests.economics.case_plans import begun, rich_plan
from tests.economics.provided import payer_of

HOUSE = {
    "kind": "discount",
    "key": "house",
    "title": "House rate",
    "body": {"steps": [[0, "0.07"]], "prices": "real"},
    "source": "Board, May",
    "dated": date(2026, 5, 1),
}


@pytest.fixture
def payer(world):
    return payer_of()


def exchange(actor, rate, dated, key="USD/EUR"):
    return record_rate(actor=actor, kind="exchange", key=key, title=key, body={"rate": rate}, source="ECB", dated=dated)


# Writing down --------------------------------------------------------------------------------------------------------------


def test_a_budget_holder_of_the_organisation_writes_a_rate_down(payer):
    row = record_rate(actor=payer, **HOUSE)

    assert rate_of(row) == Discount(((0, Decimal("0.07")),), "real", "Board, May", date(2026, 5, 1))
    assert row.body == {"steps": [[0, "0.07"]], "prices": "real"}
    assert AuditEvent.objects.filter(subject_id=row.public_id, kind="economics.rate.recorded").count() == 1


def test_nobody_else_does(world, payer):
    people.grant_role(actor=world.lead, user=world.scientist.user, role="budget_holder", scope=world.use_case.public_id)

    for actor in (world.lead, world.scientist, world.stranger):
        with pytest.raises(NotAllowed, match="whole organisation"):
            record_rate(actor=actor, **HOUSE)
    row = record_rate(actor=payer, **HOUSE)
    with pytest.raises(NotAllowed):
        end_rate(actor=world.lead, record=row, reason="Mine is better.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "luck"}, "kind"),
        ({"key": "Not a key"}, "key"),
        ({"title": " "}, "title"),
        ({"source": ""}, "source"),
        ({"body": {"steps": []}}, "body.steps"),
        ({"body": {"steps": [[1, "0.07"]]}}, "body.steps.0.0"),
        ({"body": {"steps": [[0, "11"]]}}, "body.steps.0.1"),
        ({"body": {"steps": [[0, "7 %"]]}}, "body.steps.0.1"),
        ({"body": {"steps": [[0, "0.07"]], "prices": "odd"}}, "body.prices"),
        ({"body": {"steps": [[0, "0.07"]], "source": "me"}}, "body.source"),
        ({"body": {"steps": [[0, "0.07"]], "luck": 1}}, "body.luck"),
        ({"kind": "inflation", "body": {}}, "body.rate"),
        ({"kind": "exchange", "key": "USD", "body": {"rate": "0.9"}}, "key"),
        ({"kind": "exchange", "key": "EUR/EUR", "body": {"rate": "1"}}, "key"),
        ({"kind": "exchange", "key": "USD/EUR", "body": {"rate": "0"}}, "body.rate"),
        ({"kind": "exchange", "key": "USD/EUR", "body": {"rate": "0.9", "currency": "GBP"}}, "body.currency"),
        ({"kind": "bias", "body": {"upper": "0.1", "lower": "2"}}, "body.lower"),
        ({"kind": "bias", "body": {"upper": "2", "lower": "0.1", "mitigations": []}}, "body.mitigations"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(payer, changes, field):
    with pytest.raises(Invalid) as refused:
        record_rate(actor=payer, **{**HOUSE, **changes})

    assert field in [item.field for item in refused.value.errors]
    assert not RateRecord.objects.exists()


def test_the_same_rate_of_a_day_is_written_down_once_until_it_is_ended(payer):
    row = record_rate(actor=payer, **HOUSE)
    with pytest.raises(Conflict, match="that day already"):
        record_rate(actor=payer, **HOUSE)

    end_rate(actor=payer, record=row, reason="Mistyped.")
    assert record_rate(actor=payer, **HOUSE).pk != row.pk


def test_a_rate_is_ended_with_a_reason_and_once(payer):
    row = record_rate(actor=payer, **HOUSE)
    with pytest.raises(Invalid, match="Say why"):
        end_rate(actor=payer, record=row, reason=" ")

    ended = end_rate(actor=payer, record=row, reason="The board decided anew.")
    assert (ended.ended_by, ended.ended_because) == (payer.user, "The board decided anew.")
    with pytest.raises(NotAllowed, match="was ended"):
        end_rate(actor=payer, record=row, reason="Again.")
    assert rates_on(payer) == []


def test_everything_that_ships_can_be_taken_over_as_it_is(payer):
    for rate in shipped_rates():
        assert rate_of(adopt_shipped(actor=payer, kind="discount", key=rate.key)) == rate.discount()
    for bias in shipped_biases():
        assert rate_of(adopt_shipped(actor=payer, kind="bias", key=bias.key)) == bias.bias("en")

    assert all(item["adopted"] for item in shipped_offered(payer))
    with pytest.raises(Missing):
        adopt_shipped(actor=payer, kind="discount", key="of_nobody")
    with pytest.raises(Conflict):
        adopt_shipped(actor=payer, kind="discount", key="green-book-2026")


# Which holds ---------------------------------------------------------------------------------------------------------------


def test_on_a_day_the_newest_that_is_not_later_holds(payer):
    old, new = exchange(payer, "0.90", date(2026, 1, 1)), exchange(payer, "0.95", date(2026, 6, 1))

    assert rates_on(payer, date(2026, 5, 31)) == [old]
    assert rates_on(payer, date(2026, 6, 1)) == [new]
    assert rates_on(payer, date(2025, 12, 31)) == []


def test_a_case_is_offered_what_fits_its_currency(payer):
    euro = exchange(payer, "0.90", date(2026, 1, 1))
    exchange(payer, "150", date(2026, 1, 1), key="USD/JPY")
    house = record_rate(actor=payer, **HOUSE)

    assert choices(payer, "EUR", day=date(2026, 7, 1)) == [house, euro]
    assert for_plan(payer, rich_plan(), date(2026, 7, 1))["exchange"] == [euro]


def test_what_is_older_than_a_year_is_told_unless_there_is_a_newer_one(payer):
    today = clock.now().date()
    old = exchange(payer, "0.90", today - timedelta(days=400))
    assert is_old(old)
    assert not is_old(exchange(payer, "1.1", today - timedelta(days=365), key="GBP/EUR"))

    assert [item["old"] for item in rows_told([old])] == [True]
    new = exchange(payer, "0.95", today)
    told = {item["row"].pk: item for item in rows_told([new, old])}
    assert (told[old.pk]["old"], told[old.pk]["overtaken"], told[new.pk]["overtaken"]) == (False, True, False)


# Into a draft ----------------------------------------------------------------------------------------------------------------


def test_a_draft_takes_a_record_over_with_its_source_and_day(world, payer):
    draft = begun(world, rich_plan())
    row = exchange(payer, "0.95", date(2026, 6, 1))
    take_rates(actor=world.lead, draft=draft, revision=draft.revision, records=[row])

    plan = drafting.as_plan(CaseDraft.objects.get().plan)
    assert plan.exchange == (Exchange("USD", Decimal("0.95"), "ECB", date(2026, 6, 1)),)

    end_rate(actor=payer, record=row, reason="Another came out.")
    assert drafting.as_plan(CaseDraft.objects.get().plan) == plan


def test_a_draft_takes_no_rate_that_was_ended_or_is_in_another_currency(world, payer):
    draft = begun(world, rich_plan())
    for row in (
        end_rate(actor=payer, record=exchange(payer, "0.95", date(2026, 6, 1)), reason="Mistyped."),
        exchange(payer, "150", date(2026, 6, 1), key="USD/JPY"),
    ):
        with pytest.raises(Invalid, match="was ended, or is not stated in EUR"):
            take_rates(actor=world.lead, draft=draft, revision=draft.revision, records=[row])
    with pytest.raises(NotAllowed):
        take_rates(actor=world.auditor, draft=draft, revision=draft.revision)


def test_what_was_done_about_a_bias_stays_when_its_table_is_taken_over():
    record = RateRecord(
        kind="bias", key="software", title="Software", body={"upper": "3", "lower": "0.2"}, source="S", dated=date(2026, 1, 1)
    )
    plan = taken_over(rich_plan(), [record])

    assert plan.biases == (
        Bias("software", "Software", Decimal(3), Decimal("0.2"), rich_plan().biases[0].mitigations, "S", date(2026, 1, 1)),
    )  # fmt: skip


def test_a_rate_is_taken_out_by_its_name():
    plan = taken_over(
        rich_plan(),
        [RateRecord(kind="inflation", key="cpi", title="CPI", body={"rate": "0.02"}, source="S", dated=date(2026, 1, 1))],
    )
    assert plan.inflation == Inflation(Decimal("0.02"), "S", date(2026, 1, 1))

    for name in ("inflation", "exchange.USD", "bias.software", "bias.other", "odd"):
        plan = without(plan, name)
    assert (plan.inflation, plan.exchange, plan.biases) == (None, (), ())


def test_a_body_keeps_nothing_that_the_record_says_itself():
    assert body_of(Exchange("USD", Decimal("0.9"), "ECB", date(2026, 1, 1))) == {"rate": "0.9"}
    assert body_of(rich_plan().biases[0]) == {"upper": "2", "lower": "0.1"}


# Pages and API ---------------------------------------------------------------------------------------------------------------


def test_the_pages_write_down_show_and_end_a_rate(world, payer):
    client = world.client("admin")
    said = {
        "title": "House rate",
        "key": "house",
        "steps": "0: 7\n31: 6",
        "prices": "real",
        "source": "Board",
        "dated": "2020-05-01",
    }

    answer = client.post("/economics/rates/new/discount/", {**said, "steps": "much"})
    assert answer.status_code == 400
    assert "House rate" in answer.content.decode()
    answer = client.post("/economics/rates/new/discount/", {**said, "steps": "0: 2000"})
    assert answer.status_code == 400
    assert 'id="id_steps_error"' in answer.content.decode()

    answer = client.post("/economics/rates/new/discount/", said)
    row = RateRecord.objects.get()
    assert answer["Location"] == f"/economics/rates/{row.public_id}/"
    text = client.get("/economics/rates/").content.decode()
    assert "More than a year old" in text
    assert "7" in text
    assert "Board" in text

    assert client.post(f"/economics/rates/{row.public_id}/", {"end-reason": "Over."}).status_code == 302
    assert "House rate" not in client.get("/economics/rates/").content.decode()
    assert "House rate" in client.get("/economics/rates/?all=1").content.decode()
    assert client.get("/economics/rates/new/luck/").status_code == 404


def test_each_kind_has_its_form(world, payer):
    client = world.client("admin")
    beside = {"source": "S", "dated": "2026-06-01"}
    named = {"title": "T", "key": "t"}
    for kind, said in (
        ("inflation", {**named, "rate": "2"}),
        ("exchange", {"one": "usd", "rate": "0.92", "other": "eur"}),
        ("bias", {**named, "lower": "10", "upper": "200"}),
    ):
        assert client.get(f"/economics/rates/new/{kind}/").status_code == 200
        assert client.post(f"/economics/rates/new/{kind}/", {**beside, **said}).status_code == 302, kind

    pair = RateRecord.objects.get(kind="exchange")
    assert (pair.key, pair.body) == ("USD/EUR", {"rate": "0.92"})
    assert "USD" in client.get(f"/economics/rates/new/exchange/?like={pair.public_id}").content.decode()


def test_what_ships_is_taken_over_on_its_page(world):
    client = world.client("admin")
    assert "rescinded" in client.get("/economics/rates/shipped/").content.decode()
    assert client.post("/economics/rates/shipped/", {"take": "discount:green-book-2026"}).status_code == 302
    assert client.post("/economics/rates/shipped/", {"take": "discount:green-book-2026"}).status_code == 409
    assert client.post("/economics/rates/shipped/", {"take": "nonsense"}).status_code == 404
    assert world.client("lead").post("/economics/rates/shipped/", {"take": "bias:outsourcing"}).status_code == 403


def test_the_page_of_a_draft_takes_rates_over_and_out(world, payer):
    begun(world, rich_plan())
    row = exchange(payer, "0.95", date(2026, 6, 1))
    client, url = world.client("lead"), "/use-cases/churn/cost-benefit/draft/rates/"

    text = client.get(url).content.decode()
    assert "USD = 0.92" in text
    assert "USD = 0.95" in text
    assert client.post(url, {"revision": "1"}).status_code == 400
    assert client.post(url, {"revision": "1", "records": [row.public_id]}).status_code == 302
    assert client.post(url, {"revision": "1", "records": [row.public_id]}).status_code == 409
    assert client.post(url, {"revision": "2", "without": ["bias.software"]}).status_code == 302
    plan = drafting.as_plan(CaseDraft.objects.get().plan)
    assert (plan.exchange[0].rate, plan.biases) == (Decimal("0.95"), ())


def test_rates_over_http(world, payer):
    client = world.client("admin")
    said = {
        "kind": "exchange",
        "key": "USD/EUR",
        "title": "USD/EUR",
        "body": {"rate": "0.92"},
        "source": "ECB",
        "dated": "2026-06-01",
    }

    row = client.post("/api/v1/rates", said, content_type="application/json").json()
    assert (row["body"], row["ended_at"]) == ({"rate": "0.92"}, None)
    assert client.post("/api/v1/rates", {"kind": "bias"}, content_type="application/json").status_code == 400
    mixed = {"kind": "bias", "shipped": "outsourcing", "title": "Mine"}
    assert client.post("/api/v1/rates", mixed, content_type="application/json").status_code == 400
    shipped = client.post("/api/v1/rates", {"kind": "bias", "shipped": "outsourcing"}, content_type="application/json")
    assert (shipped.status_code, shipped.json()["dated"]) == (201, "2002-07-01")

    assert [item["key"] for item in client.get("/api/v1/rates?kind=exchange&on=2026-06-01").json()["results"]] == ["USD/EUR"]
    assert client.get("/api/v1/rates?kind=exchange&on=2026-05-31").json()["results"] == []
    assert client.get("/api/v1/rates?on=31.5.2026").status_code == 400
    assert client.get("/api/v1/rates?kind=luck").status_code == 400
    assert any(item["adopted"] for item in client.get("/api/v1/rates/shipped").json())

    url = f"/api/v1/rates/{row['id']}/end"
    assert client.post(url, {"reason": "Over."}, content_type="application/json").json()["ended_because"] == "Over."
    assert client.post(url, {"reason": "Over."}, content_type="application/json").status_code == 403
    assert client.get("/api/v1/rates?kind=exchange").json()["results"] == []
    assert len(client.get("/api/v1/rates?kind=exchange&ended=1").json()["results"]) == 1


def test_a_snapshot_keeps_its_rates_when_a_record_is_ended(world, payer):
    draft = begun(world, rich_plan())
    row = exchange(payer, "0.95", date(2026, 6, 1))
    draft = take_rates(actor=world.lead, draft=draft, revision=draft.revision, records=[row])
    snapshot = services.write_down(actor=world.lead, draft=draft, revision=draft.revision)
    end_rate(actor=payer, record=row, reason="Another came out.")

    snapshot.refresh_from_db()
    assert snapshot.plan["exchange"] == [{"currency": "USD", "rate": "0.95", "source": "ECB", "dated": "2026-06-01"}]
