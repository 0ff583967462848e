"""Files that people add, and files that somebody made to do harm."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import clock
from foundation.canonical import digest
from governance.usecases import services

PDF = b"%PDF-1.7\n" + bytes(range(256))


def upload(content: bytes = PDF, name: str = "Plan.pdf", content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def office(*members: str, content: bytes = b"x") -> bytes:
    """An archive with these members, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member, content)
    return out.getvalue()


def open_document(media_type: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", "<x/>")
    return out.getvalue()


def added(world: Any, content: bytes = PDF, name: str = "Plan.pdf", *, actor: Any = None, **values: Any) -> Any:
    said = {"slug": "plan", "title": "Test plan", **values}
    return services.add_document(actor=actor or world.lead, use_case=world.use_case, file=upload(content, name), **said)


def linked(world: Any, url: str = "https://wiki.example.com/plan", **values: Any) -> Any:
    said = {"slug": "plan", "title": "Test plan", **values}
    return services.add_document(actor=world.lead, use_case=world.use_case, url=url, **said)


def decision_over(component: str, row: Any) -> Any:
    """A decision about exactly this row, as the room of approvals hands it down."""
    return SimpleNamespace(public_id="dc_test", decided_at=clock.now(), manifest={component: digest(row.content())})
