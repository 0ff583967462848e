"""Use of data: who may ask, what is asked, when it holds, and when it is over. Its approval is in tests/approvals/test_data_use.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import clock
from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.ids import new_public_id
from foundation.models import AuditEvent
from governance.dictionary import services
from governance.dictionary.models import Dataset, DataUse
from governance.dictionary.selectors.data_use import permissions_by_name, permissions_of, sensitivity_of
from governance.people import services as people
from governance.usecases import services as usecases
from tests.dictionary.approved import define

A, B = ("sha256:" + letter * 64 for letter in "ab")
MONTH = timedelta(days=30)
SAID: dict[str, Any] = {
    "purpose": "To predict who leaves.",
    "basis": "legitimate_interests",
    "basis_words": "Customers were told; see the balancing test of May.",
    "places": ["s3://models-eu"],
    "copies": "One, deleted after training.",
}


@dataclass(frozen=True)
class Agreed:
    public_id: str
    decided_at: datetime
    manifest: Mapping[str, str]
    valid_until: datetime | None = None


def agreed_to(use: DataUse, **change: Any) -> Agreed:
    said = {"decided_at": clock.now(), "manifest": {"data_use": digest(use.content())}, **change}
    return Agreed(new_public_id("dc"), **said)


def approve(world, use: DataUse, **change: Any) -> DataUse:
    return services.approve_data_use(actor=world.governance, use=use, decision=agreed_to(use, **change))


@pytest.fixture
def data(world) -> Dataset:
    return services.named_dataset(actor=world.scientist, name="customers")


def asked(world, dataset: Dataset | str = "customers", part: str = "scientist", **change: Any) -> DataUse:
    said = {"until": clock.now() + MONTH, **SAID, **change}
    return services.ask_data_use(actor=getattr(world, part), use_case=world.use_case, dataset=dataset, **said)


def kinds(use: DataUse) -> list[str]:
    return list(AuditEvent.objects.filter(subject_id=use.public_id).order_by("pk").values_list("kind", flat=True))


# Asking ---------------------------------------------------------------------------------------------------------------


def test_asking_gives_nothing_yet(world, data):
    use = asked(world, data)

    assert (use.state(), use.approved_at, use.audit_scope()) == ("proposed", None, world.use_case.public_id)
    assert not DataUse.objects.permitted().exists()
    assert kinds(use) == ["dictionary.data_use.asked"]


def test_who_does_not_work_on_the_use_case_cannot_ask_for_its_data(world, data):
    for part in ("auditor", "stranger"):
        with pytest.raises(NotAllowed, match="do not work on this use case"):
            asked(world, data, part)
    with pytest.raises(NotAllowed):
        asked(world, data, "ci")  # its token writes provenance only


def test_whoever_works_there_asks_for_what_is_known_and_who_builds_names_what_is_not(world):
    with pytest.raises(NotAllowed, match="bind columns"):
        asked(world, "customers", "business")
    assert asked(world, "customers", "scientist").dataset.name == "customers"
    assert asked(world, "customers", "business", purpose="To write letters.").state() == "proposed"


def test_the_same_again_is_the_same_ask_until_it_is_over(world, data):
    until = clock.now() + MONTH
    first = asked(world, data, until=until)

    assert asked(world, data, until=until, purpose=f" {SAID['purpose']} ") == first
    assert asked(world, data, until=until, purpose="To write letters.") != first
    services.withdraw_data_use(actor=world.scientist, use=first, reason="Not needed.")
    assert asked(world, data, until=until) != first


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": "  "}, "purpose"),
        ({"basis": "because"}, "basis"),
        ({"basis_words": ""}, "basis_words"),
        ({"places": []}, "places"),
        ({"places": ["  "]}, "places"),
        ({"places": ["x" * 201]}, "places"),
        ({"places": [str(n) for n in range(21)]}, "places"),
        ({"version": 9}, "version"),
    ],
)
def test_what_is_missing_is_told_at_its_field_and_nothing_is_kept(world, change, field):
    with pytest.raises(Invalid) as refused:
        asked(world, "brand new", **change)
    assert field in {item.field for item in refused.value.errors}
    assert not DataUse.objects.exists()
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=-1), timedelta(days=1831)])
def test_nothing_is_asked_for_the_past_or_for_ever(world, data, ahead):
    with pytest.raises(Invalid, match="five years"):
        asked(world, data, until=clock.now() + ahead)


def test_a_version_of_another_data_set_is_refused(world, data):
    other = services.named_dataset(actor=world.scientist, name="orders")
    version = services.add_table_version(actor=world.scientist, dataset=other, digest=A)
    with pytest.raises(Invalid, match="see errors"):
        asked(world, data, version=version)


# Being approved -------------------------------------------------------------------------------------------------------


def test_a_decision_over_these_very_words_puts_it_into_force(world, data):
    use = approve(world, asked(world, data))

    assert (use.state(), DataUse.objects.permitted().get()) == ("active", use)
    assert kinds(use)[-1] == "dictionary.data_use.approved"


def test_a_decision_over_other_words_puts_nothing_into_force(world, data):
    use = asked(world, data)
    for manifest in ({}, {"data_use": A}, {"dictionary_change": digest(use.content())}):
        with pytest.raises(Conflict, match="other content"):
            approve(world, use, manifest=manifest)
    use.refresh_from_db()
    assert use.approved_at is None


def test_what_was_withdrawn_or_is_over_is_not_approved_any_more(world, data, monkeypatch):
    use = asked(world, data)
    with pytest.raises(Conflict, match="time it was asked for is over"):
        approve(world, use, decided_at=use.until)
    services.withdraw_data_use(actor=world.scientist, use=use, reason="Not needed.")
    with pytest.raises(Conflict, match="withdrawn"):
        approve(world, use)


def test_it_is_decided_once(world, data):
    use = asked(world, data)
    decision = agreed_to(use)
    first = services.approve_data_use(actor=world.governance, use=use, decision=decision)

    assert services.approve_data_use(actor=world.governance, use=use, decision=decision) == first
    with pytest.raises(Conflict, match="decided on already"):
        approve(world, use)


# Being over -----------------------------------------------------------------------------------------------------------


def test_it_is_absent_from_the_very_moment_on_at_which_it_ends(world, data):
    use = approve(world, asked(world, data))
    tick = timedelta(microseconds=1)

    assert DataUse.objects.permitted(use.until - tick).get() == use
    assert not DataUse.objects.permitted(use.until).exists()
    assert [use.state(use.until - tick), use.state(use.until)] == ["active", "expired"]
    assert permissions_of(world.use_case.pk, [("customers", A)], use.until)[0].over == use


def test_an_approval_that_runs_out_earlier_ends_it_earlier(world, data):
    soon = clock.now() + timedelta(days=2)
    use = approve(world, asked(world, data), valid_until=soon)

    assert (use.holds_until, use.state(soon), DataUse.objects.permitted(soon).exists()) == (soon, "expired", False)


def test_it_is_ended_at_once_by_those_who_work_there_and_by_data_governance(world, data):
    for actor in (world.business, world.governance):
        use = approve(world, asked(world, data, purpose=f"For {actor.label}."))
        ended = services.end_data_use(actor=actor, use=use, reason="We have enough.")
        assert (ended.state(), DataUse.objects.permitted().exists()) == ("ended", False)
        assert kinds(use)[-1] == "dictionary.data_use.ended"
    with pytest.raises(NotAllowed):
        services.end_data_use(actor=world.auditor, use=use, reason="I think so.")


def test_only_what_is_in_force_is_ended_and_only_what_is_not_is_taken_back(world, data):
    use = asked(world, data)
    with pytest.raises(Conflict, match="approved and not over"):
        services.end_data_use(actor=world.scientist, use=use, reason="Enough.")
    with pytest.raises(Invalid, match="Say why"):
        services.withdraw_data_use(actor=world.scientist, use=use, reason=" ")
    use = approve(world, use)
    with pytest.raises(Conflict, match="End it instead"):
        services.withdraw_data_use(actor=world.scientist, use=use, reason="Enough.")
    services.end_data_use(actor=world.scientist, use=use, reason="Enough.")
    with pytest.raises(Conflict, match="approved and not over"):
        services.end_data_use(actor=world.scientist, use=use, reason="Enough.")


def test_what_was_asked_is_never_changed_by_anybody(world, data):
    use = approve(world, asked(world, data))
    for name, value in (("purpose", "Anything."), ("until", clock.now() + 10 * MONTH), ("approval", "dc_1")):
        before = getattr(use, name)
        setattr(use, name, value)
        with pytest.raises(DatabaseError), transaction.atomic():
            use.save()
        setattr(use, name, before)


# What is allowed ------------------------------------------------------------------------------------------------------


def test_a_use_of_every_version_allows_any_bytes_and_one_of_a_version_its_bytes_alone(world, data):
    version = services.add_table_version(actor=world.scientist, dataset=data, digest=A)
    use = approve(world, asked(world, data, version=version))
    one, other = permissions_of(world.use_case.pk, [("customers", A), ("customers", B)])

    assert (one.allowed, other.allowed, other.other_version) == (use, None, True)
    everything = approve(world, asked(world, data))
    assert [item.allowed for item in permissions_of(world.use_case.pk, [("customers", B)])] == [everything]


def test_what_another_use_case_may_use_allows_nothing_here(world, data):
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    said = {"until": clock.now() + MONTH, **SAID}
    approve(world, services.ask_data_use(actor=world.lead, use_case=other, dataset=data, **said))

    assert permissions_of(world.use_case.pk, [("customers", A)])[0].allowed is None


def test_many_data_sets_are_asked_about_in_one_query(world, data):
    approve(world, asked(world, data))
    with CaptureQueriesContext(connection) as queries:
        found = permissions_by_name(world.use_case.pk, ["customers", *(f"set {n}" for n in range(50))])
    assert ([item.name for item in found if item.allowed], len(queries)) == (["customers"], 1)


def test_a_data_set_is_as_sensitive_as_the_most_sensitive_of_its_columns(world, data):
    assert sensitivity_of(data) == ""
    book = services.create_dictionary(actor=world.governance, slug="crm", title="CRM")
    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    for key, sensitivity in (("zip", "personal"), ("plan", "internal")):
        element = define(actor=world.governance, dictionary=book, key=key, sensitivity=sensitivity)
        services.bind_column(actor=world.scientist, element=element, team=team, dataset="customers", column=key)
    assert sensitivity_of(data) == "personal"


# Over HTTP and on pages -----------------------------------------------------------------------------------------------

URL = "/api/v1/use-cases/churn/data-uses"
PAGE = "/use-cases/churn/dictionary/data-use/"


def send(world, part: str, url: str, body: dict):
    return world.api(part).post(url, body, content_type="application/json")


def test_data_is_asked_for_and_taken_back_over_http(world):
    body = {**SAID, "dataset": "customers", "until": (clock.now() + MONTH).isoformat()}
    made = send(world, "scientist", URL, body)

    assert (made.status_code, made.json()["state"], made.json()["version"]) == (201, "proposed", None), made.content
    assert world.api("auditor").get(URL).json()["results"] == [made.json()]
    assert world.api("auditor").get(f"{URL}?permitted=1").json()["results"] == []
    assert world.api("stranger").get(URL).status_code == 404
    over = f"/api/v1/data-uses/{made.json()['id']}"
    assert send(world, "scientist", f"{over}/end", {"reason": "Enough."}).status_code == 409
    taken = send(world, "scientist", f"{over}/withdraw", {"reason": "Not needed."})
    assert (taken.status_code, taken.json()["state"]) == (200, "withdrawn")
    assert send(world, "scientist", URL, {**body, "places": []}).status_code == 400


def test_data_is_asked_for_on_a_page_for_whole_days(world, push):
    push()
    client = world.client("scientist")
    day = (clock.now() + MONTH).date()
    assert "nobody asked for it" in client.get(PAGE).text
    form = {**SAID, "places": "s3://models-eu\n\nA notebook", "dataset": "customers", "until": day.isoformat(), "version": ""}
    sent = client.post(PAGE, form)

    use = DataUse.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"{PAGE}{use.public_id}/")
    assert (use.places, use.until.date(), use.until.hour) == (["s3://models-eu", "A notebook"], day + timedelta(days=1), 0)
    assert "asked for, and not decided" in client.get(PAGE).text
    assert client.post(PAGE, {**form, "until": "2000-01-01"}).status_code == 400
    taken = client.post(f"{PAGE}{use.public_id}/over/", {"over-reason": "Not needed."})
    assert taken.status_code == 302
    page = client.get(f"{PAGE}{use.public_id}/").text
    assert "Not needed." in page


def test_the_pages_ask_little_of_the_database_however_much_there_is(world, data, push):
    push()
    for n in range(12):
        asked(world, data, purpose=f"Purpose {n}.")
    use = approve(world, asked(world, data))
    client = world.client("scientist")
    client.get(PAGE)
    for url, most in ((PAGE, 20), (f"{PAGE}{use.public_id}/", 20), (URL, 12)):
        with CaptureQueriesContext(connection) as queries:
            assert (client if url != URL else world.api("auditor")).get(url).status_code == 200
        assert len(queries) <= most, [query["sql"] for query in queries]
