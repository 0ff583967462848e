"""A policy: who must agree before something may happen, as a value that can be read, written and digested.

A policy is a set of steps that form a DAG (`after`). A step asks for `quorum` people who hold `role`, and judges the components
that it `covers`, if the facts are such that it applies. `parse` reads YAML or a mapping and reports everything that is wrong at
once; `dump` writes YAML that reads back as the same policy; `lint` tells what a policy that can be read will not do as it was
meant; `editing` changes YAML and leaves everything else as its author wrote it.
"""

from __future__ import annotations

from approvals.policy.asking_each import EACH, EACH_COVERS, expanded, for_each, seat_of
from approvals.policy.conditions import FACTS, OPS_OF, Condition, Fact, FactValue, applies, missing_facts
from approvals.policy.model import (
    EXCLUSIONS,
    SIGNATURES,
    STEP_EXCLUSION,
    BreakGlass,
    CheckLevel,
    Policy,
    Reminder,
    Signature,
    StandardChange,
    Step,
    WorkingTime,
    find_cycles,
)
from approvals.policy.problems import MESSAGES, PolicyError, Problem
from approvals.policy.reading import CHECK_LEVELS, COMPONENTS, ROLES, parse
from approvals.policy.writing import as_mapping, dump

__all__ = [
    "CHECK_LEVELS",
    "COMPONENTS",
    "EACH",
    "EACH_COVERS",
    "EXCLUSIONS",
    "FACTS",
    "MESSAGES",
    "OPS_OF",
    "ROLES",
    "SIGNATURES",
    "STEP_EXCLUSION",
    "BreakGlass",
    "CheckLevel",
    "Condition",
    "Fact",
    "FactValue",
    "Policy",
    "PolicyError",
    "Problem",
    "Reminder",
    "Signature",
    "StandardChange",
    "Step",
    "WorkingTime",
    "applies",
    "as_mapping",
    "dump",
    "expanded",
    "find_cycles",
    "for_each",
    "missing_facts",
    "parse",
    "seat_of",
]
