from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, Job
from lineage.models import Component, ModelVersion, Repository
from lineage.selectors.manifest import COMPONENTS, manifest_of
from lineage.selectors.manifests import manifest_digests
from lineage.services import repositories, versions
from lineage.services.verification import verify_version
from tests.conftest import LOCK

PUSHED = {"name": "churn-model", "version": "7", "commit": "c" * 40}


def register(world, actor=None, use_case=None, **data):
    return versions.register_model_version(actor=actor or world.ci, use_case=use_case or world.use_case, data={**PUSHED, **data})


def test_the_same_push_again_changes_nothing(world, push):
    row = push()
    events = AuditEvent.objects.count()
    again = push()

    assert again == row
    assert ModelVersion.objects.count() == 1
    assert AuditEvent.objects.count() == events


def test_a_push_says_what_it_came_to(world):
    first = register(world, metrics={"recall": Decimal("0.7")})
    same = register(world, metrics={"recall": Decimal("0.70")})
    more = register(world, metrics={"precision": Decimal("0.4")})

    assert [(done.created, done.changed) for done in (first, same, more)] == [(True, True), (False, False), (False, True)]
    assert {metric.name for metric in first.model_version.metrics.all()} == {"recall", "precision"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"commit": "a" * 40}, "commit"),
        ({"dirty": True}, "dirty"),
        ({"params": {"max_depth": 7}}, "params"),
        ({"artifact": {"uri": "s3://models/7", "sha256": "e" * 64, "size": 10, "serialization": "skops"}}, "artifact"),
        ({"runtime": {"kind": "image", "image_digest": "sha256:" + "1" * 64}}, "runtime"),
        ({"dependency_sets": [{"path": "requirements.txt", "content": LOCK.replace("2.0.0", "2.0.1")}]}, "dependency_sets"),
        ({"datasets": []}, "datasets"),
        ({"kind": "pipeline"}, "kind"),
    ],
)
def test_other_bytes_under_the_same_name_and_version_are_a_conflict_that_says_which(world, push, change, named):
    push()

    with pytest.raises(Conflict) as refused:
        push(**change)
    assert [item.field for item in refused.value.errors] == [named]
    assert ModelVersion.objects.count() == 1


def test_a_changed_figure_is_a_conflict_and_a_new_one_is_added(world):
    register(world, metrics={"recall": {"value": Decimal("0.7"), "dataset": "test"}})
    register(world, metrics={"recall": {"value": Decimal("0.6"), "dataset": "holdout"}})

    with pytest.raises(Conflict) as refused:
        register(world, metrics={"recall": {"value": Decimal("0.71"), "dataset": "test"}})
    assert refused.value.code == "model_version.metric_changed"


def test_a_name_belongs_to_one_use_case(world):
    from governance.usecases.services import open_use_case

    register(world)
    other = open_use_case(actor=world.lead, slug="other", title="Other")

    with pytest.raises(Conflict, match="taken by another use case"):
        register(world, actor=world.lead, use_case=other)


@pytest.mark.parametrize("part", ["business", "security", "auditor", "stranger"])
def test_only_builders_push(world, part):
    with pytest.raises(NotAllowed):
        register(world, actor=getattr(world, part))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"commit": "c" * 7}, "commit"),
        ({"commit": "C" * 40}, "commit"),
        ({"commit": "c" * 40 + "\n"}, "commit"),
        ({"artifact": {"sha256": "d" * 63}}, "artifact.sha256"),
        ({"metrics": {"recall": "high"}}, "metrics.recall"),
        ({"metrics": {"recall": True}}, "metrics.recall"),
        ({"metrics": {"recall": {"valeu": 1}}}, "metrics.recall"),
        ({"params": {"a": {"b": 1}, "a.b": 2}}, "params.a.b"),
        ({"params": {"x": Decimal("1e99999")}}, "params.x"),
        ({"confusion": {"tp": 1, "fp": -1, "fn": 0, "tn": 0}}, "confusion.fp"),
        ({"confusion_file": {"path": "c.json", "content": "[1"}}, "c.json"),
        ({"params_file": {"path": "params.yaml", "content": "lr: 1e999999999"}}, "params.yaml, line 1"),
        ({"datasets": [{"role": "train", "name": "a"}, {"role": "train", "name": "a"}]}, "datasets[1]"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_path_and_nothing_is_kept(world, change, field):
    with pytest.raises(Invalid) as refused:
        register(world, **change)
    assert [item.field for item in refused.value.errors] == [field]
    assert not ModelVersion.objects.exists()
    assert not AuditEvent.objects.filter(kind="lineage.model_version.registered").exists()


def test_parameters_are_flat_and_numbers_have_one_spelling(world):
    row = register(
        world, params={"model": {"lr": Decimal("0.10"), "depth": 6}, "seeds": [1, 2], "on": True, "none": None, "empty": {}}
    ).model_version

    assert row.params == {
        "empty": "{}",
        "model.depth": "6",
        "model.lr": "0.1",
        "none": None,
        "on": True,
        "seeds.0": "1",
        "seeds.1": "2",
    }


def test_everything_is_asserted_until_the_mirror_has_seen_it(world, push):
    row = push(repository="https://git.example.com/acme/churn")

    assert {fact.key: fact.status for fact in row.facts.all()} == {
        "commit": "asserted",
        "working_tree": "asserted",
        "repository": "asserted",
        "artifact": "asserted",
        "file:requirements.txt": "asserted",
    }
    assert not verify_version(model_version=row)


@pytest.fixture
def mirrored_use_case(world, source, settings):
    settings.ALLOW_LOCAL_REPOSITORIES = True
    sha = source.commit("train", files={"train.py": "fit()\n", "requirements.txt": LOCK})
    repository, job = repositories.register_repository(actor=world.engineer, use_case=world.use_case, url=str(source.path))
    return repository, sha, job


def test_what_the_mirror_has_seen_is_verified_and_the_lock_leaves_the_code(world, push, mirrored_use_case):
    repository, sha, _job = mirrored_use_case
    assert repositories.synchronise(repository=repository) == 2
    row = push(commit=sha)

    facts = {fact.key: fact for fact in row.facts.all()}
    assert {facts[key].status for key in ("commit", "tree", "repository", "file:requirements.txt")} == {"verified"}
    code = manifest_of(row).bodies["code"]
    assert code["left_out"] == ["requirements.txt"]


def test_a_commit_that_arrives_later_is_verified_then(world, push, mirrored_use_case):
    from foundation import outbox

    repository, sha, _job = mirrored_use_case
    row = push(commit=sha)
    before = manifest_of(row).digests["code"]
    repositories.synchronise(repository=repository)
    outbox.deliver()

    after = manifest_of(ModelVersion.objects.get(pk=row.pk))
    assert after.digests["code"] != before
    assert AuditEvent.objects.filter(kind="lineage.model_version.verified", subject_id=row.public_id).count() == 1
    outbox.deliver()
    assert not verify_version(model_version=row)


def test_another_commit_with_the_same_tree_is_the_same_code(world, push, source, mirrored_use_case):
    repository, sha, _job = mirrored_use_case
    other = source.commit("nothing but a message")
    repositories.synchronise(repository=repository)

    first, second = push("1", commit=sha), push("2", commit=other)
    assert manifest_of(first).digests["code"] == manifest_of(second).digests["code"]


def test_a_manifest_has_all_components_and_holds_no_name_of_the_version(world, push):
    first, second = (
        manifest_of(push("7")),
        manifest_of(push("8", artifact={"uri": "s3://models/7", "sha256": "d" * 64, "serialization": "skops"})),
    )

    assert tuple(first.digests) == COMPONENTS
    assert first.digests == second.digests
    assert first.digest == second.digest


def test_the_manifests_of_many_are_those_of_each(world, push):
    rows = [push("1"), push("2", params={"max_depth": 9}), push("3", datasets=[])]

    assert manifest_digests(rows) == {row.pk: dict(manifest_of(row).digests) for row in rows}


def test_new_figures_change_the_component_model_and_no_other(world, push):
    row = push()
    before = manifest_of(row).digests
    push(metrics={"precision": {"value": Decimal("0.4"), "dataset": "test"}})
    after = manifest_of(ModelVersion.objects.get(pk=row.pk)).digests

    assert {name for name in COMPONENTS if before[name] != after[name]} == {"model"}
    assert Component.objects.filter(model_version=row, name="model").count() == 2


# Repositories --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc",
        "/etc",
        "http://example.com/a",
        "https://127.0.0.1/a",
        "https://localhost/a",
        "ext::sh -c id",
        "-u",
        "",
        "https://u:p@example.com/a",
        "ssh://-oProxyCommand=x/a",
    ],
)
def test_addresses_that_may_not_be_fetched_are_refused(world, url):
    with pytest.raises(Invalid):
        repositories.register_repository(actor=world.engineer, use_case=world.use_case, url=url)
    assert not Repository.objects.exists()


def test_registering_again_only_synchronises_again(world, mirrored_use_case, source):
    repository, _sha, job = mirrored_use_case
    again, same_job = repositories.register_repository(actor=world.engineer, use_case=world.use_case, url=str(source.path))

    assert (again, same_job) == (repository, job)
    assert AuditEvent.objects.filter(kind="lineage.repository.registered").count() == 1


def test_a_repository_is_seen_through_its_use_cases(world, mirrored_use_case):
    repository, _sha, _job = mirrored_use_case

    def seen(actor) -> bool:
        return Repository.objects.visible_to(actor).filter(pk=repository.pk).exists()

    assert [seen(actor) for actor in (world.security, world.ci, world.auditor)] == [True, True, True]
    assert not seen(world.stranger)


def test_a_synchronisation_that_fails_says_why_and_leaves_what_was_there(world, mirrored_use_case, source, tmp_path):
    repository, _sha, _job = mirrored_use_case
    repositories.synchronise(repository=repository)
    source.path.rename(tmp_path / "moved")

    with pytest.raises(Invalid):
        repositories.synchronise(repository=repository)
    repository.refresh_from_db()
    assert repository.problem
    assert repository.commits.count() == 2


def test_the_job_does_the_synchronisation(world, mirrored_use_case):
    from foundation import jobs

    repository, _sha, job = mirrored_use_case
    assert jobs.run(job.pk)
    repository.refresh_from_db()
    job.refresh_from_db()

    assert (job.state, repository.commit_count, repository.head, repository.problem) == ("done", 2, "main", "")


def test_a_push_of_a_commit_that_the_mirror_has_not_seen_fetches_it(world, push, source, mirrored_use_case):
    from foundation import jobs, outbox

    _repository, _sha, first = mirrored_use_case
    assert jobs.run(first.pk)
    later = source.commit("later", files={"train.py": "print(1)\n"})
    row = push(commit=later)
    queued = Job.objects.get(kind="lineage.synchronise", state=Job.State.QUEUED)
    push(commit=later)
    assert Job.objects.filter(kind="lineage.synchronise").count() == 2, "asked twice, fetched once"

    assert jobs.run(queued.pk)
    outbox.deliver()
    assert {fact.status for fact in row.facts.filter(key="commit")} >= {"verified"}
    push(version="8", commit=later)
    assert Job.objects.filter(kind="lineage.synchronise").count() == 2, "nothing to fetch for a commit that is here"


def test_repositories_in_use_are_looked_at_again_after_a_while(world, mirrored_use_case):
    from foundation import jobs

    _repository, _sha, first = mirrored_use_case
    assert jobs.run(first.pk)
    assert repositories.synchronise_stale(older_than=timedelta(minutes=30)) == 0

    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert repositories.synchronise_stale(older_than=timedelta(minutes=30)) == 1
    assert Job.objects.filter(kind="lineage.synchronise", state=Job.State.QUEUED).count() == 1


def test_a_digest_alone_means_the_file_that_was_described_before(world, push):
    described = {"uri": "s3://models/7", "sha256": "e" * 64, "size": 10, "serialization": "skops"}
    seven = push(artifact=described)
    eight = push(version="8", artifact={"sha256": "sha256:" + "e" * 64})
    other = push(version="9", artifact={"sha256": "f" * 64})

    assert manifest_of(eight).digests["model"] == manifest_of(seven).digests["model"]
    assert (eight.serialization, other.serialization) == ("skops", "")
