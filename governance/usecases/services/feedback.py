"""What people say about an increment, and what became of it. Both are written once and added to."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people import notices
from governance.people.models import RoleGrant, User
from governance.people.roles import PROJECT_LEAD
from governance.people.services import tell
from governance.usecases.addresses import is_web_address
from governance.usecases.models import Feedback, FeedbackOutcome, Increment
from governance.usecases.permissions import may_answer_feedback, may_give_feedback, may_speak_for_others

FEEDBACK_GIVEN = audit.kind("usecases.feedback.given", _("Feedback given"))
FEEDBACK_ANSWERED = audit.kind("usecases.feedback.answered", _("Feedback answered"))
LONGEST_FEEDBACK = 5000
LONGEST_WORD = 1000
LONGEST_NAME = 120


def _words(data: dict[str, str]) -> dict[str, Any]:
    """Codes of a notice in the reader's language."""
    kinds, outcomes = dict(Feedback.Kind.choices), dict(FeedbackOutcome.What.choices)
    return {**data, "kind": kinds.get(data.get("kind", ""), "…"), "what": outcomes.get(data.get("what", ""), "…")}


SOMEBODY_SAID = notices.kind(
    "usecases.feedback_given", _("Feedback"), _("%(name)s on “%(title)s” of %(use_case)s: %(kind)s."), words=_words
)
CAME_OF_IT = notices.kind(
    "usecases.feedback_answered",
    _("What became of your feedback"),
    _("What you said about “%(title)s” of %(use_case)s: %(what)s."),
    words=_words,
)


def give_feedback(*, actor: Actor, increment: Increment, kind: str, text: str, said_by: str = "") -> Feedback:
    """Say something about an increment; or, with `said_by`, write down what somebody else said.

    Raises NotAllowed; Invalid for an empty or overlong text, or a kind that there is not.
    """
    require(may_give_feedback(actor, increment))
    said_by = " ".join(said_by.split())
    if said_by:
        require(may_speak_for_others(actor, increment))
    row = Feedback(
        increment=increment,
        number=0,
        kind=kind,
        text=text.strip(),
        said_by=said_by,
        created_by=actor.user,
        created_at=clock.now(),
    )
    if len(row.text) > LONGEST_FEEDBACK:
        raise _wrong("text", "max_length", _("At most %(most)s characters.") % {"most": LONGEST_FEEDBACK})
    validate(row)
    with transaction.atomic():
        held = Increment.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=increment.pk)
        last = held.feedback.order_by("-number").first()
        row.number = last.number + 1 if last else 1
        row.save(force_insert=True)
        audit.record(
            actor,
            FEEDBACK_GIVEN,
            row,
            {"increment": held.public_id, "number": row.number, "kind": kind},
            personal={"comment": row.text, "said_by": row.said_by},
        )
        outbox.publish(actor, "usecases.feedback.given", held.use_case, {"id": row.public_id})
        _tell(SOMEBODY_SAID, row, _listeners(held), actor, name=row.voice, kind=kind)
    return row


def answer_feedback(
    *, actor: Actor, feedback: Feedback, what: str, reason: str = "", url: str = "", duplicate_of: Feedback | None = None
) -> FeedbackOutcome:
    """Say what became of something that was said: done, planned, declined with a reason, or said before elsewhere.

    A later word takes the place of an earlier one, which stays on record; the same word again changes nothing.
    Raises NotAllowed; Invalid for an outcome without what it needs.
    """
    require(may_answer_feedback(actor, feedback.increment))
    row = FeedbackOutcome(
        feedback=feedback,
        what=what,
        reason=reason.strip(),
        url=url.strip(),
        duplicate_of=duplicate_of,
        created_by=actor.user,
        created_at=clock.now(),
    )
    _check(row)
    with transaction.atomic():
        held = Feedback.objects.select_for_update(of=("self",)).select_related("increment__use_case").get(pk=feedback.pk)
        current = held.outcomes.select_related("duplicate_of").order_by("-pk").first()
        if current is not None and current.content() == row.content():
            return current
        row.save(force_insert=True)
        audit.record(
            actor,
            FEEDBACK_ANSWERED,
            held,
            {"what": what, "duplicate_of": duplicate_of.public_id if duplicate_of else ""},
            personal={"reason": row.reason, "url": row.url},
        )
        outbox.publish(actor, "usecases.feedback.answered", held.increment.use_case, {"id": held.public_id, "what": what})
        if held.created_by is not None and not held.said_by:
            _tell(CAME_OF_IT, held, [held.created_by], actor, again=str(row.pk), what=what)
    return row


def _check(row: FeedbackOutcome) -> None:
    known = row.duplicate_of
    if row.what == FeedbackOutcome.What.DECLINED and not row.reason:
        raise _wrong("reason", "required", _("Say why not: whoever took the trouble to say it wants to know."))
    if len(row.reason) > LONGEST_WORD:
        raise _wrong("reason", "max_length", _("At most %(most)s characters.") % {"most": LONGEST_WORD})
    if row.url and not is_web_address(row.url):
        raise _wrong("url", "invalid", _("Give an address that begins with https:// or http://."))
    if row.what == FeedbackOutcome.What.DUPLICATE and known is None:
        raise _wrong("duplicate_of", "required", _("Choose what it repeats."))
    if row.what != FeedbackOutcome.What.DUPLICATE and known is not None:
        raise _wrong("duplicate_of", "unexpected", _("Only feedback that was said before repeats another."))
    if known is not None and (known.pk == row.feedback.pk or known.increment.use_case_id != row.feedback.increment.use_case_id):
        raise _wrong("duplicate_of", "unknown", _("Choose other feedback on the same use case."))
    if known is not None and known.pk > row.feedback.pk:
        raise _wrong("duplicate_of", "later", _("That was said later. Mark that one as said before."))
    validate(row)


def _listeners(increment: Increment) -> list[User]:
    """Who has to hear it: who recorded the increment, and who leads the use case."""
    grants = RoleGrant.objects.live().filter(scope=increment.use_case.public_id, role=PROJECT_LEAD, user__is_active=True)
    found = [grant.user for grant in grants.select_related("user").order_by("pk")]
    author = increment.created_by
    reaches = author is not None and RoleGrant.objects.live().covering(increment.use_case.public_id).filter(user=author).exists()
    return list(dict.fromkeys([*([author] if author is not None and reaches else []), *found]))


def _tell(news: notices.Kind, row: Feedback, people: list[User], actor: Actor, again: str = "", **data: str) -> None:
    increment = row.increment
    tell(
        [user for user in people if user != actor.user],
        news,
        key=f"{news.code}:{row.public_id}:{again}",
        url=f"/use-cases/{increment.use_case.slug}/increments/{increment.number}/#feedback-{row.number}",
        data={"title": increment.title, "use_case": increment.use_case.title, **data},
        subject_id=row.public_id,
        scope=increment.use_case.public_id,
    )


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
