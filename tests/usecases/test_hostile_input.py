"""What somebody may send on purpose or by a broken program: each is refused with a word, or kept as far as it is text."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import yaml_reading
from governance.usecases.intake.mapping import read_mapping
from governance.usecases.intake.reading import read
from governance.usecases.intake.table import Unreadable
from governance.usecases.intake.values import described, listed, parts
from governance.usecases.models import UseCase
from governance.usecases.uploads import CHUNK, MOST_DROPPED, read_up_to
from tests.usecases.messy import as_csv

NAMES = ["ID", "Title", "Problem", "Data sources"]
URL = "/api/v1/use-cases/import"


# Escapes that stand for no character -----------------------------------------------------------------------------------


@pytest.mark.parametrize("escape", [r"\ud83d", r"\u0000", r"\u0007"])
def test_a_list_in_a_cell_keeps_nothing_that_is_no_text(escape):
    assert listed(f'["CRM{escape}", "Calls"]') == ["CRM", "Calls"]
    assert parts(f'["CRM{escape}"]') == ["CRM"]
    assert described(f'[{{"name": "CRM{escape}", "note": "{escape}x"}}]') == [{"name": "CRM", "note": "x"}]
    assert described(f'[{{"name": "{escape}"}}]') is None


def test_a_list_cut_in_the_middle_of_a_character_is_imported(world):
    lines = [["1", r'["Invoice \ud83d reading"]', "Typing takes days.", r'["CRM\ud83d", "Calls\u0000"]']]
    sent = world.api("admin").post(URL, as_csv(lines, columns=NAMES), content_type="text/csv")

    assert sent.status_code == 201, sent.content
    row = UseCase.objects.get(title__startswith="Invoice")
    assert [item["name"] for item in row.current_definition().data_sources] == ["CRM", "Calls"]


@pytest.mark.parametrize("text", ['title: "a\\ud800"', 'title: "a\\0"', '"a\\0": 1', '- "\\uDFFF"'])
def test_yaml_that_writes_no_text_is_refused_with_its_line(text):
    with pytest.raises(yaml_reading.Unreadable) as refused:
        yaml_reading.read(f"# first\n{text}\n", max_bytes=1000)

    assert [(item.line, item.code) for item in refused.value.problems] == [(2, "no_text")]


def test_such_a_file_is_refused_over_http(world):
    body = b'use_cases:\n  - {title: "a\\ud800", business_problem: b, ml_problem: c}\n'
    answer = world.api("admin").post(URL, body, content_type="application/yaml")

    assert answer.status_code == 400
    assert "Line 2" in answer.json()["detail"]


def test_a_name_of_a_column_is_text():
    assert read(b"ID\0,Ti\x07tle\n1,Churn\n").columns == ("ID", "Title")


# Mappings of a program -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"columns": {"ID": "key", "Title": "title"}, "choices": {"kind": {"x": ["product"]}}},
        {"columns": {"ID": "key", "Title": "title"}, "choices": {"kind": {"x": {}}}},
        {"columns": {"ID": "key", "Title": "title"}, "choices": {"kind": {"x\ud800": "product"}}},
        {"columns": {"ID": "key", "Title": "title"}, "fill": {"ml_problem": "\ud800"}},
        {"columns": {"ID": "key", "Title": "title"}, "fill": {"ml_problem": "\0"}},
        {"columns": {"ID": "key", "Title": ["title"]}},
        {"columns": {"\ud800": "key", "Title": "title"}},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_and_says_where(world, said):
    file = SimpleUploadedFile("list.csv", as_csv([["1", "Churn", "x", "y"]], columns=NAMES))
    answer = world.api("admin").post(f"{URL}?dry_run=1", {"file": file, "mapping": json.dumps(said)})

    assert answer.status_code == 400
    assert answer.json()["code"] == "import.mapping"
    assert answer.json()["errors"]


def test_a_choice_may_be_left_empty():
    said = {"columns": {"Title": "title"}, "choices": {"kind": {"x": "", "y": "product"}}}

    assert read_mapping(said, ["Title"])[1] == []


# Quotation marks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_quotation_mark_inside_the_last_cell_is_no_open_one(end):
    found = read(f'ID,Title\n1,Pipes\n2,Sensor of 5" pipes{end}'.encode())

    assert [row.cells for row in found.rows] == [("1", "Pipes"), ("2", 'Sensor of 5" pipes')]


@pytest.mark.parametrize("last", ['"Sensor\n3,Pumps', '"Sensor', '"Sensor ""of"" pipes\n'])
def test_a_quotation_mark_that_nobody_closed_is_named_with_its_line(last):
    with pytest.raises(Unreadable) as refused:
        read(f"ID,Title\n1,Pipes\n2,{last}".encode())

    assert (refused.value.code, refused.value.params["line"]) == ("unclosed_quote", "3")


# Size ------------------------------------------------------------------------------------------------------------------


def test_a_list_in_yaml_is_refused_before_it_would_take_minutes_to_read(world, monkeypatch):
    monkeypatch.setattr(yaml_reading, "read", None)  # whoever asks it fails
    body = b"- {title: Churn}\n" * 200_000
    answer = world.api("admin").post(URL, body, content_type="application/yaml")

    assert answer.status_code == 413
    assert answer.json()["code"] == "import.too_large_yaml"
    assert "CSV" in answer.json()["detail"]


def test_who_sends_too_much_is_heard_out_within_reason():
    """A client that is still sending when the answer comes sees a broken connection, and never why."""

    class Endless:
        sent = 0

        def read(self, size):
            self.sent += size
            return b"x" * size

    whole, long, endless = io.BytesIO(b"x" * 10), io.BytesIO(b"x" * 3 * CHUNK), Endless()

    assert read_up_to(whole, 10) == b"x" * 10
    assert read_up_to(long, 10) is None
    assert long.read() == b""
    assert read_up_to(endless, 10) is None
    assert endless.sent <= MOST_DROPPED + CHUNK
