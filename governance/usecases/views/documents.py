"""Documents of a use case, and their versions."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.usecases import downloads, panels, references, selectors, services, tabs, talk
from governance.usecases.forms import DocumentForm, WithdrawForm
from governance.usecases.models import Document, UseCase
from governance.usecases.permissions import may_add_document, may_withdraw_document
from governance.usecases.uploads import was_too_large
from governance.usecases.views.use_cases import shared_use_case_of, show_tab


def documents_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The documents of the use case, each with its newest version and where its signature stands."""
    shelves = selectors.documents_of(row)
    signed = panels.sign_offs_of(request.actor, [version for shelf in shelves for version in shelf.versions])
    return {
        "shelves": [(shelf, signed.get(shelf.newest.public_id), _last_signed(shelf)) for shelf in shelves],
        "form": DocumentForm(),
        "may_add": may_add_document(request.actor, row),
    }


def _last_signed(shelf: selectors.Shelf) -> Document | None:
    """The newest version that was signed, where that is not the newest of all."""
    found = next((version for version in shelf.versions if version.approval), None)
    return None if found is shelf.newest else found


@portal_page("POST", outside=True)
def document_add(request: PersonRequest, slug: str) -> HttpResponse:
    """Add a document to the use case."""
    row = shared_use_case_of(request, slug)
    form = DocumentForm(request.POST, request.FILES)
    added = _added(request, row, form)
    if added is None:
        return show_tab(request, row, "documents", status=status_of(form), form=form)
    return after(request, _said_of(added), "document", row.slug, added.slug)


@portal_page("POST", outside=True)
def document_version_add(request: PersonRequest, slug: str, document: str) -> HttpResponse:
    """Add the next version of a document."""
    row = shared_use_case_of(request, slug)
    shelf = _shelf(row, document)
    form = DocumentForm(request.POST, request.FILES, known=shelf.newest.slug)
    added = _added(request, row, form)
    if added is None:
        return _document_shown(request, row, shelf, form=form)
    return after(request, _said_of(added), "document", row.slug, added.slug)


def _added(request: PersonRequest, row: UseCase, form: DocumentForm) -> Document | None:
    def add() -> Document:
        if was_too_large(request):
            raise services.too_large()
        return services.add_document(actor=request.actor, use_case=row, **form.cleaned_data)

    done = attempt(form, add)
    return done.value if done else None


def _said_of(added: Document) -> str:
    return _("%(title)s: version %(number)s is on record.") % {"title": added.title, "number": added.number}


@portal_page("GET", "HEAD", "POST", outside=True)
def document(request: PersonRequest, slug: str, document: str) -> HttpResponse:
    """One document with all its versions; what is sent goes to the panel of the room that shows the form."""
    row = shared_use_case_of(request, slug)
    return _document_shown(request, row, _shelf(row, document))


def _shelf(row: UseCase, slug: str) -> selectors.Shelf:
    found = selectors.documents_of(row, slug)
    if not found:
        raise Missing(_("There is no such document here."))
    return found[0]


def _document_shown(
    request: PersonRequest, row: UseCase, shelf: selectors.Shelf, *, form: DocumentForm | None = None
) -> HttpResponse:
    shown = panels.panels_of(request, shelf.newest) if form is None else []
    if isinstance(shown, HttpResponse):
        return shown
    signed = panels.sign_offs_of(request.actor, shelf.versions)
    named = references.references_to(request.actor, shelf.versions)
    versions = [
        {
            "version": version,
            "sign_off": signed.get(version.public_id),
            "references": named[version.public_id],
            "may_withdraw": may_withdraw_document(request.actor, version),
        }
        for version in shelf.versions
    ]
    refused = [status_of(form)] if form else []
    context = {
        **tabs.page_of(row, "documents", {"label": shelf.newest.title}),
        "document": shelf.newest,
        "newest": versions[0],
        "sign_off": signed.get(shelf.newest.public_id),
        "preview": _preview(shelf.newest),
        "talk": talk.panel_of(request, shelf.newest, earlier=shelf.versions[1:]),
        "earlier": versions[1:],
        "panels": shown,
        "form": form or DocumentForm(known=shelf.newest.slug, initial={"title": shelf.newest.title}),
        "may_add": may_add_document(request.actor, row),
    }
    return render(request, "usecases/document.html", context, status=max([200, *refused, *(panel.status for panel in shown)]))


def _preview(version: Document) -> str:
    """How a version can be looked at here: `pdf`, `picture`, or not at all."""
    if not downloads.can_show(version):
        return ""
    return "pdf" if version.media_type == downloads.PDF else "picture"


@portal_page("GET", "HEAD", "POST", outside=True)
def document_withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take a version back; what refers to it is shown first."""
    version = one(Document.objects.visible_to(request.actor).select_related("use_case", "withdrawal"), public_id=public_id)
    row = shared_use_case_of(request, version.use_case.slug)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(
        form, lambda: services.withdraw_document(actor=request.actor, document=version, **form.cleaned_data)
    ):
        said = _("%(title)s: version %(number)s is withdrawn.") % {"title": version.title, "number": version.number}
        return after(request, said, "document", row.slug, version.slug)
    here = {"label": version.title, "url": reverse("document", args=[row.slug, version.slug])}
    context = {
        **tabs.page_of(row, "documents", here, {"label": _("Withdraw a version")}),
        "document": version,
        "form": form,
        "references": references.references_to(request.actor, [version])[version.public_id],
        "held_by": services.holding(version),
        "allowed": may_withdraw_document(request.actor, version),
    }
    return render(request, "usecases/document_withdraw.html", context, status=status_of(form))


@portal_page(outside=True)
def document_preview(request: PersonRequest, public_id: str) -> Any:
    """The bytes of a version to be looked at, in a sandbox: a PDF in the frame of its page, a picture on it."""
    return downloads.preview(one(Document.objects.visible_to(request.actor).select_related("use_case"), public_id=public_id))


@portal_page(outside=True)
def document_file(request: PersonRequest, public_id: str) -> Any:
    """The bytes of a version, as a download and never as a page."""
    return downloads.answer(one(Document.objects.visible_to(request.actor).select_related("use_case"), public_id=public_id))
