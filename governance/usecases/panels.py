"""What higher rooms add to the pages of definitions, documents and other records: who signed them, and a way to ask for it.

They register in `ready()`. Where nobody did, a page shows what the record itself says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from foundation.actor import Actor
from foundation.models import PublicIdModel
from foundation.pages import PersonRequest

Paper = PublicIdModel  # a record that somebody signs or approves as one thing


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: its template, and what fills it under the name `panel`. `status` is the answer's when a form failed."""

    template: str
    content: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class SignOff:
    """Where the signature of one version stands: its newest request, whose move it is, and who signed."""

    state: str  # of the request, or of its open part: pending, blocked, changes_requested
    url: str
    since: datetime
    is_open: bool
    movers: Sequence[Any] = ()  # people; empty when it is closed, or when nobody could act
    signers: Sequence[str] = ()  # as they were called when they signed
    valid_until: datetime | None = None


Show = Callable[[PersonRequest, Paper], Panel | HttpResponse]
SignOffs = Callable[[Actor, Sequence[Paper]], Mapping[str, SignOff]]

_panels: list[Show] = []
_sign_offs: list[SignOffs] = []


def register(show: Show) -> None:
    """Add a panel. On POST it may carry something out and answer with where to go; else it gives what is shown."""
    if show not in _panels:
        _panels.append(show)


def sign_offs_from(function: SignOffs) -> None:
    """Tell whom to ask where signatures stand."""
    _sign_offs[:] = [function]


def panels_of(request: PersonRequest, paper: Paper) -> list[Panel] | HttpResponse:
    """The panels of a page, or the answer of the one that carried something out."""
    shown = []
    for show in _panels:
        panel = show(request, paper)
        if isinstance(panel, HttpResponse):
            return panel
        shown.append(panel)
    return shown


def sign_offs_of(actor: Actor, papers: Sequence[Paper]) -> Mapping[str, SignOff]:
    """Where the signature of each stands, by public id; those that nobody asked for are left out."""
    return _sign_offs[0](actor, papers) if _sign_offs and papers else {}
