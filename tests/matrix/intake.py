"""Importing lists of use cases."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.row import ADMIN, ALL, NOBODY, ORGANISATION, Row, Stage, body, of, tokens

LIST = of(public_id="imported")
RUN = of(public_id="imported", number="import_run")


def a_file(stage: Stage, caller: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("list.csv", b"Title\nOther wish\n")}


INTAKE_API = [
    # No JSON: whoever may import is told so by the status, and everybody else is refused before the body is looked at.
    Row("api_use_case_import", "POST", 415, ADMIN, ALL, tokens=tokens(403, 403)),
]
INTAKE_PAGES = [
    Row("imports", "GET"),
    Row("imports", "POST", 302, ADMIN, ALL, data=a_file),
    Row("import", "GET", 200, ORGANISATION, NOBODY, LIST),
    Row("import", "POST", 302, ADMIN, ORGANISATION, LIST, body(**{"inventory": "list", "column-0": "title"})),
    Row("import_file", "GET", 200, ORGANISATION, NOBODY, LIST),
    Row("import_run", "GET", 200, ORGANISATION, NOBODY, RUN),
    Row("import_run", "POST", 302, ADMIN, ORGANISATION, RUN),
    Row("import_report", "GET", 200, ORGANISATION, NOBODY, RUN),
]
