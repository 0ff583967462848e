"""Dependencies over HTTP, by concept."""

from governance.dependencies.api.sets import DependencySetDetails, DependencySetList

__all__ = [
    "DependencySetDetails",
    "DependencySetList",
]
