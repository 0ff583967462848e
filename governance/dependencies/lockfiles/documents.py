"""From the text of a JSON, TOML or YAML file to plain values that know their lines, within bounds. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import yaml

from governance.dependencies.lockfiles.model import DEEPEST, MOST_VALUES
from governance.dependencies.lockfiles.sheet import Sheet

_JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\n]', re.DOTALL)
_STRING = r'"(?:[^"\\\n]|\\.)*+"|' + r"'[^'\n]*+'"
# A key of so many parts means nothing, and takes a time that grows with the square of them.
_LONG_KEY = re.compile(rf"""(?<![\w"'.\\-])(?:(?:[A-Za-z0-9_-]++|{_STRING})[ \t]*+\.[ \t]*+){{{DEEPEST}}}""")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(Exception):
    """The file as a whole cannot be used."""

    def __init__(self, line: int, code: str, **params: object) -> None:
        super().__init__(code)
        self.line, self.code, self.params = line, code, params


class Node(dict[Any, Any]):
    """A map that knows on which line it begins; 0 where nobody knows."""

    line: int = 0


class Words(list[Any]):
    """A list that knows the line of each of its items."""

    lines: list[int]


def read_json(text: str, sheet: Sheet) -> Any:
    """The value of a JSON text. Keys that are given twice become problems; the last one counts, as everywhere."""
    if text.count(",") + text.count("[") + text.count("{") > MOST_VALUES:
        raise Unreadable(0, "too_many_values", limit=MOST_VALUES)
    closed = 0
    twice: list[tuple[int, str, Any]] = []
    nodes: list[Node] = []

    def node(pairs: list[tuple[str, Any]]) -> Node:
        nonlocal closed
        found = Node(pairs)
        if len(found) != len(pairs):
            seen: dict[str, Any] = {}
            for key, value in pairs:
                if key in seen:
                    twice.append((closed, key, seen[key]))
                seen[key] = value
        closed += 1
        nodes.append(found)
        return found

    try:
        value = json.loads(text, object_pairs_hook=node, parse_constant=_no_number, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, "syntax", what="JSON", detail=error.msg) from error
    except RecursionError as error:
        raise Unreadable(0, "too_deep", limit=DEEPEST) from error
    except ValueError as error:
        raise Unreadable(0, "syntax", what="JSON", detail=error) from error
    lines = _lines_of_objects(text, len(nodes))
    for found, line in zip(nodes, lines, strict=True):
        found.line = line
    for at, key, dropped in twice:
        sheet.problem(
            lines[at], "duplicate_key", f"{key}: {dropped if isinstance(dropped, str) else type(dropped).__name__}", name=key
        )
    return value


def _lines_of_objects(text: str, count: int) -> list[int]:
    """The line on which each object begins, in the order in which they end: that is the order in which they are made."""
    lines, line, begun = [0] * count, 1, list[int]()
    at = 0
    for found in _JSON_TOKEN.finditer(text):
        written = found[0]
        if written == "\n":
            line += 1
        elif written == "{":
            begun.append(line)
        elif written == "}":
            lines[at] = begun.pop()
            at += 1
    return lines


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= 100 else text


def read_toml(text: str, what: str, table: str) -> Node:
    """The value of a TOML text. The maps of the array `[[table]]` know their lines."""
    if text.count(",") + text.count("=") + text.count("[") > MOST_VALUES:
        raise Unreadable(0, "too_many_values", limit=MOST_VALUES)
    if found := _LONG_KEY.search(text):
        raise Unreadable(text.count("\n", 0, found.start()) + 1, "too_deep", limit=DEEPEST)
    try:
        value = Node(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise Unreadable(int(found[1]) if found else 0, "syntax", what=what, detail=error) from error
    except RecursionError as error:
        raise Unreadable(0, "too_deep", limit=DEEPEST) from error
    except (ValueError, OverflowError) as error:  # a whole number of more digits than Python reads
        raise Unreadable(0, "syntax", what=what, detail=error) from error
    value.line = 1
    listed = value.get(table)
    if isinstance(listed, list):
        header = re.compile(rf"[ \t]*+\[\[[ \t]*+[\"']?{re.escape(table)}[\"']?[ \t]*+\]\]")
        lines = [number for number, line in enumerate(text.split("\n"), start=1) if header.match(line)]
        known = len(lines) == len(listed)  # otherwise a text of several lines holds something like a header
        value[table] = [_with_line(item, lines[at] if known else 0) for at, item in enumerate(listed)]
    return value


def _with_line(value: Any, line: int) -> Any:
    if not isinstance(value, dict):
        return value
    found = Node(value)
    found.line = line
    return found


def read_yaml(text: str, sheet: Sheet) -> Any:
    """The value of a YAML text: maps, lists, texts as they are written, and None. A version `3.10` stays what it is.

    Aliases are followed to texts only: a file of a few lines can otherwise stand for more than the memory holds.
    """
    try:
        return _Composer(sheet).document(text)
    except yaml.MarkedYAMLError as error:
        line = int(getattr(error.problem_mark, "line", -1)) + 1
        raise Unreadable(line, "syntax", what="YAML", detail=error.problem or error) from error
    except yaml.YAMLError as error:
        raise Unreadable(0, "syntax", what="YAML", detail=str(error).partition("\n")[0]) from error
    except (ValueError, OverflowError) as error:  # an escape beyond the last character
        raise Unreadable(0, "syntax", what="YAML", detail=error) from error


class _Composer:
    """Values from events, with a bound on how deep and how many. No constructor of YAML is ever asked."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.anchors: dict[str, Any] = {}
        self.count = 0

    def document(self, text: str) -> Any:
        roots: list[Any] = []
        stack: list[tuple[Any, list[Any]]] = []  # the map or list that is open, and the key that waits for its value
        events: Any = yaml.parse(text, Loader=_LOADER)
        for event in events:
            if isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                continue
            if isinstance(event, yaml.AliasEvent | yaml.ScalarEvent | yaml.CollectionStartEvent):
                self._put(event, stack, roots)
            elif isinstance(event, yaml.DocumentStartEvent) and roots:
                self.sheet.problem(_line(event), "line_not_read", "---", detail="a second document")
                break
        return roots[0] if roots else None

    def _put(self, event: Any, stack: list[tuple[Any, list[Any]]], roots: list[Any]) -> None:
        self.count += 1
        if self.count > MOST_VALUES:
            raise Unreadable(0, "too_many_values", limit=MOST_VALUES)
        line = _line(event)
        value = self._value(event, line)
        if not stack:
            roots.append(value)
        elif isinstance(stack[-1][0], Words):
            stack[-1][0].append(value)
            stack[-1][0].lines.append(line)
        else:
            self._put_in_map(stack[-1][0], stack[-1][1], value, line)
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append((value, []))
            if len(stack) > DEEPEST:
                raise Unreadable(line, "too_deep", limit=DEEPEST)

    def _put_in_map(self, holder: Node, waiting: list[Any], value: Any, line: int) -> None:
        if not waiting:
            waiting.append(value)
            return
        key = waiting.pop()
        if not isinstance(key, str):
            self.sheet.problem(line, "not_a_text", key, name="key")
        elif key in holder:
            self.sheet.problem(line, "duplicate_key", f"{key}: {holder[key]}"[:200], name=key)
            holder[key] = value
        else:
            holder[key] = value

    def _value(self, event: Any, line: int) -> Any:
        anchor: Any = event.anchor
        if isinstance(event, yaml.AliasEvent):
            value = self.anchors.get(anchor)
            if not isinstance(value, str):
                self.sheet.problem(line, "alias", f"*{event.anchor}")
                return None
            return value
        if isinstance(event, yaml.ScalarEvent):
            value = None if not event.style and event.tag is None and event.value in _NULL else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = Words()
            value.lines = []
        else:
            value = Node()
            value.line = line
        if anchor is not None:
            self.anchors[anchor] = value
        return value


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
