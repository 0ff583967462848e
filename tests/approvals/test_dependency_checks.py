"""What a gate says of the packages that a version rests on, once its policy asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock
from governance.dependencies import services
from governance.dependencies.models import AdvisorySnapshot, DependencySet, Review
from governance.dependencies.selectors.status import facts_digest, status_of
from tests.approvals.gating import LAX, body, check, everything_is_actionable, lax, lax_gate, put  # noqa: F401 - fixtures
from tests.dependencies.judged import NAME, good_release, lock_text, up_to_date
from tests.dependencies.osv import record
from tests.dependencies.released import READS, released
from tests.dependencies.test_rulings import in_force, second

PARTS = ("pinned", "hashed", "reviewed", "not_blocked", "advisories", "advisories_fresh", "licences")
ON = LAX + "".join(f"  dependencies.{part}: blocking\n" for part in PARTS)


@pytest.fixture
def gate(world):
    """A gate whose policy wants to know all of it."""
    return lax_gate(world, "production", "production-release", ON)


@pytest.fixture
def licensed(world):
    """Somebody said of a licence that it may be used, and the lock says nothing of licences."""
    return services.rule_licence(actor=second(world, "lou"), licence="MIT", answer="allowed", reason="Permissive.")


@pytest.fixture
def release(world):
    return good_release(world)


@pytest.fixture
def version(world, push, release):
    return push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])


def statuses(asked) -> dict[str, str]:
    return {part: check(asked, f"dependencies.{part}")["status"] for part in PARTS}


def test_none_of_it_is_asked_unless_a_policy_says_so(world, version, put):
    gate = lax_gate(world, "staging", "staging-release", LAX)
    codes = {item["code"] for item in body(put(version, gate=gate))["checks"]}
    assert codes & {f"dependencies.{part}" for part in PARTS} == set()
    assert "dependencies.locked" in codes


def test_everything_passes_and_says_on_what_it_rests_and_until_when(world, version, put):
    up_to_date(world)
    asked = put(version)

    assert statuses(asked) == {**dict.fromkeys(PARTS, "pass"), "licences": "unknown"}
    review, snapshot = Review.objects.get(), AdvisorySnapshot.objects.get()
    said = check(asked, "dependencies.reviewed")
    assert {"type": "review", "id": review.public_id} in said["evidence"]
    assert said["due_at"][:19] == review.expires_at.isoformat()[:19]
    assert {"type": "advisory_snapshot", "id": snapshot.public_id} in check(asked, "dependencies.advisories")["evidence"]
    everything_is_actionable(asked)


def test_without_rules_about_licences_nobody_can_tell_and_security_makes_them(world, version, put, licensed):
    up_to_date(world)
    assert check(put(version), "dependencies.licences")["title"] == "Nobody said whether some licences may be used"


def test_without_advisories_and_with_old_ones_it_is_unknown_and_never_a_pass(world, version, put, monkeypatch):
    asked = put(version)
    assert (statuses(asked)["advisories"], statuses(asked)["advisories_fresh"]) == ("unknown", "unknown")
    said = check(asked, "dependencies.advisories_fresh")
    assert said["title"] == "No advisories were imported"
    assert said["action"]["url"].endswith("/dependencies/advisories/")
    assert {actor["display"] for actor in said["actors"]} == {"Security", "Admin"}

    up_to_date(world)
    assert statuses(put(version))["advisories"] == "pass"
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    asked = put(version)
    assert (statuses(asked)["advisories"], statuses(asked)["advisories_fresh"]) == ("unknown", "unknown")


def test_a_new_advisory_reopens_the_same_version_at_once(world, version, put):
    up_to_date(world)
    assert statuses(put(version))["advisories"] == "pass"

    up_to_date(world, record("CVE-2026-9", NAME))
    asked = put(version)
    said = check(asked, "dependencies.advisories")
    assert asked.changed
    assert body(asked)["decision"] == "deny"
    assert said["status"] == "fail"
    assert "CVE-2026-9" in said["detail"]
    assert f"{NAME} 1.0" in said["detail"]
    everything_is_actionable(asked)


def test_a_package_that_nobody_reviewed_fails_until_it_is_asked_for_and_then_waits(world, push, put):
    up_to_date(world)
    release = released({f"{NAME}/a.py": READS}, "1.0", NAME)
    version = push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])
    said = check(put(version), "dependencies.reviewed")
    lock = DependencySet.objects.get()
    assert (said["status"], said["title"]) == ("fail", "Nobody vouches for 1 package")
    assert said["action"]["url"].endswith(f"/dependencies/{lock.public_id}/?use_case=churn#status")

    services.ask_review(actor=world.scientist, name=NAME, version="1.0", use_case=world.use_case)
    said = check(put(version), "dependencies.reviewed")
    assert (said["status"], said["title"]) == ("pending", "1 package waits for its review")
    assert [actor["display"] for actor in said["actors"]] == ["Security"]


def test_a_block_fails_whatever_else_is_said(world, version, put):
    up_to_date(world)
    ruling = services.block(actor=second(world), name=NAME, reason="Stolen account.")
    said = check(put(version), "dependencies.not_blocked")

    assert (said["status"], {"type": "ruling", "id": ruling.public_id} in said["evidence"]) == ("fail", True)
    assert "Stolen account." in said["detail"]


def test_what_is_loose_fails_and_what_nobody_could_read_is_unknown(world, push, put):
    loose = push(dependency_sets=[{"path": "requirements.txt", "content": "numpy>=1\n"}])
    assert statuses(put(loose)) | {"reviewed": ""} == {
        "pinned": "fail", "hashed": "fail", "reviewed": "", "not_blocked": "pass", "advisories": "unknown",
        "advisories_fresh": "unknown", "licences": "unknown",
    }  # fmt: skip
    unread = push("8", dependency_sets=[{"path": "requirements.txt", "content": "what is this\n"}])
    found = statuses(put(unread))
    assert (found["pinned"], found["hashed"], found["reviewed"], found["not_blocked"]) == ("unknown",) * 4
    everything_is_actionable(put(unread))


def test_without_a_lock_file_nobody_can_tell(world, push, put):
    asked = put(push(dependency_sets=[]))
    assert statuses(asked) == dict.fromkeys(PARTS, "unknown")
    everything_is_actionable(asked)


def test_an_exemption_of_the_use_case_lets_pass_until_it_ends(world, push, put, monkeypatch):
    up_to_date(world)
    version = push(dependency_sets=[{"path": "r.txt", "content": "joblib==1.4.2 --hash=sha256:" + "e" * 64 + "\n"}])
    ruling = in_force(world, criteria=["safe-to-deploy", "io-verified"], expires_at=clock.now() + timedelta(days=3))
    said = check(put(version), "dependencies.reviewed")
    assert (said["status"], {"type": "ruling", "id": ruling.public_id} in said["evidence"]) == ("pass", True)

    end = ruling.expires_at
    monkeypatch.setattr(clock, "now", lambda: end)
    assert check(put(version), "dependencies.reviewed")["status"] == "fail"


def test_the_answer_of_then_can_be_found_again_from_its_evidence(world, version, put):
    up_to_date(world)
    asked = put(version)
    digests = {item["id"] for item in check(asked, "dependencies.reviewed")["evidence"] if item["type"] == "dependency_facts"}
    up_to_date(world, record("CVE-2026-9", NAME))
    services.withdraw_review(actor=world.security, review=Review.objects.get(), reason="Changed.")

    sets = list(DependencySet.objects.filter(pk__in=version.locks.values("dependency_set")))
    then = status_of(sets, use_case=world.use_case, at=asked.answer.answered_at)
    assert {facts_digest(then.facts)} == digests
    assert [then.part(part) for part in ("reviewed", "advisories")] == ["allow", "allow"]
    assert status_of(sets, use_case=world.use_case).verdict == "deny"


def test_all_seven_read_the_records_once(world, version, put):
    up_to_date(world)
    with CaptureQueriesContext(connection) as without:
        put(version, gate=lax_gate(world, "staging", "staging-release", LAX))
    with CaptureQueriesContext(connection) as statements:
        put(version)
    reads = [item["sql"] for item in statements if "dependencies_requirement" in item["sql"] and item["sql"].startswith("SELECT")]
    assert len(reads) == 1
    assert len(statements) <= len(without) + 13
