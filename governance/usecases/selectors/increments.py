"""Increments with everything that hangs on them, and the people who have seen none of late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, Max, Prefetch, QuerySet, Value
from django.utils.translation import gettext as _

from foundation import clock
from foundation.actor import Actor
from governance.people.models import RoleGrant, User
from governance.people.roles import role_label
from governance.usecases.audience import WATCHERS, WITHIN, Held, missed
from governance.usecases.models import Attachment, Feedback, FeedbackOutcome, Increment, Showing, UseCase

LOOKS = {"done": "done", "planned": "proposed", "declined": "rejected", "duplicate": "superseded"}
SAW = (Showing.Part.ATTENDED, Showing.Part.SEEN)


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of feedback with what became of it, oldest first; the last one counts."""

    feedback: Feedback
    outcomes: list[FeedbackOutcome]

    @property
    def outcome(self) -> FeedbackOutcome | None:
        return self.outcomes[-1] if self.outcomes else None

    @property
    def state(self) -> str:
        """The look of a pill: what became of it, or that nobody said yet."""
        return LOOKS[self.outcome.what] if self.outcome else "pending"

    @property
    def state_label(self) -> str:
        return str(self.outcome.get_what_display() if self.outcome else _("No answer yet"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One increment as pages and programs tell of it."""

    increment: Increment
    attachments: list[Attachment]
    attended: list[Showing]  # people and names, who was there before who looked later
    invited: list[Showing]  # who was asked and has not come or looked yet
    feedback: list[Said]

    @property
    def pictures(self) -> list[Attachment]:
        return [attachment for attachment in self.attachments if attachment.picture]

    @property
    def unanswered(self) -> int:
        return sum(not said.outcomes for said in self.feedback)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Somebody who should have seen something of late and has not."""

    user: User
    roles: tuple[str, ...]
    last_seen: datetime | None

    @property
    def role_labels(self) -> str:
        return ", ".join(role_label(role) for role in self.roles)


def with_all(rows: QuerySet[Increment]) -> QuerySet[Increment]:
    """Increments with what `told_increments` reads: a constant number of queries, however many."""
    outcomes = FeedbackOutcome.objects.select_related("created_by", "duplicate_of__increment").order_by("pk")
    feedback = Feedback.objects.select_related("created_by").order_by("number")
    return rows.select_related("use_case", "created_by").prefetch_related(
        Prefetch("attachments", Attachment.objects.select_related("document__use_case", "document__withdrawal")),
        Prefetch("showings", Showing.objects.select_related("user").order_by("pk")),
        Prefetch("feedback", feedback.prefetch_related(Prefetch("outcomes", outcomes))),
    )


def told_increments(rows: Iterable[Increment]) -> list[Shown]:
    """Increments from `with_all`, sorted out for whoever shows them."""
    return [_told(row) for row in rows]


def increment_of(use_case: UseCase, number: int) -> Shown | None:
    """One increment of a use case."""
    row = with_all(use_case.increments.all()).filter(number=number).first()
    return _told(row) if row is not None else None


def _told(row: Increment) -> Shown:
    showings = list(row.showings.all())
    feedback = [Said(item, list(item.outcomes.all())) for item in row.feedback.all()]
    saw = [showing for showing in showings if showing.part == Showing.Part.ATTENDED]
    saw += [showing for showing in showings if showing.part == Showing.Part.SEEN]
    saw += [  # who has something to say about it has looked
        Showing(increment=row, part=Showing.Part.SEEN, user=said.feedback.created_by, created_at=said.feedback.created_at)
        for said in feedback
        if not said.feedback.said_by and said.feedback.created_by
    ]
    by_person: dict[tuple[int | None, str], Showing] = {}
    for showing in saw:
        by_person.setdefault((showing.user_id, showing.name), showing)
    waiting = [item for item in showings if item.part == Showing.Part.INVITED and (item.user_id, item.name) not in by_person]
    return Shown(row, list(row.attachments.all()), list(by_person.values()), waiting, feedback)


# Who has seen nothing -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Record:
    """What is known about one use case: who should look, when each last did, when there was something to see."""

    held: list[Held] = field(default_factory=list)
    last_seen: dict[Any, datetime] = field(default_factory=dict)
    shown_at: list[datetime] = field(default_factory=list)


def unseen_by(use_cases: Sequence[UseCase]) -> dict[int, list[Unseen]]:
    """Who was at no increment of the last days although one of their roles is what increments are made for: by primary key.

    Research is chased by nobody. Three queries, however many use cases.
    """
    chased = {row.public_id: row.pk for row in use_cases if row.kind != UseCase.Kind.RESEARCH}
    if not chased:
        return {}
    now = clock.now()
    grants = RoleGrant.objects.live(now).filter(scope__in=chased, role__in=WATCHERS, user__is_active=True)
    records: dict[int, _Record] = defaultdict(_Record)
    people: dict[int, User] = {}
    for grant in grants.select_related("user").order_by("pk"):
        records[chased[grant.scope]].held.append(Held(grant.user.pk, grant.role, grant.starts_at))
        people[grant.user.pk] = grant.user
    if not people:
        return {}
    for case, who, at in _sightings(list(records), list(people)):
        known = records[case].last_seen.get(who)
        records[case].last_seen[who] = max(known, at) if known else at
    recent = Increment.objects.filter(use_case__in=list(records), shown_at__gt=now - WITHIN)
    for case, at in recent.order_by().values_list("use_case", "shown_at"):
        records[case].shown_at.append(at)
    return {
        case: [Unseen(people[item.who], item.roles, item.last_seen) for item in found]  # type: ignore[index] # keys of `people`
        for case, record in records.items()
        if (found := missed(record.held, record.last_seen, record.shown_at, now=now))
    }


def _sightings(cases: Sequence[int], people: Sequence[int]) -> Iterable[tuple[int, int, datetime]]:
    """Use case, person, and when they last saw something of it: by being there, by looking, or by saying something about it."""
    about = Showing.objects.filter(increment__use_case__in=cases, user__in=people).order_by()
    there = about.filter(part=Showing.Part.ATTENDED).values_list("increment__use_case", "user")
    looked = about.filter(part=Showing.Part.SEEN).values_list("increment__use_case", "user")
    spoke = Feedback.objects.filter(increment__use_case__in=cases, created_by__in=people, said_by="").order_by()
    said = spoke.values_list("increment__use_case", "created_by").annotate(last=Max("created_at"))
    return there.annotate(last=Max("increment__shown_at")).union(looked.annotate(last=Max("created_at")), said)


def watched(use_cases: Sequence[UseCase], watchers: Collection[tuple[int, int]]) -> dict[int, tuple[int, datetime]]:
    """By primary key: how many increments were seen by somebody they are made for, or by a guest, and the time of the last.

    `watchers`: for whom they are made, as use case and person. One query, however many use cases.
    """
    rows = Increment.objects.filter(use_case__in=[row.pk for row in use_cases]).order_by()
    seen: dict[int, dict[int, datetime]] = defaultdict(dict)
    by_showing = rows.filter(showings__part__in=SAW).values_list("use_case", "pk", "shown_at", "showings__user", "showings__name")
    nobody = Value("", output_field=CharField())
    by_word = rows.filter(feedback__said_by="").values_list("use_case", "pk", "shown_at", "feedback__created_by", nobody)
    for case, pk, at, user, name in by_showing.union(by_word):
        if name or (case, user) in watchers:
            seen[case][pk] = at
    return {case: (len(found), max(found.values())) for case, found in seen.items()}


def increments_seen(actor: Actor, use_case: UseCase) -> QuerySet[Increment]:
    """The increments of a use case that the actor may see, newest first when they are paged."""
    return with_all(Increment.objects.visible_to(actor).filter(use_case=use_case))
