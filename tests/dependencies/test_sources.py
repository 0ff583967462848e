"""Verified sources: who adds, who confirms, when they hold. What they vouch for is in test_trust.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import actor as actors
from foundation import clock, tokens
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, Token
from governance.dependencies import services
from governance.dependencies.models import Source
from governance.dependencies.selectors.graph import graph_of
from governance.dependencies.selectors.sources import live_sources, mirrors_of
from governance.dependencies.services import record_set
from governance.people import services as people
from tests.usecases.test_pages import text_of

YEAR = timedelta(days=365)
URL = "/api/v1/sources"


def said(world, **change: Any) -> dict[str, Any]:
    return {
        "kind": "publisher",
        "title": "scikit-learn, on PyPI",
        "index": "https://PyPI.org:443/simple/",
        "publisher": "scikit-learn developers",
        "packages": ["Scikit_Learn"],
        "criteria": ["safe-to-deploy"],
        "presets": {"native/code": "Cython."},
        "owner": world.lead.user,
        "reason": "Public builds.",
        "ends_at": clock.now() + YEAR,
        **change,
    }


def added(world, part: str = "security", **change: Any) -> Source:
    return services.add_source(actor=getattr(world, part), **said(world, **change))


def in_force(world, **change: Any) -> Source:
    return services.confirm_source(actor=world.admin, source=added(world, **change))


@pytest.fixture
def second(world):
    """Another security reviewer."""
    people.grant_role(actor=world.lead, user=world.validator.user, role="security_reviewer", scope=world.use_case.public_id)
    return world.validator


def kinds(row: Source) -> list[str]:
    return list(AuditEvent.objects.filter(subject_id=row.public_id).order_by("pk").values_list("kind", flat=True))


# Adding --------------------------------------------------------------------------------------------------------------


def test_what_is_added_counts_for_nothing_yet_and_is_kept_in_normal_form(world):
    row = added(world)

    assert (row.state(), row.index, row.packages) == ("proposed", "https://pypi.org/simple", ["scikit-learn"])
    assert live_sources() == []
    assert kinds(row) == ["dependencies.source.added"]


def test_only_security_adds(world):
    for part in ("lead", "business", "governance", "auditor", "admin", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            added(world, part)
    with pytest.raises(NotAllowed, match="somebody's word"):
        services.add_source(actor=actors.system("setup"), **said(world))


def test_a_password_in_an_address_is_not_kept(world):
    row = added(world, index="https://me:hunter2@pypi.corp.example/simple")

    assert row.index == "https://pypi.corp.example/simple"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"index": "pypi"}, "index"),
        ({"index": "https://\u0440ypi.org/simple"}, "index"),
        ({"index": ""}, "index"),
        ({"packages": []}, "packages"),
        ({"packages": ["scikit-*"]}, "packages"),
        ({"packages": ["sci\u212ait-learn"]}, "packages"),
        ({"packages": [f"p{n}" for n in range(501)]}, "packages"),
        ({"criteria": []}, "criteria"),
        ({"criteria": ["harmless"]}, "criteria"),
        ({"publisher": " "}, "publisher"),
        ({"presets": {"fly": "x"}}, "presets"),
        ({"presets": {"native/code": " "}}, "presets"),
        ({"kind": "index", "packages": []}, "presets"),
        ({"kind": "channel"}, "kind"),
        ({"kind": "everything"}, "kind"),
        ({"title": ""}, "title"),
        ({"reason": " "}, "reason"),
        ({"mirror_of": "https://pypi.org/simple"}, "mirror_of"),
        ({"ecosystem": "a/b"}, "ecosystem"),
        ({"kind": "mirror", "criteria": [], "packages": [], "presets": {}}, "operator"),
        ({"kind": "mirror", "mirror_of": "https://pypi.org/simple"}, "criteria"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(world, change, field):
    with pytest.raises(Invalid) as refused:
        added(world, **change)
    assert field in {item.field for item in refused.value.errors}
    assert not Source.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 732])
def test_trust_ends_and_within_two_years(world, days):
    with pytest.raises(Invalid, match="two years"):
        added(world, ends_at=clock.now() + timedelta(days=days))


def test_it_does_not_begin_in_the_past(world):
    with pytest.raises(Invalid, match="past"):
        added(world, starts_at=clock.now() - timedelta(days=2))


def test_who_answers_for_it_works_here(world):
    world.stranger.user.is_active = False
    with pytest.raises(Invalid, match="works here"):
        added(world, owner=world.stranger.user)


# Four eyes -----------------------------------------------------------------------------------------------------------


def test_a_second_person_puts_it_in_force(world, second):
    row = services.confirm_source(actor=second, source=added(world))

    assert (row.state(), live_sources()) == ("active", [row])
    assert kinds(row)[-1] == "dependencies.source.confirmed"


def test_nobody_confirms_their_own_by_any_door(world):
    people.grant_role(actor=actors.system("test"), user=world.security.user, role="administrator")
    row = added(world)
    token, _secret = tokens.create(
        actor=world.security, name="Robot", owner=world.security.user, kind=Token.Kind.SERVICE, scopes=["admin"]
    )
    robot = actors.service(token)
    by_robot = services.add_source(actor=robot, **said(world))

    for actor in (world.security, robot, actors.system("setup")):
        with pytest.raises(NotAllowed):
            services.confirm_source(actor=actor, source=row)
    with pytest.raises(NotAllowed, match="yourself"):
        services.confirm_source(actor=world.security, source=by_robot)  # the token's owner is its author
    row.confirmed_by, row.confirmed_at = world.security.user, clock.now()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    assert live_sources() == []


def test_who_is_neither_security_nor_administrator_confirms_nothing(world):
    row = added(world)
    for part in ("lead", "governance", "auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            services.confirm_source(actor=getattr(world, part), source=row)


def test_it_is_confirmed_once_and_not_when_it_is_over(world, second):
    row = in_force(world)
    with pytest.raises(Conflict, match="already"):
        services.confirm_source(actor=second, source=row)
    other = added(world)
    services.end_source(actor=world.security, source=other, reason="A typing error.")
    with pytest.raises(Conflict, match="ended"):
        services.confirm_source(actor=second, source=other)


def test_no_word_of_it_is_changed_afterwards(world):
    row = in_force(world)
    for name, value in (("packages", ["numpy"]), ("index", "https://evil.example"), ("ends_at", row.ends_at + YEAR)):
        setattr(row, name, value)
        with pytest.raises(DatabaseError), transaction.atomic():
            row.save(update_fields=[name])


# Being over ----------------------------------------------------------------------------------------------------------


def test_at_the_very_moment_it_ends_it_is_absent(world):
    row = in_force(world)
    tick = timedelta(microseconds=1)

    assert live_sources(row.ends_at - tick) == [row]
    assert live_sources(row.ends_at) == []
    assert [row.state(row.ends_at - tick), row.state(row.ends_at)] == ["active", "expired"]


def test_before_its_first_day_it_is_absent(world):
    row = in_force(world, starts_at=clock.now() + timedelta(days=5))

    assert (row.state(), live_sources()) == ("waiting", [])
    assert live_sources(row.starts_at) == [row]


@pytest.mark.parametrize("part", ["security", "admin", "lead"])  # the lead answers for it
def test_it_is_ended_at_once_by_one_person(world, part):
    row = services.end_source(actor=getattr(world, part), source=in_force(world), reason="The account was stolen.")

    assert (row.state(), live_sources(), kinds(row)[-1]) == ("ended", [], "dependencies.source.ended")
    with pytest.raises(Conflict, match="over"):
        services.end_source(actor=world.security, source=row, reason="Again.")


def test_ending_wants_a_reason_and_somebody_who_may(world):
    row = in_force(world)
    with pytest.raises(Invalid):
        services.end_source(actor=world.security, source=row, reason=" ")
    for part in ("business", "auditor", "stranger"):
        with pytest.raises(NotAllowed):
            services.end_source(actor=getattr(world, part), source=row, reason="No.")


# What it does --------------------------------------------------------------------------------------------------------


def test_a_requirement_is_covered_by_a_source_and_what_begins_alike_is_not(world):
    in_force(world)
    lock = record_set(actor=world.ci, path="requirements.txt", content="scikit-learn==1.9.1\nscikit-learn-extra==0.3.0\n")
    trusted, other = lock.requirements.select_related("set").order_by("name")
    graph = graph_of([trusted, other], scope=world.use_case.public_id, at=clock.now())

    assert graph.missing(trusted, ["safe-to-run"]) == {}
    assert graph.missing(other, ["safe-to-run"])
    later = graph_of([trusted], scope="", at=clock.now() + YEAR)
    assert later.missing(trusted, ["safe-to-run"])


def test_an_extra_index_in_the_lock_takes_the_trust_away(world):
    in_force(world)
    content = "--extra-index-url https://corp.example/simple\nscikit-learn==1.9.1\n"
    lock = record_set(actor=world.ci, path="requirements.txt", content=content)
    row = lock.requirements.select_related("set").get()

    assert graph_of([row], scope="", at=clock.now()).missing(row, ["safe-to-run"])


def test_a_mirror_needs_its_facts_and_says_for_whom_it_stands(world):
    original = in_force(world)
    mirror = in_force(
        world, kind="mirror", title="Our mirror", index="https://mirror.corp.example/pypi", mirror_of="https://pypi.org/simple",
        publisher="", packages=[], criteria=[], presets={}, operator="IT", snapshot_on=date(2026, 11, 1), terms="As PyPI's.",
    )  # fmt: skip

    assert mirrors_of(original) == [mirror]
    content = "--index-url https://mirror.corp.example/pypi/\nscikit-learn==1.9.1\n"
    row = record_set(actor=world.ci, path="requirements.txt", content=content).requirements.select_related("set").get()
    assert graph_of([row], scope="", at=clock.now()).missing(row, ["safe-to-run"]) == {}


def test_all_that_hold_are_one_query(world):
    for number in range(3):
        in_force(world, title=str(number))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(live_sources(datetime.now(UTC))) == 3
    assert len(asked) == 1


# Over HTTP and on pages ----------------------------------------------------------------------------------------------


def test_the_api_adds_confirms_lists_and_ends(world):
    body = {**said(world), "owner": "lead", "ends_at": (clock.now() + YEAR).isoformat()}
    made = world.api("security").post(URL, body, content_type="application/json")
    assert made.status_code == 201, made.content
    one = f"{URL}/{made.json()['id']}"

    assert made.json()["state"] == "proposed"
    assert world.api("security").post(f"{one}/confirm").status_code == 403
    assert world.api("admin").post(f"{one}/confirm").json()["state"] == "active"
    assert [row["id"] for row in world.api("lead").get(f"{URL}?in_force=1").json()["results"]] == [made.json()["id"]]
    ended = world.api("security").post(f"{one}/end", {"reason": "Enough."}, content_type="application/json")
    assert (ended.json()["state"], ended.json()["confirmed_by"]) == ("ended", "admin")
    assert world.api("lead").get(f"{URL}?in_force=1").json()["results"] == []
    assert {row["key"] for row in world.api("lead").get("/api/v1/source-examples").json()} >= {"scikit-learn", "tensorflow"}


def test_the_api_tells_an_unknown_owner_and_an_unknown_field(world):
    body = {**said(world), "owner": "nobody", "ends_at": (clock.now() + YEAR).isoformat()}

    refused = world.api("security").post(URL, body, content_type="application/json").json()
    assert [item["field"] for item in refused["errors"]] == ["owner"]
    refused = world.api("security").post(URL, {**body, "owner": "lead", "package": "x"}, content_type="application/json").json()
    assert [item["field"] for item in refused["errors"]] == ["package"]


def test_an_example_fills_the_form_and_is_in_force_after_two_people_sent_it(world):
    client = world.client("security")
    page = client.get("/dependencies/sources/new/?example=scikit-learn")
    form = page.context["form"]
    data = {name: value for name in form.fields if (value := form[name].value()) is not None}
    sent = client.post("/dependencies/sources/new/?example=scikit-learn", data)
    assert sent.status_code == 302, sent.context["form"].errors
    row = Source.objects.get()

    assert (row.packages, row.criteria, row.owner) == (["scikit-learn"], ["safe-to-deploy"], world.security.user)
    assert "native/code" in row.presets
    assert "You added this yourself" in text_of(client.get(f"/dependencies/sources/{row.public_id}/"))
    assert client.post(f"/dependencies/sources/{row.public_id}/confirm/").status_code == 403
    assert world.client("admin").post(f"/dependencies/sources/{row.public_id}/confirm/").status_code == 302
    assert live_sources() == [row]


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_where_it_went_wrong(world):
    page = world.client("security").post(
        "/dependencies/sources/new/",
        {"kind": "package", "title": "X", "ecosystem": "pypi", "index": "pypi.org", "packages": "a*", "reason": "r", "owner": "lead",
         "criteria": ["safe-to-run"], "ends_at": (clock.now() + timedelta(days=9)).date().isoformat()},
    )  # fmt: skip

    assert page.status_code == 400
    assert {"index", "packages"} <= set(page.context["form"].errors)
    assert "a*" in text_of(page)


def test_the_list_shows_what_is_over_and_costs_the_same_for_few_and_many(world, django_assert_max_num_queries):
    for number in range(20):
        in_force(world, title=f"Source {number}")
    services.end_source(actor=world.security, source=in_force(world, title="Gone"), reason="Stolen.")
    client = world.client("lead")

    with django_assert_max_num_queries(12):
        page = client.get("/dependencies/sources/")
    assert "Source 19" in text_of(page)
    assert "Gone" in text_of(page)
    assert "Only a security reviewer" in text_of(page)


def test_the_page_of_a_package_names_the_sources_that_vouch_for_it_and_for_no_add_on(world):
    in_force(world)
    record_set(actor=world.ci, path="requirements.txt", content="scikit-learn==1.9.1\nscikit-learn-extra==0.3.0\n")
    client = world.client("lead")

    assert "Trusted without a review" in text_of(client.get("/dependencies/packages/scikit-learn/"))
    assert "Trusted without a review" not in text_of(client.get("/dependencies/packages/scikit-learn-extra/"))
