"""The time that steps take: clocks, due times, reminders, escalation. Nothing here approves."""

from approvals.services.clocks.keeping import Calendars, Kept, behind, clocks_of, escalate, keep, open_steps, without_waiver
from approvals.services.clocks.ticking import look_again, look_at, look_at_all, tick

__all__ = [
    "Calendars",
    "Kept",
    "behind",
    "clocks_of",
    "escalate",
    "keep",
    "look_again",
    "look_at",
    "look_at_all",
    "open_steps",
    "tick",
    "without_waiver",
]
