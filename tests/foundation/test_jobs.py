from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from foundation import actor as actors
from foundation import clock, jobs, tasks
from foundation.errors import Invalid
from foundation.models import Job

ran: list[dict] = []


@jobs.handler("test.note")
def _note(run: jobs.Run) -> None:
    ran.append(run.args)
    run.step(1, 4, "a quarter")


@jobs.handler("test.refuse")
def _refuse(run: jobs.Run) -> None:
    raise Invalid("There is no such colour.")


@jobs.handler("test.break")
def _break(run: jobs.Run) -> None:
    raise ZeroDivisionError("far inside")


@jobs.handler("test.cancelled meanwhile")
def _cancelled(run: jobs.Run) -> None:
    Job.objects.filter(pk=run.job.pk).update(state=Job.State.CANCELLED)
    run.step(1, 2)
    ran.append({"went": "on"})


@jobs.handler("test.overtaken")
def _overtaken(run: jobs.Run) -> None:
    Job.objects.filter(pk=run.job.pk).update(lease_id="another worker")
    with transaction.atomic():
        run.still_mine()
    ran.append({"went": "on"})


@pytest.fixture(autouse=True)
def _nothing_ran(db):
    ran.clear()


def submit(kind: str = "test.note", key: str = "k", actor=None, **args) -> Job:
    return jobs.submit(actor=actor or actors.system("test"), kind=kind, args=args, key=key)


def again(job: Job) -> Job:
    job.refresh_from_db()
    return job


def test_a_job_is_done_once_and_says_how_far_it_is():
    job = submit(colour="red")

    assert jobs.run(job.pk) is True
    assert ran == [{"colour": "red"}]
    assert (again(job).state, job.percent, job.attempts, job.error) == ("done", 100, 1, "")
    assert jobs.run(job.pk) is False
    assert len(ran) == 1


def test_the_same_work_is_queued_once():
    assert submit(key="same") == submit(key="same")
    assert Job.objects.count() == 1


def test_work_nobody_can_do_is_not_queued():
    with pytest.raises(ValueError, match="no handler"):
        submit(kind="test.unheard of")


def test_a_kind_has_one_handler():
    with pytest.raises(ValueError, match="have a handler already"):
        jobs.handler("test.note")(_note)


def test_the_bell_rings_after_commit_and_only_for_new_work(monkeypatch, django_capture_on_commit_callbacks):
    rung: list[int] = []
    monkeypatch.setattr(tasks.run_job, "delay", rung.append)

    with django_capture_on_commit_callbacks(execute=True):
        job = submit()
        assert rung == []
    with django_capture_on_commit_callbacks(execute=True):
        submit()

    assert rung == [job.pk]


def test_a_bell_that_cannot_be_rung_loses_nothing(monkeypatch, django_capture_on_commit_callbacks):
    def down(pk: int) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.run_job, "delay", down)

    with django_capture_on_commit_callbacks(execute=True):
        job = submit()

    assert again(job).state == "queued"


def test_a_refusal_is_told_in_its_own_words_and_a_defect_with_its_trace():
    refused, broken = submit("test.refuse", "1"), submit("test.break", "2")
    jobs.run(refused.pk)
    jobs.run(broken.pk)

    assert (again(refused).state, refused.error) == ("failed", "There is no such colour.")
    assert again(broken).state == "failed"
    assert "ZeroDivisionError: far inside" in broken.error


def test_a_handler_notices_at_its_next_step_that_it_was_cancelled():
    job = submit("test.cancelled meanwhile")

    assert jobs.run(job.pk) is False
    assert again(job).state == "cancelled"
    assert ran == []


def test_a_handler_that_was_overtaken_leaves_no_trace():
    job = submit("test.overtaken")

    assert jobs.run(job.pk) is False
    assert again(job).state == "running"
    assert ran == []


def running(job: Job, *, lease_until, attempts: int = 1) -> Job:
    Job.objects.filter(pk=job.pk).update(state="running", lease_id="x", lease_until=lease_until, attempts=attempts)
    return again(job)


def test_the_reaper_gives_back_what_nobody_holds_and_leaves_the_rest():
    now = clock.now()
    lost = running(submit(key="lost"), lease_until=now - timedelta(seconds=1))
    held = running(submit(key="held"), lease_until=now + timedelta(seconds=30))
    hopeless = running(submit(key="hopeless"), lease_until=now - timedelta(seconds=1), attempts=jobs.MAX_ATTEMPTS)

    assert jobs.reap() == 1

    assert (again(lost).state, again(held).state, again(hopeless).state) == ("queued", "running", "failed")
    assert "died" in hopeless.error
    assert jobs.run(lost.pk) is True


def test_the_reaper_rings_again_for_what_was_not_heard(monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(tasks.run_job, "delay", rung.append)
    unheard, fresh = submit(key="unheard"), submit(key="fresh")
    Job.objects.filter(pk=unheard.pk).update(rung_at=clock.now() - timedelta(minutes=5))

    assert jobs.reap() == 1
    assert rung == [unheard.pk]
    assert again(fresh).rung_at is not None
    assert jobs.reap() == 0


def test_at_a_start_running_jobs_are_given_back_at_once():
    job = running(submit(), lease_until=clock.now() + timedelta(hours=1))

    assert jobs.release_all() == 1
    assert again(job).state == "queued"


def test_one_cancels_ones_own_jobs_only_and_only_while_they_are_not_over(world):
    job = submit(actor=world.lead, key="mine")

    assert jobs.cancel(actor=world.stranger, job=job) is False
    assert jobs.cancel(actor=world.lead, job=job) is True
    assert again(job).state == "cancelled"
    assert jobs.cancel(actor=world.lead, job=job) is False
    assert jobs.run(job.pk) is False


def test_the_task_does_what_the_bell_asks_for():
    job = submit(key="task")
    tasks.run_job(job.pk)

    assert again(job).state == "done"


def test_jobs_are_shown_to_who_queued_them(world):
    job = submit(actor=world.lead, key="shown")
    url = f"/api/v1/jobs/{job.public_id}"

    shown = world.api("lead").get(url)
    assert (shown.status_code, shown.json()["state"], shown.json()["percent"]) == (200, "queued", 0)
    assert world.api("scientist").get(url).status_code == 404
    assert world.api("lead").post(f"{url}/cancel").json()["state"] == "cancelled"
    over = world.api("lead").post(f"{url}/cancel")
    assert (over.status_code, over.json()["code"]) == (409, "job.over")
