"""Archives and files that mean harm: time and memory stay bounded, nothing is raised, and what was not read is said."""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dependencies.capabilities import UNANALYSED, Limits, archives, from_facts, scan, to_facts, unanalysed_told
from governance.dependencies.capabilities.elf import NotElf, read_elf
from tests.dependencies.archives import METADATA, sdist, wheel
from tests.public_files import each

MEGABYTE = 1024 * 1024
SECONDS = 20.0  # of processor time that any of these may take on a slow machine; most take a tenth


def reasons(archive: bytes, **limits: int) -> set[str]:
    start = time.thread_time()
    found = scan(archive, limits=Limits(**limits))
    assert time.thread_time() - start < SECONDS
    said = {point.symbol for point in found.unanalysed}
    assert all(unanalysed_told(reason) != reason or reason in UNANALYSED for reason in said)
    return said


def raw_zip(entries: list[tuple[bytes, bytes, int]]) -> bytes:
    """(name, content, external attributes), written by hand: zipfile refuses some of what is meant here."""
    body, directory = bytearray(), bytearray()
    for name, content, attributes in entries:
        sizes = struct.pack("<III", zlib.crc32(content), len(content), len(content))
        at = len(body)
        local = struct.pack("<4s5H", b"PK\3\4", 20, 0x800, 0, 0, 0) + sizes + struct.pack("<HH", len(name), 0) + name
        directory += struct.pack("<4s6H", b"PK\1\2", 0x0314, 20, 0x800, 0, 0, 0) + sizes
        directory += struct.pack("<5HII", len(name), 0, 0, 0, 0, attributes, at) + name
        body += local + content
    count = min(len(entries), 0xFFFF)
    return bytes(body) + directory + struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_bomb_is_stopped(make):
    bomb = make({"thing/zeros.bin": bytes(40 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    assert "bomb" in reasons(bomb)
    found = scan(bomb)
    assert not found.complete
    assert found.source_digest == ""


def test_entries_that_overlap_are_counted_each_time():
    """One stream of zeros that a thousand entries point at, as the bombs without nesting do."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packed.compress(bytes(8 * MEGABYTE)) + packed.flush()
    sizes = struct.pack("<III", zlib.crc32(bytes(8 * MEGABYTE)), len(content), 8 * MEGABYTE)
    body = struct.pack("<4s5H", b"PK\3\4", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 1, 0) + b"a" + content
    entry = struct.pack("<4s6H", b"PK\1\2", 0x0314, 20, 0, 8, 0, 0) + sizes + struct.pack("<5HII", 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 1000
    bomb = body + directory + struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 1000, 1000, len(directory), len(body), 0)
    assert "bomb" in reasons(bomb)


@pytest.mark.parametrize("compression", ["w:gz", "w:bz2", "w:xz", "w:"])
def test_all_kinds_of_tar_are_read(compression):
    found = scan(sdist({"thing/a.py": "import os\nos.system(c)\n"}, compression))
    assert (found.kind, [point.symbol for point in found.points]) == ("sdist", ["os.system"])


def test_a_path_that_leads_outside_is_told_and_read_all_the_same():
    for name in ("../../etc/cron.d/x.py", "/etc/x.py", "C:\\x.py", "a/../../x.py", "..\\x.py"):
        found = scan(wheel({name: "import os\nos.system(c)\n"}))
        assert {point.symbol for point in found.points} == {"path_outside", "os.system"}, name


def test_links_are_told_and_never_followed():
    linked = raw_zip([(b"thing/a.py", b"/etc/passwd", 0o120777 << 16), (b"thing-1.0.dist-info/METADATA", METADATA.encode(), 0)])
    assert reasons(linked) == {"link"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"thing-1.0/{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert reasons(out.getvalue()) == {"link", "special_file"}


def test_a_hundred_thousand_entries_are_not_read():
    assert reasons(raw_zip([(f"{number:06}".encode(), b"", 0) for number in range(100_000)])) == {"too_many_entries"}
    header = tarfile.TarInfo("thing-1.0/a").tobuf()
    assert reasons(header * 100_000, entries=10_000) == {"too_many_entries", "twice"}


def test_a_table_of_contents_that_understates_itself_is_not_held_in_memory():
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 400_000
    lying = directory + struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 1, 1, len(directory), 0, 0)
    assert reasons(b"PK\3\4" + bytes(26) + lying) == {"too_many_entries"}
    assert reasons(wheel({"a.py": "x = 1"}), directory_bytes=100) == {"too_many_entries"}


def test_a_tar_header_of_gigabytes_is_not_held_in_memory():
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 900 * MEGABYTE
    packed = zlib.compressobj(wbits=31)
    bomb = (
        packed.compress(info.tobuf(tarfile.GNU_FORMAT))
        + b"".join(packed.compress(bytes(MEGABYTE)) for _ in range(100))
        + packed.flush()
    )
    assert reasons(bomb) & {"bomb", "too_many_entries", "damaged_archive"}


def test_names_that_are_no_text_are_told():
    found = scan(raw_zip([(b"thing/\xff\xfe.py", b"x = 1", 0), (b"thing-1.0.dist-info/METADATA", METADATA.encode(), 0)]))
    assert {point.symbol for point in found.points} == {"names_not_utf8"}
    odd = scan(wheel({"thing/a\x01\u202eb.py": "import os\nos.system(c)\n"}))
    assert [point.path.isprintable() for point in odd.points] == [True]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
        archive.addfile(tarfile.TarInfo("thing-1.0/\udcff.py"))
    assert reasons(out.getvalue()) == {"name_not_utf8"}


def test_two_files_of_one_name_are_told_and_both_read():
    both = raw_zip(
        [(b"a.py", b"import os\nos.system(c)", 0), (b"a.py", b"import os\nos.popen(c)", 0), (b"t-1.dist-info/METADATA", b"", 0)]
    )
    assert {point.symbol for point in scan(both).points} == {"twice", "os.system", "os.popen"}


@pytest.mark.parametrize("cut", [0, 3, 10, 60, -30])
def test_what_is_no_archive_or_half_of_one_is_told(cut):
    for whole in (wheel({"a.py": "x = 1"}), sdist({"a.py": "x = 1" * 1000})):
        found = scan(whole[:cut])
        assert found.unanalysed
        assert found.source_digest == ""


def test_a_damaged_or_encrypted_file_leaves_no_digest():
    archive = bytearray(wheel({"thing/a.py": "import os\n" * 100, "thing/b.py": "import os\nos.system(c)\n"}))
    at = archive.index(b"thing/a.py") + len(b"thing/a.py") + 4
    archive[at : at + 4] = b"\xff\xff\xff\xff"
    found = scan(bytes(archive))
    assert {point.symbol for point in found.points} == {"damaged", "os.system"}
    assert found.source_digest == ""


# Code that is hard on the parser ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = " + "(" * 5000 + ")" * 5000, "too_deep"),
        ("x = " + "-" * 200_000 + "1", "too_deep"),
        ("x = " + "a." * 100_000 + "b", "too_deep"),
        ("x = " + "1+" * 100_000 + "1", "too_deep"),
        ("x = " + "a()" + "()" * 60_000, "too_deep"),
        ("x = " + "lambda: " * 50_000 + "1", "too_deep"),
        ("if 1: pass\n" + "elif 1: pass\n" * 20_000, "too_deep"),
        ("x = " + "[" * 90 + "1 2" + "]" * 90, "syntax_error"),
        ("f(" * 80 + "x y" + ")" * 80, "syntax_error"),
        ("x = " + "9" * 900_000, "syntax_error"),
        ("a\n" * 400_000, "too_large"),
        ("x = [" + "1," * 400_000 + "]", "too_large"),
        ("x = '" + "a" * 2_000_000 + "'", "too_large"),
        ("print 'of another Python'", "syntax_error"),
        ("x = 1\0", "syntax_error"),
        (b"x = '\xff\xfe'", "not_utf8"),
        (b"# coding: no-such\nx = 1", "syntax_error"),
    ],
)  # fmt: skip
def test_code_that_cannot_be_parsed_is_told_with_its_reason(code, expected):
    assert reasons(wheel({"thing/a.py": code})) == {expected}


@pytest.mark.parametrize(
    "code",
    [
        "x = '" + "a" * 900_000 + "'",
        "import os\n" + "os.system(x)\n" * 20_000,
        "x" + ".write_text()" * 150,
        "x = " + "f(" * 90 + "os.system" + ")" * 90,
        "\n".join(" " * depth + "if 1:" for depth in range(99)) + "\n" + " " * 99 + "x",
        "x = {" + "'https://a.example.io',\n" * 20_000 + "}",
        "a;" * 20_000,
        "@a\n" * 20_000 + "def f(): pass",
    ],
)
def test_code_that_is_long_or_deep_takes_bounded_time(code):
    assert reasons(wheel({"thing/a.py": code})) <= {"too_many_points", "too_deep", "too_large"}


def test_time_runs_out_between_files_and_it_is_said():
    ticks = iter(range(10_000))
    found = scan(
        wheel({f"a{number}.py": "x = 1\n" * 10_000 for number in range(50)}),
        limits=Limits(seconds=3),
        clock=lambda: float(next(ticks)),
    )
    assert not found.complete
    assert {point.symbol for point in found.unanalysed} == {"out_of_time"}
    assert found.source_digest == ""


def test_too_many_points_end_the_scan_and_it_is_said():
    code = "import os\n" + "".join(f"def f{number}():\n    os.system(c)\n" for number in range(400))
    found = scan(wheel({f"a{number}.py": code for number in range(20)}), limits=Limits(points=2_000))
    assert not found.complete
    assert "too_many_points" in {point.symbol for point in found.unanalysed}
    assert len(found.points) < 3_000


@pytest.mark.slow
def test_memory_is_bounded_and_the_process_survives(tmp_path):
    """All of the above in one process that may hold 700 MB."""
    heavy = wheel(
        {
            "a.py": "a\n" * 49_000,
            "b.py": "x = [" + "1," * 240_000 + "]",
            "c.py": "x = " + "a and " * 160_000 + "a",
            "d.py": "(" * 190 + ")" * 190,
            "e.bin": bytes(20 * MEGABYTE),
            "f.pkl": b"\x80\x04" + b"(" * 900_000 + b".",
        }
    )
    path = tmp_path / "heavy.whl"
    path.write_bytes(heavy)

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (700 * MEGABYTE, 700 * MEGABYTE))

    with path.open("rb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "governance.dependencies.capabilities"],
            stdin=stream,
            capture_output=True,
            preexec_fn=bounded,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    assert b'"format"' in done.stdout


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_no_bytes_raise(data):
    for archive in (
        data,
        b"PK\x03\x04" + data,
        b"\x1f\x8b" + data,
        b"BZh9" + data,
        wheel({"a.py": data, "b.so": b"\x7fELF" + data}),
    ):
        scan(archive)


whole = wheel({"thing/a.py": "import os\nos.system(c)\n" * 5, "m.pkl": b"\x80\x04K\x01."})


@given(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=5))
@settings(max_examples=200)
def test_no_damage_raises(changes):
    data = bytearray(whole)
    for at, value in changes:
        data[at] = value
    scan(bytes(data))


def test_an_entry_without_a_name_is_read_past():
    found = scan(raw_zip([(b"thing/a.py", b"import os\n", 0), (b"", b"import os\n", 0)]))
    assert "thing/a.py" in [fact.path for fact in found.files]


def conda_file(members: dict[str, bytes]) -> bytes:
    """A package of conda: tars packed with Zstandard within a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, zstandard.ZstdCompressor(level=19).compress(data))
    return out.getvalue()


def tar_of(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_a_package_of_conda_that_unpacks_to_far_too_much_is_left_at_the_limit():
    archive = conda_file({"pkg-a-1-0.tar.zst": tar_of("site-packages/a.py", b"\0" * 80 * MEGABYTE)})
    found = scan(archive, conda=True, limits=Limits(free_bytes=8 * MEGABYTE))

    assert len(archive) < MEGABYTE
    assert {point.symbol for point in found.unanalysed} == {"bomb"}
    assert (found.complete, found.source_digest) == (False, "")


def test_a_damaged_package_of_conda_is_told(monkeypatch):
    whole = conda_file(
        {"info-a-1-0.tar.zst": tar_of("info/index.json", b"{}"), "pkg-a-1-0.tar.zst": tar_of("a.py", b"import os")}
    )
    for at in range(30, len(whole) - 30, 7):
        data = bytearray(whole)
        data[at] ^= 0xFF
        scan(bytes(data), conda=True)
    assert scan(whole, conda=True).complete

    monkeypatch.setattr(archives, "zstandard", None)
    assert {point.symbol for point in scan(whole, conda=True).unanalysed} == {"zstd_not_read"}


# Compiled code ----------------------------------------------------------------------------------------------------------------


def test_a_library_of_this_machine_tells_what_it_imports():
    import _socket

    path = Path(getattr(_socket, "__file__", "") or "")
    if path.suffix != ".so" or path.read_bytes()[:4] != b"\x7fELF":
        pytest.skip("the socket module of this Python is no ELF library of its own")
    elf = read_elf(path.read_bytes())
    assert {"connect", "bind", "PyErr_SetString"} <= {name.partition("@")[0] for name in elf.imports}
    found = scan(wheel({"thing/_socket.cpython-311-x86_64-linux-gnu.so": path.read_bytes()}))
    assert {"native/code", "net/client", "net/server"} <= set(found.capabilities)
    assert {point.path for point in found.points} == {"thing/_socket.so"}
    assert found.natives[0].imports == elf.imports


@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 4000))
def test_a_library_that_contradicts_itself_is_told(at, value, cut):
    import _socket

    path = getattr(_socket, "__file__", "")
    data = bytearray(Path(path).read_bytes() if path else b"\x7fELF\2\1" + bytes(400))
    data[min(at, len(data) - 1)] = value
    for damaged in (bytes(data), bytes(data[:cut])):
        try:
            read_elf(damaged)
        except NotElf:
            continue


def test_code_of_other_systems_and_languages_is_said_to_be_unread():
    files = {
        "a/_c.pyd": b"MZ" + bytes(90),
        "a/b.pyx": "x",
        "a/c.pyx": "y",
        "a/d.js": "z",
        "a/__pycache__/e.cpython-311.pyc": b"\0",
        "a/f.zip": b"PK",
    }
    found = scan(wheel(files))
    assert {(point.symbol, point.path, point.count) for point in found.unanalysed} == {
        ("native_format", "a/_c.so", 1), ("language cython", "a/*.pyx", 2), ("language javascript", "a/*.js", 1),
        ("bytecode", "a/__pycache__/e.cpython-311.pyc", 1), ("nested_archive", "a/f.zip", 1),
    }  # fmt: skip
    assert [point.symbol for point in scan(wheel({"a/run.sh": "#!/bin/sh\n"})).points] == ["shell"]


# Public packages --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", each("wheels", ".whl", ".gz"))
def test_a_public_package_is_read_to_its_end(path):
    with path.open("rb") as stream:
        found = scan(stream)
    assert found.complete
    assert found.source_digest
    assert found.name
    assert len({point.key for point in found.points}) == len(found.points)
    assert from_facts(json.loads(json.dumps(to_facts(found)))) == found
