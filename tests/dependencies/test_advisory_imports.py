"""Known flaws are imported: what comes, what changes, what goes, what is refused, and what was known before."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from config.management.commands import doctor
from foundation import actor as actors
from foundation import audit, clock, jobs, outgoing
from foundation.canonical import digest, digest_bytes
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, Job
from governance.dependencies.models import Advisory, AdvisoryImport, AdvisorySnapshot, AdvisorySpan
from governance.dependencies.selectors.advisories import age, data_age, findings_for, newest_snapshot
from governance.dependencies.services import advisories as services
from governance.dependencies.services import advisory_writing
from governance.dependencies.services.advisory_files import in_words
from governance.people import services as people
from tests.dependencies.osv import carried_out, imported, record, zipped

NUMPY = ("pypi", "numpy", "2.0.0")
OLD, NEW = "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"


def keys_of(pin: tuple[str, str, str], **as_of: Any) -> list[str]:
    return [finding.group.key for finding in findings_for([pin], **as_of).findings[pin]]


def many(count: int, **other: Any) -> list[dict[str, Any]]:
    return [record(f"MANY-{number}", f"package-{number}", **other) for number in range(count)]


# What is written -----------------------------------------------------------------------------------------------------


def test_a_feed_is_imported_and_found(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = imported(world.security, record("GHSA-1", aliases=["CVE-1"]), record("PYSEC-1", aliases=["CVE-1"]))

    assert run.failure == ""
    assert (run.snapshot.count, run.snapshot.added, run.snapshot.newest) == (2, 2, NEW)
    (finding,) = findings_for([NUMPY]).findings[NUMPY]
    assert (finding.group.key, finding.answer, finding.fixed, finding.group.severity) == ("CVE-1", "affected", ("3.0",), "high")
    assert finding.group.ids == {"CVE-1", "GHSA-1", "PYSEC-1"}
    assert not run.file.storage.exists(run.file.name)  # what it said is in the records
    assert [row.leads for row in Advisory.objects.order_by("identifier")] == [True, False]


def test_the_same_bytes_again_write_no_row_but_a_fresh_snapshot(world):
    data = zipped([record("GHSA-1"), record("GHSA-2", "pandas")])
    first = imported(world.security, data=data)
    second = imported(world.admin, data=data)

    assert Advisory.objects.count() == AdvisorySpan.objects.count() == 2
    assert (second.snapshot.added, second.snapshot.changed, second.snapshot.gone, second.snapshot.count) == (0, 0, 0, 2)
    assert second.snapshot.digest == first.snapshot.digest
    assert newest_snapshot() == second.snapshot


def test_only_what_changed_is_written_anew_and_what_was_known_then_is_found_again(world):
    rest = many(20)
    first = imported(world.security, record("GHSA-1", fixed="2.0.0"), record("GHSA-gone"), *rest)
    second = imported(world.security, record("GHSA-1", fixed="2.1.0"), *rest, record("GHSA-new"))

    counts = (second.snapshot.added, second.snapshot.changed, second.snapshot.gone, second.snapshot.count)
    assert counts == (1, 1, 1, 22)
    assert Advisory.objects.count() == 24
    assert keys_of(NUMPY) == ["GHSA-1", "GHSA-new"]
    assert keys_of(NUMPY, snapshot=first.snapshot) == ["GHSA-gone"]


def test_a_new_alias_regroups_records_that_say_the_same_as_before(world):
    before = imported(world.security, record("GHSA-1"), record("PYSEC-1"))
    now = imported(world.security, record("GHSA-1"), record("PYSEC-1", aliases=["GHSA-1"], severity="CRITICAL"))

    assert (now.snapshot.changed, now.snapshot.added) == (2, 0)
    assert keys_of(NUMPY) == ["GHSA-1"]
    assert keys_of(NUMPY, snapshot=before.snapshot) == ["GHSA-1", "PYSEC-1"]
    leader = Advisory.objects.get(identifier="GHSA-1", until=None)
    assert (leader.severity, leader.worst, leader.aliases) == ("high", "critical", ["GHSA-1", "PYSEC-1"])
    assert AdvisorySpan.objects.filter(advisory__until=None).count() == 2  # the spans came along


def test_what_was_withdrawn_is_kept_as_withdrawn_and_matches_nothing(world):
    imported(world.security, record("GHSA-1"), record("GHSA-2"))
    run = imported(world.security, record("GHSA-1", withdrawn="2026-11-19T00:00:00Z"), record("GHSA-2"))

    assert (run.snapshot.count, run.snapshot.gone) == (2, 0)
    assert Advisory.objects.get(identifier="GHSA-1", until=None).withdrawn == "2026-11-19T00:00:00Z"
    assert keys_of(NUMPY) == ["GHSA-2"]


def test_aliases_in_a_circle_and_of_oneself_are_one_flaw(world):
    imported(world.security, record("A", aliases=["B", "A"]), record("B", aliases=["C"]), record("C", aliases=["A"]))

    assert keys_of(NUMPY) == ["A"]
    assert findings_for([NUMPY]).findings[NUMPY][0].group.ids == {"A", "B", "C"}


def test_the_one_event_of_an_import_vouches_for_the_state_after_it(world):
    run = imported(world.security, record())

    kinds = AuditEvent.objects.filter(subject_id=run.public_id).order_by("pk")
    assert [event.kind for event in kinds] == ["dependencies.advisories.asked", "dependencies.advisories.imported"]
    said = json.loads(bytes(kinds.last().body))["data"]
    assert said[audit.STATES] == {"advisory_snapshot": {run.snapshot.public_id: digest(run.snapshot.audit_state())}}
    assert (said["count"], said["added"]) == (1, 1)


# Feeds of several ecosystems -----------------------------------------------------------------------------------------


def test_the_feed_of_one_ecosystem_leaves_the_records_of_others_alone(world):
    imported(world.security, record("GHSA-1"), record("GHSA-2", "pandas"))
    npm = [record(f"GHSA-n{number}", "left-pad", ecosystem="npm", fixed="2.0.0") for number in range(3)]
    both = record("GHSA-both", "left-pad", ecosystem="npm", fixed="2.0.0")
    both["affected"] += record("GHSA-both", "numpy")["affected"]
    run = imported(world.security, *npm, both)

    assert (run.snapshot.count, run.snapshot.gone) == (6, 0)
    assert set(run.snapshot.ecosystems) == {"npm", "pypi"}
    assert run.snapshot.ecosystems["pypi"]["count"] == 3
    assert keys_of(NUMPY) == ["GHSA-1", "GHSA-both"]
    found = findings_for([("npm", "left-pad", "1.0.0")])
    assert len(found.findings["npm", "left-pad", "1.0.0"]) == 4
    assert (found.covers("npm"), found.covers("pypi"), found.covers("cargo")) == (True, True, False)


def test_new_data_of_one_ecosystem_makes_that_of_another_no_newer(world):
    imported(world.security, record(modified=OLD))
    run = imported(world.security, record("GHSA-2", "left-pad", ecosystem="npm", modified=NEW))

    assert run.snapshot.newest == OLD
    now = clock.now()
    assert age(run.snapshot, now, ecosystem="npm") < age(run.snapshot, now, ecosystem="pypi") == age(run.snapshot, now)


def test_a_single_record_is_added_and_makes_nothing_newer_and_covers_nothing(world):
    imported(world.security, *many(3, modified=OLD))
    data = json.dumps(record("OWN-1", "left-pad", ecosystem="npm", fixed="", modified=NEW)).encode()
    run = imported(world.security, data=data, name="own.json")

    assert (run.snapshot.count, run.snapshot.added, run.snapshot.gone, run.snapshot.newest) == (4, 1, 0, OLD)
    found = findings_for([("npm", "left-pad", "1.0.0")])
    assert [finding.group.key for finding in found.findings["npm", "left-pad", "1.0.0"]] == ["OWN-1"]
    assert not found.covers("npm")  # of which nobody imported a feed


# Too few records -----------------------------------------------------------------------------------------------------


def test_far_fewer_records_are_refused_until_somebody_confirms_them(world):
    imported(world.security, *many(10))
    run = imported(world.security, *many(8))

    assert run.failure_code == "advisories.shrinks"
    assert "8 records" in run.failure
    assert "10 now" in run.failure
    assert run.job.state == Job.State.FAILED
    assert Advisory.objects.filter(until=None).count() == 10
    assert run.file.storage.exists(run.file.name)  # to be tried again

    with pytest.raises(NotAllowed):
        services.confirm_advisory_import(actor=world.scientist, run=run)
    done = carried_out(services.confirm_advisory_import(actor=world.admin, run=run))
    assert (done.failure, done.confirmed, done.snapshot.gone, done.snapshot.count) == ("", True, 2, 8)
    with pytest.raises(Conflict):
        services.confirm_advisory_import(actor=world.admin, run=done)


def test_nine_tenths_are_enough(world):
    imported(world.security, *many(10))
    assert imported(world.security, *many(9)).snapshot.gone == 1


def test_a_record_that_cannot_be_read_any_more_still_holds(world):
    imported(world.security, *many(10), record("GHSA-x"))
    run = imported(world.security, data=zipped(many(10), **{"GHSA-x__json": b'{"id": "GHSA-x", "affected": 7}'}))

    assert (run.snapshot.refused, run.snapshot.gone, run.snapshot.count) == (1, 0, 11)
    assert keys_of(NUMPY) == ["GHSA-x"]
    (told,) = run.snapshot.told
    assert told["name"] == "GHSA-x.json"
    assert "no record of OSV" in in_words(told)


# Who, and when it is interrupted -------------------------------------------------------------------------------------


def test_only_security_and_administrators_import(world):
    for part in ("scientist", "lead", "business", "auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            services.import_advisory_file(actor=getattr(world, part), name="a.zip", file=zipped([record()]))
    assert imported(world.admin, record()).failure == ""


def test_whoever_lost_the_role_since_they_asked_imports_nothing(world):
    run = services.import_advisory_file(actor=world.security, name="a.zip", file=zipped([record()]))
    for grant in world.security.user.grants.all():
        people.end_role(actor=world.lead, grant=grant, reason="Left the team")
    run = carried_out(run)

    assert "Only a security reviewer" in run.failure
    assert not Advisory.objects.exists()


def test_a_worker_that_dies_half_way_leaves_nothing_and_the_next_one_does_it_once(world, monkeypatch):
    class Killed(BaseException):
        pass

    run = services.import_advisory_file(actor=world.security, name="a.zip", file=zipped(many(5)))
    insert, calls = advisory_writing.bulk.insert, []

    def dies(rows):
        calls.append(len(rows))
        if len(calls) == 2:  # the records are written, their spans are not
            raise Killed
        insert(rows)

    with monkeypatch.context() as patch:
        patch.setattr(advisory_writing.bulk, "insert", dies)
        with pytest.raises(Killed), transaction.atomic():
            jobs.run(run.job_id)
    assert not Advisory.objects.exists()
    assert not AdvisorySnapshot.objects.exists()

    Job.objects.filter(pk=run.job_id).update(state=Job.State.QUEUED, lease_id="")
    done = carried_out(run)
    assert (done.failure, done.snapshot.added) == ("", 5)
    Job.objects.filter(pk=run.job_id).update(state=Job.State.QUEUED, lease_id="")  # killed between the import and its end
    assert carried_out(run).snapshot == done.snapshot
    assert AdvisorySnapshot.objects.count() == 1


def test_a_job_that_was_taken_over_writes_nothing(world):
    run = services.import_advisory_file(actor=world.security, name="a.zip", file=zipped(many(5)))
    Job.objects.filter(pk=run.job_id).update(state=Job.State.RUNNING, lease_id="mine")
    held = jobs.Run(Job.objects.get(pk=run.job_id))
    Job.objects.filter(pk=run.job_id).update(lease_id="somebody else's")

    with pytest.raises(jobs.LeaseLost):
        services._import_job(held)
    assert not Advisory.objects.exists()


# On the server -------------------------------------------------------------------------------------------------------


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("import_advisories", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_imports_a_folder_a_zip_and_one_record(db, tmp_path):
    folder = tmp_path / "vulns"
    (folder / "numpy").mkdir(parents=True)
    (folder / "numpy" / "A.json").write_text(json.dumps(record("A")))
    (folder / "numpy" / "B.yaml").write_text("id: B\nmodified: 2026-11-20T00:00:00Z\n")
    (folder / "numpy" / "C.json").write_text("{")
    assert "2 records: 2 new, 0 changed, 0 gone; 1 cannot be read." in said(str(folder))

    file = tmp_path / "all.zip"
    file.write_bytes(zipped([record("A"), record("D")]))
    assert "3 records: 1 new" in said(str(file))
    one = tmp_path / "E.json"
    one.write_text(json.dumps(record("E")))
    assert "4 records: 1 new" in said(str(one))
    assert AdvisoryImport.objects.get(source="E.json").snapshot.imported_by is None


def test_the_command_wants_to_be_forced_when_records_are_missing(db, tmp_path):
    file = tmp_path / "all.zip"
    file.write_bytes(zipped(many(10)))
    said(str(file))
    file.write_bytes(zipped(many(2)))

    with pytest.raises(CommandError, match="--force"):
        said(str(file))
    assert "2 records: 0 new, 0 changed, 8 gone" in said(str(file), "--force")
    with pytest.raises(CommandError, match="no file or folder"):
        said(str(tmp_path / "nowhere"))


def test_the_schedule_asks_once_a_day_for_what_the_settings_name_and_soon_again_for_what_failed(world, settings, monkeypatch):
    assert services.refresh_advisories() == []
    settings.ADVISORIES_URLS = ["https://user:secret@mirror.example/PyPI/all.zip"]
    (run,) = services.refresh_advisories()

    assert run.source == "https://mirror.example/PyPI/all.zip"
    assert "secret" not in json.dumps(list(AdvisoryImport.objects.values("source", "failure")))
    assert services.refresh_advisories() == []
    AdvisoryImport.objects.update(failure="No route to host.", created_at=clock.now() - services.AGAIN)
    assert len(services.refresh_advisories()) == 1
    AdvisoryImport.objects.update(failure="", finished_at=clock.now(), created_at=clock.now() - services.AGAIN)
    assert services.refresh_advisories() == []
    AdvisoryImport.objects.update(created_at=clock.now() - services.DAILY)
    assert len(services.refresh_advisories()) == 1


def test_an_address_with_a_password_is_refused_before_anything_is_kept(world):
    for url in (
        "https://user:pw@host.example/all.zip",
        "https://host.example/all.zip?token=1",
        "ftp://host.example/a",
        "nonsense",
    ):
        with pytest.raises(Invalid) as refused:
            services.import_advisory_url(actor=world.security, url=url)
        assert refused.value.errors[0].field == "url"
    assert not AdvisoryImport.objects.exists()


def test_how_old_the_data_is_has_four_answers(world, monkeypatch):
    assert data_age(None).state == "missing"
    imported(actors.system("test"), record(modified="2026-11-20T00:00:00Z"))
    snapshot = newest_snapshot()
    at = clock.now().replace(year=2026, month=11, day=21)

    assert [data_age(snapshot, at.replace(**when)).state for when in ({}, {"month": 12, "day": 1}, {"year": 2027})] == [
        "fresh", "old", "stale",
    ]  # fmt: skip
    assert data_age(snapshot, at.replace(month=11, day=1)).state == "stale"  # from the future


def test_the_job_fetches_an_address_and_what_the_settings_say_of_it_goes_along(world, settings, monkeypatch):
    asked = []

    def fetch(url, into, *, near, **more):
        asked.append((url, sorted(near)))
        data = zipped([record()])
        into.write(data)
        return outgoing.Fetched(digest_bytes(data), len(data))

    monkeypatch.setattr(outgoing, "fetch", fetch)
    settings.FETCH_HOSTS = ["mirror.internal"]
    settings.ADVISORIES_URLS = ["https://user:pw@feeds.internal/all.zip"]
    (scheduled,) = services.refresh_advisories()
    run = carried_out(scheduled)
    assert asked == [("https://user:pw@feeds.internal/all.zip", ["feeds.internal", "mirror.internal"])]
    assert (run.failure, run.snapshot.added, run.sha256) == ("", 1, run.snapshot.digest)
    assert "pw" not in run.snapshot.source

    run = carried_out(services.import_advisory_url(actor=world.security, url="https://elsewhere.example/all.zip"))
    assert asked[1] == ("https://elsewhere.example/all.zip", ["mirror.internal"])
    assert run.failure == ""


def test_an_address_that_cannot_be_fetched_fails_with_the_reason(world):
    run = carried_out(services.import_advisory_url(actor=world.security, url="https://127.0.0.1/all.zip"))

    assert run.failure_code == "address.host"
    assert "COUNTERSIGN_FETCH_HOSTS" in run.failure


def test_the_doctor_says_how_old_the_data_is_and_fails_where_it_is_needed_and_missing(world, push):
    assert doctor.known_flaws() == (True, "none imported: run manage.py import_advisories")
    push("7")
    assert doctor.known_flaws()[0] is False
    imported(world.security, record(modified=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")))
    assert doctor.known_flaws() == (True, "1 records, 0 days old")
    imported(world.security, record(modified="2020-01-01T00:00:00Z"))
    good, told = doctor.known_flaws()
    assert not good
    assert told.startswith("1 records, ")
    carried_out(services.import_advisory_url(actor=world.security, url="https://127.0.0.1/all.zip"))
    assert "the last import failed" in doctor.known_flaws()[1]
