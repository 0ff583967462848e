"""Formulas in one form, so that two that compute the same in other words compare equal. Pure.

What is taken for equal: white space, comments, case of SQL's words and names, needless parentheses, aliases of tables and of
the result, the order of `a + b`, `a * b`, `and`, `or`, `=` and `<>`, `a > b` and `b < a`, `!=` and `<>`, `cast(a as t)` and
`a::t`. Never what may differ: `+` on texts keeps its order, and so do Python's `and` and `or`, which give one of their sides,
unless the result is true or false. What cannot be parsed is compared piece by piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from governance.dictionary.naming.formula_parser import Node, NotParsed, Rules, parsed
from governance.dictionary.naming.formula_tokens import LONGEST_FORMULA, Token, tokens
from governance.dictionary.naming.vocabulary import one_of

_CLAUSES = ("select", "from", "where", "group", "having", "order", "limit")
_AFTER_TABLE = one_of("on using where group order having limit join left right full inner outer cross union")


@lru_cache(maxsize=8192)
def canonical(expression: str, language: str = "", sources: tuple[str, ...] = (), logical_type: str = "") -> str:
    """The formula in one form; equal texts compute the same. `sources` are keys that names of columns are written out to.

    Free text (`language` text) and what is too long is compared by its words alone. An empty expression gives an empty text.
    """
    language = language.casefold()
    if language == "text" or len(expression) > LONGEST_FORMULA:
        return " ".join(expression.casefold().split())
    cut, tables = _without_aliases(tokens(expression, language))
    rules = Rules(
        names=_Names(sources, tables),
        python=language == "python",
        of_text=logical_type in ("string", "array", "object"),
        of_truth=logical_type == "boolean",
    )
    if not cut:
        return ""
    try:
        node = _query(cut, rules) if cut[0] == Token("word", "select") else parsed(_unnamed(cut), rules)
    except NotParsed:
        node = ("pieces", *((token.kind, token.text) for token in cut))
    return repr(node)


@lru_cache(maxsize=8192)
def names_in(expression: str, language: str = "") -> frozenset[str]:
    """The names of columns that an expression reads, without their tables: what stands for sources where none are declared."""
    if language.casefold() == "text":
        return frozenset()
    found = set()
    cut = _unnamed(tokens(expression, language.casefold()))
    before = ""  # the last word; names behind `from` and `join` are tables, behind `as` aliases and types
    for at, token in enumerate(cut):
        if token.kind == "word" or token.text in ("::", ","):
            before = token.text
        following = cut[at + 1].text if at + 1 < len(cut) else ""
        if token.kind == "name" and following not in ("(", ".") and before not in ("from", "join", "as", "::"):
            found.add(token.text)
    return frozenset(found)


def _without_aliases(cut: tuple[Token, ...]) -> tuple[tuple[Token, ...], dict[str, str]]:
    """The pieces without the aliases of tables, and which table each of them stands for."""
    kept: list[Token] = []
    tables: dict[str, str] = {}
    at = 0
    while at < len(cut):
        kept.append(cut[at])
        if cut[at].kind == "word" and cut[at].text in ("from", "join"):
            start = at = at + 1
            while at < len(cut) and (cut[at].kind == "name" or cut[at].text == "."):
                if at > start and cut[at].kind == "name" and cut[at - 1].kind == "name":
                    break
                at += 1
            kept.extend(cut[start:at])
            table = cut[at - 1].text if at > start else ""
            if table and at < len(cut) and cut[at] == Token("word", "as"):
                at += 1
            if table and at < len(cut) and cut[at].kind == "name" and cut[at].text not in _AFTER_TABLE:
                tables[cut[at].text] = table
                at += 1
            continue
        at += 1
    return tuple(kept), tables


class _Names:
    """Names of columns written out to the keys of sources where exactly one fits; else without an alias."""

    def __init__(self, sources: tuple[str, ...], tables: dict[str, str]) -> None:
        self._sources = sources
        self._tables = tables

    def __call__(self, chain: tuple[str, ...]) -> tuple[str, ...]:
        owner = self._tables.get(chain[-2], chain[-2]) if len(chain) > 1 else ""
        fitting = [key for key in self._sources if key.rsplit("/", 1)[-1].rsplit(".", 1)[-1] == chain[-1].casefold()]
        if len(fitting) > 1 and owner:
            fitting = [key for key in fitting if _owner(key) in (owner, owner.removesuffix("s"))]
        if len(fitting) == 1:
            return (fitting[0],)
        return (owner, chain[-1]) if owner else chain


def _owner(key: str) -> str:
    parts = key.rsplit("/", 1)[-1].split(".")
    return parts[-2] if len(parts) > 1 else ""


def _unnamed(cut: Sequence[Token]) -> Sequence[Token]:
    """Without the name of the result: `sum(a) as total`."""
    if len(cut) > 2 and cut[-2] == Token("word", "as") and cut[-1].kind == "name" and _depth(cut[:-2]) == 0:
        return cut[:-2]
    return cut


def _depth(cut: Sequence[Token]) -> int:
    return sum({"(": 1, ")": -1}.get(token.text, 0) for token in cut if token.kind == "sign")


def _query(cut: Sequence[Token], rules: Rules) -> Node:
    """A plain SELECT, clause by clause. Raises NotParsed for unions and what else is none."""
    clauses: dict[str, list[Token]] = {}
    depth = 0
    open_clause = ""
    for token in cut:
        depth += _depth((token,))
        if depth == 0 and token.kind == "word" and token.text in ("union", "intersect", "except", "with"):
            raise NotParsed
        if depth == 0 and token.kind == "word" and token.text in _CLAUSES:
            open_clause = token.text
            if open_clause in clauses:
                raise NotParsed
            clauses[open_clause] = []
        else:
            clauses[open_clause].append(token)
    return ("query", *((name, _clause(name, clauses[name], rules)) for name in _CLAUSES if name in clauses))


def _clause(name: str, cut: list[Token], rules: Rules) -> Node:
    if name in ("where", "having"):
        return parsed(cut, rules)
    if name == "select":
        distinct = cut[:1] == [Token("word", "distinct")]
        items = [parsed(_unnamed(item), rules) for item in _items(cut[1:] if distinct else cut)]
        return ("distinct", *items) if distinct else ("all", *items)
    if name == "group" and cut[:1] == [Token("word", "by")]:
        return ("by", *sorted((parsed(item, rules) for item in _items(cut[1:])), key=repr))
    return ("pieces", *((token.kind, token.text) for token in cut))


def _items(cut: Sequence[Token]) -> list[list[Token]]:
    items: list[list[Token]] = [[]]
    depth = 0
    for token in cut:
        depth += _depth((token,))
        if depth == 0 and token == Token("sign", ","):
            items.append([])
        else:
            items[-1].append(token)
    return items
