"""Files into a dictionary and out of it: chosen, looked at line by line, imported; and handed out in any format."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Invalid
from foundation.pages import PAGE_SIZE, PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import services
from governance.dictionary.api.exchange import file_answer, state_of
from governance.dictionary.export_wording import explained
from governance.dictionary.formats import registry
from governance.dictionary.forms.exchange import CarryOutImportForm, ImportFileForm
from governance.dictionary.import_wording import line_told
from governance.dictionary.models import DictionaryImport, DictionaryImportLine, Proposal, Release
from governance.dictionary.permissions import may_draft
from governance.dictionary.services.exports import written
from governance.dictionary.views.elements import crumbs, dictionary_of
from governance.usecases.services.documents import too_large
from governance.usecases.uploads import was_too_large

HEAD = 65_536  # bytes of a file from which its format is found out
SHOWN = ("", "new", "changed", "bound", "warning", "error", "same")


@portal_page("GET", "HEAD", "POST")
def import_files(request: PersonRequest, slug: str) -> HttpResponse:
    """The files that were read into a dictionary, and the form for the next one."""
    row = dictionary_of(request, slug)
    sent = request.method == "POST"
    form = ImportFileForm(request.POST if sent else None, request.FILES if sent else None)

    def tried() -> DictionaryImport:
        if was_too_large(request):
            raise too_large()
        said = form.cleaned_data
        data, name = said["file"].read(), said["file"].name
        entry = registry.known(said["format"]) if said["format"] else registry.detect(name, data[:HEAD])
        if entry is None:
            raise Invalid(_("The format of this file could not be found out. Choose it."), code="import.format")
        return services.try_file(
            actor=request.actor, dictionary=row, data=data, name=name, form=entry.key, team=said["team"], title=said["title"]
        )

    if sent and (done := attempt(form, tried)):
        return redirect("import_file_run", slug, done.value.public_id)
    runs = DictionaryImport.objects.visible_to(request.actor).filter(dictionary=row).select_related("created_by", "team", "job")
    page = slice_of(request, runs)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Import a file")}),
        "form": form,
        "allowed": may_draft(request.actor),
        "slice": page,
        "rows": [(run, states_told()[state_of(run)]) for run in page.rows],
    }
    return render(request, "dictionary/imports.html", context, status=status_of(form))


def states_told() -> dict[str, str]:
    """Where an import stands, in words."""
    return {
        "checking": _("being read"),
        "checked": _("tried"),
        "importing": _("being imported"),
        "imported": _("imported"),
        "failed": _("stopped"),
    }


@portal_page("GET", "HEAD", "POST")
def import_file_run(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """What would become of each column, with the button to import; or what became of it."""
    row = dictionary_of(request, slug)
    runs = DictionaryImport.objects.visible_to(request.actor).filter(dictionary=row)
    run = one(runs.select_related("dictionary", "team", "job", "created_by"), public_id=public_id)
    form = CarryOutImportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (
        done := attempt(
            form,
            lambda: services.carry_out(actor=request.actor, checked=run, skip_errors=form.cleaned_data["skip_errors"]),
        )
    ):
        said = _("The file was imported.") if done.value.finished_at else ""
        return after(request, said, "import_file_run", slug, public_id)
    show = request.GET.get("show", "")
    address = reverse("import_file_run", args=[slug, public_id])
    state = state_of(run)
    job = run.job if state in ("checking", "importing") else None
    lines, earlier, later = _lines(request, run, show)
    context = {
        "dictionary": row,
        "crumbs": crumbs(
            row, {"label": _("Import a file"), "url": reverse("import_files", args=[slug])}, {"label": run.name}
        ),
        "run": run,
        "state": state,
        "format": registry.known(run.format),
        "job": job,
        "poll_url": f"{reverse('foundation:job', args=[job.public_id])}?{urlencode({'then': address})}" if job else "",
        "result_url": address,
        "refresh_seconds": 5 if job and job.finished_at is None else None,
        "form": form,
        "allowed": may_draft(request.actor),
        "proposals": Proposal.objects.visible_to(request.actor).filter(public_id__in=run.proposals).order_by("pk"),
        "errors": run.counts.get("error", 0),
        "to_write": sum(run.counts.get(name, 0) for name in ("new", "changed", "bound")),
        "lines": [(line, line_told(line)) for line in lines],
        "earlier_url": earlier,
        "later_url": later,
        "shown": _filters(run, show),
    }  # fmt: skip
    return render(request, "dictionary/import_run.html", context, status=status_of(form))


def _lines(request: PersonRequest, run: DictionaryImport, show: str) -> tuple[list[DictionaryImportLine], str, str]:
    """Some lines of the report, from the number in the address on, and where the neighbours are."""
    rows = run.lines.filter(outcome=show) if show in SHOWN[1:] else run.lines.all()
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    found = list(rows.filter(number__gte=start).order_by("number")[: PAGE_SIZE + 1])
    before = list(rows.filter(number__lt=start).order_by("-number").values_list("number", flat=True)[:PAGE_SIZE]) if start else []

    def at(number: int) -> str:
        return "?" + urlencode({**({"show": show} if show in SHOWN[1:] else {}), "from": number})

    return found[:PAGE_SIZE], at(before[-1]) if before else "", at(found[PAGE_SIZE].number) if len(found) > PAGE_SIZE else ""


def _filters(run: DictionaryImport, show: str) -> list[dict[str, Any]]:
    labels = {"": _("All"), **dict(DictionaryImportLine.Outcome.choices)}
    return [
        {
            "label": labels[name],
            "url": f"?show={name}" if name else "?",
            "count": run.counts.get(name) if name else sum(run.counts.values()),
            "current": show == name or (not name and show not in SHOWN),
        }
        for name in SHOWN
        if not name or run.counts.get(name)
    ]


@portal_page()
def export_files(request: PersonRequest, slug: str) -> HttpResponse:
    """What a dictionary can be handed out as, with a sentence on each."""
    row = dictionary_of(request, slug)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Export")}),
        "formats": [(entry, explained(entry.key)) for entry in registry.FORMATS if entry.writes],
        "releases": Release.objects.visible_to(request.actor).filter(dictionary=row).defer("entries").order_by("-number")[:20],
    }
    return render(request, "dictionary/exports.html", context)


@portal_page()
def export_file(request: PersonRequest, slug: str) -> HttpResponse:
    """The file itself."""
    row = dictionary_of(request, slug)
    query = request.GET
    release, number = None, query.get("release", "")
    if number.isascii() and number.isdigit() and len(number) < 9:
        release = one(Release.objects.visible_to(request.actor).filter(dictionary=row), number=int(number))
    drafts = query.get("drafts", "") in ("1", "on")
    data, entry = written(row, query.get("format", ""), release=release, dataset=query.get("dataset", "")[:200], drafts=drafts)
    return file_answer(data, entry, row.slug if release is None else release.label.replace("@", "-"))
