"""What a pickle would import and call, by reading its opcodes. Nothing is ever loaded. Pure.

The stack and the memo are followed with stand-ins, so that the operands of STACK_GLOBAL are known even when they come
through the memo; where they are computed, the name is `?`. joblib writes raw arrays between the opcodes: their length is
in the pickle itself, and they are stepped over.
"""

from __future__ import annotations

import pickletools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from .pickle_names import DANGEROUS, HARMLESS

MOST_OPCODES = 2_000_000
MOST_NAMES = 2_000
MOST_DEPTH = 100_000
_TEXTS = 4_096  # characters of a text that are kept; longer ones are no names


@dataclass(slots=True)
class Pickled:
    """`names` → whether they are harmless, dangerous or unknown; `called` those that the pickle calls; `problem` where reading ended."""

    names: dict[str, str] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    problem: str = ""
    protocol: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Name:
    dotted: str


class _Object:
    """What a call gave, with the state that BUILD puts into it."""

    __slots__ = ("arguments", "maker", "state")

    def __init__(self, maker: Any, arguments: Any) -> None:
        self.maker, self.arguments, self.state = maker, arguments, None


_MARK, _OTHER = object(), object()


def judged(dotted: str) -> str:
    """`harmless`, `dangerous` or `unknown`. Unknown is the rule: a class of the model's own library runs its own code."""
    if dotted in HARMLESS:
        return "harmless"
    return "dangerous" if dotted.partition(".")[0] in DANGEROUS or "?" in dotted else "unknown"


def looks_pickled(head: bytes) -> bool:
    """Protocol 2 and above begin with their number; older ones begin with nothing in particular."""
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5 and (head[2:3] in b"\x95}]).(cXKJGNU\x8c\x88\x89h")


def read_pickle(data: bytes, start: int = 0) -> Pickled:
    """The names in one pickle, from `start` to its STOP. Raises nothing: what cannot be read is a `problem`."""
    return _Machine(data, start).run()


def read_pickles(data: bytes) -> list[Pickled]:
    """A file may hold several, one behind another (torch before 1.6 did): all up to the first that is none."""
    found: list[Pickled] = []
    at = 0
    while at < len(data) and len(found) < 64:
        if found and not looks_pickled(data[at : at + 16]):
            break
        one = read_pickle(data, at)
        found.append(one)
        if one.problem or one.end <= at:
            break
        at = one.end
    return found


class _Machine:
    def __init__(self, data: bytes, start: int) -> None:
        self.data, self.at = data, start
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.found = Pickled()

    def run(self) -> Pickled:
        count = 0
        try:
            skipped = True
            while skipped:
                skipped = False
                for opcode, argument, position in self._opcodes():
                    count += 1
                    if count > MOST_OPCODES or len(self.stack) > MOST_DEPTH or len(self.found.names) > MOST_NAMES:
                        self.found.problem = "too_large"
                        return self.found
                    if opcode.name == "STOP":
                        self.found.end = self.at + position + 1
                        return self.found
                    self._step(opcode, argument)
                    if opcode.name == "BUILD" and (size := self._raw_array(self.at + position + 1)):
                        self.at += position + 1 + size
                        skipped = True
                        break
        except (
            ValueError,
            IndexError,
            KeyError,
            TypeError,
            AttributeError,
            OverflowError,
            MemoryError,
            EOFError,
            RecursionError,
        ) as problem:
            self.found.problem = "damaged"
            del problem
            return self.found
        self.found.problem = "damaged"
        return self.found

    def _opcodes(self) -> Iterator[tuple[Any, Any, int]]:
        stream = BytesIO(self.data)  # shares the bytes until something is written
        stream.seek(self.at)
        for opcode, argument, position in pickletools.genops(stream):
            yield opcode, argument, (position or 0) - self.at

    def _step(self, opcode: Any, argument: Any) -> None:
        name, stack = opcode.name, self.stack
        if name in ("GLOBAL", "INST"):
            dotted = str(argument).replace(" ", ".", 1)
            self._name(dotted)
            if name == "INST":
                self._to_mark()
                self.found.called.add(dotted)
                stack.append(_Object(_Name(dotted), ()))
            else:
                stack.append(_Name(dotted))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            dotted = f"{module if isinstance(module, str) else '?'}.{attribute if isinstance(attribute, str) else '?'}"
            self._name(dotted)
            stack.append(_Name(dotted))
        elif name in ("EXT1", "EXT2", "EXT4"):
            self._name(f"?.extension {argument}")
            stack.append(_OTHER)
        elif name in ("PERSID", "BINPERSID"):
            if name == "BINPERSID":
                stack.pop()
            stack.append(_OTHER)
        elif name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[len(self.memo) if name == "MEMOIZE" else int(argument)] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self.memo.get(int(argument), _OTHER))
        else:
            self._values(name, opcode, argument)

    def _values(self, name: str, opcode: Any, argument: Any) -> None:
        stack = self.stack
        if name == "REDUCE":
            arguments, maker = stack.pop(), stack.pop()
            self._called(maker)
            stack.append(_Object(maker, arguments))
        elif name in ("NEWOBJ", "NEWOBJ_EX"):
            if name == "NEWOBJ_EX":
                stack.pop()
            arguments, maker = stack.pop(), stack.pop()
            self._called(maker)
            stack.append(_Object(maker, arguments))
        elif name == "OBJ":
            items = self._to_mark()
            self._called(items[0] if items else _OTHER)
            stack.append(_Object(items[0] if items else _OTHER, tuple(items[1:])))
        elif name == "BUILD":
            state = stack.pop()
            if stack and isinstance(stack[-1], _Object):
                stack[-1].state = state
        elif name == "MARK":
            stack.append(_MARK)
        elif name in ("TUPLE", "LIST", "DICT", "FROZENSET"):
            items = self._to_mark()
            stack.append(tuple(items) if name == "TUPLE" else (_pairs(items) if name == "DICT" else _OTHER))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            items = [stack.pop() for _ in range(count)][::-1]
            stack.append(tuple(items))
        elif name in ("SETITEMS", "SETITEM"):
            items = self._to_mark() if name == "SETITEMS" else [stack.pop(), stack.pop()][::-1]
            if stack and isinstance(stack[-1], dict) and len(stack[-1]) < 1_000:
                stack[-1].update(_pairs(items))
        elif name in ("APPENDS", "ADDITEMS"):
            self._to_mark()
        elif name in ("APPEND", "POP"):
            stack.pop()
        elif name == "POP_MARK":
            self._to_mark()
        elif name == "DUP":
            stack.append(stack[-1])
        elif name == "PROTO":
            self.found.protocol = int(argument)
        elif name in ("NEXT_BUFFER",):
            stack.append(_OTHER)
        elif name in ("FRAME", "READONLY_BUFFER"):
            return
        else:
            stack.append(_constant(name, argument))

    def _to_mark(self) -> list[Any]:
        items: list[Any] = []
        while (item := self.stack.pop()) is not _MARK:
            items.append(item)
        items.reverse()
        return items

    def _name(self, dotted: str) -> None:
        dotted = dotted[:300]
        self.found.names.setdefault(dotted, judged(dotted))

    def _called(self, maker: Any) -> None:
        self.found.called.add(maker.dotted if isinstance(maker, _Name) else "?")

    def _raw_array(self, at: int) -> int:
        """How many bytes joblib wrote here for an array: it says so in the wrapper that was just built."""
        made = self.stack[-1] if self.stack else None
        if not isinstance(made, _Object) or not (_is_wrapper(made.maker) or _is_wrapper(_first(made.arguments))):
            return 0
        state: Mapping[str, Any] = made.state if isinstance(made.state, dict) else {}
        shape, kind = state.get("shape"), state.get("dtype")
        code = kind.arguments[0] if isinstance(kind, _Object) and isinstance(kind.arguments, tuple) and kind.arguments else None
        if not isinstance(shape, tuple) or not isinstance(code, str) or not code[1:].isdigit():
            return 0
        count = int(code[1:]) * (4 if code[0] == "U" else 1)
        for length in shape:
            if not isinstance(length, int) or length < 0:
                return 0
            count *= length
        if code[0] == "O":  # an array of objects follows as a pickle of its own, which is read like the rest
            return 0
        padding = 0
        if isinstance(state.get("numpy_array_alignment_bytes"), int) and at < len(self.data):
            padding = 1 + self.data[at]
        return padding + count if padding + count <= len(self.data) - at else 0


def _is_wrapper(maker: Any) -> bool:
    return isinstance(maker, _Name) and maker.dotted.endswith("numpy_pickle.NumpyArrayWrapper")


def _first(arguments: Any) -> Any:
    """Protocol 0 and 1 make objects by `copyreg._reconstructor(class, …)`."""
    return arguments[0] if isinstance(arguments, tuple) and arguments else None


def _pairs(items: list[Any]) -> dict[Any, Any]:
    return {key: value for key, value in zip(items[::2], items[1::2], strict=False) if isinstance(key, (str, int))}


def _constant(name: str, argument: Any) -> Any:
    if name in ("NONE", "NEWTRUE", "NEWFALSE"):
        return {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}[name]
    if name == "EMPTY_TUPLE":
        return ()
    if name == "EMPTY_DICT":
        return {}
    if isinstance(argument, str):
        return argument[:_TEXTS]
    return argument if isinstance(argument, (int, float)) else _OTHER
