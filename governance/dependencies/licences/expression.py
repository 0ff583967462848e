"""Licence expressions: `MIT OR (Apache-2.0 WITH LLVM-exception AND BSD-3-Clause)`. Pure.

The grammar is that of SPDX 2.3, annex D: WITH binds more than AND, AND more than OR. Operators are also taken in small letters, since
SPDX 3 allows that and files have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST = 5_000  # characters
DEEPEST = 40  # brackets
_TOKEN = re.compile(r"\s*(?:([()])|([A-Za-z0-9.:+-]+))")
_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?(?:LicenseRef|AdditionRef)-[A-Za-z0-9.-]+")
_ID = re.compile(r"[A-Za-z0-9.-]+\+?")


class NotAnExpression(ValueError):
    """The text is no licence expression. `at` is the character where that shows."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence. `or_later` is the `+` behind it; `exception` what stands behind WITH."""

    id: str
    or_later: bool = False
    exception: str = ""

    def __str__(self) -> str:
        return self.id + ("+" if self.or_later else "") + (f" WITH {self.exception}" if self.exception else "")


@dataclass(frozen=True, slots=True)
class Combined:
    """Several, of which one may be chosen (OR) or all hold (AND)."""

    operator: Literal["AND", "OR"]
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        inner = (f"({part})" if isinstance(part, Combined) and self.operator == "AND" else str(part) for part in self.parts)
        return f" {self.operator} ".join(inner)


Node = Licence | Combined


def read_expression(text: str) -> Node:
    """The expression that `text` is. Raises NotAnExpression."""
    if len(text) > LONGEST:
        raise NotAnExpression(f"more than {LONGEST} characters", LONGEST)
    return _Reader(text).whole()


def licences_in(node: Node) -> Iterator[Licence]:
    """Every licence, from left to right."""
    if isinstance(node, Licence):
        yield node
    else:
        for part in node.parts:
            yield from licences_in(part)


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                start = at + len(text[at:]) - len(text[at:].lstrip())
                raise NotAnExpression(f"{text[start]!r} stands in no expression", start)
            self.tokens.append((found[1] or found[2], found.start(1) if found[1] else found.start(2)))
            at = found.end()
        self.at = 0
        self.depth = 0
        self.end = len(text)

    def whole(self) -> Node:
        node = self.combined("OR")
        if self.at < len(self.tokens):
            word, place = self.tokens[self.at]
            raise NotAnExpression(f"{word} was not expected here", place)
        return node

    def combined(self, operator: Literal["AND", "OR"]) -> Node:
        def part() -> Node:
            return self.combined("AND") if operator == "OR" else self.single()

        parts = [part()]
        while self.word().upper() == operator:
            self.at += 1
            parts.append(part())
        flat: list[Node] = []
        for one in parts:
            flat += one.parts if isinstance(one, Combined) and one.operator == operator else (one,)
        return flat[0] if len(flat) == 1 else Combined(operator, tuple(flat))

    def single(self) -> Node:
        word, place = self.take()
        if word == "(":
            self.depth += 1
            if self.depth > DEEPEST:
                raise NotAnExpression(f"more than {DEEPEST} brackets in one another", place)
            node = self.combined("OR")
            closing, place = self.take()
            if closing != ")":
                raise NotAnExpression("a bracket is not closed", place)
            self.depth -= 1
            return node
        if word == ")" or word.upper() in ("AND", "OR", "WITH"):
            raise NotAnExpression(f"{word} stands where a licence should", place)
        if not _REFERENCE.fullmatch(word) and not _ID.fullmatch(word):
            raise NotAnExpression(f"{word} is no name of a licence", place)
        later = word.endswith("+")
        exception = ""
        if self.word().upper() == "WITH":
            self.at += 1
            exception, place = self.take()
            if exception in ("(", ")") or not (_REFERENCE.fullmatch(exception) or re.fullmatch(r"[A-Za-z0-9.-]+", exception)):
                raise NotAnExpression("no exception stands behind WITH", place)
        return Licence(word.removesuffix("+"), later, exception)

    def word(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, int]:
        if self.at >= len(self.tokens):
            raise NotAnExpression("something is missing at the end", self.end)
        self.at += 1
        return self.tokens[self.at - 1]
