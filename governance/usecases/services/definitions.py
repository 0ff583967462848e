"""Writing down what was agreed about a use case: numbered versions, and their signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.usecases.comparison import changes
from governance.usecases.models import Definition, Kpi, UseCase
from governance.usecases.permissions import may_define
from governance.usecases.services.near_words import remember_words
from governance.usecases.services.risk import tier_for
from governance.usecases.services.signing import Decided, sign

DEFINED = audit.kind("usecases.definition.written", _("Definition written"))
SIGNED = audit.kind("usecases.definition.signed", _("Definition signed"))
MOST_KPIS = 50
MOST_PARTS = 100  # data sources, and consumers
LONGEST_NAME = 200
LONGEST_NOTE = 1000


def define(
    *,
    actor: Actor,
    use_case: UseCase,
    business_problem: str,
    ml_problem: str,
    affected: str = "",
    intended_use: str = "",
    limits: str = "",
    risk_tier: str = "",
    assumptions: str = "",
    data_sources: Sequence[Mapping[str, Any]] = (),
    consumers: Sequence[Mapping[str, Any]] = (),
    framework: str = "",
    containers: str = "",
    language: str = "",
    regulation: str = "",
    latency: str = "",
    throughput: str = "",
    volume: str = "",
    availability: str = "",
    kpis: Sequence[Mapping[str, Any]] = (),
    based_on: int | None = None,
) -> Definition:
    """Write a new version of the definition. Writing the same again changes nothing and returns the current one.

    A signed version is not touched by it: what was agreed stays what it was, and the new version wants a signature of its own.

    Where questions about the risk were answered, a blank `risk_tier` is what they came to, and a lower one is refused.
    `based_on` is the number of the version its author had before them (0: none); without it nobody asks.
    Raises NotAllowed; Invalid when a text or KPI is missing or wrong; Conflict, with what was written meanwhile, when
    somebody else was faster.
    """
    require(may_define(actor, use_case))
    current = use_case.current_definition()
    row = Definition(
        use_case=use_case,
        number=(current.number if current else 0) + 1,
        business_problem=business_problem.strip(),
        ml_problem=ml_problem.strip(),
        affected=affected.strip(),
        intended_use=intended_use.strip(),
        limits=limits.strip(),
        risk_tier=tier_for(use_case, risk_tier),
        assumptions=assumptions.strip(),
        data_sources=_parts("data_sources", data_sources, ("note",)),
        consumers=_consumers(consumers),
        framework=framework.strip(),
        containers=containers.strip(),
        language=language.strip(),
        regulation=regulation.strip(),
        latency=latency.strip(),
        throughput=throughput.strip(),
        volume=volume.strip(),
        availability=availability.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    rows = _kpis(row, kpis)
    row.digest = digest(row.body(rows))
    if current is not None and current.digest == row.digest:
        return current
    if based_on is not None and based_on != row.number - 1:
        raise _overtaken(use_case, based_on, row.body(rows))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Kpi.objects.bulk_create(rows)
            fresh = Definition.objects.prefetch_related("kpis").get(pk=row.pk)
            audit.record(actor, DEFINED, fresh, {"number": row.number, "digest": row.digest})
            remember_words(use_case, fresh)
            outbox.publish(actor, "usecases.definition.written", use_case, {"number": row.number})
    except IntegrityError as error:
        raise _overtaken(use_case, row.number - 1, row.body(rows)) from error
    return fresh


def _kpis(row: Definition, said: Sequence[Mapping[str, Any]]) -> list[Kpi]:
    """The KPIs as rows, checked together with the version they belong to, so that all that is wrong is told at once."""
    if len(said) > MOST_KPIS:
        raise Invalid(_("A definition has at most %(most)s KPIs.") % {"most": MOST_KPIS}, code="kpis.too_many")
    rows = [Kpi(definition=row, position=position, **_stripped(kpi)) for position, kpi in enumerate(said)]
    wrong = _wrong_in(row, "", exclude=("digest",))
    for place, kpi in enumerate(rows):
        wrong += _wrong_in(kpi, f"kpis[{place}].", exclude=("definition",))
    wrong += _wrong_between(rows)
    if wrong:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=wrong)
    return rows


def _stripped(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


def _wrong_in(row: Definition | Kpi, path: str, *, exclude: tuple[str, ...]) -> list[FieldError]:
    try:
        validate(row, exclude=exclude)
    except Invalid as error:
        return [FieldError(path + item.field, item.code, item.message) for item in error.errors]
    return []


def _wrong_between(rows: Sequence[Kpi]) -> list[FieldError]:
    """What no KPI shows by itself: two of one name, a tie to a KPI that is not there, a share of nothing."""
    names = [kpi.name for kpi in rows]
    drivers = {kpi.name for kpi in rows if kpi.kind == Kpi.Kind.MODEL}
    found = [FieldError("kpis", "duplicate", _("Give each KPI a name of its own."))] if len(set(names)) != len(names) else []
    for place, kpi in enumerate(rows):
        if kpi.driven_by and kpi.kind == Kpi.Kind.MODEL:
            said: Any = _("Only a KPI of the business is driven by one of the model.")
            found.append(FieldError(f"kpis[{place}].driven_by", "model", said))
        elif kpi.driven_by and kpi.driven_by not in drivers:
            said = _("No KPI of the model is called “%(name)s” here.") % {"name": kpi.driven_by}
            found.append(FieldError(f"kpis[{place}].driven_by", "unknown", said))
        if kpi.population is not None and kpi.population <= 0:
            found.append(FieldError(f"kpis[{place}].population", "positive", _("Say a number above zero, or leave it out.")))
    return found


def _parts(field: str, said: Iterable[Mapping[str, Any]], more: tuple[str, ...]) -> list[dict[str, str]]:
    """A list of named things as it is kept: every word stripped, every key there. Raises Invalid naming place and key."""
    rows = [{name: str(item.get(name) or "").strip() for name in ("name", *more)} for item in said]
    wrong = []
    if len(rows) > MOST_PARTS:
        wrong.append(FieldError(field, "too_many", _("There are more than %(most)s.") % {"most": MOST_PARTS}))
    for place, row in enumerate(rows):
        if not row["name"]:
            wrong.append(FieldError(f"{field}[{place}].name", "required", _("Give it a name.")))
        for name, value in row.items():
            most = LONGEST_NAME if name == "name" else LONGEST_NOTE
            if len(value) > most:
                too_long = _("This has more than %(most)s characters.") % {"most": most}
                wrong.append(FieldError(f"{field}[{place}].{name}", "max_length", too_long))
            if "\x00" in value:
                wrong.append(FieldError(f"{field}[{place}].{name}", "null", _("This holds a character that is no text.")))
    names = [row["name"].casefold() for row in rows]
    if len(set(names)) != len(names):
        wrong.append(FieldError(field, "duplicate", _("Two have the same name. Say each once.")))
    if wrong:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=wrong)
    return rows


def _consumers(said: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    rows = _parts("consumers", said, ("kind", "purpose"))
    wrong = []
    for place, row in enumerate(rows):
        row["kind"] = row["kind"] or Definition.Consumer.APPLICATION.value
        if row["kind"] not in Definition.Consumer.values:
            words = _("Say “application” or “team”.")
            wrong.append(FieldError(f"consumers[{place}].kind", "invalid_choice", words))
    if wrong:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=wrong)
    return rows


def _overtaken(use_case: UseCase, based_on: int, mine: Mapping[str, Any]) -> Conflict:
    """Why nothing was saved: somebody wrote a version since the one this author had before them. Says what it changed."""
    seen = use_case.definitions.filter(number=based_on).prefetch_related("kpis").first()
    current = use_case.current_definition()
    base, theirs = (seen.body() if seen else None), (current.body() if current else {})
    return Conflict(
        _("Somebody wrote a new version meanwhile. Look at it first."),
        code="definition.conflict",
        extra={
            "based_on": based_on,
            "current": current.number if current else 0,
            "written_meanwhile": [change.as_mapping() for change in changes(base, theirs)],
            "you_wrote": [change.as_mapping() for change in changes(theirs, mine)],
        },
    )


def sign_definition(*, actor: Actor, definition: Definition, decision: Decided) -> Definition:
    """Say once and for all that a version was agreed to: called by the room of approvals, inside the deciding transaction.

    There is no permission to ask for: the decision is it. Raises Conflict when it is about other content.
    """
    with transaction.atomic():
        row = Definition.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=definition.pk)
        return sign(actor, row, decision, component="use_case", kind=SIGNED, topic="usecases.definition.signed")
