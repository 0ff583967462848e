"""Saying which column holds which element, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.deviations import read_declared
from governance.dictionary.models import Binding, DataElement
from governance.dictionary.permissions import may_bind
from governance.dictionary.services.datasets import named_dataset
from governance.dictionary.wording import problem_told
from governance.people.models import Team

BOUND = audit.kind("dictionary.binding.made", _("Column bound"))
UNBOUND = audit.kind("dictionary.binding.ended", _("Binding ended"))
MOST_AT_ONCE = 500


def bind_column(
    *,
    actor: Actor,
    element: DataElement,
    team: Team,
    dataset: str,
    column: str,
    side: str = Binding.Side.FILLS,
    role: str = "",
    physical_type: str = "",
    deviation: str = "",
    declared: Mapping[str, Any] | None = None,
    waived_until: date | None = None,
) -> Binding:
    """Say that a column of the team's data holds the element, or that the team reads it there, and how it deviates.

    `declared`: see `deviations.read_declared`. Saying the same again changes nothing.
    Raises NotAllowed; Invalid for bad fields; Conflict when the element was retired, or the team says something else about this
    column: that has to be ended first, so that nobody replaces a meaning without having seen it.
    """
    require(may_bind(actor))
    if waived_until is not None and waived_until < clock.now().date():
        why = _("This day is over. Give the last day on which the difference is accepted.")
        raise Invalid(why, errors=[FieldError("waived_until", "past", why)])
    parts, problems = read_declared(declared or {})
    if problems:
        errors = [FieldError(f"declared.{item.path}".strip("."), item.code, problem_told(item)) for item in problems]
        raise Invalid(_("The declared deviation cannot be used; see errors."), errors=errors)
    if parts and not deviation.strip():
        why = _("Say in words why this column differs.")
        raise Invalid(why, errors=[FieldError("deviation", "required", why)])
    if waived_until is not None and not deviation.strip():
        why = _("There is no difference that could be accepted until then.")
        raise Invalid(why, errors=[FieldError("waived_until", "no_deviation", why)])
    if element.retired_at is not None:
        raise Conflict(_("%(path)s was retired.") % {"path": element.path}, code="element.retired")
    try:
        with transaction.atomic():
            row = Binding(
                element=element,
                team=team,
                dataset=named_dataset(actor=actor, name=dataset),
                column=column,
                side=side,
                role=role,
                physical_type=physical_type.strip(),
                deviation=deviation.strip(),
                declared=parts,
                waived_until=waived_until,
                starts_at=clock.now(),
                created_by=actor.user,
            )
            validate(row)
            known = Binding.objects.filter(team=team, dataset=row.dataset, column=column, side=side, ended_at=None).first()
            if known is not None and _says_the_same(known, row):
                return known
            row.save(force_insert=True)
            details = {"element": element.public_id, "team": team.slug, "dataset": dataset, "column": column, "side": side}
            audit.record(actor, BOUND, row, details, personal={"deviation": row.deviation})
            outbox.publish(actor, "dictionary.binding.made", row, {"dataset": dataset, "column": column})
    except IntegrityError as error:
        raise Conflict(
            _("%(team)s has bound %(dataset)s.%(column)s already. End that binding first.")
            % {"team": team, "dataset": dataset, "column": column},
            code="binding.exists",
        ) from error
    return row


def bind_columns(*, actor: Actor, bindings: Sequence[Mapping[str, Any]]) -> list[Binding]:
    """Many at once, each as `bind_column` takes it: all of them, or none.

    Raises as that does; what is wrong with one of them stands at `bindings[n].field`.
    """
    require(may_bind(actor))
    if len(bindings) > MOST_AT_ONCE:
        why = _("At most %(most)s columns are bound at once. Import a file for more.") % {"most": MOST_AT_ONCE}
        raise Invalid(why, code="bindings.too_many", errors=[FieldError("bindings", "too_many", why)])
    made = []
    with transaction.atomic():
        for number, said in enumerate(bindings):
            try:
                made.append(bind_column(actor=actor, **said))
            except (Invalid, Conflict) as error:
                raise _at(number, error) from error
    return made


def _at(number: int, error: Invalid | Conflict) -> Invalid | Conflict:
    """The same refusal, at its place in the list."""
    here = f"bindings[{number}]"
    errors = [FieldError(f"{here}.{item.field}".rstrip("."), item.code, item.message) for item in error.errors]
    return type(error)(error.detail, code=error.code, errors=errors or [FieldError(here, error.code, error.detail)])


def _says_the_same(known: Binding, row: Binding) -> bool:
    names = ("element_id", "role", "physical_type", "deviation", "declared", "waived_until")
    return all(getattr(known, name) == getattr(row, name) for name in names)


def end_binding(*, actor: Actor, binding: Binding) -> Binding:
    """End a binding now. What was judged under it stays judged; from now on the column has no meaning from this team."""
    require(may_bind(actor))
    with transaction.atomic():
        if not Binding.objects.filter(pk=binding.pk, ended_at=None).update(ended_at=clock.now()):
            raise Conflict(_("This binding was ended already."), code="binding.ended")
        binding.refresh_from_db()
        details = {"dataset": binding.dataset.name, "column": binding.column}
        audit.record(actor, UNBOUND, binding, details)
        outbox.publish(actor, "dictionary.binding.ended", binding, details)
    return binding
