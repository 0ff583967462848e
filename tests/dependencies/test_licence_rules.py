"""Which licences may be used, who says so, and what is in use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dependencies import services
from governance.dependencies.licences import judge
from governance.dependencies.models import Artifact, LicenceRule, Release, Requirement
from governance.dependencies.selectors.licences import licence_of, licence_policy, licences_in_use, licences_of_releases
from governance.dependencies.services import package_of, record_set
from governance.dependencies.shipped import LICENCES
from tests.usecases.test_pages import text_of

MICROSECOND = timedelta(microseconds=1)
URL = "/api/v1/licence-rules"


def rule(
    world, licence: str = "MIT", answer: str = "allowed", part: str = "security", reason: str = "Asks for its notice."
) -> LicenceRule:
    return services.rule_licence(actor=getattr(world, part), licence=licence, answer=answer, reason=reason)


def sbom(world, *licensed: tuple[str, str]):
    parts = ", ".join(
        f'{{"type": "library", "name": "{name}", "version": "1.0", "purl": "pkg:pypi/{name}@1.0",'
        f' "licenses": [{{"expression": "{licence}"}}]}}'
        for name, licence in licensed
    )
    content = f'{{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [{parts}]}}'
    return record_set(actor=world.ci, path="sbom.cdx.json", content=content)


def release(name: str, *licences: str) -> Release:
    row = Release.objects.create(
        package=package_of("pypi", name), version="1.0", source_digest="sha256:" + "a" * 64, created_at=clock.now()
    )
    for number, licence in enumerate(licences):
        Artifact.objects.create(
            sha256=f"sha256:{name}{number}", filename=f"{name}.whl", size=1, release=row, licence=licence, created_at=clock.now()
        )
    return row


# Rules ---------------------------------------------------------------------------------------------------------------


def test_security_and_data_governance_say_what_may_be_used(world):
    rule(world)
    rule(world, "AGPL-3.0-only", "denied", "governance")

    assert judge("MIT", licence_policy()).answer == "allowed"
    assert judge("MIT AND AGPL-3.0-only", licence_policy()).answer == "denied"
    assert judge("Apache-2.0", licence_policy()).answer == "unknown"
    for part in ("lead", "business", "auditor", "admin", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            rule(world, part=part)


def test_without_a_rule_everything_is_unknown_however_free(db):
    assert {judge(item.licence, licence_policy()).answer for item in LICENCES} == {"unknown"}


def test_a_newer_rule_takes_the_place_of_the_one_before_from_that_moment_on(world):
    first = rule(world)
    second = rule(world, answer="denied", reason="The lawyers say so.")
    first.refresh_from_db()

    assert judge("MIT", licence_policy()).answer == "denied"
    assert judge("MIT", licence_policy(second.created_at - MICROSECOND)).answer == "allowed"
    assert (first.ended_at, LicenceRule.objects.count()) == (second.created_at, 2)
    assert [finding for finding in verify() if finding.altered] == []


@pytest.mark.parametrize("again", ["mit", "MIT License", " MIT "])
def test_the_same_licence_in_other_words_is_the_same_rule(world, again):
    first = rule(world)

    assert rule(world, again) == first
    assert rule(world, again, "denied") != first
    assert LicenceRule.objects.filter(ended_at=None).count() == 1
    assert licence_policy().denied == {"MIT"}


def test_or_later_and_plus_are_one_licence_so_that_no_two_rules_contradict(world):
    rule(world, "LGPL-2.1-or-later")
    rule(world, "LGPL-2.1+", "denied")

    assert LicenceRule.objects.filter(ended_at=None).count() == 1
    assert judge("LGPL-2.1-or-later", licence_policy()).answer == "denied"


@pytest.mark.parametrize(
    "written", ["", "BSD", "GPL", "MIT OR Apache-2.0", "MIT AND ISC", "(MIT", "许可", "x" * 121, "MIT\nGPL-3.0-only"]
)
def test_what_is_not_one_licence_is_refused(world, written):
    with pytest.raises(Invalid) as refused:
        rule(world, written)
    assert [item.field for item in refused.value.errors] == ["licence"]
    assert not LicenceRule.objects.exists()


def test_a_licence_of_ones_own_may_be_ruled_on(world):
    rule(world, "LicenseRef-Acme-Internal")

    assert judge("LicenseRef-Acme-Internal", licence_policy()).answer == "allowed"


def test_a_rule_wants_a_reason(world):
    with pytest.raises(Invalid):
        rule(world, reason=" ")
    with pytest.raises(Invalid):
        rule(world, answer="maybe")


def test_an_ended_rule_says_nothing_more(world):
    row = rule(world)
    services.end_licence_rule(actor=world.governance, rule=row, reason="Too early.")

    assert judge("MIT", licence_policy()).answer == "unknown"
    with pytest.raises(Conflict):
        services.end_licence_rule(actor=world.governance, rule=row, reason="Again.")
    with pytest.raises(NotAllowed):
        services.end_licence_rule(actor=world.lead, rule=row, reason="No.")


def test_a_rule_is_never_changed(world):
    row = rule(world)
    row.answer = "denied"
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_the_proposed_list_counts_once_it_is_taken_over_and_leaves_what_was_said(world):
    said = rule(world, "MIT", "denied", reason="We are odd.")
    rows = services.take_over_licences(actor=world.security)

    assert len(rows) == len(LICENCES) - 1
    assert judge("MIT", licence_policy()).answer == "denied"
    assert judge("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", licence_policy()).answer == "allowed"
    assert judge("GPL-3.0-or-later", licence_policy()).answer == "unknown"
    assert judge("AGPL-3.0-or-later", licence_policy()).answer == "denied"
    assert AuditEvent.objects.filter(kind="dependencies.licence.ruled").count() == len(LICENCES)
    assert services.take_over_licences(actor=world.security) == []
    said.refresh_from_db()
    assert said.ended_at is None


def test_the_policy_is_one_query(world):
    services.take_over_licences(actor=world.security)
    with CaptureQueriesContext(connection) as asked:
        licence_policy()
    assert len(asked) == 1


# Of a requirement, and what is in use ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "lock", "expected"),
    [
        ((), "", ""),
        (("MIT License",), "", "MIT"),
        ((), "Apache 2.0", "Apache-2.0"),
        (("MIT",), "mit license", "MIT"),
        (("BSD",), "BSD-3-Clause", "BSD-3-Clause"),
        (("BSD",), "", "BSD"),
        (("GPL-3.0-only",), "MIT", "(GPL-3.0-only) AND (MIT)"),
        (("MIT", "MIT OR ISC"), "", "(MIT) AND (MIT OR ISC)"),
    ],
)
def test_what_files_say_and_what_the_lock_says_hold_together(db, files, lock, expected):
    row = release("thing", *files)

    assert licence_of(Requirement(name="thing", licence=lock), row) == expected
    known = licences_of_releases([row]).get(row.pk, [])
    assert licence_of(Requirement(name="thing", licence=lock), row, known) == expected
    assert licence_of(Requirement(name="thing", licence="MIT"), None) == "MIT"
    assert licence_of(Requirement(name="thing", licence=lock), row, [*reversed(known)]) == expected


def test_a_lock_cannot_talk_a_licence_away(world):
    rule(world)
    text = licence_of(Requirement(name="thing", licence="MIT"), release("thing", "AGPL-3.0-only"))

    assert judge(text, licence_policy()).answer == "unknown"


def test_unknown_licences_stand_first_then_denied_ones(world):
    rule(world)
    rule(world, "GPL-3.0-only", "denied")
    sbom(world, ("a", "MIT"), ("b", "MIT"), ("c", "GPL-3.0-only"), ("d", "BSD"), ("e", "BSD"), ("f", "Custom-9"))
    release("silent", "")
    release("spoken", "MIT License")

    found = licences_in_use(world.lead, licence_policy())
    assert [(row.written, row.judgement.answer, row.packages) for row in found] == [
        ("BSD", "unknown", 2), ("", "unknown", 1), ("Custom-9", "unknown", 1), ("GPL-3.0-only", "denied", 1),
        ("MIT", "allowed", 2), ("MIT License", "allowed", 1),
    ]  # fmt: skip
    assert found[1].first == ("silent",)


# Over HTTP and on the page ---------------------------------------------------------------------------------------------


def test_the_api_rules_lists_and_ends(world):
    sbom(world, ("a", "MIT"))
    api = world.api("security")
    made = api.post(URL, {"licence": "mit", "answer": "allowed", "reason": "Fine."}, content_type="application/json")

    assert (made.status_code, made.json()["licence"]) == (201, "MIT")
    (row,) = world.api("lead").get("/api/v1/licences").json()["results"]
    assert (row["answer"], row["packages"], row["first"]) == ("allowed", 1, ["a"])
    ended = api.post(f"{URL}/{made.json()['id']}/end", {"reason": "No."}, content_type="application/json")
    assert ended.json()["ended_at"]
    assert world.api("lead").get(f"{URL}?in_force=1").json()["results"] == []
    assert len(api.post("/api/v1/licence-proposals").json()) == len(world.api("lead").get("/api/v1/licence-proposals").json())


def test_the_page_leads_from_an_unknown_licence_to_a_rule_about_it(world):
    sbom(world, ("a", "Custom-9"), ("b", "BSD"))
    client = world.client("security")
    page = client.get("/dependencies/licences/")

    assert "?licence=Custom-9#rule" in page.content.decode()
    assert "?licence=BSD#rule" not in page.content.decode()  # nobody can rule on what nobody can read
    assert client.get("/dependencies/licences/?licence=Custom-9").context["form"]["licence"].value() == "Custom-9"
    sent = client.post("/dependencies/licences/", {"licence": "Custom-9", "answer": "allowed", "reason": "Ours."})
    assert sent.status_code == 302
    row = LicenceRule.objects.get()
    assert "Custom-9" in text_of(client.get("/dependencies/licences/"))
    assert client.post(f"/dependencies/licences/{row.public_id}/end/", {"reason": ""}).status_code == 400
    assert client.post(f"/dependencies/licences/{row.public_id}/end/", {"reason": "Over."}).status_code == 302
    assert client.post("/dependencies/licences/take-over/").status_code == 302
    refused = world.client("lead").post("/dependencies/licences/", {"licence": "MIT", "answer": "denied", "reason": "No."})
    assert refused.status_code == 403
    assert "Only a security reviewer or data governance" in text_of(refused)
