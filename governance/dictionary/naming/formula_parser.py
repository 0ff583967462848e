"""One expression as a tree in one form: a small parser by precedence, for what SQL and Python write alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from governance.dictionary.naming.formula_tokens import Token

Node = tuple[Any, ...]  # an operator and its operands, which are nodes; or a leaf: its kind and its text
DEEPEST = 30  # brackets in brackets
LONGEST_ROW = 150  # operators one behind the other that make a tree deeper
_COMPARE = frozenset(("=", "<>", "<", ">", "<=", ">="))
_TURNED = {">": "<", ">=": "<="}
_BEFORE_TEXT = frozenset(("date", "timestamp", "time", "interval"))


class NotParsed(ValueError):
    """The pieces are no expression that is known here."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the language and the result allow. `names` writes out the name of a column, given as its parts."""

    names: Callable[[tuple[str, ...]], tuple[str, ...]]
    python: bool = False
    of_text: bool = False
    of_truth: bool = False


def parsed(cut: Sequence[Token], rules: Rules) -> Node:
    """The tree of an expression. Raises NotParsed, also for what is nested deeper than DEEPEST."""
    reader = _Parser(cut, rules)
    node = reader.expression()
    if not reader.done:
        raise NotParsed
    return node


class _Parser:
    def __init__(self, cut: Sequence[Token], rules: Rules) -> None:
        self._cut = cut
        self._rules = rules
        self._at = 0
        self._depth = 0
        self._row = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._cut)

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotParsed
        node = self._either()
        self._depth -= 1
        return node

    def _deeper(self) -> None:
        """Counts what makes the tree deeper without brackets, so that no formula can exhaust the stack."""
        self._row += 1
        if self._row > LONGEST_ROW:
            raise NotParsed

    # Tokens -----------------------------------------------------------------------------------------------------------

    def _see(self, kind: str, *texts: str) -> bool:
        return not self.done and self._cut[self._at].kind == kind and (not texts or self._cut[self._at].text in texts)

    def _take(self, kind: str, *texts: str) -> Token | None:
        if not self._see(kind, *texts):
            return None
        self._at += 1
        return self._cut[self._at - 1]

    def _need(self, kind: str, *texts: str) -> Token:
        found = self._take(kind, *texts)
        if found is None:
            raise NotParsed
        return found

    # From what binds least to what binds most ---------------------------------------------------------------------------

    def _either(self) -> Node:
        return self._logic("or", self._both)

    def _both(self) -> Node:
        return self._logic("and", self._negated)

    def _logic(self, word: str, inner: Callable[[], Node]) -> Node:
        parts = [inner()]
        while self._take("word", word):
            parts.append(inner())
        if len(parts) == 1:
            return parts[0]
        flat = _flat(word, parts)
        return (word, *(flat if self._rules.python and not self._rules.of_truth else sorted(flat, key=repr)))

    def _negated(self) -> Node:
        count = 0
        while self._take("word", "not"):
            self._deeper()
            count += 1
        node = self._comparison()
        for _ in range(count):
            node = ("not", node)
        return node

    def _comparison(self) -> Node:
        node = self._joined()
        compared = False
        while True:
            if self._see("sign", *_COMPARE):
                if compared:
                    raise NotParsed  # a < b < c: one thing in Python, another in SQL
                compared = True
                node = self._compare(self._need("sign").text, node, self._joined())
            elif self._take("word", "is"):
                self._deeper()
                node = ("is not" if self._take("word", "not") else "is", node, self._joined())
            elif self._see("word", "not", "in", "like", "ilike", "between"):
                self._deeper()
                negated = self._take("word", "not") is not None
                node = self._membership(node)
                node = ("not", node) if negated else node
            else:
                return node

    def _compare(self, sign: str, left: Node, right: Node) -> Node:
        if sign in _TURNED:
            sign, left, right = _TURNED[sign], right, left
        return (sign, *(sorted((left, right), key=repr) if sign in ("=", "<>") else (left, right)))

    def _membership(self, node: Node) -> Node:
        word = self._need("word", "in", "like", "ilike", "between").text
        if word == "between":
            low = self._joined()
            self._need("word", "and")
            return ("between", node, low, self._joined())
        if word != "in":
            return (word, node, self._joined())
        if self._rules.python and not self._see("sign", "("):
            return ("in", node, self._joined())
        self._need("sign", "(")
        return ("in", node, *sorted(self._arguments(), key=repr))

    def _joined(self) -> Node:
        node = self._sum()
        while sign := self._take("sign", "||", "&", "|", "^"):
            self._deeper()
            node = (sign.text, node, self._sum())
        return node

    def _sum(self) -> Node:
        parts = [self._product()]
        signs = []
        while sign := self._take("sign", "+", "-"):
            term = self._product()
            signs.append(sign.text)
            parts.append(term if sign.text == "+" else ("neg", term))
        if not signs:
            return parts[0]
        flat = _flat("+", parts)
        texts = self._rules.of_text or any(part[0] == "text" for part in flat)
        return ("+", *(flat if texts else sorted(flat, key=repr)))

    def _product(self) -> Node:
        node = self._unary()
        while sign := self._take("sign", "*", "/", "%", "//"):
            self._deeper()
            right = self._unary()
            node = ("*", *sorted(_flat("*", [node, right]), key=repr)) if sign.text == "*" else (sign.text, node, right)
        return node

    def _unary(self) -> Node:
        negative = False
        while sign := self._take("sign", "-", "+", "~"):
            if sign.text == "~":
                raise NotParsed
            negative ^= sign.text == "-"
        node = self._power()
        return ("neg", node) if negative else node

    def _power(self) -> Node:
        node = self._after(self._primary())
        if self._take("sign", "**"):
            self._deeper()
            node = ("**", node, self._unary())
        return node

    def _after(self, node: Node) -> Node:
        while True:
            if self._see("sign", "::", "[", ".", "(") or self._see("word", "over", "filter", "within"):
                self._deeper()
            if self._take("sign", "::"):
                node = ("cast", node, self._type())
            elif self._take("sign", "["):
                node = ("at", node, self.expression())
                self._need("sign", "]")
            elif self._rules.python and self._take("sign", "."):
                node = ("member", node, self._need("name").text)
            elif self._rules.python and self._take("sign", "("):
                node = ("call", node, *self._arguments())
            elif self._see("word", "over", "filter", "within"):
                node = ("with", node, *self._raw())
            else:
                return node

    def _primary(self) -> Node:
        if self._take("sign", "("):
            node = self.expression()
            self._need("sign", ")")
            return node
        if self._take("sign", "*"):
            return ("all",)
        if self._see("number") or self._see("text"):
            token = self._cut[self._at]
            self._at += 1
            return (token.kind, token.text)
        if self._see("name"):
            return self._name()
        return self._word()

    def _name(self) -> Node:
        chain = [self._need("name").text]
        while self._take("sign", "."):
            if self._take("sign", "*"):
                return ("all", *chain)
            chain.append(self._need("name").text)
        if self._take("sign", "("):
            distinct = ("distinct",) if self._take("word", "distinct") else ()
            return ("call", ".".join(chain), *distinct, *self._arguments())
        return ("name", *self._rules.names(tuple(chain)))

    def _word(self) -> Node:
        token = self._need("word")
        if token.text in ("null", "true", "false", "None", "True", "False"):
            return ("word", token.text.casefold().replace("none", "null"))
        if token.text == "case":
            return self._case()
        if token.text in ("cast", "try_cast"):
            return self._cast(token.text)
        if token.text in _BEFORE_TEXT:
            if self._see("text"):
                return (token.text, self._need("text").text)
            if self._take("sign", "("):
                return ("call", token.text, *self._arguments())
            return ("name", *self._rules.names((token.text,)))
        if token.text in ("left", "right", "any", "all", "exists") and self._take("sign", "("):
            return ("call", token.text, *self._arguments())
        raise NotParsed

    def _case(self) -> Node:
        parts: list[Node] = [("of", self.expression())] if not self._see("word", "when") else []
        while self._take("word", "when"):
            when = self.expression()
            self._need("word", "then")
            parts.append(("when", when, self.expression()))
        if self._take("word", "else"):
            parts.append(("else", self.expression()))
        self._need("word", "end")
        return ("case", *parts)

    def _cast(self, word: str) -> Node:
        self._need("sign", "(")
        node = self.expression()
        self._need("word", "as")
        kind = self._type()
        self._need("sign", ")")
        return (word, node, kind)

    def _type(self) -> str:
        """A type: names, and numbers in brackets."""
        found = []
        while self._see("name") or self._see("word", "date", "timestamp", "time", "interval", "with"):
            found.append(self._cut[self._at].text)
            self._at += 1
        if not found:
            raise NotParsed
        if self._take("sign", "("):
            found.append("(")
            while self._see("number") or self._see("sign", ","):
                found.append(self._cut[self._at].text)
                self._at += 1
            self._need("sign", ")")
        return " ".join(found)

    def _arguments(self) -> list[Node]:
        """What stands in brackets that are open already, to the closing one."""
        found: list[Node] = []
        if self._take("sign", ")"):
            return found
        while True:
            found.append(self.expression())
            if self._take("sign", ")"):
                return found
            self._need("sign", ",")

    def _raw(self) -> list[Node]:
        """`over (…)` and the like, piece by piece."""
        found: list[Node] = [("word", self._need("word").text)]
        depth = 0
        while not self.done:
            token = self._cut[self._at]
            self._at += 1
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
            found.append((token.kind, token.text))
            if depth == 0 and token.text == ")":
                return found
        raise NotParsed


def _flat(sign: str, parts: Sequence[Node]) -> list[Node]:
    """Operands of the same operator in one row: (a + b) + c is a + b + c."""
    found: list[Node] = []
    for part in parts:
        found.extend(part[1:] if part[0] == sign else (part,))
    return found
