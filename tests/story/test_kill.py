"""Whatever is killed, nothing is lost, nothing is done twice, and no process stays behind."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.story.installation import CLIENT, Api, Installation, until

pytestmark = pytest.mark.slow
MANY = 20
VERIFY = """
import contextlib, io, sys
from countersign.cli import main

for path in sys.argv[2:]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        print(main(["verify", path, "--key", sys.argv[1]]), file=sys.__stdout__)
"""


def test_reports_in_flight_survive_the_death_of_every_process(server: Installation, tmp_path: Path) -> None:
    installation = server
    auditor = installation.api(installation.token("aude"))
    asked = [_ask(auditor, installation.demo, number) for number in range(MANY)]

    def midway() -> bool:
        states = Counter(row["state"] for row in _reports(auditor, asked).values())
        assert states["failed"] == 0
        return states["done"] >= 2 and states["running"] >= 1

    until(midway, "some reports are done and some are being made")
    installation.kill_everything()
    until(lambda: not installation.processes(), "everything is dead", seconds=20)
    installation.start()
    until(lambda: all(row["state"] == "done" for row in _reports(auditor, asked).values()), "every report is done")

    found = _reports(auditor, asked)
    assert len(found) == MANY
    attempts = [auditor.get(f"jobs/{row['job']}").body["attempts"] for row in found.values()]
    assert max(attempts) > 1  # the kill hit one that was being made
    finished = Counter(event["parsed"]["subject"]["id"] for event in auditor.all("audit/events?kind=reports.report.finished"))
    assert {report: finished[report] for report in asked} == dict.fromkeys(asked, 1)
    files = [_fetched(auditor, row, tmp_path) for row in found.values()]
    for report in asked:
        assert len(os.listdir(installation.var / "files" / "reports" / report)) == 3  # PDF, HTML and bundle: no torn drafts
    command = [sys.executable, "-c", VERIFY, installation.demo["verify_key"], *map(str, files)]
    done = subprocess.run(command, env={"PYTHONPATH": str(CLIENT)}, capture_output=True, text=True, timeout=180)
    assert done.stdout.split() == ["0"] * MANY, done.stderr
    checked = installation.manage("verify_audit")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _ask(auditor: Api, demo: dict[str, Any], number: int) -> str:
    kinds = [("use_case", demo["use_case"]), ("model_version", demo["model_version"]), ("audit_log", "")]
    kind, scope = kinds[number % len(kinds)]
    answer = auditor.post("reports", {"kind": kind, "scope": scope, "language": ("en", "zh-hans")[number % 2]})
    assert answer.status == 202, answer.body
    return str(answer.body["id"])


def _reports(auditor: Api, asked: list[str]) -> dict[str, dict[str, Any]]:
    """Those that were asked for, by id: the demo brings one of its own."""
    return {row["id"]: row for row in auditor.all("reports") if row["id"] in asked}


def _fetched(auditor: Api, row: dict[str, Any], folder: Path) -> Path:
    """The PDF, whose digest is the one on record."""
    path = folder / f"{row['id']}.pdf"
    path.write_bytes(auditor.file(f"reports/{row['id']}/file?{urllib.parse.urlencode({'format': 'pdf'})}"))
    recorded = next(file["sha256"] for file in row["files"] if file["format"] == "pdf")
    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" == recorded
    return path


def test_one_command_starts_it_and_one_signal_leaves_nothing_behind(furnished_installation: Installation) -> None:
    installation = furnished_installation
    installation.start()
    greeting = installation.said()
    for expected in (installation.url, "samira", installation.password("samira"), "Ctrl-C"):
        assert expected in greeting
    assert (installation.var / "demo.json").stat().st_mode & 0o777 == 0o600
    first = installation.process
    assert first is not None

    second = installation.manage("serve", "--port", str(installation.port + 1))
    assert second.returncode != 0
    assert f"running already: {installation.url} (process {first.pid})" in second.stderr

    auditor = installation.api(installation.token("aude"))
    for number in range(4):  # the worker is busy when the signal comes
        _ask(auditor, installation.demo, number)
    began = time.monotonic()
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    assert time.monotonic() - began < 15
    assert installation.processes() == []

    installation.start()  # on what the first one left
    killed = installation.process
    assert killed is not None
    killed.kill()
    killed.wait(20)
    until(lambda: not installation.processes(), "the children follow their parent", seconds=30)


def test_a_demo_is_not_served_to_other_machines(installation: Installation) -> None:
    refused = installation.manage("serve", "--host", "0.0.0.0", "--port", str(installation.port))  # noqa: S104 - that it is refused

    assert refused.returncode != 0
    assert "this machine only" in refused.stderr
    assert not (installation.var / "demo.json").exists()


def test_a_port_that_is_taken_is_named(installation: Installation) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        refused = installation.manage("serve", "--port", str(installation.port))

    assert refused.returncode != 0
    assert f"127.0.0.1:{installation.port} cannot be used" in refused.stderr
    assert "--port" in refused.stderr
