"""What a file of known flaws may be: odd, broken, hostile or huge, and what is said about it."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest

from foundation.errors import Invalid, TooLarge
from governance.dependencies.advisories.archives import LARGEST_RECORD
from governance.dependencies.models import AdvisoryImport, AdvisorySnapshot
from governance.dependencies.selectors.advisories import findings_for
from governance.dependencies.services import advisories as services
from tests.dependencies.osv import imported, record, zipped

OLD, NEW = "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"
NUMPY = ("pypi", "numpy", "2.0.0")


def keys_of(pin: tuple[str, str, str]) -> list[str]:
    return [finding.group.key for finding in findings_for([pin]).findings[pin]]


def nested() -> bytes:
    return zipped(all__zip=zipped([record()]))


def bomb() -> bytes:
    """20 MB that would become 20 GB."""
    out = BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("a.json", "w", force_zip64=True) as file,
    ):
        piece = b"0" * 1024 * 1024
        for _number in range(2000):
            file.write(piece)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (nested, "all.zip", "not packed twice"),
        (lambda: b"\x1f\x8b\x08whatever", "all.tar.gz", "another kind"),
        (lambda: b"hello", "notes.txt", "cannot be read"),
        (lambda: b"[]", "a.json", "it has no id"),
        (lambda: b"PK\x03\x04 no archive", "all.zip", "no archive that can be read"),
        (lambda: json.dumps(record("GHSA-é")).encode("latin-1", "ignore") + b"\xff", "a.json", "cannot be read"),
        (lambda: b'{"id": "' + b"x" * LARGEST_RECORD + b'"}', "a.json", "more than"),
        (lambda: zipped([], a__json=b"[" * 100_000), "all.zip", "cannot be read"),
        (lambda: zipped([record("G" * 101)]), "all.zip", "more than 100 characters"),
        (lambda: zipped([record(package="p" * 201)]), "all.zip", "more than 200 characters"),
        (bomb, "all.zip", "more than"),
    ],
)
def test_a_file_without_a_record_is_refused_with_the_reason(world, data, name, said):
    run = imported(world.security, data=data(), name=name)

    assert run.failure_code == "advisories.nothing" or run.failure_code == "advisories.archive"
    assert said in run.failure
    assert not AdvisorySnapshot.objects.exists()


def test_odd_records_beside_good_ones_are_counted_or_kept_and_none_is_lost(world):
    odd = [
        record("GIT-1", affected=[{"ranges": [{"type": "GIT", "repo": "https://host/r", "events": [{"introduced": "0"}]}]}]),
        {"id": "BARE-1", "modified": NEW},
        record("ALL-1", affected=[{"package": {"ecosystem": "PyPI", "name": "numpy"}}]),
        record("名-1", "Ünïcode_包", summary="漏洞 \u0000 of it", aliases=["CVE-名"]),
        record("SEM-1", "@scope/pkg", ecosystem="npm", fixed="1.0.0-rc.1"),
        record("DEB-1", "numpy", ecosystem="Debian:12"),
        record("twice", fixed="1.0", modified=OLD),
    ]
    files = {
        "wrong__json": json.dumps(record("L1", summary="é")).replace("\\u00e9", "é").encode("latin-1"),
        "utf16__json": json.dumps(record("U16", "utf16")).encode("utf-16"),
        "again__json": json.dumps(record("twice", fixed="9.0", modified=NEW)).encode(),
        "yaml__yaml": b"id: PYSEC-9\nmodified: 2026-11-20T00:00:00Z\naffected:\n- package: {ecosystem: PyPI, name: numpy}\n  versions: ['2.0.0']\n",
        "notes__txt": b"not a record",
        "broken__json": b"{",
    }
    run = imported(world.security, data=zipped(odd, **files))

    assert run.failure == ""
    assert (run.snapshot.count, run.snapshot.refused) == (9, 2)
    assert {item["name"] for item in run.snapshot.told} == {"wrong.json", "broken.json"}
    assert keys_of(NUMPY) == ["ALL-1", "PYSEC-9", "twice"]
    assert keys_of(("npm", "@scope/pkg", "1.0.0-beta")) == ["SEM-1"]
    assert keys_of(("npm", "@scope/pkg", "1.0.0")) == []
    assert keys_of(("pypi", "utf16", "1")) == ["U16"]


def test_names_in_an_archive_that_no_database_takes_are_told_without_harm(world):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("good.json", json.dumps(record()))
        archive.writestr("b\udc80d.json".encode("utf-8", "surrogatepass").decode("latin-1"), "{")
    run = imported(world.security, data=out.getvalue())

    assert (run.failure, run.snapshot.refused) == ("", 1)


def test_an_empty_file_and_one_that_is_too_large_are_refused_at_once(world, monkeypatch):
    with pytest.raises(Invalid, match="empty"):
        services.import_advisory_file(actor=world.security, name="a.zip", file=b"")
    monkeypatch.setattr(services, "LARGEST_FILE", 10)
    with pytest.raises(TooLarge):
        services.import_advisory_file(actor=world.security, name="a.zip", file=b"x" * 11)
    assert not AdvisoryImport.objects.exists()
