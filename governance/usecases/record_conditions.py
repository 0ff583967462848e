"""What this room's own records answer about stages: conditions on definition, risk, roles, documents, hand-over; signs of life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.people.models import RoleGrant
from governance.people.roles import ROLES, role_label
from governance.usecases import conditions, signs_of_life
from governance.usecases.conditions import Answer, Cases, EvaluateMany
from governance.usecases.models import Definition, Document, HandOver, Increment, Kpi, RiskAssessment, StageMove, Thread, UseCase
from governance.usecases.stage_permissions import OPERATIONS

AUTHORS = ("project_lead", "business_owner")
Judge = Callable[[UseCase, "Agreed"], Answer]


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("definition.written", gettext_lazy("The definition is written"), many=_judged(_written))
    conditions.register("definition.kpis", gettext_lazy("Each KPI says how much now and how much is wanted"), many=_judged(_kpis))
    conditions.register(
        "definition.measured", gettext_lazy("Each business KPI says how it is measured, how often, and who reads it"),
        many=_judged(_measured),
    )  # fmt: skip
    conditions.register("risk.tier", gettext_lazy("The risk tier is known"), many=_tiers)
    for role, label in ROLES.items():
        conditions.register(f"roles.{role}", format_lazy(gettext_lazy("Role filled: {role}"), role=label), many=_role(role))
    conditions.register("documents.present", gettext_lazy("At least one document is filed"), many=_documents)
    conditions.register("hand_over.accepted", gettext_lazy("Operations accepted the hand-over"), many=_hand_overs)
    for name, model in (("definition", Definition), ("document", Document), ("hand_over", HandOver), ("increment", Increment)):
        signs_of_life.register(name, _written_since(model))
    signs_of_life.register("comment", _commented_since)


def _written_since(model: Any) -> signs_of_life.Since:
    """Use cases with a row of this model since then."""
    return lambda edge: model.objects.filter(created_at__gte=edge).order_by().values("use_case")


def _commented_since(edge: datetime) -> QuerySet[Any, Any]:
    """Use cases in whose threads somebody said something since then."""
    said = Thread.objects.filter(last_at__gte=edge).exclude(scope="").order_by().values("scope")
    return UseCase.objects.filter(public_id__in=said).order_by().values("pk")


# The definition ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgreedKpi:
    """A KPI of a definition, as far as conditions ask."""

    name: str
    baseline: Decimal | None
    kind: str
    how: str
    cadence: str
    readers: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """The newest definition of a use case, as far as conditions ask."""

    number: int
    risk_tier: str
    approval: str
    kpis: tuple[AgreedKpi, ...]


def newest_definitions(cases: Cases) -> Mapping[int, Agreed]:
    """The newest definition of each with its KPIs, by the use case's primary key. One query."""

    def read() -> Mapping[int, Agreed]:
        newest = Definition.objects.filter(use_case__in=list(cases)).order_by().values("use_case").annotate(newest=Max("pk"))
        rows = Definition.objects.filter(pk__in=newest.values("newest")).order_by("kpis__position").values_list(
            "use_case_id", "number", "risk_tier", "approval", "kpis__name", "kpis__baseline", "kpis__kind", "kpis__how",
            "kpis__cadence", "kpis__readers",
        )  # fmt: skip
        kpis: dict[int, list[AgreedKpi]] = defaultdict(list)
        said: dict[int, tuple[int, str, str]] = {}
        for case, number, tier, approval, *kpi in rows:
            said[case] = (number, tier, approval or "")
            if kpi[0] is not None:
                kpis[case].append(AgreedKpi(*kpi))
        return {case: Agreed(*known, tuple(kpis[case])) for case, known in said.items()}

    return cases.once("newest definitions", read)


def _judged(judge: Judge) -> EvaluateMany:
    """Asks the newest definition; where there is none, that comes first."""

    def many(cases: Cases) -> Mapping[int, Answer]:
        found = newest_definitions(cases)
        return {case.pk: judge(case, found[case.pk]) if case.pk in found else _not_written(case) for case in cases}

    return many


def _not_written(case: UseCase) -> Answer:
    return Answer("unmet", _("Nothing was written down yet."), _define(case), AUTHORS)


def _define(case: UseCase) -> str:
    return f"/use-cases/{case.slug}/definition/"


def _written(case: UseCase, row: Agreed) -> Answer:
    said = _("Version %(number)s says what it is for.") % {"number": row.number}
    return Answer("met", said, f"/use-cases/{case.slug}/definitions/{row.number}/")


def _kpis(case: UseCase, row: Agreed) -> Answer:
    kpis = list(row.kpis)
    if not kpis:
        return Answer("unmet", _("No KPI was agreed, so nobody could say later whether it was worth it."), _define(case), AUTHORS)
    if loose := [kpi.name for kpi in kpis if kpi.baseline is None]:
        said = _("It is not known how much it is now: %(names)s.") % {"names": _named(loose)}
        return Answer("unmet", said, _define(case), AUTHORS)
    return Answer("met", _named([kpi.name for kpi in kpis]), f"/use-cases/{case.slug}/")


def _measured(case: UseCase, row: Agreed) -> Answer:
    kpis = [kpi for kpi in row.kpis if kpi.kind == Kpi.Kind.BUSINESS]
    if not kpis:
        return Answer("unmet", _("No KPI says what the business gains."), _define(case), AUTHORS)
    if loose := [kpi.name for kpi in kpis if not (kpi.how.strip() and kpi.cadence.strip() and kpi.readers.strip())]:
        said = _("How it is measured, how often, or who reads it is not said: %(names)s.") % {"names": _named(loose)}
        return Answer("unmet", said, _define(case), AUTHORS)
    return Answer("met", _named([f"{kpi.name} ({kpi.cadence})" for kpi in kpis]), f"/use-cases/{case.slug}/")


def _tiers(cases: Cases) -> Mapping[int, Answer]:
    """What the newest definition says, or what the newest answers to the questions come to."""
    definitions, filed = newest_definitions(cases), on_file(cases)
    labels = dict(Definition.RiskTier.choices)
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/risk/"
        tier = (definitions[case.pk].risk_tier if case.pk in definitions else "") or filed[case.pk].tier
        if tier:
            found[case.pk] = Answer("met", str(labels.get(tier, tier)), url)
        else:
            found[case.pk] = Answer("unmet", _("Nobody said how much harm it could do."), url, AUTHORS)
    return found


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else _("%(names)s and %(count)s more") % {"names": shown, "count": len(names) - 5}


# Roles ---------------------------------------------------------------------------------------------------------------


def _role(role: str) -> EvaluateMany:
    def many(cases: Cases) -> Mapping[int, Answer]:
        held = _holders(cases)
        found = {}
        for case in cases:
            names = held[case.public_id].get(role) or held[""].get(role)
            url = f"/use-cases/{case.slug}/people/"
            if names:
                found[case.pk] = Answer("met", _named(names), url)
            else:
                said = _("Nobody holds the role %(role)s here.") % {"role": role_label(role)}
                found[case.pk] = Answer("unmet", said, url, ("project_lead", "administrator"))
        return found

    return many


def _holders(cases: Cases) -> Mapping[str, Mapping[str, list[str]]]:
    """Scope → role → names of those who hold it now; the blank scope is the whole organisation. One query for all roles."""

    def read() -> Mapping[str, Mapping[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        grants = RoleGrant.objects.live().filter(scope__in=["", *(case.public_id for case in cases)])
        for scope, role, name, username in grants.order_by("pk").values_list("scope", "role", "user__name", "user__username"):
            if (name or username) not in found[scope][role]:
                found[scope][role].append(name or username)
        return found

    return cases.once("holders", read)


# Documents and the hand-over -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is filed about a use case, as far as conditions ask; `handed_at` and what follows are of the newest hand-over."""

    documents: int
    increments: int
    tier: str
    handed_at: datetime | None
    answer: str
    reason: str
    answered_by: str
    returned_at: datetime | None


def on_file(cases: Cases) -> Mapping[int, OnFile]:
    """By primary key, for all conditions of this room that count or ask for the newest. One query."""

    def read() -> Mapping[int, OnFile]:
        mine: Any = OuterRef("pk")
        handed = HandOver.objects.filter(use_case=mine).order_by("-number")
        rows = UseCase.objects.filter(pk__in=[case.pk for case in cases]).values_list(
            "pk",
            _count(Document, Count("slug", distinct=True), withdrawal=None),
            _count(Increment, Count("pk")),
            Subquery(RiskAssessment.objects.filter(use_case=mine).exclude(tier="").order_by("-number").values("tier")[:1]),
            Subquery(handed.values("created_at")[:1]),
            Subquery(handed.values("answer")[:1]),
            Subquery(handed.values("answer_reason")[:1]),
            Subquery(handed.values("answered_by__name")[:1]),
            Subquery(StageMove.objects.filter(use_case=mine, back=True).order_by("-number").values("created_at")[:1]),
        )
        return {
            pk: OnFile(documents or 0, increments or 0, tier or "", handed_at, answer or "", reason or "", by or "", returned)
            for pk, documents, increments, tier, handed_at, answer, reason, by, returned in rows
        }

    return cases.once("on file", read)


def _count(model: Any, what: Count, **which: Any) -> Subquery:
    rows = model.objects.filter(use_case=OuterRef("pk"), **which).order_by().values("use_case")
    return Subquery(rows.annotate(count=what).values("count"))


def _documents(cases: Cases) -> Mapping[int, Answer]:
    filed = on_file(cases)
    found = {}
    for case in cases:
        url, count = f"/use-cases/{case.slug}/documents/", filed[case.pk].documents
        if count:
            found[case.pk] = Answer("met", ngettext("%(count)d document", "%(count)d documents", count) % {"count": count}, url)
        else:
            said = _("No document is filed: neither a plan, nor a description for those who run it.")
            found[case.pk] = Answer("unmet", said, url, ("project_lead", "data_scientist"))
    return found


def _hand_overs(cases: Cases) -> Mapping[int, Answer]:
    """The newest hand-over since the last return: what was accepted before it came back was accepted as it then was."""
    filed = on_file(cases)
    return {case.pk: _answer_of(case, filed[case.pk]) for case in cases}


def _answer_of(case: UseCase, row: OnFile) -> Answer:
    url = f"/use-cases/{case.slug}/hand-over/"
    builders = ("data_scientist", "lead_data_scientist", "ml_engineer")
    if row.handed_at is None:
        return Answer("unmet", _("Nothing was handed over to operations yet."), url, builders)
    if row.returned_at is not None and row.handed_at < row.returned_at:
        return Answer("unmet", _("It came back after the last hand-over, so it is handed over anew."), url, builders)
    if not row.answer:
        return Answer("unmet", _("Operations has not answered the hand-over yet."), url, (OPERATIONS,))
    if row.answer == HandOver.Answer.REFUSED:
        said = _("Operations refused it: %(reason)s") % {"reason": row.reason[:200]}
        return Answer("unmet", said, url, builders)
    return Answer("met", _("Accepted by %(name)s.") % {"name": row.answered_by}, url)
