"""The pages of dependencies, by concept."""

from governance.dependencies.views.sets import crumbs, dependencies, dependency_set, package, tab_content

__all__ = [
    "crumbs",
    "dependencies",
    "dependency_set",
    "package",
    "tab_content",
]
