"""Two columns of text for a terminal: names on the left, what they mean on the right, both wrapped.

Chinese, Japanese and Korean characters take two places, combining marks none. Nothing that steers a terminal is let through.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable

from countersign.output import plain

NARROWEST, WIDEST, USUAL = 40, 120, 80
WIDEST_NAME = 30
GAP = "  "
_WORDS = re.compile(r" +|[^ ]+")


def terminal_width() -> int:
    """How wide the terminal is that stderr goes to: what COLUMNS says, else what it says itself, else 80."""
    try:
        width = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        width = 0
    if width <= 0:
        try:
            width = os.get_terminal_size(sys.stderr.fileno()).columns
        except (OSError, ValueError, AttributeError):  # no terminal, or no stderr
            width = USUAL
    return min(max(width or USUAL, NARROWEST), WIDEST)


def rendered(rows: Iterable[tuple[str, Iterable[str]]], width: int) -> list[str]:
    """The lines of a table of names and the lines that belong to each, with an empty line between."""
    cells = [(_plain(name), [_plain(line) for line in lines]) for name, lines in rows]
    left = max(1, min(WIDEST_NAME, width // 3, max((places(name) for name, _lines in cells), default=0)))
    right = width - left - len(GAP)
    found: list[str] = []
    for name, lines in cells:
        names = wrapped(name, left)
        texts = [part for line in lines for part in wrapped(line, right)]
        if found:
            found.append("")
        for number in range(max(len(names), len(texts))):
            head = names[number] if number < len(names) else ""
            tail = texts[number] if number < len(texts) else ""
            found.append(f"{head}{' ' * (left - places(head))}{GAP}{tail}".rstrip())
    return found


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` places, broken at blanks, between wide characters, and elsewhere where it must be."""
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text):
        size = places(piece)
        if piece.isspace():
            if line and used + size <= width:
                line, used = line + piece, used + size
            continue
        if line and used + size > width:
            lines.append(line.rstrip())
            line, used = "", 0
        while size > width:  # a word that fits in no line
            head = _head(piece, width)
            lines.append(head)
            piece = piece[len(head) :]
            size = places(piece)
        line, used = line + piece, used + size
    return [*lines, line.rstrip()] if line or not lines else lines


def _plain(text: str) -> str:
    """One line: white space of any kind is a blank, and what is not for printing is made visible."""
    return plain(" ".join(text.split()))


def places(text: str) -> int:
    """How many places of a terminal a text takes."""
    return sum(map(_place, text))


def _place(char: str) -> int:
    if char < "\x7f":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _pieces(text: str) -> Iterable[str]:
    """Blanks and words; in words, what may stand alone: a wide character with the marks on it."""
    for word in _WORDS.findall(text):
        run = ""
        for char in word:
            if _place(char) == 2:
                if run:
                    yield run
                run = char
            elif run and _place(run[0]) == 2 and _place(char):
                yield run
                run = char
            else:
                run += char
        yield run


def _head(word: str, width: int) -> str:
    """As much of a word as fits, and one character at least."""
    used = 0
    for at, char in enumerate(word):
        used += _place(char)
        if used > width and at:
            return word[:at]
    return word
