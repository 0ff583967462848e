"""The pages of known flaws: which there are, which reach us, one of them in full, and where the data comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of, tell
from governance.dependencies import package_panels
from governance.dependencies.components import label_of
from governance.dependencies.forms.advisories import AdvisoryConfirmForm, AdvisoryFilterForm, AdvisoryImportForm
from governance.dependencies.models import Advisory, AdvisoryImport
from governance.dependencies.package_panels import Shown
from governance.dependencies.permissions import may_import_advisories
from governance.dependencies.selectors import advisories as selectors
from governance.dependencies.selectors.advisories import Pin, Reaching
from governance.dependencies.services import advisories as services
from governance.dependencies.services.advisory_files import in_words
from governance.dependencies.views.sets import crumbs
from governance.dependencies.wording_advisories import (
    affected_told,
    data_told,
    ecosystem_label,
    finding_told,
    fixed_told,
    severity_told,
    state_of,
)
from governance.usecases.uploads import was_too_large

RECENT = 5  # imports beside the list
AFFECTED = 200  # model versions on a page
OTHERS = 50  # flaws of a package that nothing locked has


@portal_page()
def advisory_list(request: PersonRequest) -> HttpResponse:
    """The flaws that are known, those that changed last first."""
    form = AdvisoryFilterForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    ecosystem, name = _package_named(said.get("q", ""))
    rows = selectors.flaws(
        request.actor, package=name, ecosystem=ecosystem, severity=said.get("severity", ""), affects=bool(said.get("affects"))
    )
    page = selectors.newest_first(rows, after=request.GET.get("after", ""))
    asked = {key: value for key, value in request.GET.dict().items() if key in form.fields and value}
    snapshot = selectors.newest_snapshot()
    context = {
        "crumbs": crumbs({"label": _("Known flaws")}),
        "form": form,
        "filtered": bool(asked),
        "data": data_told(selectors.data_age(snapshot)),
        "feeds": feeds_told(snapshot),
        "flaws": _flaws_told(page.rows),
        "next_url": f"?{urlencode({**asked, 'after': page.after})}" if page.after else "",
        "first_url": f"?{urlencode(asked)}" if request.GET.get("after") else "",
        **_import_part(request, AdvisoryImportForm()),
    }
    return render(request, "dependencies/advisories.html", context)


def _package_named(text: str) -> tuple[str, str]:
    """`npm:@angular/core` names an ecosystem, anything else none."""
    ecosystem, colon, name = text.strip().partition(":")
    return (ecosystem.lower(), name.strip()) if colon and name and "/" not in ecosystem else ("", text.strip())


def feeds_told(snapshot: Any) -> list[dict[str, Any]]:
    """Of which ecosystems flaws are known, and how new the data of each is."""
    return [
        {"label": ecosystem_label(name), "count": entry["count"], "age": selectors.age(snapshot, ecosystem=name)}
        for name, entry in (snapshot.ecosystems.items() if snapshot is not None else ())
    ]


def _flaws_told(rows: Sequence[Advisory]) -> list[dict[str, Any]]:
    """Flaws of a list, with what they are about and which locked packages they reach. Five queries, however many."""
    about = selectors.packages_of([row.group for row in rows])
    pairs = {pair for listed in about.values() for pair in listed}
    reached = selectors.reaching(pairs) if pairs else {}
    return [
        {
            "row": row,
            "severity": severity_told(row.worst),
            "packages": [label_of(*pair) for pair in about.get(row.group, ())],
            "reached": _reached_told(reached.get(row.group)),
            "certain": row.group in reached and reached[row.group].is_certain,
        }
        for row in rows
    ]


def _reached_told(found: Reaching | None) -> list[str]:
    return [f"{label_of(*pin[:2])} {pin[2]}".strip() for pin in found.pins] if found is not None else []


# One flaw ------------------------------------------------------------------------------------------------------------


@portal_page()
def advisory(request: PersonRequest, identifier: str) -> HttpResponse:
    """One flaw: what its records say, which versions have it, which models of ours, and what was ruled."""
    records = selectors.records_of(request.actor, identifier)
    if not records:
        raise Missing(_("No record of this name was imported."))
    leader = records[0]
    found = selectors.reach_of(leader.group)
    reached = selectors.affected_model_versions(request.actor, found) if found is not None else []
    affected = [
        {**item, "ecosystem": ecosystem_label(item["ecosystem"])} for item in affected_told(selectors.affected_of(records))
    ]
    packages = {span["name"] for span in affected}
    names = {leader.group, *leader.aliases}
    context = {
        "crumbs": crumbs({"label": _("Known flaws"), "url": reverse("advisories")}, {"label": leader.group}),
        "leader": leader,
        "records": records,
        "names": sorted(names - {leader.group}),
        "severity": severity_told(leader.worst),
        "data": data_told(selectors.data_age(selectors.newest_snapshot())),
        "affected": affected,
        "pins": _pins_told(found),
        "reached": reached[:AFFECTED],
        "running": [row for row in reached if row.environments],
        "rulings": selectors.accepted_by(request.actor, names, packages),
        "ask_url": _ask_url(leader, found, affected),
    }
    return render(request, "dependencies/advisory.html", context)


def _pins_told(found: Reaching | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "label": label_of(ecosystem, name),
            "version": version,
            "answer": finding.answer,
            "text": finding_told(finding),
            "fixed": fixed_told(finding, ecosystem),
        }
        for (ecosystem, name, version), finding in sorted(found.pins.items())
    ]


def _ask_url(leader: Advisory, found: Reaching | None, affected: Sequence[Mapping[str, Any]]) -> str:
    """Where a ruling is asked for, with what is known filled in; the package that is locked before others."""
    pin: Pin | None = min(found.pins) if found is not None else None
    said = {"advisory": leader.group}
    if pin is not None:
        said |= {"ecosystem": pin[0], "name": pin[1]}
    elif affected:
        said |= {"name": str(affected[0]["name"])}
    return f"{reverse('ruling_ask')}?{urlencode(said)}"


# Where the data comes from -------------------------------------------------------------------------------------------


@portal_page("GET", "HEAD", "POST")
def advisory_imports(request: PersonRequest) -> HttpResponse:
    """The imports so far, and the form for the next one."""
    sent = request.method == "POST"
    form = AdvisoryImportForm(request.POST if sent else None, request.FILES if sent else None)

    def ask() -> AdvisoryImport:
        said = form.cleaned_data
        if said["url"]:
            return services.import_advisory_url(actor=request.actor, url=said["url"], confirmed=said["confirmed"])
        return services.import_advisory_file(
            actor=request.actor, name=said["file"].name, file=said["file"], confirmed=said["confirmed"]
        )

    if sent and was_too_large(request):
        form.full_clean()
        form.errors.clear()  # that no file came is not what is wrong
        tell(form, services.too_large())
    elif sent and (done := attempt(form, ask)):
        return redirect("advisory_import", done.value.public_id)
    page = slice_of(request, selectors.imports_seen_by(request.actor))
    context = {
        "crumbs": crumbs({"label": _("Known flaws"), "url": reverse("advisories")}, {"label": _("Imports")}),
        "slice": page,
        "data": data_told(selectors.data_age(selectors.newest_snapshot())),
        **_import_part(request, form, page.rows),
    }
    return render(request, "dependencies/advisory_imports.html", context, status=status_of(form))


def _import_part(
    request: PersonRequest, form: AdvisoryImportForm, rows: Sequence[AdvisoryImport] | None = None
) -> dict[str, Any]:
    """What `dependencies/advisory_import_part.html` wants."""
    runs = selectors.imports_seen_by(request.actor).order_by("-pk")[:RECENT] if rows is None else rows
    return {
        "import_form": form,
        "may_import": may_import_advisories(request.actor),
        "imports": [{"run": run, "state": state_of(run)} for run in runs],
    }


@portal_page("GET", "HEAD", "POST")
def advisory_import(request: PersonRequest, public_id: str) -> HttpResponse:
    """One import: how far it is, what it changed, or why it was refused; a post confirms one that came with too few records."""
    run = one(selectors.imports_seen_by(request.actor), public_id=public_id)
    form = AdvisoryConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and attempt(form, lambda: services.confirm_advisory_import(actor=request.actor, run=run)):
        return after(request, _("It is tried again, with the records that there are."), "advisory_import", public_id)
    address = reverse("advisory_import", args=[public_id])
    state = state_of(run)
    job = run.job if state in ("queued", "running") else None
    snapshot = run.snapshot
    context = {
        "crumbs": crumbs(
            {"label": _("Known flaws"), "url": reverse("advisories")},
            {"label": _("Imports"), "url": reverse("advisory_imports")},
            {"label": run.source},
        ),
        "run": run,
        "state": state,
        "snapshot": snapshot,
        "feeds": feeds_told(snapshot),
        "refused": [{"name": item["name"], "why": in_words(item)} for item in (snapshot.told if snapshot else ())],
        "job": job,
        "poll_url": f"{reverse('foundation:job', args=[job.public_id])}?{urlencode({'then': address})}" if job else "",
        "result_url": address,
        "refresh_seconds": 5 if job else None,
        "form": form,
        "may_import": may_import_advisories(request.actor),
        "to_confirm": run.failure_code == "advisories.shrinks" and not run.confirmed and run.finished_at is None,
    }
    return render(request, "dependencies/advisory_import.html", context, status=status_of(form))


# On other pages ------------------------------------------------------------------------------------------------------


def flaws_part(request: PersonRequest, shown: Shown) -> dict[str, Any]:
    """The flaws of a package, and which locked versions have them. Six queries."""
    snapshot = selectors.newest_snapshot()
    found = selectors.reaching([(shown.ecosystem, shown.name)], snapshot=snapshot) if snapshot is not None else {}
    known = selectors.flaws(request.actor, package=shown.name, ecosystem=shown.ecosystem).order_by("-modified", "-pk")[:OTHERS]
    return {
        "covered": selectors.Found(snapshot).covers(shown.ecosystem),
        "ecosystem": ecosystem_label(shown.ecosystem),
        "data": data_told(selectors.data_age(snapshot)),
        "reaching": [
            {"group": item.group, "severity": severity_told(item.group.severity), "pins": _pins_told(item)}
            for item in sorted(found.values(), key=lambda item: item.rank)
        ],
        "others": [row for row in known if row.group not in found],
    }


package_panels.register("flaws", 60, "dependencies/package_flaws.html", flaws_part)
