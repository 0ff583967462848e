"""The one clock. Tests freeze it, the demo sets it back to tell a history; nothing else asks the machine for the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("clock set to", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _set_to.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` within the block, for this thread of work only. For whoever assembles a history: today the demo.

    No service, page or address of the product does this, and none may: what is recorded would carry a time at which it did
    not happen. Whoever does keeps the moments in order, or the log would tell of causes after their effects.
    """
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
