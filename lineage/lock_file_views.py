"""The page on which the lock files of a version's commit are read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.pages import PersonRequest, after, attempt, one, portal_page, status_of
from governance.dependencies.wording import format_name
from lineage import mirror
from lineage.models import ModelVersion
from lineage.permissions import may_push
from lineage.selectors.lock_files import AtCommit, lock_files_at_commit
from lineage.services.lock_files import MOST, read_lock_files
from lineage.views import crumbs


class PathsForm(forms.Form):
    """Which files to read. Their boxes are drawn by the page, beside what is known of each."""

    paths = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, found: AtCommit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["paths"]
        field.choices = [(file.path, file.path) for file in found.files]


@portal_page("GET", "HEAD", "POST")
def lock_files(request: PersonRequest, public_id: str) -> HttpResponse:
    """The lock files at the commit of a version, and reading some of them."""
    row = one(ModelVersion.objects.visible_to(request.actor).select_related("use_case"), public_id=public_id)
    unread = ""
    try:
        found = lock_files_at_commit(row)
    except mirror.MirrorError as error:
        found, unread = AtCommit(None), str(error)
    form = PathsForm(request.POST if request.method == "POST" else None, found=found)
    if request.method == "POST" and (
        done := attempt(form, lambda: read_lock_files(actor=request.actor, model_version=row, paths=form.cleaned_data["paths"]))
    ):
        return after(request, _said(len(done.value)), "model", row.public_id)
    chosen = set(request.POST.getlist("paths")) if request.method == "POST" else set(_offered(found))
    context = {
        "version": row,
        "crumbs": [
            *crumbs(row)[:-1],
            {"label": row.label, "url": reverse("model", args=[row.public_id])},
            {"label": _("Lock files")},
        ],
        "commit": found.commit,
        "files": [{"file": file, "format": format_name(file.format), "chosen": file.path in chosen} for file in found.files],
        "more": found.more,
        "unread": unread,
        "form": form,
        "allowed": may_push(request.actor, row.use_case),
    }
    return render(request, "lineage/lock_files.html", context, status=status_of(form))


def _offered(found: AtCommit) -> list[str]:
    """What is chosen before anybody chooses: what the version lacks, and what is likely of the model."""
    return [file.path for file in found.files if file.kept is None and not file.aside][:MOST]


def _said(count: int) -> str:
    if not count:
        return _("This version has these lock files already.")
    return ngettext("%(count)d lock file was read.", "%(count)d lock files were read.", count) % {"count": count}
