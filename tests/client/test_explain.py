"""`explain`: where a legend is found, what is told of each column, what is asked of the server, and how the command ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from countersign.cli import main

from tests.client import legend_files
from tests.client.conftest import CLIENT
from tests.client.legend_files import column, excel, signed, text_of
from tests.client.test_pyz import pyz, run  # noqa: F401 # `pyz` is a fixture

FILES = Path(__file__).parent / "files"
CSV = "age,注册日期\n41,2026\n".encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "crm.csv").write_bytes(CSV)
    return tmp_path


def beside(folder: Path, document: dict[str, Any], name: str = "crm.csv.legend.json") -> None:
    (folder / name).write_text(text_of(document), "utf-8")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    code = main(["explain", *arguments])
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["exit_code"] == code
    return code, document, err


# Where the legend is --------------------------------------------------------------------------------------------------------


def test_a_legend_in_the_file_comes_first(folder, capsys):
    (folder / "crm.parquet").write_bytes(legend_files.parquet(["age", "注册日期"], {"countersign.legend": text_of(signed())}))
    beside(folder, signed(release=1), "crm.parquet.legend.json")
    code, said, err = told(capsys, "crm.parquet")

    assert (code, said["legend"]["found"], said["legend"]["release"]) == (0, "file", 42)
    assert [item["column"] for item in said["columns"]] == ["age", "注册日期"]
    assert "2 of 2 columns explained by the legend in the file" in err


@pytest.mark.parametrize("name", ["crm.csv.legend.json", "crm.legend.json"])
def test_a_legend_beside_the_file_is_found(folder, capsys, name):
    beside(folder, signed(), name)
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["legend"]["found"], said["legend"]["place"]) == (0, "sidecar", name)
    assert (said["kind"], said["encoding"], said["delimiter"]) == ("csv", "utf-8", ",")
    assert name in err


def test_a_legend_that_is_named_comes_before_all(folder, capsys):
    beside(folder, signed())
    beside(folder, signed(release=7), "other.json")

    assert told(capsys, "crm.csv", "--legend", "other.json")[1]["legend"]["release"] == 7


@pytest.mark.parametrize("content", [None, "{}", text_of({**signed(), "release": 1})])
def test_a_legend_that_is_named_and_cannot_be_used_is_a_mistake(folder, capsys, content):
    if content is not None:
        (folder / "other.json").write_text(content)
    code, said, _err = told(capsys, "crm.csv", "--legend", "other.json")

    assert code == 3
    assert "other.json" in said["error"]


def test_a_legend_that_was_altered_is_told_and_the_next_one_used(folder, capsys):
    beside(folder, {**signed(), "release": 1})
    beside(folder, signed(release=7), "crm.legend.json")
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["legend"]["release"]) == (0, 7)
    assert "crm.csv.legend.json is not used: its digest does not belong" in err
    assert len(said["refused"]) == 1


def test_an_altered_legend_alone_explains_nothing(folder, capsys):
    beside(folder, {**signed(), "release": 1})
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["legend"], said["unexplained"]) == (12, None, ["age", "注册日期"])
    assert "altered" in err


def test_without_a_legend_the_columns_are_listed(folder, capsys):
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["legend"], said["stale"]) == (12, None, None)
    assert "no legend was found" in err
    assert "age, 注册日期" in err


def test_of_a_workbook_the_sheet_that_the_legend_means_is_looked_at(folder, capsys):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["note"])
    book.create_sheet("Second").append(["age", "注册日期"])
    book.save(folder / "crm.xlsx")
    beside(folder, signed(), "crm.legend.json")
    code, said, err = told(capsys, "crm.xlsx")

    assert (code, said["sheet"], said["unexplained"]) == (0, "Second", [])
    assert "of its sheets: Second" in err


# What is told ---------------------------------------------------------------------------------------------------------------


def test_everything_that_a_column_means_is_told(folder, capsys):
    whole = column(
        "customer.age",
        name="Age",
        definition="Years since birth.",
        unit="a",
        null_meanings={"-1": "not known", "": "not asked"},
        values={"1": "young", "2": ""},
        timezone="Europe/Vienna",
        deviation="in months",
    )
    beside(folder, signed(columns={"age": whole, "注册日期": column("x", value_count=51)}))
    _code, said, err = told(capsys, "crm.csv")

    assert err.splitlines()[:10] == [
        "age       Age",
        "          Years since birth.",
        "          unit: a",
        "          time zone: Europe/Vienna",
        "          missing: (empty) = not asked; -1 = not known",
        "          values: 1 = young; 2",
        "          different here: in months",
        f"          customers/customer.age 1.2.0 · {whole['legend']}",
        "",
        "注册日期  x",
    ]
    assert "values: 51, too many to be listed here" in err
    first = said["columns"][0]
    assert {name: first[name] for name in whole} == whole
    assert said["columns"][1]["value_count"] == 51


def test_columns_without_a_meaning_and_meanings_without_a_column_are_told(folder, capsys):
    beside(folder, signed(columns={"age": column("a"), "gone": column("b")}))
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["unexplained"], said["absent"]) == (12, ["注册日期"], ["gone"])
    assert "no meaning: 注册日期" in err
    assert "in the legend and not in the file: gone" in err


def test_one_column_alone_decides(folder, capsys):
    beside(folder, signed(columns={"age": column("a")}))
    code, said, err = told(capsys, "crm.csv", "--column", "age")

    assert (code, [item["column"] for item in said["columns"]]) == (0, ["age"])
    assert "注册日期" not in err


def test_a_column_that_is_not_there_is_told_with_what_may_be_meant(folder, capsys):
    beside(folder, signed())
    code, said, _err = told(capsys, "crm.csv", "--column", "aeg")

    assert code == 12
    assert said["error"] == "The file has no column aeg. Did you mean age?"


def test_json_alone_says_nothing_to_people(folder, capsys):
    beside(folder, signed())

    assert told(capsys, "crm.csv", "--json")[2] == ""


def test_a_person_at_a_terminal_is_not_shown_the_document(folder, capsys, monkeypatch):
    beside(folder, signed())
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    assert main(["explain", "crm.csv"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "2 of 2" in err
    assert main(["explain", "crm.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exit_code"] == 0


def test_nothing_in_a_file_steers_the_terminal(folder, capsys):
    evil = "\x1b]0;x\x07\x1b[2J\u202e\r\n"
    (folder / "crm.csv").write_bytes(f'"a{evil}",b{evil}\n'.encode())
    beside(folder, signed(columns={f"a{evil}": column("a", name=evil, definition=evil, deviation=evil, values={evil: evil})}))
    _code, _said, err = told(capsys, "crm.csv")

    assert not {char for char in err if char != "\n" and not char.isprintable()}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.csv", None, "cannot be read"),
        ("x.parquet", b"PAR1 and then nothing", "cut off"),
        ("x.xlsx", b"PK\x03\x04", "cut off"),
        ("x.csv", b"", "empty"),
        (".", None, "a folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_mistake(folder, capsys, name, content, words):
    if content is not None:
        (folder / name).write_bytes(content)
    code, said, _err = told(capsys, name)

    assert code == 3
    assert words in said["error"]


# As it is installed ---------------------------------------------------------------------------------------------------------


def test_the_single_file_explains(pyz, tmp_path):
    (tmp_path / "crm.xlsx").write_bytes(excel(text_of(signed(columns={"age": column("customer.age", name="Age")}))))
    ended = run(pyz, "explain", str(tmp_path / "crm.xlsx"), "--column", "age")

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["columns"][0]["name"] == "Age"


def test_a_name_that_is_no_text_is_no_fault(folder):
    name = b"a\xff.csv"
    Path(os.fsdecode(name)).write_bytes(CSV)
    ran = subprocess.run(
        [sys.executable, "-m", "countersign", "explain", name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CLIENT)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 12, ran.stderr
    assert json.loads(ran.stdout)["legend"] is None


def test_the_parts_are_packed_into_what_is_installed():
    project = (CLIENT / "pyproject.toml").read_text()
    packages = {
        path.parent.relative_to(CLIENT).as_posix().replace("/", ".") for path in (CLIENT / "countersign").rglob("__init__.py")
    }
    assert all(f'"{name}"' in project for name in packages)


def test_a_legend_is_checked_as_its_page_says(folder):
    page = (CLIENT.parent / "docs" / "legend.md").read_text("utf-8")
    program = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    for document in (signed(), signed(dictionary="客户")):
        beside(folder, document, "customers.csv.legend.json")
        exec(program, {})  # noqa: S102 # what the page tells people to run
    beside(folder, {**signed(), "release": 1}, "customers.csv.legend.json")
    with pytest.raises(AssertionError):
        exec(program, {})  # noqa: S102
