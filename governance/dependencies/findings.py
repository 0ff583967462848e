"""What a reader tells of a file: findings, which were understood, and problems, which were not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from governance.dependencies.first_party import names_own_code

Problem = Mapping[str, Any]  # {"line", "code", "message", "text"}, as a set keeps it

# Said of what was read and understood: something to judge, and no gap in what is known.
FINDINGS = frozenset({"image_without_digest", "image_latest", "runs_as_root", "build_uses_network", "credential_in_url"})


def findings(problems: Iterable[Problem]) -> list[Problem]:
    """What somebody should know: how an image is built, and that an address holds a password."""
    return [problem for problem in problems if problem["code"] in FINDINGS]


def own_code(problems: Iterable[Problem], path: str) -> list[Problem]:
    """Lines that mean a folder of the same repository."""
    return [problem for problem in problems if names_own_code(problem, path)]


def unread(problems: Iterable[Problem], path: str) -> list[Problem]:
    """What nobody understood, so that what the file at `path` asks for is not known in full."""
    return [problem for problem in problems if problem["code"] not in FINDINGS and not names_own_code(problem, path)]
