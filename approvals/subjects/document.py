"""A version of a document, for somebody's signature."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals.models.requests import Decision
from approvals.subjects.record import RecordSubject, signable
from approvals.subjects.use_case_definition import may_ask_for_signature
from foundation.actor import Actor
from foundation.permissions import Decision as Permission
from foundation.permissions import Denied
from governance.usecases.models import Document
from governance.usecases.services import sign_document


class DocumentSubject(RecordSubject):
    """Judged as the component `document`: title, and the digest of the file or the address."""

    type = "document"
    purposes = ("signoff",)
    model = Document
    component = "document"

    def series(self, row: Document) -> tuple[str, ...]:
        return (row.use_case.slug, row.slug)

    def versions(self, row: Document) -> Any:
        return Document.objects.filter(use_case=row.use_case, slug=row.slug)

    def may_request(self, actor: Actor, subject: Document) -> Permission:
        allowed = may_ask_for_signature(actor, subject.use_case)
        if allowed and subject.withdrawn:
            return Denied(_("This version was withdrawn. Add a new one, and ask for that."), code="request.withdrawn")
        return signable(subject, self.versions(subject).order_by("-number").first()) if allowed else allowed

    def apply(self, *, actor: Actor, subject: Document, decision: Decision) -> None:
        sign_document(actor=actor, document=subject, decision=decision)
