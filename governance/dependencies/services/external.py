"""What a use case rests on that is no package: added, replaced by what is true now, ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest as digest_of
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.models import ExternalService
from governance.dependencies.permissions import may_keep_external
from governance.usecases.addresses import is_web_address
from governance.usecases.models import UseCase

EXTERNAL_ADDED = audit.kind("dependencies.external.added", _("External service added"))
EXTERNAL_REPLACED = audit.kind("dependencies.external.replaced", _("External service replaced"))
EXTERNAL_ENDED = audit.kind("dependencies.external.ended", _("External service ended"))
MOST_REGIONS = 20
LONGEST_REGION = 200
LONGEST_REASON = 500
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def add_external(
    *,
    actor: Actor,
    use_case: UseCase,
    kind: str,
    name: str,
    operator: str,
    version: str = "",
    digest: str = "",
    terms: str = "",
    licence: str = "",
    data_sent: str = "",
    regions: Sequence[str] = (),
    exit_plan: str = "",
) -> ExternalService:
    """Write down weights, a vendor's model or a service that the use case uses, with what has to be known before it goes wrong.

    A vendor's model and a service say which data is sent, where they run, their terms, and what happens when they end; weights say which
    they are and their licence. Raises NotAllowed; Invalid naming each field; Conflict when it stands there already.
    """
    require(may_keep_external(actor, use_case))
    row = _written(
        actor, use_case, kind=kind, name=name, operator=operator, version=version, digest=digest, terms=terms, licence=licence,
        data_sent=data_sent, regions=regions, exit_plan=exit_plan,
    )  # fmt: skip
    with transaction.atomic():
        UseCase.objects.select_for_update(of=("self",)).get(pk=use_case.pk)  # one at a time, or the same is added twice
        _refuse_the_same(row)
        row.save(force_insert=True)
        audit.record(actor, EXTERNAL_ADDED, row, _told(row))
        outbox.publish(actor, "dependencies.external.added", row, {"name": row.name})
    return row


def replace_external(
    *,
    actor: Actor,
    service: ExternalService,
    kind: str,
    name: str,
    operator: str,
    version: str = "",
    digest: str = "",
    terms: str = "",
    licence: str = "",
    data_sent: str = "",
    regions: Sequence[str] = (),
    exit_plan: str = "",
) -> ExternalService:
    """Put another row in the place of one: other terms, another region or version. The old one stays, ended, and is named by the new.

    Raises NotAllowed; Invalid naming each field, and where nothing differs; Conflict when the old one is over.
    """
    require(may_keep_external(actor, service.use_case))
    row = _written(
        actor, service.use_case, kind=kind, name=name, operator=operator, version=version, digest=digest, terms=terms, licence=licence,
        data_sent=data_sent, regions=regions, exit_plan=exit_plan,
    )  # fmt: skip
    with transaction.atomic():
        UseCase.objects.select_for_update(of=("self",)).get(pk=service.use_case_id)
        old = _locked(service)
        row.replaces = old
        changed = [name for name in SAID if getattr(old, name) != getattr(row, name)]
        if not changed:
            raise Invalid(_("Nothing differs from what stands there."), code="external.same")
        _refuse_the_same(row, but=old)
        old.ended_at, old.ended_because = row.created_at, ""
        old.save(update_fields=["ended_at", "ended_because"])
        row.save(force_insert=True)
        states = {"external_service": {old.public_id: digest_of(old.audit_state())}}
        audit.record(actor, EXTERNAL_REPLACED, row, {**_told(row), "replaces": old.public_id, "changed": changed}, states=states)
        outbox.publish(actor, "dependencies.external.replaced", row, {"name": row.name, "changed": changed})
    return row


def end_external(*, actor: Actor, service: ExternalService, reason: str) -> ExternalService:
    """The use case rests on it no more. Raises NotAllowed; Invalid without a reason; Conflict when it is over."""
    require(may_keep_external(actor, service.use_case))
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        said = _("Say why, in at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    with transaction.atomic():
        row = _locked(service)
        row.ended_at, row.ended_because = clock.now(), reason.strip()
        row.save(update_fields=["ended_at", "ended_because"])
        audit.record(actor, EXTERNAL_ENDED, row, {"name": row.name}, personal={"reason": reason.strip()})
        outbox.publish(actor, "dependencies.external.ended", row, {"name": row.name})
    return row


SAID = ("kind", "name", "version", "digest", "operator", "terms", "licence", "data_sent", "regions", "exit_plan")


def _written(
    actor: Actor,
    use_case: UseCase,
    *,
    kind: str,
    name: str,
    operator: str,
    version: str,
    digest: str,
    terms: str,
    licence: str,
    data_sent: str,
    regions: Sequence[str],
    exit_plan: str,
) -> ExternalService:
    """The row, checked and not stored yet."""
    row = ExternalService(
        use_case=use_case,
        kind=kind,
        name=name.strip(),
        version=version.strip(),
        digest=digest.strip().lower(),
        operator=operator.strip(),
        terms=terms.strip(),
        licence=licence.strip(),
        data_sent=data_sent.strip(),
        regions=list(dict.fromkeys(place.strip() for place in regions if place.strip())),
        exit_plan=exit_plan.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    if errors := _lacking(row):
        raise Invalid(_("This cannot be kept; see errors."), errors=errors)
    validate(row)
    return row


def _lacking(row: ExternalService) -> list[FieldError]:
    """What has to be said of its kind and is not, and what cannot be used."""
    errors: list[FieldError] = []

    def want(field: str, said: Any) -> None:
        if not getattr(row, field):
            errors.append(FieldError(field, "required", said))

    if row.kind == ExternalService.Kind.WEIGHTS:
        want("licence", _("Say under which licence the weights are."))
        if not row.digest and not row.version:
            errors.append(
                FieldError("version", "required", _("Say which weights these are: their version, or the digest of the file."))
            )
    else:
        want("terms", _("Say under which terms it is used: the address of them."))
        want("data_sent", _("Say which data goes there. If none does, say that."))
        want("regions", _("Say where it runs."))
        want("exit_plan", _("Say what you do when it ends, or costs too much."))
    if row.digest and not _DIGEST.fullmatch(row.digest):
        errors.append(FieldError("digest", "invalid", _("Write sha256: and 64 hex digits.")))
    if row.terms and not is_web_address(row.terms):
        errors.append(FieldError("terms", "invalid", _("Write an address that begins with https:// or http://.")))
    if len(row.regions) > MOST_REGIONS or any(len(place) > LONGEST_REGION for place in row.regions):
        said = _("Name at most %(most)s places, each in at most %(longest)s characters.")
        errors.append(FieldError("regions", "too_long", said % {"most": MOST_REGIONS, "longest": LONGEST_REGION}))
    return errors


def _refuse_the_same(row: ExternalService, but: ExternalService | None = None) -> None:
    known = ExternalService.objects.in_use().filter(
        use_case=row.use_case, kind=row.kind, name=row.name, version=row.version, digest=row.digest
    )
    if (known.exclude(pk=but.pk) if but is not None else known).exists():
        raise Conflict(_("This stands there already. Replace it, if something else is true now."), code="external.known")


def _locked(service: ExternalService) -> ExternalService:
    row: ExternalService = (
        ExternalService.objects.select_for_update(of=("self",)).select_related("use_case", "replaces").get(pk=service.pk)
    )
    if row.ended_at is not None:
        raise Conflict(_("This was ended or replaced meanwhile."), code="external.over")
    return row


def _told(row: ExternalService) -> dict[str, str]:
    return {"kind": row.kind, "name": row.name, "version": row.version}
