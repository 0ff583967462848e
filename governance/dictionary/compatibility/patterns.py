"""Whether one regular expression permits all that another one does, where that can be proven simply. Pure.

A pattern is taken apart into alternatives of runs: a set of characters, at least and at most so often. Groups are multiplied out.
Whatever is more than that (repeated groups, look-around, flags) proves nothing, and neither do patterns of many parts. A proof is
sound for any engine of the RE2 family and for Python's: `\\d`, `\\w`, `\\s` and `.` differ between them in what they take beyond ASCII,
so they have characters that they surely take and others that they may take.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

MOST_LENGTH = 1000  # characters of a pattern
MOST_ALTERNATIVES = 300
MOST_STEPS = 200_000  # of the proof, some hundredths of a second
LAST = 0x10FFFF

Ranges = tuple[tuple[int, int], ...]
Answer = Literal["same", "narrowed", "widened", "shifted", "undetermined"]


class Unproven(Exception):
    """The pattern has a part of which nothing is proven."""


class Chars(NamedTuple):
    """The characters that it surely takes, with `\\d` and the like by name."""

    ranges: Ranges
    classes: frozenset[str] = frozenset()


class Run(NamedTuple):
    chars: Chars
    least: int
    most: float


Alternative = tuple[Run, ...]


def _merged(ranges: Sequence[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _without(ranges: Ranges) -> Ranges:
    """All other characters."""
    edges = [(-1, -1), *ranges, (LAST + 1, LAST + 1)]
    return tuple((high + 1, low - 1) for (_, high), (low, _) in pairwise(edges) if high + 1 <= low - 1)


def _of(text: str) -> Ranges:
    return _merged([(ord(char), ord(char)) for char in text])


_DIGITS = ((48, 57),)
_WORD = _merged([(48, 57), (65, 90), (95, 95), (97, 122)])
_BEYOND = ((0x80, LAST),)
SURE: dict[str, Ranges] = {
    r"\d": _DIGITS, r"\w": _WORD, r"\s": _of("\t\n\f\r "), ".": _without(_of("\n\r\x85\u2028\u2029")),
}  # fmt: skip
MAYBE: dict[str, Ranges] = {
    r"\d": _merged([*_DIGITS, *_BEYOND]), r"\w": _merged([*_WORD, *_BEYOND]),
    r"\s": _merged([*_of("\t\n\v\f\r \x1c\x1d\x1e\x1f"), *_BEYOND]), ".": _without(_of("\n")),
}  # fmt: skip
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def pattern_answer(before: str, after: str) -> Answer:
    """How what the new pattern permits stands to what the old one did. No pattern permits all."""
    if before == after:
        return "same"
    if not before or not after:
        return "widened" if before else "narrowed"
    try:
        old, new = _parsed(before), _parsed(after)
    except Unproven:
        return "undetermined"
    words, others = _literals(old), _literals(new)
    if words is not None and others is not None:
        if words == others:
            return "same"
        return "widened" if words < others else ("narrowed" if others < words else "shifted")
    if max(_steps(new, old), _steps(old, new)) > MOST_STEPS:
        return "undetermined"
    new_in_old, old_in_new = _within(new, old), _within(old, new)
    if new_in_old and old_in_new:
        return "same"
    return "narrowed" if new_in_old else ("widened" if old_in_new else "undetermined")


# Proof --------------------------------------------------------------------------------------------------------------------


def _literals(alternatives: Sequence[Alternative]) -> frozenset[str] | None:
    """The texts that it permits, if each alternative is one text."""
    found = set()
    for runs in alternatives:
        text = ""
        for run in runs:
            (low, high) = run.chars.ranges[0] if len(run.chars.ranges) == 1 and not run.chars.classes else (0, 1)
            if low != high or run.least != run.most or run.least + len(text) > MOST_LENGTH:
                return None
            text += chr(low) * run.least
        found.add(text)
    return frozenset(found)


def _steps(small: Sequence[Alternative], big: Sequence[Alternative]) -> int:
    """At most so many are needed to try whether the one lies in the other."""
    return sum(sum(run.least + 1 for run in runs) ** 2 for runs in small) * sum(len(runs) + 1 for runs in big)


def _within(small: Sequence[Alternative], big: Sequence[Alternative]) -> bool:
    """Surely: each alternative of the one lies in a single alternative of the other."""
    return all(any(_lies_in(_apart(runs), other) for other in big) for runs in small)


def _apart(runs: Alternative) -> Alternative:
    """Each character that has to be there on its own, so that `[a-z]{3}` can be met by `[a-z][a-z0-9]+`."""
    found: list[Run] = []
    for run in runs:
        found += [Run(run.chars, 1, 1)] * run.least
        if run.most > run.least:
            found.append(Run(run.chars, 0, run.most - run.least))
    return tuple(found)


def _lies_in(small: Alternative, big: Alternative) -> bool:
    """Whether `small` can be cut into pieces, one for each run of `big`, that each lie in it."""
    starts = {0}
    for run in big:
        ends: set[int] = set()
        for start in starts:
            least, most = 0, 0.0
            for end in range(start, len(small) + 1):
                if end > start:
                    piece = small[end - 1]
                    least, most = least + piece.least, most + piece.most
                    if most > run.most or not _takes(run.chars, piece.chars):
                        break
                if least >= run.least:
                    ends.add(end)
        starts = ends
    return len(small) in starts


@lru_cache(maxsize=4096)
def _takes(big: Chars, small: Chars) -> bool:
    """Whether every character of `small` is one of `big` in any engine."""
    sure = _merged([*big.ranges, *(item for name in big.classes for item in SURE.get(name, ()))])
    maybe = [MAYBE.get(name, ((0, LAST),)) for name in small.classes - big.classes - _held(big.classes)]
    asked = _merged([*small.ranges, *(item for ranges in maybe for item in ranges)])
    return all(any(low <= first and last <= high for low, high in sure) for first, last in asked)


def _held(classes: frozenset[str]) -> frozenset[str]:
    """Every digit is a character of a word, whatever an engine calls a digit."""
    return frozenset({r"\d"}) if r"\w" in classes else frozenset()


# Parsing ------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _parsed(pattern: str) -> tuple[Alternative, ...]:
    if len(pattern) > MOST_LENGTH:
        raise Unproven
    parser = _Parser(pattern)
    found = parser.alternatives(depth=0)
    if parser.at != len(pattern):
        raise Unproven
    return tuple(_joined(runs) for runs in found)


def _joined(runs: Alternative) -> Alternative:
    """Neighbours with the same characters as one: `[a-z][a-z]*` is `[a-z]+`."""
    found: list[Run] = []
    for run in runs:
        if found and found[-1].chars == run.chars:
            found[-1] = Run(run.chars, found[-1].least + run.least, found[-1].most + run.most)
        elif run.most > 0:
            found.append(run)
    return tuple(found)


class _Parser:
    """Recursive descent over one pattern; whatever it does not know is Unproven."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _skip(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def _taken(self) -> str:
        if self.at >= len(self.text):
            raise Unproven
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self, depth: int) -> list[Alternative]:
        if depth > 10:
            raise Unproven
        found = self._sequence(depth)
        while self._skip("|"):
            found += self._sequence(depth)
            if len(found) > MOST_ALTERNATIVES:
                raise Unproven
        return found

    def _sequence(self, depth: int) -> list[Alternative]:
        """The whole value has to match, so the anchors at either end of an alternative say nothing."""
        if depth == 0:
            self._skip("^")
        found: list[Alternative] = [()]
        while (char := self._next()) not in ("", "|", ")"):
            if char == "$" and depth == 0:
                self.at += 1
                if self._next() not in ("", "|"):
                    raise Unproven
                break
            parts = self._part(depth)
            if len(found) * len(parts) > MOST_ALTERNATIVES:
                raise Unproven
            found = [(*runs, *more) for runs in found for more in parts]
        return found

    def _part(self, depth: int) -> list[Alternative]:
        if self._skip("("):
            if self._next() == "?" and not self._skip("?:"):
                raise Unproven
            inner = self.alternatives(depth + 1)
            if not self._skip(")"):
                raise Unproven
            least, most = self._times()
            if (least, most) == (0, 1):
                return [(), *inner]
            if (least, most) != (1, 1):
                raise Unproven
            return inner
        chars = self._chars()
        least, most = self._times()
        return [(Run(chars, least, most),)]

    def _chars(self) -> Chars:
        char = self._taken()
        if char == "[":
            return self._set()
        if char == ".":
            return Chars((), frozenset({"."}))
        if char == "\\":
            return self._escape()
        if char in "^$*+?{}]":
            raise Unproven
        return Chars(_of(char))

    def _escape(self) -> Chars:
        char = self._taken()
        if char in "dwsDWS":  # of the last three only the same again is known to lie in them
            return Chars((), frozenset({"\\" + char}))
        if char in _ESCAPED:
            return Chars(_of(_ESCAPED[char]))
        if char.isalnum() or not char.isascii():
            raise Unproven
        return Chars(_of(char))

    def _set(self) -> Chars:
        start = self.at
        negated = self._skip("^")
        if self._next() == "]":
            raise Unproven
        ranges: list[tuple[int, int]] = []
        classes: set[str] = set()
        while not self._skip("]"):
            if any(self.text.startswith(token, self.at) for token in ("[", "&&", "||", "~~", "--")):
                raise Unproven  # engines differ
            one = self._member()
            if self._next() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                other = self._member()
                if one.classes or other.classes or one.ranges[0][0] > other.ranges[0][0]:
                    raise Unproven
                ranges.append((one.ranges[0][0], other.ranges[0][0]))
            else:
                ranges += one.ranges
                classes |= one.classes
        if negated:
            if classes:
                return Chars((), frozenset({"[" + self.text[start : self.at]}))
            return Chars(_without(_merged(ranges)))
        return Chars(_merged(ranges), frozenset(classes))

    def _member(self) -> Chars:
        char = self._taken()
        return self._escape() if char == "\\" else Chars(_of(char))

    def _times(self) -> tuple[int, float]:
        """How often. A lazy mark changes nothing in what is permitted; a possessive one or a second count may."""
        found: tuple[int, float]
        if self._skip("*"):
            found = (0, math.inf)
        elif self._skip("+"):
            found = (1, math.inf)
        elif self._skip("?"):
            found = (0, 1)
        elif self._skip("{"):
            found = self._count()
        else:
            return 1, 1
        self._skip("?")
        if self._next() and self._next() in "*+?{":
            raise Unproven
        return found

    def _count(self) -> tuple[int, float]:
        inside, closed, _ = self.text[self.at :].partition("}")
        least, comma, most = inside.partition(",")
        numbers = all(len(item) <= 4 and item.isascii() and item.isdigit() for item in (least, most or "0"))
        if not closed or not numbers:
            raise Unproven
        self.at += len(inside) + 1
        low = int(least)
        high = (int(most) if most else math.inf) if comma else low
        if high < low:
            raise Unproven
        return low, high
