"""What reports say of the review of dependencies: by whom, from which release, until when, as of their instant."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from foundation import actor as actors
from foundation import clock, sealing
from foundation.canonical import digest
from foundation.errors import Missing, NotAllowed
from governance.dependencies import services
from governance.dependencies.models import DependencySet, Review, Ruling, Source
from governance.dependencies.status import from_mapping, status_of_facts
from governance.people import services as people
from reports import files
from reports.content import compose
from reports.content.dependencies import KEY
from reports.content.view import Frame
from reports.document import Streamed, Table
from reports.models import Report
from reports.selectors import choices_for
from reports.services import request_report
from tests.dependencies.judged import NAME, lock_text, up_to_date
from tests.dependencies.osv import record
from tests.dependencies.released import READS, released
from tests.dependencies.reviewing import reviewed
from tests.dependencies.test_rulings import in_force, second
from tests.reports.test_content import composed, texts

DAY = timedelta(days=1)
SHA = "sha256:" + "e" * 64
ALL = ("safe-to-deploy", "io-verified")


@pytest.fixture
def release(world):
    return released({f"{NAME}/a.py": READS}, "1.0", NAME)


@pytest.fixture
def pushed(world, release, push):
    """Version 7 rests on the release alone."""
    return push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])


def lock_of(world) -> str:
    return DependencySet.objects.get(path="requirements.txt").public_id


def part_of(content) -> str:
    """What the section of dependencies alone says."""
    one = next(part for part in content.document.sections if part.key == KEY)
    return texts(replace(content, document=replace(content.document, facts=(), sections=[one])))


def bundled(report) -> list[dict]:
    return [json.loads(line) for line in files.path_of(report, files.FORMATS["bundle"]).read_text().splitlines()]


# In the reports of use cases and versions ------------------------------------------------------------------------------


def test_before_the_review_nobody_vouches_and_after_it_the_report_says_who_did(world, release, pushed):
    up_to_date(world)
    before = clock.now()
    early = texts(composed(world.auditor))
    review = reviewed(world, release, criteria=ALL)

    late, then = texts(composed(world.auditor)), texts(composed(world.auditor, at=before))

    assert "churn-model@7, thing 1.0: Nobody vouches that it is: input and output points verified, safe to deploy." in early
    assert "May not be used: 1 of 1." in early
    assert review.public_id not in early
    told = f"reviewed in full by Scientist, confirmed by Security on {review.confirmed_at:%Y-%m-%d}, until {review.expires_at:%Y-%m-%d}"
    assert f"input and output points verified, safe to deploy: {told} (1.0, {review.public_id})" in late
    assert "All packages may be used." in late
    assert "Nobody vouches" not in late
    assert "Nobody vouches" in then
    assert review.public_id not in then
    for said in (early, late, then):
        assert "No security review of a package is on record" not in said
        assert "security reviews of packages" not in said


def test_a_review_of_what_is_new_names_the_release_it_starts_from(world, release, push):
    up_to_date(world)
    reviewed(world, release, criteria=ALL)
    newer = released({f"{NAME}/a.py": READS + "\nX = 1\n"}, "1.1", NAME)
    reviewed(world, newer, release, criteria=ALL)
    push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(newer)}])

    said = texts(composed(world.auditor, kind="model_version", scope=world.use_case.model_versions.get().public_id))

    assert "reviewed in full by Scientist" in said
    assert "reviewed from 1.0 to 1.1 by Scientist, confirmed by Security" in said


def test_sources_and_exemptions_are_named_with_who_answers_for_them(world, push):
    up_to_date(world)
    guard, other, now = second(world), second(world, "olga"), clock.now()
    source = services.add_source(
        actor=guard, kind="package", title="Thing of the index", index="https://pypi.org/simple", packages=["thing"],
        owner=guard.user, criteria=list(ALL), reason="Known.", starts_at=now, ends_at=now + 30 * DAY,
    )  # fmt: skip
    services.confirm_source(actor=other, source=source)
    ruling = in_force(world, effect="exempt", name="other", specifier="==2.0", criteria=list(ALL))
    lines = f"thing==1.0 --hash={SHA}\nother==2.0 --hash={SHA[:-1]}f\n"
    push(dependency_sets=[{"path": "requirements.txt", "content": lines}])

    said = texts(composed(world.auditor))

    source, ruling = Source.objects.get(), Ruling.objects.get()
    assert f"verified source Thing of the index, Sam answers for it, confirmed by Olga, until {source.ends_at:%Y-%m-%d}" in said
    assert (
        f"exempt, decided by {ruling.decided_by} on {ruling.decided_at:%Y-%m-%d}, recommended by {ruling.recommended_by}" in said
    )
    assert f"until {ruling.expires_at:%Y-%m-%d} ({ruling.public_id}): {ruling.reason}" in said
    assert "From a trusted source: 1" in said
    assert "Exempt from review: 1" in said


def test_a_flaw_is_told_with_its_severity_and_who_accepted_it_until_when(world, release, pushed):
    reviewed(world, release, criteria=ALL)
    up_to_date(world, record("CVE-2026-9", NAME, aliases=["GHSA-9"]))
    open_one = texts(composed(world.auditor))
    ruling = in_force(
        world, effect="accept", name=NAME, specifier="==1.0", criteria=[], advisory="GHSA-9", justification="code_not_reachable"
    )

    accepted = texts(composed(world.auditor))

    assert "churn-model@7, thing 1.0: It has the flaw CVE-2026-9 (high), fixed in 3.0." in open_one
    assert "thing 1.0 | CVE-2026-9\nGHSA-9\nA flaw of thing | high | Neither fixed nor accepted | 3.0" in open_one
    assert f"Accepted by {ruling.decided_by} on" in accepted
    assert f"until {ruling.expires_at:%Y-%m-%d} ({ruling.public_id}): Code not reachable. {ruling.reason}" in accepted
    assert "Neither fixed nor accepted" not in accepted


def test_an_exemption_that_ran_out_is_named_as_what_is_missing(world, push):
    ruling = in_force(world, effect="exempt", name="other", specifier="==2.0", criteria=list(ALL))
    push(dependency_sets=[{"path": "requirements.txt", "content": f"other==2.0 --hash={SHA}\n"}])
    during = texts(composed(world.auditor))

    with clock.at(ruling.expires_at + timedelta(seconds=1)):
        said = texts(composed(world.auditor))

    told = f"An exemption ran out, decided by {ruling.decided_by}"
    assert f"other 2.0 | {told} | {ruling.expires_at:%Y-%m-%d} | {ruling.public_id}" in said
    assert f"churn-model@7, other 2.0: {told}, on {ruling.expires_at:%Y-%m-%d}." in said
    assert told not in during
    assert "Nothing that would be needed has run out." in during


def test_a_review_that_was_withdrawn_is_named_with_the_day(world, release, pushed):
    up_to_date(world)
    review = reviewed(world, release, criteria=ALL)
    services.withdraw_review(actor=world.security, review=review, reason="Overlooked a call.")

    said = texts(composed(world.auditor))

    assert f"thing 1.0 | A review was withdrawn | {clock.now():%Y-%m-%d} | {review.public_id}" in said


def test_the_age_of_the_advisories_is_told_and_data_that_is_too_old_is_an_open_point(world, pushed):
    nothing = texts(composed(world.auditor))
    up_to_date(world, record("CVE-2026-9", "unheard-of"))
    fresh = texts(composed(world.auditor))
    later = clock.now() + 9 * DAY

    with clock.at(later):
        stale = texts(composed(world.auditor))

    assert "That no flaw is listed means nothing." in nothing
    assert "churn-model@7: No advisories were imported" in nothing
    assert f"pypi | 2 | {later - 9 * DAY:%Y-%m-%d} | 0" in fresh
    assert "new enough: at most 7 days are accepted" in fresh
    assert f"pypi | 2 | {later - 9 * DAY:%Y-%m-%d} | 9" in stale
    assert "churn-model@7: The newest advisory about pypi is of" in stale


def test_licences_stand_with_the_answer_of_the_rules(world, pushed):
    services.rule_licence(actor=second(world), licence="MIT", answer="allowed", reason="Permissive.")

    said = texts(composed(world.auditor))

    assert "–\nCannot be told" in said
    assert "churn-model@7, thing 1.0:" in said


# As of then, and offline -----------------------------------------------------------------------------------------------


def test_the_same_instant_gives_the_same_content_whatever_happened_since(world, release, pushed):
    up_to_date(world)
    review = reviewed(world, release, criteria=ALL)
    at = clock.now()
    first = composed(world.auditor, kind="dependencies", at=at)
    services.withdraw_review(actor=world.security, review=Review.objects.get(), reason="Changed.")
    services.block(actor=second(world), name=NAME, specifier="", reason="Stolen.", ecosystem="pypi")
    up_to_date(world, record("CVE-2026-9", NAME))

    again, now = composed(world.auditor, kind="dependencies", at=at), composed(world.auditor, kind="dependencies")

    def records(content):
        return {item.name: digest(item.body) for item in content.records}

    told = [part_of(content) for content in (first, again, now)]
    assert told[0] == told[1]
    assert records(first) == records(again)
    assert review.public_id in told[0]
    assert "It is blocked: Stolen." in told[2]
    assert "Stolen." not in told[0]


def test_the_bundle_holds_what_the_answer_follows_from_so_that_it_can_be_found_again(world, release, pushed, make):
    up_to_date(world)
    review = reviewed(world, release, criteria=ALL)

    lines = bundled(make(world.auditor))

    known = {line["name"]: line["body"] for line in lines if line["type"] == "record"}
    answer = known["dependency answer"]
    assert status_of_facts(from_mapping(answer["facts"])).verdict == answer["verdict"] == "allow"
    kept = known[f"review {review.public_id}"]
    assert digest(kept["content"]) == kept["content_digest"] == review.content_digest
    assert kept["confirmed_by"] == world.security.user.public_id
    assert any(name.startswith("advisories ads_") for name in known)
    about = [json.loads(line["body"]) for line in lines if line["type"] == "event"]
    assert {"dependencies.review.prepared", "dependencies.review.confirmed"} <= {
        event["kind"] for event in about if review.public_id in json.dumps(event)
    }


# The kind `dependencies` -----------------------------------------------------------------------------------------------


def test_of_a_lock_file_it_counts_no_ruling_of_a_use_case_and_of_the_use_case_it_does(world, push):
    up_to_date(world)
    ruling = in_force(world, effect="exempt", name="other", specifier="==2.0", criteria=list(ALL))
    assert ruling.scope == world.use_case.public_id
    push(dependency_sets=[{"path": "requirements.txt", "content": f"other==2.0 --hash={SHA}\n"}])

    of_file = texts(composed(world.stranger, kind="dependencies", scope=lock_of(world)))
    of_case = texts(composed(world.lead, kind="dependencies", scope="churn"))

    assert "May not be used: 1 of 1." in of_file
    assert ruling.public_id not in of_file
    assert world.use_case.public_id not in of_file
    assert "held against the highest risk" in of_file
    assert "All packages may be used." in of_case
    assert ruling.public_id in of_case


def test_before_anything_was_recorded_it_says_so(world, pushed):
    early = world.use_case.created_at
    assert "The lock file had not been recorded by then." in texts(
        composed(world.lead, kind="dependencies", scope=lock_of(world), at=early)
    )
    assert "No version had been registered by then." in texts(composed(world.lead, kind="dependencies", at=early))


def test_everybody_inside_may_ask_about_a_lock_file_and_nobody_from_outside(world, pushed):
    row = request_report(actor=world.stranger, kind="dependencies", scope=lock_of(world))
    of_case = request_report(actor=world.lead, kind="dependencies", scope="churn")

    assert (row.title, row.use_case) == ("requirements.txt", None)
    assert of_case.scope == "churn"
    assert set(Report.objects.visible_to(world.lead)) == {row, of_case}
    assert set(Report.objects.visible_to(world.stranger)) == {row}
    people.grant_role(
        actor=actors.system("setup"), user=world.stranger.user, role="client_representative", scope=world.use_case.public_id
    )
    assert not Report.objects.visible_to(world.stranger).exists()
    for scope in (lock_of(world), "churn"):
        with pytest.raises((NotAllowed, Missing)):
            request_report(actor=world.stranger, kind="dependencies", scope=scope)
    assert not [value for value, _label in choices_for(world.stranger) if value.startswith("dependencies:")]


@pytest.mark.parametrize("scope", ["dps_nothing", "nothing", ""])
def test_what_is_not_there_is_missing(world, scope):
    with pytest.raises(Missing):
        request_report(actor=world.lead, kind="dependencies", scope=scope)


def test_the_page_of_a_lock_file_leads_to_its_report(world, pushed):
    client, asked = world.client("lead"), f"dependencies:{lock_of(world)}"
    page = client.get(f"/dependencies/{lock_of(world)}/").content.decode()
    assert f"/reports/?about={asked}" in page

    form = client.get(f"/reports/?about={asked}").content.decode()
    assert f'<option value="{asked}" selected>Dependencies and their review: requirements.txt</option>' in form
    done = client.post("/reports/", {"about": asked, "language": "en", "as_of": ""})
    assert done.status_code == 302
    assert client.get(done["Location"]).status_code == 200
    assert ("dependencies:churn", "Dependencies: Customer churn") in choices_for(world.lead)


def test_it_is_asked_for_over_http(world, pushed):
    client = world.api("lead")
    answer = client.post("/api/v1/reports", {"kind": "dependencies", "scope": lock_of(world)}, content_type="application/json")

    assert answer.status_code == 202
    assert (answer.json()["kind"], answer.json()["use_case"]) == ("dependencies", None)
    assert client.get(f"/api/v1/reports/{answer.json()['id']}").json()["state"] == "queued"


def test_it_is_drawn_signed_and_told_in_chinese(world, release, pushed, make):
    up_to_date(world)
    reviewed(world, release, criteria=ALL)
    with translation.override("zh-hans"):
        said = texts(composed(world.lead, kind="dependencies", language="zh-hans"))

    for told in ("依赖及其评审", "谁为每个软件包担保", "所有软件包都可以使用。", "Scientist 完整评审，Security 于"):
        assert told in said
    assert "Nobody vouches" not in said
    report = make(world.lead, kind="dependencies", language="zh-hans")
    assert report.is_finished
    assert report.pages >= 4


# Long lists ------------------------------------------------------------------------------------------------------------


def test_a_thousand_packages_cost_no_more_statements_than_ten_and_are_drawn(world, make):
    up_to_date(world)

    def content_of(path, count):
        lines = "".join(f"p{number}==1.0 --hash=sha256:{number:064x}\n" for number in range(1, count + 1))
        lock = services.record_set(actor=world.ci, path=path, content=lines)
        report = request_report(actor=world.lead, kind="dependencies", scope=lock.public_id)
        sealing.seal()
        frame = Frame(at=clock.now(), made_at=clock.now(), checkpoint=sealing.latest_checkpoint())
        with CaptureQueriesContext(connection) as captured:
            content = compose(report, frame, renderer={})
            told = texts(content)
        return lock, [query["sql"][:200] for query in captured.captured_queries], content, told

    _short, few, _content, _told = content_of("short.txt", 10)
    lock, many, content, told = content_of("long.txt", 1000)

    assert len(many) == len(few)
    assert len(many) < 40
    tables = [block for part in content.document.sections for block in part.blocks if isinstance(block, Table)]
    long_ones = [table for table in tables if isinstance(table.rows, Streamed) and sum(1 for _row in table.rows) == 1000]
    assert len(long_ones) == 2
    assert "long.txt: 990 more packages may not be used." in told
    assert make(world.lead, kind="dependencies", scope=lock.public_id).pages > 30
