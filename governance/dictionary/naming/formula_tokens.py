"""Formulas in pieces: SQL and Python expressions cut into tokens, without comments and white space. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from governance.dictionary.elements.bounds import canonical_number
from governance.dictionary.naming.vocabulary import one_of

Kind = Literal["number", "text", "name", "word", "sign"]
LONGEST_FORMULA = 20_000  # characters; what is longer is compared as it stands

_SQL_WORDS = one_of("""select from where group by having order limit union intersect except with as and or not is null in like
ilike between case when
    then else end distinct true false cast try_cast over partition filter within join on using left right full inner outer cross
    asc
    desc interval date timestamp time exists all any rows range unbounded preceding following current row nulls first last""")
_PYTHON_WORDS = one_of("and or not is in None True False if else for lambda")

_NUMBER = r"(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_NAME = r"(?P<name>[^\W\d][\w$]*)"
_SQL = re.compile(
    r"\s+|--[^\n]*|/\*.*?\*/"
    r"|(?P<text>'(?:[^']|'')*')"
    r'|(?P<quoted>"(?:[^"]|"")+"|`[^`]+`)'
    rf"|{_NUMBER}|{_NAME}"
    r"|(?P<sign><=|>=|<>|!=|==|\|\||::|.)",
    re.DOTALL,
)
_PYTHON = re.compile(
    r"\s+|\#[^\n]*"
    r"""|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    rf"|(?P<quoted>(?!))|{_NUMBER}|{_NAME}"
    r"|(?P<sign><=|>=|!=|==|\*\*|//|.)",
    re.DOTALL,
)
_SAME_SIGN = {"!=": "<>", "==": "="}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece in one form: SQL's words and names in small letters, numbers without needless zeros, texts in single quotes."""

    kind: Kind
    text: str


def tokens(expression: str, language: str) -> tuple[Token, ...]:
    """The pieces of an expression in SQL or, where `language` is python, in Python."""
    python = language == "python"
    found: list[Token] = []
    for match in (_PYTHON if python else _SQL).finditer(expression[:LONGEST_FORMULA]):
        text = match.group()
        if match.lastgroup == "number":
            found.append(Token("number", _number(text)))
        elif match.lastgroup == "text":
            found.append(Token("text", text if not python else "'" + text[1:-1] + "'"))
        elif match.lastgroup == "quoted":
            found.append(Token("name", _unquoted(text)))
        elif match.lastgroup == "name":
            found.append(_name(text, python))
        elif match.lastgroup == "sign":
            found.append(Token("sign", _SAME_SIGN.get(text, text)))
    while found and found[-1] == Token("sign", ";"):
        found.pop()
    return tuple(found)


def _name(text: str, python: bool) -> Token:
    if python:
        return Token("word" if text in _PYTHON_WORDS else "name", text)
    small = text.casefold()
    return Token("word" if small in _SQL_WORDS else "name", small)


def _unquoted(text: str) -> str:
    """A quoted name; one that needs no quotes is the same without them."""
    name = text[1:-1].replace('""', '"')
    return name if not re.fullmatch(r"[a-z_][a-z0-9_]*", name.casefold()) else name.casefold()


def _number(text: str) -> str:
    """2.50 is 2.5, and 2.0 stays apart from 2: it divides otherwise."""
    if text.isdecimal():
        return text.lstrip("0") or "0"
    form = canonical_number(text)
    if form is None:
        return text.casefold()
    return form if "." in form else form + ".0"
