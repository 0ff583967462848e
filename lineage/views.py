"""The pages of model versions: what was built, from what, and how that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import CountersignError, Missing
from foundation.pages import PersonRequest, after, one, portal_page, slice_of
from governance.dependencies.wording_status import line_told
from governance.usecases import tabs, talk
from governance.usecases.models import UseCase
from lineage import panels
from lineage.forms import SearchForm
from lineage.kept_files import NAMES
from lineage.models import KeptFile, ModelVersion
from lineage.panels import Destination
from lineage.permissions import may_take_over
from lineage.selectors import files, pages
from lineage.selectors.graph import graph_of
from lineage.selectors.manifest import Manifest, manifest_of
from lineage.selectors.packages import dependencies_of
from lineage.services.files import take_over
from lineage.wording import component_told, fact_told, facts_summary, lineage_picture
from lineage.worth_presenting import worth_section

HEADLINE = 3  # metrics shown in a row of a table


@portal_page()
def models(request: PersonRequest) -> HttpResponse:
    """Versions the person may see, newest first."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = slice_of(request, pages.found(request.actor, text=text))
    context = {"form": form, "slice": page, "filtered": bool(text), "rows": rows_told(request, page.rows)}
    return render(request, "lineage/list.html", context)


def rows_told(request: PersonRequest, versions: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    """Versions with their commits and where they are to go. A constant number of queries."""
    commits = pages.commits_of(versions)
    destinations = panels.destinations_of(request.actor, versions)
    return [{"version": row, "commit": commits.get(row.pk), "destinations": destinations.get(row.pk, ())} for row in versions]


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The versions of a use case, each with its figures beside those of the version before."""
    versions = ModelVersion.objects.filter(use_case=use_case).prefetch_related("metrics")
    page = slice_of(request, versions, size=25)
    rows = rows_told(request, page.rows)
    for row, older in zip_longest(rows, page.rows[1:]):
        same = older if older is not None and older.name == row["version"].name else None
        row["metrics"] = pages.compared(list(row["version"].metrics.all()), list(same.metrics.all()) if same else [])[:HEADLINE]
    return {"slice": page, "rows": rows}


@portal_page("GET", "HEAD", "POST")
def model(request: PersonRequest, public_id: str) -> HttpResponse:
    """One version; what is sent goes to the panel of the room that shows the form."""
    row = one(
        ModelVersion.objects.visible_to(request.actor).select_related("use_case", "repository", "created_by"), public_id=public_id
    )
    shown = panels.panels_of(request, row)
    if isinstance(shown, HttpResponse):
        return shown
    manifest = manifest_of(row)
    destinations = panels.destinations_of(request.actor, [row], {row.public_id: manifest.digests}).get(row.pk, ())
    context = {
        "version": row,
        "crumbs": crumbs(row),
        "panels": shown,
        "talk": talk.panel_of(request, row),
        "destinations": destinations,
        **what_it_is(row, manifest),
        **where_it_comes_from(row, manifest, destinations),
    }
    return render(request, "lineage/model.html", context, status=max([200, *(panel.status for panel in shown)]))


def crumbs(row: ModelVersion) -> list[dict[str, str]]:
    """The way to a version: through the list of its use case."""
    use_case = {"label": row.use_case.title, "url": reverse("use_case_tab", args=[row.use_case.slug, "models"])}
    return [{"label": _("Models"), "url": reverse("models")}, use_case, {"label": row.label}]


def what_it_is(row: ModelVersion, manifest: Manifest) -> dict[str, Any]:
    """Components, figures and parameters, beside those of the version before."""
    before, metrics, older = pages.beside_previous(row)
    return {
        "before": before,
        "components": [(*component_told(name), digest) for name, digest in manifest.digests.items()],
        "manifest_digest": manifest.digest,
        "metrics": pages.compared(metrics, older),
        "confusions": pages.confusions(metrics),
        "params": pages.params_compared(row.params, before.params if before else None),
        "worth": worth_section(row, metrics),
    }


def where_it_comes_from(row: ModelVersion, manifest: Manifest, destinations: Sequence[Destination]) -> dict[str, Any]:
    """Commit, data, locks, what is known about them and how, and the picture of it all."""
    datasets = manifest.bodies["data"]["datasets"]
    locks = [lock.dependency_set for lock in row.locks.select_related("dependency_set").defer("dependency_set__raw")]
    commit = pages.commits_of([row]).get(row.pk)
    facts = pages.newest_facts(row)
    level, said = facts_summary(facts)
    graph = graph_of(row, datasets=datasets, locks=locks, commit=commit, destinations=destinations)
    return {
        "commit": commit,
        "datasets": datasets,
        "locks": locks,
        "dependencies": line_told(status) if (status := dependencies_of(row, locks)) is not None else None,
        "facts": [fact_told(fact) for fact in facts],
        "facts_level": level,
        "facts_summary": said,
        "picture": lineage_picture(row, graph),
    }


@portal_page()
def kept_files(request: PersonRequest, slug: str) -> HttpResponse:
    """Files of the repository beside what the portal keeps."""
    return _files_shown(request, one(UseCase.objects.visible_to(request.actor), slug=slug))


@portal_page("POST")
def kept_file_take(request: PersonRequest, slug: str, file: str) -> HttpResponse:
    """Make the portal say what a file says."""
    row = one(UseCase.objects.visible_to(request.actor), slug=slug)
    kept = one(KeptFile.objects.visible_to(request.actor).select_related("use_case", "repository"), use_case=row, public_id=file)
    try:
        said = take_over(actor=request.actor, file=kept)
    except Missing:
        raise
    except CountersignError as error:
        return _files_shown(request, row, refused={kept.public_id: error})
    return after(request, said, "kept_files", row.slug)


def _files_shown(request: PersonRequest, row: UseCase, *, refused: Mapping[str, CountersignError] | None = None) -> HttpResponse:
    shown, refused = files.files_of(row), refused or {}
    errors = {key: [str(item.message) for item in error.errors] or [str(error.detail)] for key, error in refused.items()}
    there = {item.file.kind for item in shown}
    context = {
        **tabs.page_of(row, "overview", {"label": _("Files in the repository")}),
        "rows": [
            {
                "beside": item,
                "allowed": may_take_over(request.actor, item.file),
                "refused": errors.get(item.file.public_id, ()),
            }
            for item in shown
        ],
        "missing": [
            {"kind": kind, "label": label, "name": NAMES[kind]} for kind, label in KeptFile.Kind.choices if kind not in there
        ],
        "tracked": row.repository_uses.exists(),
    }
    return render(request, "lineage/files.html", context, status=max([200, *(error.status for error in refused.values())]))


@portal_page()
def kept_file_patch(request: PersonRequest, slug: str, kind: str) -> HttpResponse:
    """A patch for `git apply` that makes the repository say what the portal keeps."""
    row = one(UseCase.objects.visible_to(request.actor), slug=slug)
    return _download(row, kind, files.patch_for(row, kind, request.GET.get("file", "")))


def _download(row: UseCase, kind: str, text: str) -> HttpResponse:
    head = {"Content-Disposition": f'attachment; filename="{row.slug}-{kind}.patch"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/x-patch; charset=utf-8", headers=head)


def files_card(request: PersonRequest, use_case: UseCase) -> dict[str, Any] | None:
    """On the overview: whether the repository says the same; nothing while no repository is registered."""
    shown = files.files_of(use_case)
    return {"rows": shown} if shown or use_case.repository_uses.exists() else None
