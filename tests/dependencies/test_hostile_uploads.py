"""Archives that are made to harm whoever reads them, through the whole upload: bounded, told in words, and the worker goes on."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest

from foundation import jobs
from foundation.models import Job
from governance.dependencies import child
from governance.dependencies.capabilities import to_facts
from governance.dependencies.models import Artifact
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.services import keep_artifact, scan_again, scans
from tests.dependencies.archives import sdist, wheel


def zipped(entries, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def link_to(target):
    info = zipfile.ZipInfo("thing/link.py")
    info.external_attr = 0o120777 << 16
    return info, target


def tar_with(name, kind, linkname=""):
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, linkname
        archive.addfile(info)
    return out.getvalue()


def bad_name():
    data = zipped([("thing/AAAA.py", "import os\n")], zipfile.ZIP_STORED)
    return data.replace(b"AAAA", b"\xff\xfe\xfd\xfc")


def directory_of_lies():
    """A table of contents that says it has four thousand million entries."""
    data = bytearray(zipped([("a.py", "")]))
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HHII", data, at + 8, 0xFFFF, 0xFFFF, 0xFFFFFFF0, 10)
    return bytes(data)


HOSTILE = {
    "a bomb": (lambda: zipped([("thing/a.py", b"0" * 300_000_000)]), {"bomb", "too_much"}),
    "paths that lead out": (
        lambda: zipped([("../../etc/cron.d/x", "evil"), ("/root/.ssh/id", "evil"), ("C:\\x.py", "")]),
        {"path_outside"},
    ),
    "a link": (lambda: zipped([link_to("/etc/passwd")]), {"link"}),
    "100,000 entries": (lambda: zipped((f"thing/{n}.py", "") for n in range(100_000)), {"too_many_entries"}),
    "archives in an archive": (
        lambda: zipped([("thing/in.zip", zipped([("x.zip", zipped([("y.py", "")]))]))]),
        {"nested_archive"},
    ),
    "names that are no UTF-8": (bad_name, set()),
    "a table of contents that lies": (directory_of_lies, {"damaged_archive", "too_many_entries"}),
    "nested code": (lambda: wheel({"thing.py": "x = " + "(" * 5_000 + ")" * 5_000}), {"too_deep", "syntax_error"}),
    "a gigantic literal": (lambda: wheel({"thing.py": "x = [" + "1," * 400_000 + "]"}), {"too_large"}),
    "code that is slow to parse": (lambda: wheel({"thing.py": "f(" * 90 + "a" + "," * 200_000 + ")" * 90}), set()),
    "no archive at all": (lambda: b"\x00\xff" * 10_000, {"not_an_archive"}),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_archive_is_bounded_and_told_and_the_worker_goes_on(room, what):
    make, reasons = HOSTILE[what]
    data = make()
    began = time.monotonic()
    row = keep_artifact(actor=room.ci, filename="thing-1.0-py3-none-any.whl", data=data)
    jobs.run(row.job.pk)
    took = time.monotonic() - began

    row = Artifact.objects.select_related("release", "job").get(pk=row.pk)
    assert took < 120
    assert row.job.state in (Job.State.DONE, Job.State.FAILED)
    if row.release is None:
        assert row.failure
        return
    found = {point.symbol for point in selectors.scan_of(row.release).unanalysed}
    assert not reasons or found & reasons, found
    good = keep_artifact(actor=room.ci, filename="good-1.0.tar.gz", data=sdist({"a.py": "import os\n"}))
    jobs.run(good.job.pk)
    assert Job.objects.get(pk=good.job.pk).state == Job.State.DONE


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"6"], ids=["hard link", "link", "device", "block", "pipe"])
def test_special_files_of_a_tar_are_told_and_not_followed(room, kind):
    row = keep_artifact(actor=room.ci, filename="thing-1.0.tar.gz", data=tar_with("thing-1.0/x.py", kind, "/etc/passwd"))
    jobs.run(row.job.pk)

    row.refresh_from_db()
    assert {point.symbol for point in selectors.scan_of(row.release).unanalysed} & {"link", "special_file"}


def failing(room, monkeypatch, bounds, files=None):
    monkeypatch.setattr(scans, "BOUNDS", bounds)
    row = keep_artifact(actor=room.ci, filename="thing-1.0-py3-none-any.whl", data=wheel(files or {"a.py": "import os\n"}))
    jobs.run(row.job.pk)
    return Artifact.objects.select_related("job").get(pk=row.pk)


def test_a_reader_that_does_not_end_is_killed_and_its_file_stays_listed(room, monkeypatch):
    row = failing(room, monkeypatch, child.Bounds(wall=0.0))

    assert "too long" in row.failure
    assert row.job.state == Job.State.FAILED
    assert "too long" in row.job.error
    assert row.release is None

    monkeypatch.setattr(scans, "BOUNDS", child.Bounds())
    again = scan_again(actor=room.ci, artifact=row)
    jobs.run(again.job.pk)
    row.refresh_from_db()
    assert (row.failure, str(row.release)) == ("", "thing 1.0")


def test_a_reader_that_works_too_long_is_ended_by_the_operating_system(room, monkeypatch):
    code = "".join(f"def f{n}(a, b):\n    return os.path.join(a, b)\n" for n in range(12_000))
    row = failing(room, monkeypatch, child.Bounds(cpu=1), {f"m{n}.py": f"import os\n{code}" for n in range(12)})

    assert "too long" in row.failure


def test_a_reader_that_asks_for_too_much_memory_is_ended(room, monkeypatch):
    row = failing(room, monkeypatch, child.Bounds(memory=30 * 1024 * 1024))  # less than Python and its modules take

    assert "memory" in row.failure or "broke" in row.failure
    assert row.release is None


def test_a_reader_that_says_too_much_is_ended(room, monkeypatch):
    row = failing(room, monkeypatch, child.Bounds(output=200))

    assert "more to say" in row.failure


def test_a_cancelled_job_ends_the_reader(room, monkeypatch):
    monkeypatch.setattr("governance.dependencies.child.running.GLANCE", 0.0)
    row = keep_artifact(actor=room.ci, filename="thing-1.0.tar.gz", data=sdist({"a.py": "import os\n"}))
    original = jobs.Run.step

    def step(self, done, total, message=""):
        if done == 1:
            Job.objects.filter(pk=self.job.pk).update(state=Job.State.CANCELLED)
        original(self, done, total, message)

    monkeypatch.setattr(jobs.Run, "step", step)
    jobs.run(row.job.pk)

    row.refresh_from_db()
    assert row.release is None
    assert not row.scans.exists()


def test_the_reader_sees_no_secret_of_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("COUNTERSIGN_SECRET_KEY", "s" * 60)
    seen = {}

    class Started(Exception):
        pass

    def started(command, **options):
        seen.update(options)
        raise Started

    monkeypatch.setattr("governance.dependencies.child.running.subprocess.Popen", started)
    with pytest.raises(Started):
        child.run("look", {"filename": "a.whl"})

    assert not any("s" * 60 in value for value in seen["env"].values())
    assert seen["start_new_session"]


def test_facts_of_a_scan_survive_the_way_through_the_child():
    from governance.dependencies.capabilities import scan

    data = wheel({"thing/ä.py": "import os\nos.system('x')\n"})
    answer = child.run("look", {"filename": "thing-1.0-py3-none-any.whl"}, [io.BytesIO(data)])

    import json

    assert answer["scan"] == json.loads(json.dumps(to_facts(scan(data))))
