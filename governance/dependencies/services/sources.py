"""Verified sources: added by a security reviewer, confirmed by somebody else, ended. They stop by themselves when their time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.capabilities import CAPABILITIES
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI
from governance.dependencies.models import Source
from governance.dependencies.origins import CONDA, normal_address, normal_name
from governance.dependencies.permissions import may_add_source, may_confirm_source, may_end_source
from governance.dependencies.selectors.criteria import not_offered
from governance.dependencies.services import source_news
from governance.people.models import User
from governance.people.selectors import is_from_outside

ADDED = audit.kind("dependencies.source.added", _("Verified source added"))
CONFIRMED = audit.kind("dependencies.source.confirmed", _("Verified source confirmed"))
ENDED = audit.kind("dependencies.source.ended", _("Verified source ended"))
LONGEST_TRUST = timedelta(days=731)  # two years, one of them a leap year
MOST_PACKAGES = 500
LONGEST_WHY = 500
_NAMED = (Source.Kind.PUBLISHER, Source.Kind.PACKAGE)


def add_source(
    *,
    actor: Actor,
    kind: str,
    title: str,
    index: str,
    owner: User,
    reason: str,
    ends_at: datetime,
    starts_at: datetime | None = None,
    ecosystem: str = PYPI,
    publisher: str = "",
    packages: Sequence[str] = (),
    criteria: Sequence[str] = (),
    presets: Mapping[str, str] | None = None,
    operator: str = "",
    mirror_of: str = "",
    snapshot_on: date | None = None,
    terms: str = "",
) -> Source:
    """Write down what is to be trusted, for which criteria, until when, and who answers for it. It counts once another confirmed it.

    `index` and `mirror_of` are kept in normal form, without credentials; names of packages as their ecosystem compares them. The time
    is [starts_at, ends_at), at most two years. Raises NotAllowed; Invalid naming each field.
    """
    require(may_add_source(actor))
    now = clock.now()
    row = Source(
        kind=kind,
        title=title.strip(),
        ecosystem=ecosystem,
        index=normal_address(ecosystem, index),
        publisher=publisher.strip(),
        packages=list(dict.fromkeys(normal_name(ecosystem, name.strip()) for name in packages if name.strip())),
        criteria=sorted(set(criteria)),
        presets={capability: why.strip() for capability, why in (presets or {}).items()},
        owner=owner,
        reason=reason.strip(),
        starts_at=starts_at or now,
        ends_at=ends_at,
        operator=operator.strip(),
        mirror_of=normal_address(ecosystem, mirror_of) if mirror_of.strip() else "",
        snapshot_on=snapshot_on,
        terms=terms.strip(),
        created_by=actor.user,
        created_at=now,
    )
    if errors := [*_of_the_place(row, mirror_of), *_of_the_kind(row), *_of_the_words(row), *_of_the_time(row, now)]:
        raise Invalid(_("This source cannot be added; see errors."), errors=errors)
    validate(row)
    with transaction.atomic():
        row.save(force_insert=True)
        said = {"kind": kind, "index": row.index, "packages": row.packages, "criteria": row.criteria, "until": row.ends_at}
        audit.record(actor, ADDED, row, {**said, "owner": owner.public_id}, personal={"reason": row.reason})
        outbox.publish(actor, "dependencies.source.added", row, {"index": row.index})
        source_news.added(actor, row)
    return row


def confirm_source(*, actor: Actor, source: Source) -> Source:
    """Put a source in force, as the second person. Of two who do so at once one does, and the other is told.

    Raises NotAllowed, also for who added it; Conflict when it was confirmed or ended meanwhile, or its time is over.
    """
    require(may_confirm_source(actor, source))
    with transaction.atomic():
        row = _locked(source)
        if row.confirmed_at is not None:
            raise Conflict(_("This was confirmed already."), code="source.confirmed")
        if row.state() != "proposed":
            raise Conflict(_("This was ended, or its time is over. Add it again."), code="source.over")
        row.confirmed_by, row.confirmed_at = actor.user, clock.now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        audit.record(actor, CONFIRMED, row, {"index": row.index, "until": row.ends_at})
        outbox.publish(actor, "dependencies.source.confirmed", row, {"index": row.index})
    return row


def end_source(*, actor: Actor, source: Source, reason: str) -> Source:
    """Trust it no more, from this moment on; one that nobody confirmed is declined so.

    Raises NotAllowed; Invalid without a reason; Conflict when it is over.
    """
    require(may_end_source(actor, source))
    if not reason.strip() or len(reason.strip()) > LONGEST_WHY:
        said = _("Say why, in at most %(most)s characters.") % {"most": LONGEST_WHY}
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    with transaction.atomic():
        row = _locked(source)
        if row.state() in ("ended", "expired"):
            raise Conflict(_("This source is over already."), code="source.over")
        row.ended_at, row.ended_because = clock.now(), reason.strip()
        row.save(update_fields=["ended_at", "ended_because"])
        audit.record(actor, ENDED, row, {"index": row.index}, personal={"reason": row.ended_because})
        outbox.publish(actor, "dependencies.source.ended", row, {"index": row.index})
    return row


def _locked(source: Source) -> Source:
    rows = Source.objects.select_for_update(of=("self",)).select_related("owner", "created_by", "confirmed_by")
    return rows.get(pk=source.pk)  # type: ignore[no-any-return] # untyped rows


# What can be trusted -------------------------------------------------------------------------------------------------


def _of_the_place(row: Source, mirror_of: str) -> list[FieldError]:
    unclear = _(
        "Write the whole address, such as https://pypi.org/simple, in ASCII letters; a channel may stand as its name, such as conda-forge."
    )
    errors = []
    if not row.index:
        errors.append(FieldError("index", "invalid", unclear))
    if row.kind == Source.Kind.MIRROR and not row.mirror_of:
        errors.append(FieldError("mirror_of", "invalid" if mirror_of.strip() else "required", unclear))
    if row.kind != Source.Kind.MIRROR and mirror_of.strip():
        errors.append(FieldError("mirror_of", "not_expected", _("Only a mirror copies another index.")))
    if row.index and row.index == row.mirror_of:
        errors.append(FieldError("mirror_of", "same", _("A mirror has another address than what it copies.")))
    if (row.kind == Source.Kind.CHANNEL) != (row.ecosystem == CONDA) and row.kind in (Source.Kind.CHANNEL, Source.Kind.INDEX):
        errors.append(FieldError("kind", "invalid", _("conda has channels; the others have indexes.")))
    if not row.ecosystem.isascii() or not row.ecosystem.replace("-", "").replace(".", "").isalnum():
        errors.append(FieldError("ecosystem", "invalid", _("Name the type of its package URLs, such as pypi or conda.")))
    return errors


def _of_the_kind(row: Source) -> list[FieldError]:
    errors = []
    if row.kind == Source.Kind.MIRROR:
        for name, value in (("operator", row.operator), ("snapshot_on", row.snapshot_on), ("terms", row.terms)):
            if not value:
                errors.append(
                    FieldError(name, "required", _("A mirror needs to say who runs it, from which day it is, and its terms."))
                )
        for name in ("criteria", "packages", "presets"):
            if getattr(row, name):
                said = _(
                    "A mirror vouches for nothing of its own: what is trusted on the index that it copies is trusted there too."
                )
                errors.append(FieldError(name, "not_expected", said))
        return errors
    if not row.criteria:
        errors.append(FieldError("criteria", "required", _("Say what it is trusted for.")))
    wrong, offered = not_offered(row.criteria)
    if wrong:
        none = _("“%(name)s” is no criterion. There are: %(known)s.") % {"name": wrong[0], "known": ", ".join(offered)}
        errors.append(FieldError("criteria", "unknown", none))
    if row.kind in _NAMED and not row.packages:
        errors.append(FieldError("packages", "required", _("Name each package exactly, one a line.")))
    if row.kind == Source.Kind.PUBLISHER and not row.publisher:
        errors.append(FieldError("publisher", "required", _("Say who publishes these packages.")))
    return errors


def _of_the_words(row: Source) -> list[FieldError]:
    errors = []
    if len(row.packages) > MOST_PACKAGES:
        said = _("Name at most %(most)s packages; trust several publishers one by one.")
        errors.append(FieldError("packages", "too_many", said % {"most": MOST_PACKAGES}))
    if wrong := next((name for name in row.packages if not _is_a_name(row.ecosystem, name)), None):
        said = _("%(name)s is no name of a package. Names are exact: there are no patterns, and no letters that only look alike.")
        errors.append(FieldError("packages", "invalid", said % {"name": wrong[:100]}))
    for capability, why in row.presets.items():
        if capability not in CAPABILITIES:
            errors.append(FieldError("presets", "unknown", _("There is no capability %(name)s.") % {"name": capability[:100]}))
        elif not why or len(why) > LONGEST_WHY:
            why_missing = _("Say in at most %(most)s characters why %(name)s is expected.")
            errors.append(FieldError("presets", "required", why_missing % {"most": LONGEST_WHY, "name": capability}))
    if row.presets and not row.packages:
        errors.append(FieldError("presets", "not_expected", _("What is expected is said of named packages only.")))
    if not row.owner.is_active or is_from_outside(row.owner):
        errors.append(FieldError("owner", "invalid", _("Who answers for a source works here and can sign in.")))
    return errors


def _is_a_name(ecosystem: str, name: str) -> bool:
    plain = name.replace("/", "").replace("@", "").replace("+", "").replace("-", "").replace(".", "").replace("_", "")
    allowed = plain if ecosystem not in (PYPI, CONDA) else name.replace("-", "").replace(".", "").replace("_", "")
    return name.isascii() and allowed.isalnum() and len(name) <= LONGEST_NAME


def _of_the_time(row: Source, now: datetime) -> list[FieldError]:
    if row.starts_at < now - timedelta(days=1):
        return [FieldError("starts_at", "range", _("Trust cannot begin in the past."))]
    if not max(now, row.starts_at) < row.ends_at <= row.starts_at + LONGEST_TRUST:
        return [FieldError("ends_at", "range", _("Choose a time that is still to come, at most two years after it begins."))]
    return []
