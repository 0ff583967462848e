"""Where the risk of a use case stands: its tier, what decided it, whether it is out of date, and whose move it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.db.models import Max, Q, Subquery

from foundation.canonical import digest
from governance.people.models import RoleGrant, User
from governance.usecases.models import Definition, RiskAssessment, RiskOverride, RiskQuestionnaire, UseCase
from governance.usecases.permissions import CONFIRM_RISK
from governance.usecases.questionnaires import SHIPPED, engine_of, parse
from governance.usecases.risk import Questionnaire, Result, assess

# What of a definition the answers are about: when it changes, they may be wrong.
ABOUT = (
    "business_problem",
    "affected",
    "ml_problem",
    "intended_use",
    "limits",
    "data_sources",
    "consumers",
    "regulation",
)
LEADS = ("project_lead",)


@dataclass(frozen=True, slots=True)
class Risk:
    """Where it stands. `standing` is what is most pressing:

    missing (nobody answered), incomplete (open questions could change the tier), outdated, waiting (another tier wants a second
    person), settled. `tier` is the one in force, `computed` what the answers come to; both blank while unknown.
    """

    standing: str
    tier: str = ""
    computed: str = ""
    assessment: RiskAssessment | None = None
    result: Result | None = None
    override: RiskOverride | None = None  # proposed or confirmed
    questions_superseded: bool = False
    changed_fields: tuple[str, ...] = ()  # of the definition, since the answers
    stated: str = ""  # what the newest definition says
    movers: Sequence[User] = field(default=())  # whose move it is

    @property
    def is_outdated(self) -> bool:
        return self.questions_superseded or bool(self.changed_fields)

    @property
    def prohibited(self) -> bool:
        """Whether an answer says that the use is prohibited. No tier and no second person changes that."""
        return bool(self.result and self.result.prohibited)


@cache
def _shipped_content() -> dict[str, Any]:
    return parse(SHIPPED.read_text(encoding="utf-8"))


@cache
def _shipped_digest() -> str:
    return digest(_shipped_content())


def questions_shown() -> RiskQuestionnaire:
    """The questions in force, for reading; the version that ships where nobody has needed it yet, which is not stored by looking."""
    found = RiskQuestionnaire.objects.confirmed().order_by("-number").first()
    if found is not None:
        return found
    content = _shipped_content()
    return RiskQuestionnaire(number=1, content=content, source=SHIPPED.read_text(encoding="utf-8"), digest=_shipped_digest())


def risk_of(use_case: UseCase) -> Risk:
    """Where the risk of one use case stands. Four queries at most, however long its history."""
    return risks_of([use_case])[use_case.pk]


def risks_of(
    use_cases: Iterable[UseCase], *, movers: bool = True, overrides: Mapping[int, RiskOverride] | None = None
) -> dict[int, Risk]:
    """The same for many, by primary key, at a constant number of queries.

    `overrides`: those in force or proposed, by use case, from a caller that has read them.
    """
    cases = list(use_cases)
    answered = _newest_assessments(cases)
    overrides = _overrides(answered) if overrides is None else overrides
    newest, seen = _definitions(cases, answered)
    engines: dict[str, Questionnaire] = {}  # many are answered by the same questions
    for row in answered.values():
        if row.questionnaire.digest not in engines:
            engines[row.questionnaire.digest] = engine_of(row.questionnaire.content)
    found = {
        case.pk: _risk(answered.get(case.pk), overrides.get(case.pk), newest.get(case.pk), seen.get(case.pk), engines)
        for case in cases
    }
    return _with_movers(cases, found) if movers else found


def _newest_assessments(cases: Sequence[UseCase]) -> dict[int, Any]:
    """By use case; each with `digest_now`, of the questions in force."""
    newest = RiskAssessment.objects.filter(use_case__in=cases).order_by().values("use_case").annotate(newest=Max("pk"))
    in_force = RiskQuestionnaire.objects.confirmed().order_by("-number").values("digest")[:1]
    rows: Any = RiskAssessment.objects.filter(pk__in=newest.values("newest")).annotate(digest_now=Subquery(in_force))
    rows = rows.select_related("questionnaire", "created_by", "use_case").defer("questionnaire__source")
    return {row.use_case_id: row for row in rows}


def _overrides(answered: Collection[int]) -> dict[int, RiskOverride]:
    """Of use cases that were answered about: others have none."""
    rows = RiskOverride.objects.live().filter(use_case__in=answered)
    return {row.use_case_id: row for row in rows.select_related("proposed_by", "confirmed_by", "use_case")}


def _definitions(cases: Sequence[UseCase], answered: Mapping[int, RiskAssessment]) -> tuple[dict[int, Definition], ...]:
    """By use case the newest definition, and the one that was before those who answered. One query.

    Where there was none when they answered, that is the first that was written after.
    """
    newest = Definition.objects.filter(use_case__in=cases).order_by().values("use_case").annotate(newest=Max("pk"))
    read = [row.definition_id for row in answered.values() if row.definition_id]
    early = [case for case, row in answered.items() if not row.definition_id]
    wanted = Q(pk__in=newest.values("newest")) | Q(pk__in=read) | Q(use_case__in=early, number=1)
    rows = {row.pk: row for row in Definition.objects.filter(wanted).order_by("pk")}
    first: dict[int, Definition] = {}
    last: dict[int, Definition] = {}
    for row in rows.values():
        first.setdefault(row.use_case_id, row)
        last[row.use_case_id] = row
    seen = {case: rows[row.definition_id] if row.definition_id else first.get(case) for case, row in answered.items()}
    return last, {case: row for case, row in seen.items() if row is not None}


def _risk(
    assessment: Any,
    override: RiskOverride | None,
    newest: Definition | None,
    seen: Definition | None,
    engines: Mapping[str, Questionnaire],
) -> Risk:
    stated = newest.risk_tier if newest else ""
    if assessment is None:
        return Risk("missing", stated=stated)
    result = assess(engines[assessment.questionnaire.digest], assessment.answers)
    changed = tuple(name for name in ABOUT if seen and newest and getattr(seen, name) != getattr(newest, name))
    superseded = assessment.questionnaire.digest != (assessment.digest_now or _shipped_digest())
    confirmed = override is not None and override.confirmed_at is not None
    tier = override.tier if override is not None and confirmed else assessment.tier
    if not tier:
        standing = "incomplete"
    elif superseded or changed:
        standing = "outdated"
    else:
        standing = "waiting" if override is not None and not confirmed else "settled"
    return Risk(standing, tier, assessment.tier, assessment, result, override, superseded, changed, stated)


def _with_movers(cases: Sequence[UseCase], found: dict[int, Risk]) -> dict[int, Risk]:
    """Who could do the next thing: those who lead answer; those who judge for others confirm, but for who proposed. One query."""
    wanted = {
        case.public_id: CONFIRM_RISK if found[case.pk].standing == "waiting" else LEADS
        for case in cases
        if found[case.pk].standing != "settled"
    }
    grants = RoleGrant.objects.live().filter(scope__in=["", *wanted], role__in=[*CONFIRM_RISK, *LEADS], user__is_active=True)
    held = list(grants.select_related("user").order_by("-scope", "pk")) if wanted else []
    told = {}
    for case in cases:
        risk, roles = found[case.pk], wanted.get(case.public_id, ())
        proposer = risk.override.proposed_by if risk.override is not None and risk.standing == "waiting" else None
        people = {
            grant.user.pk: grant.user
            for grant in held
            if grant.scope in ("", case.public_id) and grant.role in roles and grant.user != proposer
        }
        told[case.pk] = replace(risk, movers=list(people.values()))
    return told


def assessments_of(use_case: UseCase, *, limit: int = 50) -> list[RiskAssessment]:
    """What was answered over time, newest first, each with the tiers that were set instead. Two queries."""
    rows = use_case.risk_assessments.select_related("questionnaire", "definition", "created_by").prefetch_related(
        "overrides__proposed_by", "overrides__confirmed_by", "overrides__ended_by"
    )
    return list(rows.order_by("-number")[:limit])
