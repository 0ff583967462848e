"""The checks of a gate: one small module each. `docs/checks.md` lists them; a test holds the two together."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "approval",
    "artifact",
    "case",
    "columns",
    "commit",
    "data_use",
    "definition",
    "dependencies",
    "dependency_status",
    "envelope",
    "files",
    "meanings",
    "repository",
    "waiver",
    "working_tree",
    "worth",
)


def load() -> None:
    """Import every module, so that each declares its checks. Called from `ready()`."""
    for name in MODULES:
        import_module(f"approvals.checks.{name}")


def known_codes() -> frozenset[str]:
    """Codes a policy may give a level to: declared, and not fixed."""
    from approvals.checks.base import declared

    return frozenset(item.code for item in declared() if not item.fixed)
