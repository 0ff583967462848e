"""Licence expressions of SPDX, and what a policy says of them. Pure."""

from governance.dependencies.licences.expression import Combined, Licence, Node, NotAnExpression, licences_in, read_expression
from governance.dependencies.licences.policy import ANSWERS, Judgement, Policy, judge, key_of
from governance.dependencies.licences.spelling import as_spdx

__all__ = [
    "ANSWERS",
    "Combined",
    "Judgement",
    "Licence",
    "Node",
    "NotAnExpression",
    "Policy",
    "as_spdx",
    "judge",
    "key_of",
    "licences_in",
    "read_expression",
]
