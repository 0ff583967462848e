"""Who may put costs and benefits up for approval. What an approval makes of them only the decision does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.economics.models import Baseline, Snapshot
from governance.people.selectors import takes_part

SETTLED = "request.signed"  # nobody can ask for it again


def may_put_up_case(actor: Actor, snapshot: Snapshot) -> Decision:
    """Who works on the use case, for the newest version, as long as it is not the baseline already."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if not takes_part(actor, scope=snapshot.case.use_case.public_id):
        return Denied(_("You do not work on this use case, so you cannot put its costs and benefits up for approval."))
    newest = Snapshot.objects.filter(case=snapshot.case_id).order_by("-number").first()
    if newest is not None and newest.number > snapshot.number:
        return Denied(
            _("Version %(number)s took its place. Ask for that one.") % {"number": newest.number}, code="request.superseded"
        )
    if Baseline.objects.filter(case=snapshot.case_id, snapshot__digest=snapshot.digest, ended_at=None).exists():
        return Denied(_("It is the baseline already."), code=SETTLED)
    return ALLOWED
