"""Was written down what this is for, and by what it will be measured?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("usecase.definition", gettext_lazy("Is the use case defined, with at least one KPI and its target?"))
def definition(context: Context) -> Iterable[Result]:
    body = context.manifest.bodies["use_case"]
    if "business_problem" in body and body["kpis"]:
        yield Result("usecase.definition", "pass", _("The use case is defined"), ", ".join(kpi["name"] for kpi in body["kpis"]))
        return
    title = _("The use case has no KPI") if "business_problem" in body else _("The use case is not defined")
    detail = _("Write down the problem and by what success is measured.")
    yield Result(
        "usecase.definition", "fail", title, detail, context.holding("project_lead"), context.at_use_case(_("Define it"))
    )
