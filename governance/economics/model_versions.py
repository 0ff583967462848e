"""What this room knows of model versions: their metrics. It may not look up to the room that keeps them, so that room tells it.

`lineage` says so in its `ready()`. Where nobody does, no version is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.errors import Missing
from governance.usecases.models import UseCase


@dataclass(frozen=True, slots=True)
class Version:
    """A model version with its metrics as `drivers.metrics_by_name` gives them, by name and by `name@dataset`."""

    public_id: str
    label: str
    url: str
    metrics: Mapping[str, Decimal] = field(default_factory=dict)


Versions = Callable[[Actor, UseCase, str, int], Sequence[Version]]
_versions: list[Versions] = []


def versions_from(function: Versions) -> None:
    """Tell whom to ask: `function(actor, use_case, public_id, most)`, newest first; a blank `public_id` asks for any."""
    _versions[:] = [function]


def version_of(actor: Actor, use_case: UseCase, public_id: str) -> Version:
    """One version of the use case. Raises Missing where the actor sees none of that id there. Two statements."""
    found = _versions[0](actor, use_case, public_id, 1) if _versions and public_id else ()
    if not found:
        raise Missing(_("There is no such version, or you may not see it."))
    return found[0]


def newest_version(actor: Actor, use_case: UseCase) -> Version | None:
    """The version that was registered last, or None. Two statements."""
    found = _versions[0](actor, use_case, "", 1) if _versions else ()
    return found[0] if found else None


def metric_names(actor: Actor, use_case: UseCase) -> tuple[str, ...]:
    """The names of the metrics that the newest version has, for a form to offer."""
    newest = newest_version(actor, use_case)
    return tuple(sorted(newest.metrics)) if newest is not None else ()
