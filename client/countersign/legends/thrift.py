"""Thrift's compact protocol, as much of it as a footer needs, read strictly (apache/thrift, doc/specs/thrift-compact-protocol.md).

Every value takes at least one byte and none is read twice, so the work is bounded by the bytes given; nesting is bounded by `DEEPEST`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

BINARY, LIST, STRUCT, I32, I64 = 8, 9, 12, 5, 6
DEEPEST = 32
_BYTE, _DOUBLE, _UUID = 3, 7, 13
_FIXED = {_BYTE: 1, _DOUBLE: 8, _UUID: 16}
_TRUE, _FALSE, _SET, _MAP = 1, 2, 10, 11
_TRUTH = (_TRUE, _FALSE)
_CONTAINERS = (LIST, _SET, _MAP)
_VARINTS = (I32, I64, 4)  # 4 is i16


class Malformed(ValueError):
    """The bytes are not what the protocol says."""


class Reader:
    """Reads values one after the other, from `at` on."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self._deep = 0

    def struct(self, wanted: Mapping[int, tuple[int, Callable[[], Any]]]) -> dict[int, Any]:
        """The fields that are wanted, by number, each with its type and how it is read; all others are passed over."""
        found: dict[int, Any] = {}
        self._deeper()
        for number, kind in self._fields():
            if number in wanted:
                expected, read = wanted[number]
                if kind != expected or number in found:
                    raise Malformed(f"field {number} is of another type or stands twice")
                found[number] = read()
            else:
                self._skip(kind)
        self._deep -= 1
        return found

    def list_of(self, expected: int, read: Callable[[], Any]) -> list[Any]:
        """The values of a list whose members are of the type `expected`."""
        count, kind = self._list_head()
        if count and kind != expected:
            raise Malformed("a list holds another type")
        return [read() for _number in range(count)]

    def binary(self) -> bytes:
        size = self._size()
        self.at += size
        return self.data[self.at - size : self.at]

    def text(self) -> str:
        try:
            return self.binary().decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("a text is not UTF-8") from None

    def integer(self) -> int:
        """A signed integer (zigzag)."""
        value = self._varint()
        return value >> 1 ^ -(value & 1)

    def _fields(self) -> Any:
        number = 0
        while True:
            head = self._byte()
            if head == 0:
                return
            number = number + (head >> 4) if head >> 4 else self.integer()
            if not 0 < number < 32768:
                raise Malformed(f"no field can have the number {number}")
            yield number, head & 15

    def _skip(self, kind: int) -> None:
        """Pass over a value. One loop without calls: a footer consists mostly of what nobody asks for, and may have many megabytes."""
        data, at, end = self.data, self.at, len(self.data)
        open_: list[list[int]] = []  # containers: members left (-1 in a struct), the next one's type, that of the one after it
        try:
            while True:
                if kind in _VARINTS:
                    while data[at] > 127:
                        at += 1
                    at += 1
                elif kind == STRUCT:
                    open_.append([-1, 0, 0])
                elif kind in _FIXED:
                    at += _FIXED[kind]
                elif kind == BINARY or kind in _CONTAINERS:
                    self.at = at
                    size = self._size() if kind == BINARY else self._skipped_head(kind, open_)
                    at = self.at + size
                elif kind > _FALSE or not kind:  # for a truth value the type is the value
                    raise Malformed(f"there is no type {kind}")
                if len(open_) + self._deep > DEEPEST:
                    raise Malformed("nested too deeply")
                while open_:
                    left, kind, other = inner = open_[-1]
                    if left < 0:
                        head = data[at]
                        at += 1
                        if head:
                            kind = head & 15
                            if head < 16:  # the field's number stands by itself
                                while data[at] > 127:
                                    at += 1
                                at += 1
                            break
                    elif left:
                        inner[:] = left - 1, other, kind
                        break
                    open_.pop()
                else:
                    break
        except IndexError:
            raise Malformed("it ends too early") from None
        if at > end:
            raise Malformed("it ends too early")
        self.at = at

    def _skipped_head(self, kind: int, open_: list[list[int]]) -> int:
        """Note what a container holds; nothing of its content is passed over yet."""
        if kind == _MAP:
            count = 2 * self._size()
            kinds = self._byte() if count else 0
            first, second = kinds >> 4, kinds & 15
        else:
            count, first = self._list_head()
            second = first
        # within containers a truth value takes a byte of its own
        open_.append([count, _BYTE if first in _TRUTH else first, _BYTE if second in _TRUTH else second])
        return 0

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        if count > len(self.data) - self.at:  # each member takes a byte at least
            raise Malformed("a list is longer than what is left")
        return count, head & 15

    def _size(self) -> int:
        size = self._varint()
        if size > len(self.data) - self.at:
            raise Malformed("something is longer than what is left")
        return size

    def _varint(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if value >> 64:
                    break
                return value
            shift += 7
        raise Malformed("a number has more than 64 bits")

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise Malformed("it ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def _deeper(self) -> None:
        self._deep += 1
        if self._deep > DEEPEST:
            raise Malformed("nested too deeply")
