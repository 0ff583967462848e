"""Rulings: asked for, recommended by security, decided by the owner, blocked, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies import rulings
from governance.dependencies.advisories.osv import comparable_name
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Advisory, Package, Ruling, RulingRequester
from governance.dependencies.ruling_asks import IN_REQUEST, in_a_request
from governance.dependencies.ruling_permissions import (
    asked_by,
    may_ask_ruling,
    may_block,
    may_decide_ruling,
    may_recommend_ruling,
    may_revoke_ruling,
)
from governance.dependencies.services import ruling_news as news
from governance.dependencies.services.ruling_checks import check_ask, check_block, words
from governance.people.models import User
from governance.usecases.models import UseCase

ASKED = audit.kind("dependencies.ruling.asked", _("Ruling asked for"))
JOINED = audit.kind("dependencies.ruling.joined", _("Ruling asked for by somebody else too"))
RECOMMENDED = audit.kind("dependencies.ruling.recommended", _("Ruling recommended or advised against"))
DECIDED = audit.kind("dependencies.ruling.decided", _("Ruling decided"))
BLOCKED = audit.kind("dependencies.ruling.blocked", _("Package blocked"))
REVOKED = audit.kind("dependencies.ruling.revoked", _("Ruling revoked"))


@dataclass(frozen=True, slots=True)
class Said:
    """Whose word it was, why, and when."""

    by: User | None
    because: str
    at: datetime


def ask_ruling(
    *,
    actor: Actor,
    effect: str,
    name: str,
    ecosystem: str = PYPI,
    specifier: str = "",
    advisory: str = "",
    criteria: Sequence[str] = (),
    use_case: UseCase | None = None,
    reason: str,
    justification: str = "",
    expires_at: datetime,
    until_fix: bool = False,
    supersedes: Ruling | None = None,
) -> Ruling:
    """Ask that some versions of a package count as reviewed (`exempt`), or that a flaw in them is borne (`accept`), for a time.

    Nothing is allowed by that: security recommends, and the owner decides: of `use_case`, or without one of the whole organisation.
    The same, while nobody decided on it, is that ask: the actor joins it, and does not decide on it either. One that `supersedes`
    another ends that when it comes into force. Raises NotAllowed; Invalid naming each field; Conflict for what cannot be superseded.
    """
    scope = use_case.public_id if use_case is not None else ""
    require(may_ask_ruling(actor, scope))
    now = clock.now()
    row = Ruling(
        effect=effect,
        ecosystem=ecosystem.strip().lower(),
        name=comparable_name(ecosystem.strip().lower(), name.strip()),
        specifier=specifier.strip(),
        advisory=advisory.strip(),
        criteria=sorted(set(criteria)),
        scope=scope,
        reason=reason.strip(),
        justification=justification,
        expires_at=expires_at,
        until_fix=until_fix,
        supersedes=supersedes,
        created_by=actor.user,
        created_at=now,
    )
    check_ask(row, now)
    validate(row)
    with transaction.atomic():
        _one_at_a_time(row, use_case)
        row.aliases = aliases_of(row.advisory)
        known = _same_open_ask(row, now)
        if known is not None:
            return _join(actor, known, row.reason)
        row.save(force_insert=True)
        audit.record(actor, ASKED, row, _facts(row), personal={"reason": row.reason})
        outbox.publish(actor, "dependencies.ruling.asked", row, _facts(row))
        news.asked(actor, row)
    return row


def recommend_ruling(*, actor: Actor, ruling: Ruling, recommend: bool, because: str) -> Ruling:
    """Say for security whether it should be so, and why. That decides nothing, and is said once.

    Raises NotAllowed; Invalid without a reason; Conflict when something was recommended already, or when the ask is over.
    """
    require(may_recommend_ruling(actor, ruling.scope))
    because = words("because", because)
    with transaction.atomic():
        row = locked_ruling(ruling)
        refuse_over(row)
        _refuse_in_request(row)
        if row.recommended_at is not None:
            raise Conflict(_("Security has recommended already. Ask anew if that has changed."), code="ruling.recommended")
        write_recommendation(actor, row, recommend, Said(actor.user, because, clock.now()))
        news.recommended(actor, row)
    return row


def write_recommendation(actor: Actor, row: Ruling, recommend: bool, said: Said, data: Mapping[str, Any] | None = None) -> None:
    """Write down what security recommends, who of it, and why: of a locked row, once that is known to be allowed."""
    row.recommendation = Ruling.Word.YES if recommend else Ruling.Word.NO
    row.recommended_by, row.recommended_at, row.recommended_because = said.by, said.at, said.because
    row.save(update_fields=["recommendation", "recommended_by", "recommended_at", "recommended_because"])
    told = {"recommendation": row.recommendation, **(data or {})}
    audit.record(actor, RECOMMENDED, row, told, personal={"because": said.because} if said.because else None)
    outbox.publish(actor, "dependencies.ruling.recommended", row, {"recommendation": row.recommendation})


def decide_ruling(*, actor: Actor, ruling: Ruling, allow: bool, because: str = "") -> Ruling:
    """Decide as its owner. Allowed, it is in force from now until it runs out; refused, it is over.

    Nothing is allowed before security has recommended; the owner may decide otherwise than that, and says why then. Raises NotAllowed
    for who asked, who recommended and who is not the owner; Invalid without a reason where one is wanted; Conflict when it is over.
    """
    require(may_decide_ruling(actor, ruling))
    with transaction.atomic():
        row = locked_ruling(ruling)
        require(may_decide_ruling(actor, row))  # somebody may have recommended or joined since
        refuse_over(row)
        _refuse_in_request(row)
        if allow and row.recommended_at is None:
            raise Conflict(_("Security has not recommended anything yet. Wait for that."), code="ruling.not_recommended")
        if not allow or row.recommendation == Ruling.Word.NO:
            because = words("because", because)
        write_decision(actor, row, allow, Said(actor.user, because.strip(), clock.now()))
    return row


def write_decision(actor: Actor, row: Ruling, allow: bool, said: Said, data: Mapping[str, Any] | None = None) -> None:
    """Put a locked row in force, or refuse it, once that is known to be allowed, and tell who asked for it."""
    row.decision = Ruling.Word.YES if allow else Ruling.Word.NO
    row.decided_by, row.decided_at, row.decided_because = said.by, said.at, said.because
    row.save(update_fields=["decision", "decided_by", "decided_at", "decided_because"])
    states = _end_superseded(actor, row) if allow else {}
    told = {"decision": row.decision, **_facts(row)}
    words_said = {"because": said.because} if said.because else None
    audit.record(actor, DECIDED, row, {**told, **(data or {})}, personal=words_said, states=states)
    outbox.publish(actor, "dependencies.ruling.decided", row, told)
    news.decided(actor, row)


def block(
    *,
    actor: Actor,
    name: str,
    ecosystem: str = PYPI,
    specifier: str = "",
    use_case: UseCase | None = None,
    reason: str,
    expires_at: datetime | None = None,
) -> Ruling:
    """Nobody may use these versions from now on, whatever else is said: security alone decides that. It needs no end.

    The same again, while it is in force, is that block. Raises NotAllowed; Invalid naming each field.
    """
    scope = use_case.public_id if use_case is not None else ""
    require(may_block(actor, scope))
    now = clock.now()
    row = Ruling(
        effect=Ruling.Effect.BLOCK,
        ecosystem=ecosystem.strip().lower(),
        name=comparable_name(ecosystem.strip().lower(), name.strip()),
        specifier=specifier.strip(),
        scope=scope,
        reason=reason.strip(),
        expires_at=expires_at,
        created_by=actor.user,
        created_at=now,
        recommendation=Ruling.Word.YES,
        recommended_by=actor.user,
        recommended_at=now,
        decision=Ruling.Word.YES,
        decided_by=actor.user,
        decided_at=now,
    )
    check_block(row, now)
    validate(row)
    with transaction.atomic():
        _one_at_a_time(row, use_case)
        same = Ruling.objects.live(now).filter(effect=Ruling.Effect.BLOCK, scope=scope, specifier=row.specifier)
        known = same.filter(ecosystem=row.ecosystem, name=row.name, expires_at=expires_at).first()
        if known is not None:
            return known  # type: ignore[no-any-return] # untyped rows
        row.save(force_insert=True)
        audit.record(actor, BLOCKED, row, _facts(row), personal={"reason": row.reason})
        outbox.publish(actor, "dependencies.ruling.blocked", row, _facts(row))
    return row


def revoke_ruling(*, actor: Actor, ruling: Ruling, because: str) -> Ruling:
    """Take an ask back, end what is in force, or lift a block, from this moment on.

    Raises NotAllowed; Invalid without a reason; Conflict when it is over already.
    """
    require(may_revoke_ruling(actor, ruling))
    because = words("because", because)[:500]
    with transaction.atomic():
        row = locked_ruling(ruling)
        require(may_revoke_ruling(actor, row))
        if row.state() not in ("asked", "recommended", "in_force"):
            raise Conflict(_("This is over already: nothing is left to revoke."), code="ruling.over")
        write_revocation(actor, row, because)
    return row


def write_revocation(actor: Actor, row: Ruling, because: str, data: Mapping[str, Any] | None = None) -> None:
    """End a locked row from this moment on, once that is known to be allowed, and tell who asked for it."""
    row.revoked_by, row.revoked_at, row.revoked_because = actor.user, clock.now(), because
    row.save(update_fields=["revoked_by", "revoked_at", "revoked_because"])
    audit.record(actor, REVOKED, row, {**_facts(row), **(data or {})}, personal={"because": because} if because else None)
    outbox.publish(actor, "dependencies.ruling.revoked", row, _facts(row))
    news.revoked(actor, row)


def extend_ruling(*, actor: Actor, ruling: Ruling, expires_at: datetime, reason: str) -> Ruling:
    """Ask for the same until later: a new ruling, which ends this one when it comes into force. Raises as `ask_ruling`."""
    if ruling.effect == Ruling.Effect.BLOCK:
        raise Conflict(_("A block is not extended. Block it again."), code="ruling.block")
    return ask_ruling(
        actor=actor,
        effect=ruling.effect,
        name=ruling.name,
        ecosystem=ruling.ecosystem,
        specifier=ruling.specifier,
        advisory=ruling.advisory,
        criteria=ruling.criteria,
        use_case=UseCase.objects.get(public_id=ruling.scope) if ruling.scope else None,
        reason=reason,
        justification=ruling.justification,
        expires_at=expires_at,
        until_fix=ruling.until_fix,
        supersedes=ruling,
    )


def aliases_of(advisory: str) -> list[str]:
    """All names of the flaw that goes by `advisory`, as the data at hand has them. One query."""
    if not advisory:
        return []
    found = {advisory}
    groups = Advisory.objects.filter(identifier=advisory, until=None).values("group")
    for row in Advisory.objects.filter(until=None, group__in=groups) | Advisory.objects.filter(until=None, group=advisory):
        found |= {row.identifier, row.group, *row.aliases}
    return sorted(found)


# ---------------------------------------------------------------------------------------------------------------------


def _facts(row: Ruling) -> dict[str, Any]:
    package = {"effect": row.effect, "ecosystem": row.ecosystem, "name": row.name, "specifier": row.specifier}
    return {**package, **({"advisory": row.advisory} if row.advisory else {})}


def _one_at_a_time(row: Ruling, use_case: UseCase | None) -> None:
    """Two who ask for the same at once: the second one finds the first."""
    if use_case is not None:
        UseCase.objects.select_for_update(of=("self",)).get(pk=use_case.pk)
    Package.objects.select_for_update().filter(ecosystem=row.ecosystem, name=row.name).first()


def _same_open_ask(row: Ruling, now: datetime) -> Ruling | None:
    asked = Ruling.objects.select_for_update(of=("self",)).filter(
        effect=row.effect, ecosystem=row.ecosystem, name=row.name, specifier=row.specifier, scope=row.scope,
        until_fix=row.until_fix, supersedes=row.supersedes, decision=None, revoked_at=None, expires_at__gt=now,
    )  # fmt: skip
    names = rulings.names_of(row)
    for known in asked.order_by("pk"):
        if known.criteria == row.criteria and (not names or names & rulings.names_of(known)):
            return known  # type: ignore[no-any-return] # untyped rows
    return None


def _join(actor: Actor, row: Ruling, why: str) -> Ruling:
    """Write down that the actor needs it too. They do not decide on it then either."""
    if actor.user is None or actor.user.pk in asked_by(row):
        return row
    RulingRequester(ruling=row, user=actor.user, why=why[:500], asked_at=clock.now()).save(force_insert=True)
    audit.record(actor, JOINED, row, _facts(row), personal={"reason": why})
    outbox.publish(actor, "dependencies.ruling.joined", row, _facts(row))
    return row


def _end_superseded(actor: Actor, row: Ruling) -> dict[str, dict[str, str]]:
    """End what this one takes the place of, in the same instant: its state goes into the same event."""
    if row.supersedes is None:
        return {}
    old = locked_ruling(row.supersedes)
    if old.state(row.decided_at) != "in_force":
        return {}
    old.revoked_by, old.revoked_at, old.revoked_because = actor.user, row.decided_at, f"→ {row.public_id}"
    old.save(update_fields=["revoked_by", "revoked_at", "revoked_because"])
    return {"ruling": states_of([old])}


def states_of(rows: Iterable[Ruling]) -> dict[str, str]:
    """The digest of each row's state, by its public id."""
    return {row.public_id: digest(row.audit_state()) for row in rows}


def refuse_over(row: Ruling) -> None:
    """Raise Conflict for an ask on which nobody can decide any more."""
    state = row.state()
    if state == "expired":
        raise Conflict(_("The time it was asked for is over. Ask anew."), code="ruling.over")
    if state not in ("asked", "recommended"):
        raise Conflict(_("This was decided or taken back already. Ask anew."), code="ruling.over")


def _refuse_in_request(row: Ruling) -> None:
    if in_a_request(row):
        raise Conflict(IN_REQUEST, code="ruling.in_request")


def locked_ruling(ruling: Ruling) -> Ruling:
    """The row, with the people and the ruling that it speaks of. One at a time decides on it."""
    rows = Ruling.objects.select_for_update(of=("self",))
    return rows.select_related("created_by", "recommended_by", "decided_by", "supersedes").get(pk=ruling.pk)  # type: ignore[no-any-return]


__all__ = [
    "ASKED", "BLOCKED", "DECIDED", "JOINED", "RECOMMENDED", "REVOKED", "Said", "aliases_of", "ask_ruling", "block",
    "decide_ruling", "extend_ruling", "locked_ruling", "recommend_ruling", "refuse_over", "revoke_ruling", "states_of",
    "write_decision", "write_recommendation", "write_revocation",
]  # fmt: skip
