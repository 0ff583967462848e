"""What people are told about provisions: what was decided, what was ended, and what runs out soon."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from governance.economics.models import ProvisionRequest
from governance.people import notices
from governance.people.models import RoleGrant, User
from governance.people.services import tell

WARN_BEFORE = timedelta(days=14)
AT_ONCE = 500  # provisions that are warned of in one transaction


def _words(data: dict[str, str]) -> dict[str, str]:
    """The word of the decision in the reader's language."""
    said = {"approved": _now("approved"), "refused": _now("refused")}
    return {**data, "word": said.get(data.get("word", ""), "")}


DECIDED = notices.kind(
    "economics.provision.decided", _("A provision was decided"), _("%(title)s (%(total)s %(currency)s): %(word)s."), words=_words
)
ENDED = notices.kind("economics.provision.ended", _("A provision was ended"), _("%(who)s ended %(title)s."))
ENDING = notices.kind(
    "economics.provision.ending",
    _("A provision runs out soon"),
    _("%(title)s is provided until %(until)s. Renew it if it is still needed; from the day after nothing is committed for it."),
)


def decided(actor: Actor, row: ProvisionRequest) -> None:
    _tell(_asker(row), DECIDED, actor, row, word=row.decision or "")


def ended(actor: Actor, row: ProvisionRequest) -> None:
    told = {*_asker(row), row.budget.holder} if row.decision == "approved" else set(_asker(row))
    _tell([user for user in told if user != actor.user and _sees(user, row)], ENDED, actor, row)


def warn_of_ends() -> int:
    """Tell of what runs out within WARN_BEFORE: who asked, and who holds the budget. How many provisions that were.

    What was told of is marked in the transaction that tells it, so that a worker that is killed leaves it to the next one, and nobody
    is told twice.
    """
    said = 0
    while found := _warn_some():
        said += found
    return said


def _warn_some() -> int:
    now = clock.now()
    today = now.date()
    with transaction.atomic():
        due = ProvisionRequest.objects.filter(
            decision="approved", ended_at=None, warned_at=None, until_date__gte=today, until_date__lte=today + WARN_BEFORE
        )
        rows = due.select_for_update(of=("self",)).select_related("use_case", "created_by", "budget__holder")
        found = list(rows.order_by("until_date", "pk")[:AT_ONCE])
        ProvisionRequest.objects.filter(pk__in=[row.pk for row in found]).update(warned_at=now)
        for row in found:
            people = {*_asker(row), row.budget.holder}
            told = sorted((user for user in people if _sees(user, row)), key=lambda user: user.pk)
            tell(
                told,
                ENDING,
                key=f"{ENDING.code}:{row.public_id}",
                url=f"/provisions/{row.public_id}/",
                data={"title": row.title, "until": row.until_date.isoformat()},
                subject_id=row.public_id,
                scope=row.use_case.public_id,
            )
    return len(found)


def _asker(row: ProvisionRequest) -> list[User]:
    """Who asked for it, if they still work where they can see it."""
    return [row.created_by] if row.created_by is not None and _sees(row.created_by, row) else []


def _sees(user: User, row: ProvisionRequest) -> bool:
    return RoleGrant.objects.live().covering(row.use_case.public_id).filter(user=user).exists()


def _tell(users: list[User], kind: notices.Kind, actor: Actor, row: ProvisionRequest, *, word: str = "") -> None:
    tell(
        users,
        kind,
        key=f"{kind.code}:{row.public_id}",
        url=f"/provisions/{row.public_id}/",
        data={"who": actor.label, "title": row.title, "total": str(row.total), "currency": row.currency, "word": word},
        subject_id=row.public_id,
        scope=row.use_case.public_id,
    )


__all__ = ["WARN_BEFORE", "decided", "ended", "warn_of_ends"]
