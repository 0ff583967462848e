"""The pages of data sets: what they are, what they are made of, and what changed from one version to the next."""

from __future__ import annotations

import difflib
from itertools import zip_longest
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import FieldError, Invalid
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import filesets, services
from governance.dictionary.forms.datasets import (
    DatasetForm,
    DatasetSearchForm,
    DescribeForm,
    FileVersionForm,
    TableVersionForm,
)
from governance.dictionary.models import Dataset, DatasetVersion
from governance.dictionary.permissions import may_describe_data
from governance.dictionary.selectors import datasets as selectors
from governance.usecases import talk
from governance.usecases.uploads import was_too_large

SHOWN_VERSIONS = 20
SHOWN = filesets.PAGE


def crumbs_of(row: Dataset | None = None, *more: dict[str, str]) -> list[dict[str, str]]:
    """The way to a data set and below."""
    top = {"label": _("Data sets"), "url": reverse("datasets")}
    here = [{"label": str(row), "url": reverse("dataset", args=[row.public_id])}] if row is not None else []
    return [top, *here, *more]


def dataset_of(request: PersonRequest, public_id: str) -> Dataset:
    return one(Dataset.objects.visible_to(request.actor).select_related("team"), public_id=public_id)


def version_of(row: Dataset, number: int) -> DatasetVersion:
    return one(selectors.versions_of(row), number=number)


@portal_page("GET", "HEAD", "POST")
def datasets(request: PersonRequest) -> HttpResponse:
    """All data sets, and the form to add one."""
    sent = request.method == "POST"
    form = DatasetForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.add_dataset(actor=request.actor, **form.cleaned_data))):
        row, is_new = done.value
        said = _("%(name)s is on record.") if is_new else _("%(name)s was on record already.")
        return after(request, said % {"name": row}, "dataset", row.public_id)
    search = DatasetSearchForm(request.GET)
    asked = search.cleaned_data if search.is_valid() else {"q": "", "kind": ""}
    context = {
        "slice": slice_of(request, selectors.datasets_found(request.actor, asked["q"], asked["kind"])),
        "search": search,
        "filtered": bool(asked["q"] or asked["kind"]),
        "form": form,
        "may_describe": may_describe_data(request.actor),
    }
    return render(request, "dictionary/datasets.html", context, status=status_of(form))


@portal_page()
def dataset(request: PersonRequest, public_id: str) -> HttpResponse:
    """One data set: what it is, its columns or files, its versions, and what it is used for."""
    return show(request, dataset_of(request, public_id))


def show(request: PersonRequest, row: Dataset, *, describing: DescribeForm | None = None, adding: Any = None) -> HttpResponse:
    versions = list(selectors.versions_of(row)[: SHOWN_VERSIONS + 1])
    newest = versions[0] if versions else None
    meant = selectors.meaning_of_labels(newest) if newest is not None else None
    if adding is None:
        adding = FileVersionForm(initial=FileVersionForm.said(newest)) if row.has_files else TableVersionForm()
    describing = describing or DescribeForm(initial=DescribeForm.said(row))
    context = {
        "dataset": row,
        "crumbs": crumbs_of(row),
        "newest": newest,
        "columns": [] if row.has_files else selectors.columns_of(row, newest),
        "labels": selectors.labels_told(newest, meant) if newest is not None else [],
        "labels_of": meant,
        "versions": list(zip_longest(versions, versions[1:]))[:SHOWN_VERSIONS],
        "more_versions": len(versions) > SHOWN_VERSIONS,
        "uses": list(selectors.uses_of_dataset(request.actor, row)[:SHOWN_VERSIONS]),
        "describing": describing,
        "adding": adding,
        "may_describe": may_describe_data(request.actor),
        "talk": talk.panel_of(request, row),
    }
    return render(request, "dictionary/dataset.html", context, status=status_of(describing, adding))


@portal_page("POST")
def dataset_describe(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say what a data set is, who fills it, and where it lies."""
    row = dataset_of(request, public_id)
    form = DescribeForm(request.POST)
    if attempt(form, lambda: services.describe_dataset(actor=request.actor, dataset=row, **form.cleaned_data)):
        return after(request, _("Kept."), "dataset", row.public_id)
    return show(request, row, describing=form)


@portal_page("POST")
def dataset_version_add(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say which state a data set is in now."""
    row = dataset_of(request, public_id)
    if row.has_files:
        files_form = FileVersionForm(request.POST, request.FILES)
        done = attempt(files_form, lambda: _files_added(request, row, files_form))
        form: Any = files_form
    else:
        form = TableVersionForm(request.POST)
        done = attempt(form, lambda: services.add_table_version(actor=request.actor, dataset=row, **form.cleaned_data))
    if done is None:
        return show(request, row, adding=form)
    version = done.value
    said = _("Version %(number)s is on record.") if version.is_new else _("This state is version %(number)s already.")
    return after(request, said % {"number": version.number}, "dataset_version", row.public_id, version.number)


def _files_added(request: PersonRequest, row: Dataset, form: FileVersionForm) -> DatasetVersion:
    """What is wrong in the file is told at the file, and what is wrong in a line of the form at that."""
    if was_too_large(request):
        raise services.manifest_too_large()
    file = form.cleaned_data["manifest"]
    manifest = {**services.read_manifest(file.read(), str(file.name)), **form.about()}
    try:
        return services.add_file_version(actor=request.actor, dataset=row, manifest=manifest, label=form.cleaned_data["label"])
    except Invalid as error:
        raise Invalid(error.detail, code=error.code, errors=[_at_field(item) for item in error.errors]) from error


def _at_field(item: FieldError) -> FieldError:
    if item.field.startswith("labels"):
        return FieldError("labels_element" if item.field == "labels.element" else "labels", item.code, item.message)
    if item.field.startswith("guideline"):
        name = item.field.partition(".")[2] or "version"
        return FieldError(f"guideline_{name}", item.code, item.message)
    place = "" if item.field == "manifest" else f"{item.field}: "
    return FieldError("manifest", item.code, f"{place}{item.message}") if item.field != "label" else item


@portal_page()
def dataset_version(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """One version: its columns, or its files a page at a time, with labels and guideline."""
    row = dataset_of(request, public_id)
    version = version_of(row, number)
    page, pages = selectors.page_number(request.GET.get("page")), selectors.pages_of(version)
    meant = selectors.meaning_of_labels(version)
    context = {
        "dataset": row,
        "version": version,
        "crumbs": crumbs_of(row, {"label": _("Version %(number)s") % {"number": number}}),
        "before": selectors.versions_of(row).filter(number__lt=number).first(),
        "files": selectors.files_on(version, page - 1) if pages else [],
        "labels": selectors.labels_told(version, meant),
        "labels_of": meant,
        **_paging(request, page, pages),
    }
    return render(request, "dictionary/dataset_version.html", context)


@portal_page()
def dataset_difference(request: PersonRequest, public_id: str, before: int, after: int) -> HttpResponse:
    """What differs between two versions."""
    row = dataset_of(request, public_id)
    then, now = version_of(row, before), version_of(row, after)
    context: dict[str, Any] = {
        "dataset": row,
        "before": then,
        "after": now,
        "crumbs": crumbs_of(row, {"label": _("%(before)s to %(after)s") % {"before": before, "after": after}}),
    }
    if row.has_files:
        found = selectors.files_difference(then, now)
        page = selectors.page_number(request.GET.get("page"))
        longest = max(map(len, (found.added, found.removed, found.changed, found.relabelled, found.moved)))
        context |= {**_files_told(found, page), **_paging(request, page, -(-longest // SHOWN))}
    else:
        context["table"] = selectors.table_difference(then, now)
    return render(request, "dictionary/dataset_difference.html", context)


def _files_told(found: filesets.Difference, page: int) -> dict[str, Any]:
    here = slice((page - 1) * SHOWN, page * SHOWN)
    guideline = found.guideline or ({}, {})
    return {
        "found": found,
        "added": found.added[here],
        "removed": found.removed[here],
        "changed": found.changed[here],
        "relabelled": found.relabelled[here],
        "moved": found.moved[here],
        "labels": [
            {"path": code, "before": was, "after": now, "change": "added" if not was else "removed" if not now else "changed"}
            for code, was, now in found.labels
        ],
        "guideline": guideline,
        "guideline_lines": text_lines(guideline[0].get("text", ""), guideline[1].get("text", "")),
    }


def text_lines(before: str, after: str) -> list[dict[str, str]]:
    """What differs between two texts, as `components/text_diff.html` takes it. Empty when nothing does."""
    kinds = {"+": "added", "-": "removed", " ": "same"}
    found = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    lines = [
        {"change": "gap", "text": ""} if line.startswith("@@") else {"change": kinds[line[0]], "text": line[1:]} for line in found
    ]
    return lines[1:] if lines and lines[0]["change"] == "gap" else lines


def _paging(request: PersonRequest, page: int, pages: int) -> dict[str, Any]:
    """Addresses of the neighbours, and where this is."""
    summary = _("page %(page)s of %(pages)s") % {"page": page, "pages": pages} if pages > 1 else ""
    return {
        "summary": summary,
        "earlier_url": f"{request.path}?page={page - 1}" if 1 < page <= pages + 1 else "",
        "later_url": f"{request.path}?page={page + 1}" if page < pages else "",
    }
