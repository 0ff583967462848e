"""Where everything stands in the text of a YAML document, and how one part of it is exchanged while the rest stays to the byte.

Every edit replaces a stretch of text that the parser has located. A comment inside a stretch that goes is put on a line of its own
above it, so that nothing that somebody explained is lost; only a whole item of a list takes its comments with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Part: TypeAlias = str | int
Path: TypeAlias = tuple[Part, ...]
PLAIN = re.compile(r"[^\W\d_](?:[\w()./%+-]| (?! )(?!$))*|[0-9]+ [a-z][a-z ]*(?<! )|step:[a-z][a-z0-9_-]*")  # sure to be text
WORDS_OF_YAML = ("true", "false", "null")
COMMENT = re.compile(r"(?m)(?:^|(?<=[ \t]))#.*$")


class EditError(ValueError):
    """The text is laid out in a way that cannot be edited without touching more than was asked for."""

    def __init__(self) -> None:
        super().__init__("this text is laid out in a way that only a person can edit: change the text itself")


class Layout:
    """The text of one document that ends in a line break, with the place of everything in it. Edits return another text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        try:
            self.root: Node = YAML(typ="safe", pure=True).compose(text)
        except YAMLError as error:  # an edit before this one went wrong
            raise EditError from error

    def at(self, path: Path) -> Node | None:
        """What stands at a path; None if nothing does."""
        node: Node | None = self.root
        for part in path:
            node = _child(node, part)
        return node

    def replace(self, path: Path, value: Any) -> str:
        """Another value in place of the one at `path`."""
        node, key = self._located(path)
        indent = key.start_mark.column if key is not None else node.start_mark.column
        new = self._written(value, indent, node, flow=self._in_flow(path))
        if isinstance(node, ScalarNode) and node.style in ("'", '"') and isinstance(value, str) and "\n" not in value:
            new = _quoted(value, node.style)
        if key is not None and (_is_block(node) or node.start_mark.index == node.end_mark.index):
            return self._splice(
                self._colon(key) + 1, self._pair_end(key, node), new if new.startswith(self.newline) else f" {new}"
            )
        return self._splice(node.start_mark.index, self._end(node), new)

    def insert(self, path: Path, value: Any, order: Sequence[str]) -> str:
        """A key that is not there yet, behind those that `order` has before it."""
        parent, key = self.at(path[:-1]), str(path[-1])
        if not isinstance(parent, MappingNode):
            return self.replace(path[:-1], {key: value})
        pairs: list[tuple[Node, Node]] = parent.value
        anchor = _anchor(key, pairs, order)
        if parent.flow_style:
            new = f"{_inline(key)}: {_inline(value)}"
            if not pairs:
                return self._splice(parent.start_mark.index + 1, parent.start_mark.index + 1, new)
            if anchor is None:
                first = pairs[0][0].start_mark.index
                return self._splice(first, first, f"{new}, ")
            return self._splice(self._pair_end(*anchor), self._pair_end(*anchor), f", {new}")
        indent = pairs[0][0].start_mark.column
        new = f"{_inline(key)}:{_after_colon(self._written(value, indent, None, flow=False))}{self.newline}"
        if anchor is None:
            first = pairs[0][0].start_mark.index
            return self._splice(first, first, new + " " * indent)
        line = self._line_end(self._pair_end(*anchor))
        return self._splice(line, line, " " * indent + new)

    def remove(self, path: Path) -> str:
        """The key at the end of `path` goes, with its value."""
        parent = self.at(path[:-1])
        if not isinstance(parent, MappingNode):
            raise EditError
        pairs: list[tuple[Node, Node]] = parent.value
        at = next(at for at, pair in enumerate(pairs) if pair[0].value == path[-1])
        start, end = pairs[at][0].start_mark.index, self._pair_end(*pairs[at])
        if parent.flow_style:
            if at + 1 < len(pairs):
                end = pairs[at + 1][0].start_mark.index
            elif at:
                start = self._pair_end(*pairs[at - 1])
            return self._splice(start, end, "")
        line = self._line_start(start)
        if not self.text[line:start].strip():
            return self._splice(line, self._line_end(end), "")
        if at + 1 == len(pairs):
            raise EditError
        return self._splice(start, pairs[at + 1][0].start_mark.index, "")

    def add_item(self, path: Path, value: Any, at: int) -> str:
        """An item of a list, to stand at position `at`."""
        node = self._list(path)
        items = node.value
        if node.flow_style:
            if not items:
                return self._splice(node.start_mark.index + 1, node.start_mark.index + 1, _inline(value))
            if at < len(items):
                start = items[at].start_mark.index
                return self._splice(start, start, f"{_inline(value)}, ")
            end = items[-1].end_mark.index
            return self._splice(end, end, f", {_inline(value)}")
        regions = self.regions(path)
        indent = self._dash(items[0]) - self._line_start(self._dash(items[0]))
        new = _block_item(value, indent, self.newline)
        gap = self.text[regions[0][1] : regions[1][0]] if len(regions) > 1 else ""
        gap = gap if not gap.strip() else ""
        if at < len(items):
            return self._splice(regions[at][0], regions[at][0], new + gap)
        return self._splice(regions[-1][1], regions[-1][1], gap + new)

    def remove_item(self, path: Path, at: int, *, comments: bool) -> str:
        """An item goes; `comments`: those of the item, on its lines and directly above, go with it."""
        node = self._list(path)
        items = node.value
        if len(items) == 1:
            return self.replace(path, [])
        if node.flow_style:
            if at + 1 < len(items):
                return self._splice(items[at].start_mark.index, items[at + 1].start_mark.index, "")
            return self._splice(items[at - 1].end_mark.index, items[at].end_mark.index, "")
        regions = self.regions(path)
        start, end = regions[at]
        if comments:
            if at + 1 < len(regions) and not self.text[end : regions[at + 1][0]].strip():
                end = regions[at + 1][0]
            elif at + 1 == len(regions) and not self.text[regions[at - 1][1] : start].strip():
                start = regions[at - 1][1]
            return self.text[:start] + self.text[end:]
        return self._splice(self._line_start(self._dash(items[at])), end, "")

    def move_item(self, path: Path, at: int, to: int) -> str:
        """An item moves, with its comments, to position `to`; what stands between items stays where it is."""
        regions = self.regions(path)
        texts = [self.text[start:end] for start, end in regions]
        texts.insert(to, texts.pop(at))
        parts = [self.text[: regions[0][0]]]
        for nth, (_, end) in enumerate(regions):
            following = regions[nth + 1][0] if nth + 1 < len(regions) else len(self.text)
            parts += [texts[nth], self.text[end:following]]
        return "".join(parts)

    def regions(self, path: Path) -> list[tuple[int, int]]:
        """Each item from start to end: in a block, whole lines with the comments directly above, as far indented as the dash."""
        node = self._list(path)
        if node.flow_style:
            return [(item.start_mark.index, item.end_mark.index) for item in node.value]
        found: list[tuple[int, int]] = []
        for item in node.value:
            dash = self._dash(item)
            start = self._line_start(dash)
            indent = self.text[start:dash]
            floor = found[-1][1] if found else self._line_end(self._colon(self._located(path)[1]))
            while start > floor and self.text[self._line_start(start - 1) : start].startswith(f"{indent}#"):
                start = self._line_start(start - 1)
            found.append((start, self._line_end(self._end(item))))
        return found

    def _list(self, path: Path) -> SequenceNode:
        node = self.at(path)
        if not isinstance(node, SequenceNode):
            raise EditError
        return node

    def _located(self, path: Path) -> tuple[Node, Node | None]:
        """What stands at a path, and its key if it is in a mapping."""
        node, parent = self.at(path), self.at(path[:-1])
        if node is None:
            raise EditError
        if not isinstance(parent, MappingNode) or not path:
            return node, None
        return node, next(key for key, value in parent.value if value is node)

    def _in_flow(self, path: Path) -> bool:
        return any(bool(getattr(self.at(path[:length]), "flow_style", False)) for length in range(len(path)))

    def _written(self, value: Any, indent: int, old: Node | None, *, flow: bool) -> str:
        """The value as it stands behind a colon: in a block of its own where it is long, else on the line."""
        if flow:
            return _inline(value)
        rest = self.text[self._end(old) : self._line_end(self._end(old))] if old is not None else ""
        if isinstance(value, str) and "\n" in value and not rest.strip():
            return _literal(value, indent + 2, self.newline)
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value) and not rest.strip():
            return self.newline + "".join(_block_item(item, indent + 2, self.newline) for item in value).removesuffix(
                self.newline
            )
        return _inline(value)

    def _end(self, node: Node) -> int:
        """Where the node ends, without the blank lines and comments that follow."""
        if isinstance(node, SequenceNode | MappingNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._pair_end(*last) if isinstance(last, tuple) else self._end(last)
        end: int = node.end_mark.index
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return len(self.text[:end].rstrip())
        return end

    def _pair_end(self, key: Node, value: Node) -> int:
        return self._colon(key) + 1 if value.start_mark.index == value.end_mark.index else self._end(value)

    def _colon(self, key: Node | None) -> int:
        if key is None:
            raise EditError
        at = self.text.find(":", key.end_mark.index)
        if at < 0 or self.text[key.end_mark.index : at].strip():
            raise EditError
        return at

    def _dash(self, item: Node) -> int:
        at = self.text.rfind("-", 0, item.start_mark.index)
        if at < 0 or self.text[at + 1 : item.start_mark.index].strip() or self.text[self._line_start(at) : at].strip():
            raise EditError
        return at

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Behind the line break that ends the line."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def _splice(self, start: int, end: int, new: str) -> str:
        lost = list(self._comments(start, end))
        line = self._line_start(start)
        indent = re.compile(r"[ \t]*").match(self.text, line)
        above = "".join(f"{indent[0] if indent else ''}{comment}{self.newline}" for comment in lost)
        return f"{self.text[:line]}{above}{self.text[line:start]}{new}{self.text[end:]}"

    def _comments(self, start: int, end: int) -> Iterator[str]:
        """The comments between two places; what looks like one inside a scalar is none."""
        if start == end:
            return
        spans = [(node.start_mark.index, node.end_mark.index) for node in _scalars(self.root)]
        for match in COMMENT.finditer(self.text, start, end):
            if not any(low <= match.start() < high for low, high in spans):
                yield match[0].rstrip("\r")


def _anchor(key: str, pairs: Sequence[tuple[Node, Node]], order: Sequence[str]) -> tuple[Node, Node] | None:
    """What a new key comes behind: the nearest of those before it in `order`; the last pair if the order does not know the key."""
    if key not in order:
        return pairs[-1] if pairs else None
    before = [pair for pair in pairs if pair[0].value in order[: order.index(key)]]
    return max(before, key=lambda pair: order.index(pair[0].value), default=None)


def _child(node: Node | None, part: Part) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
        child: Node = node.value[part]
        return child
    return None


def _scalars(node: Node) -> Iterator[Node]:
    if isinstance(node, ScalarNode):
        yield node
        return
    for item in node.value:
        for child in item if isinstance(item, tuple) else (item,):
            yield from _scalars(child)


def _is_block(node: Node) -> bool:
    if isinstance(node, ScalarNode):
        return node.style in ("|", ">")
    return isinstance(node, SequenceNode | MappingNode) and not node.flow_style


def _after_colon(written: str) -> str:
    return written if written.startswith(("\n", "\r\n")) else f" {written}"


def _inline(value: Any) -> str:
    """On one line, quoted wherever it might be taken for something else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_inline(key)}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) and value.lower() not in WORDS_OF_YAML else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _quoted(value: str, style: str) -> str:
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def _literal(value: str, indent: int, newline: str) -> str:
    """A text of several lines, as a block if it can be one."""
    lines = value.split("\n")
    if lines[0] != lines[0].lstrip() or not lines[0] or not lines[-1] or any(line != line.rstrip() for line in lines):
        return _inline(value)
    return "|-" + "".join(newline + (" " * indent + line if line else "") for line in lines)


def _block_item(value: Any, indent: int, newline: str) -> str:
    """An item of a list on lines of its own, with the line break at the end."""
    if not isinstance(value, Mapping):
        return f"{' ' * indent}- {_inline(value)}{newline}"
    lines = []
    for key, item in value.items():
        several = isinstance(item, str) and "\n" in item
        lines.append(f"{_inline(key)}: {_literal(item, indent + 4, newline) if several else _inline(item)}")
    return " " * indent + "- " + f"{newline}{' ' * (indent + 2)}".join(lines) + newline
