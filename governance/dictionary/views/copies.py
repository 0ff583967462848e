"""Where copies of data sets lie, which of them say something that no longer holds, and the legend that goes along with a copy."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from foundation.errors import FieldError, Invalid, Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import services
from governance.dictionary.forms.exchange import CopyEndForm, CopyForm
from governance.dictionary.legend import to_bytes
from governance.dictionary.models import Copy, Dataset, Dictionary
from governance.dictionary.permissions import may_bind
from governance.dictionary.selectors.legends import CopyRow, copies_told, legend_of
from governance.dictionary.views.elements import crumbs, dictionary_of
from governance.dictionary.wording import field_label


@portal_page("GET", "HEAD", "POST")
def copies(request: PersonRequest, slug: str) -> HttpResponse:
    """The copies that lie somewhere, the stale ones named; and the form to register one."""
    row = dictionary_of(request, slug)
    sent = request.method == "POST"
    form = CopyForm(request.POST if sent else None, initial={"dataset": request.GET.get("dataset", "")})
    if sent and attempt(form, lambda: _registered(request, row, form)):
        said = _("The copy is registered. Put its legend beside it, so that whoever opens it can ask what it means.")
        return after(request, said, "copies", slug)
    rows = Copy.objects.visible_to(request.actor).filter(dictionary=row).select_related("dataset", "team", "created_by")
    ended = request.GET.get("ended") == "1"
    page = slice_of(request, rows if ended else rows.filter(ended_at=None))
    told = copies_told(page.rows)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Copies")}),
        "form": form,
        "slice": page,
        "rows": [(item, _stale_told(item)) for item in told],
        "stale": sum(1 for item in told if item.stale),
        "ended": ended,
        "allowed": may_bind(request.actor),
    }
    return render(request, "dictionary/copies.html", context, status=status_of(form))


def _registered(request: PersonRequest, row: Dictionary, form: CopyForm) -> Copy:
    said = {name: value for name, value in form.cleaned_data.items() if name != "dataset"}
    dataset = Dataset.objects.visible_to(request.actor).filter(name=form.cleaned_data["dataset"]).first()
    if dataset is None:
        why = _("There is no data set of this name.")
        raise Invalid(why, errors=[FieldError("dataset", "unknown", why)])
    return services.register_copy(actor=request.actor, dictionary=row, dataset=dataset, **said)


def _stale_told(item: CopyRow) -> list[str]:
    """For each column that means something else by now: which, and what changed."""
    found = []
    for name, standing in item.stale.items():
        if standing.changed == ("retired",):
            found.append(_("%(column)s: the element was retired.") % {"column": name})
        elif not standing.current_version:
            found.append(_("%(column)s: its element means nothing by now.") % {"column": name})
        else:
            fields = ", ".join(map(field_label, standing.changed)) or _("its wording")
            said = _("%(column)s: now version %(version)s; changed: %(fields)s.")
            found.append(said % {"column": name, "version": standing.current_version, "fields": fields})
    return found


@portal_page("POST")
def copy_end(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """Say that a copy was deleted."""
    rows = Copy.objects.visible_to(request.actor).filter(dictionary=dictionary_of(request, slug))
    row = one(rows.select_related("dataset", "dictionary"), public_id=public_id)
    form = CopyEndForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    services.end_copy(actor=request.actor, copy=row, because=because)
    return after(request, _("The copy is no longer listed."), "copies", slug)


@portal_page()
def legend_file(request: PersonRequest, slug: str) -> HttpResponse:
    """The legend of a data set, or of one of its copies, as the file that lies beside it."""
    row = dictionary_of(request, slug)
    dataset: Any = one(Dataset.objects.visible_to(request.actor), name=request.GET.get("dataset", "")[:201])
    copy = request.GET.get("copy", "")[:40]
    if copy:
        copy = one(Copy.objects.visible_to(request.actor).filter(dataset=dataset), public_id=copy).public_id
    legend = legend_of(row, dataset, copy=copy)
    if not legend.columns:
        raise Missing(_("No column of this data set has an approved meaning yet."))
    answer = HttpResponse(to_bytes(legend), content_type="application/json")
    name = f"{slugify(dataset.name) or 'dataset'}.legend.json"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-cache"
    return answer
