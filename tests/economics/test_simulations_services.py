"""Having a case simulated: at once, as a job, twice, and when it cannot be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from foundation import jobs
from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, Job
from governance.economics.components import plan_of
from governance.economics.models import Simulation
from governance.economics.plan import Range, Scenario
from governance.economics.services import simulations, write_snapshot
from governance.economics.services.simulations import AT_ONCE, ask_simulation
from governance.economics.simulation import simulate
from governance.economics.simulations_written import figure_of, result_as_mapping
from tests.economics.case_plans import rich_plan, simple_plan

LARGE = AT_ONCE + 1


@pytest.fixture
def snapshot(world):
    return write_snapshot(actor=world.lead, use_case=world.use_case, plan=rich_plan())


@pytest.fixture
def asleep(monkeypatch):
    """Nobody hears the bell: jobs are run by hand."""
    monkeypatch.setattr(jobs, "ring", lambda pk: None)


def ask(world, snapshot, trials=200, seed=7, **said):
    return ask_simulation(actor=world.lead, snapshot=snapshot, trials=trials, seed=seed, **said)


def test_a_few_trials_are_run_at_once_and_kept_with_what_is_needed_to_run_them_again(world, snapshot):
    row, new = ask(world, snapshot)

    assert new
    assert row.finished_at is not None
    assert row.job is None
    row.refresh_from_db()
    assert row.result == result_as_mapping(simulate(plan_of(snapshot), seed=7, trials=200))
    assert row.result_digest == digest(row.result)
    assert figure_of(row.result, "mean") == Decimal(repr(simulate(plan_of(snapshot), seed=7, trials=200).mean))
    event = AuditEvent.objects.filter(kind="economics.simulation.run").get()
    assert event.subject_id == row.public_id


def test_the_same_again_gives_what_there_is(world, snapshot):
    first, _new = ask(world, snapshot)
    second, new = ask(world, snapshot, scenario="base")

    assert (second.pk, new) == (first.pk, False)
    assert AuditEvent.objects.filter(kind="economics.simulation.run").count() == 1
    assert ask(world, snapshot, seed=8)[0].pk != first.pk


def test_without_a_seed_one_is_drawn_that_every_reader_of_json_holds(world, snapshot):
    one, other = ask(world, snapshot, seed=None)[0], ask(world, snapshot, seed=None)[0]

    assert one.seed != other.seed
    assert 0 < one.seed < 2**53


def test_a_scenario_is_simulated_with_what_it_says(world):
    plan = rich_plan(scenarios=(Scenario("cheap", "Cheap", {"line.gpu.unit_price": Decimal(3)}),))
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=plan)

    assert ask(world, snapshot, scenario="cheap")[0].result["base"] != ask(world, snapshot)[0].result["base"]


def test_many_trials_are_a_job_whose_result_is_written_once(world, snapshot, asleep):
    row, new = ask(world, snapshot, LARGE)
    assert new
    assert row.finished_at is None
    assert row.result is None
    assert AuditEvent.objects.filter(kind="economics.simulation.asked").count() == 1

    assert jobs.run(row.job_id)
    row.refresh_from_db()
    assert (row.result["trials"], row.result_digest) == (LARGE, digest(row.result))
    assert row.job.state == Job.State.DONE
    event = AuditEvent.objects.filter(kind="economics.simulation.run").get()
    assert event.actor_label == world.lead.label
    assert ask(world, snapshot, LARGE) == (row, False)


def test_a_worker_that_died_leaves_nothing_and_the_next_one_finishes(world, snapshot, asleep, monkeypatch):
    row, _new = ask(world, snapshot, LARGE)
    job = row.job

    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(simulations, "simulate", dies)
        with pytest.raises(SystemExit):
            jobs.run(job.pk)
    row.refresh_from_db()
    assert row.finished_at is None

    jobs.release_all()
    assert jobs.run(job.pk)
    row.refresh_from_db()
    assert row.result is not None


def test_who_lost_the_job_writes_nothing(world, snapshot, asleep, monkeypatch):
    row, _new = ask(world, snapshot, LARGE)
    real = simulations.simulate

    def taken_away(*args, **kwargs):
        found = real(*args, **kwargs)
        Job.objects.filter(pk=row.job_id).update(lease_id="another")
        return found

    monkeypatch.setattr(simulations, "simulate", taken_away)
    assert not jobs.run(row.job_id)
    row.refresh_from_db()
    assert row.result is None


@pytest.mark.parametrize("state", [Job.State.FAILED, Job.State.CANCELLED])
def test_asked_again_after_its_job_died_another_job_is_begun(world, snapshot, asleep, state):
    row, _new = ask(world, snapshot, LARGE)
    Job.objects.filter(pk=row.job_id).update(state=state)

    again, new = ask(world, snapshot, LARGE)

    assert (again.pk, new) == (row.pk, False)
    assert again.job_id != row.job_id
    assert jobs.run(again.job_id)
    again.refresh_from_db()
    assert again.result is not None


def test_only_so_many_wait_at_once(world, snapshot, asleep):
    for seed in range(simulations.MOST_WAITING):
        ask(world, snapshot, LARGE, seed=seed)

    with pytest.raises(Conflict, match="waiting already"):
        ask(world, snapshot, LARGE, seed=99)
    assert Simulation.objects.count() == simulations.MOST_WAITING


@pytest.mark.parametrize(
    ("field", "said"),
    [("trials", {"trials": 99}), ("trials", {"trials": 1_000_001}), ("trials", {"trials": True}), ("seed", {"seed": -1}),
     ("seed", {"seed": 2**63}), ("scenario", {"scenario": "nothing"}), ("scenario", {"scenario": "do_nothing"})],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_named_and_nothing_is_kept(world, snapshot, field, said):
    with pytest.raises(Invalid) as refusal:
        ask(world, snapshot, **said)

    assert [error.field for error in refusal.value.errors] == [field]
    assert not Simulation.objects.exists()


def test_a_case_without_ranges_is_refused_with_what_to_do(world):
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=simple_plan())

    with pytest.raises(Invalid, match="low and high values"):
        ask(world, snapshot, LARGE)
    assert not Job.objects.filter(kind=simulations.JOB).exists()


def test_a_scenario_outside_the_range_is_refused_before_any_job(world):
    plan = rich_plan(scenarios=(Scenario("far", "Far", {"line.gpu.quantity": Decimal(500)}),))
    snapshot = write_snapshot(actor=world.lead, use_case=world.use_case, plan=plan)

    with pytest.raises(Invalid, match="does not lie in its range from 80 to 150"):
        ask(world, snapshot, LARGE, scenario="far")


def test_who_does_not_work_on_the_use_case_reads_only(world, snapshot):
    with pytest.raises(NotAllowed, match="do not work on this use case"):
        ask_simulation(actor=world.auditor, snapshot=snapshot, trials=200)


def test_a_result_is_never_changed(world, snapshot):
    row, _new = ask(world, snapshot)

    with pytest.raises(DatabaseError), transaction.atomic():
        Simulation.objects.filter(pk=row.pk).update(result={})


def test_the_engine_tells_how_far_it_is_and_can_be_stopped():
    plan = replace(simple_plan(), lines=tuple(replace(line, unit_price_range=Range(line.unit_price / 2, line.unit_price * 2))
                                              for line in simple_plan().lines))  # fmt: skip
    told = []
    simulate(plan, seed=1, trials=10_000, reached=told.append)
    assert told == [4096, 8192, 10_000]

    def stop(done: int) -> None:
        raise KeyError(done)

    with pytest.raises(KeyError):
        simulate(plan, seed=1, trials=10_000, reached=stop)
