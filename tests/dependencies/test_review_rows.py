"""Reviews as edges, read from their rows: what covers a lock file, what is missing, and the queue of those who review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock, jobs, outbox
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, Job
from governance.dependencies.models import Artifact, Release, ReviewRequest
from governance.dependencies.review_graph import NOTHING, Size
from governance.dependencies.selectors.graph import graph_of, same_version
from governance.dependencies.selectors.queue import queue_of
from governance.dependencies.selectors.work import backlog_of, smallest_for, suggestions_of
from governance.dependencies.services import (
    ask_review,
    close_request,
    prepare_review,
    record_set,
    start_review,
    withdraw_review,
)
from governance.dependencies.wording_reviews import comment_of
from tests.dependencies.released import ASKS, READS, RUNS, released
from tests.dependencies.reviewing import YEAR, prepared, reviewed

DEPLOY = ("safe-to-deploy",)


def locked(world, *releases: Release, path: str = "requirements.txt"):
    """A lock file that names these releases by the bytes that are known of them."""
    lines = []
    for release in releases:
        digest = Artifact.objects.get(release=release).sha256
        lines.append(f"{release.package.name}=={release.version} --hash={digest}")
    return record_set(actor=world.ci, path=path, content="\n".join(lines) + "\n")


def rows_of(lock):
    rows = list(lock.requirements.all())
    for row in rows:
        row.set = lock
    return rows


def missing(lock, at=None, scope="", criteria=DEPLOY):
    rows = rows_of(lock)
    graph = graph_of(rows, scope=scope, at=at or clock.now())
    return {row.name: tuple(graph.missing(row, criteria).values()) for row in rows if graph.missing(row, criteria)}


def test_a_release_is_covered_by_the_path_of_reviews_that_leads_to_it(world):
    one, two = released({"a.py": READS}), released({"a.py": READS, "b.py": ASKS}, "1.1")
    lock = locked(world, two)
    assert missing(lock) == {"thing": (DEPLOY,)}
    base = reviewed(world, one)
    assert missing(lock) == {"thing": (DEPLOY,)}
    reviewed(world, two, one)
    assert missing(lock) == {}
    assert missing(lock, criteria=("safe-to-run",)) == {}
    assert missing(lock, criteria=("io-verified",)) == {"thing": (("io-verified",),)}
    withdraw_review(actor=world.security, review=base, reason="Wrong.")
    assert missing(lock) == {"thing": (DEPLOY,)}


def test_what_has_run_out_is_absent_in_the_same_instant(world):
    one = released({"a.py": READS})
    row = reviewed(world, one)
    lock = locked(world, one)
    tick = timedelta(microseconds=1)
    assert missing(lock, row.expires_at - tick) == {}
    assert missing(lock, row.expires_at) == {"thing": (DEPLOY,)}


def test_a_prepared_review_covers_nothing_and_one_that_fails_counts_at_once(world):
    one = released({"a.py": READS})
    lock = locked(world, one)
    reviewed(world, one)
    assert missing(lock) == {}
    prepared(world.scientist, released({"a.py": ASKS}, "2"))
    bad = start_review(actor=world.engineer, release=one)
    prepare_review(actor=world.engineer, review=bad, expires_at=clock.now() + YEAR, verdict="fail", notes="It steals keys.")
    assert missing(lock) == {"thing": (DEPLOY,)}
    graph = graph_of(rows_of(lock), scope="", at=clock.now())
    assert graph.failed(("pypi", "thing"), DEPLOY) == {one.public_id}


def test_bytes_decide_which_release_a_lock_means_and_unknown_bytes_are_no_release(world):
    one = released({"a.py": READS})
    other = released({"a.py": READS + "\n# another build\n"})
    reviewed(world, one)
    lock = record_set(actor=world.ci, path="x.txt", content=f"thing==1.0 --hash=sha256:{'0' * 64}\nthing==1.0\n")
    by_hash, by_version = rows_of(lock)
    graph = graph_of([by_hash, by_version, *rows_of(locked(world, one))], scope="", at=clock.now())

    assert graph.node_of(by_hash) == ["version:1.0"]
    assert graph.node_of(by_version) == [one.public_id, other.public_id]
    assert graph.missing(by_version, DEPLOY) == {other.public_id: DEPLOY}


@pytest.mark.parametrize(
    ("one", "other", "same"), [("1.0", "1.0.0", True), ("1.0", "1.0.1", False), ("x", "x", True), ("x", "1", False)]
)
def test_versions_are_the_same_as_python_compares_them(one, other, same):
    assert same_version("pypi", one, other) is same
    assert same_version("conda", "1.0", "1.0.0") is False


def test_the_graph_of_many_packages_costs_what_that_of_one_does(world):
    releases = [released({"a.py": READS}, name=f"thing-{number}") for number in range(12)]
    for release in releases[:3]:
        reviewed(world, release)
    rows = rows_of(locked(world, *releases))
    with CaptureQueriesContext(connection) as few:
        graph_of(rows[:1], scope="", at=clock.now())
    with CaptureQueriesContext(connection) as many:
        graph = graph_of(rows, scope="", at=clock.now())
    assert len(many) == len(few) == 5
    assert [row.name for row in rows if not graph.missing(row, DEPLOY)] == ["thing-0", "thing-1", "thing-2"]


# The least work -------------------------------------------------------------------------------------------------------


def test_the_smallest_work_starts_from_what_was_reviewed(world):
    one, two = released({"a.py": READS, "b.py": ASKS}), released({"a.py": READS, "b.py": ASKS, "c.py": RUNS}, "1.1")
    reviewed(world, one)
    lock = locked(world, two)
    found = suggestions_of(lock, criteria=DEPLOY)

    (item,) = found.items
    (step,) = item.offer.best.reviews
    assert (step.base, step.target, item.missing) == (one.public_id, two.public_id, DEPLOY)
    assert (step.size.lines, step.size.points) == (len(RUNS.splitlines()), 1)
    assert found.releases[one.public_id].version == "1.0"
    assert item.offer.single == item.offer.best


def test_without_reviews_all_of_it_is_to_be_read(world):
    one = released({"a.py": READS, "b.py": ASKS})
    (item,) = suggestions_of(locked(world, one), criteria=DEPLOY).items
    (step,) = item.offer.best.reviews
    assert (step.base, step.size.lines) == (NOTHING, len((READS + ASKS).splitlines()))


def test_what_is_not_at_hand_and_what_failed_says_so_and_why(world):
    bad = released({"a.py": READS}, name="bad")
    review = start_review(actor=world.scientist, release=bad)
    prepare_review(actor=world.scientist, review=review, expires_at=clock.now() + YEAR, verdict="fail", notes="No.")
    good = locked(world, bad)
    lock = record_set(actor=world.ci, path="y.txt", content=good.raw + f"unseen==1 --hash=sha256:{'0' * 64}\n")
    assert {item.requirement.name: item.why for item in suggestions_of(lock).items} == {"bad": "failed", "unseen": "not_at_hand"}


def test_the_demand_of_a_use_case_decides_what_is_missing(world):
    one = released({"a.py": READS})
    reviewed(world, one)
    lock = locked(world, one)
    found = suggestions_of(lock, use_case=world.use_case)
    # nobody answered the questions about its risk, so it is taken for one of the highest
    assert [item.missing for item in found.items] == [("io-verified",)]
    assert suggestions_of(lock, criteria=DEPLOY).items == ()


def test_the_comment_says_exactly_what_is_missing_and_lets_nobody_write_markup(world):
    one, two = released({"a.py": READS}), released({"a.py": READS, "c.py": RUNS}, "1.1")
    reviewed(world, one)
    lock = locked(world, two)
    text = comment_of("re|qs[x](y).txt", suggestions_of(lock, criteria=DEPLOY), address="https://here/x")

    assert "1 package lacks a review" in text
    assert "| thing 1.1 | safe\\-to\\-deploy" in text or "| thing 1.1 | safe-to-deploy |" in text
    assert "1.0 → 1.1" in text
    assert "re\\|qs\\[x\\]\\(y\\).txt" in text
    reviewed(world, two, one)
    assert "every package that needs a review has one" in comment_of(
        "requirements.txt", suggestions_of(lock, criteria=DEPLOY), address="https://here/x"
    )


# Requests -------------------------------------------------------------------------------------------------------------


def test_a_request_has_many_requesters_and_is_closed_when_it_is_covered(world):
    one = released({"a.py": READS})
    first = ask_review(actor=world.scientist, name="Thing", version="1.0", use_case=world.use_case, why="For churn.")
    again = ask_review(actor=world.scientist, name="thing", version="1.0", use_case=world.use_case)
    other = ask_review(actor=world.lead, name="thing", version="1.0", criteria=["io-verified"])

    assert first.pk == again.pk == other.pk
    assert (other.criteria, other.requesters.count()) == (["io-verified", "safe-to-deploy"], 2)
    reviewed(world, one)
    assert ReviewRequest.objects.get().closed_at is None
    done = reviewed(world, one, criteria=["io-verified"])
    row = ReviewRequest.objects.get()
    assert (row.closed_at is not None, row.closed_because) == (True, done.public_id)
    assert AuditEvent.objects.filter(subject_id=row.public_id).count() == 2
    assert ask_review(actor=world.lead, name="thing", version="1.0").pk != row.pk


def test_asking_needs_a_version_and_known_criteria(world):
    for change in ({"version": " "}, {"criteria": ["safe"]}, {"criteria": []}):
        with pytest.raises(Invalid):
            ask_review(actor=world.scientist, **{"name": "thing", "version": "1.0", **change})
    assert not ReviewRequest.objects.exists()


def test_a_request_is_taken_back_by_its_only_requester_or_by_security(world):
    row = ask_review(actor=world.scientist, name="thing", version="1.0")
    with pytest.raises(NotAllowed):
        close_request(actor=world.lead, request=row, reason="No.")
    ask_review(actor=world.lead, name="thing", version="1.0")
    with pytest.raises(NotAllowed, match="Others asked"):
        close_request(actor=world.scientist, request=row, reason="No.")
    assert close_request(actor=world.security, request=row, reason="We use another.").closed_at
    with pytest.raises(Conflict):
        close_request(actor=world.security, request=row, reason="Again.")


# The queue ------------------------------------------------------------------------------------------------------------


def test_the_queue_puts_first_what_most_use_cases_wait_for_and_tells_the_size_of_each_job(world):
    one, two = released({"a.py": READS}), released({"b.py": ASKS}, name="other")
    prepared(world.scientist, one)
    prepared(world.scientist, two)
    ask_review(actor=world.lead, name="other", version="1.0", use_case=world.use_case)
    queue = queue_of(world.security)

    assert [str(item.review.release) for item in queue.waiting] == ["other 1.0", "thing 1.0"]
    assert queue.waiting[0].use_cases == 1
    assert all(item.job.decisions == len(item.review.points) and item.job.minutes for item in queue.waiting)
    assert all(item.may_confirm for item in queue.waiting)
    assert not any(item.may_confirm for item in queue_of(world.scientist).waiting)


def test_what_somebody_said_is_dangerous_stands_before_all(world):
    one, two = released({"a.py": READS}), released({"b.py": ASKS}, name="other")
    prepared(world.scientist, one)
    ask_review(actor=world.lead, name="thing", version="1.0", use_case=world.use_case)
    bad = start_review(actor=world.scientist, release=two)
    prepare_review(actor=world.scientist, review=bad, expires_at=clock.now() + YEAR, verdict="fail", notes="No.")
    assert [item.review.verdict for item in queue_of(world.security).waiting] == ["fail", "pass"]


def test_wishes_show_what_was_measured_and_who_sees_which_use_case(world):
    one = released({"a.py": READS})
    ask_review(actor=world.lead, name="thing", version="1.0", use_case=world.use_case)
    ask_review(actor=world.lead, name="unseen", version="2")
    (seen, unseen) = queue_of(world.security).wishes

    assert (seen.size, seen.why, seen.titles) == (None, "unmeasured", ("Customer churn",))
    assert unseen.why == "not_at_hand"
    suggestions_of(locked(world, one), criteria=DEPLOY)
    assert queue_of(world.security).wishes[0].size == Size(len(READS.splitlines()), 0, 1)
    assert queue_of(world.stranger).wishes[0].titles == ()
    draft = start_review(actor=world.scientist, release=one)
    assert queue_of(world.security).wishes[0].review == draft


def test_the_queue_costs_the_same_for_few_and_many(world):
    def fill(numbers):
        for number in numbers:
            release = released({"a.py": READS}, name=f"thing-{number}")
            prepared(world.scientist, release)
            ask_review(actor=world.lead, name=release.package.name, version="1.0", use_case=world.use_case)

    fill(range(2))
    queue_of(world.security)
    with CaptureQueriesContext(connection) as few:
        queue_of(world.security)
    fill(range(2, 12))
    with CaptureQueriesContext(connection) as many:
        queue_of(world.security)
    assert len(many) == len(few) <= 16


def test_the_backlog_has_each_review_once_with_the_use_cases_that_it_unblocks(world, push):
    one = released({"a.py": READS})
    lock = locked(world, one)
    suggestions_of(lock, criteria=DEPLOY)  # which measures it
    push("7", dependency_sets=[{"path": "requirements.txt", "content": lock.raw + "unseen==1\n"}])
    found = backlog_of(world.security)

    (step,) = found.steps
    assert (step.package, step.waiting, found.size) == ("pypi:thing", (world.use_case.public_id,), step.review.size)
    assert [(item.requirement.name, cases) for item, cases in found.stuck] == [("unseen", (world.use_case.public_id,))]
    assert backlog_of(world.stranger).steps == ()


def test_smallest_for_works_each_release_out_once(world):
    one = released({"a.py": READS})
    rows = rows_of(locked(world, one)) + rows_of(locked(world, one, path="dev.txt"))
    graph = graph_of(rows, scope="", at=clock.now())
    assert len(smallest_for(rows, wanted=lambda row: DEPLOY, graph=graph, patience=5)) == 1


def test_a_worker_measures_what_somebody_waits_for(world):
    released({"a.py": READS})
    ask_review(actor=world.lead, name="thing", version="1.0", use_case=world.use_case)
    assert queue_of(world.security).wishes[0].why == "unmeasured"
    outbox.deliver()
    job = Job.objects.get(kind="dependencies.measure")
    jobs.run(job.pk)
    assert queue_of(world.security).wishes[0].size == Size(len(READS.splitlines()), 0, 1)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
