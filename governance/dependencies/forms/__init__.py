"""The forms of dependencies, by concept."""

from governance.dependencies.forms.sets import SearchForm

__all__ = [
    "SearchForm",
]
