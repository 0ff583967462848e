"""The same for many rulings at once. Each is a command of its own, with its own permission and its own event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.errors import CountersignError, FieldError, Invalid, Missing
from governance.dependencies.models import Ruling
from governance.dependencies.services.rulings import decide_ruling, extend_ruling, recommend_ruling, revoke_ruling

ACTIONS = ("recommend", "decide", "revoke", "extend")
MOST = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: the ruling as it is now, for `extend` the new one, or why nothing happened. `id` is what was named."""

    id: str
    asked: Ruling | None = None
    ruling: Ruling | None = None
    refusal: CountersignError | None = None


def act_on_many(
    *,
    actor: Actor,
    action: str,
    ids: Sequence[str],
    yes: bool | None = None,
    because: str = "",
    expires_at: datetime | None = None,
) -> list[Outcome]:
    """Recommend, decide, revoke or extend each of these rulings by itself, in their order.

    One that is refused keeps none of the others back, and says why. `yes` belongs to recommend and decide, `expires_at` to extend.
    Raises Invalid for an action that there is not, for too many or none, and where something that the action needs is left out.
    """
    wanted = list(dict.fromkeys(ids))
    act = _act(actor, action, yes, because, expires_at)
    if not 1 <= len(wanted) <= MOST:
        said = _("Between 1 and %(most)s at once.") % {"most": MOST}
        raise Invalid(said, code="bulk.number", errors=[FieldError("ids", "number", said)])
    rows = Ruling.objects.visible_to(actor).filter(public_id__in=[one for one in wanted if "\x00" not in one])
    found = {row.public_id: row for row in rows}
    return [_one(found.get(one), one, act) for one in wanted]


def _act(actor: Actor, action: str, yes: bool | None, because: str, expires_at: datetime | None) -> Callable[[Ruling], Ruling]:
    if action in ("recommend", "decide") and yes is None:
        raise _missing("yes", _("Say yes or no."))
    if action == "recommend":
        return lambda row: recommend_ruling(actor=actor, ruling=row, recommend=bool(yes), because=because)
    if action == "decide":
        return lambda row: decide_ruling(actor=actor, ruling=row, allow=bool(yes), because=because)
    if action == "revoke":
        return lambda row: revoke_ruling(actor=actor, ruling=row, because=because)
    if action == "extend":
        if expires_at is None:
            raise _missing("expires_at", _("Say until when."))
        until = expires_at
        return lambda row: extend_ruling(actor=actor, ruling=row, expires_at=until, reason=because)
    raise _missing("action", _("There is no such action: recommend, decide, revoke or extend."))


def _missing(field: str, said: object) -> Invalid:
    return Invalid(said, errors=[FieldError(field, "required", said)])


def _one(row: Ruling | None, named: str, act: Callable[[Ruling], Ruling]) -> Outcome:
    try:
        if row is None:
            raise Missing(_("There is no such ruling, or you may not see it."))
        return Outcome(named, row, act(row))
    except CountersignError as refusal:
        return Outcome(named, row, refusal=refusal)
