"""What versions of a model are worth to the case of their use case, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.drawing import bars, svg
from foundation.pages import PersonRequest
from governance.economics.cashflow import Evaluation
from governance.economics.models import Snapshot
from governance.economics.plan import Plan
from governance.economics.presenting.worth import signed, tone_of_change, unknown_told, worth_told
from governance.economics.revaluing import driven_lines
from governance.economics.thresholds import classified
from governance.economics.wording.cases import money
from governance.economics.wording.drivers import metric_told
from governance.usecases import tabs
from governance.usecases.models import UseCase
from lineage.models import Metric, ModelVersion
from lineage.selectors.worth import VersionWorth, metrics_of, worth_of_version

RATES = ("recall", "precision", "false_positive_rate", "mean_absolute_error", "root_mean_squared_error", "bias")
IN_THE_PICTURE = 12


def worth_section(version: ModelVersion, metrics: Sequence[Metric]) -> dict[str, Any]:
    """What the page of a version says of its worth."""
    found = worth_of_version(version, metrics)
    slug = version.use_case.slug
    links = {
        "case_url": tabs.tab_url(version.use_case, "cost-benefit"),
        "all_url": reverse("case_versions", args=[slug]),
    }
    if found is None:
        return {"state": "no_case", **links}
    if found.worth is None:
        return {"state": "broken", **links}
    told = worth_told(found.worth, approved=found.approved, key="worth")
    baseline = found.against.baseline
    return {
        **told,
        **links,
        "approved": found.approved,
        "snapshot": found.against.snapshot.number,
        "approved_at": baseline.approved_at if baseline is not None else None,
        "thresholds": [
            {"title": title, "url": reverse("model_threshold", args=[version.public_id]) + f"?line={key}"}
            for key, title in classified(found.worth).items()
        ],
    }


def metrics_taken(plan: Plan) -> list[tuple[str, str]]:
    """The inputs that metrics feed, each with the name of its metric, in the order of the lines."""
    found: dict[tuple[str, str], None] = {}
    for line in driven_lines(plan):
        driver: Any = line.driver
        found |= {(name, metric): None for name, metric in driver.takes.items()}
    return sorted(found, key=lambda pair: RATES.index(pair[0]) if pair[0] in RATES else len(RATES))


def row_told(item: VersionWorth, takes: Sequence[tuple[str, str]], where: Sequence[str]) -> dict[str, Any]:
    metrics = metrics_of(list(item.version.metrics.all()))
    worth = item.worth
    known = worth is not None and worth.is_known
    return {
        "version": item.version,
        "metrics": [metric_told(metrics[metric]) if metric in metrics else "" for _name, metric in takes],
        "known": known,
        "why": unknown_told(worth) if worth is not None and not known else "",
        "amount": money(worth.after) if worth is not None and known else "",
        "change": signed(worth.change) if worth is not None and known else "",
        "tone": tone_of_change(worth.change) if worth is not None and known else "",
        "where": where,
    }


def versions_picture(found: Sequence[VersionWorth], currency: str) -> dict[str, Any] | None:
    """What each version brings a year more or less than agreed, oldest first: so one sees whether it gets better."""
    known = [(item, item.worth) for item in found if item.worth is not None and item.worth.is_known][:IN_THE_PICTURE][::-1]
    if len(known) < 2:
        return None
    title = _("Money a year against the case, by version")
    newest, worth = known[-1]
    words = {"version": newest.version.label, "amount": signed(worth.change), "currency": currency}
    summary = _("The newest of them, %(version)s, is worth %(amount)s %(currency)s a year against the case.") % words
    drawn = [
        bars.Bar(item.version.label, one.change, signed(one.change), "ok" if one.change >= 0 else "bad") for item, one in known
    ]
    rows = [[item.version.label, money(one.after), signed(one.change)] for item, one in known]
    columns = [
        {"label": _("Version")},
        {"label": _("Brings a year"), "number": True},
        {"label": _("Against the case"), "number": True},
    ]
    return {
        "title": title,
        "summary": summary,
        "svg": svg.bars(bars.chart(drawn), narrow=bars.narrow_chart(drawn), key="versions", title=title, description=summary),
        "table": {"columns": columns, "rows": rows},
    }


def versions_part(request: PersonRequest, snapshot: Snapshot, _figures: Evaluation) -> dict[str, Any] | None:
    """On the tab of costs and benefits: what the newest version is worth, and the way to all of them. Four statements at most."""
    use_case: UseCase = snapshot.case.use_case
    newest = ModelVersion.objects.filter(use_case=use_case).select_related("use_case").order_by("-pk").first()
    if newest is None:
        return None
    found = worth_of_version(newest)
    if found is None or found.worth is None or not found.worth.is_driven:
        return None
    told = worth_told(found.worth, approved=found.approved, key="newest") if found.worth.is_known else {}
    return {
        "version": newest,
        "sentence": told.get("sentence", ""),
        "tone": told.get("tone", ""),
        "why": unknown_told(found.worth),
        "url": reverse("case_versions", args=[use_case.slug]),
    }
