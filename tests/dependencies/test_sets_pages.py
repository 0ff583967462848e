"""The pages on which lock files are recorded and read, and the same over HTTP."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from foundation.models import AuditEvent
from governance.dependencies.models import DependencySet
from governance.dependencies.services import record_set
from governance.usecases.conditions import evaluate
from tests.dependencies.samples import SAMPLES, A
from tests.usecases.test_pages import text_of

UPLOAD = "/dependencies/upload/"
URL = "/api/v1/dependency-sets"


def upload(client: Client, content: bytes = b"", name: str = "requirements.txt", **fields: str):
    file = {"file": SimpleUploadedFile(name, content)} if name else {}
    return client.post(UPLOAD, {**file, **fields})


def page_of(world, row: DependencySet, query: str = "") -> str:
    return text_of(world.client("stranger").get(f"/dependencies/{row.public_id}/{query}"))


# Recording by hand ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES)
def test_a_file_of_every_format_is_recorded_by_hand_and_its_page_can_be_read(world, path):
    client = world.client("stranger")
    answer = upload(client, SAMPLES[path].encode(), path.rpartition("/")[2], path=path)

    row = DependencySet.objects.get()
    assert answer.headers["Location"] == f"/dependencies/{row.public_id}/"
    assert row.path == path
    assert row.created_by == world.stranger.user
    page = client.get(answer.headers["Location"])
    assert "The lock file is recorded." in text_of(page)
    assert all(one.said in text_of(page) for one in [*page.context["unread"], *page.context["remarks"]])


def test_the_same_content_again_leads_to_the_set_that_is_there(world):
    client = world.client("scientist")
    first = upload(client, b"a==1")
    second = upload(client, b"a==1  # again")

    assert first.headers["Location"] == second.headers["Location"]
    assert "recorded before" in text_of(client.get(second.headers["Location"]))
    assert AuditEvent.objects.filter(kind="dependencies.set.recorded").count() == 1


def test_text_is_taken_too_and_keeps_its_blanks(world):
    text = "  - a\r\n"
    assert upload(world.client("scientist"), name="", content=text.encode(), path="a.txt").status_code == 400
    answer = world.client("scientist").post(UPLOAD, {"content": "name: a\ndependencies:\n  - b\n", "path": "environment.yml"})

    assert answer.status_code == 302
    assert DependencySet.objects.get().requirements.get().ecosystem == "conda"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file"),
        ({"content": "a==1"}, "Say where the file lies"),
        ({"file": SimpleUploadedFile("a.txt", b"a"), "content": "a==1"}, "not both"),
        ({"content": "a==1", "path": "a\nb.txt"}, "Say where the lock file lies"),
        ({"content": "a==1", "path": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_kept(world, fields, said):
    answer = world.client("scientist").post(UPLOAD, fields)

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not DependencySet.objects.exists()


def test_what_is_wrong_with_a_file_is_said_at_the_file_and_of_a_text_at_the_text(world):
    client = world.client("scientist")
    by_file = upload(client, b"\xff\xfe\x00")
    by_text = client.post(UPLOAD, {"content": "a" * (4 * 2**20 + 1), "path": "a.txt"})

    assert list(by_file.context["form"].errors) == ["file"]
    assert "Save it as UTF-8" in text_of(by_file)
    assert list(by_text.context["form"].errors) == ["content"]
    assert by_text.status_code == 413


def test_a_file_that_is_far_too_large_is_refused_before_it_is_kept_anywhere(world):
    answer = upload(world.client("scientist"), b" " * (26 * 2**20), "bom.json")

    assert "larger than what is read" in text_of(answer)
    assert not DependencySet.objects.exists()


# The page of a lock file ---------------------------------------------------------------------------------------------


def test_a_dockerfile_tells_in_words_what_it_does_and_is_not_called_unread(world):
    row = record_set(actor=world.ci, path="Dockerfile", content=SAMPLES["docker/Dockerfile"])
    page = page_of(world, row)

    assert "What could not be read" not in page
    assert "Name it by its digest" in page
    assert "The build fetches from the network" in page
    assert "runs as root" in page
    assert "1 package is not locked" in page


def test_an_environment_shows_its_channels_in_their_order_and_the_command_that_pins_it(world):
    row = record_set(actor=world.ci, path="env/environment.yml", content=SAMPLES["environment.yml"])
    answer = world.client("stranger").get(f"/dependencies/{row.public_id}/")
    page = text_of(answer)

    assert [(channel.name, channel.implicit) for channel in answer.context["channels"]] == [
        ("conda-forge", False), ("https://***@conda.example.com/team", False), ("defaults", True),
    ]  # fmt: skip
    assert "conda-lock lock --file env/environment.yml --platform linux-64 --lockfile env/conda-lock.yml" in page
    assert "The file does not name it" in page
    assert "secret" not in page
    assert "What could not be read" not in page  # the address was understood, and its password is told
    assert "credential_in_url" in page
    assert dict(answer.context["ecosystems"]) == {"conda": 3, "pypi": 1}


def test_a_lock_of_conda_has_nothing_to_pin(world):
    row = record_set(actor=world.ci, path="conda-lock.yml", content=SAMPLES["conda-lock.yml"])

    assert "How to pin it" not in page_of(world, row)


def test_own_code_is_called_so_and_not_loose(world):
    row = record_set(actor=world.ci, path="train/uv.lock", content=SAMPLES["train/uv.lock"])
    answer = world.client("stranger").get(f"/dependencies/{row.public_id}/")
    shown = {item.name: why for item, why in answer.context["requirements"]}

    assert [name for name, why in shown.items() if why] == ["outside"]
    assert text_of(answer).count("Own code") == 2
    assert answer.context["loose"] == 1
    assert answer.context["groups"] == ["group:dev", "main"]


def test_a_long_lock_file_is_narrowed_by_ecosystem_group_name_and_what_is_open(world):
    row = record_set(actor=world.ci, path="train/uv.lock", content=SAMPLES["train/uv.lock"])
    conda = record_set(actor=world.ci, path="environment.yml", content=SAMPLES["environment.yml"])
    client = world.client("stranger")

    def seen(row: DependencySet, query: str) -> list[str]:
        return [item.name for item, _why in client.get(f"/dependencies/{row.public_id}/{query}").context["requirements"]]

    assert seen(row, "?group=group:dev") == ["pytest"]
    assert seen(row, "?group=nothing") == []
    assert seen(row, "?open=on") == ["outside"]
    assert seen(row, "?q=NUM") == ["numpy", "numpy"]
    assert seen(conda, "?ecosystem=pypi") == ["redis"]
    assert "No package fits" in page_of(world, conda, "?ecosystem=nothing")


def test_groups_with_letters_of_any_script_are_found(world):
    text = json.dumps({"_meta": {}, "开发": {"a": "==1"}, 'a"b\\c': {"b": "==2"}, "default": {"c": "==3"}}, ensure_ascii=False)
    row = record_set(actor=world.ci, path="Pipfile.lock", content=text)
    client = world.client("stranger")

    for group, name in (("开发", "a"), ('a"b\\c', "b"), ("default", "c")):
        answer = client.get(f"/dependencies/{row.public_id}/", {"group": group})
        assert [item.name for item, _why in answer.context["requirements"]] == [name]


def test_the_page_costs_the_same_for_few_and_many(world, django_assert_max_num_queries):
    components = [{"name": f"a{number}", "purl": f"pkg:deb/debian/a{number}@1", "scope": "optional"} for number in range(5000)]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}
    row = record_set(actor=world.ci, path="bom.json", content=json.dumps(bom))
    client = world.client("stranger")

    with django_assert_max_num_queries(32):
        answer = client.get(f"/dependencies/{row.public_id}/?page=25")
    assert len(answer.context["requirements"]) == 200


def test_a_hostile_text_is_shown_as_text(world):
    bad = "<script>alert(1)</script>"
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"name": f"{bad}\n/../x", "version": bad, "purl": bad, "scope": bad}],
    }
    row = record_set(actor=world.ci, path="bom.json", content=json.dumps(bom))
    answer = world.client("stranger").get(f"/dependencies/{row.public_id}/")

    assert answer.status_code == 200
    assert bad not in answer.content.decode()


def test_the_condition_of_a_stage_sees_own_code_and_findings_as_they_are(world, push):
    outside = SAMPLES["train/uv.lock"]
    inside = outside.replace('directory = "../../elsewhere"', 'directory = "../elsewhere"')
    image = f"FROM python@sha256:{A}\nRUN pip install x\n"

    def answer(version: str, *sets: tuple[str, str]):
        push(version, dependency_sets=[{"path": path, "content": content} for path, content in sets])
        return evaluate(world.use_case, ["dependencies.locked"])["dependencies.locked"]

    assert (answer("1", ("train/uv.lock", outside)).state, answer("2", ("train/uv.lock", inside)).state) == ("unmet", "met")
    assert answer("3", ("Dockerfile", image)).state == "met"
    assert answer("4", ("Dockerfile", image + "NONSENSE\n")).state == "unknown"
    found = answer("5", ("Dockerfile", image), ("train/uv.lock", outside))
    assert (found.state, "outside" in str(found.said)) == ("unmet", True)


def test_a_version_with_a_dockerfile_and_its_own_project_is_locked(world, push):
    locked = SAMPLES["train/uv.lock"].replace('directory = "../../elsewhere"', 'directory = "../elsewhere"')
    image = f"FROM python@sha256:{A}\nRUN pip install x\n"
    push("7", dependency_sets=[{"path": "train/uv.lock", "content": locked}, {"path": "Dockerfile", "content": image}])
    page = text_of(world.client("auditor").get("/use-cases/churn/dependencies/"))

    assert "could not be read" not in page
    assert "not locked" not in page
    assert "2 things should be known of it." in page


# Over HTTP -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ci(room) -> Client:
    return Client(headers={"Authorization": f"Bearer {room.ci_secret}"})


def test_a_file_is_sent_as_it_lies_there(ci):
    raw = SAMPLES["a.spdx.json"].encode("utf-16")
    first = ci.post(URL, {"file": SimpleUploadedFile("a.spdx.json", raw)})
    again = ci.post(URL, {"path": "a.spdx.json", "content": SAMPLES["a.spdx.json"]}, content_type="application/json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["path"] == "a.spdx.json"
    assert first.json()["requirements"][1]["ecosystem"] == "generic"


def test_content_and_file_exclude_each_other_and_one_is_needed(ci):
    both = ci.post(URL, {"file": SimpleUploadedFile("a.txt", b"a"), "content": "a"})
    neither = ci.post(URL, {"path": "a.txt"}, content_type="application/json")
    nowhere = ci.post(URL, {"content": "a"}, content_type="application/json")

    assert [answer.status_code for answer in (both, neither, nowhere)] == [400, 400, 400]
    assert [answer.json()["errors"][0]["field"] for answer in (both, neither, nowhere)] == ["content", "content", "path"]


def test_a_file_that_is_too_large_for_its_format_answers_413(ci):
    assert ci.post(URL, {"file": SimpleUploadedFile("a.txt", b"#" * (4 * 2**20 + 1))}).status_code == 413
    assert ci.post(URL, {"file": SimpleUploadedFile("bom.json", b" " * (26 * 2**20))}).status_code == 413


def test_a_repeated_upload_with_a_key_is_carried_out_once(ci):
    def send(content: bytes) -> object:
        return ci.post(URL, {"file": SimpleUploadedFile("a.txt", content)}, headers={"Idempotency-Key": "one"})

    first, again, other = send(b"a==1"), send(b"a==1"), send(b"a==2")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_what_is_read_tells_kinds_of_remarks_own_code_and_the_command(ci, room):
    docker = record_set(actor=room.ci, path="Dockerfile", content=SAMPLES["docker/Dockerfile"] + "NONSENSE\n")
    uv = record_set(actor=room.ci, path="train/uv.lock", content=SAMPLES["train/uv.lock"])
    conda = record_set(actor=room.ci, path="environment.yml", content=SAMPLES["environment.yml"])

    found = {problem["code"]: problem for problem in ci.get(f"{URL}/{docker.public_id}").json()["problems"]}
    assert {code: problem["kind"] for code, problem in found.items()} == {
        "image_without_digest": "finding", "build_uses_network": "finding", "runs_as_root": "finding", "instruction_not_read": "unread",
    }  # fmt: skip
    assert (found["build_uses_network"]["text"], "pip" in found["build_uses_network"]["said"]) == ("pip install", False)
    own = {item["name"]: item["first_party"] for item in ci.get(f"{URL}/{uv.public_id}").json()["requirements"]}
    assert own == {"churn": True, "shared": True, "outside": False, "numpy": False, "pytest": False}
    assert ci.get(f"{URL}/{conda.public_id}").json()["pinning_command"].startswith("conda-lock lock")


def test_reading_a_set_costs_the_same_however_long_it_is(ci, room, django_assert_max_num_queries):
    row = record_set(actor=room.ci, path="requirements.txt", content="".join(f"a{number}==1\n" for number in range(300)))

    with django_assert_max_num_queries(8):
        assert len(ci.get(f"{URL}/{row.public_id}").json()["requirements"]) == 300
