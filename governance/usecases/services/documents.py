"""Documents of a use case: a file or a link, in numbered versions that are never changed, and their signature."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.permissions import require
from foundation.services import validate
from governance.usecases import media
from governance.usecases.addresses import is_web_address
from governance.usecases.models import Document, UseCase
from governance.usecases.permissions import may_add_document
from governance.usecases.services.signing import Decided, sign

DOCUMENT_ADDED = audit.kind("usecases.document.added", _("Document added"))
DOCUMENT_SIGNED = audit.kind("usecases.document.signed", _("Document signed"))
RESERVED = frozenset({"add"})  # the last word of the address that takes new ones
LONGEST_NOTE = 2000
_CHUNK = 64 * 1024
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def add_document(
    *,
    actor: Actor,
    use_case: UseCase,
    slug: str,
    title: str = "",
    file: Any = None,
    name: str = "",
    url: str = "",
    sha256: str = "",
    note: str = "",
) -> Document:
    """Add a version of a document: the bytes of `file`, or a link with the digest of what it led to, if somebody took it.

    The same `slug` again is the next version of the same document, which keeps its title unless another is given. The same
    content as in the newest version is no new one: that version is returned. A link is never followed by us.
    Raises NotAllowed; Invalid for what cannot be used; TooLarge; Conflict when somebody added a version at the same moment.
    """
    require(may_add_document(actor, use_case))
    newest = use_case.documents.filter(slug=slug).order_by("-number").first()
    row = Document(
        use_case=use_case,
        slug=slug,
        number=(newest.number if newest else 0) + 1,
        title=title.strip() or (newest.title if newest else ""),
        note=note.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    extension = _take_file(row, file, name) if file is not None else _take_link(row, url, sha256)
    if file is not None and (url or sha256):
        raise _wrong("url", "both", _("Send a file or a link, not both."))
    _check(row)
    row.digest = digest(row.content())
    standing = newest if newest is not None and not newest.withdrawn else None  # what was taken back can be brought again
    if standing is not None and standing.digest == row.digest:
        return standing
    if standing is not None and file is not None and (standing.sha256, standing.title) == (row.sha256, row.title):
        return standing  # the same bytes under another file name
    stored = ""
    try:
        with transaction.atomic():
            if file is not None:
                file.seek(0)
                row.file.save(f"{row.public_id}.{extension}", File(file), save=False)
                stored = str(row.file.name)
            row.save(force_insert=True)
            audit.record(
                actor,
                DOCUMENT_ADDED,
                row,
                {"slug": slug, "number": row.number, "digest": row.digest, "sha256": row.sha256, "size": row.size or 0},
                personal={"title": row.title, "name": row.name, "url": row.url},
            )
            outbox.publish(actor, "usecases.document.added", use_case, {"id": row.public_id})
    except BaseException as error:
        if stored:
            row.file.storage.delete(stored)  # no row speaks of it
        if isinstance(error, IntegrityError):
            said = _("Somebody added a version of this document at the same moment. Look at it first.")
            raise Conflict(said, code="document.conflict") from error
        raise
    row.is_new = True
    return row


def sign_document(*, actor: Actor, document: Document, decision: Decided) -> Document:
    """Say once and for all that a version was agreed to: called by the room of approvals, inside the deciding transaction.

    There is no permission to ask for: the decision is it. Raises Conflict when it is about other content, or was taken back.
    """
    with transaction.atomic():
        row = Document.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=document.pk)
        if row.withdrawn:
            raise Conflict(_("This version was withdrawn, so nobody can sign it any more."), code="document.withdrawn")
        return sign(actor, row, decision, component="document", kind=DOCUMENT_SIGNED, topic="usecases.document.signed")


def chunks_of(file: Any) -> Iterable[bytes]:
    """The bytes of a file from its beginning, a little at a time."""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def bytes_said(file: Any) -> tuple[int, str]:
    """Size and digest of an upload, whatever it is: what tells two requests apart that carry one."""
    hashed, size = hashlib.sha256(), 0
    for chunk in chunks_of(file):
        hashed.update(chunk)
        size += len(chunk)
    return size, hashed.hexdigest()


def _take_file(row: Document, file: Any, name: str) -> str:
    """What the bytes say about the row; the extension that belongs to them."""
    row.name = media.plain_name(name or getattr(file, "name", "") or "")
    try:
        found = media.look(chunks_of(file), row.name)
    except media.TooBig as error:
        raise too_large() from error
    except media.Unreadable as error:
        if error.code == "empty":
            raise _wrong("file", "empty", _("The file is empty.")) from error
        said = _("This is none of the kinds of file that can be added: %(all)s.") % {"all": ", ".join(sorted(media.EXTENSIONS))}
        raise _wrong("file", "kind", said) from error
    row.name = row.name or f"{row.slug}.{found.extension}"
    row.sha256, row.size, row.media_type = found.sha256, found.size, found.media_type
    return found.extension


def _take_link(row: Document, url: str, sha256: str) -> str:
    row.url = url.strip()
    if not row.url:
        raise _wrong("file", "required", _("Choose a file, or give the address of the document."))
    if not is_web_address(row.url):
        raise _wrong("url", "invalid", _("Give an address that begins with https:// or http://."))
    if sha256.strip():
        found = _SHA256.fullmatch(sha256.strip().lower())
        if found is None:
            raise _wrong("sha256", "digest", _("A SHA-256 has 64 hex digits, with or without “sha256:” before them."))
        row.sha256 = f"sha256:{found[1]}"
    return ""


def _check(row: Document) -> None:
    if row.slug in RESERVED:
        raise _wrong("slug", "reserved", _("This word is taken by the portal itself. Choose another."))
    if len(row.note) > LONGEST_NOTE:
        raise _wrong("note", "max_length", _("A note has at most %(most)s characters.") % {"most": LONGEST_NOTE})
    validate(row, exclude=("digest", "file"))


def too_large() -> TooLarge:
    """The refusal of a file that passes the limit, wherever that is noticed."""
    said = _("A file has at most %(most)s MiB.") % {"most": media.LARGEST // 1024**2}
    return TooLarge(said, code="document.too_large", errors=[FieldError("file", "too_large", said)])


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
