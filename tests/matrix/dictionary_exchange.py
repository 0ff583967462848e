"""Files in and out of dictionaries, binding many columns, legends, and copies. On the stage the lead's file was tried and a copy registered."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.row import BUILDERS, READ, Row, Stage, body, of, tokens

BOOK = of(slug="dictionary")
ELEMENT = of(slug="dictionary", key="element")
RUN = of(slug="dictionary", public_id="dictionary_import")
COPY = of(slug="dictionary", public_id="copy")
BINDERS = tokens(403, 200)  # the token elsewhere belongs to the lead of that other use case, who works with data there
SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "t", "type": "object",
          "properties": {"a": {"type": "string"}}}  # fmt: skip
A_COPY = body(dataset="customers", holder="Ms Li", place="a laptop")


def a_file(stage: Stage, caller: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("columns.csv", b"Table,Column\ncrm,id\n"), "format": "csv", "team": "sales"}


EXCHANGE_API = [
    Row("api_dictionary_import", "POST", 200, BUILDERS, args=BOOK, data=body(**SCHEMA), query="?format=jsonschema&dry_run=1", tokens=BINDERS),
    Row("api_dictionary_import_details", "GET", args=RUN, tokens=READ),
    Row("api_dictionary_export", "GET", args=BOOK, query="?format=csv", tokens=READ),
    Row("api_dictionary_legend", "GET", args=BOOK, query="?dataset=customers", tokens=READ),
    Row("api_legends_check", "POST", data=body(columns={}), tokens=READ),
    Row("api_dictionary_copies", "GET", args=BOOK, tokens=READ),
    Row("api_dictionary_copies", "POST", 201, BUILDERS, args=BOOK, data=A_COPY, tokens=tokens(403, 201)),
    Row("api_dictionary_copy_end", "POST", 200, BUILDERS, args=COPY, data=body(because="Gone."), tokens=BINDERS),
    Row("api_dictionary_binding_proposals", "POST", args=BOOK, data=body(columns=[{"column": "customer"}]), tokens=READ),
]  # fmt: skip
EXCHANGE_PAGES = [
    Row("import_files", "GET", args=BOOK),
    Row("import_files", "POST", 302, BUILDERS, args=BOOK, data=a_file),
    Row("import_file_run", "GET", args=RUN),
    Row("import_file_run", "POST", 302, BUILDERS, args=RUN),
    Row("export_files", "GET", args=BOOK),
    Row("export_file", "GET", args=BOOK, query="?format=csv"),
    Row("bind", "GET", args=BOOK),
    Row(
        "bind",
        "POST",
        302,
        BUILDERS,
        args=BOOK,
        data=body(**{"team": "sales", "dataset": "crm", "columns": "customer_id", "side": "fills", "column-0": "customer_id", "bind": "1"}),
    ),
    Row("copies", "GET", args=BOOK),
    Row("copies", "POST", 302, BUILDERS, args=BOOK, data=A_COPY),
    Row("copy_end", "POST", 302, BUILDERS, args=COPY),
    Row("legend_file", "GET", args=BOOK, query="?dataset=customers"),
]  # fmt: skip
