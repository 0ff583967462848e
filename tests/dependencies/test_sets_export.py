"""A lock file as CycloneDX, with what is in force about the flaws that are known in it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from foundation import clock
from governance.dependencies.lockfiles import parse
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors.exports import cyclonedx_of
from governance.dependencies.services import record_set
from tests.dependencies.osv import imported, record
from tests.dependencies.samples import SAMPLES
from tests.dependencies.test_rulings import flaw as asked_flaw
from tests.dependencies.test_rulings import in_force, recommended

TEXT = "numpy==2.0.0\njoblib==1.4.2\nnumpy==2.0.0 ; python_version < '3'\nopen>=1\n"
FLAW = {
    "effect": "accept",
    "criteria": [],
    "name": "numpy",
    "specifier": "==2.0.0",
    "advisory": "PYSEC-1",
    "reason": "Never called.",
}


@pytest.fixture
def locked(world) -> DependencySet:
    """A lock file with a flaw of numpy that has two names and a fix, and one of a package whose version is open."""
    imported(
        world.security,
        record("GHSA-1", aliases=["CVE-1"]),
        record("PYSEC-1", aliases=["CVE-1"]),
        record("GHSA-2", "open", fixed=""),
        record("GHSA-3", "other"),
    )
    return record_set(actor=world.ci, path="train/requirements.txt", content=TEXT)


def flaws(row: DependencySet, **more) -> dict[str, dict]:
    return {one["id"]: one for one in cyclonedx_of(row, **more)["vulnerabilities"]}


def said(body: dict) -> dict[str, str]:
    return {item["name"].removeprefix("countersign:"): item["value"] for item in body["metadata"]["properties"]}


def test_a_flaw_that_nobody_judged_is_in_triage_once_whatever_it_is_called(locked):
    found = flaws(locked)

    assert found.keys() == {"CVE-1", "GHSA-2"}
    assert found["CVE-1"]["affects"] == [{"ref": "pkg-0"}, {"ref": "pkg-2"}]
    assert {item["id"] for item in found["CVE-1"]["references"]} == {"GHSA-1", "PYSEC-1"}
    assert (found["CVE-1"]["analysis"]["state"], found["CVE-1"]["analysis"]["response"]) == ("in_triage", ["update"])
    assert found["CVE-1"]["recommendation"] == "Fixed in 3.0."
    assert "Nobody can tell" in found["GHSA-2"]["analysis"]["detail"]


def test_what_was_accepted_with_a_reason_does_no_harm_and_without_one_is_borne(world, locked):
    in_force(world, **FLAW, justification="code_not_reachable", use_case=world.use_case)

    (inside,) = (one["analysis"] for one in flaws(locked, use_case=world.use_case).values() if one["id"] == "CVE-1")
    assert (inside["state"], inside["justification"], inside["detail"]) == ("not_affected", "code_not_reachable", "Never called.")
    assert inside["lastUpdated"]
    assert flaws(locked)["CVE-1"]["analysis"]["state"] == "in_triage"  # elsewhere nobody judged it


def test_without_a_reason_of_cyclonedx_the_flaw_is_there_and_borne(world, locked):
    in_force(world, **FLAW, justification="", use_case=world.use_case)

    found = flaws(locked, use_case=world.use_case)["CVE-1"]["analysis"]
    assert (found["state"], found["response"]) == ("exploitable", ["will_not_fix"])
    assert "justification" not in found


def test_what_was_only_asked_or_has_run_out_is_absent_in_the_same_instant(world, locked):
    recommended(world, asked_flaw(world, **{**FLAW, "use_case": world.use_case}))
    assert flaws(locked, use_case=world.use_case)["CVE-1"]["analysis"]["state"] == "in_triage"

    row = in_force(world, **{**FLAW, "specifier": "==2.0.*"}, justification="code_not_present", use_case=world.use_case)
    before = row.expires_at - timedelta(microseconds=1)
    assert flaws(locked, use_case=world.use_case, at=before)["CVE-1"]["analysis"]["state"] == "not_affected"
    assert flaws(locked, use_case=world.use_case, at=row.expires_at)["CVE-1"]["analysis"]["state"] == "in_triage"


def test_the_document_says_on_which_data_it_rests_and_what_that_does_not_cover(world, locked):
    conda = record_set(actor=world.ci, path="environment.yml", content=SAMPLES["environment.yml"])

    assert said(cyclonedx_of(locked))["advisories"].startswith("sha256:")
    assert "advisories_missing_for" not in said(cyclonedx_of(locked))
    assert said(cyclonedx_of(conda))["advisories_missing_for"] == "conda"


def test_without_any_data_no_flaw_is_no_answer(world):
    row = record_set(actor=world.ci, path="requirements.txt", content=TEXT)
    body = cyclonedx_of(row)

    assert body["vulnerabilities"] == []
    assert said(body)["advisories"].startswith("none")
    assert said(body)["advisories_missing_for"] == "pypi"


def test_the_same_judgement_is_the_same_document_and_another_one_is_not(world, locked):
    at = clock.now()
    first = cyclonedx_of(locked, at=at)

    assert cyclonedx_of(locked, at=at) == first
    assert cyclonedx_of(locked, use_case=world.use_case, at=at)["serialNumber"] != first["serialNumber"]


@pytest.mark.parametrize("path", SAMPLES)
def test_what_is_written_of_any_format_can_be_read_again(world, path):
    row = record_set(actor=world.ci, path=path, content=SAMPLES[path])
    again = parse("bom.json", json.dumps(cyclonedx_of(row)))
    services = [item for item in row.requirements.all() if item.ecosystem == "service"]
    others = [item for item in row.requirements.all() if item.ecosystem != "service"]

    assert [(item.ecosystem, item.name, item.version) for item in again.requirements] == [
        (item.ecosystem, item.name, item.version) for item in [*others, *services]
    ]  # fmt: skip
    assert {problem.code for problem in again.problems} <= {"purl_differs"}


def test_many_packages_cost_no_more_questions(world, locked, django_assert_max_num_queries):
    many = record_set(actor=world.ci, path="requirements.txt", content=TEXT + "".join(f"a{number}==1\n" for number in range(900)))

    with django_assert_max_num_queries(8):
        assert len(cyclonedx_of(many)["components"]) == 904


def test_it_is_taken_along_from_the_page_and_over_http(world, locked):
    page = world.client("scientist").get(f"/dependencies/{locked.public_id}/cyclonedx.json?use_case=churn")
    over = world.api("ci").get(f"/api/v1/dependency-sets/{locked.public_id}/cyclonedx")

    assert page.headers["Content-Type"].startswith("application/vnd.cyclonedx+json")
    assert page.headers["Content-Disposition"] == f'attachment; filename="{locked.public_id}.cdx.json"'
    assert said(json.loads(page.content))["use_case"] == "churn"
    assert over.json()["specVersion"] == "1.6"


def test_who_does_not_see_a_use_case_cannot_ask_for_its_rulings(world, locked):
    address = f"/dependencies/{locked.public_id}/cyclonedx.json?use_case=churn"

    assert world.client("stranger").get(address).status_code == 404
    answer = world.api("stranger").get(f"/api/v1/dependency-sets/{locked.public_id}/cyclonedx?use_case=churn")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "use_case")
    assert world.client("stranger").get(address.partition("?")[0]).status_code == 200
