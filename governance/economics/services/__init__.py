"""Everything that writes in this room."""

from governance.economics.services.cases import (
    KEY,
    LONGEST_HORIZON,
    MOST_DIGITS,
    MOST_LINES,
    MOST_PLACES,
    write_snapshot,
)

__all__ = ["KEY", "LONGEST_HORIZON", "MOST_DIGITS", "MOST_LINES", "MOST_PLACES", "write_snapshot"]
