"""Whether a ruling is before people in a request for approval. The room of approvals says so; this room does not know it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from governance.dependencies.models import Ruling

IN_REQUEST = _("People are asked about this in a request for approval, so it is decided there. Withdraw that to decide here.")

_told: list[Callable[[str], bool]] = []


def told_by(function: Callable[[str], bool]) -> None:
    """Name whom to ask, by public id of the ruling. Called once, when the app is ready."""
    _told[:] = [function]


def in_a_request(row: Ruling) -> bool:
    """Whether an open request is about it. One query."""
    return any(ask(row.public_id) for ask in _told)
