"""Who asks for a ruling, who recommends, who decides, who blocks, and who takes back.

Security recommends, the owner decides, and neither is who asked: `Denied` says each time who else can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied
from governance.dependencies.models import Ruling
from governance.dependencies.review_permissions import SECURITY, may_judge_reviews
from governance.people.models import Delegation, RoleGrant, User
from governance.people.roles import ADMINISTRATOR, PROJECT_LEAD, READ_ONLY
from governance.people.selectors import delegations_live, holders, holds, takes_part

OWNER = "business_owner"


def may_ask_ruling(actor: Actor, scope: str) -> Decision:
    """Who works on the use case; for the whole organisation, who works on anything. Asking gives nothing yet."""
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if scope:
        if takes_part(actor, scope=scope):
            return ALLOWED
        return Denied(_("You do not work on this use case, so you cannot ask for a ruling for it."))
    if _works_anywhere(actor):
        return ALLOWED
    return Denied(_("Only who works on a use case can ask for a ruling."))


def may_put_up_ruling(actor: Actor, ruling: Ruling) -> Decision:
    """Who may put it before people in a request for approval: who could ask for it, as long as nobody has said anything about it."""
    if not (allowed := actor.has_scope("requests:write")):
        return allowed
    if ruling.scope and not takes_part(actor, scope=ruling.scope):
        return Denied(_("You do not work on this use case, so you cannot ask for a ruling for it."))
    if not ruling.scope and (actor.bound_to or not _works_anywhere(actor)):
        return Denied(_("Only who works on a use case can ask for a ruling."))
    if ruling.effect == Ruling.Effect.BLOCK:
        return Denied(_("A block is in force at once. Nobody decides on it."), code="request.block")
    state = ruling.state()
    if state == "asked":
        return ALLOWED
    if state == "recommended":
        said = _("Security has said already what it recommends, on the page of the ruling. The owner decides there.")
        return Denied(said, code="request.recommended")
    if state == "expired":
        return Denied(_("The time it was asked for is over. Ask anew."), code="request.over")
    if state == "revoked":
        return Denied(_("This was decided or taken back already. Ask anew."), code="request.withdrawn")
    return Denied(_("This was decided or taken back already. Ask anew."), code="request.signed")


def may_recommend_ruling(actor: Actor, scope: str) -> Decision:
    """Security, as a person. For the organisation wherever the role was given: a recommendation alone lets nothing pass."""
    if not (allowed := _person(actor)):
        return allowed
    if _is_security(actor, scope):
        return ALLOWED
    return Denied(_("Only security recommends: somebody with the role of security reviewer."))


def may_decide_ruling(actor: Actor, ruling: Ruling, *, askers: Iterable[int] | None = None) -> Decision:
    """Of a use case its business owner, or its project lead where no business owner may; of the organisation a second person of
    security or an administrator.

    Never who asked or recommended. The role of security has to be held for the whole organisation here: a project lead gives it out
    on a use case, and two such reviewers could else decide for everybody. `askers` spares a query where they are at hand.
    """
    if not (allowed := _person(actor)):
        return allowed
    if ruling.effect == Ruling.Effect.BLOCK:
        return Denied(_("A block is in force at once. Nobody decides on it."))
    if actor.user.pk == ruling.recommended_by_id:
        return Denied(_("You recommended this, so somebody else has to decide."), code="ruling.four_eyes")
    asked = asked_by(ruling) if askers is None else frozenset(askers)
    if actor.user.pk in asked:
        return Denied(_("You asked for this, so somebody else has to decide."), code="ruling.four_eyes")
    if any(user.pk == actor.user.pk for user in deciders_of(ruling, askers=asked)):
        return ALLOWED
    if ruling.scope:
        return Denied(
            _("Only the business owner of the use case decides, or its project lead where there is no other business owner.")
        )
    return Denied(
        _("For the whole organisation a second security reviewer decides, with the role for all of it, or an administrator.")
    )


def may_block(actor: Actor, scope: str) -> Decision:
    """Security alone, at once: nobody has to agree that something is dangerous."""
    if not (allowed := _person(actor)):
        return allowed
    if _is_security(actor, scope):
        return ALLOWED
    return Denied(_("Only security blocks: somebody with the role of security reviewer. Tell them what you know."))


def may_revoke_ruling(actor: Actor, ruling: Ruling) -> Decision:
    """What lets something pass is taken back by security, by who could decide, and by who asked as long as nobody decided.

    A block is lifted by security or an administrator, and never by who made it: that lets something pass again.
    """
    if not (allowed := _person(actor)):
        return allowed
    if ruling.effect == Ruling.Effect.BLOCK:
        return _may_lift(actor, ruling)
    if _is_security(actor, ruling.scope) or holds(actor, ADMINISTRATOR):
        return ALLOWED
    if ruling.scope and holds(actor, OWNER, PROJECT_LEAD, scope=ruling.scope):
        return ALLOWED
    if ruling.decision is None and actor.user.pk == ruling.created_by_id and not ruling.requesters.exists():
        return ALLOWED
    return Denied(
        _("Only security, the owner and administrators take this back, and who asked alone for it, until it is decided.")
    )


def may_exempt_everything(actor: Actor) -> Decision:
    """Security, for the whole organisation: it recommends, and somebody else decides."""
    return may_recommend_ruling(actor, "")


def deciders_of(ruling: Ruling, *, askers: Iterable[int] | None = None) -> list[User]:
    """The people who may decide on it now, by name, those who stand in for one of them included. Two queries, and one for the askers."""
    barred = {ruling.recommended_by_id, *(asked_by(ruling) if askers is None else askers)}
    held, lent = holders(scope=ruling.scope), delegations_live(ruling.scope)
    if not ruling.scope:
        return _free(held, lent, (SECURITY, ADMINISTRATOR), barred)
    return _free(held, lent, (OWNER,), barred) or _free(held, lent, (PROJECT_LEAD,), barred)


def asked_by(ruling: Ruling) -> frozenset[int]:
    """Who asked for it, and who joined. One query."""
    joined = ruling.requesters.values_list("user", flat=True)
    return frozenset({*joined, *([ruling.created_by_id] if ruling.created_by_id else [])})


def _may_lift(actor: Actor, ruling: Ruling) -> Decision:
    if actor.user.pk in (ruling.decided_by_id, ruling.created_by_id):
        return Denied(_("You made this block, so somebody else has to lift it."), code="ruling.four_eyes")
    if holds(actor, SECURITY, scope=ruling.scope) or holds(actor, ADMINISTRATOR):
        return ALLOWED
    return Denied(
        _("Only a second security reviewer lifts a block, or an administrator. For the whole organisation the role has to be so.")
    )


def _person(actor: Actor) -> Decision:
    if not (allowed := actor.has_scope("governance:write")):
        return allowed
    if not actor.is_person:
        return Denied(_("Only a person judges. A program can ask."), code="token.person")
    return ALLOWED


def _is_security(actor: Actor, scope: str) -> bool:
    """On the use case; for the organisation anywhere. Who stands in for such a person is one too."""
    if not scope:
        return bool(may_judge_reviews(actor))
    if holds(actor, SECURITY, scope=scope):
        return True
    lent = delegations_live(scope).get(actor.user.public_id, [])
    principals = [row.principal_id for row in lent if row.role in ("", SECURITY)]
    return bool(principals) and RoleGrant.objects.live().covering(scope).filter(role=SECURITY, user__in=principals).exists()


def _works_anywhere(actor: Actor) -> bool:
    """Whether the actor's person works on anything that the credential reaches, rather than only reading it."""
    if actor.kind == "system":
        return True
    if actor.user is None:
        return False
    grants = RoleGrant.objects.live().filter(user=actor.user).exclude(role__in=READ_ONLY)
    return bool((grants.covering(actor.bound_to) if actor.bound_to else grants).exists())


def _free(
    held: Mapping[str, Mapping[str, RoleGrant]],
    lent: Mapping[str, Sequence[Delegation]],
    roles: Sequence[str],
    barred: Set[int | None],
) -> list[User]:
    """Who holds one of the roles, or stands in for somebody who does. Nobody who is barred, and nobody in the place of such a one."""
    users = {grant.user for role in roles for grant in held.get(role, {}).values() if grant.user_id not in barred}
    there = {role: {grant.user_id for grant in held.get(role, {}).values()} - barred for role in roles}
    for rows in lent.values():
        for row in rows:
            if (
                any(row.role in ("", role) and row.principal_id in there[role] for role in roles)
                and row.delegate_id not in barred
            ):
                users.add(row.delegate)
    return sorted(users, key=lambda user: (str(user), user.pk))
