"""Importing a list of use cases: upload, say which column is what, try it, import it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.csv_safety import written
from foundation.errors import Invalid
from foundation.pages import PAGE_SIZE, PersonRequest, after, attempt, one, portal_page, slice_of, status_of, tell
from governance.usecases import intake_wording, services
from governance.usecases.forms.intake import (
    CarryOutForm,
    MappingForm,
    ReadingForm,
    UploadForm,
    inventory_name,
    plain_mapping,
    reading_asked,
)
from governance.usecases.intake.guessing import guess
from governance.usecases.intake.mapping import Mapping
from governance.usecases.intake.table import Table
from governance.usecases.models import Import, ImportRow, ImportRun
from governance.usecases.permissions import may_import
from governance.usecases.selectors.intake import carried_out, newest_runs, remembered, rows_of
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import was_too_large


@portal_page("GET", "HEAD", "POST")
def imports(request: PersonRequest) -> HttpResponse:
    """The lists that were imported, and the form for the next one."""
    sent = request.method == "POST"
    form = UploadForm(request.POST if sent else None, request.FILES if sent else None)

    def upload() -> Import:
        if was_too_large(request):
            raise too_large()
        file = form.cleaned_data["file"]
        return services.upload_list(actor=request.actor, data=file.read(), name=file.name)

    if sent and (done := attempt(form, upload)):
        return redirect("import", done.value.public_id)
    page = slice_of(request, Import.objects.visible_to(request.actor).select_related("created_by"))
    newest = newest_runs(page.rows)
    context = {
        "form": form,
        "allowed": may_import(request.actor),
        "slice": page,
        "rows": [(row, newest.get(row.pk)) for row in page.rows],
    }
    return render(request, "usecases/imports.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def import_mapping(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say which column is what, and try it. How the file is read stands in the address, so that it can be changed by a plain form."""
    upload = one(Import.objects.visible_to(request.actor).select_related("created_by"), public_id=public_id)
    form, reading_form, table = _mapping_form(request, upload)
    sent = request.method == "POST" and form is not None and form.is_valid()
    asks = sent and form is not None and form.asks_for_words()
    if sent and not asks and form is not None and table is not None and "look" not in request.POST:
        mapping, read, inventory = form.mapping(), table.reading, form.cleaned_data["inventory"]
        done = attempt(
            form,
            lambda: services.check_list(actor=request.actor, upload=upload, mapping=mapping, inventory=inventory, reading=read),
        )
        if done is not None:
            return redirect("import_run", upload.public_id, done.value.number)
    context = {
        "upload": upload,
        "form": form,
        "reading_form": reading_form,
        "table": table,
        "notes": [intake_wording.note(item.code, item.params) for item in table.notes] if table else [],
        "runs": upload.runs.select_related("created_by").order_by("-number")[:20],
        "asks": asks,
        "allowed": may_import(request.actor),
    }
    return render(
        request, "usecases/import_mapping.html", context, status=status_of(*(item for item in (form, reading_form) if item))
    )


def _mapping_form(request: PersonRequest, upload: Import) -> tuple[MappingForm | None, ReadingForm, Table | None]:
    """The forms, and the file read as the address says; without a table where it cannot be read that way."""
    try:
        table = services.table_of(upload, reading_asked(request.GET))
    except Invalid as error:
        asked = ReadingForm(request.GET, sheets=(), format=upload.format)
        asked.is_valid()
        tell(asked, error)
        return None, asked, None
    before = remembered(request.actor, services.columns_digest(table.columns))
    mapping = _beginning(table, before)
    inventory = before.inventory if before else inventory_name(upload.name)
    form = MappingForm(request.POST if request.method == "POST" else None, table=table, mapping=mapping, inventory=inventory)
    return form, ReadingForm(request.GET or None, sheets=table.sheets, format=upload.format), table


def _beginning(table: Table, before: ImportRun | None) -> Mapping:
    """What somebody made of the same columns the last time, else a guess."""
    if before is not None:
        return plain_mapping(before.mapping)
    return guess(table, fill={name: _("Not stated in the imported list.") for name in ("business_problem", "ml_problem")})


@portal_page("GET", "HEAD", "POST")
def import_run(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """What a dry run found, row by row, with the button to import it; or what an import did."""
    run = _run(request, public_id, number)
    form = CarryOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (
        done := attempt(
            form,
            lambda: services.import_list(actor=request.actor, checked=run, only_good=form.cleaned_data["only_good"]),
        )
    ):
        return after(request, "", "import_run", public_id, done.value.number)
    show = request.GET.get("show", "")
    rows, earlier, later = _rows_of(request, run, show)
    address = reverse("import_run", args=[public_id, run.number])
    context = {
        "run": run,
        "upload": run.upload,
        "job": run.job if run.finished_at is None else None,
        "poll_url": f"{reverse('foundation:job', args=[run.job.public_id])}?{urlencode({'then': address})}" if run.job else "",
        "result_url": address,
        "refresh_seconds": 5 if run.finished_at is None and run.job and run.job.finished_at is None else None,
        "form": form,
        "carried_out": carried_out(run),
        "notes": [intake_wording.note(item["code"], item["params"]) for item in run.notes],
        "rows": [(row, _said(row)) for row in rows],
        "earlier_url": earlier,
        "later_url": later,
        "show": show,
        "shown": _filters(run, show),
        "errors": run.counts.get("error", 0),
        "to_write": run.counts.get("new", 0) + run.counts.get("changed", 0),
        "allowed": may_import(request.actor),
    }
    return render(request, "usecases/import_run.html", context, status=status_of(form))


def _run(request: PersonRequest, public_id: str, number: int) -> ImportRun:
    rows = ImportRun.objects.visible_to(request.actor).select_related("upload", "job", "created_by", "based_on__upload")
    found: ImportRun = one(rows, upload__public_id=public_id, number=number)
    return found


def _rows_of(request: PersonRequest, run: ImportRun, show: str) -> tuple[list[ImportRow], str, str]:
    """Some rows in the order of the file, from the number in the address on, and where the neighbours are."""
    rows = rows_of(run, show)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    found = list(rows.filter(number__gte=start).order_by("number")[: PAGE_SIZE + 1])
    before = list(rows.filter(number__lt=start).order_by("-number").values_list("number", flat=True)[:PAGE_SIZE]) if start else []

    def at(number: int) -> str:
        return "?" + urlencode({**({"show": show} if show else {}), "from": number})

    return (
        found[:PAGE_SIZE],
        at(before[-1]) if before else "",
        at(found[PAGE_SIZE].number) if len(found) > PAGE_SIZE else "",
    )


def _filters(run: ImportRun, show: str) -> list[dict[str, Any]]:
    """The outcomes by which the rows can be narrowed, with how many there are."""
    counted = [(str(value), str(label), run.counts.get(value, 0)) for value, label in ImportRow.Outcome.choices]
    offered = [("", _("All"), sum(count for _value, _label, count in counted)), *(item for item in counted if item[2])]
    return [
        {"label": label, "count": count, "url": f"?show={value}" if value else "?", "current": value == show}
        for value, label, count in [*offered, ("flagged", _("With something to say"), None)]
    ]


def _said(row: ImportRow) -> list[dict[str, str]]:
    """What is wrong with a row, or near it, in words; `url` leads to the use case that is near."""
    return [
        {
            "level": item["level"],
            "column": item["column"],
            "said": intake_wording.problem(item),
            "url": reverse("use_case", args=[item["params"]["slug"]]) if item["code"] == "near" else "",
        }
        for item in row.problems
    ]


@portal_page()
def import_report(request: PersonRequest, public_id: str, number: int) -> HttpResponse:
    """The row report as CSV, for whoever mends the file: no cell of it is taken for a formula."""
    run = _run(request, public_id, number)
    return _download(report_lines(run, request.GET.get("show", "")), f"{run.upload.public_id}-{run.number}.csv")


def report_lines(run: ImportRun, show: str = "") -> Any:
    """The lines of the row report."""
    names = dict(ImportRow.Outcome.choices)

    def rows() -> Any:
        yield [_("Row"), _("Outcome"), _("Use case"), _("Title"), _("What tells it apart"), _("What to know")]
        for row in rows_of(run, show).order_by("number").iterator(500):
            said = "\n".join(f"{item['column']}: {item['said']}" if item["column"] else item["said"] for item in _said(row))
            slug = row.use_case.slug if row.use_case else ""
            yield [str(row.number), str(names[row.outcome]), slug, row.title, row.key, said]

    return written(rows())


def _download(lines: Any, name: str) -> Any:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@portal_page()
def import_file(request: HttpRequest, public_id: str) -> Any:
    """The file as it was uploaded: a download, and never a page."""
    person: Any = request
    upload = one(Import.objects.visible_to(person.actor), public_id=public_id)
    return FileResponse(
        upload.file.open("rb"),
        as_attachment=True,
        filename=upload.name,
        content_type="application/octet-stream",
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )
