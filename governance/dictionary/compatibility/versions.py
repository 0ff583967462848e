"""Semantic versions (semver.org 2.0.0, without pre-releases): the least step for some changes, and whether a step is enough. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from governance.dictionary.compatibility.model import BUMPS, Bump, Change, Step, strongest

_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


def minimum_bump(changes: Iterable[Change]) -> Bump:
    """The least step. A version in which nothing says anything else, only its form, is still another one: a patch."""
    return strongest({change.bump for change in changes})


def next_version(version: str, bump: Bump) -> str:
    """`1.4.2` → `1.4.3`, `1.5.0` or `2.0.0`. Raises ValueError for what is no version of three numbers, and for an unknown step."""
    major, minor, patch = _numbers(version)
    if bump not in BUMPS:
        raise ValueError(f"{bump} is none of {', '.join(BUMPS)}")
    return {"major": f"{major + 1}.0.0", "minor": f"{major}.{minor + 1}.0", "patch": f"{major}.{minor}.{patch + 1}"}[bump]


def bump_between(old: str, new: str) -> Step:
    """How far two versions are apart, in either direction: whoever goes back to an older one has to reckon with as much.

    Raises ValueError as `next_version`.
    """
    before, after = _numbers(old), _numbers(new)
    steps: tuple[Step, ...] = ("major", "minor", "patch")
    return next((step for step, was, now in zip(steps, before, after, strict=True) if was != now), "none")


def bump_suffices(old: str, new: str, changes: Iterable[Change]) -> bool:
    """Whether `new` is far enough from `old` for these changes. Further is allowed. Raises ValueError as `next_version`."""
    return _numbers(new) >= _numbers(next_version(old, minimum_bump(changes)))


def _numbers(version: str) -> tuple[int, int, int]:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version[:60]!r} is no version of three numbers such as 1.4.2")
    return int(found[1]), int(found[2]), int(found[3])
