"""Confirming reviews, and taking them back: by somebody else than who prepared them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest as digest_of
from foundation.errors import Conflict, FieldError, Invalid
from foundation.models import PublicIdModel
from foundation.permissions import require
from governance.dependencies.models import Review
from governance.dependencies.review_permissions import may_confirm_review, may_send_back, may_withdraw_review
from governance.dependencies.services import review_news
from governance.dependencies.services.review_requests import close_covered
from governance.dependencies.services.reviews import locked, refuse_shaken

CONFIRMED = audit.kind("dependencies.review.confirmed", _("Review confirmed"))
SENT_BACK = audit.kind("dependencies.review.sent_back", _("Review sent back"))
WITHDRAWN = audit.kind("dependencies.review.withdrawn", _("Review withdrawn"))


def confirm_review(*, actor: Actor, review: Review, digest: str) -> Review:
    """Agree to a prepared review: from now on it counts, for everybody who uses these bytes.

    `digest` is the content digest that was on the screen. Raises NotAllowed for whoever worked on it; Conflict when it is about other
    content, was confirmed, sent back or withdrawn in the meantime, has run out, or rests on what was taken back.
    """
    require(may_confirm_review(actor, review))
    with transaction.atomic():
        row = locked(review)
        require(may_confirm_review(actor, row))  # of what stands there now, not of what the caller read
        now = clock.now()
        _refuse_over(row, now)
        if digest != row.content_digest or digest_of(row.content()) != row.content_digest:
            raise Conflict(_("This is not the content you were shown. Look at it again."), code="review.other_content")
        refuse_shaken(row)
        waiting = Review.objects.waiting(now).filter(pk=row.pk, content_digest=digest)
        if not waiting.update(confirmed_by=actor.user, confirmed_at=now):
            raise Conflict(_("Somebody else was quicker. Look at it again."), code="review.over")
        row = locked(row)
        old = _supersede(row, now)
        closed = close_covered(package=row.release.package, because=row.public_id)
        data = {
            "release": row.release.public_id,
            "content": digest,
            "prepared_by": row.prepared_by.public_id if row.prepared_by is not None else None,
            "verdict": row.verdict,
            **({"supersedes": row.supersedes.public_id} if row.supersedes is not None else {}),
        }
        states = {"review": states_of(old), "review_request": states_of(closed)}
        audit.record(actor, CONFIRMED, row, data, states=states)
        outbox.publish(actor, "dependencies.review.confirmed", row, {"release": row.release.public_id, "verdict": row.verdict})
        review_news.confirmed(actor, row, closed)
    return row


def _supersede(row: Review, now: datetime) -> list[Review]:
    """The review whose place this one takes, ended in the same moment."""
    if row.supersedes is None or not Review.objects.filter(pk=row.supersedes.pk, superseded_at=None).update(superseded_at=now):
        return []
    return [locked(row.supersedes)]


def states_of(rows: Iterable[PublicIdModel]) -> dict[str, str]:
    """What was written along with the subject of an event, so that the event vouches for it."""
    return {row.public_id: digest_of(row.audit_state()) for row in rows}


def _refuse_over(row: Review, now: datetime) -> None:
    state = row.state(now)
    if state == "draft":
        raise Conflict(_("This review is not prepared yet."), code="review.draft")
    if state == "expired":
        raise Conflict(_("The time for which this review was to hold is over. Prepare it anew."), code="review.over")
    if state in ("withdrawn", "discarded"):
        raise Conflict(_("This review was withdrawn or sent back in the meantime."), code="review.over")
    if row.confirmed_at is not None:
        raise Conflict(_("This review was confirmed already."), code="review.over")


def send_back(*, actor: Actor, review: Review, reason: str) -> Review:
    """Give a prepared review back to work on: what was handed in stays as it was, and a new draft goes on from it.

    Returns the new draft. Raises NotAllowed; Invalid without a reason; Conflict when it is not waiting to be confirmed.
    """
    require(may_send_back(actor, review))
    reason = said(reason, 4000)
    with transaction.atomic():
        row = locked(review)
        now = clock.now()
        state = row.state(now)
        if row.confirmed_at is not None or state not in ("prepared", "expired"):
            raise Conflict(_("Only a review that waits to be confirmed can be sent back."), code="review.over")
        if not Review.objects.filter(pk=row.pk, confirmed_at=None, discarded_at=None, withdrawn_at=None).update(
            discarded_at=now, sent_back_because=reason
        ):
            raise Conflict(_("Somebody else was quicker. Look at it again."), code="review.over")
        copied = (
            "release",
            "base",
            "scan",
            "criteria",
            "thoroughness",
            "points",
            "left_out",
            "notes",
            "evidence",
            "created_by",
            "supersedes",
        )
        draft = Review(**{name: getattr(row, name) for name in copied}, verdict=row.verdict, follows=row, created_at=now)
        draft.save(force_insert=True)
        row.refresh_from_db()
        data = {"draft": draft.public_id, "release": row.release.public_id}
        audit.record(actor, SENT_BACK, row, data, personal={"reason": reason}, states={"review": states_of([draft])})
        outbox.publish(actor, "dependencies.review.sent_back", row, {"draft": draft.public_id})
        review_news.sent_back(actor, row, draft)
    return draft


def withdraw_review(*, actor: Actor, review: Review, reason: str) -> Review:
    """Take back what was prepared or confirmed, from this moment on. Whatever rests on it is uncovered in the same instant.

    Raises NotAllowed; Invalid without a reason; Conflict for a draft, and for what is over.
    """
    require(may_withdraw_review(actor, review))
    reason = said(reason, 500)
    with transaction.atomic():
        row = locked(review)
        require(may_withdraw_review(actor, row))
        if row.prepared_at is None:
            raise Conflict(_("A draft is discarded, not withdrawn."), code="review.draft")
        open_ones = Review.objects.filter(pk=row.pk, withdrawn_at=None, discarded_at=None)
        if not open_ones.update(withdrawn_at=clock.now(), withdrawn_by=actor.user, withdrawn_because=reason):
            raise Conflict(_("This review was withdrawn or sent back in the meantime."), code="review.over")
        row = locked(row)
        audit.record(
            actor, WITHDRAWN, row, {"release": row.release.public_id, "verdict": row.verdict}, personal={"reason": reason}
        )
        outbox.publish(actor, "dependencies.review.withdrawn", row, {"release": row.release.public_id, "verdict": row.verdict})
        review_news.withdrawn(actor, row)
    return row


def said(text: str, most: int) -> str:
    """A reason in words. Raises Invalid without one."""
    if not text.strip():
        why = _("Say why, in a few words.")
        raise Invalid(why, errors=[FieldError("reason", "required", why)])
    return text.strip()[:most]
