"""Who is told when a second person is wanted for a risk tier or a deviation, and when somebody was."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from governance.people import notices
from governance.people import services as people
from governance.people.models import RoleGrant, User
from governance.usecases.models import RiskOverride, StackDeviation, UseCase
from governance.usecases.permissions import CONFIRM_RISK

TIER_WANTED = notices.kind(
    "usecases.risk.wanted",
    _("A second person is wanted"),
    _("%(name)s proposes another risk tier for %(title)s. Somebody else has to look at it."),
)
TIER_SETTLED = notices.kind(
    "usecases.risk.settled",
    _("Your risk tier was answered"),
    _("%(name)s has answered the risk tier that you proposed for %(title)s."),
)
DEVIATION_WANTED = notices.kind(
    "usecases.stack.wanted",
    _("A deviation is asked for"),
    _("%(name)s asks that %(title)s may run something that its platform does not offer."),
)
DEVIATION_SETTLED = notices.kind(
    "usecases.stack.settled",
    _("Your deviation was answered"),
    _("%(name)s has answered the deviation that you asked for, for %(title)s."),
)


def want_tier(actor: Actor, row: RiskOverride) -> None:
    """Those who judge on the use case; where there is nobody, those who do for the whole organisation."""
    told = _nearest(row.use_case, CONFIRM_RISK, but=row.proposed_by)
    _tell(actor, told, TIER_WANTED, row, row.use_case, "risk")


def settled_tier(actor: Actor, row: RiskOverride) -> None:
    """Who proposed it, unless they ended it themselves."""
    _tell(actor, _others(actor, row.proposed_by), TIER_SETTLED, row, row.use_case, "risk")


def want_deviation(actor: Actor, row: StackDeviation) -> None:
    """Operations of the use case; where there is nobody, operations and administrators of the whole organisation."""
    told = _nearest(row.use_case, ("operations", "administrator"), but=row.proposed_by)
    _tell(actor, told, DEVIATION_WANTED, row, row.use_case, "stack")


def settled_deviation(actor: Actor, row: StackDeviation) -> None:
    """Who asked, unless they took it back themselves."""
    _tell(actor, _others(actor, row.proposed_by), DEVIATION_SETTLED, row, row.use_case, "stack")


def _nearest(use_case: UseCase, roles: Iterable[str], *, but: User) -> list[User]:
    grants = RoleGrant.objects.live().covering(use_case.public_id).filter(role__in=list(roles)).exclude(user=but)
    held = list(grants.select_related("user").order_by("pk"))
    here = [grant.user for grant in held if grant.scope]
    return list(dict.fromkeys(here or [grant.user for grant in held]))


def _others(actor: Actor, user: User) -> list[User]:
    return [] if actor.user == user else [user]


def _tell(
    actor: Actor, told: list[User], kind: notices.Kind, row: RiskOverride | StackDeviation, use_case: UseCase, page: str
) -> None:
    people.tell(
        told,
        kind,
        key=f"{kind.code}:{row.public_id}:{'ended' if row.ended_at else 'confirmed' if row.confirmed_at else 'asked'}",
        url=f"/use-cases/{use_case.slug}/{page}/",
        data={"name": actor.label, "title": use_case.title},
        subject_id=row.public_id,
        scope=use_case.public_id,
    )
