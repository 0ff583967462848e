from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from foundation.canonical import digest
from foundation.errors import Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dependencies import services
from governance.dependencies.lockfiles import LARGEST_FILE
from governance.dependencies.models import DependencySet, Requirement

A = "a" * 64
TEXT = f"# 依赖\nDjango==5.2.1 --hash=sha256:{A}\n-r base.txt\n"
URL = "/api/v1/dependency-sets"


def record(actor, content: str | bytes = TEXT, path: str = "requirements.txt") -> DependencySet:
    return services.record_set(actor=actor, path=path, content=content)


def test_a_lock_file_is_kept_with_its_requirements_and_its_problems(room):
    row = record(room.ci)

    assert [(item.name, item.version, item.hashes) for item in row.requirements.all()] == [("django", "5.2.1", [f"sha256:{A}"])]
    assert [problem["code"] for problem in row.problems] == ["include_not_followed"]
    assert row.raw == TEXT


def test_the_rows_give_the_digest_again(room):
    row = DependencySet.objects.get(pk=record(room.ci).pk)

    assert digest(row.body()) == row.digest


def test_the_same_meaning_is_recorded_once_and_told_once(room):
    first = record(room.ci)
    again = record(room.engineer, TEXT.replace("依赖", "another note"))

    assert again.pk == first.pk
    assert AuditEvent.objects.filter(kind="dependencies.set.recorded").count() == 1


def test_another_path_is_another_set_and_dot_slash_is_not(room):
    first = record(room.ci)

    assert record(room.ci, path="train/requirements.txt").pk != first.pk
    assert record(room.ci, path="./requirements.txt").pk == first.pk
    assert record(room.ci, path=".\\train\\requirements.txt").path == "train/requirements.txt"


def test_bytes_and_text_are_the_same_file(room):
    assert record(room.ci, TEXT.encode()).pk == record(room.ci, TEXT).pk


def test_an_empty_lock_file_is_a_lock_file(room):
    assert record(room.ci, "").requirements.count() == 0


def test_a_password_does_not_reach_the_database(room):
    row = record(room.ci, "--index-url https://me:hunter2@host/simple\na==1")

    assert "hunter2" not in json.dumps(list(DependencySet.objects.filter(pk=row.pk).values()), default=str)


@pytest.mark.parametrize("content", [b"\xff", "a\ud800", "a\0"])
def test_what_is_no_text_is_refused_and_nothing_is_kept(room, content):
    with pytest.raises(Invalid) as caught:
        record(room.ci, content)

    assert caught.value.errors[0].field == "content"
    assert not DependencySet.objects.exists()


def test_too_much_is_refused(room):
    with pytest.raises(TooLarge):
        record(room.ci, "#" * (LARGEST_FILE + 1))


@pytest.mark.parametrize("path", ["", "  ", "a\nb.txt", "x" * 301])
def test_a_path_that_is_none_is_refused(room, path):
    with pytest.raises(Invalid) as caught:
        record(room.ci, path=path)

    assert caught.value.errors[0].field == "path"


def test_a_token_without_the_scope_cannot_record(room):
    with pytest.raises(NotAllowed, match="provenance:write"):
        record(room.reader)


def test_the_database_itself_keeps_what_was_recorded(room):
    row = record(room.ci)

    for rows in (DependencySet._base_manager.filter(pk=row.pk), Requirement._base_manager.filter(set=row)):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows._raw_delete("default")


def test_everybody_signed_in_sees_it(room):
    row = record(room.ci)

    assert DependencySet.objects.visible_to(room.stranger).get() == row


def test_the_log_vouches_for_every_row_and_notices_one_that_was_slipped_in(room):
    row = record(room.ci)
    assert [finding for finding in verify() if finding.altered] == []

    Requirement.objects.create(set=row, name="evil", version="1", purl="pkg:pypi/evil@1", line=9)

    assert [finding.code for finding in verify() if finding.altered] == ["register.differs"]


# Over HTTP -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ci(room) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {room.ci_secret}")


def test_what_was_sent_can_be_read_and_the_second_time_is_200(ci):
    body = {"path": "requirements.txt", "content": TEXT}
    first = ci.post(URL, body, content_type="application/json")
    second = ci.post(URL, body, content_type="application/json")
    read = ci.get(f"{URL}/{first.json()['id']}")

    assert (first.status_code, second.status_code, read.status_code) == (201, 200, 200)
    assert first.json() == second.json() == read.json()
    assert read.json()["requirements"][0]["purl"] == "pkg:pypi/django@5.2.1"
    assert "raw" not in read.json()


def test_the_list_is_newest_first_counts_and_costs_the_same_however_long(ci, room, django_assert_max_num_queries):
    for number in range(30):
        record(room.ci, f"a=={number}\nb==1")

    with django_assert_max_num_queries(6):
        answer = ci.get(URL, {"limit": 20}).json()

    assert len(answer["results"]) == 20
    assert answer["next"]
    assert answer["results"][0]["requirement_count"] == 2
    assert answer["results"][0]["id"] > answer["results"][1]["id"]


def test_a_file_that_is_too_large_answers_413(ci):
    answer = ci.post(URL, {"path": "requirements.txt", "content": "#" * (LARGEST_FILE + 1)}, content_type="application/json")

    assert answer.status_code == 413


def test_who_may_only_read_is_told_which_scope_is_missing(room):
    reader = Client(HTTP_AUTHORIZATION=f"Bearer {room.reader_secret}")

    assert reader.get(URL).status_code == 200
    assert reader.post(URL, {"path": "a.txt", "content": ""}, content_type="application/json").json()["code"] == "token.scope"
    assert Client().get(URL).status_code == 401


def test_an_id_that_does_not_exist_is_404(ci):
    assert ci.get(f"{URL}/dps_nothing").status_code == 404
