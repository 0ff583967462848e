"""Workbooks without a library: as spreadsheets write them, and as somebody who means harm does."""

from __future__ import annotations

import io
import zipfile

import pytest
from countersign.legends import sources, workbook
from countersign.legends.unreadable import Unreadable

from tests.client.legend_files import excel, signed, text_of
from tests.client.test_explain_files import look

LEGEND = signed()


def test_a_workbook_of_excel_is_read() -> None:
    source = look(excel(text_of(LEGEND)))
    assert [item.name for item in source.columns] == ["age", "注册日期", "2026", "TRUE"]
    assert (source.kind, source.told) == ("xlsx", {"sheet": "Data"})
    found = sources.carried(source)
    assert found is not None
    assert found.document == LEGEND


def test_a_workbook_without_a_legend_carries_none() -> None:
    assert sources.carried(look(excel())) is None


SMALL_DOCTYPE = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04", "cut off"),
        (excel()[:-30], "cut off|cannot|can be read"),
        (excel(**{"xl/workbook.xml": SMALL_DOCTYPE}), "document type"),
        (excel("{}", **{"docProps/custom.xml": SMALL_DOCTYPE}), "document type"),
        (excel(**{"xl/sharedStrings.xml": SMALL_DOCTYPE}), "document type"),
        (excel(**{"xl/worksheets/sheet2.xml": SMALL_DOCTYPE.decode().encode("utf-16")}), "document type"),
        (excel(**{"xl/workbook.xml": b'<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>'}), "document type"),
        (excel(**{"xl/workbook.xml": b"<workbook>"}), "can be read"),
        (excel(**{"xl/workbook.xml": b"\0"}), "can be read"),
        (excel(**{"xl/worksheets/sheet2.xml": b"<worksheet/>"}), "holds anything"),
        (excel(**{"_rels/.rels": b"<Relationships/>", "xl/workbook.xml": b"<workbook/>"}), "holds anything"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_told(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        look(data)


def packed(how: int, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_archive_of_another_kind_is_told() -> None:
    with pytest.raises(Unreadable, match="no workbook"):
        look(packed(zipfile.ZIP_DEFLATED, notes=b"x"))
    with pytest.raises(Unreadable, match="packed in a way"):
        look(packed(zipfile.ZIP_LZMA, notes=b"x"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_stands_twice_is_refused() -> None:
    out = io.BytesIO(excel())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(Unreadable, match="twice"):
        look(out.getvalue())


@pytest.mark.parametrize("part", ["xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/custom.xml"])
def test_packed_bombs_are_not_unpacked(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGE", 2_000_000)
    with pytest.raises(Unreadable, match="unpacks to more"):
        look(excel("{}", **{part: b"<a>" + b" " * 3_000_000}))


def test_a_cell_and_a_list_of_parts_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="40000 characters"):
        look(excel(**{"xl/worksheets/sheet2.xml": b"<s><row><c><v>" + b"x" * 50_000 + b"</v></c></row></s>"}))
    monkeypatch.setattr(workbook, "MOST_LISTED", 100)
    with pytest.raises(Unreadable, match="more parts"):
        look(excel())


def test_all_texts_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_KEPT", 1000)
    cell = b"<c><v>" + b"x" * 300 + b"</v></c>"
    with pytest.raises(Unreadable, match="texts are larger"):
        look(excel(**{"xl/worksheets/sheet2.xml": b"<s><row>" + cell * 5 + b"</row></s>"}))
