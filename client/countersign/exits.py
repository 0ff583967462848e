"""What the command exits with, and the error that carries such a code.

None of them is 1 or 2, except where `verify` means them: Python exits 1 on a crash and argparse 2 on a typing error.
"""

from __future__ import annotations

from typing import Any

OK = 0
ALTERED = 1  # verify only
INCOMPLETE = 2  # verify only
USAGE = 3
REFUSED = 4
DENY = 10
PENDING = 11
UNKNOWN = 12  # no such thing, or not authorised
NO_DECISION = 13
CRASH = 70
INTERRUPTED = 130


class CommandError(Exception):
    """Ends the command with `code`. `message` is for people; `fields` go into the JSON beside it."""

    def __init__(self, code: int, message: str, fields: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields or {}


def usage(message: str) -> CommandError:
    """The command was used wrongly, or a file it was given cannot be used."""
    return CommandError(USAGE, message)
