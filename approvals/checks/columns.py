"""Does every column that the version reads have a shared meaning?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("dictionary.columns_bound", gettext_lazy("Is every column bound to an element of a shared dictionary?"), level="advisory")
def columns_bound(context: Context) -> Iterable[Result]:
    datasets = context.manifest.bodies["dictionary"]["datasets"]
    columns = [(dataset, column, meaning) for dataset, known in datasets.items() for column, meaning in known.items()]
    action = context.at_use_case(_("See the columns"), "dictionary/")
    if not columns:
        detail = _("CI named no columns. Push data files with --data, so that their columns are known.")
        yield Result("dictionary.columns_bound", "unknown", _("No columns are known"), detail, context.who_pushed(), action)
        return
    loose = [f"{dataset}.{column}" for dataset, column, meaning in columns if meaning is None]
    if loose:
        detail = _("Without a shared meaning: %(columns)s.") % {"columns": ", ".join(loose[:12])}
        yield Result(
            "dictionary.columns_bound",
            "fail",
            _("Some columns have no shared meaning"),
            detail,
            context.holding("data_governance"),
            action,
        )
    else:
        yield Result(
            "dictionary.columns_bound", "pass", _("All %(count)s columns have a shared meaning") % {"count": len(columns)}
        )
