"""The input/output points of one Python file, from its syntax tree. Pure; nothing of it is run.

What a name stands for is taken from the imports of the file and from plain assignments, whatever the scope: that may list
a point too many, never one too few. There is no data flow: an object that was handed in is known only by the names of its
methods, and then the point says `by-name`.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import Any

from . import rules
from .literals import LONGEST_LINE, entropy, hidden_in_file, looked_at, may_hold_secrets
from .model import Hit, Limits, When
from .python_uses import environment, refined
from .python_walk import MAKERS, Context, Walk

LONGEST_FORM = 4_000  # bytes of an expression that count for its form
_USUAL_ENCODINGS = re.compile(
    rb"utf-?8(-sig)?|ascii|us-ascii|latin-?1|iso-?8859-?\d+|cp125\d|windows-125\d|gbk|gb2312|gb18030|big5|shift_jis|euc[-_]\w+",
    re.I,
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_SIGNS = b",+-*/%=.([{<>&|^@:"
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError, LookupError, UnicodeError, SystemError)


@dataclass(slots=True)
class Source:
    """What one file gave. `imports` are dotted names, as far as they can be told."""

    hits: list[Hit] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)


def read_source(data: bytes, path: str, *, module: str = "", when: When = "import", limits: Limits | None = None) -> Source:
    """The points of one file.

    `module` is its dotted name, for relative imports. A file that cannot be parsed is one point `unanalysed` with its reason.
    """
    limits = limits or Limits()
    reason = _too_large(data, limits)
    tree: Any = None  # compile() says that it may return anything; with this flag it is an ast.Module
    detail = ""
    if not reason:
        try:
            tree = compile(data, "<scanned>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except _NOT_PARSED as problem:
            reason, detail = _reason(problem, data), type(problem).__name__
    if tree is None:
        form = hashlib.sha256(data).hexdigest()[:16]
        return Source([Hit("unanalysed", reason, path, when=when, detail=detail, form=form)])
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    return _Reading(data, path, limits).read(Walk(package, when).run(tree))


def _too_large(data: bytes, limits: Limits) -> str:
    """Before anything is parsed: each sign and each line is at least one node of the tree, and a node takes half a kilobyte."""
    if len(data) > limits.source_bytes:
        return "too_large"
    if len(data) < limits.source_lines:
        return ""
    lines = data.count(b"\n") + data.count(b";") + data.count(b"\r")
    signs = sum(data.count(bytes((sign,))) for sign in _SIGNS)
    return "too_large" if lines > limits.source_lines or signs > limits.source_signs else ""


def _reason(problem: BaseException, data: bytes) -> str:
    if isinstance(problem, (MemoryError, RecursionError)) or "too many nested" in str(problem):
        return "too_deep"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "not_utf8" if not _COOKIE.search(data[:200]) else "syntax_error"
    return "syntax_error"


class _Reading:
    def __init__(self, data: bytes, path: str, limits: Limits) -> None:
        self.data, self.path, self.limits = data, path, limits
        self.lines: list[bytes] | None = None
        self.hits: list[Hit] = []

    def read(self, walk: Walk) -> Source:
        self.walk = walk
        self.paths = any(name.partition(".")[0] == "pathlib" for name, _line, _context in walk.imported)
        self._follow_assignments()
        steps: tuple[Callable[[], None], ...] = (self._imports, self._refs, self._direct, self._literals, self._hidden)
        for step in steps:
            step()
        self._run_at_import()
        if len(self.hits) > self.limits.points_of_a_file:
            del self.hits[self.limits.points_of_a_file :]
            self._hit("unanalysed", "too_many_points", None, Context("", walk.base))
        return Source(self.hits, {name for name, _line, _context in walk.imported})

    # What names stand for ---------------------------------------------------------------------------------------------------

    def _follow_assignments(self) -> None:
        """`run = os.system`: twice, for a name of a name; more than that is no plain code any more."""
        for _ in range(2):
            for name, base, attributes in self.walk.assigned:
                for dotted in self._dotted(base, attributes):
                    top = dotted.partition(".")[0]
                    if (
                        top in rules.SENSITIVE
                        or rules.rule_for(dotted, called=True)
                        or (base in rules.BUILTINS and not attributes)
                    ):
                        self.walk.alias(name, dotted)

    def _dotted(self, base: str, attributes: tuple[str, ...]) -> list[str]:
        known = self.walk.aliases.get(base)
        if known is None:
            if base in rules.BUILTINS and not attributes and base not in self.walk.defined:
                return [f"builtins.{base}"]
            if base in ("bytes", "bytearray", "__builtins__") and attributes:
                top = "builtins" if base == "__builtins__" else f"builtins.{base}"
                return [".".join((top, *attributes))]
            if base and self.walk.stars and base not in self.walk.defined:
                return [".".join((module, base, *attributes)) for module in self.walk.stars[:8]]
            return []
        return [rules.canonical(".".join((name, *attributes))) if attributes else rules.canonical(name) for name in known]

    # Points -----------------------------------------------------------------------------------------------------------------

    def _refs(self) -> None:
        aliases, stars = self.walk.aliases, self.walk.stars
        plain = rules.BUILTINS | {"bytes", "bytearray", "__builtins__"}
        dull: set[tuple[str, tuple[str, ...], str]] = set()  # the same name is the same nothing wherever it stands
        for base, attributes, node, context, use in self.walk.refs:
            if base in aliases or base in plain or stars:
                name = (base, attributes, use)
                if name not in dull:
                    if self._resolved(self._dotted(base, attributes), node, context, use):
                        continue
                    dull.add(name)
            if use == "call" and attributes:
                self._method(base, attributes, node, context)

    def _direct(self) -> None:
        for dotted, node, context, use in self.walk.direct:
            self._resolved([rules.canonical(dotted)], node, context, use)

    def _resolved(self, names: list[str], node: Any, context: Context, use: str) -> bool:
        for dotted in names:
            if dotted.startswith(("os.environ", "os.getenv", "os.putenv", "os.unsetenv")):
                capability, symbol = environment(dotted, node, use, self.walk.constants)
                self._hit(capability, symbol, node, context)
                return True
            if use == "computed":
                if dotted in rules.SENSITIVE:
                    self._hit("obscured", f"getattr({dotted}, …)", node, context)
                    return True
                continue
            if use == "store" and "." in dotted and self._is_foreign(dotted):
                self._hit("hook/process", f"{dotted} =", node, context)
                return True
            if use == "set item" and dotted == "sys.modules":
                self._hit("hook/process", "sys.modules[…] =", node, context)
                return True
            found = rules.rule_for(dotted, called=use in ("call", "base"))
            if found is not None:
                capability, detail = refined(found[0], dotted, node if use == "call" else None)
                if capability:
                    self._hit(capability, dotted.removeprefix("builtins."), node, context, detail, dotted=dotted)
                return True
        return False

    def _is_foreign(self, dotted: str) -> bool:
        """Whether the thing whose attribute is set is a module or class of somebody else, as far as the imports tell."""
        owner = dotted.rpartition(".")[0]
        return any(owner == name or name.startswith(owner + ".") for name, _line, _context in self.walk.imported)

    def _method(self, base: str, attributes: tuple[str, ...], node: Any, context: Context) -> None:
        name = attributes[-1]
        capability = rules.METHODS.get(name)
        if capability is None and name in rules.PATH_METHODS and self.paths and len(attributes) <= 2:
            capability = rules.PATH_METHODS[name]
            if capability == "fs/read" and base not in self.walk.aliases:
                capability = refined("fs/read", "pathlib.Path.open", node)[0]
        if not capability or (base in ("self", "cls") and len(attributes) == 1):
            return
        if base == "" and len(attributes) == 1 and _is_super(node):
            return
        self._hit(capability, f".{name}", node, context, confidence="by-name")

    def _imports(self) -> None:
        for name, line, context in self.walk.imported:
            capability = rules.IMPORTED.get(name.partition(".")[0])
            if capability and "." not in name:
                self.hits.append(
                    Hit(capability, f"import {name}", self.path, context.function, context.when, line=line, dotted=name)
                )

    def _literals(self) -> None:
        texts = [
            (node.value if node.value.__class__ is str else node.value.decode("latin-1"), node, context)
            for node, context in self.walk.literals
        ]
        secrets = may_hold_secrets("\n".join([text for text, _node, _context in texts]))
        for value, node, context in texts:
            for capability, symbol, detail in looked_at(value, secrets):
                self._hit(capability, symbol, node, context, detail, "string")

    def _hidden(self) -> None:
        top = Context("", self.walk.base)
        for symbol, node, context in self.walk.hidden:
            self._hit("obscured", symbol, node, context)
        for symbol, line in hidden_in_file(self.data):
            self.hits.append(Hit("obscured", symbol, self.path, when=top.when, confidence="string", line=line))
        if b"coding" in self.data[:300]:
            for start in self.data.split(b"\n", 2)[:2]:
                cookie = _COOKIE.match(start)
                if cookie and not _USUAL_ENCODINGS.fullmatch(cookie[1]):
                    self.hits.append(
                        Hit(
                            "obscured",
                            "encoding",
                            self.path,
                            when=top.when,
                            confidence="string",
                            detail=cookie[1].decode("ascii", "replace"),
                        )
                    )
        if len(self.data) > LONGEST_LINE and max(map(len, self.data.split(b"\n"))) > LONGEST_LINE:
            for number, text in enumerate(self._lines(), 1):
                if len(text) > LONGEST_LINE and entropy(text) > 4.8:
                    self.hits.append(
                        Hit(
                            "obscured",
                            "long_line",
                            self.path,
                            when=top.when,
                            confidence="string",
                            detail=f"{len(text)} bytes",
                            line=number,
                        )
                    )

    def _run_at_import(self) -> None:
        """What a function does that the module itself calls happens on import."""
        reached: set[str] = set()
        waiting = list(self.walk.calls_of.get("", ()))
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(self.walk.calls_of.get(name, ()))
        if not reached:
            return
        for hit in self.hits:
            if hit.when == "call":
                outer, _, rest = hit.function.partition(".")
                if outer in reached and (outer not in self.walk.classes or rest.partition(".")[0] in MAKERS):
                    hit.when = self.walk.base

    # Where ------------------------------------------------------------------------------------------------------------------

    def _hit(
        self,
        capability: str,
        symbol: str,
        node: Any,
        context: Context,
        detail: str = "",
        confidence: Any = "exact",
        dotted: str = "",
    ) -> None:
        if len(self.hits) > self.limits.points_of_a_file:
            return
        line = node.lineno if node is not None else 0
        form = self._form(node) if node is not None else ""
        self.hits.append(
            Hit(capability, symbol, self.path, context.function, context.when, confidence, detail, line, form, dotted)
        )

    def _form(self, node: Any) -> str:
        """A digest of how it is written, without what a formatter changes: white space, the last comma, the kind of quotes."""
        lines = self._lines()
        first, last = node.lineno - 1, node.end_lineno - 1
        if first == last:
            text = lines[first][node.col_offset : min(node.end_col_offset, node.col_offset + LONGEST_FORM)]
        else:
            parts, size = [lines[first][node.col_offset :][:LONGEST_FORM]], 0
            for number in range(first + 1, last + 1):
                part = lines[number] if number < last else lines[number][: node.end_col_offset]
                parts.append(part[:LONGEST_FORM])
                size += len(part)
                if size > LONGEST_FORM:
                    break
            text = b"\n".join(parts)
        text = b"".join(text.split()).replace(b",)", b")").replace(b",]", b"]").replace(b'"', b"'")
        return hashlib.sha256(text).hexdigest()[:16]

    def _lines(self) -> list[bytes]:
        if self.lines is None:
            data = self.data
            head = data[:300]
            if b"coding" in head:
                cookie = next((found for line in head.split(b"\n")[:2] if (found := _COOKIE.match(line))), None)
                if cookie and not cookie[1].lower().replace(b"_", b"-").startswith(b"utf-8"):
                    data = data.decode(cookie[1].decode("ascii", "replace"), "replace").encode()
            self.lines = [*data.removeprefix(b"\xef\xbb\xbf").splitlines(), b"", b""]
        return self.lines


def _is_super(node: Any) -> bool:
    inner = node.func.value
    return inner.__class__ is ast.Call and getattr(inner.func, "id", "") == "super"


def without_own(hits: list[Hit], own: Set[str]) -> list[Hit]:
    """Without what only names the archive's own code, which is scanned itself. `own` holds the dotted names of its modules.

    Nobody takes the place of the standard library by calling a file so.
    """
    known: dict[str, bool] = {}
    for dotted in {hit.dotted for hit in hits if hit.dotted}:
        parts = dotted.split(".")
        above = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        known[dotted] = parts[0] not in sys.stdlib_module_names and any(name in own for name in above)
    return [hit for hit in hits if not hit.dotted or not known[hit.dotted]]
