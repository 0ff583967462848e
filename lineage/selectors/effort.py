"""Signs of life of what is built, and versions that are polished while none of them may run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import clock
from foundation.actor import Actor
from foundation.templatetags.countersign import figure
from governance.usecases import conditions, effort, signs_of_life
from governance.usecases.effort import Pointer
from governance.usecases.models import UseCase
from lineage.models import Commit, Metric, ModelVersion
from lineage.polishing import DAYS, VERSIONS, Polished, Try, polished

RUNS = "approvals.allowed_anywhere"  # answered by the room of approvals


def register() -> None:
    """Called once, when the app is ready."""
    signs_of_life.register("version", _with_versions)
    signs_of_life.register("commit", _with_commits)
    effort.looks_from(polished_in_vain)


def _with_versions(edge: datetime) -> QuerySet[Any, Any]:
    return ModelVersion.objects.filter(created_at__gte=edge).order_by().values("use_case")


def _with_commits(edge: datetime) -> QuerySet[Any, Any]:
    lately = Commit.objects.filter(committed_at__gte=edge, repository__uses__use_case__isnull=False)
    return lately.order_by().values("repository__uses__use_case")


def polished_in_vain(actor: Actor, limit: int) -> list[Pointer]:
    """Names whose newest versions hardly differ, in use cases that nothing may run of. A constant number of queries."""
    now = clock.now()
    seen = UseCase.objects.visible_to(actor).exclude(kind=UseCase.Kind.RESEARCH)
    lately = ModelVersion.objects.filter(created_at__gt=now - timedelta(days=DAYS), use_case__in=seen)
    many = lately.order_by().values("use_case", "name").annotate(count=Count("pk")).filter(count__gte=VERSIONS)
    names = {(row["use_case"], row["name"]) for row in many.order_by("-count", "name")[:limit]}
    if not names:
        return []
    rows = lately.filter(use_case__in={case for case, _name in names}, name__in={name for _case, name in names})
    tries = _tries([row for row in rows.select_related("use_case") if (row.use_case_id, row.name) in names])
    found = {key: said for key, known in tries.items() if (said := polished([item for _row, item in known], now=now))}
    cases = {known[0][0].use_case for key, known in tries.items() if key in found}
    runs = conditions.evaluate_each(dict.fromkeys(cases, (RUNS,)))
    return [
        Pointer(case, _told(key[1], said), f"/use-cases/{case.slug}/models/")
        for key, said in sorted(found.items(), key=lambda item: item[1].since)
        if runs[(case := tries[key][0][0].use_case).pk][RUNS].state == "unmet"
    ]


def _tries(rows: Sequence[ModelVersion]) -> dict[tuple[int, str], list[tuple[ModelVersion, Try]]]:
    """By use case and name, with the metrics of each version. One query."""
    figures: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for metric in Metric.objects.filter(model_version__in=rows):
        figures[metric.model_version_id][metric.name, metric.dataset] = metric.value
    found: dict[tuple[int, str], list[tuple[ModelVersion, Try]]] = defaultdict(list)
    for row in rows:
        found[row.use_case_id, row.name].append((row, Try(row.label, row.created_at, figures[row.pk])))
    return found


def _told(name: str, said: Polished) -> str:
    words = {
        "name": name,
        "count": said.versions,
        "metric": "@".join(part for part in said.metric if part),
        "moved": figure(said.moved * 100, 1),
    }
    return (
        ngettext(
            "%(name)s got %(count)d version, and no figure moved by more than %(moved)s %% (%(metric)s most). None may run anywhere.",
            "%(name)s got %(count)d versions, and no figure moved by more than %(moved)s %% (%(metric)s most). None may run anywhere.",
            said.versions,
        )
        % words
        + " "
        + _("Deploy one to learn more, or say why it is not enough.")
    )
