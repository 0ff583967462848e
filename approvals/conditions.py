"""What stages ask of approvals: was it signed, may it run, does anything wait?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals.models import Decision, Gate, Request
from approvals.models.gates import Answer as GateAnswer
from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.templatetags.countersign import cents
from governance.economics.components import component_body
from governance.economics.conditions import newest_snapshots
from governance.economics.models import Baseline, Shortfall
from governance.economics.selectors.baselines import baselines_in_force, open_shortfalls
from governance.usecases import conditions, returns, signs_of_life
from governance.usecases.conditions import Answer, Cases
from governance.usecases.models import UseCase
from governance.usecases.record_conditions import newest_definitions
from governance.usecases.returns import Remaining

SIGNERS = ("business_owner", "client_representative")
ASKERS = ("project_lead", "ml_engineer")


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("definition.signed", gettext_lazy("The newest definition is signed"), many=_signed)
    conditions.register("approvals.allowed", gettext_lazy("A version is approved for an environment"), many=_allowed)
    conditions.register(
        "approvals.allowed_anywhere", gettext_lazy("A version is approved for an environment of any kind"), many=_allowed_anywhere
    )
    conditions.register("approvals.nothing_open", gettext_lazy("No request waits for an answer"), many=_nothing_open)
    conditions.register("approvals.nothing_allowed", gettext_lazy("No version may run any more"), many=_nothing_allowed)
    conditions.register("economics.approved", gettext_lazy("Costs and benefits were part of an approval"), many=_economics)
    returns.remaining_from(remaining)
    signs_of_life.register("request", _asked_lately)


def _requests(cases: Cases) -> Mapping[int, Sequence[Request]]:
    """Requests that are open or were approved, with their decisions, by use case, newest first. One query."""

    def read() -> Mapping[int, Sequence[Request]]:
        states = (Request.State.OPEN, Request.State.APPROVED)
        rows = Request.objects.filter(use_case__in=list(cases), state__in=states)
        found: dict[int, list[Request]] = defaultdict(list)
        for row in (
            rows.select_related("decision", "environment__gate").defer("decision__ballots", "decision__facts").order_by("-pk")
        ):
            if row.use_case_id is not None:
                found[row.use_case_id].append(row)
        return found

    return cases.once("requests", read)


def _in_force(cases: Cases) -> Mapping[int, Sequence[Decision]]:
    """Decisions that hold now, by use case, newest first."""
    now = clock.now()
    found: dict[int, list[Decision]] = defaultdict(list)
    for case, rows in _requests(cases).items():
        for row in rows:
            decision = getattr(row, "decision", None)
            if decision is None or decision.revoked_at is not None:
                continue
            if decision.valid_until is None or decision.valid_until > now:
                found[case].append(decision)
    return found


def _signed(cases: Cases) -> Mapping[int, Answer]:
    """Whether the decision that signed the newest definition still holds."""
    definitions, decisions = newest_definitions(cases), _in_force(cases)
    found = {}
    for case in cases:
        row = definitions.get(case.pk)
        if row is None:
            found[case.pk] = Answer("unmet", _("Nothing was written down yet."), f"/use-cases/{case.slug}/definition/", ASKERS)
            continue
        url = f"/use-cases/{case.slug}/definitions/{row.number}/"
        if row.approval and row.approval in {item.public_id for item in decisions.get(case.pk, ())}:
            found[case.pk] = Answer("met", _("Version %(number)s is signed.") % {"number": row.number}, url)
        elif row.approval:
            said = _("The signature of version %(number)s holds no more.") % {"number": row.number}
            found[case.pk] = Answer("unmet", said, url, SIGNERS)
        else:
            said = _("Version %(number)s is not signed.") % {"number": row.number}
            found[case.pk] = Answer("unmet", said, url, SIGNERS)
    return found


def _running(cases: Cases) -> Mapping[int, list[str]]:
    """What may run now behind a gate that prevents: `churn-model → Production`, by use case. Two queries.

    A gate that only warns or records keeps nothing out, so an approval for it says little.
    """

    def read() -> Mapping[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for case, decisions in _in_force(cases).items():
            for row in decisions:
                gate = getattr(row.request.environment, "gate", None) if row.request.environment_id else None
                if gate is not None and gate.mode == Gate.Mode.PREVENT:
                    found[case].append(_line(row))
        for case, model, environment in _allows(cases):  # inside an envelope nobody decides anew: the gate's answer says it
            found[case].append(f"{model} → {environment}")
        return {case: list(dict.fromkeys(names)) for case, names in found.items()}

    return cases.once("what may run", read)


def _allows(cases: Cases) -> list[tuple[int, str, str]]:
    """Gates that prevent and whose last answer is an allow that has not expired. One query."""
    newest = GateAnswer.objects.order_by().values("evaluation").annotate(newest=Max("pk")).values("newest")
    rows = GateAnswer.objects.filter(
        evaluation__model_version__use_case__in=list(cases),
        evaluation__gate__mode=Gate.Mode.PREVENT,
        decision="allow",
        expires_at__gt=clock.now(),
        pk__in=newest,
    )
    return list(
        rows.values_list(
            "evaluation__model_version__use_case_id", "evaluation__model_version__name", "evaluation__gate__environment__slug"
        ).distinct()
    )


def _allowed(cases: Cases) -> Mapping[int, Answer]:
    running = _running(cases)
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/approvals/"
        if names := running.get(case.pk):
            found[case.pk] = Answer("met", ", ".join(names[:3]), url)
        else:
            said = _("No approval holds for an environment whose gate prevents what was not approved.")
            found[case.pk] = Answer("unmet", said, url, ASKERS)
    return found


def _allowed_anywhere(cases: Cases) -> Mapping[int, Answer]:
    """The same whatever the gate of the environment does: that somebody tries it somewhere is enough."""
    decisions = _in_force(cases)
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/approvals/"
        names = [_line(row) for row in decisions.get(case.pk, ()) if row.request.environment_id is not None]
        if names or (names := _running(cases).get(case.pk, [])):
            found[case.pk] = Answer("met", ", ".join(names[:3]), url)
        else:
            found[case.pk] = Answer("unmet", _("No approval is in force."), url, ASKERS)
    return found


def _line(row: Decision) -> str:
    """`churn-model → production`"""
    return row.request.line.partition(":")[2].replace(":", " → ")


def remaining(actor: Actor, use_case: UseCase) -> list[Remaining]:
    """What may go on running when a use case is sent back: a move is no stop."""
    names = _running(Cases([use_case])).get(use_case.pk, [])
    if not names:
        return []
    said = _("It does not stop what runs. This stays approved: %(names)s.") % {"names": ", ".join(names[:5])}
    return [Remaining(said, f"/use-cases/{use_case.slug}/approvals/")]


def _asked_lately(edge: datetime) -> QuerySet[Any, Any]:
    """Use cases for which somebody asked or answered: a sign of life."""
    lately = Request.objects.filter(Q(opened_at__gte=edge) | Q(closed_at__gte=edge), use_case__isnull=False)
    return lately.order_by().values("use_case")


def _nothing_allowed(cases: Cases) -> Mapping[int, Answer]:
    running = _running(cases)
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/approvals/"
        if names := running.get(case.pk):
            said = _("This may still run: %(names)s. Revoke the approval first.") % {"names": ", ".join(names[:3])}
            found[case.pk] = Answer("unmet", said, url, ("business_owner", "administrator"))
        else:
            found[case.pk] = Answer("met", _("No approval is in force."), url)
    return found


def _nothing_open(cases: Cases) -> Mapping[int, Answer]:
    requests = _requests(cases)
    return {
        case.pk: _nothing_waits(case, sum(row.state == Request.State.OPEN for row in requests.get(case.pk, ()))) for case in cases
    }


def _nothing_waits(case: UseCase, count: int) -> Answer:
    url = f"/use-cases/{case.slug}/approvals/"
    if not count:
        return Answer("met", _("Every request was answered."), url)
    said = ngettext("%(count)d request is open.", "%(count)d requests are open.", count) % {"count": count}
    return Answer("unmet", said, url, ASKERS)


def _economics(cases: Cases) -> Mapping[int, Answer]:
    """Whether the newest snapshot is the baseline, or an approval that holds was given over it, to the byte.

    It has to be approved again where results fell behind that baseline by more than was agreed.
    """
    snapshots, decisions = newest_snapshots(cases), _in_force(cases)
    baselines, behind = _baselines(cases)
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/cost-benefit/"
        row = snapshots.get(case.pk)
        if row is None:
            found[case.pk] = Answer("unmet", _("Nobody wrote down what it costs and what it brings."), url, ASKERS)
            continue
        judged = digest(component_body(row))
        baseline = baselines.get(case.pk)
        if baseline is not None and baseline.snapshot.digest == judged:
            if case.pk in behind:
                said = _behind(behind[case.pk])
                found[case.pk] = Answer("unmet", said, f"{url}actuals/", ("project_lead", "budget_holder", "business_owner"))
            else:
                said = _("Version %(number)s is the baseline.") % {"number": baseline.snapshot.number}
                found[case.pk] = Answer("met", said, url)
        elif any(item.manifest.get("economics") == judged for item in decisions.get(case.pk, ())):
            found[case.pk] = Answer("met", _("Snapshot %(number)s") % {"number": row.number}, url)
        else:
            said = _("No approval in force was given over snapshot %(number)s.") % {"number": row.number}
            found[case.pk] = Answer("unmet", said, url, ("business_owner", "budget_holder"))
    return found


def _baselines(cases: Cases) -> tuple[Mapping[int, Baseline], Mapping[int, Shortfall]]:
    """The baselines that hold, and where results fell behind them, by use case. Two queries; one where there is no baseline."""

    def read() -> tuple[Mapping[int, Baseline], Mapping[int, Shortfall]]:
        baselines = baselines_in_force([case.pk for case in cases])
        return baselines, open_shortfalls(list(baselines)) if baselines else {}

    return cases.once("baselines", read)


def _behind(row: Shortfall) -> str:
    """How far results were behind the baseline when that was found, in words."""
    words = {
        "day": date_format(row.found_at, "DATE_FORMAT"),
        "expected": cents(row.expected),  # kept to the cent: in whole units it would be rounded twice
        "planned": cents(row.planned),
        "currency": row.currency,
    }
    said = _(
        "On %(day)s %(expected)s %(currency)s was expected where %(planned)s %(currency)s was agreed. Costs and benefits have to be "
        "approved again."
    )
    return said % words
