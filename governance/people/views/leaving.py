"""What would not work any more if somebody left: a question, which leaves no trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from foundation import objects
from foundation.pages import PersonRequest, one, portal_page
from foundation.permissions import require
from governance.people import obligations, selectors
from governance.people.models import RoleGrant, User
from governance.people.permissions import may_look_ahead
from governance.people.responsibilities import broken_by
from governance.people.roles import READ_ONLY, role_label
from governance.people.situations import Here, situations_of
from governance.people.telling import needs_of, told

MOST_USE_CASES = 100


@portal_page()
def leaving(request: PersonRequest, public_id: str) -> HttpResponse:
    """Per use case and step what would break, who could take over, and what to hand over. Nothing is written."""
    user: User = one(User.objects.visible_to(request.actor), public_id=public_id)
    require(may_look_ahead(request.actor, user=user))
    grants = list(
        RoleGrant.objects.visible_to(request.actor)
        .unfinished()
        .filter(user=user)
        .select_related("through__team")
        .order_by("role")
    )
    places, more = _places(request, {grant.scope for grant in grants})
    found = situations_of([place["scope"] for place in places])
    for place in places:
        here = found[place["scope"]]
        place["roles"] = [role_label(grant.role) for grant in grants if grant.scope in ("", place["scope"])]
        place["broken"] = [
            {"told": item, "needs": needs_of(here, finding), "others": _others(request, here, finding.role, user)}
            for finding in broken_by(here.situation, user.public_id)
            for item in told(here, [finding], leaving=True)
        ]
    context = {
        "person": user,
        "places": sorted(places, key=lambda place: (not place["broken"], place["title"])),
        "more": more,
        "breaking": sum(len(place["broken"]) for place in places),
        "resting": obligations.resting_on(request.actor, user),
        "hand_over": _hand_over(user, grants),
    }
    return render(request, "people/leaving.html", context)


def _places(request: PersonRequest, scopes: set[str]) -> tuple[list[dict[str, Any]], bool]:
    """The use cases where the person's roles reach, among those that the actor sees; with a role everywhere, all of these."""
    kind: Any = objects.by_prefix("uc_")
    if kind is None or not scopes:
        return [], False
    rows = kind.model._default_manager.visible_to(request.actor).order_by("-pk")
    rows = list((rows if "" in scopes else rows.filter(public_id__in=scopes))[: MOST_USE_CASES + 1])
    places = [{"scope": row.public_id, "title": kind.title(row), "url": kind.url(row)} for row in rows[:MOST_USE_CASES]]
    return places, len(rows) > MOST_USE_CASES


def _others(request: PersonRequest, here: Here, role: str, user: User) -> list[User]:
    """Who could take over: whoever belongs to a team with somebody of this role, or holds another role here, and can sign in.

    The nearest first: those who are there already know the use case.
    """
    if not role:
        return []
    near = [
        grant.user
        for grant in here.grants
        if grant.scope and grant.role not in READ_ONLY and grant.user.is_active and grant.user != user
    ]
    held = (
        RoleGrant.objects.visible_to(request.actor)
        .live()
        .filter(role=role)
        .exclude(user=user)
        .select_related("user")
        .order_by("user__name")[:5]
    )
    elsewhere = [grant.user for grant in held]  # they do the same on other use cases
    makers = {person for item in here.asked if item.step.role == role and not item.step.makers_may for person in item.step.makers}
    return [person for person in dict.fromkeys([*elsewhere, *near]) if person.public_id not in makers][:5]


def _hand_over(user: User, grants: Sequence[RoleGrant]) -> dict[str, Any]:
    """What ends with the account, or has to be ended before it."""
    return {
        "grants": [
            (role_label(grant.role), bool(grant.scope), grant.through.team if grant.through else None) for grant in grants
        ],
        "teams": selectors.teams_of(user),
        "stands_in": [row.principal for row in selectors.delegations_in_force().filter(delegate=user)],
        "deputies": [row.delegate for row in selectors.delegations_in_force().filter(principal=user)],
        "tokens": selectors.live_tokens(user),
    }
