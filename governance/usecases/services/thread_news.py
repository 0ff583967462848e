"""Who hears of a thread: its followers, once for each comment; and of a question that nobody is named in, who leads the use case.

Told when the news arrive: whoever muted the thread by then, or may not see any more what it is about, hears nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.models import OutboxEvent
from governance.people import notices
from governance.people.models import User
from governance.people.roles import PROJECT_LEAD
from governance.people.selectors import holders
from governance.people.services import tell
from governance.usecases.models import Comment, Following, Thread
from governance.usecases.selectors.threads import followers_of
from governance.usecases.services.threads import sees_subject

ASKED = notices.kind("usecases.asked", _("A question"), _("%(name)s asks: %(title)s"))
ANSWERED = notices.kind("usecases.answered", _("An answer"), _("%(name)s wrote in a thread that you follow: %(title)s"))
RESOLVED = notices.kind("usecases.thread_resolved", _("Resolved"), _("%(name)s has resolved: %(title)s"))
REOPENED = notices.kind("usecases.thread_reopened", _("Open again"), _("%(name)s has opened again: %(title)s"))


def on_opened(event: OutboxEvent) -> None:
    """A question without a name in it is told to who leads the use case, so that somebody sees to it."""
    thread = _thread(event)
    if thread is None or not thread.question or not thread.scope or event.payload["told"]:
        return
    leads = [grant.user for grant in holders(scope=thread.scope).get(PROJECT_LEAD, {}).values()]
    muted = Following.objects.filter(thread=thread, state=Following.State.MUTED).values_list("user", flat=True)
    comment = Comment.objects.get(public_id=event.payload["comment"])
    _tell([user for user in leads if user.pk not in set(muted)], ASKED, thread, event, f"talk:{comment.public_id}", comment)


def on_commented(event: OutboxEvent) -> None:
    thread = _thread(event)
    comment = Comment.objects.filter(public_id=event.payload["comment"], withdrawn_at=None).first()
    if thread is not None and comment is not None:
        _tell(followers_of(thread), ANSWERED, thread, event, f"talk:{comment.public_id}", comment)


def on_resolved(event: OutboxEvent) -> None:
    _on_move(event, RESOLVED)


def on_reopened(event: OutboxEvent) -> None:
    _on_move(event, REOPENED)


def _on_move(event: OutboxEvent, kind: notices.Kind) -> None:
    thread = _thread(event)
    if thread is not None:
        _tell(followers_of(thread), kind, thread, event, f"talk:{thread.public_id}:{event.payload['number']}")


def _thread(event: OutboxEvent) -> Thread | None:
    return Thread.objects.filter(public_id=event.subject_id).first()


def _tell(
    users: Iterable[User], kind: notices.Kind, thread: Thread, event: OutboxEvent, key: str, comment: Comment | None = None
) -> None:
    """Everybody of them who did not do it themselves and sees what it is about. Who was told of the comment before is not again."""
    by = User.objects.get(public_id=event.payload["by"])
    url = f"/threads/{thread.public_id}/" + (f"#{comment.public_id}" if comment is not None else "")
    data: dict[str, Any] = {"name": str(by), "title": thread.title or "…"}
    hearing = [user for user in users if user != by and sees_subject(user, thread)]
    tell(hearing, kind, key=key, url=url, data=data, subject_id=thread.subject_id, scope=thread.scope)
