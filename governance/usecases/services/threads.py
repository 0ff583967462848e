"""Threads: opened, answered, resolved, opened again; comments are edited and withdrawn by who wrote them, and nothing is lost.

Nothing that decides is done here. Mentioned people are told in the same transaction; followers by the news that is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid, Missing, NotAllowed, TooOften
from foundation.models import PublicIdModel
from foundation.permissions import require
from governance.people import notices
from governance.people.models import User
from governance.people.services import tell
from governance.usecases import components, mentions
from governance.usecases.comment_text import LONGEST, cleaned, title_of, words_of
from governance.usecases.models import Comment, CommentVersion, Following, Mention, Thread, ThreadMove
from governance.usecases.permissions import may_talk
from governance.usecases.selectors.threads import bearers_of, seen_subject

OPENED = audit.kind("usecases.thread.opened", _("Thread opened"))
COMMENTED = audit.kind("usecases.thread.commented", _("Comment written"))
EDITED = audit.kind("usecases.thread.edited", _("Comment edited"))
WITHDRAWN = audit.kind("usecases.thread.withdrawn", _("Comment withdrawn"))
RESOLVED = audit.kind("usecases.thread.resolved", _("Thread resolved"))
REOPENED = audit.kind("usecases.thread.reopened", _("Thread opened again"))
MENTIONED = notices.kind("usecases.mentioned", _("You are mentioned"), _("%(name)s mentions you: %(title)s"))

MOST_COMMENTS = 500  # in one thread
MOST_VERSIONS = 50  # of one comment
MOST_MENTIONS = 20  # in one comment
MOST_AT_ONCE, A_WHILE = 30, timedelta(minutes=10)
LONGEST_TYPED = 1024 * 1024  # no more is looked at


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it was written down, and what became of its mentions. `unseen`: they cannot see what it is about."""

    comment: Comment
    told: tuple[User, ...] = ()
    muted: tuple[User, ...] = ()
    unseen: tuple[User, ...] = ()
    unknown: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def thread(self) -> Thread:
        return self.comment.thread


def open_thread(*, actor: Actor, subject_id: str, text: str, component: str = "", question: bool = False) -> Said:
    """Begin a conversation about the thing behind a public id, perhaps about one component of it; `question`: an answer is wanted.

    Raises Missing for what the actor may not see; NotAllowed; Invalid; TooOften.
    """
    row = subject_of(subject_id, actor=actor)
    require(may_talk(actor, row.audit_scope()))
    if component and component not in components.of(row):
        raise _wrong("component", "unknown", _("This has no such component to talk about."))
    text = _text(text)
    _not_too_often(actor)
    now = clock.now()
    thread = Thread(
        subject_type=subject_id.partition("_")[0],
        subject_id=subject_id,
        component=component,
        scope=row.audit_scope(),
        question=question,
        title=title_of(text),
        created_by=actor.user,
        created_at=now,
        last_at=now,
    )
    with transaction.atomic():
        thread.save(force_insert=True)
        said = _write(actor, thread, text, 1)
        _record(actor, OPENED, said, {"about": subject_id, "component": component, "question": question})
        outbox.publish(actor, OPENED.code, thread, _news(actor, said))
    return said


def comment(*, actor: Actor, thread: Thread, text: str) -> Said:
    """Answer in a thread, resolved or not: what was resolved stays so until somebody opens it again.

    Raises NotAllowed; Invalid; TooOften; Conflict when the thread is full.
    """
    require(may_talk(actor, thread.scope))
    text = _text(text)
    _not_too_often(actor)
    with transaction.atomic():
        row = Thread.objects.select_for_update(of=("self",)).get(pk=thread.pk)
        if row.length >= MOST_COMMENTS:
            said = _("This thread has %(most)s comments, which is the most. Open another one.") % {"most": MOST_COMMENTS}
            raise Conflict(said, code="thread.full")
        row.length += 1
        row.last_at = clock.now()
        row.save(update_fields=["length", "last_at"])
        written = _write(actor, row, text, row.length)
        _record(actor, COMMENTED, written, {})
        outbox.publish(actor, COMMENTED.code, row, _news(actor, written))
    return written


def edit_comment(*, actor: Actor, comment: Comment, text: str) -> Said:
    """Put one's own comment in other words. What it said before is kept, and everybody sees that it was edited.

    The same words again are no new version. Raises NotAllowed; Invalid; Conflict for a withdrawn one.
    """
    text = _text(text)
    with transaction.atomic():
        row = _own(actor, comment)
        if row.text == text:
            return Said(row)
        if row.versions_kept >= MOST_VERSIONS:
            raise Conflict(_("This comment was edited too often. Write another one."), code="comment.versions")
        row.text, row.edited_at = text, clock.now()
        row.versions_kept += 1
        row.save(update_fields=["text", "edited_at", "versions_kept"])
        CommentVersion.objects.create(comment=row, number=row.versions_kept, text=text, created_at=row.edited_at)
        _retitle(row)
        said = _tell_mentioned(actor, row)
        _record(actor, EDITED, said, {"version": row.versions_kept})
    return said


def withdraw_comment(*, actor: Actor, comment: Comment) -> Comment:
    """Take one's own comment back. Its place stays, without its words. Raises NotAllowed; Conflict for one that is withdrawn."""
    with transaction.atomic():
        row = _own(actor, comment)
        row.text, row.withdrawn_at = "", clock.now()
        row.save(update_fields=["text", "withdrawn_at"])
        _retitle(row)
        _record(actor, WITHDRAWN, Said(row), {})
    return row


def resolve_thread(*, actor: Actor, thread: Thread) -> Thread:
    """Say that nothing is open here any more. Raises NotAllowed; Conflict, naming who did, when somebody else was first."""
    return _move(actor, thread, resolved=True)


def reopen_thread(*, actor: Actor, thread: Thread) -> Thread:
    """Say that something is open after all. Raises NotAllowed; Conflict when it is open already."""
    return _move(actor, thread, resolved=False)


def set_following(*, actor: Actor, thread: Thread, state: Following.State) -> None:
    """Follow a thread, mute it, or neither. One's own preference: not audited, as notices are not. Raises NotAllowed for a token."""
    if not actor.is_person:
        raise NotAllowed(_("Only a person has notices."), code="token.person")
    Following.objects.update_or_create(thread=thread, user=actor.user, defaults={"state": state})


def subject_of(subject_id: str, *, actor: Actor) -> PublicIdModel:
    """What a thread may be opened about, if the actor may see it; else Missing."""
    found = seen_subject(subject_id, actor=actor)
    if found is None:
        raise Missing(_("There is no such thing, or you may not see it."))
    return found


# How a comment is written --------------------------------------------------------------------------------------------


def _text(typed: str) -> str:
    text = cleaned(typed[:LONGEST_TYPED])
    if not text:
        raise _wrong("text", "required", _("Write something."))
    if len(text) > LONGEST:
        raise _wrong("text", "too_long", _("A comment has at most %(most)s characters.") % {"most": LONGEST})
    return text


def _not_too_often(actor: Actor) -> None:
    lately = Comment.objects.filter(author=actor.user, created_at__gt=clock.now() - A_WHILE)
    if lately.count() >= MOST_AT_ONCE:
        said = _("You have written %(count)s comments in ten minutes. Wait a little: others want to read them.")
        raise TooOften(said % {"count": MOST_AT_ONCE}, code="thread.too_often")


def _write(actor: Actor, thread: Thread, text: str, number: int) -> Said:
    now = clock.now()
    row = Comment.objects.create(thread=thread, number=number, author=actor.user, text=text, created_at=now)
    CommentVersion.objects.create(comment=row, number=1, text=text, created_at=now)
    Following.objects.get_or_create(thread=thread, user=actor.user, defaults={"state": Following.State.FOLLOWS})
    return _tell_mentioned(actor, row)


def _tell_mentioned(actor: Actor, row: Comment) -> Said:
    """Tell those who are named for the first time here and can see what it is about; they follow the thread from now on.

    Whoever muted it is named all the same, and not told.
    """
    places = mentions.places_in(words_of(row.text))
    found, people = bearers_of(places)
    if len(found.people) > MOST_MENTIONS:
        raise _wrong("text", "mentions", _("A comment mentions at most %(most)s people.") % {"most": MOST_MENTIONS})
    known = set(Mention.objects.filter(comment=row).values_list("user_id", flat=True))
    fresh = [(people[key], typed) for key, typed in found.people.items() if people[key].pk not in known]
    states = dict(Following.objects.filter(thread=row.thread, user__in=[user for user, _t in fresh]).values_list("user", "state"))
    seeing, unseen, muted = [], [], []
    for user, typed in fresh:
        sees = sees_subject(user, row.thread)
        Mention.objects.create(comment=row, user=user, typed=typed, told=sees)
        if not sees:
            unseen.append(user)
        elif states.get(user.pk) == Following.State.MUTED:
            muted.append(user)
        elif user != actor.user:
            seeing.append(user)
    for user in seeing:
        Following.objects.get_or_create(thread=row.thread, user=user, defaults={"state": Following.State.FOLLOWS})
    data = {"name": str(actor.user), "title": row.thread.title}
    tell(seeing, MENTIONED, key=f"talk:{row.public_id}", url=row.url, data=data, **_about(row.thread))
    return Said(row, tuple(seeing), tuple(muted), tuple(unseen), found.unknown, found.shared)


def sees_subject(user: User, thread: Thread) -> bool:
    """Whether somebody may see what the thread is about, and so the thread."""
    return seen_subject(thread.subject_id, actor=actors.person(user)) is not None


def _about(thread: Thread) -> dict[str, str]:
    return {"subject_id": thread.subject_id, "scope": thread.scope}


def _own(actor: Actor, comment: Comment) -> Comment:
    """The comment, locked with its thread, if the actor wrote it and it stands."""
    thread = Thread.objects.select_for_update(of=("self",)).get(pk=comment.thread_id)
    row = Comment.objects.select_for_update(of=("self",)).select_related("author").get(pk=comment.pk)
    row.thread = thread
    if not actor.is_person or row.author != actor.user:
        raise NotAllowed(_("Only who wrote a comment can change it."), code="comment.author")
    require(may_talk(actor, thread.scope))
    if row.withdrawn_at is not None:
        raise Conflict(_("This comment was withdrawn."), code="comment.withdrawn")
    return row


def _retitle(row: Comment) -> None:
    """A thread is called by what it begins with."""
    if row.number == 1:
        row.thread.title = title_of(row.text) if row.text else ""
        row.thread.save(update_fields=["title"])


def _move(actor: Actor, thread: Thread, *, resolved: bool) -> Thread:
    require(may_talk(actor, thread.scope))
    with transaction.atomic():
        row = Thread.objects.select_for_update(of=("self",)).get(pk=thread.pk)
        if row.is_open != resolved:
            said = (
                _("%(name)s has resolved this already.") % {"name": row.resolved_by} if resolved else _("This is open already.")
            )
            raise Conflict(said, code="thread.resolved" if resolved else "thread.open")
        now = clock.now()
        row.resolved_at, row.resolved_by = (now, actor.user) if resolved else (None, None)
        row.save(update_fields=["resolved_at", "resolved_by"])
        number = row.moves.count() + 1
        ThreadMove.objects.create(thread=row, number=number, resolved=resolved, by=actor.user, at=now)
        kind = RESOLVED if resolved else REOPENED
        audit.record(actor, kind, row, {"number": number})
        outbox.publish(actor, kind.code, row, {"by": actor.user.public_id, "number": number})
    return row


def _record(actor: Actor, kind: audit.EventKind, said: Said, more: dict[str, Any]) -> None:
    row = said.comment
    named = sorted(user.public_id for user in (*said.told, *said.muted, *said.unseen))
    audit.record(actor, kind, row.thread, {**more, "comment": row.public_id, "number": row.number, "mentioned": named})


def _news(actor: Actor, said: Said) -> dict[str, Any]:
    return {"by": actor.user.public_id, "comment": said.comment.public_id, "told": _ids((*said.told, *said.muted))}


def _ids(users: Iterable[User]) -> list[str]:
    return [user.public_id for user in users]


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
