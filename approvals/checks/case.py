"""Does somebody know what it costs and what it brings?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("economics.case", gettext_lazy("Is there a cost-benefit case?"), level="advisory")
def case(context: Context) -> Iterable[Result]:
    if context.manifest.bodies["economics"]["case"]:
        yield Result("economics.case", "pass", _("There is a cost-benefit case"))
        return
    detail = _("Without one nobody can argue for the budget.")
    action = context.at_use_case(_("Write one"), "cost-benefit/")
    yield Result("economics.case", "fail", _("There is no cost-benefit case"), detail, context.holding("project_lead"), action)
