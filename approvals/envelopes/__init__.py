"""What a retraining pipeline may change without asking again, and whether a version kept to it. Pure.

`parse_limits` reads what was agreed, `lines` compares a version with the baseline limit by limit, `kept` says whether every line
holds. A line that cannot be answered is None, and a version with such a line is outside: unknown is never inside.
"""

from __future__ import annotations

from approvals.envelopes.facts import VersionFacts, facts_of
from approvals.envelopes.judged import FORMAT, bodies_of, is_envelope
from approvals.envelopes.limits import COMPONENTS, Limits, MetricLimit, as_mapping, parse_limits, touching
from approvals.envelopes.membership import Line, kept, lines
from approvals.envelopes.problems import LimitsError, Problem
from approvals.envelopes.trial import Past, Tried, tried

__all__ = [
    "COMPONENTS",
    "FORMAT",
    "Limits",
    "LimitsError",
    "Line",
    "MetricLimit",
    "Past",
    "Problem",
    "Tried",
    "VersionFacts",
    "as_mapping",
    "bodies_of",
    "facts_of",
    "is_envelope",
    "kept",
    "lines",
    "parse_limits",
    "touching",
    "tried",
]
