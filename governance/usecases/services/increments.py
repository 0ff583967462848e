"""Increments of a use case: recording what was shown and to whom. Nothing of it is changed afterwards; people are only added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, objects, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people.models import User
from governance.usecases.addresses import is_web_address
from governance.usecases.audience import WATCHERS
from governance.usecases.models import Attachment, Document, Increment, Showing, UseCase
from governance.usecases.permissions import may_look_at_increment, may_record_increment
from governance.usecases.services.guests import Guests, guests_of, tell_guests
from governance.usecases.services.pictures import Picture, kept, take_pictures

RECORDED = audit.kind("usecases.increment.recorded", _("Increment recorded"))
SHOWN = audit.kind("usecases.increment.shown", _("Increment shown to more people"))
LONGEST_TEXT = 10_000
MOST_ATTACHED = 20  # links, and documents


def record_increment(
    *,
    actor: Actor,
    use_case: UseCase,
    title: str,
    shown: str,
    shown_at: datetime | None = None,
    model_version: str = "",
    key: str = "",
    links: Sequence[str] = (),
    pictures: Sequence[Any] = (),
    documents: Sequence[Document] = (),
    attended: Iterable[User] = (),
    invited: Iterable[User] = (),
    roles: Sequence[str] | None = None,
    outsiders: Iterable[str] = (),
) -> Increment:
    """Write down what was shown, and ask those who are to look at it what they think.

    `attended` were there; `invited` and everybody who holds one of `roles` here are asked to look; `outsiders` were there and have
    no account. A pipeline that names no roles asks everybody for whom increments are made. `shown_at` is now unless given.
    `key` names the run of a pipeline or a commit: the same key again is the same increment, which is returned as it stands.
    Raises NotAllowed; Invalid for what cannot be used, with nothing kept; TooLarge for a picture over the limit.
    """
    require(may_record_increment(actor, use_case))
    key = key.strip()
    if (known := _by_key(use_case, key)) is not None:
        return known
    now = clock.now()
    row = Increment(
        use_case=use_case,
        title=title.strip(),
        shown=shown.strip(),
        shown_at=shown_at or now,
        model_version=model_version.strip(),
        source=Increment.Source.CI if actor.is_service else Increment.Source.PERSON,
        key=key,
        number=0,
        said_by=actor.label[:200],
        created_by=actor.user,
        created_at=now,
    )
    _check(actor, row)
    if actor.is_service and roles is None:
        guests = guests_of(use_case, attended=attended, invited=invited, watching=WATCHERS, outsiders=outsiders)
    else:
        guests = guests_of(use_case, attended=attended, invited=invited, roles=roles or (), outsiders=outsiders)
    found = take_pictures(pictures)
    attachments = _attachments(row, links, documents, found)
    with kept(found), transaction.atomic():
        UseCase.objects.select_for_update().get(pk=use_case.pk)  # numbers follow one another, and a key is there once
        if (known := _by_key(use_case, key)) is not None:
            return known
        last = use_case.increments.order_by("-number").first()
        row.number = last.number + 1 if last else 1
        row.digest = digest(row.content(attachments))
        row.save(force_insert=True)
        for attachment, picture in zip(attachments, found, strict=False):  # pictures come first
            picture.store(attachment)
        for attachment in attachments:
            attachment.increment = row
            attachment.save(force_insert=True)
        Showing.objects.bulk_create(guests.rows(row, now))
        facts = {"number": row.number, "digest": row.digest, "source": row.source, "key": row.key, **guests.facts()}
        audit.record(actor, RECORDED, row, facts, personal={"title": row.title, "shown": row.shown})
        outbox.publish(actor, "usecases.increment.recorded", use_case, {"id": row.public_id, "number": row.number})
        tell_guests(actor, row, guests)
    row.is_new = True
    return row


def show_increment(
    *,
    actor: Actor,
    increment: Increment,
    attended: Iterable[User] = (),
    invited: Iterable[User] = (),
    roles: Sequence[str] = (),
    outsiders: Iterable[str] = (),
) -> Increment:
    """Add people to whom it was shown too, or who are asked to look. Who is on the list already is left as they are.

    Raises NotAllowed; Invalid when nobody is new.
    """
    require(may_record_increment(actor, increment.use_case))
    guests = guests_of(increment.use_case, attended=attended, invited=invited, roles=roles, outsiders=outsiders)
    with transaction.atomic():
        row = _locked(increment)
        fresh = guests.without(row.showings.all())
        if not fresh:
            said = _("Name somebody who is not on the list yet.")
            raise Invalid(said, errors=[FieldError("attended", "required", said)])
        _add(actor, row, fresh)
    return row


def look_at_increment(*, actor: Actor, increment: Increment) -> Increment:
    """The actor says that they have looked at it. Saying so again, or after having been there, changes nothing."""
    require(may_look_at_increment(actor, increment))
    with transaction.atomic():
        row = _locked(increment)
        if not row.showings.filter(user=actor.user, part__in=(Showing.Part.SEEN, Showing.Part.ATTENDED)).exists():
            _add(actor, row, Guests({actor.user: (Showing.Part.SEEN, "")}))
    return row


def _add(actor: Actor, row: Increment, guests: Guests) -> None:
    Showing.objects.bulk_create(guests.rows(row, clock.now()))
    audit.record(actor, SHOWN, row, {"number": row.number, **guests.facts()})
    tell_guests(actor, row, guests)


def _locked(increment: Increment) -> Increment:
    row: Increment = Increment.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=increment.pk)
    return row


def _by_key(use_case: UseCase, key: str) -> Increment | None:
    found: Increment | None = use_case.increments.filter(key=key).first() if key else None
    return found


def _check(actor: Actor, row: Increment) -> None:
    if len(row.shown) > LONGEST_TEXT:
        raise _wrong("shown", "max_length", _("At most %(most)s characters.") % {"most": LONGEST_TEXT})
    if row.shown_at > clock.now():
        raise _wrong("shown_at", "future", _("That is still to come. Record an increment once it was shown."))
    validate(row, exclude=("digest",))
    if row.model_version:
        version: Any = objects.resolve(row.model_version, actor=actor)
        if not row.model_version.startswith("mv_") or getattr(version, "use_case_id", None) != row.use_case.pk:
            raise _wrong("model_version", "unknown", _("There is no such version of a model of this use case."))


def _attachments(
    row: Increment, links: Sequence[str], documents: Sequence[Document], found: Sequence[Picture]
) -> list[Attachment]:
    """The pictures, then the addresses, then the documents, each once."""
    urls = list(dict.fromkeys(link.strip() for link in links if link.strip()))
    papers = list(dict.fromkeys(documents))
    for field, items in (("links", urls), ("documents", papers)):
        if len(items) > MOST_ATTACHED:
            raise _wrong(field, "too_many", _("At most %(most)s of them.") % {"most": MOST_ATTACHED})
    for url in urls:
        if not is_web_address(url):
            said = _("%(address)s: give an address that begins with https:// or http://.") % {"address": url[:100]}
            raise _wrong("links", "invalid", said)
    if any(paper.use_case_id != row.use_case.pk for paper in papers):
        raise _wrong("documents", "unknown", _("A document belongs to another use case."))
    rows = [picture.row(position=0) for picture in found]
    rows += [Attachment(url=url) for url in urls] + [Attachment(document=paper) for paper in papers]
    for position, attachment in enumerate(rows):
        attachment.position = position
    return rows


def _wrong(field: str, code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError(field, code, said)])
