"""Files fetched from the one index that is configured: by their hash, and from nowhere else."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from foundation import jobs
from foundation.errors import Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent, Job
from governance.dependencies import package_index
from governance.dependencies.models import Artifact
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.services import ask_fetch, fetch_artifact, fetching
from tests.dependencies.archives import wheel
from tests.dependencies.test_artifacts import CODE

WHEEL = wheel({"thing.py": CODE})
SHA256 = hashlib.sha256(WHEEL).hexdigest()
FILE = "thing-1.0-py3-none-any.whl"


@pytest.fixture
def index(settings):
    """A simple index on this machine; `pages` is what it answers, `asked` what it was asked for, with the credentials."""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization", "")))
            status, headers, body = pages.get(self.path, (404, {}, b"no"))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    settings.PACKAGE_INDEX = f"http://robot:s3cret@{address}/simple/"
    listed = {"files": [{"filename": FILE, "url": f"../../files/{FILE}", "hashes": {"sha256": SHA256}}]}
    pages["/simple/thing/"] = (200, {"Content-Type": package_index.JSON}, json.dumps(listed).encode())
    pages[f"/files/{FILE}"] = (200, {}, WHEEL)
    yield SimpleNamespace(pages=pages, asked=asked, address=address)
    server.shutdown()
    server.server_close()


def test_a_worker_fetches_the_file_with_the_hash_and_it_is_looked_into(room, index):
    job = ask_fetch(actor=room.ci, name="Thing", sha256=SHA256)
    jobs.run(job.pk)

    row = Artifact.objects.get()
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert (row.filename, row.origin, row.index) == (FILE, "fetch", f"http://{index.address}/simple")
    jobs.run(row.job.pk)
    row.refresh_from_db()
    assert str(row.release) == "thing 1.0"
    assert selectors.releases_by_hash([f"sha256:{SHA256}"])
    assert ask_fetch(actor=room.ci, name="thing", sha256=f"sha256:{SHA256}") == row  # known now
    assert all(given.startswith("Basic ") for _path, given in index.asked)


def test_the_password_of_the_index_is_kept_nowhere(room, index, caplog):
    job = ask_fetch(actor=room.ci, name="thing", sha256="0" * 64)
    jobs.run(job.pk)
    job.refresh_from_db()

    assert job.state == Job.State.FAILED
    assert "lists no file of thing" in job.error
    said = job.error + json.dumps(job.args) + caplog.text + "".join(bytes(row.body).decode() for row in AuditEvent.objects.all())
    assert "s3cret" not in said
    assert "s3cret" not in fetching.index_told()


def test_nothing_is_fetched_without_an_index_or_by_who_may_not(room, settings, index):
    with pytest.raises(NotAllowed):
        ask_fetch(actor=room.reader, name="thing", sha256=SHA256)
    with pytest.raises(Invalid, match="64 hex"):
        ask_fetch(actor=room.ci, name="thing", sha256="12")
    with pytest.raises(Invalid, match="name of the package"):
        ask_fetch(actor=room.ci, name="../thing", sha256=SHA256)
    settings.PACKAGE_INDEX = ""
    with pytest.raises(Invalid, match="No package index"):
        ask_fetch(actor=room.ci, name="thing", sha256=SHA256)
    assert index.asked == []


def test_other_bytes_than_those_asked_for_are_thrown_away(room, index):
    index.pages[f"/files/{FILE}"] = (200, {}, WHEEL + b"more")

    with pytest.raises(Invalid, match="another hash"):
        fetch_artifact(actor=room.ci, name="thing", sha256=SHA256)
    assert not Artifact.objects.exists()


def test_no_other_host_is_asked_whatever_the_index_says(room, index):
    listed = {"files": [{"filename": FILE, "url": f"http://localhost:1/{FILE}", "hashes": {"sha256": SHA256}}]}
    index.pages["/simple/thing/"] = (200, {}, json.dumps(listed).encode())
    with pytest.raises(Invalid, match="Nothing is fetched from localhost"):
        fetch_artifact(actor=room.ci, name="thing", sha256=SHA256)

    for where in ("http://169.254.169.254/latest", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://localhost:1/x"):
        index.pages["/simple/thing/"] = (302, {"Location": where}, b"")
        with pytest.raises(Invalid):
            fetch_artifact(actor=room.ci, name="thing", sha256=SHA256)


def test_what_is_too_large_or_no_index_is_said_to_be(room, index, monkeypatch):
    index.pages["/simple/thing/"] = (200, {}, b"{nonsense")
    with pytest.raises(Invalid, match="did not answer as a package index"):
        fetch_artifact(actor=room.ci, name="thing", sha256=SHA256)
    index.pages["/simple/thing/"] = (
        200, {"Content-Type": "text/html"}, f'<a href="../../files/{FILE}#sha256={SHA256}">x</a>'.encode(),
    )  # fmt: skip
    monkeypatch.setattr(fetching, "LARGEST", 10)
    with pytest.raises(TooLarge):
        fetch_artifact(actor=room.ci, name="thing", sha256=SHA256)
    assert not Artifact.objects.exists()


def test_pages_of_an_index_are_read_in_both_forms_and_odd_ones_leave_files_out():
    html = f"""<!DOCTYPE html><a href="a-1.0.tar.gz#sha256={"a" * 64}">a</a><a href="b.whl">no hash</a>
    <a href="https://files.example/x/c%2B1-1.0-py3-none-any.whl#sha256={"C" * 64}&amp;egg=c">c</a><a href="http://[bad">x</a>"""
    found = list(package_index.files_of(html.encode(), "https://index.example/simple/a/"))
    assert [(file.filename, file.url, file.sha256[0]) for file in found] == [
        ("a-1.0.tar.gz", "https://index.example/simple/a/a-1.0.tar.gz", "a"),
        ("c+1-1.0-py3-none-any.whl", "https://files.example/x/c%2B1-1.0-py3-none-any.whl", "c"),
    ]
    odd = {"files": [1, {}, {"filename": "a", "url": 3, "hashes": {"sha256": "x"}}, {"filename": "a", "url": "u", "hashes": []}]}
    assert list(package_index.files_of(json.dumps(odd).encode(), "https://i/")) == []
    for bad in (b"{", b'{"files": 3}', b"{" * 100_000):
        with pytest.raises(package_index.NotAnIndex):
            list(package_index.files_of(bad, "https://i/"))
