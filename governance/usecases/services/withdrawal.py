"""Taking a version of a document back: it and its bytes stay, and say from then on that nobody is to rely on them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from governance.usecases import references
from governance.usecases.models import Document, DocumentWithdrawal
from governance.usecases.permissions import may_withdraw_document

DOCUMENT_WITHDRAWN = audit.kind("usecases.document.withdrawn", _("Document withdrawn"))
LONGEST_REASON = 1000


def withdraw_document(*, actor: Actor, document: Document, reason: str) -> Document:
    """Say that a version is not to be relied on any more, and why. What refers to it still finds it, with these words.

    Raises NotAllowed; Invalid without a reason; Conflict when it was withdrawn already, or while a request is open about it:
    people would sign something that its authors have taken back.
    """
    require(may_withdraw_document(actor, document))
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        said = (
            _("Say why in at most %(most)s characters.") % {"most": LONGEST_REASON}
            if reason
            else _("Say why, so that whoever meets this version later understands.")
        )
        raise Invalid(said, errors=[FieldError("reason", "max_length" if reason else "required", said)])
    with transaction.atomic():
        row = Document.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=document.pk)
        if row.withdrawn:
            raise Conflict(_("This version was withdrawn already."), code="document.withdrawn")
        held_by = holding(row)
        if held_by:
            raise Conflict(" ".join(held_by), code="document.in_use")
        row.withdrawal = DocumentWithdrawal.objects.create(
            document=row, reason=reason, created_by=actor.user, created_at=clock.now()
        )
        audit.record(actor, DOCUMENT_WITHDRAWN, row, {"number": row.number, "digest": row.digest}, personal={"reason": reason})
        outbox.publish(actor, "usecases.document.withdrawn", row.use_case, {"id": row.public_id})
    return row


def holding(document: Document) -> list[str]:
    """Why this version cannot be withdrawn now, in sentences; nothing when it can. Whoever asks, all of it counts."""
    found = references.references_to(actors.system("withdrawal"), [document])
    return [str(reference.holds) for reference in found[document.public_id] if reference.holds]
