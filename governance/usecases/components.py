"""Of which components a thing has threads of their own. Only higher rooms know; they register in `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from foundation.models import PublicIdModel

Components = Callable[[Any], Mapping[str, Any]]
_components: dict[str, Components] = {}


def register(prefix: str, function: Components) -> None:
    """Tell what the components of things with this prefix are: name → label. A prefix that is taken is a programming error."""
    if _components.setdefault(prefix, function) is not function:
        raise ValueError(f"the components of {prefix} are registered twice")


def of(row: PublicIdModel) -> Mapping[str, Any]:
    """Name → label of the components of a thing; nothing for what has none."""
    function = _components.get(row.public_id_prefix)
    return function(row) if function is not None else {}
