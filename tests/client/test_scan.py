"""`scan`: what it says of a file, what changed between two, and how it ends."""

from __future__ import annotations

import json
import sys

import pytest
from countersign.cli import main

from tests.client.conftest import CLIENT
from tests.client.test_pyz import pyz, run  # noqa: F401 # `pyz` is a fixture
from tests.dependencies.archives import sdist, wheel

CODE = "import requests\n\ndef ask():\n    return requests.get('https://example.org/x')\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thing-1.0-py3-none-any.whl").write_bytes(wheel({"thing.py": CODE}))
    (tmp_path / "thing-2.0.tar.gz").write_bytes(
        sdist({"thing.py": CODE, "more.py": "import os\nos.remove('x')\n"}, version="2.0")
    )
    return tmp_path


def told(capsys, *arguments):
    code = main(["scan", *arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_the_client_carries_the_reader_of_the_server_as_it_stands():
    sys.path.insert(0, str(CLIENT))
    import copy_capabilities

    assert copy_capabilities.files(copy_capabilities.COPY) == copy_capabilities.files(copy_capabilities.THERE), (
        "run client/copy_capabilities.py"
    )


def test_the_points_of_a_wheel_are_told_to_people_and_programs(folder, capsys):
    code, document, text = told(capsys, "thing-1.0-py3-none-any.whl")

    assert code == document["exit_code"] == 0
    assert (document["name"], document["version"], document["complete"]) == ("thing", "1.0", True)
    assert {point["symbol"] for point in document["points"]} >= {"requests.get", "example.org"}
    assert "It connects to others (net/client, 1)" in text
    assert "requests.get  thing.py:4  in ask" in text
    assert "no proof" in text


def test_between_two_only_what_changed_is_told(folder, capsys):
    code, document, text = told(capsys, "thing-2.0.tar.gz", "--against", "thing-1.0-py3-none-any.whl")

    assert code == 0
    assert "fs/write" in document["changes"]["new_capabilities"]
    assert [point["symbol"] for point in document["changes"]["new"]] == ["os.remove"]
    assert document["against"]["version"] == "1.0"
    assert "1 to judge" in text


def test_what_could_not_be_read_ends_otherwise(folder, capsys):
    (folder / "half.whl").write_bytes(wheel({"thing.py": CODE})[:-30])
    code, document, text = told(capsys, "half.whl")

    assert (code, document["complete"]) == (12, False)
    assert "Something was left out" in text


def test_a_model_is_looked_into_without_loading_it(folder, capsys):
    (folder / "m.pkl").write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
    code, document, text = told(capsys, "m.pkl", "--json")

    assert (code, document["kind"], text) == (0, "model", "")
    assert "os.system" in {point["symbol"] for point in document["points"]}
    assert not (folder / "pwned").exists()


def test_what_is_no_archive_is_a_mistake(folder, capsys):
    (folder / "note.txt").write_text("nothing")

    for name, said in (("nowhere.whl", "No such file"), ("note.txt", "neither a wheel")):
        code, document, text = told(capsys, name)
        assert code == document["exit_code"] == 3
        assert said in text


def test_the_single_file_says_that_it_does_not_carry_it(pyz, folder):
    ended = run(pyz, "scan", "x.whl")

    assert ended.returncode == 3
    assert "does not carry scan" in ended.stderr
