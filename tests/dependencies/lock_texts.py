"""How tests of readers look at what was read."""

from __future__ import annotations

from textwrap import dedent

from governance.dependencies.lockfiles import parse

A, B, M = "a" * 64, "b" * 64, "c" * 32


def read(path: str, text: str):
    return parse(path, dedent(text))


def rows(parsed, *fields: str) -> list[tuple]:
    return [tuple(getattr(row, name) for name in fields) for row in parsed.requirements]


def codes(parsed) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in parsed.problems]


def options(parsed) -> list[tuple[str, str]]:
    return [(option.name, option.value) for option in parsed.options]
