"""Reads over dependencies, by concept."""

from governance.dependencies.selectors.sets import LockChange, PackageRow, Packages, changes_of, locks, packages, sets_seen_by

__all__ = [
    "LockChange",
    "PackageRow",
    "Packages",
    "changes_of",
    "locks",
    "packages",
    "sets_seen_by",
]
