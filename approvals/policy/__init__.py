"""A policy: who must agree before something may happen, as a value that can be read, written and digested.

A policy is a set of steps that form a DAG (`after`). A step asks for `quorum` people who hold `role`, and judges the components
that it `covers`. `parse` reads YAML or a mapping and reports everything that is wrong at once; `dump` writes YAML that reads back
as the same policy.
"""

from __future__ import annotations

from approvals.policy.model import EXCLUSIONS, CheckLevel, Policy, Step, as_mapping, dump, find_cycles
from approvals.policy.problems import MESSAGES, PolicyError, Problem
from approvals.policy.reading import CHECK_LEVELS, COMPONENTS, ROLES, parse

__all__ = [
    "CHECK_LEVELS",
    "COMPONENTS",
    "EXCLUSIONS",
    "MESSAGES",
    "ROLES",
    "CheckLevel",
    "Policy",
    "PolicyError",
    "Problem",
    "Step",
    "as_mapping",
    "dump",
    "find_cycles",
    "parse",
]
