"""What people are told about rulings: whose move it is, what was decided, and what runs out soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from governance.dependencies.models import Ruling, RulingRequester
from governance.dependencies.review_permissions import security
from governance.dependencies.ruling_permissions import OWNER, SECURITY, asked_by, deciders_of
from governance.dependencies.rulings import WARN_BEFORE
from governance.people import notices
from governance.people.models import RoleGrant, User
from governance.people.roles import ADMINISTRATOR, PROJECT_LEAD
from governance.people.services import tell

AT_ONCE = 500  # rulings that are warned of in one transaction
NAMED = 5  # packages that are named in one notice


def _effects(data: dict[str, str]) -> dict[str, Any]:
    """The effect and the word in the reader's language."""
    labels = {str(value): str(label) for value, label in Ruling.Effect.choices}
    said = {"yes": _now("yes"), "no": _now("no")}
    return {**data, "effect": labels.get(data.get("effect", ""), ""), "word": said.get(data.get("word", ""), "")}


TO_RECOMMEND = notices.kind(
    "dependencies.ruling.to_recommend",
    _("A ruling is asked for"),
    _("%(who)s asks for a ruling on %(package)s (%(effect)s). Say what security recommends."),
    words=_effects,
)
TO_DECIDE = notices.kind(
    "dependencies.ruling.to_decide",
    _("A ruling waits for your decision"),
    _("Security has given its recommendation on %(package)s (%(effect)s): %(word)s. You decide."),
    words=_effects,
)
DECIDED = notices.kind(
    "dependencies.ruling.decided",
    _("A ruling was decided"),
    _("%(who)s decided on %(package)s (%(effect)s): %(word)s."),
    words=_effects,
)
REVOKED = notices.kind(
    "dependencies.ruling.revoked",
    _("A ruling was revoked"),
    _("%(who)s revoked the ruling on %(package)s (%(effect)s)."),
    words=_effects,
)
BATCH = notices.kind(
    "dependencies.ruling.batch",
    _("Exemptions wait for your decision"),
    _(
        "%(who)s recommends exemptions for everything in use that nobody reviewed (%(number)s). You decide on all of them in one act."
    ),
)
ENDING = notices.kind(
    "dependencies.ruling.ending",
    _("Rulings run out soon"),
    _("Within %(days)s days these rulings run out: %(packages)s. From then on they count as absent."),
)


def asked(actor: Actor, row: Ruling) -> None:
    """Security is asked to recommend; who asked knows that."""
    _tell([user for user in security(row.scope) if user != actor.user], TO_RECOMMEND, actor, row)


def recommended(actor: Actor, row: Ruling) -> None:
    _tell(deciders_of(row), TO_DECIDE, actor, row, word=row.recommendation or "")


def batch_recommended(actor: Actor, first: Ruling, number: int) -> None:
    """One notice for everything that was recommended in one go."""
    url = f"/dependencies/rulings/start/?batch={first.batch}"
    key = f"{BATCH.code}:{first.batch}"
    tell(deciders_of(first), BATCH, key=key, url=url, data={"who": actor.label, "number": str(number)})


def decided(actor: Actor, row: Ruling) -> None:
    _tell(_those_who_asked(row, actor), DECIDED, actor, row, word=row.decision or "")


def revoked(actor: Actor, row: Ruling) -> None:
    _tell(_those_who_asked(row, actor), REVOKED, actor, row)


def warn_of_ends() -> int:
    """Tell of what runs out within WARN_BEFORE: who asked, the owners, and security. How many rulings that were.

    What was told of is marked in the transaction that tells it, so that a worker that is killed leaves it to the next one, and nobody
    is told twice. A person gets one notice for all rulings of one go.
    """
    said = 0
    while found := _warn_some():
        said += found
    return said


def _warn_some() -> int:
    now = clock.now()
    with transaction.atomic():
        due = Ruling.objects.live(now).filter(warned_at=None, expires_at__lte=now + WARN_BEFORE)
        rows = list(due.select_for_update(of=("self",)).order_by("expires_at", "pk")[:AT_ONCE])
        Ruling.objects.filter(pk__in=[row.pk for row in rows]).update(warned_at=now)
        for user, theirs in _whose(rows).items():
            _warn(user, theirs)
    return len(rows)


def _warn(user: User, rows: Sequence[Ruling]) -> None:
    names = list(dict.fromkeys(row.name for row in rows))
    packages = ", ".join(names[:NAMED]) + (f" +{len(names) - NAMED}" if len(names) > NAMED else "")
    which = digest(sorted(row.public_id for row in rows))[7:39]
    url = f"/dependencies/rulings/{rows[0].public_id}/" if len(rows) == 1 else "/dependencies/rulings/?state=ending"
    scope = rows[0].scope if len({row.scope for row in rows}) == 1 else ""
    data = {"packages": packages, "days": str(WARN_BEFORE.days)}
    subject = rows[0].public_id if len(rows) == 1 else ""
    tell(user, ENDING, key=f"{ENDING.code}:{which}", url=url, data=data, subject_id=subject, scope=scope)


def _whose(rows: Sequence[Ruling]) -> dict[User, list[Ruling]]:
    """To whom each matters and who may see it: who asked, the owners of its scope, and security there. Three queries."""
    grants = RoleGrant.objects.live().filter(role__in=(SECURITY, OWNER, PROJECT_LEAD, ADMINISTRATOR), user__is_active=True)
    by_scope: dict[str, list[RoleGrant]] = defaultdict(list)
    scopes = {"", *(row.scope for row in rows)}
    for grant in grants.filter(scope__in=scopes).select_related("user").order_by("pk"):
        by_scope[grant.scope].append(grant)
    asked_for: dict[int, set[int]] = {row.pk: {row.created_by_id} if row.created_by_id else set() for row in rows}
    joined = RulingRequester.objects.filter(ruling__in=[row.pk for row in rows])
    for ruling, user in joined.values_list("ruling", "user"):
        asked_for[ruling].add(user)
    people = User.objects.active().in_bulk({pk for users in asked_for.values() for pk in users})
    seeing = _who_see({scope for scope in scopes if scope})
    found: dict[User, list[Ruling]] = defaultdict(list)
    for row in rows:
        roles = (SECURITY, OWNER, PROJECT_LEAD) if row.scope else (SECURITY, ADMINISTRATOR)
        theirs = {grant.user for grant in by_scope[row.scope] if grant.role in roles}
        theirs |= {people[pk] for pk in asked_for[row.pk] if pk in people and (not row.scope or pk in seeing[row.scope])}
        for user in sorted(theirs, key=lambda user: user.pk):
            found[user].append(row)
    return found


def _who_see(scopes: Iterable[str]) -> dict[str, set[int]]:
    """Who holds a role on each of these use cases: who asked may have left since."""
    found: dict[str, set[int]] = defaultdict(set)
    wanted = set(scopes)
    if wanted:
        grants = RoleGrant.objects.live().filter(scope__in={"", *wanted}).values_list("scope", "user")
        for scope, user in grants:
            for one in wanted if not scope else (scope,):
                found[one].add(user)
    return found


def _those_who_asked(row: Ruling, actor: Actor) -> list[User]:
    """Who asked and can still see it, but for the actor."""
    users = User.objects.active().filter(pk__in=asked_by(row))
    if row.scope:
        held = RoleGrant.objects.live().covering(row.scope)
        users = users.filter(pk__in=held.values("user"))
    return [user for user in users if user != actor.user]


def _tell(users: Iterable[User], kind: notices.Kind, actor: Actor, row: Ruling, *, word: str = "") -> None:
    tell(
        users,
        kind,
        key=f"{kind.code}:{row.public_id}",
        url=f"/dependencies/rulings/{row.public_id}/",
        data={"who": actor.label, "package": str(row.name), "effect": row.effect, "word": word},
        subject_id=row.public_id,
        scope=row.scope,
    )


__all__ = ["WARN_BEFORE", "asked", "decided", "recommended", "revoked", "warn_of_ends"]
