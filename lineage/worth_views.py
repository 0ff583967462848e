"""What model versions are worth to the case of their use case: the page of all of them, and that of a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.errors import Missing
from foundation.pages import PersonRequest, one, portal_page, slice_of, status_of
from governance.economics.drivers import Classification
from governance.economics.presenting.thresholds import choice_told, wrong_told
from governance.economics.revaluing import Worth
from governance.economics.thresholds import choice_of, classified, classifier_of, points_in, points_of_text
from governance.economics.wording.cases import money
from governance.economics.wording.drivers import input_label
from governance.usecases import tabs
from governance.usecases.models import UseCase
from lineage.models import Metric, ModelVersion
from lineage.readers import running
from lineage.selectors.worth import metrics_of, worth_of_version, worths_of
from lineage.views import crumbs
from lineage.worth_presenting import metrics_taken, row_told, versions_picture

LONGEST_POINTS = 6_000


# All versions of a use case ----------------------------------------------------------------------------------------------


@portal_page()
def case_versions(request: PersonRequest, slug: str) -> HttpResponse:
    """Each version with the metrics that drive the case, what it brings a year, and the difference to what was approved."""
    row = one(UseCase.objects.visible_to(request.actor), slug=slug)
    versions = ModelVersion.objects.filter(use_case=row).prefetch_related("metrics")
    page = slice_of(request, versions, size=25)
    against, found = worths_of(row, page.rows)
    where = running() if page.rows else {}
    takes = metrics_taken(against.plan) if against is not None and found and found[0].worth is not None else []
    context = {
        **tabs.page_of(row, "cost-benefit", {"label": _("With each model version")}),
        "slice": page,
        "against": against,
        "approved": against is not None and against.baseline is not None,
        "currency": against.snapshot.currency if against is not None else "",
        "heads": [input_label(name) for name, _metric in takes],
        "rows": [row_told(item, takes, where.get(item.version.pk, ())) for item in found],
        "driven": bool(takes),
        "broken": bool(found) and found[0].worth is None,
        "agreed": next((money(item.worth.before) for item in found if item.worth is not None and item.worth.is_known), ""),
        "picture": versions_picture(found, against.snapshot.currency) if against is not None else None,
    }
    return render(request, "lineage/case_versions.html", context)


# A threshold ------------------------------------------------------------------------------------------------------------


class PointsForm(forms.Form):
    """Points of a curve, pasted. The page is asked for by GET: nothing is kept."""

    points = forms.CharField(
        required=False,
        max_length=LONGEST_POINTS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        label=gettext_lazy("Points of the curve"),
        help_text=gettext_lazy("One a line: threshold, recall and the third figure, such as 0.3; 0.71; 0.02."),
    )
    third = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Third figure"),
        choices=[
            ("false_positive_rate", gettext_lazy("false positive rate")),
            ("precision", gettext_lazy("precision")),
        ],
    )


@portal_page()
def model_threshold(request: PersonRequest, public_id: str) -> HttpResponse:
    """From which score on a version should say yes: what each point of its curve is worth a year on one line of the case."""
    row = one(ModelVersion.objects.visible_to(request.actor).select_related("use_case"), public_id=public_id)
    rows = list(row.metrics.all())
    found = worth_of_version(row, rows)
    lines = classified(found.worth) if found is not None and found.worth is not None else {}
    context: dict[str, Any] = {
        "version": row,
        "crumbs": [
            *crumbs(row)[:-1],
            {"label": row.label, "url": reverse("model", args=[row.public_id])},
            {"label": _("Threshold")},
        ],
        "lines": [{"key": key, "title": title, "url": f"?line={key}"} for key, title in lines.items()],
        "case_url": tabs.tab_url(row.use_case, "cost-benefit"),
        "status": 200,
    }
    if lines and found is not None and found.worth is not None:
        context |= _threshold(request, found.worth, next(iter(lines)), rows)
    return render(request, "lineage/threshold.html", context, status=context["status"])


def _threshold(request: PersonRequest, worth: Worth, first: str, rows: Sequence[Metric]) -> dict[str, Any]:
    key = request.GET.get("line") or first
    if key not in classified(worth):
        raise Missing(_("No line of that name follows from a classifier."))
    driver: Classification = classifier_of(worth, key)[1]
    measured = points_in(metrics_of(rows), driver)
    typed = "points" in request.GET
    form = PointsForm(request.GET if typed else None)
    points, errors = measured, []
    if typed and form.is_valid() and form.cleaned_data["points"].strip():
        third = form.cleaned_data["third"] or "false_positive_rate"
        points, wrong = points_of_text(form.cleaned_data["points"], driver, third)
        errors = [wrong_told(item, input_label(third)) for item in wrong]
        for said in errors:
            form.add_error("points", said)
    return {
        "line": key,
        "currency": worth.agreed.currency,
        "choice": choice_told(choice_of(worth, key, points), worth.agreed.currency),
        "measured": bool(measured) and points is measured,
        "form": form,
        "status": status_of(form),
    }
