"""The one error for files that cannot be looked into."""

from __future__ import annotations


class Unreadable(ValueError):
    """The file cannot be read as what it seems to be. The message says why, for people."""
