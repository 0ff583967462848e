"""What has a flaw is found when somebody asks: for a lock file, for every model at once, on pages and over HTTP."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock, outbox
from foundation.models import OutboxEvent
from governance.dependencies import advisories as engine
from governance.dependencies.models import AdvisoryImport, Ruling
from governance.dependencies.selectors.advisories import affected_model_versions, affected_sets, findings_for, reach_of, reaching
from governance.dependencies.services.advisory_news import new_flaws
from governance.people.models import Notice
from governance.usecases import services as usecases
from lineage import readers
from tests.conftest import LOCK
from tests.dependencies.osv import imported, record, zipped

NUMPY = ("pypi", "numpy", "2.0.0")
PANDAS = ("pypi", "pandas", "2.2.0")


@pytest.fixture
def runs(monkeypatch) -> Any:
    """Says which versions run in production."""

    def set_running(*rows: Any) -> None:
        monkeypatch.setattr(readers, "_running", [lambda: {row.pk: ["Production"] for row in rows}])

    set_running()
    return set_running


# Findings ------------------------------------------------------------------------------------------------------------


def test_without_data_nothing_is_known_and_nothing_is_covered(db):
    found = findings_for([NUMPY])

    assert (found.snapshot, found.findings, found.covers("pypi")) == (None, {NUMPY: []}, False)


def test_a_lock_is_matched_in_three_queries_and_where_the_data_is_known_in_two(world):
    rows = [record(f"GHSA-{number}", f"package-{number}") for number in range(60)]
    run = imported(world.security, *rows)
    pins = [("pypi", f"package-{number}", "1.0") for number in range(100)]

    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = findings_for(pins)
    assert len(asked) == 3
    assert sum(bool(listed) for listed in found.findings.values()) == 60
    with CaptureQueriesContext(connection) as asked:
        findings_for(pins, snapshot=run.snapshot)
    assert len(asked) == 2


def test_names_are_compared_as_their_ecosystem_does_and_answers_are_by_the_pin_as_asked(world):
    imported(world.security, record("GHSA-1", "Foo_Bar"), record("GHSA-2", "numpy", fixed=""))
    pins = [("pypi", "foo-bar", "1.0"), ("pypi", "Foo.Bar", ""), ("pypi", "numpy", "nonsense"), ("conda", "numpy", "2.0")]
    found = findings_for(pins)

    answers = [[(one.answer, one.why) for one in found.findings[pin]] for pin in pins]
    assert answers == [[("affected", "")], [("undecided", "version")], [("undecided", "version")], []]
    assert not found.covers("conda")


def test_what_findings_say_is_what_the_engine_says_over_the_records_themselves(world):
    bodies = [
        record("A", aliases=["CVE-1"], fixed="2.0.0"), record("B", aliases=["CVE-1"], fixed="2.5", severity="LOW"),
        record("C", withdrawn="2026-01-01T00:00:00Z"), record("D", "pandas", fixed=""), record("E", "pandas", severity=""),
    ]  # fmt: skip
    imported(world.security, *bodies)
    rows = [engine.read_record("a.json", json.dumps(body).encode()) for body in bodies]
    index = engine.Index([span for row in rows for span in engine.spans_of(row)], engine.merged(rows))
    pins = [("pypi", name, version) for name in ("numpy", "pandas") for version in ("1.9", "2.0.0", "2.4", "3.0", "")]

    assert findings_for(pins).findings == {pin: index.match(*pin) for pin in pins}


def test_the_database_leaves_out_no_span_that_the_engine_would_find(world):
    """It reads of a package what may lie between the oldest and the newest version that is asked for, and whatever cannot be compared."""
    source = random.Random(11)
    versions = ["0.9", "1.0", "1.0.post1", "1.1rc1", "1.10", "2.0", "2!0.1", "10.0"]
    bodies = []
    for number in range(120):
        name, ecosystem = source.choice([("numpy", "PyPI"), ("pandas", "PyPI"), ("left-pad", "npm"), ("curl", "Alpine")])
        introduced, fixed = source.choice(["0", *versions]), source.choice(versions)
        kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
        affected: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
        if number % 3:
            ends = {source.choice(["fixed", "last_affected"]): fixed}
            affected["ranges"] = [{"type": kind, "events": [{"introduced": introduced}, ends]}]
        else:
            affected["versions"] = source.sample(versions, 2)
        bodies.append(record(f"A-{number}", affected=[affected]))
    imported(world.security, *bodies)
    rows = [engine.read_record("a.json", json.dumps(body).encode()) for body in bodies]
    index = engine.Index([span for row in rows for span in engine.spans_of(row)], engine.merged(rows))
    kinds = sorted({(item.ecosystem, item.name) for row in rows for item in row.affected})
    assert len(kinds) == 4
    every = [(*kind, version) for kind in kinds for version in (*versions, "nonsense", "")]

    for pins in ([pin] for pin in every):
        assert findings_for(pins).findings == {pin: index.match(*pin) for pin in pins}
    for _again in range(20):
        pins = source.sample(every, 4)
        assert findings_for(pins).findings == {pin: index.match(*pin) for pin in pins}


# What it reaches -----------------------------------------------------------------------------------------------------


def test_a_new_record_reopens_every_model_that_rests_on_it_at_once(world, push, runs):
    old, new = push("6"), push("7")
    other = push("8", dependency_sets=[])
    imported(world.security, record("GHSA-0", "torch"))
    assert reaching() == {}
    imported(world.security, record("GHSA-0", "torch"), record("GHSA-1"))

    found = reaching()["GHSA-1"]
    assert (set(found.pins), found.is_certain) == ({NUMPY}, True)
    rows = affected_model_versions(world.lead, found)
    assert [row.public_id for row in rows] == [new.public_id, old.public_id]
    assert other.public_id not in {row.public_id for row in rows}
    assert affected_sets(found) == list(rows[0].sets)
    runs(old)
    rows = affected_model_versions(world.lead, found)
    assert [(row.public_id, row.environments) for row in rows] == [(old.public_id, ("Production",)), (new.public_id, ())]


def test_nobody_is_told_of_models_that_they_may_not_see(world, push, runs):
    push("7")
    imported(world.security, record())
    found = reach_of("GHSA-1")

    assert found is not None
    assert affected_model_versions(world.stranger, found) == []


def test_only_a_flaw_that_a_pin_did_not_have_under_any_name_is_news(world, push):
    push("7")
    first = imported(world.security, record("PYSEC-1", aliases=["CVE-1"]), record("X", "pandas", fixed="1.0")).snapshot
    second = imported(
        world.security,
        record("PYSEC-1", aliases=["CVE-1"], summary="In other words"),
        record("GHSA-1", aliases=["CVE-1"], fixed="4.0"),
        record("X", "pandas", fixed="9.0"),
    ).snapshot
    packages = [("pypi", "numpy"), ("pypi", "pandas")]

    assert [item.group.key for item in new_flaws(packages, first, None)] == ["CVE-1"]
    assert [(item.group.key, set(item.pins)) for item in new_flaws(packages, second, first)] == [("X", {PANDAS})]


def test_security_and_leads_hear_of_what_is_new_once_with_what_runs_first(world, push, runs):
    push("7")
    case = usecases.open_use_case(actor=world.lead, slug="fraud", title="Fraud")
    from lineage.services.versions import register_model_version

    said = {"name": "fraud", "version": "1", "commit": "a" * 40, "dirty": False,
            "dependency_sets": [{"path": "requirements.txt", "content": LOCK}]}  # fmt: skip
    running = register_model_version(actor=world.lead, use_case=case, data=said).model_version
    runs(running)
    imported(world.security, record("GHSA-0", severity="LOW"), record("GHSA-1", "pandas", severity="CRITICAL"))
    assert OutboxEvent.objects.get(topic="dependencies.advisories.imported").payload["packages"] == [
        ["pypi", "numpy"], ["pypi", "pandas"],
    ]  # fmt: skip
    outbox.deliver()

    notices = {row.user: row for row in Notice.objects.filter(kind="dependencies.flaws_found")}
    assert set(notices) == {world.lead.user, world.security.user}
    assert notices[world.lead.user].data["case"] == "Fraud"
    assert notices[world.lead.user].data["environments"] == "Production"
    assert notices[world.security.user].data["case"] == "Customer churn"  # the other one they do not see
    assert notices[world.security.user].data["flaw"] == "GHSA-1"
    from governance.people.notices import text_of

    assert "2. First of all GHSA-1 in pandas 2.2.0, used by Fraud, which runs in Production." in text_of(notices[world.lead.user])
    imported(world.security, record("GHSA-0", severity="LOW"), record("GHSA-1", "pandas", severity="CRITICAL"))
    outbox.deliver()
    assert Notice.objects.filter(kind="dependencies.flaws_found").count() == 2


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.markup
def test_the_list_says_how_old_the_data_is_and_what_reaches_us(world, push):
    push("7")
    client = world.client("scientist")
    empty = client.get("/dependencies/advisories/").content.decode()
    assert "unknown is never a pass" in empty
    assert "Only a security reviewer or an administrator" in empty
    imported(world.security, record("GHSA-1"), record("GHSA-2", "torch", severity="LOW"), record("<b>", "x<script>", severity=""))

    page = client.get("/dependencies/advisories/").content.decode()
    assert "3 records" in page
    assert "&lt;b&gt;" in page
    assert "<script>x" not in page
    assert page.index("numpy 2.0.0") > 0
    shown = client.get("/dependencies/advisories/?affects=on").content.decode()
    assert "GHSA-1" in shown
    assert "GHSA-2" not in shown
    assert "GHSA-2" in client.get("/dependencies/advisories/?severity=low").content.decode()
    assert "GHSA-2" in client.get("/dependencies/advisories/?q=torch").content.decode()
    assert "No flaw fits" in client.get("/dependencies/advisories/?q=nothing").content.decode()


@pytest.mark.markup
def test_the_list_goes_on_page_by_page_in_few_queries(world):
    imported(
        world.security,
        *[record(f"G-{number:03}", f"p{number}", modified=f"2026-11-{1 + number % 20:02}T00:00:00Z") for number in range(120)],
    )
    client = world.client("security")
    seen: list[str] = []
    url = "/dependencies/advisories/"
    while url:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url)
        assert len(asked) <= 20
        seen += [item["row"].group for item in answer.context["flaws"]]
        following = answer.context["next_url"]
        url = f"/dependencies/advisories/{following}" if following else ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.markup
def test_the_page_of_a_flaw_shows_who_has_it_and_who_accepted_it(world, push, runs):
    row = push("7")
    runs(row)
    imported(world.security, record("GHSA-1", aliases=["CVE-1", "X 9/ü"]), record("PYSEC-1", aliases=["CVE-1"], fixed="2.9"))
    now = clock.now()
    Ruling.objects.create(
        effect="accept", name="numpy", advisory="PYSEC-1", reason="Not reachable here.", created_by=world.security.user, created_at=now,
        expires_at=now.replace(year=now.year + 1), recommendation="yes", recommended_by=world.security.user, recommended_at=now,
        decision="yes", decided_by=world.lead.user, decided_at=now,
    )  # fmt: skip
    client = world.client("lead")
    for name in ("CVE-1", "GHSA-1", "PYSEC-1", "X 9/ü"):
        page = client.get(f"/dependencies/advisories/{name}/")
        assert page.status_code == 200, name
    text = page.content.decode()
    for said in (
        "churn-model@7",
        "Production",
        "fixed in 2.9, 3.0",
        "Not reachable here.",
        "&lt; 3",
        "/dependencies/rulings/ask/?advisory=CVE-1&amp;ecosystem=pypi&amp;name=numpy",
    ):
        assert said in text, said
    assert client.get("/dependencies/advisories/CVE-9999/").status_code == 404


@pytest.mark.markup
def test_a_file_goes_in_by_the_page_and_what_became_of_it_is_told(world):
    client = world.client("security")
    assert client.post("/dependencies/advisories/imports/", {}).status_code == 400
    assert client.post("/dependencies/advisories/imports/", {"url": "http://user:x@host.example/"}).status_code == 400
    file = SimpleUploadedFile("all.zip", zipped([record()], broken__json=b"{"))
    answer = client.post("/dependencies/advisories/imports/", {"file": file})
    assert answer.status_code == 302
    run = AdvisoryImport.objects.get()
    from foundation import jobs

    assert "being imported" in client.get(answer["Location"]).content.decode()
    jobs.run(run.job_id)
    page = client.get(answer["Location"]).content.decode()
    assert "broken.json cannot be read" in page
    few = imported(world.security, data=zipped([], a__json=b"{"))
    assert "The import stopped" in client.get(f"/dependencies/advisories/imports/{few.public_id}/").content.decode()
    listed = client.get("/dependencies/advisories/imports/").content.decode()
    assert "1 new, 0 changed, 0 gone" in listed


@pytest.mark.markup
def test_a_file_that_passes_the_limit_is_refused_by_the_page_and_the_api(world, monkeypatch):
    from governance.usecases import uploads

    monkeypatch.setattr(uploads, "_larger", dict.fromkeys(uploads._larger, 1000))
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    large = lambda: SimpleUploadedFile("all.zip", b"x" * 5000)  # noqa: E731 - read once each
    answer = world.client("security").post("/dependencies/advisories/imports/", {"file": large()})
    assert answer.status_code == 413
    assert "512 MiB" in answer.content.decode()
    assert world.api("security").post("/api/v1/advisory-imports", {"file": large()}).status_code == 413
    assert not AdvisoryImport.objects.exists()


# Over HTTP -----------------------------------------------------------------------------------------------------------


def test_every_answer_names_the_data_that_it_rests_on(world, push):
    push("7")
    api = world.api("ci")
    assert api.get("/api/v1/advisories").json()["rests_on"]["state"] == "missing"
    run = imported(world.security, record("GHSA-1", aliases=["CVE-1"]), record("GHSA-2", "torch"))

    answer = api.get("/api/v1/advisories?affects=1").json()
    assert [item["id"] for item in answer["results"]] == ["CVE-1"]
    assert answer["rests_on"]["snapshot"] == run.snapshot.public_id
    assert answer["rests_on"]["ecosystems"] == [{"ecosystem": "pypi", "count": 2, "newest": "2026-11-20T00:00:00Z"}]
    detail = api.get("/api/v1/advisories/GHSA-1").json()
    assert (detail["id"], detail["aliases"], detail["severity"]) == ("CVE-1", ["CVE-1", "GHSA-1"], "high")
    assert detail["locked"] == [
        {"ecosystem": "pypi", "name": "numpy", "version": "2.0.0", "answer": "affected", "why": "", "fixed": ["3.0"]}
    ]
    assert [item["label"] for item in detail["model_versions"]] == ["churn-model@7"]
    assert detail["affected"] == [{"ecosystem": "pypi", "name": "numpy", "versions": ["< 3"], "fixed": ["3.0"]}]
    assert detail["rests_on"]["snapshot"] == run.snapshot.public_id
    assert api.get("/api/v1/advisories?severity=terrible").status_code == 400
    assert api.get("/api/v1/advisories/NOBODY-1").status_code == 404


def test_a_feed_goes_in_over_http_and_the_same_request_is_carried_out_once(world):
    api = world.api("security")
    send = lambda: api.post(  # noqa: E731 - the file is read once each
        "/api/v1/advisory-imports", {"file": SimpleUploadedFile("all.zip", zipped([record()]))}, headers={"Idempotency-Key": "k"}
    )
    first, second = send(), send()

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["state"] == "queued"
    run = AdvisoryImport.objects.get()
    from foundation import jobs

    jobs.run(run.job_id)
    found = api.get(f"/api/v1/advisory-imports/{run.public_id}").json()
    assert (found["state"], found["counts"]["count"]) == ("done", 1)
    for body in ({}, {"url": "https://a.example/x", "file": "y"}, {"url": "https://u:p@a.example/x"}, {"other": 1}):
        assert api.post("/api/v1/advisory-imports", json.dumps(body), content_type="application/json").status_code == 400
    assert len(api.get("/api/v1/advisory-imports").json()["results"]) == 1
