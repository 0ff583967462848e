"""What this room's own records answer about stages: conditions on definition, risk, roles, documents, hand-over; signs of life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.people.models import RoleGrant
from governance.people.roles import ROLES, role_label
from governance.usecases import conditions, signs_of_life
from governance.usecases.conditions import Answer, Cases, EvaluateMany
from governance.usecases.models import (
    Definition,
    Document,
    HandOver,
    Increment,
    Kpi,
    RiskAssessment,
    RiskOverride,
    StageMove,
    Thread,
    UseCase,
)
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
    """The newest definition of each with its KPIs, by the use case's primary key; read with what is filed about it."""
    return _records(cases)[0]


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
            names = held.get((case.public_id, role)) or held.get(("", role))
            url = f"/use-cases/{case.slug}/people/"
            if names:
                found[case.pk] = Answer("met", _named(names), url)
            else:
                said = _("Nobody holds the role %(role)s here.") % {"role": role_label(role)}
                found[case.pk] = Answer("unmet", said, url, ("project_lead", "administrator"))
        return found

    return many


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody holds a role now: on the use case `scope`, or everywhere where that is blank."""

    scope: str
    role: str
    user: int
    name: str


def grants_here(cases: Cases) -> Sequence[Held]:
    """Who holds what on these use cases or everywhere, oldest first. One query for all conditions that ask."""

    def read() -> Sequence[Held]:
        grants = RoleGrant.objects.live().filter(scope__in=["", *(case.public_id for case in cases)]).order_by("pk")
        rows = grants.values_list("scope", "role", "user", "user__name", "user__username")
        return [Held(scope, role, user, name or username) for scope, role, user, name, username in rows]

    return cases.once("grants", read)


def _holders(cases: Cases) -> Mapping[tuple[str, str], list[str]]:
    """(scope, role) → names of those who hold it, each once."""

    def sort_out() -> Mapping[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for grant in grants_here(cases):
            found[grant.scope, grant.role][grant.name] = None
        return {key: list(names) for key, names in found.items()}

    return cases.once("holders", sort_out)


# Documents and the hand-over -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is filed about a use case, as far as conditions ask; `handed_at` and what follows are of the newest hand-over.

    `other_tier` is what somebody proposes instead of what the answers about risk come to, `confirmed_at` since when it counts.
    """

    documents: int
    increments: int
    tier: str
    other_tier: str
    confirmed_at: datetime | None
    handed_at: datetime | None
    answer: str
    reason: str
    answered_by: str
    returned_at: datetime | None


def on_file(cases: Cases) -> Mapping[int, OnFile]:
    """By primary key, for all conditions of this room that count or ask for the newest."""
    return _records(cases)[1]


def _records(cases: Cases) -> tuple[Mapping[int, Agreed], Mapping[int, OnFile]]:
    """What was agreed, and what is filed. One query for all conditions: a row for each KPI, of which there are few."""

    def read() -> tuple[Mapping[int, Agreed], Mapping[int, OnFile]]:
        asked = [case.pk for case in cases]
        newest = Definition.objects.filter(use_case__in=asked).order_by().values("use_case").annotate(newest=Max("pk"))
        agreed_or_none = Q(definitions=None) | Q(definitions__pk__in=newest.values("newest"))
        rows = UseCase.objects.filter(agreed_or_none, pk__in=asked).order_by("definitions__kpis__position").values_list(
            "pk", *_filed(), "definitions__number", "definitions__risk_tier", "definitions__approval", "definitions__kpis__name",
            "definitions__kpis__baseline", "definitions__kpis__kind", "definitions__kpis__how", "definitions__kpis__cadence",
            "definitions__kpis__readers",
        )  # fmt: skip
        filed: dict[int, OnFile] = {}
        said: dict[int, tuple[int, str, str]] = {}
        kpis: dict[int, list[AgreedKpi]] = defaultdict(list)
        for pk, documents, increments, tier, other, confirmed, handed, answer, reason, by, returned, number, *agreed in rows:
            filed[pk] = OnFile(
                documents or 0, increments or 0, tier or "", other or "", confirmed, handed, answer or "", reason or "", by or "",
                returned,
            )  # fmt: skip
            stated, approval, *kpi = agreed
            if number is not None:
                said[pk] = (number, stated, approval or "")
            if kpi[0] is not None:
                kpis[pk].append(AgreedKpi(*kpi))
        return {pk: Agreed(*known, tuple(kpis[pk])) for pk, known in said.items()}, filed

    return cases.once("records", read)


def _filed() -> list[Subquery]:
    """What `OnFile` holds, in its order."""
    mine: Any = OuterRef("pk")
    other = RiskOverride.objects.live().filter(use_case=mine)
    handed = HandOver.objects.filter(use_case=mine).order_by("-number")
    returned = StageMove.objects.filter(use_case=mine, back=True).order_by("-number")
    return [
        _count(Document, Count("slug", distinct=True), withdrawal=None),
        _count(Increment, Count("pk")),
        Subquery(RiskAssessment.objects.filter(use_case=mine).exclude(tier="").order_by("-number").values("tier")[:1]),
        *(Subquery(other.values(name)[:1]) for name in ("tier", "confirmed_at")),
        *(Subquery(handed.values(name)[:1]) for name in ("created_at", "answer", "answer_reason", "answered_by__name")),
        Subquery(returned.values("created_at")[:1]),
    ]


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
