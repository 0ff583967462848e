"""What runs where, as far as gates know: the version that each let in last. The room of lineage asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Max

from approvals.models.gates import Answer


def running() -> Mapping[int, Sequence[str]]:
    """Primary key of a version → titles of the environments that it was let into last, of all versions of that model. Two statements."""
    let_in = Answer.objects.filter(decision="allow").order_by()
    last = (
        let_in.values("evaluation__gate", "evaluation__model_version__name")
        .annotate(last=Max("pk"))
        .values_list("last", flat=True)
    )
    rows = Answer.objects.filter(pk__in=list(last)).order_by("evaluation__gate__environment__title")
    found: dict[int, list[str]] = defaultdict(list)
    for version, title in rows.values_list("evaluation__model_version_id", "evaluation__gate__environment__title"):
        found[version].append(title)
    return found
