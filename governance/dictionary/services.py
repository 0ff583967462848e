"""Writing dictionaries and their elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion
from governance.dictionary.permissions import may_bind, may_keep
from governance.people.models import Team

CREATED = audit.kind("dictionary.dictionary.created", _("Dictionary created"))
ELEMENT_ADDED = audit.kind("dictionary.element.added", _("Data element added"))
ELEMENT_RENAMED = audit.kind("dictionary.element.renamed", _("Data element renamed"))
VERSION_WRITTEN = audit.kind("dictionary.version.written", _("Meaning written"))
BOUND = audit.kind("dictionary.binding.made", _("Column bound"))
UNBOUND = audit.kind("dictionary.binding.ended", _("Binding ended"))
MOST_EXAMPLES = 20
LONGEST_EXAMPLE = 200


def create_dictionary(*, actor: Actor, slug: str, title: str, purpose: str = "") -> Dictionary:
    """Open a dictionary. Raises NotAllowed; Invalid for bad fields; Conflict when the slug is taken."""
    require(may_keep(actor))
    row = Dictionary(slug=slug, title=title.strip(), purpose=purpose.strip(), created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, CREATED, row, {"slug": slug}, personal={"title": row.title})
    except IntegrityError as error:
        raise Conflict(_("There is a dictionary %(slug)s already.") % {"slug": slug}, code="dictionary.exists") from error
    return row


def add_element(
    *,
    actor: Actor,
    dictionary: Dictionary,
    key: str,
    name: str,
    definition: str,
    logical_type: str,
    semantic_type: str = "",
    unit: str = "",
    null_meaning: str = "",
    sensitivity: str = ElementVersion.Sensitivity.INTERNAL,
    examples: Sequence[str] = (),
) -> DataElement:
    """Add an element with the first version of its meaning.

    Raises NotAllowed; Invalid for bad fields, and then neither is written; Conflict when the key is taken, for ever.
    """
    require(may_keep(actor))
    row = DataElement(dictionary=dictionary, key=key, name=name.strip(), created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, ELEMENT_ADDED, row, {"dictionary": dictionary.slug, "key": key}, personal={"name": row.name})
            write_version(
                actor=actor,
                element=row,
                definition=definition,
                logical_type=logical_type,
                semantic_type=semantic_type,
                unit=unit,
                null_meaning=null_meaning,
                sensitivity=sensitivity,
                examples=examples,
            )
    except IntegrityError as error:
        raise Conflict(
            _("There is an element %(key)s in this dictionary already.") % {"key": key}, code="element.exists"
        ) from error
    return row


def define_element(
    *,
    actor: Actor,
    dictionary: Dictionary,
    key: str,
    definition: str,
    logical_type: str,
    name: str | None = None,
    semantic_type: str = "",
    unit: str = "",
    null_meaning: str = "",
    sensitivity: str = ElementVersion.Sensitivity.INTERNAL,
    examples: Sequence[str] = (),
) -> DataElement:
    """Add the element `key`, or write a new version of it when it is there; a `name` given then renames it.

    All of it happens or nothing. Raises what `add_element`, `rename_element` and `write_version` raise, and Invalid when a
    new element has no name.
    """
    require(may_keep(actor))
    meaning: dict[str, Any] = {
        "definition": definition,
        "logical_type": logical_type,
        "semantic_type": semantic_type,
        "unit": unit,
        "null_meaning": null_meaning,
        "sensitivity": sensitivity,
        "examples": examples,
    }
    with transaction.atomic():
        element = DataElement.objects.filter(dictionary=dictionary, key=key).select_related("dictionary").first()
        if element is None:
            return add_element(actor=actor, dictionary=dictionary, key=key, name=name or "", **meaning)
        if name is not None:
            element = rename_element(actor=actor, element=element, name=name)
        write_version(actor=actor, element=element, **meaning)
    return element


def rename_element(*, actor: Actor, element: DataElement, name: str) -> DataElement:
    """Give an element another name for people. Its key and its meaning stay. The same name changes nothing."""
    require(may_keep(actor))
    with transaction.atomic():
        row = DataElement.objects.select_for_update().select_related("dictionary").get(pk=element.pk)
        if row.name == name.strip():
            return row
        row.name = name.strip()
        validate(row)
        row.save(update_fields=["name"])
        audit.record(actor, ELEMENT_RENAMED, row, {"key": row.key}, personal={"name": row.name})
    return row


def write_version(
    *,
    actor: Actor,
    element: DataElement,
    definition: str,
    logical_type: str,
    semantic_type: str = "",
    unit: str = "",
    null_meaning: str = "",
    sensitivity: str = ElementVersion.Sensitivity.INTERNAL,
    examples: Sequence[str] = (),
    based_on: int | None = None,
) -> ElementVersion:
    """Write what an element means from now on. Writing the same again changes nothing and returns the current version.

    `based_on` is the number of the version its author had before them; without it nobody asks.
    Raises NotAllowed; Invalid for bad fields; Conflict when somebody wrote a version meanwhile.
    """
    require(may_keep(actor))
    row = ElementVersion(
        element=element,
        definition=definition.strip(),
        logical_type=logical_type,
        semantic_type=semantic_type,
        unit=unit.strip(),
        null_meaning=null_meaning.strip(),
        sensitivity=sensitivity,
        examples=_checked_examples(examples),
        created_by=actor.user,
    )
    validate(row, exclude=("number", "digest", "created_at"))
    row.digest = digest(row.body())
    try:
        with transaction.atomic():
            DataElement.objects.select_for_update().get(pk=element.pk)  # one writer per element
            current = element.current_version()
            if current is not None and current.digest == row.digest:
                return current
            if based_on is not None and based_on != (current.number if current else 0):
                raise Conflict(_("Somebody wrote a new version meanwhile. Look at it first."), code="element.conflict")
            row.number, row.created_at = (current.number if current else 0) + 1, clock.now()
            row.save(force_insert=True)
            audit.record(actor, VERSION_WRITTEN, row, {"element": element.public_id, "number": row.number, "digest": row.digest})
            outbox.publish(actor, "dictionary.version.written", element, {"number": row.number, "digest": row.digest})
    except IntegrityError as error:
        raise Conflict(_("Somebody wrote a new version meanwhile. Look at it first."), code="element.conflict") from error
    return row


def bind_column(*, actor: Actor, element: DataElement, team: Team, dataset: str, column: str, deviation: str = "") -> Binding:
    """Say that a column of the team's data holds the element, and how it deviates. Saying the same again changes nothing.

    Raises NotAllowed; Invalid for bad fields; Conflict when the team says something else about this column: that has to
    be ended first, so that nobody replaces a meaning without having seen it.
    """
    require(may_bind(actor))
    row = Binding(
        element=element,
        team=team,
        dataset=dataset,
        column=column,
        deviation=deviation.strip(),
        starts_at=clock.now(),
        created_by=actor.user,
    )
    validate(row)
    same = {"element": element, "deviation": row.deviation}
    live = Binding.objects.filter(team=team, dataset=dataset, column=column, ended_at=None)
    if (known := live.filter(**same).first()) is not None:
        return known
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            details = {"element": element.public_id, "team": team.slug, "dataset": dataset, "column": column}
            audit.record(actor, BOUND, row, details, personal={"deviation": row.deviation})
            outbox.publish(actor, "dictionary.binding.made", row, {"dataset": dataset, "column": column})
    except IntegrityError as error:
        raise Conflict(
            _("%(team)s has bound %(dataset)s.%(column)s already. End that binding first.")
            % {"team": team, "dataset": dataset, "column": column},
            code="binding.exists",
        ) from error
    return row


def end_binding(*, actor: Actor, binding: Binding) -> Binding:
    """End a binding now. What was judged under it stays judged; from now on the column has no meaning from this team."""
    require(may_bind(actor))
    with transaction.atomic():
        if not Binding.objects.filter(pk=binding.pk, ended_at=None).update(ended_at=clock.now()):
            raise Conflict(_("This binding was ended already."), code="binding.ended")
        binding.refresh_from_db()
        audit.record(actor, UNBOUND, binding, {"dataset": binding.dataset, "column": binding.column})
        outbox.publish(actor, "dictionary.binding.ended", binding, {"dataset": binding.dataset, "column": binding.column})
    return binding


def _checked_examples(examples: Sequence[str]) -> list[str]:
    if len(examples) > MOST_EXAMPLES:
        why = _("Give at most %(most)s examples.") % {"most": MOST_EXAMPLES}
        raise Invalid(why, errors=[FieldError("examples", "too_many", why)])
    for position, example in enumerate(examples):
        if not isinstance(example, str) or len(example) > LONGEST_EXAMPLE:
            why = _("An example is a text of at most %(most)s characters.") % {"most": LONGEST_EXAMPLE}
            raise Invalid(why, errors=[FieldError(f"examples[{position}]", "invalid", why)])
    return list(examples)
