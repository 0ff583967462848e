"""Reads over dependencies, by concept."""

from governance.dependencies.selectors.advisories import Found, findings_for, newest_snapshot
from governance.dependencies.selectors.external import external_of
from governance.dependencies.selectors.licences import (
    licence_of,
    licence_policy,
    licences_in_use,
    licences_of_releases,
    rules_in_force,
)
from governance.dependencies.selectors.sets import (
    Inside,
    LockChange,
    Narrowed,
    PackageRow,
    Packages,
    changes_of,
    inside,
    locks,
    own_code,
    packages,
    pinning_command,
    sets_seen_by,
)
from governance.dependencies.selectors.sources import live_sources, mirrors_of, sources_seen_by

__all__ = [
    "Found",
    "Inside",
    "LockChange",
    "Narrowed",
    "PackageRow",
    "Packages",
    "changes_of",
    "external_of",
    "findings_for",
    "inside",
    "licence_of",
    "licence_policy",
    "licences_in_use",
    "licences_of_releases",
    "live_sources",
    "locks",
    "mirrors_of",
    "newest_snapshot",
    "own_code",
    "packages",
    "pinning_command",
    "rules_in_force",
    "sets_seen_by",
    "sources_seen_by",
]
