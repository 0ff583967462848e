from __future__ import annotations

import hashlib

import pytest

from governance.usecases import media
from tests.usecases.papers import PDF, office, open_document

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20
WORD = office("[Content_Types].xml", "word/document.xml")
EXE = b"MZ\x90\x00" + b"\x00" * 60


def look(content: bytes, name: str, size: int = 7) -> media.Looked:
    return media.look((content[at : at + size] for at in range(0, len(content), size)), name)


@pytest.mark.parametrize(
    ("content", "name", "extension"),
    [
        (PDF, "plan.pdf", "pdf"),
        (PDF, "plan.exe", "pdf"),
        (PNG, "picture", "png"),
        (JPEG, "photo.jpeg", "jpg"),
        (WORD, "plan.docx", "docx"),
        (office("_rels/.rels", "xl/workbook.xml"), "sheet.XLSX", "xlsx"),
        (office("docProps/app.xml", "ppt/presentation.xml"), "talk.pptx", "pptx"),
        (open_document("application/vnd.oasis.opendocument.text"), "anything", "odt"),
        (open_document("application/vnd.oasis.opendocument.spreadsheet"), "x.odt", "ods"),
        ("# Plan\n\nFür alle, 为所有人\n".encode(), "plan.md", "md"),
        (b"\xef\xbb\xbfa;b\r\n1;2\r\n", "figures.csv", "csv"),
        (b"words\n", "notes.txt", "txt"),
    ],
)
def test_a_file_is_what_its_bytes_are(content, name, extension):
    found = look(content, name)

    assert found.extension == extension
    assert found.media_type == media.EXTENSIONS[extension]
    assert found.size == len(content)
    assert found.sha256 == "sha256:" + hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (EXE, "plan.pdf"),
        (EXE, "plan.docx"),
        (b"<html><script>alert(1)</script></html>", "page.html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "picture.svg"),
        (b"#!/bin/sh\nrm -rf /\n", "run.sh"),
        (b"words without a name", "notes"),
        (b"GIF89a" + b"\x00" * 10, "x.png"),
        (office("payload.exe"), "plan.docx"),
        (office("[Content_Types].xml", "word/document.xml"), "plan.zip"),
        (office("[Content_Types].xml", "word/vbaProject.bin"), "macros.docm"),
        (open_document("application/x-something"), "plan.odt"),
        (b"PK\x03\x04", "plan.docx"),
        (b"PK\x03\x04" + b"\xff" * 60, "plan.docx"),
        (b"a\x00b", "notes.txt"),
        (b"caf\xe9", "notes.txt"),
        (b"\x1b[31mred", "notes.md"),
        (b"a cut character \xe4\xb8", "notes.md"),
        (b" %PDF-1.7", "plan.pdf"),
    ],
)
def test_what_is_on_no_list_is_not_taken_whatever_it_is_called(content, name):
    with pytest.raises(media.Unreadable) as refused:
        look(content, name)
    assert refused.value.code == "kind"


def test_an_empty_file_is_none():
    with pytest.raises(media.Unreadable) as refused:
        media.look([], "plan.pdf")
    assert refused.value.code == "empty"


def test_reading_ends_where_the_limit_is_passed():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield b"%PDF-" + b"x" * (1024 * 1024)

    with pytest.raises(media.TooBig):
        media.look(endless(), "plan.pdf")
    assert len(taken) == media.LARGEST // 1024**2


def test_an_archive_is_never_opened(monkeypatch):
    import zipfile
    import zlib

    monkeypatch.setattr(zipfile, "ZipFile", None)
    monkeypatch.setattr(zlib, "decompressobj", None)
    assert look(WORD, "bomb.docx").extension == "docx"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Plan.pdf", "Plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Plan.pdf", "Plan.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2028b.pdf", "ab.pdf"),
        ("  计划  2 .pdf", "计划 2 .pdf"),
        ("..", ""),
        ("", ""),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("x" * 300, "x" * 150),
    ],
)
def test_a_name_is_shown_without_what_could_mislead(name, shown):
    assert media.plain_name(name) == shown
