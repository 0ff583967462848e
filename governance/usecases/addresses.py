"""What counts as an address of the web: nothing that runs, and nothing on the reader's own machine."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

LONGEST = 2048  # characters
_validate = URLValidator(schemes=["http", "https"])


def is_web_address(text: str) -> bool:
    """Whether it begins with http:// or https:// and names a host. Nobody goes there to look."""
    try:
        _validate(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST
