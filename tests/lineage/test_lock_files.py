"""Lock files that nobody pushed: found at the commit of a version by their names, read, and kept with it."""

from __future__ import annotations

import json

import pytest

from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dependencies.models import DependencySet
from lineage.models import ModelVersion
from lineage.selectors.lock_files import format_at, lock_files_at_commit
from lineage.selectors.manifest import manifest_of
from lineage.services import repositories
from lineage.services.lock_files import MOST, READ, read_lock_files
from tests.conftest import LOCK
from tests.dependencies.samples import SAMPLES
from tests.usecases.test_pages import text_of

DOCKERFILE = SAMPLES["docker/Dockerfile"]
FILES = {
    "train.py": "fit()\n",
    "README.txt": "no lock\n",
    "requirements.txt": LOCK,
    "train/uv.lock": SAMPLES["train/uv.lock"],
    "docker/Dockerfile": DOCKERFILE,
    "tests/requirements.txt": "pytest==8.0.0\n",
    "sbom.json": SAMPLES["bom.json"],
    "broken/poetry.lock": b"\xff\xfe\x00",
    "notes.md": "x",
}


@pytest.fixture
def built(world, source, settings, push):
    """A version whose commit is in the mirror, and that came without a lock file."""
    settings.ALLOW_LOCAL_REPOSITORIES = True
    source.write("link/uv.lock", "")
    (source.path / "link" / "uv.lock").unlink()
    (source.path / "link" / "uv.lock").symlink_to("../../../../etc/passwd")
    sha = source.commit("train", files=FILES)
    repository, _job = repositories.register_repository(actor=world.engineer, use_case=world.use_case, url=str(source.path))
    repositories.synchronise(repository=repository)
    return push(commit=sha, dependency_sets=[])


def read(world, row, *paths, part="engineer"):
    return read_lock_files(actor=getattr(world, part), model_version=row, paths=paths)


def url(row) -> str:
    return f"/models/{row.public_id}/lock-files/"


def test_what_is_a_lock_file_by_its_name_is_found_near_the_root_first_and_no_link(built):
    found = lock_files_at_commit(built)

    assert [(file.path, file.format, file.aside) for file in found.files] == [
        ("requirements.txt", "requirements.txt", False),
        ("broken/poetry.lock", "poetry", False),
        ("docker/Dockerfile", "dockerfile", False),
        ("train/uv.lock", "uv", False),
        ("tests/requirements.txt", "requirements.txt", True),
    ]


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("requirements/prod.txt", "requirements.txt"),
        ("requirements-dev.in", "requirements.txt"),
        ("deploy/Dockerfile.gpu", "dockerfile"),
        ("README.txt", ""),
        ("uv.lock.bak", ""),
        ('"\\344\\275/uv.lock"', ""),
        ("a\u2028/uv.lock", ""),
        ("x" * 300 + "/uv.lock", ""),
    ],
)
def test_not_every_text_is_a_lock_file(path, format):
    assert format_at(path) == format


def test_what_is_read_belongs_to_the_version_is_verified_and_leaves_the_code(world, built):
    before = manifest_of(built).digests
    fresh = read(world, built, "train/uv.lock", "docker/Dockerfile")
    row = ModelVersion.objects.get(pk=built.pk)
    after = manifest_of(row)

    assert [item.path for item in fresh] == ["train/uv.lock", "docker/Dockerfile"]
    assert {item["path"] for item in after.bodies["dependencies"]["sets"]} == {"train/uv.lock", "docker/Dockerfile"}
    assert after.bodies["code"]["left_out"] == ["docker/Dockerfile", "train/uv.lock"]
    assert {name for name in before if before[name] != after.digests[name]} == {"dependencies", "code"}
    facts = {fact.key: fact for fact in row.facts.all()}
    assert facts["file:train/uv.lock"].status == "verified"
    event = AuditEvent.objects.get(kind=READ.code)
    assert (event.subject_id, event.scope) == (built.public_id, world.use_case.public_id)


def test_the_same_again_changes_nothing(world, built):
    read(world, built, "train/uv.lock")
    digests, events = manifest_of(built).digests, AuditEvent.objects.count()

    assert read(world, built, "train/uv.lock") == []
    assert manifest_of(built).digests == digests
    assert AuditEvent.objects.count() == events


def test_a_lock_that_was_recorded_elsewhere_with_another_comment_is_the_same_and_still_leaves_the_code(world, built):
    known = DependencySet.objects.count()
    from governance.dependencies.services import record_set

    first = record_set(actor=world.ci, path="requirements.txt", content="# of another commit\n" + LOCK)
    (fresh,) = read(world, built, "requirements.txt")

    assert fresh == first
    assert DependencySet.objects.count() == known + 1
    assert manifest_of(built).bodies["code"]["left_out"] == ["requirements.txt"]


def test_a_file_whose_name_tells_nothing_is_read_by_its_path(world, built):
    (fresh,) = read(world, built, "sbom.json")

    assert fresh.format == "cyclonedx-json"


@pytest.mark.parametrize(
    ("paths", "field", "code"),
    [
        ([], "paths", "required"),
        (["  "], "paths", "required"),
        ([f"{number}.txt" for number in range(MOST + 1)], "paths", "too_many"),
        (["train/uv.lock", "nothing/uv.lock"], "nothing/uv.lock", "missing"),
        (["train/uv.lock", "notes.md"], "notes.md", "format_unknown"),
        (["train/uv.lock", "broken/poetry.lock"], "broken/poetry.lock", "dependencies.not_utf8"),
        (["link/uv.lock"], "link/uv.lock", "syntax"),
    ],
)
def test_all_are_kept_or_none_and_each_path_is_named(world, built, paths, field, code):
    if code == "syntax":  # a link is a file that holds a path: it is read as that, and nothing is followed
        assert [problem["code"] for problem in read(world, built, *paths)[0].problems] == ["syntax"]
        return
    with pytest.raises(Invalid) as caught:
        read(world, built, *paths)

    assert [(error.field, error.code) for error in caught.value.errors] == [(field, code)]
    assert not DependencySet.objects.exists()
    assert not built.locks.exists()


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a//b", "a\nb"])
def test_a_path_that_is_none_is_refused(world, built, path):
    with pytest.raises(Invalid, match="not the path of a file"):
        read(world, built, path)


def test_what_came_with_the_version_in_other_words_is_not_replaced(world, source, built, push):
    row = push("8", commit=built.commit, dependency_sets=[{"path": "requirements.txt", "content": "other==1\n"}])

    with pytest.raises(Conflict, match="another content"):
        read(world, row, "requirements.txt")
    assert read(world, push("9", commit=built.commit), "requirements.txt") == []


def test_a_commit_that_no_mirror_has_is_a_conflict(world, push):
    row = push(commit="a" * 40, dependency_sets=[])

    assert lock_files_at_commit(row).commit is None
    with pytest.raises(Conflict, match="not seen in a mirror"):
        read(world, row, "uv.lock")


def test_who_does_not_build_it_cannot_add_to_it(world, built):
    for part in ("stranger", "business", "security", "auditor"):
        with pytest.raises(NotAllowed):
            read(world, built, "train/uv.lock", part=part)


# The page and HTTP ---------------------------------------------------------------------------------------------------


def test_the_page_offers_what_is_likely_of_the_model_and_reads_what_is_chosen(world, built):
    client = world.client("engineer")
    page = client.get(url(built))

    assert [item["file"].path for item in page.context["files"] if item["chosen"]] == [
        "requirements.txt", "broken/poetry.lock", "docker/Dockerfile", "train/uv.lock",
    ]  # fmt: skip
    answer = client.post(url(built), {"paths": ["train/uv.lock", "docker/Dockerfile"]})
    assert answer.headers["Location"] == f"/models/{built.public_id}/"
    shown = text_of(client.get(answer.headers["Location"]))
    assert "2 lock files were read." in shown
    assert "docker/Dockerfile" in shown
    assert "Kept" in text_of(client.get(url(built)))


def test_what_cannot_be_read_is_said_on_the_page_and_the_choice_stays(world, built):
    answer = world.client("engineer").post(url(built), {"paths": ["train/uv.lock", "broken/poetry.lock"]})

    assert answer.status_code == 400
    assert "broken/poetry.lock: " in text_of(answer)
    assert [item["file"].path for item in answer.context["files"] if item["chosen"]] == ["broken/poetry.lock", "train/uv.lock"]
    assert world.client("engineer").post(url(built), {}).status_code == 400


def test_who_may_not_read_them_sees_them_and_why_not(world, built):
    page = world.client("auditor").get(url(built))

    assert page.status_code == 200
    assert "Only those who build this use case" in text_of(page)
    assert 'type="checkbox"' not in page.content.decode()
    assert world.client("stranger").get(url(built)).status_code == 404


def test_a_mirror_that_is_gone_is_told(world, built, settings, tmp_path):
    settings.MIRRORS = tmp_path / "elsewhere"

    assert "There is no mirror" in text_of(world.client("engineer").get(url(built)))
    assert world.api("ci").get(f"/api/v1/model-versions/{built.public_id}/lock-files").status_code == 409


def test_over_http_they_are_listed_and_read(world, built):
    client, address = world.api("ci"), f"/api/v1/model-versions/{built.public_id}/lock-files"
    first = client.get(address).json()
    made = client.post(address, json.dumps({"paths": ["train/uv.lock"]}), content_type="application/json")
    again = client.post(address, json.dumps({"paths": ["train/uv.lock"]}), content_type="application/json")

    assert first["commit"] == built.commit
    assert {file["path"]: file["dependency_set"] for file in first["files"]}["train/uv.lock"] is None
    assert (made.status_code, again.status_code) == (201, 200)
    kept = {file["path"]: file["dependency_set"] for file in made.json()["files"]}["train/uv.lock"]
    assert kept == built.locks.get().dependency_set.public_id
