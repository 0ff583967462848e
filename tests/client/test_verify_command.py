"""How `verify` is called: where keys come from, what it prints and exits with."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from countersign.cli import main

from tests.client import samples
from tests.client.conftest import CLIENT


@pytest.fixture
def file(tmp_path, pdf):
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    return str(path)


def test_a_report_is_intact_under_a_key_from_the_command_line(file, signer, capsys):
    assert main(["verify", file, "--key", signer.vkey]) == 0
    printed = capsys.readouterr()
    assert "INTACT" in printed.err
    assert "rp_sample" in printed.err
    assert json.loads(printed.out)["result"] == "intact"
    assert json.loads(printed.out)["report"] == "rp_sample"


def test_json_alone_prints_nothing_for_people(file, signer, capsys):
    assert main(["verify", file, "--key", signer.vkey, "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_keys_come_from_option_environment_or_pinned_file_in_that_order(file, signer, stranger, monkeypatch, tmp_path):
    pinned = tmp_path / "config" / "countersign" / "keys"
    pinned.parent.mkdir(parents=True)
    pinned.write_text(f"# the log's key\n\n{signer.vkey}\n", "utf-8")
    assert main(["verify", file]) == 0
    monkeypatch.setenv("COUNTERSIGN_VERIFY_KEY", stranger.vkey)
    assert main(["verify", file]) == 2
    monkeypatch.setenv("COUNTERSIGN_VERIFY_KEY", f"{stranger.vkey} {signer.vkey}")
    assert main(["verify", file]) == 0
    assert main(["verify", file, "--key", stranger.vkey]) == 2


def test_without_a_key_the_fingerprint_is_printed_and_the_result_is_incomplete(file, signer, capsys, tmp_path, bundle):
    alone = tmp_path / "evidence.jsonl"
    alone.write_bytes(bundle)
    for name in (file, str(alone)):
        assert main(["verify", name]) == 2
        assert signer.fingerprint in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.pdf"],
        ["."],
        ["{file}", "--key", "nonsense"],
        ["{file}", "--since", "missing"],
        ["{file}", "--since", "a\n\nb\n"],
    ],
)
def test_a_mistake_exits_3(file, arguments):
    assert main(["verify", *(argument.format(file=file) for argument in arguments)]) == 3


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "a", "b"], ["verify", "a", "--nonsense"], ["nonsense"], []])
def test_a_command_that_cannot_be_read_exits_3(arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 3


def test_since_takes_a_file_or_the_text(file, signer, tmp_path):
    leaves = [samples.leaf(body) for body in samples.events(7)]
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(signer.checkpoint(leaves[:4]), "utf-8")

    assert main(["verify", file, "--key", signer.vkey, "--since", str(kept)]) == 0
    assert main(["verify", file, "--key", signer.vkey, "--since", signer.checkpoint([leaves[1]])]) == 2
    assert main(["verify", file, "--key", signer.vkey, "--since", signer.checkpoint([leaves[1], *leaves[1:4]])]) == 1


def test_an_altered_file_exits_1_and_says_where(file, signer, capsys, bundle, tmp_path):
    altered = tmp_path / "evidence.jsonl"
    altered.write_bytes(bundle.replace(b"rq_1", b"rq_2"))

    assert main(["verify", str(altered), "--key", signer.vkey]) == 1
    assert "line 2" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(file, tmp_path):
    block = (
        "import sys, importlib.util as u, countersign.__main__ as m\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'pypdf' else find(name)\n"
        "sys.argv = ['countersign', 'verify', 'x']\n"
        "m.run()"
    )
    ended = subprocess.run([sys.executable, "-c", block], cwd=CLIENT, capture_output=True, text=True, check=False)

    assert ended.returncode == 3
    assert "pypdf" in ended.stderr
    assert "./client[verify]" in ended.stderr


def test_a_fault_of_our_own_exits_70(file):
    script = (
        "import sys, countersign.verification.command as c, countersign.__main__ as m\n"
        "c.check = lambda *a: 1 / 0\n"
        f"sys.argv = ['countersign', 'verify', {file!r}]\n"
        "m.run()"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=CLIENT, capture_output=True, text=True, check=False)

    assert ended.returncode == 70


def test_it_runs_as_a_module_from_its_folder(file, signer):
    command = [sys.executable, "-m", "countersign", "verify", file, "--key", signer.vkey]
    ended = subprocess.run(command, cwd=CLIENT, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})

    assert ended.returncode == 0, ended.stderr
