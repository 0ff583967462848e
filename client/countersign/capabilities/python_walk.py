"""One walk over the syntax tree of a file: what it imports, names, calls and writes down. Nothing is judged here. Pure.

Iterative, with a list instead of the call stack, because the depth of a tree is its author's choice; and once over each
node, because the walk is most of a scan's time. Names are kept as they are written: what they stand for is only known when
all imports of the file have been seen.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .model import When

# (base name, attributes, node, context, how it is used)
Ref = tuple[str, tuple[str, ...], Any, "Context", str]


class Context:
    """Where a node stands: the qualified name of its function, and when it runs."""

    __slots__ = ("function", "when")

    def __init__(self, function: str, when: When) -> None:
        self.function, self.when = function, when

    def inside(self, name: str, when: When) -> Context:
        return Context(f"{self.function}.{name}" if self.function else name, when)


# Fields that hold no nodes, and annotations: they run nothing that matters here.
_SKIPPED = (
    "arg", "annotation", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "name", "names", "op", "ops",
    "rest", "returns", "simple", "str", "tag", "type_comment", "type_params",
)  # fmt: skip


class _Fields(dict[type, tuple[str, ...]]):
    def __missing__(self, kind: type) -> tuple[str, ...]:
        return ()  # no node: a later Python may put new values into old ones


FIELDS = _Fields(
    {
        kind: tuple(name for name in kind._fields if name not in _SKIPPED)
        for kind in vars(ast).values()
        if isinstance(kind, type) and issubclass(kind, ast.AST)
    }
)
for _leaf in (ast.Constant, ast.Name, ast.Global, ast.Nonlocal, ast.arg, ast.alias):
    FIELDS[_leaf] = ()
MAKERS = frozenset({"__init__", "__new__", "__post_init__"})  # of a class: they run when it is called
_COMPUTED_SCOPES = frozenset({"globals", "locals", "vars"})


class Walk:
    """After `Walk(...).run(tree)` the lists hold everything, in no order that means anything."""

    def __init__(self, package: str, when: When) -> None:
        self.package, self.base = package, when
        self.aliases: dict[str, list[str]] = {}
        self.stars: list[str] = []
        self.imported: list[tuple[str, int, Context]] = []
        self.assigned: list[tuple[str, str, tuple[str, ...]]] = []  # name = base.attributes
        self.constants: dict[str, str] = {}
        self.refs: list[Ref] = []
        self.direct: list[tuple[str, Any, Context, str]] = []  # modules named by text: __import__("os").system
        self.literals: list[tuple[Any, Context]] = []
        self.hidden: list[tuple[str, Any, Context]] = []
        self.calls_of: dict[str, set[str]] = {}  # outermost function → plain names that it calls
        self.defined: set[str] = set()
        self.classes: set[str] = set()
        self.context = Context("", when)
        self.scopes: list[tuple[list[Any], Context]] = []
        self.stack: list[Any] = []
        self.handlers: dict[type, Callable[[Any], bool]] = {
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.Lambda: self._lambda,
            ast.ClassDef: self._class,
            ast.If: self._if,
            ast.Expr: self._expression,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Compare: self._compare,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
        }

    def run(self, tree: ast.Module) -> Walk:
        self.defined = {
            node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
        self.classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        self.scopes.append((tree.body, self.context))
        handlers, fields, refs, literals = self.handlers.get, FIELDS, self.refs, self.literals
        name, constant, load = ast.Name, ast.Constant, ast.Load
        while self.scopes:
            body, context = self.scopes.pop()
            self.context = context
            stack = self.stack = body[::-1]
            pop, push, more = stack.pop, stack.append, stack.extend
            while stack:
                node = pop()
                kind = node.__class__
                if kind is name:  # these two are most of a tree, so they are not handed on
                    if node.ctx.__class__ is load:
                        refs.append((node.id, (), node, context, "name"))
                    continue
                if kind is constant:
                    value = node.value
                    if (value.__class__ is str or value.__class__ is bytes) and len(value) > 5:
                        literals.append((node, context))
                    continue
                handler = handlers(kind)
                if handler is not None and handler(node):
                    continue
                for one in fields[kind]:
                    value = getattr(node, one)
                    if value.__class__ is list:
                        more(value)
                    elif value is not None:
                        push(value)
        return self

    # Names ----------------------------------------------------------------------------------------------------------------

    def alias(self, name: str, dotted: str) -> None:
        """A name may stand for several things: another import of it elsewhere in the file must not hide the first."""
        known = self.aliases.setdefault(name, [])
        if dotted not in known and len(known) < 16:
            known.append(dotted)

    def _import(self, node: ast.Import) -> bool:
        for item in node.names:
            first = item.name.partition(".")[0]
            self.alias(item.asname or first, item.name if item.asname else first)
            self.imported.append((item.name, node.lineno, self.context))
        return True

    def _import_from(self, node: ast.ImportFrom) -> bool:
        module = node.module or ""
        if node.level:
            above = self.package.split(".")
            above = above[: len(above) - node.level + 1]
            module = ".".join([*above, module] if module else above)
        self.imported.append((module, node.lineno, self.context))
        for item in node.names:
            if item.name == "*":
                self.stars.append(module)
            else:
                dotted = f"{module}.{item.name}"
                self.alias(item.asname or item.name, dotted)
                self.imported.append((dotted, node.lineno, self.context))
        return True

    def _assign(self, node: ast.Assign) -> bool:
        value = node.value
        kind = value.__class__
        if kind is ast.Constant or kind is ast.Name or kind is ast.Attribute:
            for target in node.targets:
                if target.__class__ is ast.Name:
                    self._named(target.id, value)
        elif kind is ast.Call:
            module = _imported_by_text(value)
            if module:
                for target in node.targets:
                    if target.__class__ is ast.Name:
                        self.alias(target.id, module)
        return False

    def _named(self, name: str, value: Any) -> None:
        if value.__class__ is ast.Constant:
            if not self.context.function and isinstance(value.value, str):
                self.constants[name] = value.value
            return
        base, attributes, rest = _chain(value)
        if rest is None and base != name:
            self.assigned.append((name, base, attributes))

    def _annotated(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            self.stack.append(node.value)
            if node.target.__class__ is ast.Name:
                if node.value.__class__ in (ast.Constant, ast.Name, ast.Attribute):
                    self._named(node.target.id, node.value)
            else:
                self.stack.append(node.target)
        return True

    # Scopes ---------------------------------------------------------------------------------------------------------------

    def _function(self, node: Any) -> bool:
        arguments = node.args
        self.stack.extend(node.decorator_list)
        self.stack.extend(arguments.defaults)
        self.stack.extend(arguments.kw_defaults)
        self.scopes.append((node.body, self.context.inside(node.name, "call")))
        return True

    def _lambda(self, node: ast.Lambda) -> bool:
        self.stack.extend(node.args.defaults)
        self.stack.extend(node.args.kw_defaults)
        self.scopes.append(([node.body], self.context.inside("<lambda>", "call")))
        return True

    def _class(self, node: ast.ClassDef) -> bool:
        self.stack.extend(node.decorator_list)
        for base in node.bases:
            inner, attributes, rest = _chain(base)
            if rest is None:
                self.refs.append((inner, attributes, base, self.context, "base"))
            else:
                self.stack.append(base)
        self.stack.extend(node.keywords)
        self.scopes.append((node.body, self.context.inside(node.name, self.context.when)))
        return True

    def _if(self, node: ast.If) -> bool:
        test = node.test
        if test.__class__ is ast.Name or test.__class__ is ast.Attribute:
            base, attributes, rest = _chain(test)
            known = self.aliases.get(base, ())
            dotted = {".".join((name, *attributes)) for name in known}
            if rest is None and dotted and dotted <= {"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"}:
                for item in node.body:  # never runs, but its names are used in annotations, which are not looked at either
                    if item.__class__ not in (ast.Import, ast.ImportFrom):
                        self.stack.append(item)
                self.stack.extend(node.orelse)
                return True
        elif (
            test.__class__ is ast.Compare
            and not self.context.function
            and test.left.__class__ is ast.Name
            and test.left.id == "__name__"
            and test.ops[0].__class__ is ast.Eq
            and getattr(test.comparators[0], "value", None) == "__main__"
        ):
            when: When = "main" if self.base == "import" else self.base
            self.scopes.append((node.body, Context("", when)))
            self.stack.extend(node.orelse)
            return True
        return False

    def _expression(self, node: ast.Expr) -> bool:
        return node.value.__class__ is ast.Constant  # a docstring, or a text that does nothing

    # Uses -----------------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> bool:
        function = node.func
        self.stack.extend(node.args)
        for keyword in node.keywords:
            self.stack.append(keyword.value)
        if function.__class__ is ast.Name:
            name = function.id
            context = self.context
            self.refs.append((name, (), node, context, "call"))
            if name in self.defined:
                self.calls_of.setdefault(self._caller(context), set()).add(name)
            elif name == "getattr" and len(node.args) >= 2:
                self._getattr(node)
            return True
        if function.__class__ is ast.Attribute:
            base, attributes, rest = _chain(function)
            if rest is None:
                self.refs.append((base, attributes, node, self.context, "call"))
                return True
            module = _imported_by_text(rest)
            if module:
                self.direct.append((".".join((module, *attributes)), node, self.context, "call"))
            else:
                self.refs.append(("", attributes, node, self.context, "call"))
            self.stack.append(rest)
            return True
        self.stack.append(function)
        return True

    def _caller(self, context: Context) -> str:
        """The top-level name that somebody has to call for it to run; empty if nobody has to."""
        if context.when != "call":
            return ""
        outer, _, rest = context.function.partition(".")
        return outer if outer not in self.classes or rest.partition(".")[0] in MAKERS else context.function

    def _getattr(self, node: ast.Call) -> None:
        base, attributes, rest = _chain(node.args[0])
        wanted = node.args[1]
        text = wanted.value if wanted.__class__ is ast.Constant else None
        module = _imported_by_text(rest) if rest is not None else ""
        if module:
            self.direct.append(
                (f"{module}.{text}" if isinstance(text, str) else module, node, self.context, "name" if text else "computed")
            )
        elif rest is None:
            if isinstance(text, str):
                self.refs.append((base, (*attributes, text), node, self.context, "name"))
            else:
                self.refs.append((base, attributes, node, self.context, "computed"))

    def _attribute(self, node: ast.Attribute) -> bool:
        base, attributes, rest = _chain(node)
        use = "name" if node.ctx.__class__ is ast.Load else "store"
        if rest is None:
            self.refs.append((base, attributes, node, self.context, use))
        else:
            module = _imported_by_text(rest)
            if module:
                self.direct.append((".".join((module, *attributes)), node, self.context, use))
            self.stack.append(rest)
        return True

    def _subscript(self, node: ast.Subscript) -> bool:
        value = node.value
        if value.__class__ is ast.Attribute or value.__class__ is ast.Name:
            base, attributes, rest = _chain(value)
            if rest is None:
                use = "item" if node.ctx.__class__ is ast.Load else "set item"
                self.refs.append((base, attributes, node, self.context, use))
                self.stack.append(node.slice)
                return True
        elif value.__class__ is ast.Call and value.func.__class__ is ast.Name and value.func.id in _COMPUTED_SCOPES:
            computed = node.slice.__class__ is not ast.Constant
            if computed and node.ctx.__class__ is ast.Load:
                self.hidden.append((f"{value.func.id}()[…]", node, self.context))
        return False

    def _compare(self, node: ast.Compare) -> bool:
        """`"X" in os.environ` asks for one variable."""
        if (
            len(node.ops) == 1
            and node.ops[0].__class__ in (ast.In, ast.NotIn)
            and node.comparators[0].__class__ in (ast.Attribute, ast.Name)
        ):
            base, attributes, rest = _chain(node.comparators[0])
            if rest is None:
                self.refs.append((base, attributes, node, self.context, "in"))
                self.stack.append(node.left)
                return True
        return False


def _chain(node: Any) -> tuple[str, tuple[str, ...], Any]:
    """`a.b.c` as ("a", ("b", "c"), None); where it starts at no name, the last is the node at which it starts."""
    attributes: list[str] = []
    while node.__class__ is ast.Attribute:
        attributes.append(node.attr)
        node = node.value
    attributes.reverse()
    if node.__class__ is ast.Name:
        return node.id, tuple(attributes), None
    return "", tuple(attributes), node


def _imported_by_text(node: Any) -> str:
    """The module that `__import__("os")` or `import_module("os")` gives, and `sys.modules["os"]`."""
    if node.__class__ is ast.Call and node.args and node.args[0].__class__ is ast.Constant:
        function = node.func
        name = function.id if function.__class__ is ast.Name else getattr(function, "attr", "")
        text = node.args[0].value
        if name in ("__import__", "import_module") and isinstance(text, str):
            return text.partition(".")[0] if name == "__import__" and len(node.args) < 4 else text
    if node.__class__ is ast.Subscript and node.slice.__class__ is ast.Constant and getattr(node.value, "attr", "") == "modules":
        text = node.slice.value
        return text if isinstance(text, str) else ""
    return ""
