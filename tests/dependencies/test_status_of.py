"""The answer about lock files from the records: what each kind of record does to it, now and as of then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock
from governance.dependencies import services
from governance.dependencies.models import AdvisorySnapshot, Artifact, Review, ReviewRequest
from governance.dependencies.review_graph import Caveat
from governance.dependencies.selectors.status import facts_digest, facts_of, status_of, statuses_of, tiers_of, under_way
from governance.dependencies.services.reviews import prepare_review, start_review
from governance.usecases import services as usecases
from tests.dependencies.judged import NAME, good_release, locked, up_to_date
from tests.dependencies.osv import record
from tests.dependencies.released import READS, RUNS, released
from tests.dependencies.reviewing import judge_all, reviewed
from tests.dependencies.test_rulings import in_force, second

DAY = timedelta(days=1)
SHA = "sha256:" + "e" * 64


@pytest.fixture
def release(world):
    return good_release(world)


@pytest.fixture
def lock(world, release):
    return locked(world, release)


@pytest.fixture
def fresh(world):
    up_to_date(world)


def codes(status, weight: str = "") -> set[str]:
    said = [*status.reasons, *(reason for row in status.requirements for reason in row.reasons)]
    return {reason.code for reason in said if reason.weight != "note" and weight in ("", reason.weight)}


def answer(world, *sets, **change):
    return status_of(sets, **{"use_case": world.use_case, **change})


def test_a_lock_whose_packages_are_reviewed_and_without_flaws_is_allowed(world, lock, fresh):
    status = answer(world, lock)

    assert (status.verdict, codes(status)) == ("allow", set())
    review = Review.objects.get()
    assert status.evidence() == {
        "review": [review.public_id],
        "advisory_snapshot": [AdvisorySnapshot.objects.get().public_id],
    }
    assert status.until_of("reviewed") == review.expires_at


def test_without_advisories_nobody_can_tell(world, lock):
    assert (answer(world, lock).verdict, codes(answer(world, lock))) == ("unknown", {"advisories_missing", "not_covered_by_data"})


def test_a_release_that_nobody_reviewed_is_missing(world, fresh):
    lock = locked(world, released({f"{NAME}/a.py": READS}, "1.0", NAME))

    status = answer(world, lock)
    assert (status.verdict, codes(status)) == ("deny", {"missing"})
    assert status.requirements[0].missing == ("io-verified", "safe-to-deploy")


def test_a_withdrawn_review_and_one_that_has_run_out_are_absent_at_once(world, lock, fresh, monkeypatch):
    review = Review.objects.get()
    end = review.expires_at
    assert status_of([lock], use_case=world.use_case, at=end).part("reviewed") == "deny"
    assert status_of([lock], use_case=world.use_case, at=end - timedelta(microseconds=1)).part("reviewed") == "allow"

    services.withdraw_review(actor=world.security, review=review, reason="The maintainer changed.")
    status = answer(world, lock)
    assert status.verdict == "deny"
    assert {reason.code for reason in status.requirements[0].reasons} == {"missing", "withdrawn"}


def test_the_next_release_rests_on_the_review_of_what_changed(world, release, fresh):
    following = released({f"{NAME}/a.py": READS, f"{NAME}/b.py": RUNS}, "2.0", NAME)
    lock = locked(world, following)
    assert answer(world, lock).verdict == "deny"

    reviewed(world, following, release, criteria=("safe-to-deploy", "io-verified"))
    status = answer(world, lock)
    assert status.verdict == "allow"
    assert len(status.requirements[0].covered[0].path) == 2


def test_an_exemption_covers_for_its_use_case_and_no_other(world, fresh):
    lock = services.record_set(actor=world.ci, path="requirements.txt", content=f"joblib==1.4.2 --hash={SHA}\n")
    in_force(world, criteria=["safe-to-deploy", "io-verified"])

    status = answer(world, lock)
    assert (status.verdict, status.requirements[0].caveat) == ("allow", Caveat.EXEMPTION)
    assert answer(world, lock, use_case=None).verdict == "deny"
    assert "unknown_hash" in codes(answer(world, lock, use_case=None))


def test_a_block_of_the_organisation_denies_what_is_reviewed(world, lock, fresh):
    guard = second(world)
    ruling = services.block(actor=guard, name=NAME, specifier="<2", reason="Stolen account.", ecosystem="pypi")

    status = answer(world, lock)
    assert (status.verdict, codes(status, "deny")) == ("deny", {"blocked"})
    assert status.evidence()["ruling"] == [ruling.public_id]


def test_a_review_that_fails_counts_before_anybody_confirms_it(world, lock, release, fresh):
    draft = start_review(actor=world.scientist, release=release)
    judge_all(world.scientist, draft, verdict="refused")
    prepare_review(actor=world.scientist, review=draft, verdict="fail", expires_at=clock.now() + 30 * DAY, notes="It sends data.")

    assert codes(answer(world, lock), "deny") >= {"failed_review"}


def test_a_new_advisory_denies_what_was_allowed_and_an_acceptance_allows_it_again(world, lock, fresh):
    assert answer(world, lock).verdict == "allow"
    up_to_date(world, record("CVE-2026-9", NAME, aliases=["GHSA-9"]))
    status = answer(world, lock)
    assert (status.verdict, codes(status)) == ("deny", {"flaw"})

    in_force(
        world, effect="accept", name=NAME, specifier="==1.0", criteria=[], advisory="GHSA-9", justification="code_not_reachable"
    )
    status = answer(world, lock)
    assert (status.verdict, status.requirements[0].flaws[0].state) == ("allow", "accepted")
    assert status.until is not None


def test_an_acceptance_until_there_is_a_fix_ends_when_one_is_known(world, lock, fresh):
    up_to_date(world, record("CVE-2026-9", NAME, fixed=""))
    in_force(
        world, effect="accept", name=NAME, specifier="==1.0", criteria=[], advisory="CVE-2026-9", until_fix=True,
        justification="code_not_reachable",
    )  # fmt: skip
    assert answer(world, lock).verdict == "allow"

    up_to_date(world, record("CVE-2026-9", NAME, fixed="1.1"))
    assert codes(answer(world, lock), "deny") == {"flaw"}


def test_a_file_of_another_version_under_the_name_of_this_one_is_noticed(world, release, fresh):
    artifact = Artifact.objects.get(release=release)
    lock = services.record_set(actor=world.ci, path="x.txt", content=f"{NAME}==9.9 --hash={artifact.sha256}\n")
    assert "foreign_file" in codes(answer(world, lock), "unknown")


def test_files_beside_the_reviewed_one_that_nobody_saw_make_it_unknown_in_the_highest_tier(world, release, fresh):
    artifact = Artifact.objects.get(release=release)
    lock = services.record_set(actor=world.ci, path="x.txt", content=f"{NAME}==1.0 --hash={artifact.sha256} --hash={SHA}\n")
    assert codes(answer(world, lock)) == {"files_unseen"}
    usecases.define(
        actor=world.lead, use_case=world.use_case, business_problem="x", ml_problem="y", risk_tier="medium",
        kpis=[{"name": "n", "unit": "", "baseline": 0, "target": 1}],
    )  # fmt: skip
    assert answer(world, lock).verdict == "allow"


def test_a_trusted_index_vouches_for_what_comes_from_it(world, fresh):
    guard = second(world)
    other = second(world, "olga")
    now = clock.now()
    source = services.add_source(
        actor=guard, kind="package", title="Thing", index="https://pypi.org/simple", packages=["thing"], owner=guard.user,
        criteria=["safe-to-deploy", "io-verified"], reason="Known.", starts_at=now, ends_at=now + 30 * DAY,
    )  # fmt: skip
    lock = services.record_set(actor=world.ci, path="x.txt", content=f"thing==1.0 --hash={SHA}\n")
    assert answer(world, lock).verdict == "deny"

    services.confirm_source(actor=other, source=source)
    status = answer(world, lock)
    assert (status.verdict, status.requirements[0].caveat) == ("allow", Caveat.SOURCE)
    assert status.evidence()["source"] == [source.public_id]


def test_licences_count_once_there_is_a_rule(world, lock, fresh):
    guard = second(world)
    services.rule_licence(actor=guard, licence="MIT", answer="allowed", reason="Permissive.")
    assert codes(answer(world, lock)) == {"licence_unknown"}


def test_code_of_the_same_repository_needs_nothing_and_a_line_that_nobody_understands_is_unknown(world, release, fresh):
    own = locked(world, release, "-e ./libs/ours#egg=ours", path="a.txt")
    assert answer(world, own).verdict == "allow"
    unread = locked(world, release, "this is no requirement", path="b.txt")
    assert codes(answer(world, unread)) == {"unread"}


# As of then ----------------------------------------------------------------------------------------------------------


def test_the_answer_of_an_earlier_instant_is_found_again(world, lock, fresh):
    before = facts_of([lock], use_case=world.use_case)
    kept = status_of([lock], use_case=world.use_case, at=before.at)

    up_to_date(world, record("CVE-2026-9", NAME))
    services.withdraw_review(actor=world.security, review=Review.objects.get(), reason="Changed.")
    services.block(actor=second(world), name=NAME, specifier="", reason="Stolen.", ecosystem="pypi")
    assert answer(world, lock).verdict == "deny"

    again = status_of([lock], use_case=world.use_case, at=before.at)
    assert (again.verdict, again.facts) == ("allow", kept.facts)
    assert facts_digest(again.facts) == facts_digest(before)


def test_what_was_not_known_then_is_not_known_then(world, lock, fresh):
    early = Review.objects.get().confirmed_at - timedelta(microseconds=1)
    status = status_of([lock], use_case=world.use_case, at=early)

    assert status.verdict == "deny"
    assert codes(status) >= {"missing", "advisories_missing"}
    long_ago = status_of([lock], use_case=world.use_case, at=clock.now() - 400 * DAY)
    assert "unknown_hash" in codes(long_ago)


# Tiers, many at once, statements ---------------------------------------------------------------------------------------


def test_a_use_case_without_a_tier_and_no_use_case_are_taken_for_the_highest(world, lock):
    assert facts_of([lock], use_case=world.use_case).demand.tier == "high"
    assert facts_of([lock], use_case=None).demand.tier == "high"
    usecases.define(
        actor=world.lead, use_case=world.use_case, business_problem="x", ml_problem="y", risk_tier="low",
        kpis=[{"name": "n", "unit": "", "baseline": 0, "target": 1}],
    )  # fmt: skip
    assert facts_of([lock], use_case=world.use_case).demand.tier == "low"
    assert tiers_of([world.use_case.pk], clock.now() - DAY) == {world.use_case.pk: ""}


def test_many_use_cases_at_once_are_answered_as_each_alone(world, fresh, release):
    lock = services.record_set(actor=world.ci, path="requirements.txt", content=f"joblib==1.4.2 --hash={SHA}\n")
    other = usecases.open_use_case(actor=world.lead, slug="other", title="Other")
    in_force(world, criteria=["safe-to-deploy", "io-verified"])
    good = locked(world, release, path="good.txt")

    asked = {1: ([lock], world.use_case), 2: ([lock], other), 3: ([good, lock], other), 4: ([], None)}
    at = clock.now()
    with CaptureQueriesContext(connection) as statements:
        found = statuses_of(asked, at=at)
    assert len(statements) <= 12
    for key, (sets, use_case) in asked.items():
        alone = status_of(sets, use_case=use_case, at=at)
        assert (found[key].verdict, codes(found[key])) == (alone.verdict, codes(alone))
    assert [found[key].verdict for key in asked] == ["allow", "deny", "deny", "unknown"]


def test_the_number_of_statements_does_not_depend_on_the_number_of_packages(world, release, fresh):
    many = "\n".join(f"package-{number}==1.0 --hash={SHA}" for number in range(60))
    large = services.record_set(actor=world.ci, path="large.txt", content=many + "\n")
    counts = []
    for row in (locked(world, release), large):
        with CaptureQueriesContext(connection) as statements:
            answer(world, row)
        counts.append(len(statements))
    assert max(counts) <= 11


def test_what_is_asked_for_or_waits_to_be_confirmed_is_under_way(world):
    first, later = released({"thing/a.py": READS}), released({"thing/a.py": RUNS}, "2.0")
    lock = locked(world, first, locked(world, later).raw.strip(), path="both.txt")
    rows = [row.asked for row in answer(world, lock).requirements]
    assert under_way(rows) == frozenset()

    services.ask_review(actor=world.scientist, ecosystem="pypi", name="thing", version="1.0", use_case=world.use_case, why="x")
    draft = start_review(actor=world.scientist, release=later)
    judge_all(world.scientist, draft)
    assert {row.version for row in under_way(rows)} == {"1.0"}
    prepare_review(actor=world.scientist, review=draft, expires_at=clock.now() + 30 * DAY)
    assert under_way(rows) == frozenset(rows)
    assert ReviewRequest.objects.count() == 1
