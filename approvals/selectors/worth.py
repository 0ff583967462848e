"""What a version is worth against the approved case, as gates and requests ask it, and how much less would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from approvals.models import Gate
from approvals.policy.model import WorthTolerance
from approvals.selectors.standing import policy_of
from governance.economics.cashflow import rounded
from governance.economics.cashflow.precision import EXACT
from governance.economics.components import plan_of
from governance.economics.drivers import metrics_by_name
from governance.economics.models import Snapshot
from governance.economics.revaluing import Worth, worth_of
from lineage.selectors.manifest import Manifest

CODE = "economics.not_below_approved"
ZERO, HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric as the component `model` holds it."""

    name: str
    dataset: str
    value: Decimal


def version_worth(manifest: Manifest, snapshot: Snapshot) -> Worth:
    """The approved case with the metrics that are judged. No statement. Raises Refused or NotWritten for a case without figures."""
    return worth_with(manifest.bodies["model"], snapshot)


def worth_with(model: Mapping[str, Any], snapshot: Snapshot) -> Worth:
    """The same of the component `model`."""
    return worth_of(plan_of(snapshot), metrics_by_name(measured(model.get("metrics", ()))))


def measured(metrics: Iterable[dict[str, Any]]) -> list[Measured]:
    return [Measured(item["name"], item["dataset"], Decimal(str(item["value"]))) for item in metrics]


def tolerated(tolerance: WorthTolerance | None, agreed: Decimal, currency: str) -> Decimal:
    """How much less a year than `agreed` will do, in the currency of the case. An amount in another currency counts for nothing:
    nobody said at which rate."""
    if tolerance is None:
        return ZERO
    if tolerance.currency:
        return tolerance.amount if tolerance.currency == currency else ZERO
    with localcontext(EXACT):
        return abs(agreed) * tolerance.amount / HUNDRED


def is_tolerated(change: Decimal, may_lose: Decimal) -> bool:
    """Whether a change a year loses no more than that. Both count to the cent, as they are told."""
    return rounded(change) >= -rounded(may_lose)


def strictest_tolerance(agreed: Decimal, currency: str) -> Decimal:
    """The least that any gate tolerates which asks for this at all; nothing less where none does. Two statements for each gate."""
    found = []
    for gate in Gate.objects.select_related("policy"):
        version = gate.policy.current_version()
        policy = policy_of(version) if version is not None else None
        if policy is not None and policy.checks.get(CODE, "advisory") != "off":
            found.append(tolerated(policy.worth_tolerance, agreed, currency))
    return min(found, default=ZERO)
