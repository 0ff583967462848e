"""From the bytes of one YAML document to the plain values of a policy and the line of each. The reading is foundation's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.policy.problems import PolicyError, Problem
from foundation import yaml_reading
from foundation.yaml_reading import below

__all__ = ["MAX_BYTES", "NotText", "below", "load"]

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8


class NotText(str):
    """A float, date or odd number: shown as it was written, and never taken for text."""


def load(source: str | bytes) -> tuple[Any, Mapping[str, int], list[Problem]]:
    """The plain values of one YAML document, the line of each path, and the keys that were given twice.

    Whole numbers, truth values and null come as themselves; all else stays text, or NotText. Raises PolicyError.
    """
    try:
        document, problems = yaml_reading.gather(source, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH, odd=NotText)
    except yaml_reading.Unreadable as unreadable:
        raise PolicyError([_told(problem) for problem in unreadable.problems]) from unreadable
    return document.values, document.lines, [_told(problem) for problem in problems]


def _told(problem: yaml_reading.Problem) -> Problem:
    if problem.code == "not_a_key":
        return Problem(problem.path, problem.line, "wrong_type", {"expected": "a mapping whose keys are words"})
    code = "bad_text" if problem.code == "no_text" else problem.code
    return Problem(problem.path, problem.line, code, problem.params)
