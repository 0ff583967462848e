"""What the command says: text for people on stderr, one JSON document on stdout.

Text that came from elsewhere is shown without control characters, so that it cannot steer the terminal it is printed on.
"""

from __future__ import annotations

import errno
import sys
from typing import Any

from countersign import json_text


def say(message: str) -> None:
    """One line for people. Where stderr was closed nobody wants to read it, and stdout is for programs.

    Closed is also what cannot be written to at all: a wrapper such as pyenv's opens its own script in the place of a closed stderr.
    """
    if sys.stderr is None:
        return
    try:
        print(plain(message), file=sys.stderr, flush=True)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
        sys.stderr = None


def plain(text: Any) -> str:
    """The text with every character that is not for printing, line ends and bidirectional marks among them, made visible."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text))


def write_json(value: Any) -> None:
    """The JSON document of this run, for programs. In ASCII, so that no terminal's or runner's encoding can break it."""
    print(json_text.dumps(value, indent=True))
