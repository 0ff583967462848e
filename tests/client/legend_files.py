"""Files with a legend in them, as other tools write them: made here byte by byte, so that the reader is not held against itself alone."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from countersign import canonical
from countersign.legends.document import FORMAT
from countersign.legends.keys import legend_key

MARK = b"PAR1"


def column(key: str, **more: Any) -> dict[str, Any]:
    return {
        "element": f"customers/{key}",
        "legend": legend_key("customers", key),
        "version": "1.2.0",
        "digest": "sha256:" + "a" * 64,
        **more,
    }


def signed(**said: Any) -> dict[str, Any]:
    """A legend's document with its digest."""
    whole = {
        "format": FORMAT,
        "dictionary": "customers",
        "server": "",
        "release": 42,
        "made_at": "2026-11-20T09:12:00.000000Z",
        "dataset": {"name": "crm", "version": "", "digest": ""},
        "copy": "",
        "columns": {
            "age": column("customer.age", name="Age", unit="a"),
            "注册日期": column("customer.signup_date", name="Signup date"),
        },
        **said,
    }
    return {**whole, "digest": canonical.digest(whole)}


def text_of(document: dict[str, Any]) -> str:
    return canonical.canonical_json(document).decode()


# Parquet: the least that is one (apache/parquet-format), in Thrift's compact protocol ------------------------------------------


def parquet(columns: list[str], metadata: dict[str, str]) -> bytes:
    """A file with these columns and no row."""
    schema = [element("schema", children=len(columns)), *(element(name) for name in columns)]
    pairs = [field(8, 1) + binary(key.encode()) + field(8, 1) + binary(value.encode()) + b"\0" for key, value in metadata.items()]
    footer = field(5, 1) + zigzag(1) + field(9, 1) + listed(schema) + field(6, 1) + zigzag(0) + field(9, 1) + listed([])
    if pairs:
        footer += field(9, 1) + listed(pairs)
    return wrapped(footer + b"\0")


def wrapped(footer: bytes, mark: bytes = MARK) -> bytes:
    return MARK + footer + len(footer).to_bytes(4, "little") + mark


def element(name: str, children: int | None = None, repetition: int = 1, raw: bytes | None = None) -> bytes:
    plain = field(5, 3) + zigzag(repetition) + field(8, 1) + binary(raw if raw is not None else name.encode())
    return plain + (field(5, 1) + zigzag(children) if children is not None else b"") + b"\0"


def field(kind: int, step: int) -> bytes:
    return bytes([step << 4 | kind])


def listed(structs: list[bytes]) -> bytes:
    head = bytes([len(structs) << 4 | 12]) if len(structs) < 15 else b"\xfc" + varint(len(structs))
    return head + b"".join(structs)


def binary(data: bytes) -> bytes:
    return varint(len(data)) + data


def zigzag(value: int) -> bytes:
    return varint(value << 1 ^ value >> 63)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


# Workbooks as Excel writes them: shared texts, rich text, gaps, a hidden sheet before the one that people see ------------------


def excel(legend: str | None = None, **parts: bytes) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    custom = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
    types = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
    found = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="/xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/custom-properties" Target="docProps/custom.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Lists" sheetId="1" state="hidden" r:id="rId1"/>'
        f'<sheet name="Data" sheetId="2" r:id="rId2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/worksheet" Target="/xl/worksheets/sheet2.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1"/><row r="2"><c r="A2" s="1"/></row>'
        '<row r="3"><c r="B3" t="s"><v>1</v></c><c r="D3" t="s"><v>0</v></c><c r="AA3"><v>2026</v></c><c t="b"><v>1</v></c></row>'
        '<row r="4"><c r="B4"><v>7</v></c></row></sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}"><si><r><t>注册</t></r><r><rPr><b/></rPr><t>日期</t></r>'
        '<rPh sb="0" eb="1"><t>zhuce</t></rPh></si>'
        "<si><t>age</t></si><si><t>never asked for</t></si></sst>",
    }  # fmt: skip
    if legend is not None:
        escaped = legend.replace("&", "&amp;").replace("<", "&lt;")
        found["docProps/custom.xml"] = (
            f'<Properties xmlns="{custom}" xmlns:vt="{types}"><property name="Client"><vt:lpwstr>x</vt:lpwstr></property>'
            f'<property name="countersign.legend"><vt:lpwstr>{escaped}</vt:lpwstr></property></Properties>'
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in found.items():
            archive.writestr(name, parts.pop(name, text.encode()))
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()
