"""What use cases need to run on, what platforms offer, and deviations that a second person agrees to once for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.usecases.models import Platform, PlatformOffer, StackDeviation, StackNeed, UseCase
from governance.usecases.permissions import (
    may_ask_deviation,
    may_confirm_deviation,
    may_end_deviation,
    may_keep_platforms,
    may_state_need,
)
from governance.usecases.services import judging_news
from governance.usecases.stack import Covered, Finding, compare, covers
from governance.usecases.stack_reading import MESSAGES, Unusable, read_need, read_offer

PLATFORM_ADDED = audit.kind("usecases.platform.added", _("Platform added"))
OFFER_WRITTEN = audit.kind("usecases.platform.offer_written", _("What a platform offers written"))
NEED_WRITTEN = audit.kind("usecases.stack.need_written", _("What it needs to run written"))
DEVIATION_ASKED = audit.kind("usecases.stack.deviation_asked", _("Deviation from a platform asked for"))
DEVIATION_CONFIRMED = audit.kind("usecases.stack.deviation_confirmed", _("Deviation from a platform confirmed"))
DEVIATION_ENDED = audit.kind("usecases.stack.deviation_ended", _("Deviation from a platform ended"))
LONGEST_STACK_TEXT = 2000
LONGEST_DEVIATION = timedelta(days=1100)  # about three years: nothing is forever


def add_platform(*, actor: Actor, slug: str, title: str, offer: Mapping[str, Any], note: str = "") -> Platform:
    """Add a platform with the first version of what it offers. Raises NotAllowed; Invalid; Conflict when the slug is taken."""
    require(may_keep_platforms(actor))
    content = _readable(read_offer, offer)
    row = Platform(slug=slug, title=title.strip(), created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            first = _save_offer(row, content, 1, note, actor)
            audit.record(actor, PLATFORM_ADDED, row, {"slug": slug, "offer": digest(content)}, personal={"title": row.title})
            data = {"platform": slug, "number": 1, "digest": first.digest}  # an event of its own: the log vouches for each offer
            audit.record(actor, OFFER_WRITTEN, first, data, personal={"note": first.note} if first.note else None)
    except IntegrityError as error:
        raise Conflict(_("There is a platform %(slug)s already.") % {"slug": slug}, code="platform.exists") from error
    return row


def write_offer(
    *, actor: Actor, platform: Platform, offer: Mapping[str, Any], note: str = "", based_on: int | None = None
) -> PlatformOffer:
    """Write a new version of what a platform offers. The same again is no new version: the current one is returned.

    Raises NotAllowed; Invalid naming each field; Conflict when somebody wrote a version meanwhile.
    """
    require(may_keep_platforms(actor))
    content = _readable(read_offer, offer)
    current = platform.current_offer()
    if current is not None and current.digest == digest(content):
        return current
    number = current.number if current else 0
    if based_on is not None and based_on != number:
        raise _overtaken()
    try:
        with transaction.atomic():
            row = _save_offer(platform, content, number + 1, note, actor)
            data = {"platform": platform.slug, "number": row.number, "digest": row.digest}
            audit.record(actor, OFFER_WRITTEN, row, data, personal={"note": row.note} if row.note else None)
            outbox.publish(actor, "usecases.platform.offer_written", platform, {"number": row.number})
    except IntegrityError as error:
        raise _overtaken() from error
    return row


def _save_offer(platform: Platform, content: dict[str, Any], number: int, note: str, actor: Actor) -> PlatformOffer:
    _short_enough("note", note)
    row = PlatformOffer(
        platform=platform,
        number=number,
        content=content,
        digest=digest(content),
        note=note.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    row.save(force_insert=True)
    return row


def state_need(
    *, actor: Actor, use_case: UseCase, platform: Platform, need: Mapping[str, Any], based_on: int | None = None
) -> StackNeed:
    """Say what a use case needs to run, and where it is to run. The same again is no new version.

    Raises NotAllowed; Invalid naming each field; Conflict when somebody wrote a version meanwhile.
    """
    require(may_state_need(actor, use_case))
    content = _readable(read_need, need)
    current = use_case.stack_needs.order_by("-number").first()
    said = digest({"platform": platform.public_id, "content": content})
    if current is not None and current.digest == said:
        return current
    number = current.number if current else 0
    if based_on is not None and based_on != number:
        raise _overtaken()
    row = StackNeed(
        use_case=use_case,
        number=number + 1,
        platform=platform,
        content=content,
        digest=said,
        created_by=actor.user,
        created_at=clock.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, NEED_WRITTEN, row, {"number": row.number, "platform": platform.slug, "digest": row.digest})
            outbox.publish(actor, "usecases.stack.need_written", use_case, {"number": row.number})
    except IntegrityError as error:
        raise _overtaken() from error
    return row


# Deviations ----------------------------------------------------------------------------------------------------------


def ask_deviation(
    *,
    actor: Actor,
    use_case: UseCase,
    aspect: str,
    item: str,
    wanted: str,
    reason: str,
    valid_until: date,
    limits: str = "",
) -> StackDeviation:
    """Ask that something may run on the platform though it is not offered there: why, within which limits, and until when.

    It counts when a second person has confirmed it, and then for every use case that needs the same of this platform.
    Raises NotAllowed; Invalid for what the need does not hold or what fits anyway, for no reason, and for a time that is over or too
    long; Conflict when the same was asked for or agreed to already.
    """
    require(may_ask_deviation(actor, use_case))
    need = use_case.stack_needs.select_related("platform").order_by("-number").first()
    if need is None:
        raise Conflict(_("Say first what this use case needs to run."), code="stack.no_need")
    finding = _finding(need, aspect, item, wanted)
    today = clock.now().date()
    if not today <= valid_until <= today + LONGEST_DEVIATION:
        said = _("Choose a day from today on, at most three years ahead.")
        raise Invalid(said, errors=[FieldError("valid_until", "range", said)])
    row = StackDeviation(
        platform=need.platform,
        use_case=use_case,
        aspect=finding.aspect,
        item=finding.item,
        wanted=finding.wanted,
        reason=reason.strip(),
        limits=limits.strip(),
        valid_until=valid_until,
        proposed_by=actor.user,
        proposed_at=clock.now(),
    )
    validate(row)
    with transaction.atomic():
        Platform.objects.select_for_update().get(pk=need.platform_id)  # one at a time, or the same is asked for twice
        for other in need.platform.deviations.live(today):
            if covers(Covered(other.aspect, other.item, other.wanted), finding):
                said = (
                    _("This was agreed to already, and counts here too.")
                    if other.confirmed_at
                    else _("Somebody has asked for this already. It waits for a second person.")
                )
                raise Conflict(said, code="stack.deviation_exists")
        row.save(force_insert=True)
        data = {"platform": need.platform.slug, "aspect": aspect, "item": item, "wanted": wanted, "until": valid_until}
        audit.record(actor, DEVIATION_ASKED, row, data, personal={"reason": row.reason, "limits": row.limits})
        judging_news.want_deviation(actor, row)
        outbox.publish(actor, "usecases.stack.deviation_asked", use_case, {"id": row.public_id})
    return row


def _finding(need: StackNeed, aspect: str, item: str, wanted: str) -> Finding:
    """The part of the need that is spoken of, as it is compared now."""
    offer = need.platform.current_offer()
    compared = compare(need.content, offer.content if offer else {})
    found = next((finding for finding in compared.findings if finding.key == (aspect, item, wanted)), None)
    if found is None:
        said = _("This is not part of what the use case needs now.")
        raise Invalid(said, errors=[FieldError("item", "unknown", said)])
    if found.state == "fits":
        said = _("The platform offers this: there is nothing to agree to.")
        raise Invalid(said, errors=[FieldError("item", "fits", said)])
    return found


def confirm_deviation(*, actor: Actor, deviation: StackDeviation) -> StackDeviation:
    """Agree to a deviation as the second person. Of two who do so at once one does, and the other is told.

    Raises NotAllowed, also for who asked; Conflict when it was settled meanwhile or its time is over.
    """
    require(may_confirm_deviation(actor, deviation))
    now = clock.now()
    with transaction.atomic():
        waiting = StackDeviation.objects.live(now.date()).filter(pk=deviation.pk, confirmed_at=None)
        if not waiting.update(confirmed_at=now, confirmed_by=actor.user):
            raise Conflict(_("This was confirmed or ended meanwhile, or its time is over."), code="stack.deviation_settled")
        row = _fresh(deviation)
        audit.record(actor, DEVIATION_CONFIRMED, row, {"platform": row.platform.slug, "until": row.valid_until})
        judging_news.settled_deviation(actor, row)
        outbox.publish(actor, "usecases.stack.deviation_confirmed", row.use_case, {"id": row.public_id})
    return row


def end_deviation(*, actor: Actor, deviation: StackDeviation, reason: str = "") -> StackDeviation:
    """Take back, decline or end a deviation, depending on who says so and when. It counts nowhere from then on.

    Raises NotAllowed; Invalid when somebody else than who asked gives no reason; Conflict when it was ended already.
    """
    require(may_end_deviation(actor, deviation))
    mine = actor.user == deviation.proposed_by
    if not mine and not reason.strip():
        said = _("Say why, for those who rely on it.")
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    _short_enough("reason", reason)
    with transaction.atomic():
        live = StackDeviation.objects.filter(pk=deviation.pk, ended_at=None).select_for_update().first()
        if live is None or (mine and live.confirmed_at is not None):
            raise Conflict(_("This was confirmed or ended meanwhile."), code="stack.deviation_settled")
        endings = StackDeviation.Ending
        how = endings.WITHDRAWN if mine else endings.ENDED if live.confirmed_at else endings.DECLINED
        StackDeviation.objects.filter(pk=live.pk).update(
            ended_at=clock.now(), ended_by=actor.user, ended_as=how, end_reason=reason.strip()
        )
        row = _fresh(deviation)
        audit.record(actor, DEVIATION_ENDED, row, {"as": how}, personal={"reason": row.end_reason} if row.end_reason else None)
        judging_news.settled_deviation(actor, row)
        outbox.publish(actor, "usecases.stack.deviation_ended", row.use_case, {"id": row.public_id, "as": how})
    return row


def _fresh(deviation: StackDeviation) -> StackDeviation:
    return StackDeviation.objects.select_related("platform", "use_case", "proposed_by", "confirmed_by").get(pk=deviation.pk)


# What was sent -------------------------------------------------------------------------------------------------------


def _readable(read: Callable[[Mapping[str, Any]], dict[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return read(values)
    except Unusable as error:
        errors = [FieldError(place, code, gettext(MESSAGES[code]) % params) for place, code, params in error.problems]
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=errors) from error


def _short_enough(field: str, text: str) -> None:
    if len(text) > LONGEST_STACK_TEXT:
        said = _("This has more than %(most)s characters.") % {"most": LONGEST_STACK_TEXT}
        raise Invalid(said, errors=[FieldError(field, "max_length", said)])


def _overtaken() -> Conflict:
    return Conflict(_("Somebody wrote a new version meanwhile. Look at it first."), code="stack.conflict")
