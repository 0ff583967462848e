"""Files of packages: kept once, looked into by a worker, told as releases."""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
import zipfile

import pytest
import zstandard

from foundation import actor as actors
from foundation import jobs
from foundation.errors import Conflict, Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent, Job
from governance.dependencies.line_counts import lines_between
from governance.dependencies.models import Artifact, Distance, Package, Release
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.services import artifacts as service
from governance.dependencies.services import keep_artifact, package_of, rescan_old, scan_again, scans
from tests.dependencies.archives import sdist, wheel

CODE = "import requests\n\ndef ask():\n    return requests.get('https://example.org/x')\n"


def kept(actor, files=None, filename="thing-1.0-py3-none-any.whl", *, data=None, version="1.0"):
    """An artifact with a worker's look into it behind it."""
    row = keep_artifact(actor=actor, filename=filename, data=data or wheel(files or {"thing.py": CODE}, version))
    jobs.run(row.job.pk)
    return Artifact.objects.select_related("release__package", "job").get(pk=row.pk)


def test_a_file_is_kept_by_its_digest_and_told_as_a_release(room):
    row = kept(room.ci)

    assert row.failure == ""
    assert (str(row.release), row.release.package.ecosystem) == ("thing 1.0", "pypi")
    scan = selectors.scan_of(row.release)
    assert {point.symbol for point in scan.of("net")} >= {"requests.get", "example.org"}
    assert row.job.state == Job.State.QUEUED or Job.objects.get(pk=row.job.pk).state == Job.State.DONE
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {"dependencies.artifact.kept", "dependencies.artifact.scanned", "dependencies.release.known"} <= kinds


def test_the_same_bytes_are_the_same_artifact_whatever_they_are_called(room):
    data = wheel({"thing.py": CODE})
    first = keep_artifact(actor=room.ci, filename="thing-1.0-py3-none-any.whl", data=data)
    second = keep_artifact(actor=room.engineer, filename="other-2.0-py3-none-any.whl", data=data)

    assert first.is_new
    assert not second.is_new
    assert first.pk == second.pk
    assert Artifact.objects.count() == Job.objects.count() == 1
    assert first.sha256 == "sha256:" + hashlib.sha256(data).hexdigest()


def test_what_cannot_be_a_file_of_a_package_is_refused_in_words(room):
    for name, data, said in (
        ("thing.exe", b"MZ", "no file of a package"),
        ("thing-1.0-py3-none-any.whl", b"", "empty"),
        ("  ..  ", b"x", "Give the file the name"),
    ):
        with pytest.raises(Invalid, match=said):
            keep_artifact(actor=room.ci, filename=name, data=data)
    with pytest.raises(NotAllowed, match="does not carry the scope"):
        keep_artifact(actor=room.reader, filename="a-1-py3-none-any.whl", data=b"x")
    assert not Artifact.objects.exists()


def test_a_file_beyond_the_limit_is_refused_and_nothing_of_it_is_kept(room, monkeypatch, settings):
    monkeypatch.setattr(service, "LARGEST", 1000)
    with pytest.raises(TooLarge, match="at most"):
        keep_artifact(actor=room.ci, filename="thing-1.0.tar.gz", data=b"x" * 1001)
    assert not Artifact.objects.exists()


def test_the_name_of_a_file_is_made_harmless(room):
    row = keep_artifact(actor=room.ci, filename="../../etc/\u202ething-1.0.tar.gz\x00", data=sdist({"a.py": ""}))

    assert row.filename == "thing-1.0.tar.gz"
    assert "thing" not in row.file.name


def test_what_is_inside_decides_where_the_name_says_something_else(room):
    row = kept(room.ci, filename="numpy-2.0.0-py3-none-any.whl")

    assert str(row.release) == "thing 1.0"


def test_two_wheels_with_one_source_are_one_release_and_another_source_is_another(room):
    first = kept(room.ci, {"thing.py": CODE})
    same = kept(room.ci, {"thing.py": CODE.replace("\n", "\r\n")}, "thing-1.0-py2-none-any.whl")
    other = kept(room.ci, {"thing.py": CODE + "x = 1\n"}, "thing-1.0-cp311-none-any.whl")

    assert first.release_id == same.release_id
    assert other.release_id != first.release_id
    assert Package.objects.count() == 1
    assert {row.version for row in Release.objects.all()} == {"1.0"}


def test_the_licence_is_read_from_the_metadata(room):
    row = kept(
        room.ci, data=sdist({"a.py": "", "PKG-INFO": "Name: thing\nVersion: 1.0\nLicense-Expression: MIT\n\nLicense: GPL\n"})
    )

    assert row.licence == "MIT"


def test_what_was_not_read_in_full_speaks_for_its_own_bytes_only(room):
    bad = kept(room.ci, data=wheel({"thing.py": CODE})[:-30])
    again = kept(room.ci, data=wheel({"thing.py": CODE})[:-31])

    assert bad.release.source_digest == bad.sha256
    assert again.release_id != bad.release_id
    assert not bad.scans.get().complete


def test_a_model_is_a_release_of_its_own_kind(room):
    row = kept(room.ci, data=b"cos\nsystem\n(S'true'\ntR.", filename="Churn.pkl")

    assert row.release.package.label == "model:churn.pkl"
    assert row.release.source_digest == row.sha256
    assert "os.system" in {point.symbol for point in selectors.scan_of(row.release).of("model/import")}


def test_a_conda_package_is_read_in_both_its_forms_and_linked_by_its_source(room):
    index = '{"name": "thing", "version": "1.0", "license": "BSD-3-Clause"}'
    files = {
        "info/index.json": index,
        "site-packages/thing.py": CODE,
        "site-packages/thing-1.0.dist-info/METADATA": "Name: thing\n",
    }
    conda = kept(room.ci, data=conda_package(files), filename="thing-1.0-py_0.tar.bz2")
    pypi = kept(room.ci, {"thing.py": CODE})
    newer = kept(room.ci, data=conda_of_two_tars(files), filename="thing-1.0-py_1.conda")
    damaged = kept(room.ci, data=b"PK\x03\x04 whatever", filename="thing-1.0-py_2.conda")

    assert conda.release.package.label == "conda:thing"
    assert conda.licence == "BSD-3-Clause"
    assert list(selectors.same_source(conda.release)) == [pypi.release]
    assert list(selectors.same_source(pypi.release)) == [conda.release]
    assert newer.release == conda.release
    assert newer.licence == "BSD-3-Clause"
    assert newer.scans.get().complete
    assert not damaged.scans.get().complete
    assert damaged.release != conda.release


def conda_of_two_tars(files):
    """As `conda build` writes it since 2019."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", '{"conda_pkg_format_version": 2}')
        for part, inside in (("info", True), ("pkg", False)):
            some = {name: content for name, content in files.items() if name.startswith("info/") is inside}
            packed = zstandard.ZstdCompressor(level=19).compress(conda_package(some, "w:"))
            archive.writestr(f"{part}-thing-1.0-py_1.tar.zst", packed)
    return out.getvalue()


def conda_package(files, mode="w:bz2"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return out.getvalue()


def test_the_release_of_a_lock_files_hash_is_found_with_one_query(room, django_assert_num_queries):
    row = kept(room.ci)

    with django_assert_num_queries(1):
        found = selectors.releases_by_hash([row.sha256, "sha256:" + "0" * 64, "md5:abc"])
        assert {name: str(release) for name, release in found.items()} == {row.sha256: "thing 1.0"}


def test_a_newer_scanner_looks_again_and_keeps_what_the_older_one_found(room, monkeypatch):
    row = kept(room.ci)
    assert rescan_old(actor=actors.system("test")) == 0
    with pytest.raises(Conflict, match="newest scanner"):
        scan_again(actor=room.ci, artifact=row)

    monkeypatch.setattr(scans, "SCANNER", "2")
    assert rescan_old(actor=actors.system("test")) == 1
    assert rescan_old(actor=actors.system("test")) == 0  # it waits already


def test_a_package_is_known_once(room):
    assert package_of("pypi", "thing").pk == package_of("PyPI", "thing").pk
    assert package_of("conda", "thing").label == "conda:thing"
    with pytest.raises(Invalid, match="ecosystem"):
        package_of("pypi", "a\x00b")


# How far apart ---------------------------------------------------------------------------------------------------------


def test_the_distance_is_what_has_to_be_read_and_is_kept(room, django_assert_max_num_queries):
    old = kept(room.ci, {"thing.py": "a = 1\nb = 2\nc = 3\n", "gone.py": "x = 1\ny = 2\n"}).release
    new = kept(
        room.ci,
        {"thing.py": "a = 1\r\nb = 5\r\nc = 3\r\n", "come.py": CODE},
        "thing-2.0-py3-none-any.whl",
        version="2.0",
    ).release

    size = selectors.distance(old, new)
    assert (size.lines, size.native_files) == (2 + 2 + 4, 0)
    assert size.points == len(selectors.scan_of(new).points)
    assert selectors.distance(None, new).lines == 3 + 4
    assert selectors.least(old, new) <= size.lines
    with django_assert_max_num_queries(1):
        assert selectors.distance(old, new) == size


def test_no_distance_is_told_where_the_bytes_are_gone(room):
    old, new = kept(room.ci).release, kept(room.ci, {"thing.py": "b = 1\n"}).release
    Distance.objects.all().delete()
    old.artifacts.get().file.delete(save=False)

    assert selectors.distance(old, new) is None
    assert selectors.distance(None, new).lines == 1


def test_the_line_count_is_the_smallest_there_is():
    chance = random.Random(7)
    for _round in range(300):
        old, new = ([chance.choice("abcd") for _ in range(chance.randint(0, 25))] for _ in range(2))
        expected = len(old) + len(new) - 2 * common(old, new)
        written = ["".join(f"{line}\n" for line in lines).encode() for lines in (old, new)]
        assert lines_between(*written) == expected


def common(old, new):
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]
