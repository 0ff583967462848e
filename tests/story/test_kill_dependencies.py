"""A worker is killed while it looks into a file, and while it imports known flaws: both are finished, once, and nothing is there by half."""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from typing import Any

import pytest

from tests.dependencies.archives import wheel
from tests.dependencies.osv import record, zipped
from tests.story.installation import Answer, Api, Installation, until

pytestmark = [pytest.mark.slow, pytest.mark.once]
MODULES = 800  # a few seconds for whoever reads them
RECORDS = 25_000  # a few seconds for whoever writes them
COMPARED = 75  # of a hundred: what is to be written is known, and is being written
COUNT = """
import json
from governance.dependencies.models import Advisory, AdvisoryImport, AdvisorySnapshot, AdvisorySpan, ArtifactScan, Release
print(json.dumps({
    "scans": list(ArtifactScan.objects.filter(artifact__filename="thing-1.0-py3-none-any.whl").values_list("points", flat=True)),
    "releases": Release.objects.filter(package__name="thing").count(),
    "records": Advisory.objects.filter(ecosystems=["npm"]).count(),
    "spans": AdvisorySpan.objects.filter(ecosystem="npm").count(),
    "of_one": Advisory.objects.filter(ecosystems=["npm"]).values("since").distinct().count(),
    "added": list(AdvisorySnapshot.objects.values_list("added", flat=True)),
    "files": [row.file.storage.exists(row.file.name) for row in AdvisoryImport.objects.exclude(file="")],
}))
"""


def module(number: int) -> str:
    """One point, and much to read before that is known."""
    plain = "".join(
        f"\ndef plain{row}(value):\n    return value * {(number * 7919 + row * 104729) % 9973}\n" for row in range(150)
    )
    return f"import os\n\n\ndef act():\n    return os.environ['ACT{number}']\n{plain}"


def send(api: Api, path: str, name: str, data: bytes) -> dict[str, Any]:
    """A file, as `multipart/form-data`."""
    mark = secrets.token_hex(16)
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    request = urllib.request.Request(
        f"{api.url}/api/v1/{path}",
        data=head.encode() + data + f"\r\n--{mark}--\r\n".encode(),
        headers={"Authorization": f"Bearer {api.token}", "Content-Type": f"multipart/form-data; boundary={mark}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        sent: dict[str, Any] = Answer(answer.status, json.load(answer)).body
    return sent


def job(api: Api, sent: dict[str, Any]) -> dict[str, Any]:
    answer = api.get(f"jobs/{sent['job']}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    assert found["state"] != "failed", found
    return found


def begun_by(pids: list[int]) -> set[int]:
    """These processes and all that they began: those that read strangers' files carry nothing of the installation."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (parent := _parent_of(int(name))):
            children.setdefault(parent, []).append(int(name))
    found, left = set(pids), list(pids)
    while left:
        new = set(children.get(left.pop(), ())) - found
        found |= new
        left += new
    return found


def _parent_of(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat") as said:
            text = said.read()
    except OSError:
        return 0  # gone meanwhile
    state, parent = text.rpartition(")")[2].split()[:2]
    return 0 if state == "Z" else int(parent)


def killed(installation: Installation) -> None:
    """kill -9 for everything at once, until even those are gone who read strangers' files."""
    known = installation.processes()
    every = begun_by(known)
    assert len(every) > len(known)  # somebody was reading
    installation.kill_everything()
    until(lambda: not any(_parent_of(pid) for pid in every), "nobody is left", seconds=20)


def started_again(installation: Installation, api: Api, sent: dict[str, Any]) -> dict[str, Any]:
    installation.start()
    done: dict[str, Any] = until(lambda: (found := job(api, sent))["state"] == "done" and found, "it is done")
    return done


def events(api: Api, kind: str, subject: str) -> int:
    return sum(event["parsed"]["subject"]["id"] == subject for event in api.all(f"audit/events?kind={kind}"))


def test_a_look_into_a_file_and_an_import_of_flaws_survive_the_death_of_their_worker(server: Installation) -> None:
    installation = server
    security, auditor = installation.api(installation.token("otto")), installation.api(installation.token("aude"))
    code: dict[str, str | bytes] = {f"thing/m{number}.py": module(number) for number in range(MODULES)}
    file = send(security, "artifacts", "thing-1.0-py3-none-any.whl", wheel(code))
    until(lambda: (found := job(security, file))["state"] == "running" and found["percent"] > 0, "it is looked into")
    killed(installation)
    assert started_again(installation, security, file)["attempts"] == 2

    before = security.get("advisories").body["rests_on"]
    flaws = [record(f"GHSA-made-{number}", f"made-{number % 5000}", ecosystem="npm") for number in range(RECORDS)]
    asked = send(security, "advisory-imports", "all.zip", zipped(flaws))
    until(lambda: COMPARED <= job(security, asked)["percent"] < 100, "what was read is being written")
    assert security.get("advisories").body["rests_on"]["snapshot"] == before["snapshot"]  # nobody sees half of it
    installation.kill_everything()
    until(lambda: not installation.processes(), "everything is dead", seconds=20)
    assert started_again(installation, security, asked)["attempts"] == 2

    found = json.loads(installation.manage("shell", "--no-imports", "-c", COUNT).stdout.strip().splitlines()[-1])
    assert found["scans"] == [MODULES]
    assert (found["releases"], found["records"], found["spans"]) == (1, RECORDS, RECORDS)
    assert (found["of_one"], found["added"].count(RECORDS)) == (1, 1)
    assert not any(found["files"])  # what it said is in the records now
    assert security.get(f"artifacts/{file['id']}").body["points"] == MODULES
    assert security.get("advisories").body["rests_on"]["count"] == before["count"] + RECORDS
    assert events(auditor, "dependencies.artifact.scanned", file["id"]) == 1
    assert events(auditor, "dependencies.advisories.imported", asked["id"]) == 1
    checked = installation.manage("verify_audit")
    assert checked.returncode == 0, checked.stdout + checked.stderr
