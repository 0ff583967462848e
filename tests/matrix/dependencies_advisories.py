"""Known flaws. On the stage one was imported, and an import with far fewer records waits to be confirmed."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.row import READ, Row, Stage, body, of, tokens

IMPORTERS = frozenset({"security", "admin"})
FLAW = of(identifier="advisory")
IMPORT = of(public_id="advisory_import")
REFUSED = of(public_id="advisory_import_refused")
URL = body(url="https://mirror.example/PyPI/all.zip")


def a_feed(stage: Stage, caller: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("GHSA-2.json", b'{"id": "GHSA-2"}')


ADVISORY_API = [
    Row("api_advisories", "GET", tokens=READ),
    Row("api_advisory", "GET", args=FLAW, tokens=READ),
    Row("api_advisory_imports", "GET", tokens=READ),
    Row("api_advisory_imports", "POST", 202, IMPORTERS, data=URL, tokens=tokens(403, 403)),
    Row("api_advisory_import", "GET", args=IMPORT, tokens=READ),
    Row("api_advisory_import_confirm", "POST", 202, IMPORTERS, args=REFUSED, tokens=tokens(403, 403)),
]
ADVISORY_PAGES = [
    Row("advisories", "GET"),
    Row("advisory", "GET", args=FLAW),
    Row("advisory_imports", "GET"),
    Row("advisory_imports", "POST", 302, IMPORTERS, data=body(file=a_feed)),
    Row("advisory_import", "GET", args=IMPORT),
    Row("advisory_import", "POST", 302, IMPORTERS, args=REFUSED),
]
