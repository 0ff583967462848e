"""Sheets that people keep: headings in any language, rows of every kind, and a word on each that cannot be used."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from governance.dictionary.elements import Element
from governance.dictionary.formats.model import Reading, Unreadable
from governance.dictionary.formats.sheets import CSV, XLSX, guess, headings_of, read_mapped


def read(text: str | bytes, name: str = "orders.csv") -> Reading:
    assert CSV.read is not None
    return CSV.read(text if isinstance(text, bytes) else text.encode(), name)


def one(text: str) -> Element:
    (element,) = read(text).book.elements
    return element


def told(reading: Reading) -> list[tuple[str, str, str]]:
    return [(item.place, item.level, item.code) for item in reading.notes]


def workbook(**sheets: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


# Headings ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("Column,Description,Type,Unit,Nullable", "column,definition,type,unit,nullable"),
        ("field_name;data_type;isRequired;allowedValues", "column,type,required,values"),
        ("Variable;Label;Format", "column,definition,format"),
        ("Variable;Label;Description", "column,name,definition"),
        ("Field;Name;Meaning", "column,name,definition"),
        (
            "字段名,含义,类型,单位,是否必填,值域,最小值,最大值,示例,别名",
            "column,definition,type,unit,required,values,minimum,maximum,examples,aliases",
        ),
        ("表名,字段名,字段中文名,数据类型,允许空,主键,备注", "table,column,name,type,nullable,is_key,definition"),
        ("Feldname;Beschreibung;Datentyp;Einheit;Pflichtfeld;Wertebereich", "column,definition,type,unit,required,values"),
        ("Nom du champ;Définition;Type de données;Unité;Obligatoire", "column,definition,type,unit,required"),
        (" COLUMN  NAME ;DESCRIPTION (EN);Remarks", "column,definition,"),
        ("Column;Desciption;Colour of paper", "column,definition,"),
        ("Table;Column;Missing codes;Foreign key;Sensitivity;Data owner", "table,column,missing,references,sensitivity,owner"),
        ("table_name,column_name,data_type,is_nullable,ordinal_position", "table,column,physical_type,nullable,"),
        ("Dataset,Variable,Label,Type,Length,Codelist", "table,column,name,physical_type,length,"),
        ("Dataset,Variable,Label,Type,Length,Origin", "table,column,name,physical_type,length,"),
        ("name,type,format,constraints.required,constraints.minimum", "column,type,format,required,minimum"),
        ("Variable / Field Name,Form Name,Field Type,Field Label,Identifier?", "column,table,type,definition,personal"),
        ("field_name,form_name,field_type,field_label,select_choices_or_calculations", "column,table,type,definition,values"),
    ],
)
def test_headings_are_guessed(headings: str, fields: str) -> None:
    mark = ";" if ";" in headings else ","
    assert [offer.field for offer in guess(headings.split(mark))] == fields.split(",")


def test_a_guess_says_how_sure_it_is_and_why() -> None:
    offers = guess(["Column", "Description (English)", "Desciption of it", "Definiton", "Meaning"])
    assert [(offer.field, offer.reason) for offer in offers] == [
        ("column", "name"), ("", "taken"), ("", "unknown"), ("", "taken"), ("definition", "name"),
    ]  # fmt: skip
    assert offers[0].confidence > offers[1].confidence > offers[3].confidence > offers[2].confidence


def test_the_mapping_screen_sees_headings_with_samples() -> None:
    seen = headings_of(b"Data dictionary\n\nFeld;Anmerkung;Typ\na;x;int\nb;;int\nc;y;text\nd;z;date\n")
    assert [(item.letter, item.heading, item.samples, item.guess.field) for item in seen] == [
        ("A", "Feld", ("a", "b", "c"), "column"),
        ("B", "Anmerkung", ("x", "y", "z"), ""),
        ("C", "Typ", ("int", "text", "date"), "type"),
    ]


def test_a_person_decides_what_a_heading_means() -> None:
    text = b"Was;Wozu;Notiz;Art\nage;Years since birth.;keep me;int\n"
    with pytest.raises(Unreadable) as error:
        read(text)
    assert (error.value.note.code, error.value.note.params["found"]) == ("no_column_heading", "Was, Wozu, Notiz, Art")
    reading = read_mapped(text, "people.csv", {" was ": "column", "WOZU": "definition", "Art": "type", "Notiz": ""})
    (element,) = reading.book.elements
    assert (element.definition, element.logical_type, reading.notes) == ("Years since birth.", "integer", ())
    assert (
        reading.book.columns[0].extra == {"csv": {"Notiz": "keep me", "Art": "int"}}
        or reading.book.columns[0].physical_type == "int"
    )


def test_what_is_wrong_with_a_mapping_is_told() -> None:
    reading = read_mapped(
        b"A;B;C\nage;x;y\n", "p.csv", {"A": "column", "B": "definition", "C": "definition", "D": "unit", "a b": "colour"}
    )
    assert sorted(item.code for item in reading.notes) == ["field_taken", "no_such_field", "no_such_heading", "no_such_heading"]
    assert reading.book.columns[0].extra == {"csv": {"C": "y"}}


def test_a_heading_that_is_there_twice_is_told_and_kept() -> None:
    reading = read("Column;Note;note; NOTE \nage;a;b;c\n")
    assert told(reading) == [("row 1, column C", "warning", "heading_twice"), ("row 1, column D", "warning", "heading_twice")]
    assert (reading.book.elements[0].definition, reading.book.columns[0].extra) == (
        "a",
        {"csv": {"note (2)": "b", "NOTE (3)": "c"}},
    )


# Rows ----------------------------------------------------------------------------------------------------------------------------


def test_rows_that_cannot_be_used_are_told_and_the_others_read() -> None:
    reading = read(
        "Table,Column,Type,Minimum,Valid from,Required\n"
        "t,a,integer,5,,yes\n"
        't,"b\n",integer,"five\napples",,no\n'
        ",,number,,,\n"
        "t,a,string,,,\n"
        "t,c,zorkmid,,31.12.2020,perhaps\n"
        "t,d,date,2020-01-01,2020-02-01,\n"
    )
    assert told(reading) == [
        ("row 3, column D", "error", "bad_bound"),
        ("row 4, column B", "error", "no_name"),
        ("row 5, column B", "error", "column_twice"),
        ("row 6, column F", "warning", "word_unknown"),
        ("row 6, column C", "warning", "type_unknown"),
        ("row 6, column E", "error", "bad_date"),
    ]
    assert [column.name for column in reading.book.columns] == ["a", "b", "c", "d"]
    assert reading.book.columns[1].extra["csv"] == {"Minimum": "five\napples", "Required": "no"}
    assert reading.book.columns[2].extra["csv"] == {"Valid from": "31.12.2020", "Required": "perhaps"}


def test_titles_blank_rows_headings_again_and_totals() -> None:
    reading = read("Dictionary of orders;;\n;;\nField;Type;Description\na;int;x\n;;\nField;Type;Description\nb;int;y\nTotal;2;\n")
    assert told(reading) == [("row 6", "info", "heading_again"), ("row 8", "info", "total_row")]
    assert reading.book.title == "Dictionary of orders"
    assert [(column.table, column.name) for column in reading.book.columns] == [("orders", "a"), ("orders", "b")]


def test_a_column_called_total_is_no_total() -> None:
    assert [column.name for column in read("Field;Type;Description\nTotal;number;Sum of it all.\n").book.columns] == ["Total"]


def test_merged_cells_name_the_table_once() -> None:
    reading = read("Table;Column;Type\norders;a;int\n;b;int\ncustomers;a;int\n;b;int\n")
    assert [(column.table, column.name, column.element) for column in reading.book.columns] == [
        ("orders", "a", "orders.a"), ("orders", "b", "orders.b"), ("customers", "a", "customers.a"), ("customers", "b", "customers.b"),
    ]  # fmt: skip


def test_one_row_a_value_below_its_column() -> None:
    reading = read("Variable;Label;Value;Value label\nsex;Sex;1;male\n;;2;female\nsex;Sex;9;unknown\nage;Age;;\n;;x;\n")
    sex, age = reading.book.elements
    assert [(value.code, value.meaning) for value in sex.domain.values] == [("1", "male"), ("2", "female"), ("9", "unknown")]
    assert [value.code for value in age.domain.values] == ["x"]
    assert reading.book.columns[0].extra["csv"] == {"Value": "1\n2\n9", "Value label": "male\nfemale\nunknown"}
    assert CSV.write is not None
    assert read(CSV.write(reading.book)).book == reading.book


def test_a_value_above_all_columns_is_told() -> None:
    assert told(read("Variable;Type;Value\n;;1\na;int;\n"))[0] == ("row 2, column C", "error", "value_without_column")


def test_one_wrong_value_takes_no_other_with_it() -> None:
    reading = read("Column;Values\na;1=x; 2=y; 1=z\n".replace("; ", " | "))
    assert [(value.code, value.meaning) for value in reading.book.elements[0].domain.values] == [("1", "x"), ("2", "y")]
    assert told(reading) == [("row 2, column B", "error", "twice")]


def test_references_name_columns_of_the_file() -> None:
    reading = read(
        "Table,Column,Primary key,Foreign key,Type\n"
        "orders,id,yes,,int\norders,customer,,customers.id,int\norders,shop,,shops(ID),int\norders,x,,nowhere.y,int\n"
        "orders,self,,orders.self,int\ncustomers,id,PK,,int\nshops,id,Y,-,int\n"
    )
    elements = {element.key: element for element in reading.book.elements}
    targets = {key: element.references.element for key, element in elements.items() if element.references}
    assert targets == {"orders.customer": "customers.id", "orders.shop": "shops.id"}
    assert told(reading) == [
        ("row 5, column D", "warning", "reference_unknown"),
        ("row 6, column D", "warning", "refers_to_itself"),
    ]


def test_an_element_may_be_in_many_columns() -> None:
    reading = read(
        "Element;Table;Column;Definition\nc.id;a;x;The customer.\nc.id;b;y;The customer.\nc.id;c;z;Another.\nonly;;;Nowhere yet.\n"
    )
    assert [column.element for column in reading.book.columns] == ["c.id"] * 3
    assert [(element.key, element.definition) for element in reading.book.elements] == [
        ("c.id", "The customer."),
        ("only", "Nowhere yet."),
    ]
    assert told(reading) == [("row 4, column A", "warning", "element_differs")]
    assert reading.book.columns[2].extra == {"csv": {"Definition": "Another."}}


def test_what_is_too_long_is_cut_and_kept() -> None:
    reading = read(f"Column;Title;Description\na;{'x' * 130};d\n")
    assert len(reading.book.elements[0].name) == 120
    assert reading.book.columns[0].extra["csv"] == {"Title": "x" * 130}
    assert told(reading) == [("row 2, column B", "warning", "text_cut")]


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.nightly)])
def test_a_list_of_many_rows(count: int) -> None:
    rows = (f"t{at // 50},c{at},Column number {at}.,varchar(50),yes,1=Yes; 2=No\n" for at in range(count))
    book = read("Table,Column,Description,Type,Required,Values\n" + "".join(rows)).book
    assert (len(book.tables), len(book.columns), len(book.elements)) == (count // 50, count, count)


CHINESE = "表名,字段名,含义,类型,是否必填,值域\n订单,客户编号,客户的永久编号,整数,是,\n订单,状态,订单现在的状态,字符串,否,1=新；2=完成\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_chinese_dictionary_in_any_encoding(encoding: str) -> None:
    reading = read(CHINESE.encode(encoding))
    number, status = reading.book.elements
    assert [table.name for table in reading.book.tables] == ["订单"]
    assert (number.definition, number.logical_type, number.null_policy) == ("客户的永久编号", "integer", "never")
    assert [(value.code, value.meaning) for value in status.domain.values] == [("1", "新"), ("2", "完成")]
    assert not [item for item in reading.notes if item.level == "error"]


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
def test_any_separator_and_windows(mark: str) -> None:
    text = (
        mark.join(("Feldname", "Beschreibung", "Einheit"))
        + "\r\n"
        + mark.join(("länge", "Länge über alles – außen", "m"))
        + "\r\n"
    )
    element = read(text.encode("cp1252")).book.elements[0]
    assert (element.key, element.definition, element.unit) == ("orders.lange", "Länge über alles – außen", "m")


def test_quotes_of_safe_files_are_taken_off() -> None:
    element = one("Column,Description,Minimum,Formula\na,'=not a formula,'-5,''=x\n")
    assert (element.definition, element.domain.minimum, element.formula and element.formula.expression) == (
        "=not a formula",
        "-5",
        "'=x",
    )


@pytest.mark.parametrize(
    ("cells", "path", "value"),
    [
        ("Type|varchar(50)", "domain.max_length", 50),
        ("Type|DECIMAL(10, 2)", "domain.scale", 2),
        ("Data type|Integer", "logical_type", "integer"),
        ("Type|string;Length|20", "domain.max_length", 20),
        ("Nullable|N", "null_policy", "never"),
        ("Nullable|NULL", "null_policy", "allowed"),
        ("Null|NOT NULL", "null_policy", "never"),
        ("Required|optional", "null_policy", "allowed"),
        ("Mandatory|M", "null_policy", ""),
        ("Key|PRI", "is_key", True),
        ("Key|UNI", "unique", True),
        ("PII|yes", "sensitivity", "personal"),
        ("Classification|Confidential", "sensitivity", "sensitive"),
        ("Unit|N/A", "unit", ""),
        ("Unit|Cel", "unit", "Cel"),
        ("Allowed values|0 - 120", "domain.maximum", "120"),
        ("Format|yyyy-mm-dd", "format", "yyyy-mm-dd"),
        ("Synonyms|kunde, client", "aliases.term", ["client", "kunde"]),
        ("Missing values|-99=refused, -98=unknown", "null_meanings.token", ["-98", "-99"]),
        ("Examples|a; b", "examples", ("a", "b")),
        ("Regex|[A-Z]+", "domain.pattern", "[A-Z]+"),
    ],
)
def test_cells_say(cells: str, path: str, value: Any) -> None:
    pairs = [part.split("|") for part in cells.split(";") if "|" in part]
    if "Examples" in cells:
        pairs = [["Examples", "a; b"]]
    found: Any = one(
        "Column\tDescription\t" + "\t".join(head for head, _ in pairs) + "\na\td\t" + "\t".join(cell for _, cell in pairs) + "\n"
    )
    for part in path.split("."):
        found = [getattr(item, part) for item in found] if isinstance(found, tuple) else getattr(found, part)
    assert found == value


# Workbooks -----------------------------------------------------------------------------------------------------------------------


def test_each_sheet_of_a_workbook_is_a_table() -> None:
    from datetime import date, datetime

    data = workbook(
        Orders=[["Orders of the shop"], [], ["Column", "Type", "Valid from", "Minimum"], ["id", "int", date(2020, 1, 2), 1.5],
                ["x", "bool", None, True]],
        Contacts=[["Who", "When"], ["Ann", datetime.fromisoformat("2020-01-01T08:30:05")]],
        Customers=[["Column", "Type"], ["id", "int"]],
    )  # fmt: skip
    assert XLSX.read is not None
    reading = XLSX.read(data, "all.xlsx")
    assert [(column.table, column.name) for column in reading.book.columns] == [
        ("Orders", "id"),
        ("Orders", "x"),
        ("Customers", "id"),
    ]
    assert str(reading.book.elements[0].effective_from) == "2020-01-02"
    assert reading.book.elements[0].domain.minimum == "1.5"
    assert reading.book.title == "Orders of the shop"
    assert reading.book.extra["xlsx"]["sheets"] == {"Contacts": [[1, "Who", "When"], [2, "Ann", "2020-01-01T08:30:05"]]}
    assert told(reading) == [("Contacts", "info", "sheet_kept"), ("Orders: row 5, column D", "error", "bad_bound")]
    assert XLSX.write is not None
    assert XLSX.read(XLSX.write(reading.book), "").book == reading.book


def test_the_workbook_of_a_data_contract() -> None:
    head = ["Property", "Business Name", "Logical Type", "Physical Type", "Example(s)", "Description", "Required", "Classification", "Tags",
            "Primary Key", "Maximum Length", "Exclusive Minimum", "Quality Type"]  # fmt: skip
    data = workbook(
        Fundamentals=[["Fundamentals"], ["Name", None, "Shipments"], ["Version", None, "1.2.0"], ["Purpose", "Analytics"]],
        Schema_shipments=[["Schema"], ["Name", "shipments"], ["Physical Name", "shipments_v1"], ["Business Name", "Sent parcels"],
                          ["Description", "One row a parcel."], [None], head,
                          ["id", "Shipment", "string", "uuid", "123", "Which one.", True, "restricted", "key", True, "36", None, "text"],
                          ["weight", "Weight", "number", "double", None, "How heavy.", False, "internal", None, False, None, "0", None]],
        Team=[["Team"], ["Username", "Name", "Description", "Role"], ["ann", "Ann", "x", "owner"]],
    )  # fmt: skip
    assert XLSX.read is not None
    assert XLSX.write is not None
    reading = XLSX.read(data, "contract.xlsx")
    book = reading.book
    assert (book.title, book.version, book.description, reading.told) == (
        "Shipments",
        "1.2.0",
        "Analytics",
        "XLSX: Open Data Contract Standard",
    )
    (table,) = book.tables
    assert (table.name, table.physical_name, table.title, table.description) == (
        "shipments",
        "shipments_v1",
        "Sent parcels",
        "One row a parcel.",
    )
    shipment, weight = book.elements
    assert (shipment.name, shipment.is_key, shipment.null_policy, shipment.domain.max_length) == ("Shipment", True, "never", 36)
    assert (weight.domain.minimum, weight.domain.exclusive_minimum, weight.sensitivity) == ("0", True, "internal")
    assert set(book.extra["xlsx"]["sheets"]) == {"Fundamentals", "Team"}
    assert XLSX.read(XLSX.write(book), "").book == book
