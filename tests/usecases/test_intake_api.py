from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.usecases.models import Definition, Import, UseCase
from tests.usecases.messy import as_csv, as_xlsx, inventory

URL = "/api/v1/use-cases/import"
NAMES = ["ID", "Title", "Problem", "Outputs"]
LINES = [["1", "Invoice reading", "Typing takes days.", "Fields"], ["2", "Parcel weights", "Scales break.", "A weight"]]


def sent(world, data: bytes, kind: str = "text/csv", *, who: str = "admin", query: str = "", **headers: str):
    return world.api(who).post(URL + query, data, content_type=kind, headers=headers)


def test_a_dry_run_answers_with_a_row_report_and_writes_nothing(world):
    answer = sent(world, as_csv([*LINES, ["3", "", "x", "y"]], columns=NAMES), query="?dry_run=1")
    said = answer.json()

    assert answer.status_code == 200
    assert said["dry_run"] is True
    assert said["counts"] == {"new": 2, "changed": 0, "same": 0, "left_out": 0, "error": 1}
    assert said["mapping"]["columns"] == {
        "ID": "key",
        "Title": "title",
        "Problem": "business_problem",
        "Outputs": "ml_problem",
    }
    assert [row["row"] for row in said["rows"]] == [2, 3, 4]
    problem = said["rows"][2]["problems"][0]
    assert (problem["level"], problem["code"], problem["column"]) == ("error", "no_title", "Title")
    assert problem["message"] == "There is no title. Give it one."
    assert UseCase.objects.count() == 1


def test_an_import_answers_with_what_became_of_each_row_and_again_changes_nothing(world):
    data = as_csv(LINES, columns=NAMES)
    first, again = sent(world, data), sent(world, data)

    assert (first.status_code, again.status_code) == (201, 201)
    assert [row["use_case"] for row in first.json()["rows"]] == ["invoice-reading", "parcel-weights"]
    assert again.json()["counts"]["same"] == 2
    assert Definition.objects.exclude(use_case__slug="churn").count() == 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (as_xlsx([NAMES, *LINES]), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"- title: Invoice reading\n  problem: Typing takes days.\n- title: Parcel weights\n", "application/yaml"),
        (as_csv(LINES, columns=NAMES, encoding="utf-16", delimiter=";"), "text/csv"),
    ],
)
def test_every_form_of_list_is_taken(world, data, kind):
    answer = sent(world, data, kind, query="?dry_run=1")

    assert answer.status_code == 200
    assert answer.json()["counts"]["new"] == 2


def test_a_file_comes_with_a_mapping_of_its_own(world):
    mapping = {"columns": {"Title": "title", "Problem": "limits"}}
    form = {
        "file": SimpleUploadedFile("list.csv", as_csv(LINES, columns=NAMES)),
        "mapping": json.dumps(mapping),
        "inventory": "mine",
    }
    answer = world.api("admin").post(URL + "?dry_run=1", form)

    assert answer.status_code == 200
    assert answer.json()["mapping"]["columns"] == mapping["columns"]
    assert answer.json()["inventory"] == "mine"


def test_errors_hold_up_an_import_unless_good_rows_are_asked_for(world):
    data = as_csv([*LINES, ["3", "", "x", "y"]], columns=NAMES)

    refused = sent(world, data)
    assert (refused.status_code, refused.json()["code"]) == (409, "import.errors")
    assert UseCase.objects.count() == 1
    assert sent(world, data, query="?only_good=1").status_code == 201
    assert UseCase.objects.count() == 3


def test_a_long_list_is_a_job(world):
    answer = sent(world, inventory(160), query="?only_good=1")

    assert answer.status_code == 202
    assert answer.json()["state"] == "queued"
    assert answer.json()["job"].startswith("jb_")


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"\n", "text/csv", 400, "import.empty"),
        (b'Title\n"open\n', "text/csv", 400, "import.unclosed_quote"),
        (b"PK\x03\x04", "text/csv", 400, "import.xlsx"),
        (b"a: [", "application/yaml", 400, "import.yaml"),
        (b"{}", "application/json", 415, None),
        (b"x" * (20 * 1024**2 + 1), "text/csv", 413, "import.too_large"),
    ],
)
def test_what_cannot_be_read_is_told_as_a_problem(world, data, kind, status, code):
    answer = sent(world, data, kind, query="?dry_run=1")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    if code:
        assert answer.json()["code"] == code
        assert answer.json()["detail"]
    assert not Import.objects.exists()


def test_a_mapping_that_is_no_json_is_told(world):
    form = {"file": SimpleUploadedFile("list.csv", as_csv(LINES, columns=NAMES)), "mapping": "{"}
    answer = world.api("admin").post(URL, form)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "mapping"


@pytest.mark.parametrize("who", ["lead", "scientist", "auditor", "stranger", "ci"])
def test_others_are_refused_before_anything_is_kept(world, who):
    assert sent(world, as_csv(LINES, columns=NAMES), who=who).status_code == 403
    assert not Import.objects.exists()


def test_the_same_request_with_a_key_is_carried_out_once(world):
    data = as_csv(LINES, columns=NAMES)
    first = sent(world, data, **{"Idempotency-Key": "k1"})
    again = sent(world, data, **{"Idempotency-Key": "k1"})

    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
