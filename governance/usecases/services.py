"""Opening use cases and writing down what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people import services as people
from governance.people.roles import PROJECT_LEAD
from governance.usecases.models import Definition, Kpi, UseCase
from governance.usecases.permissions import may_define, may_open

OPENED = audit.kind("usecases.use_case.opened", _("Use case opened"))
CHANGED = audit.kind("usecases.use_case.changed", _("Use case renamed"))
DEFINED = audit.kind("usecases.definition.written", _("Definition written"))
MOST_KPIS = 50
RESERVED = frozenset({"new"})  # `/use-cases/new/` is the page that opens one


def open_use_case(*, actor: Actor, slug: str, title: str, kind: str = UseCase.Kind.PRODUCT) -> UseCase:
    """Open a use case; who opens it becomes its project lead.

    Raises NotAllowed; Invalid for bad fields; Conflict when the slug is taken.
    """
    require(may_open(actor))
    if slug in RESERVED:
        why = _("This word is taken by the portal itself. Choose another.")
        raise Invalid(why, errors=[FieldError("slug", "reserved", str(why))])
    row = UseCase(slug=slug, title=title.strip(), kind=kind, created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, OPENED, row, {"slug": slug, "kind": kind}, personal={"title": row.title})
            if actor.user is not None:
                people.grant_role_to_founder(actor=actor, user=actor.user, role=PROJECT_LEAD, scope=row.public_id)
    except IntegrityError as error:
        raise Conflict(_("There is a use case %(slug)s already.") % {"slug": slug}, code="use_case.exists") from error
    return row


def change_use_case(*, actor: Actor, use_case: UseCase, title: str | None = None, kind: str | None = None) -> UseCase:
    """Rename a use case or change its kind. Both belong to the component `use_case`, so approvals of it go stale."""
    require(may_define(actor, use_case))
    with transaction.atomic():
        row = UseCase.objects.select_for_update().get(pk=use_case.pk)
        row.title = row.title if title is None else title.strip()
        row.kind = row.kind if kind is None else kind
        validate(row)
        row.save(update_fields=["title", "kind"])
        audit.record(actor, CHANGED, row, {"kind": row.kind}, personal={"title": row.title})
    return row


def define(
    *,
    actor: Actor,
    use_case: UseCase,
    business_problem: str,
    ml_problem: str,
    affected: str = "",
    intended_use: str = "",
    limits: str = "",
    kpis: Sequence[Mapping[str, Any]] = (),
    based_on: int | None = None,
) -> Definition:
    """Write a new version of the definition. Writing the same again changes nothing and returns the current one.

    `based_on` is the number of the version its author had before them (0: none); without it nobody asks.
    Raises NotAllowed; Invalid when a text or KPI is missing or wrong; Conflict when somebody wrote a version meanwhile.
    """
    require(may_define(actor, use_case))
    if len(kpis) > MOST_KPIS:
        raise Invalid(_("A definition has at most %(most)s KPIs.") % {"most": MOST_KPIS}, code="kpis.too_many")
    names = [str(kpi.get("name", "")).strip() for kpi in kpis]
    if len(set(names)) != len(names):
        raise Invalid(
            _("Two KPIs have the same name."), errors=[FieldError("kpis", "duplicate", _("Give each KPI a name of its own."))]
        )
    current = use_case.current_definition()
    row = Definition(
        use_case=use_case,
        number=(current.number if current else 0) + 1,
        business_problem=business_problem.strip(),
        ml_problem=ml_problem.strip(),
        affected=affected.strip(),
        intended_use=intended_use.strip(),
        limits=limits.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    rows = [Kpi(definition=row, position=position, **{**kpi, "name": names[position]}) for position, kpi in enumerate(kpis)]
    validate(row, exclude=("digest",))
    for kpi in rows:
        validate(kpi, exclude=("definition",))
    row.digest = digest({**_texts(row), "kpis": [kpi.content() for kpi in rows]})
    if current is not None and current.digest == row.digest:
        return current
    if based_on is not None and based_on != row.number - 1:
        raise Conflict(_("Somebody wrote a new version meanwhile. Look at it first."), code="definition.conflict")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Kpi.objects.bulk_create(rows)
            fresh = Definition.objects.prefetch_related("kpis").get(pk=row.pk)
            audit.record(actor, DEFINED, fresh, {"number": row.number, "digest": row.digest})
            outbox.publish(actor, "usecases.definition.written", use_case, {"number": row.number})
    except IntegrityError as error:
        raise Conflict(_("Somebody wrote a new version meanwhile. Look at it first."), code="definition.conflict") from error
    return fresh


def _texts(row: Definition) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("business_problem", "ml_problem", "affected", "intended_use", "limits")}
