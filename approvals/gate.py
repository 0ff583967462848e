"""From check results to a decision. Pure: what a gate says follows from these rules and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

GateDecision = Literal["allow", "deny", "pending"]


class Weighed(Protocol):
    """A check's answer with its weight."""

    @property
    def status(self) -> str: ...
    @property
    def blocking(self) -> bool: ...


def decide(results: Iterable[Weighed]) -> GateDecision:
    """Deny if a blocking check fails; else pending if one is pending or unknown; else allow.

    Unknown is never a pass. No results at all are no allow either: nothing was looked at.
    """
    blocking = [result.status for result in results if result.blocking]
    if not blocking:
        return "pending"
    if "fail" in blocking:
        return "deny"
    return "allow" if all(status == "pass" for status in blocking) else "pending"
