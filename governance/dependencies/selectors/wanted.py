"""For what a release has to be reviewed: what people asked for, and what the use cases demand that rest on it."""

from __future__ import annotations

from typing import Any

from foundation.actor import Actor
from governance.dependencies import usage
from governance.dependencies.demands import demand_of
from governance.dependencies.models import Release, ReviewRequest
from governance.dependencies.selectors.criteria import criteria_known
from governance.usecases.models import UseCase
from governance.usecases.selectors.listing import with_tier

USUAL = "safe-to-deploy"
MOST_VERSIONS = 200


def wanted_of(actor: Actor, release: Release) -> list[str]:
    """The criteria to begin a review with, so that nobody reviews it for less than a gate asks. Never none."""
    pin = (release.package.ecosystem, release.package.name, release.version)
    asked = ReviewRequest.objects.filter(closed_at=None, ecosystem=pin[0], name=pin[1], version=pin[2])
    found = {name for criteria in asked.values_list("criteria", flat=True) for name in criteria}
    cases = {reached.use_case for reached in usage.affected(actor, [pin], MOST_VERSIONS)}
    rows: Any = with_tier(UseCase.objects.visible_to(actor).filter(public_id__in=cases)) if cases else ()
    for case in rows:
        found |= demand_of(case.tier).runtime
    known = criteria_known()
    implied = {less for name in found for less in known.implied_by(name) if less != name}
    return sorted(found - implied) or [USUAL]
