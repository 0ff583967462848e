"""Who may ask for a report."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from foundation.visibility import comes_from_outside
from governance.usecases.models import UseCase
from reports.models import Report, reads_whole_log


def may_request_report(actor: Actor, use_case: UseCase | None, *, kind: str = "") -> Decision:
    """Whoever sees the use case; a service token needs the scope. A dictionary and a lock file are read by everybody inside.

    `None` otherwise stands for the whole log, which few may read.
    """
    if not (allowed := actor.has_scope("reports:write")):
        return allowed
    if kind == Report.Kind.DICTIONARY_RELEASE:
        if actor.user is None or comes_from_outside(actor):
            return Denied(
                _("Only a person of the organisation can ask for a report on a dictionary."), code="report.person_needed"
            )
        return ALLOWED
    if kind == Report.Kind.DEPENDENCIES and (actor.user is None or comes_from_outside(actor)):
        return Denied(_("Only a person of the organisation can ask for a report on dependencies."), code="report.person_needed")
    if kind in (Report.Kind.ECONOMICS, Report.Kind.PORTFOLIO) and (actor.user is None or comes_from_outside(actor)):
        return Denied(
            _("Only a person of the organisation can ask for a report on costs and benefits."), code="report.person_needed"
        )
    if kind == Report.Kind.PORTFOLIO:
        return _may_request_portfolio(actor)
    if kind == Report.Kind.DEPENDENCIES and use_case is None:
        return ALLOWED
    if use_case is None:
        if reads_whole_log(actor):
            return ALLOWED
        return Denied(
            _("The whole log is for auditors and administrators of the organisation. Ask for the report of a use case.")
        )
    if actor.user is None:
        return Denied(_("Only a person can ask for a report."), code="report.person_needed")
    if UseCase.objects.visible_to(actor).filter(pk=use_case.pk).exists():
        return ALLOWED
    return Denied(_("You do not take part in this use case."))


def _may_request_portfolio(actor: Actor) -> Decision:
    """It is gathered as its person, so a token that is held to one use case would read all the others through it."""
    if actor.bound_to:
        why = _("This token is for one use case only. A portfolio covers all that its owner sees.")
        return Denied(why, code="report.token_bound")
    return ALLOWED
