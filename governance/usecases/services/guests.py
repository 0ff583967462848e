"""To whom an increment was shown: people with an account, by name or by role, and others by name. And the word that goes to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.errors import FieldError, Invalid
from governance.people import notices
from governance.people.models import RoleGrant, User
from governance.people.roles import ROLES, role_label
from governance.people.services import tell
from governance.usecases.models import Increment, Showing, UseCase

MOST_PEOPLE = 200
LONGEST_NAME = 120

YOU_WERE_SHOWN = notices.kind(
    "usecases.increment_shown",
    _("You were shown something"),
    _("You were shown “%(title)s” of %(use_case)s. Say what you think."),
)
LOOK = notices.kind(
    "usecases.increment_to_see",
    _("Something to look at"),
    _("“%(title)s” of %(use_case)s is there to look at. Say what you think, while it can still be changed."),
)


@dataclass(slots=True)
class Guests:
    """People with the part they have in it, and the role they are asked in if any; and names of those without an account."""

    people: dict[User, tuple[str, str]] = field(default_factory=dict)  # → part, role
    names: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.people or self.names)

    def rows(self, increment: Increment, at: datetime) -> list[Showing]:
        known = [
            Showing(increment=increment, part=part, user=user, role=role, created_at=at)
            for user, (part, role) in self.people.items()
        ]
        return known + [Showing(increment=increment, part=Showing.Part.ATTENDED, name=name, created_at=at) for name in self.names]

    def without(self, showings: Iterable[Showing]) -> Guests:
        """Those who are new. Somebody who was invited and then came is new to having been there."""
        there = {(row.user_id, row.name): row.part for row in showings if row.part != Showing.Part.INVITED}
        asked = {row.user_id for row in showings if row.part == Showing.Part.INVITED}
        people = {
            user: (part, role)
            for user, (part, role) in self.people.items()
            if (user.pk, "") not in there and not (part == Showing.Part.INVITED and user.pk in asked)
        }
        return Guests(people, [name for name in self.names if (None, name) not in there])

    def facts(self) -> dict[str, Any]:
        """For the log: accounts by id; names of others are only counted."""
        parts: dict[str, list[str]] = {}
        for user, (part, _role) in self.people.items():
            parts.setdefault(str(part), []).append(user.public_id)
        return {"people": {part: sorted(ids) for part, ids in parts.items()}, "outsiders": len(self.names)}


def guests_of(
    use_case: UseCase,
    *,
    attended: Iterable[User] = (),
    invited: Iterable[User] = (),
    roles: Sequence[str] = (),
    watching: Sequence[str] = (),
    outsiders: Iterable[str] = (),
) -> Guests:
    """Everybody once, and who was there as having been there. `roles` want somebody who holds them here, `watching` need not.

    Raises Invalid for a role that nobody holds here, for somebody who is invited and could not look, for a name that is none.
    """
    there, asked = list(attended), list(invited)
    by_role = _holders(use_case, [*roles, *watching])
    for role in roles:
        if role not in ROLES:
            raise _wrong("roles", "unknown", _("There is no role %(role)s.") % {"role": role})
        if not by_role.get(role):
            raise _wrong("roles", "nobody", _("Nobody holds the role %(role)s here.") % {"role": role_label(role)})
    _can_look(use_case, asked)
    found: dict[User, tuple[str, str]] = {user: (Showing.Part.ATTENDED, "") for user in there}
    for user in asked:
        found.setdefault(user, (Showing.Part.INVITED, ""))
    for role, users in by_role.items():
        for user in users:
            part, known = found.get(user, (Showing.Part.INVITED, ""))
            found[user] = (part, known or role)
    names = list(dict.fromkeys(filter(None, map(_plain, outsiders))))
    if any(len(name) > LONGEST_NAME for name in names):
        raise _wrong("outsiders", "max_length", _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME})
    if len(found) + len(names) > MOST_PEOPLE:
        raise _wrong("attended", "too_many", _("At most %(most)s people.") % {"most": MOST_PEOPLE})
    return Guests(found, names)


def tell_guests(actor: Actor, increment: Increment, guests: Guests) -> None:
    """Ask those who were there, and those who are to look, what they think. Nobody is told of what they did themselves."""
    url = f"/use-cases/{increment.use_case.slug}/increments/{increment.number}/"
    data = {"title": increment.title, "use_case": increment.use_case.title}
    seen = {user.pk for user in _reached(increment.use_case, guests.people)}
    for part, kind in ((Showing.Part.ATTENDED, YOU_WERE_SHOWN), (Showing.Part.INVITED, LOOK)):
        people = [
            user for user, (which, _role) in guests.people.items() if which == part and user.pk in seen and user != actor.user
        ]
        tell(
            people,
            kind,
            key=f"{kind.code}:{increment.public_id}",
            url=url,
            data=data,
            subject_id=increment.public_id,
            scope=increment.use_case.public_id,
        )


def _holders(use_case: UseCase, roles: Sequence[str]) -> dict[str, list[User]]:
    """Who holds each of the roles on this use case; where nobody does, who holds it in the whole organisation. One query."""
    if not roles:
        return {}
    grants = RoleGrant.objects.live().covering(use_case.public_id).filter(role__in=roles, user__is_active=True)
    here: dict[str, list[User]] = {}
    everywhere: dict[str, list[User]] = {}
    for grant in grants.select_related("user").order_by("pk"):
        (here if grant.scope else everywhere).setdefault(grant.role, []).append(grant.user)
    return {role: here.get(role) or everywhere.get(role, []) for role in roles}


def _reached(use_case: UseCase, users: Iterable[User]) -> list[User]:
    """Those among them who see the use case by a role of their own."""
    wanted = list(users)
    grants = RoleGrant.objects.live().covering(use_case.public_id).filter(user__in=wanted, user__is_active=True)
    seen = set(grants.values_list("user", flat=True))
    return [user for user in wanted if user.pk in seen]


def _can_look(use_case: UseCase, users: Sequence[User]) -> None:
    seeing = _reached(use_case, users) if users else []
    blind = [str(user) for user in users if user not in seeing]
    if blind:
        said = _("%(names)s: no role here, so they could not look at it. Give them one, or name them as guests.")
        raise _wrong("invited", "no_role", said % {"names": ", ".join(blind)})


def _plain(name: str) -> str:
    """A name on one line, without what is invisible."""
    return " ".join("".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in name).split())


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
