"""The answer about lock files on pages and over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation import clock
from governance.dependencies import services
from governance.dependencies.models import Review
from governance.usecases import conditions
from governance.usecases import services as usecases
from tests.dependencies.judged import NAME, good_release, lock_text, locked, up_to_date
from tests.dependencies.osv import record
from tests.dependencies.released import READS, released
from tests.dependencies.test_rulings import in_force, second

SHA = "sha256:" + "e" * 64


@pytest.fixture
def release(world):
    return good_release(world)


@pytest.fixture
def lock(world, release, push):
    """A lock file that the newest version of the use case came with."""
    push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])
    return locked(world, release)


def loose_lock(world, push, version="8"):
    push(version, dependency_sets=[{"path": "requirements.txt", "content": f"joblib==1.4.2 --hash={SHA}\nnumpy>=1\n"}])
    return services.record_set(actor=world.ci, path="requirements.txt", content=f"joblib==1.4.2 --hash={SHA}\nnumpy>=1\n")


# The page of a lock file -----------------------------------------------------------------------------------------------


def test_the_page_says_what_is_covered_by_what_and_until_when(world, lock):
    up_to_date(world)
    page = world.client("scientist").get(f"/dependencies/{lock.public_id}/").text

    review = Review.objects.get()
    assert "May it be used for Customer churn" in page
    assert "All packages may be used." in page
    assert f"/dependencies/reviews/{review.public_id}/" in page
    assert "1 package may be used" in page
    assert "input and output points verified" in page


def test_the_page_says_what_is_missing_what_to_do_and_whose_move_it_is(world, push):
    lock = loose_lock(world, push)
    page = world.client("scientist").get(f"/dependencies/{lock.public_id}/").text

    assert "May not be used: 2 of 2." in page
    assert "Nobody vouches that it is: input and output points verified, safe to deploy." in page
    assert "Move of: Security reviewer." in page
    assert f"package=joblib&amp;version=1.4.2&amp;use_case={world.use_case.public_id}" in page
    assert "No version is pinned: what is installed can change." in page
    assert "No advisories were imported, so nobody knows which flaws there are." in page


def test_a_flaw_leads_to_where_its_acceptance_is_asked_for(world, lock):
    up_to_date(world, record("CVE-2026-9", NAME))
    page = world.client("scientist").get(f"/dependencies/{lock.public_id}/").text

    assert "It has the flaw CVE-2026-9 (high), fixed in 3.0." in page
    assert "advisory=CVE-2026-9" in page


def test_one_may_look_at_it_for_each_use_case_that_rests_on_it_and_that_one_sees(world, lock, release):
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Another case")
    from lineage.services.versions import register_model_version

    data = {
        "name": "m",
        "version": "1",
        "commit": "d" * 40,
        "dependency_sets": [{"path": "requirements.txt", "content": lock_text(release)}],
    }
    register_model_version(actor=world.lead, use_case=other, data=data)
    path = f"/dependencies/{lock.public_id}/"

    assert "May it be used for Another case" in world.client("lead").get(path).text
    assert "May it be used for Customer churn" in world.client("lead").get(f"{path}?use_case=churn").text
    assert "Another case" not in world.client("scientist").get(f"{path}?use_case=other").text
    page = world.client("stranger").get(f"{path}?use_case=churn").text
    assert "Customer churn" not in page
    assert "held against the highest risk" in page


def test_the_page_takes_few_statements_however_many_packages(world, lock):
    client = world.client("scientist")
    many = "\n".join(f"package-{number}==1.0 --hash={SHA}" for number in range(300))
    large = services.record_set(actor=world.ci, path="large.txt", content=many + "\n")
    counts = []
    for row in (lock, large):
        with clock.at(clock.now()):  # however long it takes, the count in the navigation is known the second time
            client.get(f"/dependencies/{row.public_id}/")
            with CaptureQueriesContext(connection) as statements:
                assert client.get(f"/dependencies/{row.public_id}/").status_code == 200
        counts.append(len(statements))
    assert max(counts) <= 22, "\n".join(item["sql"][:150] for item in statements)


# The tab and the conditions of stages ------------------------------------------------------------------------------------


def test_the_tab_of_the_use_case_names_the_answer_of_each_lock(world, lock):
    up_to_date(world)
    page = world.client("business").get("/use-cases/churn/dependencies/").text

    assert "All packages may be used." in page
    assert f"/dependencies/{lock.public_id}/?use_case=churn#status" in page
    assert "Reviewed: 1" in page


@pytest.mark.parametrize("key", ["dependencies.reviewed", "dependencies.no_known_flaws"])
def test_a_stage_may_ask_for_it(world, push, lock, key):
    up_to_date(world)
    assert conditions.evaluate(world.use_case, [key])[key].state == "met"
    loose_lock(world, push)
    found = conditions.evaluate(world.use_case, [key])[key]
    assert found.state == ("unmet" if key == "dependencies.reviewed" else "met")  # of no version of these is a flaw known
    assert found.url == "/use-cases/churn/dependencies/"
    assert ("joblib: Nobody vouches" in found.said) == (found.state == "unmet")


def test_without_a_version_or_a_lock_it_is_not_met(world, push):
    keys = ["dependencies.reviewed", "dependencies.no_known_flaws"]
    assert {answer.state for answer in conditions.evaluate(world.use_case, keys).values()} == {"unmet"}
    push(dependency_sets=[])
    assert {answer.state for answer in conditions.evaluate(world.use_case, keys).values()} == {"unknown"}


def test_a_flaw_that_becomes_known_unmeets_the_condition_at_once(world, lock):
    key = "dependencies.no_known_flaws"
    assert conditions.evaluate(world.use_case, [key])[key].state == "unknown"
    up_to_date(world, record("CVE-2026-9", NAME))
    found = conditions.evaluate(world.use_case, [key])[key]
    assert (found.state, "CVE-2026-9" in found.said) == ("unmet", True)


# Over HTTP -----------------------------------------------------------------------------------------------------------


def ask(world, lock, query="", part="scientist"):
    return world.client(part).get(f"/api/v1/dependency-sets/{lock.public_id}/status{query}")


def test_the_answer_over_http_has_reasons_requirements_data_and_evidence(world, lock):
    up_to_date(world)
    found = ask(world, lock, "?use_case=churn").json()

    assert (found["verdict"], found["tier"], found["use_case"]) == ("allow", "high", "churn")
    assert set(found["parts"].values()) == {"allow"}
    row = found["requirements"][0]
    assert (row["name"], row["verdict"], row["missing"]) == (NAME, "allow", [])
    assert [item["caveat"] for item in row["covered"]] == ["review", "review"]
    assert found["evidence"]["review"] == [Review.objects.get().public_id]
    assert found["data"]["state"] == "fresh"
    assert found["facts_digest"].startswith("sha256:")


def test_the_answer_of_then_can_be_asked_for(world, lock):
    up_to_date(world)
    then = ask(world, lock, "?use_case=churn").json()
    up_to_date(world, record("CVE-2026-9", NAME))
    assert ask(world, lock, "?use_case=churn").json()["verdict"] == "deny"

    at = then["at"].replace("+", "%2B")
    again = ask(world, lock, f"?use_case=churn&at={at}").json()
    assert again == then


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?use_case=nothing", "use_case"),
        ("?at=yesterday", "at"),
        ("?at=2026-01-01T00:00:00", "at"),
        ("?at=2026-13-45T00:00:00Z", "at"),
        ("?at=2999-01-01T00:00:00Z", "at"),
    ],
)
def test_what_cannot_be_answered_is_refused_at_its_field(world, lock, query, field):
    found = ask(world, lock, query)
    assert found.status_code == 400
    assert found.json()["errors"][0]["field"] == field


def test_a_use_case_that_one_may_not_see_is_none(world, lock):
    assert ask(world, lock, "?use_case=churn", "stranger").status_code == 400
    assert ask(world, lock, "", "stranger").status_code == 200


def test_a_program_may_read_the_answer(world, lock):
    path = f"/api/v1/dependency-sets/{lock.public_id}/status?use_case=churn"
    answer = Client().get(path, headers={"authorization": f"Bearer {world.ci_secret}"})
    assert answer.json()["verdict"] == "unknown"


def test_an_exemption_that_ended_is_absent_in_the_same_instant(world, push, monkeypatch):
    lock = loose_lock(world, push)
    ruling = in_force(world, criteria=["safe-to-deploy", "io-verified"], expires_at=clock.now() + timedelta(days=3))
    first = ask(world, lock, "?use_case=churn").json()["requirements"][0]
    assert (first["missing"], first["covered"][0]["path"]) == ([], [ruling.public_id])

    end = ruling.expires_at
    monkeypatch.setattr(clock, "now", lambda: end)
    assert ask(world, lock, "?use_case=churn").json()["requirements"][0]["missing"] == ["io-verified", "safe-to-deploy"]


def test_rulings_of_the_organisation_count_without_a_use_case(world, push):
    lock = loose_lock(world, push)
    services.block(actor=second(world), name="joblib", reason="Stolen account.")
    found = ask(world, lock).json()["requirements"][0]
    assert {"blocked"} <= {reason["code"] for reason in found["reasons"]}


def test_a_release_of_another_package_does_not_help(world, lock):
    released({"other/a.py": READS}, "1.0", "other")
    assert ask(world, lock).json()["requirements"][0]["missing"] == []


def test_a_list_with_very_many_packages_is_answered_only_when_somebody_asks(world, monkeypatch):
    from governance.dependencies.views import status as view

    monkeypatch.setattr(view, "MOST_ON_A_PAGE", 1)
    lock = services.record_set(actor=world.ci, path="many.txt", content=f"a==1 --hash={SHA}\nb==1 --hash={SHA}\n")
    path = f"/dependencies/{lock.public_id}/"
    page = world.client("scientist").get(path).text
    assert "It asks for 2 packages. To answer about all of them takes some seconds." in page
    assert "Nobody vouches" not in page
    assert "Nobody vouches" in world.client("scientist").get(f"{path}?whole=1").text


def test_a_very_long_list_is_read_in_pieces_and_answered_all_the_same(world, release, monkeypatch):
    from governance.dependencies.selectors import status as selector

    up_to_date(world)
    lock = services.record_set(
        actor=world.ci,
        path="many.txt",
        content=lock_text(release) + "".join(f"p-{number}==1 --hash={SHA}\n" for number in range(20)),
    )
    whole = selector.status_of([lock], use_case=world.use_case)
    monkeypatch.setattr(selector, "MOST_ROWS", 3)
    pieces = selector.status_of([lock], use_case=world.use_case, at=whole.facts.at)
    assert pieces.facts == whole.facts
    assert [row.verdict for row in pieces.requirements].count("allow") == 1


def test_the_page_of_a_version_names_the_answer(world, lock):
    up_to_date(world)
    version = world.use_case.model_versions.get()
    assert "All packages may be used." in world.client("business").get(f"/models/{version.public_id}/").text
    up_to_date(world, record("CVE-2026-9", NAME))
    assert "May not be used: 1 of 1." in world.client("business").get(f"/models/{version.public_id}/").text
