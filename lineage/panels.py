"""What higher rooms add to the page of a model version: whether it may ship, and a way to ask. They register in `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from foundation.actor import Actor
from foundation.pages import PersonRequest
from lineage.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: its template, and what fills it under the name `panel`. `status` is the answer's when a form failed."""

    template: str
    content: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a version is to go or was refused: an environment, with the state of the request that leads there."""

    environment: str
    title: str
    state: str
    url: str
    since: datetime
    movers: Sequence[Any] = ()


Show = Callable[[PersonRequest, ModelVersion], Panel | HttpResponse]
Digests = Mapping[str, Mapping[str, str]]  # public id of a version → component → digest
Destinations = Callable[[Actor, Sequence[ModelVersion], Digests | None], Mapping[int, Sequence[Destination]]]

_panels: list[Show] = []
_destinations: list[Destinations] = []


def register(show: Show) -> None:
    """Add a panel. On POST it may carry something out and answer with where to go; else it gives what is shown."""
    _panels.append(show)


def destinations_from(function: Destinations) -> None:
    """Tell whom to ask where versions are to go."""
    _destinations[:] = [function]


def panels_of(request: PersonRequest, model_version: ModelVersion) -> list[Panel] | HttpResponse:
    """The panels of a version's page, or the answer of the one that carried something out."""
    shown = []
    for show in _panels:
        panel = show(request, model_version)
        if isinstance(panel, HttpResponse):
            return panel
        shown.append(panel)
    return shown


def destinations_of(
    actor: Actor, versions: Sequence[ModelVersion], digests: Digests | None = None
) -> Mapping[int, Sequence[Destination]]:
    """Where each version is to go, by its primary key, newest request first. `digests`, if known already, saves work."""
    return _destinations[0](actor, versions, digests) if _destinations and versions else {}
