"""Reads over threads: what is said about a thing, who is meant by a name, who follows what. Constant numbers of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Lower

from foundation import objects
from foundation.actor import Actor
from foundation.models import PublicIdModel
from foundation.visibility import comes_from_outside
from governance.people.models import User
from governance.people.selectors import holders
from governance.usecases.discussed import is_discussed
from governance.usecases.mentions import Named, Place, named
from governance.usecases.models import Comment, Following, Thread, ThreadQuerySet

LAST_SHOWN = 20  # comments of one thread among others
ON_ONE_PAGE = 10  # threads on the page of a thing
PEOPLE_SHOWN = 50


def seen_subject(subject_id: str, *, actor: Actor) -> PublicIdModel | None:
    """What is talked about, if it can be and the actor may see it. Somebody from outside: only what belongs to a use case."""
    if not is_discussed(subject_id.partition("_")[0]):
        return None
    row = objects.resolve(subject_id, actor=actor)
    return None if row is not None and not row.audit_scope() and comes_from_outside(actor) else row


def bearers_of(places: Sequence[Place]) -> tuple[Named, Mapping[str, User]]:
    """Who is meant by these mentions: people who can sign in, by user name, else by their whole name. At most one query."""
    typed = {name for place in places for name in place.candidates}
    wanted = typed | {name.casefold() for name in typed}
    if not wanted:
        return Named({}), {}
    rows = User.objects.active().annotate(low_user=Lower("username"), low_name=Lower("name"))
    known = Q(username__in=wanted) | Q(name__in=wanted) | Q(low_user__in=wanted) | Q(low_name__in=wanted)
    people, users, names = {}, defaultdict(set), defaultdict(set)
    for user in rows.filter(known):
        people[user.public_id] = user
        users[user.username.casefold()].add(user.public_id)
        names[user.name.casefold()].add(user.public_id)
    bearers = {name: frozenset(found) for name, found in {**names, **users}.items()}  # a user name is one person's alone
    return named(places, bearers), people


def listed(actor: Actor) -> ThreadQuerySet:
    """Threads the actor may see, with who opened and resolved them."""
    found: ThreadQuerySet = Thread.objects.visible_to(actor).select_related("created_by", "resolved_by")
    return found


def about(actor: Actor, subject_ids: Iterable[str]) -> ThreadQuerySet:
    """Threads about things of which the caller knows that the actor sees them: only what is kept from a client is asked again."""
    rows = Thread.objects.filter(subject_id__in=list(subject_ids)).open_to(actor)
    found: ThreadQuerySet = rows.select_related("created_by", "resolved_by")
    return found


def open_first(rows: ThreadQuerySet) -> ThreadQuerySet:
    """Open ones before resolved ones, each with the newest first."""
    closed = Case(When(resolved_at=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.order_by(closed, "-pk")


@dataclass(slots=True)
class Told:
    """A thread with what is shown of it. `hidden`: how many comments between the first and the shown ones are left out."""

    thread: Thread
    comments: list[Comment] = field(default_factory=list)
    hidden: int = 0
    state: str = ""  # of the person's following: follows, muted, left or nothing


def told(actor: Actor, threads: Sequence[Thread], *, last: int | None = LAST_SHOWN) -> list[Told]:
    """The threads with their first and last comments, who is named in them, and whether the person follows. Three queries."""
    found = {thread.pk: Told(thread) for thread in threads}
    rows = Comment.objects.filter(thread__in=list(found)).select_related("author").prefetch_related("mentions__user")
    if last is not None:
        rows = rows.filter(Q(number=1) | Q(number__gt=F("thread__length") - last))
    for row in rows.order_by("number") if found else ():
        row.thread = found[row.thread_id].thread
        found[row.thread_id].comments.append(row)
    if actor.is_person and found:
        mine = Following.objects.filter(thread__in=list(found), user=actor.user)
        for pk, state in mine.values_list("thread", "state"):
            found[pk].state = state
    for item in found.values():
        item.hidden = max(item.thread.length - len(item.comments), 0)
    return list(found.values())


def people_here(scope: str) -> list[User]:
    """Whom one would mention: who holds a role on the use case or everywhere, by name. One query."""
    found = {grant.user.pk: grant.user for grants in holders(scope=scope).values() for grant in grants.values()}
    return sorted(found.values(), key=lambda user: user.name)[:PEOPLE_SHOWN]


def kinds_in(scope: str) -> set[str]:
    """Prefixes of what there are threads about on a use case. One query."""
    return set(Thread.objects.filter(scope=scope).order_by().values_list("subject_type", flat=True).distinct())


def followers_of(thread: Thread) -> list[User]:
    """Who wants to hear of it, and can sign in."""
    rows = Following.objects.filter(thread=thread, state=Following.State.FOLLOWS, user__is_active=True)
    return [row.user for row in rows.select_related("user").order_by("pk")]
